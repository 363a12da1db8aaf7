// The formatter keeps what a text means, and changes nothing the second time.
#include "compiler/syntax/format.h"

#include <gmock/gmock.h>

#include <random>

#include "compiler/syntax/keywords.h"
#include "compiler/syntax/lexer.h"
#include "parsing.h"

namespace synapsor::syntax {
namespace {

// All tokens, keywords folded, and all comments: equal streams parse to equal trees.
std::vector<std::string> Meaning(std::string_view text) {
  std::vector<Token> comments;
  Lexer lexer(text, SkipByteOrderMark(text), &comments);
  std::vector<std::string> words;
  for (Token token = lexer.Next(); token.kind != kEnd; token = lexer.Next()) {
    words.emplace_back(IsKeyword(token.kind) ? KeywordText(token.kind) : TextOf(text, token));
  }
  for (const Token& comment : comments) {
    std::string said(TextOf(text, comment));
    while (!said.empty() && (said.back() == ' ' || said.back() == '\t')) said.pop_back();
    words.push_back(said);
  }
  return words;
}

void ExpectStable(const std::string& text) {
  const std::string once = Format(text);
  EXPECT_EQ(Format(once), once);
  EXPECT_EQ(Meaning(once), Meaning(text));
}

TEST(Format, FilesInTheLayoutStayAsTheyAre) {
  for (const char* name : {"late_fee.ddl.sql", "all_clauses.ddl.sql"}) {
    const std::string text = ReadData(name);
    EXPECT_EQ(Format(text), text) << name;
    ExpectStable(text);
  }
}

// The same tokens with other blanks, line ends and comments between them.
std::string Shake(std::string_view text, std::mt19937& random) {
  static constexpr const char* kGaps[] = {" ",          "\n",           "  \n\n",          "\t",
                                          " -- note\n", " /* note */ ", "\n-- own line\n", "\n\n"};
  Lexer lexer(text, 0, nullptr);
  std::string shaken;
  for (Token token = lexer.Next(); token.kind != kEnd; token = lexer.Next()) {
    shaken += TextOf(text, token);
    const bool plain = random() % 3 != 0;
    shaken += plain ? " " : kGaps[random() % std::size(kGaps)];
  }
  return shaken;
}

TEST(Format, AnyLayoutBecomesTheSame) {
  std::mt19937 random(7);
  for (const char* name : {"late_fee.ddl.sql", "all_clauses.ddl.sql"}) {
    const std::string text = ReadData(name);
    for (int round = 0; round < 200; ++round) ExpectStable(Shake(text, random));
  }
}

TEST(Format, ParsesToTheSameFile) {
  const std::string text = ReadData("all_clauses.ddl.sql");
  std::mt19937 random(11);
  const Parsed before(Shake(text, random));
  const Parsed after(Format(before.sources.Get(before.id).text().data()));
  EXPECT_TRUE(before.Lines().empty());
  EXPECT_TRUE(after.Lines().empty());
  EXPECT_EQ(before.file.capabilities.size(), after.file.capabilities.size());
  EXPECT_EQ(before.file.contexts.at(0).slots.size(), after.file.contexts.at(0).slots.size());
}

TEST(Format, KeywordsUpperNamesKept) {
  EXPECT_EQ(Format("create agent context Key.Value root Status as version lookup version.id=session K "
                   "output slots slots as version.status;"),
            "CREATE AGENT CONTEXT Key.Value\nROOT Status AS version\nLOOKUP version.id = SESSION K\n"
            "OUTPUT SLOTS\n  slots AS version.status;\n");
}

TEST(Format, LeavesWhatItCannotRead) {
  const std::string wrong = "CREATE AGENT CONTEXT   a.b\n ROOT;\n";
  EXPECT_EQ(Format(wrong), wrong);
  const std::string foreign = "CREATE TABLE t (\n a   INT -- x\n);\nINSERT INTO t VALUES (1);\n";
  EXPECT_EQ(Format(foreign), foreign);
  EXPECT_EQ(Format("a\xFF"), "a\xFF");
  EXPECT_EQ(Format(""), "");
}

TEST(Format, CommentsStayWithTheirLines) {
  EXPECT_EQ(Format("-- head\n\n\n-- about it\nCREATE AGENT CONTEXT a.b -- name\nROOT t AS x LOOKUP "
                   "x.id = SESSION k\n"
                   "OUTPUT SLOTS\n -- first\n a AS x.b, -- one\n c AS x.d\n; -- done\n-- tail"),
            "-- head\n\n-- about it\nCREATE AGENT CONTEXT a.b -- name\nROOT t AS x\nLOOKUP x.id = "
            "SESSION k\nOUTPUT SLOTS\n"
            "  -- first\n  a AS x.b, -- one\n  c AS x.d; -- done\n\n-- tail\n");
}

}  // namespace
}  // namespace synapsor::syntax
