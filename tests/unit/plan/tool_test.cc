#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "compiler/plan/tool_name.h"
#include "compiler/plan/tool_schema.h"

namespace synapsor::plan {
namespace {

using nlohmann::json;

TEST(ToolNames, FitEveryClientAndStayApart) {
  const std::string lengthy(80, 'x');
  const std::vector<std::string> dotted = {"a.b", "a.b__c", "a__b.c", "a.été", "n." + lengthy, "n." + lengthy + "y"};
  const auto names = ToolNames({dotted.begin(), dotted.end()});
  EXPECT_EQ(names[0], "a__b");
  EXPECT_NE(names[1], names[2]);
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), dotted.size());
  for (const std::string& name : names) EXPECT_TRUE(std::regex_match(name, std::regex("[A-Za-z0-9_-]{1,64}"))) << name;
}

TEST(ToolNames, DoNotDependOnTheOthersPlace) {
  EXPECT_EQ(ToolNames({"a.b__c", "a__b.c"})[0], ToolNames({"a__b.c", "a.b__c"})[1]);
}

bundle::Arg Arg(ScalarType type) {
  bundle::Arg arg;
  arg.name = "x";
  arg.type = type;
  return arg;
}

TEST(ArgSchema, KeepsLargeIntegersExact) {
  bundle::Arg arg = Arg(ScalarType::kInt64);
  arg.min = "-9223372036854775808";
  arg.max = "9007199254740993";
  EXPECT_EQ(ArgSchema(arg).dump(), R"({"maximum":9007199254740993,"minimum":-9223372036854775808,"type":"integer"})");
}

TEST(ArgSchema, StatesTextsAndEnumerations) {
  bundle::Arg arg = Arg(ScalarType::kText);
  arg.max_length = 40;
  arg.one_of = {"open", "held"};
  arg.description = "which";
  EXPECT_EQ(ArgSchema(arg).dump(), R"({"description":"which","enum":["open","held"],"maxLength":40,"type":"string"})");
}

TEST(ArgSchema, WritesDecimalsAsTexts) {
  bundle::Arg arg = Arg(ScalarType::kDecimal);
  arg.precision = 12;
  arg.scale = 2;
  arg.max = "50";
  const json schema = ArgSchema(arg);
  EXPECT_EQ(schema["type"], "string");
  EXPECT_EQ(schema["description"], "At most 50.");
  const std::regex pattern(schema["pattern"].get<std::string>());
  for (const char* good : {"0", "-1.5", "1234567890.12"}) EXPECT_TRUE(std::regex_match(good, pattern)) << good;
  for (const char* bad : {"", "1.234", "12345678901", "1e3", ".5"}) EXPECT_FALSE(std::regex_match(bad, pattern)) << bad;
}

TEST(ToolDefinition, ShowsArgumentsOnly) {
  bundle::Capability capability;
  capability.name = "billing.waive";
  capability.tool_name = "billing__waive";
  capability.description = "Propose it";
  capability.is_proposal = true;
  capability.bindings = {{"tenant_id", "tenant_id"}};
  capability.session_keys = {"tenant_id"};
  capability.args.push_back(Arg(ScalarType::kBoolean));
  capability.args[0].required = true;
  const json tool = json::parse(ToolDefinition(capability));
  EXPECT_EQ(tool["name"], "billing__waive");
  EXPECT_EQ(tool["title"], "billing.waive");
  EXPECT_EQ(tool["inputSchema"].dump(),
            R"({"additionalProperties":false,"properties":{"x":{"type":"boolean"}},"required":["x"],"type":"object"})");
  EXPECT_EQ(tool["annotations"]["readOnlyHint"], false);
  EXPECT_EQ(tool["annotations"]["destructiveHint"], false);
  EXPECT_THAT(tool.dump(), testing::Not(testing::HasSubstr("tenant")));
}

}  // namespace
}  // namespace synapsor::plan
