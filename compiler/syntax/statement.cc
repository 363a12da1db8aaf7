#include "compiler/syntax/statement.h"

#include <algorithm>
#include <array>

#include "compiler/syntax/words.h"

namespace synapsor::syntax {
namespace {

constexpr std::size_t kHeadTokens = 4;

// Ordinary SQL by its first word, unless the tables below say otherwise.
constexpr auto kSqlWords = std::to_array<std::string_view>(
    {"ALTER",   "ANALYZE",  "BEGIN",   "CALL",    "CLUSTER", "COMMENT",  "COMMIT",    "COPY",   "CREATE",
     "DECLARE", "DELETE",   "DO",      "DROP",    "EXPLAIN", "GRANT",    "INSERT",    "LOCK",   "MERGE",
     "PRAGMA",  "REFRESH",  "REINDEX", "REPLACE", "REVOKE",  "ROLLBACK", "SAVEPOINT", "SELECT", "SET",
     "START",   "TRUNCATE", "UPDATE",  "USE",     "VACUUM",  "VALUES",   "WITH"});

// What ordinary SQL creates. Anything else after CREATE is a mistake rather than something to skip.
constexpr auto kSqlObjects = std::to_array<std::string_view>(
    {"ACCESS",    "AGGREGATE", "ALGORITHM",   "CAST",       "COLLATION",    "CONSTRAINT",   "CONVERSION", "DATABASE",
     "DEFINER",   "DOMAIN",    "EVENT",       "EXTENSION",  "FOREIGN",      "FULLTEXT",     "FUNCTION",   "GLOBAL",
     "GROUP",     "HYBRID",    "INDEX",       "LANGUAGE",   "LOCAL",        "MATERIALIZED", "OPERATOR",   "OR",
     "POLICY",    "PROCEDURE", "PUBLICATION", "RECURSIVE",  "ROLE",         "RULE",         "SCHEMA",     "SEQUENCE",
     "SERVER",    "SPATIAL",   "SQL",         "STATISTICS", "SUBSCRIPTION", "TABLE",        "TABLESPACE", "TEMP",
     "TEMPORARY", "TEXT",      "TRANSFORM",   "TRIGGER",    "TYPE",         "UNIQUE",       "UNLOGGED",   "USER",
     "VIEW",      "VIRTUAL"});

// Statements of the hosted catalog, sessions, proposals and branches. An empty second word matches
// any.
struct Head {
  std::string_view first;
  std::string_view second;
};
constexpr auto kLifecycleHeads = std::to_array<Head>(
    {{"ACTIVATE", ""},       {"ALTER", "AGENT"},    {"APPROVE", ""},       {"AS", "OF"},         {"COMMIT", "WRITE"},
     {"CREATE", "BRANCH"},   {"DESCRIBE", ""},      {"DIFF", ""},          {"DROP", "AGENT"},    {"DROP", "BRANCH"},
     {"DROP", "SETTLEMENT"}, {"EXPLAIN", "AGENT"},  {"EXPLAIN", "HYBRID"}, {"INSPECT", ""},      {"INVOKE", ""},
     {"MERGE", "BRANCH"},    {"PREVIEW", ""},       {"PROPOSE", ""},       {"READ", "RESOURCE"}, {"REJECT", ""},
     {"REPLAY", ""},         {"ROLLBACK", "AGENT"}, {"SEARCH", ""},        {"SET", "SESSION"},   {"SETTLE", ""},
     {"SHOW", ""},           {"USE", "BRANCH"}});

// Bodies of these hold `;` between BEGIN and END.
constexpr auto kRoutines = std::to_array<std::string_view>({"EVENT", "FUNCTION", "PROCEDURE", "TRIGGER"});
// What END closes other than BEGIN or CASE.
constexpr auto kOtherBlocks = std::to_array<std::string_view>({"FOR", "IF", "LOOP", "REPEAT", "WHILE"});

// Other languages have characters and numbers that the agent DDL has not; open quotes are wrong in
// both.
bool IsMistake(TokenKind kind, bool agent_ddl) {
  if (kind >= kUnterminatedString && kind <= kUnterminatedComment) return true;
  return agent_ddl && (kind == kBadNumber || kind == kBadCharacter);
}

}  // namespace

StatementReader::StatementReader(std::string_view text, std::vector<Token>* comments)
    : text_(text), lexer_(text, SkipByteOrderMark(text), comments) {}

const Token& StatementReader::Ahead(std::size_t distance) {
  while (ahead_.size() - ahead_at_ <= distance) ahead_.push_back(lexer_.Next());
  return ahead_[ahead_at_ + distance];
}

Token StatementReader::Read() {
  if (ahead_at_ == ahead_.size()) return lexer_.Next();
  const Token token = ahead_[ahead_at_++];
  if (ahead_at_ == ahead_.size()) {
    ahead_.clear();
    ahead_at_ = 0;
  }
  return token;
}

bool StatementReader::IsWord(std::size_t distance, std::string_view word) {
  return SameWord(TextOf(text_, Ahead(distance)), word);
}

StatementKind StatementReader::Classify() {
  const TokenKind first = Ahead(0).kind;
  const TokenKind second = Ahead(1).kind;
  const TokenKind third = Ahead(2).kind;
  if (first == K_CREATE && second == K_AGENT) {
    if (third == K_WORKFLOW) return StatementKind::kWorkflow;
    if (third == K_CONTEXT) return StatementKind::kContext;
    if (third == K_CAPABILITY) return StatementKind::kCapability;
    return StatementKind::kUnknown;
  }
  if (first == K_CREATE && second == K_SETTLEMENT) {
    return third == K_POLICY ? StatementKind::kCreatePolicy : StatementKind::kUnknown;
  }
  if (first == K_ALTER && second == K_SETTLEMENT) {
    return third == K_POLICY ? StatementKind::kAlterPolicy : StatementKind::kUnknown;
  }
  for (const Head& head : kLifecycleHeads) {
    if (IsWord(0, head.first) && (head.second.empty() || IsWord(1, head.second))) {
      return StatementKind::kLifecycle;
    }
  }
  const std::string_view word = TextOf(text_, Ahead(0));
  if (first == K_CREATE) {
    return Contains(kSqlObjects, TextOf(text_, Ahead(1))) ? StatementKind::kForeign : StatementKind::kUnknown;
  }
  return Contains(kSqlWords, word) ? StatementKind::kForeign : StatementKind::kUnknown;
}

bool StatementReader::StartsAgentDdl() {
  const TokenKind first = Ahead(0).kind;
  if (first != K_CREATE && first != K_ALTER) return false;
  const TokenKind second = Ahead(1).kind;
  return second == K_SETTLEMENT || (second == K_AGENT && first == K_CREATE);
}

bool StatementReader::EndsHere(const Statement& statement, int depth) {
  const TokenKind kind = Ahead(0).kind;
  if (kind == kEnd) return true;
  if (kind == kSemi) return depth == 0;
  if (kind != K_CREATE && kind != K_ALTER) return false;
  if (StartsAgentDdl()) return true;
  // In ordinary SQL two such words may stand side by side; in agent DDL this is the next table.
  return IsAgentDdl(statement.kind) && kind == K_CREATE && Ahead(1).kind == K_TABLE;
}

bool StatementReader::Next(Statement& statement) {
  statement.tokens.clear();
  statement.mistake = {};
  statement.followed = false;
  statement.too_long = false;
  while (Ahead(0).kind == kSemi) Read();
  if (Ahead(0).kind == kEnd) return false;

  statement.kind = Classify();
  statement.begin = Ahead(0).begin;
  const bool keep_all = IsAgentDdl(statement.kind);
  int depth = 0;  // of BEGIN ... END in a routine's body
  bool is_routine = false;
  bool after_end = false;
  for (bool first = true; first || !EndsHere(statement, depth); first = false) {
    const Token token = Read();
    // An open text hides everything behind it, so it tells more than what was met before.
    const bool first_mistake = statement.mistake.kind == kEnd && IsMistake(token.kind, keep_all);
    if (first_mistake || token.kind == kUnterminatedString) statement.mistake = token;
    if (statement.tokens.size() < (keep_all ? kMostTokens : kHeadTokens)) {
      statement.tokens.push_back(token);
    } else if (keep_all) {
      statement.too_long = true;
    }
    statement.content_end = token.end;
    if (statement.kind != StatementKind::kForeign || !syntax::IsWord(token.kind)) {
      after_end = false;
      continue;
    }
    const std::string_view word = TextOf(text_, token);
    is_routine = is_routine || Contains(kRoutines, word);
    if (!is_routine) continue;
    if (after_end && (Contains(kOtherBlocks, word) || SameWord(word, "CASE"))) {
      if (!SameWord(word, "CASE")) ++depth;  // END IF closed no BEGIN
      after_end = false;
      continue;
    }
    after_end = token.kind == K_END;
    if (after_end && depth > 0) --depth;
    if (SameWord(word, "BEGIN") || SameWord(word, "CASE")) ++depth;
  }
  const Token next = Ahead(0);
  statement.terminated = next.kind == kSemi;
  statement.followed = !statement.terminated && next.kind != kEnd;
  if (statement.terminated) Read();
  statement.end = statement.terminated ? next.end : statement.content_end;
  if (keep_all) {
    const std::uint32_t at = statement.terminated ? next.begin : statement.content_end;
    statement.tokens.push_back({kSemi, at, statement.end});
  }
  return true;
}

std::string_view HeadOf(std::string_view text, const Statement& statement) {
  const auto& tokens = statement.tokens;
  std::size_t words = 0;
  while (words < std::min<std::size_t>(tokens.size(), 2) && IsWord(tokens[words].kind)) ++words;
  if (words == 0) return TextOf(text, tokens.front());
  return text.substr(tokens[0].begin, tokens[words - 1].end - tokens[0].begin);
}

}  // namespace synapsor::syntax
