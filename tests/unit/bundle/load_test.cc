#include "runtime/bundle/load.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "runtime/base/digest.h"
#include "runtime/bundle/write.h"
#include "tests/unit/support/late_fee.h"

namespace synapsor::bundle {
namespace {

std::string Bytes() {
  Bundle bundle = test::LateFeeBundle();
  return Write(bundle);
}

std::string Refusal(const std::string& bytes) {
  const auto bundle = Parse(bytes, "b.json");
  if (bundle) return "accepted";
  EXPECT_EQ(bundle.error().kind, ErrorKind::kInvalid);
  EXPECT_FALSE(bundle.error().hint.empty());
  return bundle.error().message;
}

// The bytes of the bundle with `change` made, and with a digest that fits them: what only a forger can write.
template <typename Change>
std::string Forged(Change change) {
  nlohmann::json object = nlohmann::json::parse(Bytes());
  change(object);
  object.erase("digest");
  object["digest"] = Digest(CanonicalJson(object));
  return CanonicalJson(object) + "\n";
}

TEST(LoadBundle, WritesBackTheSameBytes) {
  const std::string bytes = Bytes();
  auto bundle = Parse(bytes, "b.json");
  ASSERT_TRUE(bundle) << bundle.error().message;
  EXPECT_EQ(Write(*bundle), bytes);
}

TEST(LoadBundle, FillsWhatTheFormatLeavesOut) {
  const auto bundle = Parse(Bytes(), "b.json");
  ASSERT_TRUE(bundle) << bundle.error().message;
  const Capability* capability = bundle->FindCapability("billing.propose_late_fee_waiver");
  ASSERT_NE(capability, nullptr);
  EXPECT_EQ(capability->tool_name, "billing__propose_late_fee_waiver");
  EXPECT_EQ(capability->tool, test::WaiverCapability().tool);
  const PatchPlan& patch = *capability->patch;
  EXPECT_EQ(patch.allowed_columns, test::WaiverPatch().allowed_columns);
  EXPECT_EQ(patch.lock.params.size(), patch.before.params.size());
  EXPECT_EQ(patch.before.columns.at(0).table, "invoices");
  EXPECT_EQ(bundle->FindTool("billing__read_invoice")->name, "billing.read_invoice");
  EXPECT_EQ(bundle->contexts.at(0).query.statement.columns.at(4).visible, false);
}

TEST(LoadBundle, RefusesEveryTruncation) {
  const std::string bytes = Bytes();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_NE(Refusal(bytes.substr(0, size)), "accepted") << size;
  }
  EXPECT_EQ(Refusal(""), "bundle `b.json` is refused: the file is empty");
  EXPECT_EQ(Refusal(bytes.substr(0, 500)),
            "bundle `b.json` is refused: the file ends in the middle: it was cut or edited");
}

TEST(LoadBundle, RefusesEveryChangedByte) {
  const std::string bytes = Bytes();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string edited = bytes;
    edited[i] = edited[i] == 'x' ? 'y' : 'x';
    ASSERT_NE(Refusal(edited), "accepted") << i;
  }
  std::string edited = bytes;
  edited.replace(edited.find("\"0\""), 3, "\"9\"");
  EXPECT_EQ(
      Refusal(edited),
      "bundle `b.json` is refused: its content is not what its digest says: it was edited or damaged after the build");
}

TEST(LoadBundle, RefusesAppendedAndReformattedBytes) {
  EXPECT_NE(Refusal(Bytes() + "\n"), "accepted");
  EXPECT_NE(Refusal(Bytes() + "{}\n"), "accepted");
  EXPECT_NE(Refusal(nlohmann::json::parse(Bytes()).dump(2) + "\n"), "accepted");
}

TEST(LoadBundle, RefusesAnotherVersion) {
  std::string bytes = Bytes();
  bytes.replace(bytes.find("synapsor.bundle.v1"), 18, "synapsor.bundle.v7");
  EXPECT_EQ(
      Refusal(bytes),
      "bundle `b.json` is refused: its format is `synapsor.bundle.v7` and this program reads `synapsor.bundle.v1`");
  EXPECT_EQ(Refusal("CREATE AGENT WORKFLOW x;\n"), "bundle `b.json` is refused: this is not a bundle");
}

TEST(LoadBundle, RefusesUnknownAndRepeatedMembers) {
  const std::string unknown = Refusal(Forged([](auto& b) { b["capabilities"][0]["surprise"] = 1; }));
  EXPECT_NE(unknown.find("member `surprise` is unknown"), std::string::npos) << unknown;
  std::string repeated = Bytes();
  const std::string member = R"("compiler":"0.1.0",)";
  repeated.insert(repeated.find(member), member);
  const std::size_t digest = repeated.find(",\"format\":") - 82;
  std::string without = repeated;
  without.erase(digest, 83);
  without.pop_back();
  repeated.replace(digest + 10, 71, Digest(without));
  const std::string message = Refusal(repeated);
  EXPECT_NE(message.find("member `compiler` is repeated"), std::string::npos) << message;
}

struct Misfit {
  const char* name;
  void (*change)(nlohmann::json&);
  const char* message;
};

class DanglingReference : public testing::TestWithParam<Misfit> {};

TEST_P(DanglingReference, IsRefused) {
  const std::string message = Refusal(Forged(GetParam().change));
  EXPECT_NE(message.find(GetParam().message), std::string::npos) << message;
}

using nlohmann::json;
INSTANTIATE_TEST_SUITE_P(
    Each, DanglingReference,
    testing::Values(
        Misfit{"context", [](json& b) { b["capabilities"][0]["context"] = "x.y"; }, "context `x.y` does not exist"},
        Misfit{"source", [](json& b) { b["contexts"][0]["query"]["source"] = "z"; }, "source does not exist"},
        Misfit{"capability", [](json& b) { b["workflows"][0]["capabilities"][0] = "x.y"; }, "`x.y` does not exist"},
        Misfit{"arg", [](json& b) { b["capabilities"][0]["patch"]["key"]["value"] = "arg:nobody"; },
               "its key has a value"},
        Misfit{"tenant", [](json& b) { b["capabilities"][0]["patch"]["tenant"]["value"] = "arg:reason"; },
               "its tenant does not come from the session"},
        Misfit{"set_key", [](json& b) { b["capabilities"][0]["patch"]["set"][0]["column"] = "id"; },
               "must not be written"},
        Misfit{"set_twice", [](json& b) { b["capabilities"][0]["patch"]["set"][0]["column"] = "reviewer"; },
               "not twice"},
        Misfit{"guard", [](json& b) { b["capabilities"][0]["patch"]["guard"]["column"] = "nothing"; },
               "its guard `nothing`"},
        Misfit{"update",
               [](json& b) { b["capabilities"][0]["patch"]["update"]["params"][0]["value"] = "proposal:set:x"; },
               "which does not exist there"},
        Misfit{"event", [](json& b) { b["contexts"][0]["query"]["params"][0]["value"] = "event:payload"; },
               "which does not exist there"},
        Misfit{"root_key", [](json& b) { b["capabilities"][0]["patch"]["root_key_slot"] = "other"; },
               "does not read `other`"},
        Misfit{"session_key", [](json& b) { b["capabilities"][1]["session_keys"] = {"tenant_id"}; },
               "is not among its own"},
        Misfit{"order", [](json& b) { std::swap(b["capabilities"][0], b["capabilities"][1]); }, "out of order"},
        Misfit{"tool_name", [](json& b) { b["capabilities"][1]["tool"] = b["capabilities"][0]["tool"]; },
               "one tool name"},
        Misfit{"rows", [](json& b) { b["capabilities"][0]["patch"]["expected_rows"] = 2; }, "number of rows"},
        Misfit{"type", [](json& b) { b["capabilities"][0]["args"][0]["type"] = "money"; }, "type `money` is unknown"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(LoadBundle, ReadsKeysWithEscapes) {
  Bundle bundle = test::LateFeeBundle();
  bundle.authority = {{"a\"1", "read", "x", "", ""}, {"a\"2", "read", "x", "", ""}, {"a\n", "read", "x", "", ""}};
  std::sort(bundle.authority.begin(), bundle.authority.end(), [](auto& a, auto& b) { return a.subject < b.subject; });
  const std::string bytes = Write(bundle);
  const auto loaded = Parse(bytes, "b.json");
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->authority.at(1).subject, "a\"1");
}

TEST(LoadBundle, SkipsAuthorityFactsButNotTheirFaults) {
  const auto bundle = Parse(Bytes(), "b.json", AuthorityFacts::kSkip);
  ASSERT_TRUE(bundle) << bundle.error().message;
  EXPECT_TRUE(bundle->authority.empty());
  EXPECT_EQ(bundle->capabilities.size(), 2u);
  std::string broken = Bytes();
  broken[broken.find("\"authority\":{") + 13] = '[';
  EXPECT_FALSE(Parse(broken, "b.json", AuthorityFacts::kSkip));
}

TEST(LoadBundle, NamesAMissingFile) {
  const auto bundle = Load("/nonexistent/app.bundle.json");
  ASSERT_FALSE(bundle);
  EXPECT_EQ(bundle.error().kind, ErrorKind::kIo);
  EXPECT_NE(bundle.error().message.find("/nonexistent/app.bundle.json"), std::string::npos);
  EXPECT_FALSE(Load("/"));
}

TEST(LoadBundle, ReadsWhatWriteFileWrote) {
  Bundle bundle = test::LateFeeBundle();
  const std::string path = testing::TempDir() + "load_test_" + std::to_string(::getpid()) + ".bundle.json";
  ASSERT_TRUE(WriteFile(bundle, path));
  const auto loaded = Load(path);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->digest, bundle.digest);
  std::remove(path.c_str());
}

}  // namespace
}  // namespace synapsor::bundle
