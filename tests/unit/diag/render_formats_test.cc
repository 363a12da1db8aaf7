#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "compiler/diag/render_github.h"
#include "compiler/diag/render_json.h"
#include "compiler/diag/render_sarif.h"
#include "tests/unit/diag/make.h"

namespace synapsor::diag {
namespace {

using Json = nlohmann::json;

class Formats : public testing::Test {
 protected:
  Summary Counts() const { return Summarize(sink_.findings(), static_cast<int>(sources_.size())); }
  Json Sarif() const { return Json::parse(RenderSarif(sources_, sink_.findings(), Counts(), "1.2.3")); }
  Json Structured() const { return Json::parse(RenderJson(sources_, sink_.findings(), Counts())); }
  std::string Github() const { return RenderGithub(sources_, sink_.findings(), Counts()); }

  SourceStore sources_;
  Sink sink_;
};

TEST_F(Formats, ColumnsCountCodePoints) {
  const FileId file = sources_.Add("a.sql", "x\n'\xE6\x97\xA5\xF0\x9F\x98\x80' here\n");
  sink_.Report(Kind::kUnknownColumn, At(sources_, file, "here"), "m");
  const Json finding = Structured()["findings"][0];
  EXPECT_EQ(finding["line"], 2);
  EXPECT_EQ(finding["column"], 6);
  EXPECT_EQ(finding["end_column"], 10);
  const Json run = Sarif()["runs"][0];
  EXPECT_EQ(run["columnKind"], "unicodeCodePoints");
  EXPECT_EQ(run["results"][0]["locations"][0]["physicalLocation"]["region"],
            Json::parse(R"({"startLine": 2, "startColumn": 6, "endLine": 2, "endColumn": 10})"));
}

TEST_F(Formats, AFindingWithoutPlaceHasNullsAndNoLocation) {
  sink_.Report(Kind::kUnknownColumn, Span::None(), "m");
  EXPECT_TRUE(Structured()["findings"][0]["file"].is_null());
  EXPECT_TRUE(Structured()["findings"][0]["line"].is_null());
  EXPECT_FALSE(Sarif()["runs"][0]["results"][0].contains("locations"));
  EXPECT_EQ(Github(), "::error title=SYN401 unknown-column::m%0Async explain SYN401\n1 error in 0 files\n");
}

TEST_F(Formats, BytesThatAreNotUtf8GiveValidJson) {
  sources_.Add("a\xFF.sql", "x\n");
  sink_.Report(Kind::kUnknownColumn, {FileId{0}, 0, 1}, "no `\xC3\x28`");
  EXPECT_EQ(Structured()["findings"][0]["message"], "no `\xEF\xBF\xBD(`");
  EXPECT_NO_THROW(Sarif());
}

TEST_F(Formats, NothingIsCappedByCode) {
  const FileId file = sources_.Add("a.sql", "x\n");
  for (int i = 0; i < 50; ++i) sink_.Report(Kind::kUnknownColumn, {file, 0, 1}, "m");
  EXPECT_EQ(Structured()["findings"].size(), 50U);
  EXPECT_EQ(Structured()["summary"]["by_code"]["SYN401"], 50);
  EXPECT_EQ(Sarif()["runs"][0]["results"].size(), 50U);
}

TEST_F(Formats, JsonKeysStandInTheOrderOfTheDocumentation) {
  const FileId file = sources_.Add("a.sql", "x\n");
  sink_.Report(Kind::kUnknownColumn, {file, 0, 1}, "m");
  const std::string text = RenderJson(sources_, sink_.findings(), Counts());
  std::size_t at = 0;
  for (const char* key : {"findings", "code", "slug", "severity", "message", "file", "line", "column", "end_line",
                          "end_column", "labels", "notes", "help", "fix", "summary"}) {
    const std::size_t next = text.find('"' + std::string(key) + "\":", at);
    ASSERT_NE(next, std::string::npos) << key;
    at = next;
  }
}

TEST_F(Formats, SarifCarriesLabelsFixesAndRules) {
  const FileId file = sources_.Add("dir with blank/a.sql", "one two\n");
  sink_.Report(Kind::kUnknownColumn, At(sources_, file, "one"), "m")
      .WithLabel(At(sources_, file, "two"), "other")
      .WithSchema("schema.sql: t.c", "varchar")
      .WithFix({"write `1`", {{At(sources_, file, "one"), "1"}}, true});
  const Json run = Sarif()["runs"][0];
  const Json result = run["results"][0];
  EXPECT_EQ(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "dir%20with%20blank/a.sql");
  EXPECT_EQ(result["relatedLocations"][0]["message"]["text"], "other");
  EXPECT_EQ(result["relatedLocations"][1]["message"]["text"], "schema.sql: t.c  varchar");
  EXPECT_EQ(result["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"], "1");
  const Json& rules = run["tool"]["driver"]["rules"];
  ASSERT_EQ(rules.size(), AllKinds().size());
  for (std::size_t i = 0; i < rules.size(); ++i) EXPECT_EQ(rules[i]["id"], AllKinds()[i].code);
  EXPECT_EQ(rules[result["ruleIndex"].get<std::size_t>()]["id"], "SYN401");
}

TEST_F(Formats, FingerprintsIgnorePlacesAndTellRepeatsApart) {
  const FileId file = sources_.Add("a.sql", "one two\n");
  sink_.Report(Kind::kUnknownColumn, At(sources_, file, "one"), "m");
  sink_.Report(Kind::kUnknownColumn, At(sources_, file, "two"), "m");
  const Json findings = Structured()["findings"];
  EXPECT_EQ(findings[0]["fingerprint"], findings[1]["fingerprint"]);
  const Json results = Sarif()["runs"][0]["results"];
  EXPECT_NE(results[0]["partialFingerprints"], results[1]["partialFingerprints"]);
}

TEST_F(Formats, GithubCommandsCannotBeForged) {
  const FileId file = sources_.Add("a,b:c%\n.sql", "one\ntwo\n");
  sink_.Report(Kind::kUnknownColumn, {file, 0, 7}, "no `\n::error::x%`").WithHelp("h\r\n::set-output");
  EXPECT_EQ(Github(),
            "::error file=a%2Cb%3Ac%25%0A.sql,line=1,endLine=2,title=SYN401 unknown-column::"
            "no `%0A::error::x%25`%0Ahelp: h%0D%0A::set-output%0Async explain SYN401\n1 error in 1 "
            "file\n");
}

TEST_F(Formats, JobSummaryEscapesMarkup) {
  const FileId file = sources_.Add("a.sql", "one\n");
  sink_.Report(Kind::kUnknownColumn, {file, 0, 1}, "no `x` | <img src=y>\n[z](http://w)");
  EXPECT_EQ(RenderGithubSummary(sources_, sink_.findings(), Counts()),
            "### sync check: 1 error in 1 file\n\n| | rule | where | finding |\n|---|---|---|---|\n"
            "| error | SYN401 unknown-column | a.sql:1 | no \\`x\\` \\| &lt;img "
            "src=y\\>\xE2\x90\x8A\\[z\\]\\(http://w\\) |\n\n");
}

TEST_F(Formats, JobSummaryStaysBelowTheLimit) {
  for (int i = 0; i < 3000; ++i) sink_.Report(Kind::kUnknownColumn, Span::None(), std::string(1000, 'm'));
  const std::string text = RenderGithubSummary(sources_, sink_.findings(), Counts());
  EXPECT_LT(text.size(), 1'000'000U);
  EXPECT_NE(text.find(" more\n"), std::string::npos);
}

}  // namespace
}  // namespace synapsor::diag
