#include "runtime/base/strict_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace synapsor {
namespace {

TEST(StrictJson, KeepsIntegersExactly) {
  const auto parsed = ParseStrictJson(R"({"a": 18446744073709551615, "b": -9223372036854775808})");
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->dump(), R"({"a":18446744073709551615,"b":-9223372036854775808})");
}

TEST(StrictJson, KeepsNestedContainers) {
  const std::string text = R"({"a":[1,{"b":[[],{}]},null,true],"c":{"d":"x"}})";
  const auto parsed = ParseStrictJson(text);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->dump(), text);
}

TEST(StrictJson, RefusesWhatWouldBeRoundedOrLost) {
  EXPECT_FALSE(ParseStrictJson("18446744073709551616").has_value());
  EXPECT_FALSE(ParseStrictJson("1e999").has_value());
  EXPECT_FALSE(ParseStrictJson(R"({"a":1,"a":2})").has_value());
  EXPECT_FALSE(ParseStrictJson(R"({"x":{"a":1,"b":2,"a":3}})").has_value());
}

TEST(StrictJson, RefusesDepthSizeAndGarbage) {
  EXPECT_TRUE(ParseStrictJson(std::string(64, '[') + std::string(64, ']')).has_value());
  EXPECT_FALSE(ParseStrictJson(std::string(65, '[') + std::string(65, ']')).has_value());
  EXPECT_FALSE(ParseStrictJson(std::string(100000, '[')).has_value());
  EXPECT_FALSE(ParseStrictJson("[1]", {.max_bytes = 2}).has_value());
  EXPECT_FALSE(ParseStrictJson("{} {}").has_value());
  EXPECT_FALSE(ParseStrictJson("").has_value());
  EXPECT_FALSE(ParseStrictJson("\"\xff\"").has_value());
  EXPECT_FALSE(ParseStrictJson("// c\n1").has_value());
  EXPECT_TRUE(ParseStrictJson("// c\n1", {.allow_comments = true}).has_value());
}

TEST(StrictJson, NamesThePlaceAndNotTheText) {
  const auto parsed = ParseStrictJson("{\n  \"secret\": bad\n}");
  ASSERT_FALSE(parsed.has_value());
  EXPECT_NE(parsed.error().message.find("line 2"), std::string::npos) << parsed.error().message;
  EXPECT_EQ(parsed.error().message.find("secret"), std::string::npos);
}

}  // namespace
}  // namespace synapsor
