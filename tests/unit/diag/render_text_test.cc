#include "compiler/diag/render_text.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/diag/make.h"

namespace synapsor::diag {
namespace {

std::string Render(const SourceStore& sources, const Sink& sink, TextOptions options = {}) {
  return RenderText(sources, sink.findings(), Summarize(sink.findings(), static_cast<int>(sources.size())), options);
}

TEST(RenderText, OneCaretWithEverythingBelow) {
  SourceStore sources;
  const FileId file =
      sources.Add("agent.ddl.sql", "CREATE AGENT CONTEXT a.b\nROOT invoices AS i\nOUTPUT SLOTS s AS i.statsu;\n");
  Sink sink;
  const Sink::ContextScope scope(sink, "while checking context `a.b`");
  sink.Report(Kind::kUnknownColumn, At(sources, file, "statsu"), "no column `statsu` in table `public.invoices`")
      .WithPhrase("not in the schema")
      .WithSchema("schema.sql: public.invoices", "id, status, tenant_id")
      .WithNote("names are compared as the database stores them")
      .WithHelp("write `status`")
      .WithFix({"write `status`", {{At(sources, file, "statsu"), "status"}}, true});
  EXPECT_EQ(Render(sources, sink), R"(error[SYN401]: no column `statsu` in table `public.invoices`
 --> agent.ddl.sql:3:21
  |
3 | OUTPUT SLOTS s AS i.statsu;
  |                     ^^^^^^ not in the schema
  |
 ::: schema.sql: public.invoices  id, status, tenant_id
  = note: while checking context `a.b`
  = note: names are compared as the database stores them
  = help: write `status`
  = fix: write `status` (applied by `--fix`)
  |
3 - OUTPUT SLOTS s AS i.statsu;
3 + OUTPUT SLOTS s AS i.status;
  |
  = explain: sync explain SYN401

1 error in 1 file
)");
}

TEST(RenderText, SeveralMarksOfOneLineHangFromRightToLeft) {
  SourceStore sources;
  const FileId file = sources.Add("a.sql", "BIND x FROM SESSION y\n");
  Sink sink;
  sink.Report(Kind::kUnknownColumn, At(sources, file, "SESSION"), "m")
      .WithPhrase("primary")
      .WithLabel(At(sources, file, "x"), "left")
      .WithLabel(At(sources, file, "y"), "right");
  EXPECT_EQ(Render(sources, sink), R"(error[SYN401]: m
 --> a.sql:1:13
  |
1 | BIND x FROM SESSION y
  |      -      ^^^^^^^ - right
  |      |      |
  |      |      primary
  |      left
  |
  = explain: sync explain SYN401

1 error in 1 file
)");
}

TEST(RenderText, TwoPhrasesOnTheSamePlaceStandBelowEachOther) {
  SourceStore sources;
  const FileId file = sources.Add("a.sql", "BIND x\n");
  Sink sink;
  sink.Report(Kind::kUnknownColumn, At(sources, file, "x"), "m")
      .WithPhrase("one")
      .WithLabel(At(sources, file, "x"), "two");
  EXPECT_EQ(Render(sources, sink), R"(error[SYN401]: m
 --> a.sql:1:6
  |
1 | BIND x
  |      ^
  |      |
  |      two
  |      one
  |
  = explain: sync explain SYN401

1 error in 1 file
)");
}

TEST(RenderText, LabelsOfOtherLinesAndFiles) {
  SourceStore sources;
  const FileId first = sources.Add("a.sql", "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n");
  const FileId second = sources.Add("b.sql", "other\n");
  Sink sink;
  sink.Report(Kind::kUnknownColumn, At(sources, first, "ten"), "m")
      .WithLabel(At(sources, first, "two"), "declared here")
      .WithLabel(At(sources, first, "four"), "and here")
      .WithLabel(At(sources, second, "other"), "or there");
  EXPECT_EQ(Render(sources, sink), R"(error[SYN401]: m
  --> a.sql:10:1
   |
 2 | two
   | --- declared here
 3 | three
 4 | four
   | ---- and here
...
10 | ten
   | ^^^
   |
  ::: b.sql:1:1
   |
 1 | other
   | ----- or there
   |
   = explain: sync explain SYN401

1 error in 2 files
)");
}

TEST(RenderText, SpanOverSeveralLinesShowsFirstAndLast) {
  SourceStore sources;
  const FileId file = sources.Add("a.sql", "CREATE AGENT\nCONTEXT\na.b\nROOT t;\n");
  Sink sink;
  sink.Report(Kind::kUnknownColumn, {file, 0, 32}, "m").WithPhrase("this statement");
  sink.Report(Kind::kUnknownColumn, {file, 7, 20}, "n");
  EXPECT_EQ(Render(sources, sink), R"(error[SYN401]: m
 --> a.sql:1:1
  |
1 | / CREATE AGENT
... |
4 | | ROOT t;
  | |_______^ this statement
  |
  = explain: sync explain SYN401

error[SYN401]: n
 --> a.sql:1:8
  |
1 |   CREATE AGENT
  |  ________^
2 | | CONTEXT
  | |_______^
  |
  = explain: sync explain SYN401

2 errors in 1 file
)");
}

TEST(RenderText, TabsWideAndCombiningCharactersKeepTheCaretInPlace) {
  SourceStore sources;
  const FileId file = sources.Add("a.sql", "\tx '\xE6\x97\xA5\xE6\x9C\xAC' cafe\xCC\x81 here\n");
  Sink sink;
  sink.Report(Kind::kUnknownColumn, At(sources, file, "here"), "m");
  EXPECT_EQ(Render(sources, sink),
            "error[SYN401]: m\n --> a.sql:1:15\n  |\n"
            "1 |     x '\xE6\x97\xA5\xE6\x9C\xAC' cafe\xCC\x81 here\n"
            "  |                   ^^^^\n  |\n  = explain: sync explain SYN401\n\n1 error in 1 file\n");
}

TEST(RenderText, ControlAndInvisibleCharactersNeverReachTheTerminal) {
  SourceStore sources;
  const FileId file = sources.Add("a\x1b[2J.sql",
                                  "a\x1b[31m \xE2\x80\xAE"
                                  "b\xC2\x9B \xFFzz\n");
  Sink sink;
  sink.Report(Kind::kUnknownColumn, At(sources, file, "zz"), "no `\x1b]0;x\x07`\r").WithHelp("two\nlines\x7f");
  const std::string text = Render(sources, sink);
  EXPECT_EQ(text,
            "error[SYN401]: no `\xE2\x90\x9B]0;x\xE2\x90\x87`\xE2\x90\x8D\n --> "
            "a\xE2\x90\x9B[2J.sql:1:13\n  |\n"
            "1 | a\xE2\x90\x9B[31m <U+202E>b<U+009B> \xEF\xBF\xBDzz\n"
            "  |                           ^^\n  |\n"
            "  = help: two\n          lines\xE2\x90\xA1\n  = explain: sync explain SYN401\n\n1 "
            "error in 1 file\n");
  for (const char c : text) EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20) << static_cast<int>(c);
}

TEST(RenderText, LongLinesAreCutAroundTheCaret) {
  SourceStore sources;
  const std::string head(200, 'a');
  const FileId file = sources.Add("a.sql", head + " MARK " + std::string(100000, 'b') + "\n");
  Sink sink;
  sink.Report(Kind::kUnknownColumn, At(sources, file, "MARK"), "m").WithPhrase("here");
  EXPECT_EQ(Render(sources, sink, {.max_cells = 40}),
            "error[SYN401]: m\n --> a.sql:1:202\n  |\n"
            "1 | ..." +
                std::string(17, 'a') + " MARK " + std::string(17, 'b') +
                "...\n"
                "  | " +
                std::string(21, ' ') + "^^^^ here\n  |\n  = explain: sync explain SYN401\n\n1 error in 1 file\n");
}

TEST(RenderText, MarksFarApartOnALongLineGetItTwice) {
  SourceStore sources;
  const FileId file = sources.Add("a.sql", "one " + std::string(300, 'a') + " two\n");
  Sink sink;
  sink.Report(Kind::kUnknownColumn, At(sources, file, "one"), "m").WithLabel(At(sources, file, "two"), "there");
  EXPECT_EQ(Render(sources, sink, {.max_cells = 20}), R"(error[SYN401]: m
 --> a.sql:1:1
  |
1 | one aaaaaaaaaaaaaaaa...
  | ^^^
1 | ...aaaaaaaaaaaaaaaa two
  |                     --- there
  |
  = explain: sync explain SYN401

1 error in 1 file
)");
}

TEST(RenderText, NoPlaceAndEndOfFile) {
  SourceStore sources;
  const FileId file = sources.Add("a.sql", "CREATE");
  Sink sink;
  sink.Report(Kind::kUnknownColumn, Span::None(), "of the whole run");
  sink.Report(Kind::kUnknownColumn, {file, 6, 6}, "ends too early").WithPhrase("expected more");
  EXPECT_EQ(Render(sources, sink), R"(error[SYN401]: of the whole run
  = explain: sync explain SYN401

error[SYN401]: ends too early
 --> a.sql:1:7
  |
1 | CREATE
  |       ^ expected more
  |
  = explain: sync explain SYN401

2 errors in 1 file
)");
}

TEST(RenderText, RepeatsOfOneCodeAreCountedInsteadOfShown) {
  SourceStore sources;
  const FileId file = sources.Add("a.sql", "x\n");
  Sink sink;
  for (int i = 0; i < 5; ++i) sink.Report(Kind::kUnknownColumn, {file, 0, 1}, "m");
  sink.Report(Kind::kSyntaxError, {file, 0, 1}, "other");
  const std::string text = Render(sources, sink, {.max_per_code = 2});
  std::size_t shown = 0;
  for (std::size_t at = 0; (at = text.find("error[SYN401]", at)) != std::string::npos; ++at) ++shown;
  EXPECT_EQ(shown, 2U);
  EXPECT_TRUE(text.ends_with("... and 3 more of SYN401 (unknown-column)\n\n6 errors in 1 file\n")) << text;
  EXPECT_EQ(Render(sources, sink, {.max_per_code = 0}).find("more of"), std::string::npos);
}

TEST(RenderText, ColourOnlyWhenAskedFor) {
  SourceStore sources;
  const FileId file = sources.Add("a.sql", "x\n");
  Sink sink;
  sink.Report(Kind::kUnknownColumn, {file, 0, 1}, "m").WithPhrase("p");
  EXPECT_EQ(Render(sources, sink).find('\x1b'), std::string::npos);
  EXPECT_EQ(Render(sources, sink, {.color = true}),
            "\x1b[1;31merror[SYN401]\x1b[0m\x1b[1m: m\x1b[0m\n"
            "\x1b[1;34m --> \x1b[0ma.sql:1:1\n"
            "\x1b[1;34m  |\x1b[0m\n"
            "\x1b[1;34m1 |\x1b[0m x\n"
            "\x1b[1;34m  |\x1b[0m \x1b[1;31m^\x1b[0m \x1b[1;31mp\x1b[0m\n"
            "\x1b[1;34m  |\x1b[0m\n"
            "\x1b[1;34m  = \x1b[0m\x1b[1mexplain\x1b[0m: sync explain SYN401\n\n1 error in 1 file\n");
}

TEST(RenderText, FixThatDeletesALineShowsOnlyThatLine) {
  SourceStore sources;
  const FileId file = sources.Add("a.sql", "one\ntwo\nthree\n");
  Sink sink;
  sink.Report(Kind::kUnknownColumn, At(sources, file, "two"), "m").WithFix({"remove it", {{{file, 4, 8}, ""}}, false});
  EXPECT_NE(Render(sources, sink).find("  = fix: remove it\n  |\n2 - two\n  |\n"), std::string::npos)
      << Render(sources, sink);
}

TEST(SummaryLine, SaysWhatWasHidden) {
  EXPECT_EQ(SummaryLine({.files = 1}), "no findings in 1 file");
  EXPECT_EQ(SummaryLine({.errors = 2, .warnings = 1, .files = 3}), "2 errors, 1 warning in 3 files");
  EXPECT_EQ(SummaryLine({.warnings = 2, .files = 3, .suppressed = 1, .baselined = 4}),
            "2 warnings in 3 files; 1 suppressed, 4 in the baseline");
}

}  // namespace
}  // namespace synapsor::diag
