// The hand-written lexer against the lexer that ANTLR makes from the grammar.
#include "compiler/syntax/lexer.h"

#include <AgentDdlLexer.h>

#include <random>

#include "compiler/syntax/keywords.h"
#include "parsing.h"

namespace synapsor::syntax {
namespace {

std::string Show(std::size_t kind, std::size_t begin, std::size_t end) {
  return fmt::format("{}[{},{})", kind, begin, end);
}

std::vector<std::string> Ours(std::string_view text) {
  std::vector<std::string> shown;
  Lexer lexer(text, 0, nullptr);
  for (Token token = lexer.Next(); token.kind != kEnd; token = lexer.Next()) {
    shown.push_back(Show(token.kind, token.begin, token.end));
  }
  return shown;
}

// The generated lexer counts code points.
std::vector<std::string> Theirs(const std::string& text) {
  std::vector<std::size_t> offsets;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) offsets.push_back(i);
  }
  offsets.push_back(text.size());
  antlr4::ANTLRInputStream input(text);
  agentddl::AgentDdlLexer lexer(&input);
  lexer.removeErrorListeners();
  std::vector<std::string> shown;
  for (auto token = lexer.nextToken(); token->getType() != antlr4::Token::EOF; token = lexer.nextToken()) {
    if (token->getChannel() != antlr4::Token::DEFAULT_CHANNEL) continue;
    shown.push_back(Show(token->getType(), offsets[token->getStartIndex()], offsets[token->getStopIndex() + 1]));
  }
  return shown;
}

TEST(Lexer, Corpus) {
  for (const char* name : {"late_fee.ddl.sql", "all_clauses.ddl.sql"}) {
    const std::string text = ReadData(name);
    EXPECT_EQ(Ours(text), Theirs(text)) << name;
  }
}

TEST(Lexer, RandomSoup) {
  // Tagged dollar quotes are left out: the grammar cannot say them.
  static const std::vector<std::string> kPieces = {"'",
                                                   "''",
                                                   "\"",
                                                   "\"\"",
                                                   "`",
                                                   "``",
                                                   "--",
                                                   "-",
                                                   "/*",
                                                   "*/",
                                                   "*",
                                                   "/",
                                                   "\n",
                                                   "\r",
                                                   " ",
                                                   "\t",
                                                   ";",
                                                   ",",
                                                   ".",
                                                   "(",
                                                   ")",
                                                   "=",
                                                   "!",
                                                   "<",
                                                   ">",
                                                   "+",
                                                   "$$",
                                                   "1",
                                                   "23",
                                                   "4.5",
                                                   "6.",
                                                   ".7",
                                                   "8x",
                                                   "a",
                                                   "_b9",
                                                   "CREATE",
                                                   "agent",
                                                   "Step_Count",
                                                   "HYBRID_SEARCH",
                                                   "\xC3\xA9",
                                                   "\xE2\x82\xAC",
                                                   "\xF0\x9F\x98\x80",
                                                   "#",
                                                   "@",
                                                   "\\",
                                                   "{",
                                                   "}",
                                                   "\v",
                                                   "\f"};
  std::mt19937 random(42);
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (std::size_t i = 0, n = random() % 14; i < n; ++i) text += kPieces[random() % kPieces.size()];
    ASSERT_EQ(Ours(text), Theirs(text)) << text;
  }
}

TEST(Lexer, EveryKeywordInAnyCase) {
  std::size_t kind = kFirstKeyword;
  for (std::string word : {
#define AGENT_KEYWORD(name) #name,
#include "grammar/keywords.def"
       }) {
    EXPECT_EQ(std::size_t{KeywordKind(word)}, kind) << word;
    EXPECT_EQ(KeywordText(static_cast<TokenKind>(kind)), word);
    for (char& c : word) c = static_cast<char>(std::tolower(c));
    EXPECT_EQ(std::size_t{KeywordKind(word)}, kind) << word;
    EXPECT_EQ(KeywordKind(word + "_"), kIdent) << word;
    ++kind;
  }
  EXPECT_EQ(kind - 1, std::size_t{kLastKeyword});
}

TEST(Lexer, TaggedDollarQuotes) {
  const std::string text = "$a$ ; $$ ; $b$ $a$;";
  Lexer lexer(text, 0, nullptr);
  EXPECT_EQ(lexer.Next().end, text.size() - 1);
  EXPECT_EQ(lexer.Next().kind, kSemi);
}

}  // namespace
}  // namespace synapsor::syntax
