// What is said about a text that is wrong, and where.
#include <gmock/gmock.h>

#include "parsing.h"

namespace synapsor::syntax {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> LinesOf(const std::string& text) { return Parsed(text).Lines(); }

const diag::Finding& Only(const Parsed& parsed) {
  EXPECT_EQ(parsed.sink.findings().size(), 1u);
  return parsed.sink.findings().front();
}

TEST(Mistakes, SyntaxError) {
  const Parsed parsed(
      "CREATE AGENT CONTEXT a.b\nROOT t AS x\nLOOKUP x.id = SESSION k\nBIND n FORM SESSION k\n"
      "OUTPUT SLOTS s AS x.c;");
  EXPECT_THAT(parsed.Lines(), ElementsAre("4:8-4:12 SYN001 expected `FROM` after `BIND n`, found `FORM`"));
  EXPECT_EQ(Only(parsed).help, "did you mean `FROM`?");
  EXPECT_EQ(Only(parsed).fixes.at(0).edits.at(0).replacement, "FROM");
  EXPECT_TRUE(parsed.file.contexts.empty());
  EXPECT_EQ(parsed.file.broken.at(0).name, "a.b");
}

TEST(Mistakes, UnknownClause) {
  const Parsed parsed("CREATE AGENT CONTEXT a.b\nROOT t AS x\nLOOKUP x.id = SESSION k\nOUTPT SLOTS s AS x.c;");
  EXPECT_THAT(parsed.Lines(), ElementsAre("4:1-4:12 SYN002 unknown clause `OUTPT SLOTS`"));
  EXPECT_EQ(Only(parsed).help, "did you mean `OUTPUT SLOTS`?");
  EXPECT_EQ(Only(parsed).fixes.at(0).edits.at(0).replacement, "OUTPUT SLOTS");
  EXPECT_THAT(LinesOf(CapabilityWith("CACHE FOREVER")),
              ElementsAre("5:1-5:6 SYN002 unknown clause `CACHE` in `CREATE AGENT CAPABILITY`"));
  EXPECT_THAT(LinesOf(CapabilityWith("ROOT t AS x")),
              ElementsAre("5:1-5:5 SYN002 `ROOT` is not a clause of `CREATE AGENT CAPABILITY`"));
}

TEST(Mistakes, RepeatedClause) {
  const Parsed parsed(CapabilityWith("PROFILE MINIMAL\nRETURNS JSON '{}'\nPROFILE FULL"));
  EXPECT_THAT(parsed.Lines(), ElementsAre("7:1-7:13 SYN003 `PROFILE` is said twice"));
  EXPECT_EQ(parsed.Place(Only(parsed).labels.at(0).span), "5:1-5:16");
  EXPECT_THAT(LinesOf("CREATE AGENT CAPABILITY a.c\nDESCRIPTION 'd'\nDESCRIPTION 'e'\nUSE CONTEXT "
                      "a.b\nEXECUTION READ ONLY;"),
              ElementsAre("3:1-3:12 SYN003 `DESCRIPTION` is said twice"));
  EXPECT_THAT(LinesOf("CREATE AGENT CAPABILITY a.c DESCRIPTION 'd'\nARG a INT MIN 1 REQUIRED MIN 2\n"
                      "USE CONTEXT a.b EXECUTION READ ONLY;"),
              ElementsAre("2:26-2:31 SYN003 `MIN` is said twice"));
  EXPECT_THAT(
      LinesOf(CapabilityWith("WRITE PROPOSAL TARGET t OPERATION UPDATE LOOKUP id FROM ARG i\nTENANT c FROM BINDING b\n"
                             "TENANT d FROM BINDING b\nCOLUMNS x FROM ARG y")),
      ElementsAre("7:1-7:7 SYN003 `TENANT` is said twice"));
}

TEST(Mistakes, MisplacedClause) {
  EXPECT_THAT(LinesOf("CREATE AGENT CONTEXT a.b\nROOT t AS x\nLOOKUP x.id = SESSION k\nOUTPUT SLOTS s AS x.c\n"
                      "BIND n FROM SESSION k;"),
              ElementsAre("5:1-5:5 SYN004 `BIND` stands after `OUTPUT SLOTS`"));
}

TEST(Mistakes, MissingClause) {
  EXPECT_THAT(LinesOf("CREATE AGENT CONTEXT a.b\nROOT t AS x\nLOOKUP x.id = SESSION k\nBIND n FROM "
                      "SESSION k\nEVIDENCE ON;"),
              ElementsAre("5:1-5:9 SYN005 expected `OUTPUT SLOTS` after the `BIND` clauses"));
  EXPECT_THAT(LinesOf(CapabilityWith("WRITE PROPOSAL TARGET t OPERATION UPDATE\nTENANT c FROM BINDING b")),
              ElementsAre("5:41-5:41 SYN005 expected `LOOKUP` after `OPERATION`",
                          "6:24-6:24 SYN005 expected `COLUMNS` in the `WRITE PROPOSAL`"));
  EXPECT_THAT(LinesOf("CREATE SETTLEMENT POLICY a.p FOR CAPABILITY a.c TARGET BRANCH main AUTO "
                      "COMMIT ELSE LEAVE PROPOSED;"),
              ElementsAre("1:67-1:67 SYN005 expected `AUTO APPROVE WHEN` after `TARGET BRANCH`"));
}

TEST(Mistakes, MissingSemicolonNeverSwallowsTheNextStatement) {
  const std::string context = ContextWith("a AS x.b");
  const Parsed parsed(context.substr(0, context.size() - 2) + "\n" + CapabilityWith("PROFILE MINIMAL"));
  EXPECT_THAT(parsed.Lines(), ElementsAre("4:22-4:22 SYN006 expected `;` before the next statement"));
  EXPECT_TRUE(Only(parsed).fixes.at(0).safe);
  EXPECT_EQ(parsed.file.capabilities.size(), 1u);
  EXPECT_EQ(parsed.file.contexts.size(), 0u);
  EXPECT_THAT(LinesOf("CREATE TABLE t (a INT)\n" + context),
              ElementsAre("1:23-1:23 SYN006 expected `;` before the next statement"));
  EXPECT_THAT(LinesOf(context.substr(0, context.size() - 2)),
              ElementsAre("4:22-4:22 SYN006 expected `;` at the end of the file"));
}

TEST(Mistakes, UnknownStatement) {
  const Parsed parsed("CREATE AGNET CONTEXT a.b ROOT t AS x;");
  EXPECT_THAT(parsed.Lines(), ElementsAre("1:1-1:21 SYN007 unknown statement `CREATE AGNET CONTEXT`"));
  EXPECT_EQ(Only(parsed).help, "did you mean `CREATE AGENT CONTEXT`?");
  EXPECT_THAT(LinesOf("CREATE CAPABILITY a END;"),
              ElementsAre("1:1-1:20 SYN007 unknown statement `CREATE CAPABILITY a`"));
}

TEST(Mistakes, LifecycleStatements) {
  for (const char* text :
       {"SHOW AGENT CONTEXTS;", "DROP AGENT CAPABILITY a.b;", "SET SESSION tenant_id = 'a';", "COMMIT WRITE 'wrp://1';",
        "INVOKE AGENT CAPABILITY a.b WITH JSON '{}';", "ALTER AGENT CONTEXT a.b REPLACE x;",
        "CREATE BRANCH b FROM main;", "AS OF AGENT RUN '7' SELECT 1;", "READ RESOURCE 'evidence://1';",
        "SETTLE WRITE x USING POLICY p;"}) {
    const Parsed parsed(text);
    EXPECT_EQ(Only(parsed).kind, diag::Kind::kLifecycleStatement) << text;
  }
  EXPECT_THAT(LinesOf("DROP AGENT CAPABILITY a.b;"),
              ElementsAre("1:1-1:11 SYN008 `DROP AGENT` acts on a running system and is not compiled"));
}

TEST(Mistakes, ExternalClauses) {
  EXPECT_THAT(LinesOf("CREATE AGENT CONTEXT a.b\nROOT EXTERNAL shop.t AS x\nLOOKUP x.id = SESSION k\n"
                      "JOIN EXTERNAL u AS y\nOUTPUT SLOTS s AS x.c;"),
              ElementsAre("2:1-2:14 SYN010 `ROOT EXTERNAL` is not part of this language",
                          "4:1-4:14 SYN010 `JOIN EXTERNAL` is not part of this language"));
  EXPECT_THAT(LinesOf(CapabilityWith("RETURN ANSWER WITH CITATIONS")),
              ElementsAre("5:1-5:14 SYN010 `RETURN ANSWER` is not part of this language"));
  EXPECT_THAT(LinesOf("CREATE AGENT CONTEXT a.b ROOT external AS x LOOKUP x.id = SESSION k OUTPUT "
                      "SLOTS s AS x.c;"),
              IsEmpty());
}

TEST(Mistakes, UnterminatedText) {
  EXPECT_THAT(LinesOf("CREATE AGENT CAPABILITY a.c\nDESCRIPTION 'no end\nUSE CONTEXT "
                      "a.b\nEXECUTION READ ONLY;"),
              ElementsAre("2:13-2:14 SYN011 this text is not closed"));
  // The odd quote is in the first statement; what it does to the second is not reported.
  EXPECT_THAT(LinesOf("CREATE AGENT CAPABILITY a.c\nDESCRIPTION 'no end\nUSE CONTEXT "
                      "a.b\nEXECUTION READ ONLY;\n" +
                      CapabilityWith("RETURNS JSON '{}'")),
              ElementsAre("2:13-2:14 SYN011 this text is not closed"));
  EXPECT_THAT(LinesOf(ContextWith("\"a AS x.b")),
              ElementsAre("4:14-4:24 SYN011 this quoted name is not closed on its line"));
}

TEST(Mistakes, TwoOpenTextsPointAtTheFirst) {
  const std::string open = "CREATE AGENT CAPABILITY a.c\nDESCRIPTION 'no end\nUSE CONTEXT a.b\nEXECUTION READ ONLY;\n";
  const Parsed parsed(open + open);
  ASSERT_FALSE(parsed.sink.findings().empty());
  EXPECT_EQ(parsed.Place(parsed.sink.findings().front().labels.at(0).span), "2:13-2:14");
}

TEST(Mistakes, UnterminatedComment) {
  EXPECT_THAT(LinesOf("CREATE AGENT CONTEXT a.b\n/* here"), ElementsAre("2:1-2:3 SYN012 this comment is not closed"));
}

TEST(Mistakes, NestedComment) {
  EXPECT_THAT(LinesOf("/* a /* b */\n"), ElementsAre("1:6-1:8 SYN013 a comment opens another comment"));
}

TEST(Mistakes, NotUtf8) {
  EXPECT_THAT(LinesOf("-- \xC3\xA9\n-- a\xFF"), ElementsAre("2:5-2:6 SYN014 byte 0xFF is not UTF-8"));
  for (const char* bytes : {"\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\x80"}) {
    EXPECT_EQ(Only(Parsed(bytes)).kind, diag::Kind::kNotUtf8);
  }
}

TEST(Mistakes, ControlCharacters) {
  EXPECT_THAT(LinesOf(std::string("ab\n-- c\0d", 9)), ElementsAre("2:5-2:6 SYN015 control character U+0000"));
  EXPECT_THAT(LinesOf("-- a\xE2\x80\xAE"
                      "b"),
              ElementsAre("1:5-1:6 SYN015 character U+202E changes the direction of reading"));
  for (int at = 0; at < 16; ++at) {  // at every place of the eight bytes looked at together
    std::string text(16, 'x');
    text[static_cast<std::size_t>(at)] = '\x7F';
    EXPECT_EQ(Only(Parsed("-- " + text)).kind, diag::Kind::kControlCharacter) << at;
  }
}

TEST(Mistakes, BadCharacter) {
  EXPECT_THAT(LinesOf(ContextWith("caf\xC3\xA9 AS x.b")),
              ElementsAre("4:17-4:18 SYN016 unexpected character `\xC3\xA9`"));
}

TEST(Mistakes, BadNumber) {
  EXPECT_THAT(LinesOf(ContextWith("3abc AS x.b")),
              ElementsAre("4:14-4:18 SYN017 `3abc` is neither a number nor a name"));
}

TEST(Mistakes, NumberOutOfRange) {
  EXPECT_THAT(LinesOf(CapabilityWith("TOKEN BUDGET MAX OUTPUT TOKENS 9223372036854775808")),
              ElementsAre("5:32-5:51 SYN018 the count `9223372036854775808` is out of range"));
}

TEST(Mistakes, EmptyName) {
  EXPECT_THAT(LinesOf(ContextWith("\"\" AS x.b")), ElementsAre("4:14-4:16 SYN019 a quoted name is empty"));
}

TEST(Mistakes, TooLong) {
  std::string slots = "a AS x.b";
  while (slots.size() < 1'000'000) slots += ",a AS x.b";
  EXPECT_THAT(LinesOf(ContextWith(slots)), ElementsAre("1:1-1:2 SYN020 this statement has more than 200000 words"));
  std::string many;
  for (int i = 0; i < 600; ++i) many += "a;";
  const Parsed parsed(many);
  EXPECT_EQ(parsed.sink.findings().size(), 501u);
}

TEST(Mistakes, SeveralInOneStatement) {
  EXPECT_THAT(LinesOf("CREATE AGENT WORKFLOW a.w\nSESION REQUIRE tenant_id\nALLOWED CAPABILITIES (a.b "
                      "a.c)\nEVIDENCE REQUIRED\n"
                      "EVIDENCE REQUIRED\nON RISK medium REQUIRE APROVAL;"),
              ElementsAre("2:1-2:15 SYN002 unknown clause `SESION REQUIRE`",
                          "3:27-3:28 SYN001 expected `,` or `)` after `ALLOWED CAPABILITIES (a.b`, found `a`",
                          "5:1-5:18 SYN003 `EVIDENCE REQUIRED` is said twice",
                          "6:24-6:31 SYN001 expected `APPROVAL` or a whole number after `ON RISK medium REQUIRE`, "
                          "found "
                          "`APROVAL`"));
}

TEST(Mistakes, EveryStatementIsLookedAt) {
  const std::string bad = "CREATE AGENT CONTEXT a.b ROOT t LOOKUP x.id = SESSION k OUTPUT SLOTS s AS x.c;\n";
  const std::string what = "-1:39 SYN001 expected `AS` after `ROOT t`, found `LOOKUP`";
  EXPECT_THAT(LinesOf(bad), ElementsAre("1:33" + what));
  EXPECT_EQ(LinesOf(bad + bad + bad).size(), 3u);
}

TEST(Mistakes, AMissingName) {
  EXPECT_THAT(
      LinesOf("CREATE AGENT CONTEXT a.b\nROOT t AS\nLOOKUP x.id = SESSION k\nBIND FROM "
              "SESSION k\nOUTPUT SLOTS s AS x.c;"),
      ElementsAre("3:1-3:7 SYN001 expected a name before `LOOKUP`", "4:6-4:10 SYN001 expected a name before `FROM`"));
}

TEST(Mistakes, AMissingComma) {
  EXPECT_THAT(LinesOf(ContextWith("\n  a AS x.b\n  c AS x.d")),
              ElementsAre("6:3-6:4 SYN001 expected `,` after `a AS x.b`, found `c`"));
}

TEST(Mistakes, ASecondWordThatIsNotKnown) {
  EXPECT_THAT(LinesOf("CREATE AGENT WORKFLOW a.w\nSESSION REQUIRE k\nALLOWED CAPABILITIES "
                      "(a.b)\nCHECKPOINT EACH STEP;"),
              ElementsAre("4:12-4:16 SYN001 expected `EVERY` after `CHECKPOINT`, found `EACH`"));
}

TEST(Mistakes, ACommaTooMany) {
  EXPECT_THAT(LinesOf("CREATE AGENT CONTEXT a.b\nROOT t AS x\nLOOKUP x.id = SESSION k\nOUTPUT "
                      "SLOTS\n  a AS x.b,\nEVIDENCE ON;"),
              ElementsAre("5:11-5:12 SYN001 expected another item after `,`, found `EVIDENCE`"));
}

TEST(Mistakes, NothingCountsAsMissingBehindAMistake) {
  EXPECT_THAT(LinesOf("CREATE AGENT WORKFLOW a.w\nVERSION 3\nSESSION REQUIRES tenant_id\nALLOWED "
                      "CAPABILITIES (a.b);"),
              ElementsAre("2:9-2:10 SYN001 expected a text in single quotes after `VERSION`, found `3`",
                          "3:9-3:17 SYN001 expected `REQUIRE` after `SESSION`, found `REQUIRES`"));
  EXPECT_THAT(LinesOf(CapabilityWith("WRITE PROPOSAL TARGET t OPERATION UPDATE LOOKUP id FROM ARG i\n"
                                     "COLUMNS a FROM VALUE 1\nCONFLICT GUARD")),
              ElementsAre("7:15-7:16 SYN001 expected a name after `CONFLICT GUARD`, found the end of the "
                          "statement"));
}

TEST(Mistakes, AFixedValueNeedsItsWord) {
  const Parsed parsed(
      CapabilityWith("WRITE PROPOSAL TARGET t OPERATION UPDATE LOOKUP id FROM ARG i TENANT c FROM BINDING b\n"
                     "COLUMNS a FROM 0"));
  EXPECT_EQ(Only(parsed).fixes.at(0).edits.at(0).replacement, "VALUE ");
}

TEST(Mistakes, InsideAPlan) {
  EXPECT_THAT(LinesOf(CapabilityWith("PLAN\nDEFAULT DECISION d\nSCAN s FROM t AS x\nWHERE FIELD x.c ARG "
                                     "a\nRULE r REASON q WHEN "
                                     "FIELD x.c => 1\nEND PLAN")),
              ElementsAre("8:17-8:20 SYN001 expected `=` after `WHERE FIELD x.c`, found `ARG`",
                          "9:33-9:34 SYN001 expected a value after `RULE r REASON q WHEN FIELD x.c =`, found `>`"));
}

TEST(Mistakes, DeepNesting) {
  EXPECT_EQ(LinesOf("CREATE AGENT CAPABILITY a.b " + std::string(1000, '(') + std::string(1000, ')') + ";").size(), 1u);
  std::string comments;
  for (int i = 0; i < 1000; ++i) comments += "/*";
  EXPECT_LE(LinesOf(comments).size(), 22u);
}

TEST(Mistakes, NothingIsSilent) {
  // Every proper prefix of a right file, cut at any byte, either parses in full statements or is
  // reported.
  const std::string text = ReadData("all_clauses.ddl.sql");
  const std::string body = text.substr(text.find("CREATE"));
  const Parsed whole(body);
  for (std::size_t size = 1; size + 2 < body.size(); size += 7) {
    const Parsed part(body.substr(0, size));
    const std::size_t statements = part.file.workflows.size() + part.file.contexts.size() +
                                   part.file.capabilities.size() + part.file.policies.size();
    if (!part.sink.has_errors()) {
      EXPECT_EQ(std::count(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(size), ';'),
                static_cast<std::ptrdiff_t>(statements))
          << size;
    }
  }
}

}  // namespace
}  // namespace synapsor::syntax
