#include "compiler/diag/suppression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "compiler/diag/fingerprint.h"
#include "tests/unit/diag/make.h"

namespace synapsor::diag {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// One statement of 20 bytes and one of 10 after it.
class Allow : public testing::Test {
 protected:
  Allow() { file_ = sources_.Add("a.sql", "-- sync:allow SYN803 because\nfirst statement here;\nsecond one;\n"); }

  AllowComment Comment(std::string_view code, std::string_view reason) const {
    return {code, reason, At(sources_, file_, "-- sync:allow SYN803 because"),
            At(sources_, file_, "first statement here;")};
  }
  void Report(Kind kind, std::string_view at) { sink_.Report(kind, At(sources_, file_, at), "m"); }
  int Apply(AllowComment comment, bool all_checks_ran = true) {
    return ApplyAllowComments(sources_, std::vector{comment}, all_checks_ran, sink_);
  }
  std::vector<std::string> Codes() {
    std::vector<std::string> codes;
    for (const Finding& finding : sink_.findings()) codes.emplace_back(Info(finding.kind).code);
    std::sort(codes.begin(), codes.end());
    return codes;
  }

  SourceStore sources_;
  FileId file_;
  Sink sink_;
};

TEST_F(Allow, HidesWarningsOfItsStatementOnly) {
  Report(Kind::kUnusedAllow, "statement");
  Report(Kind::kUnusedAllow, "second");
  EXPECT_EQ(Apply(Comment("SYN803", "why")), 1);
  EXPECT_THAT(Codes(), ElementsAre("SYN803"));
  EXPECT_EQ(sources_.Text(sink_.findings().front().span), "second");
}

TEST_F(Allow, TakesTheSlugToo) {
  Report(Kind::kUnusedAllow, "statement");
  EXPECT_EQ(Apply(Comment("unused-allow", "why")), 1);
  EXPECT_THAT(Codes(), IsEmpty());
}

TEST_F(Allow, NeverHidesAnErrorOfSoundness) {
  Report(Kind::kUnknownColumn, "statement");
  EXPECT_EQ(Apply(Comment("SYN401", "why")), 0);
  EXPECT_THAT(Codes(), ElementsAre("SYN401", "SYN804"));
}

TEST_F(Allow, WithoutReasonHidesNothing) {
  Report(Kind::kUnusedAllow, "statement");
  EXPECT_EQ(Apply(Comment("SYN803", "")), 0);
  EXPECT_THAT(Codes(), ElementsAre("SYN802", "SYN803"));
}

TEST_F(Allow, UnknownCodeIsReportedWithTheNearest) {
  EXPECT_EQ(Apply(Comment("unusd-allow", "why")), 0);
  EXPECT_THAT(Codes(), ElementsAre("SYN801"));
  EXPECT_EQ(sink_.findings().front().help, "did you mean `unused-allow`?");
}

TEST_F(Allow, UnusedIsReportedWithAFixThatRemovesTheLine) {
  EXPECT_EQ(Apply(Comment("SYN803", "because")), 0);
  ASSERT_THAT(Codes(), ElementsAre("SYN803"));
  const Fix& fix = sink_.findings().front().fixes.at(0);
  EXPECT_TRUE(fix.safe);
  EXPECT_EQ(sources_.Text(fix.edits.at(0).span), "-- sync:allow SYN803 because\n");
}

TEST_F(Allow, IsNotCalledUnusedWhereChecksWereSilent) {
  EXPECT_EQ(Apply(Comment("SYN803", "why"), /*all_checks_ran=*/false), 0);
  EXPECT_THAT(Codes(), IsEmpty());
  Report(Kind::kSyntaxError, "statement");
  EXPECT_EQ(Apply(Comment("SYN803", "why")), 0);
  EXPECT_THAT(Codes(), ElementsAre("SYN001"));
}

TEST_F(Allow, BeforeNoStatementIsUnused) {
  AllowComment comment = Comment("SYN803", "why");
  comment.covers = Span::None();
  EXPECT_EQ(Apply(comment), 0);
  EXPECT_THAT(Codes(), ElementsAre("SYN803"));
}

class BaselineTest : public testing::Test {
 protected:
  Finding& Report(Kind kind, std::string message) { return sink_.Report(kind, Span::None(), std::move(message)); }
  Result<int> Apply(std::string text, bool all_checks_ran = true) {
    return ApplyBaseline(sources_, sources_.Add("baseline.json", std::move(text)), all_checks_ran, sink_);
  }

  SourceStore sources_;
  Sink sink_;
};

TEST_F(BaselineTest, HidesWhatItHoldsAndNothingNew) {
  Report(Kind::kUnusedAllow, "old");
  Report(Kind::kUnusedAllow, "old");
  const std::string baseline = WriteBaseline(sink_.findings());
  Report(Kind::kUnusedAllow, "old");
  Report(Kind::kUnusedAllow, "new");
  const auto hidden = Apply(baseline);
  ASSERT_TRUE(hidden) << hidden.error().message;
  EXPECT_EQ(*hidden, 2);
  ASSERT_EQ(sink_.findings().size(), 2U);
  EXPECT_EQ(sink_.findings()[0].message, "old");
  EXPECT_EQ(sink_.findings()[1].message, "new");
}

TEST_F(BaselineTest, NeverHoldsAnErrorOfSoundness) {
  Finding& finding = Report(Kind::kUnknownColumn, "m");
  EXPECT_EQ(WriteBaseline(sink_.findings()).find("SYN401"), std::string::npos);
  const std::string forged =
      R"({"format": "synapsor.baseline.v1", "findings": [{"code": "SYN401", "count": 1, "fingerprint": ")" +
      Fingerprint(finding) + "\"}]}";
  const auto hidden = Apply(forged);
  ASSERT_TRUE(hidden);
  EXPECT_EQ(*hidden, 0);
  ASSERT_EQ(sink_.findings().size(), 2U);
  EXPECT_EQ(sink_.findings()[1].kind, Kind::kSoundnessErrorBaselined);
  EXPECT_EQ(sources_.Text(sink_.findings()[1].span), '"' + Fingerprint(sink_.findings()[0]) + '"');
}

TEST_F(BaselineTest, AForgedCodeDoesNotHideAnErrorOfSoundness) {
  Finding& finding = Report(Kind::kUnknownColumn, "m");
  const auto hidden =
      Apply(R"({"format": "synapsor.baseline.v1", "findings": [{"code": "SYN803", "count": 1, "fingerprint": ")" +
            Fingerprint(finding) + "\"}]}");
  ASSERT_TRUE(hidden);
  EXPECT_EQ(*hidden, 0);
}

TEST_F(BaselineTest, AnEntryWithoutFindingIsStale) {
  Report(Kind::kUnusedAllow, "gone");
  const std::string baseline = WriteBaseline(sink_.findings());
  sink_.findings().clear();
  ASSERT_TRUE(Apply(baseline, /*all_checks_ran=*/false));
  EXPECT_TRUE(sink_.findings().empty());
  ASSERT_TRUE(Apply(baseline));
  ASSERT_EQ(sink_.findings().size(), 1U);
  EXPECT_EQ(sink_.findings()[0].kind, Kind::kStaleBaselineEntry);
}

TEST_F(BaselineTest, ADamagedFileIsAnError) {
  for (const char* text :
       {"", "[]", "{}", R"({"format": "synapsor.baseline.v1"})",
        R"({"format": "synapsor.baseline.v1", "findings": [1]})",
        R"({"format": "synapsor.baseline.v1", "findings": [{"code": "SYN803", "fingerprint": "x", "count": 0}]})"}) {
    const auto hidden = Apply(text);
    ASSERT_FALSE(hidden) << text;
    EXPECT_EQ(hidden.error().kind, ErrorKind::kInvalid);
  }
}

}  // namespace
}  // namespace synapsor::diag
