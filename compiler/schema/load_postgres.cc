// A PostgreSQL schema file, statement by statement through libpg_query. Which statements have bearing on tables is
// decided here by their first words; the others are never parsed.
#include <fmt/format.h>
#include <pg_query.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "compiler/schema/big_stack.h"
#include "compiler/schema/load.h"
#include "compiler/schema/pg_newer.h"
#include "compiler/schema/pg_reader.h"
#include "compiler/schema/pg_tree.h"
#include "compiler/schema/sql_lexer.h"

namespace synapsor::schema {
namespace {

constexpr auto kDialect = sql::Dialect::kPostgres;
constexpr std::size_t kMaxStatement = 512 * 1024;
constexpr std::size_t kParserStack = 512ull * 1024 * 1024;

enum class Bearing { kParse, kPassOver, kSearchPath, kUnreadable, kUnknown };

// Modifiers that may stand between CREATE and the kind of object.
constexpr std::string_view kModifiers[] = {"OR",       "REPLACE", "GLOBAL",    "LOCAL",      "TEMP",    "TEMPORARY",
                                           "UNLOGGED", "UNIQUE",  "RECURSIVE", "CONSTRAINT", "FOREIGN", "MATERIALIZED"};
constexpr std::string_view kParsed[] = {"TABLE",  "INDEX", "VIEW",   "TRIGGER", "FUNCTION",
                                        "POLICY", "TYPE",  "DOMAIN", "RULE",    "SCHEMA"};
constexpr std::string_view kOtherObjects[] = {
    "EXTENSION",  "SEQUENCE",   "AGGREGATE", "OPERATOR",   "CAST",    "COLLATION",   "CONVERSION",
    "DATABASE",   "ROLE",       "USER",      "GROUP",      "SERVER",  "PUBLICATION", "SUBSCRIPTION",
    "STATISTICS", "TABLESPACE", "TEXT",      "TRANSFORM",  "EVENT",   "LANGUAGE",    "PROCEDURAL",
    "TRUSTED",    "PROCEDURE",  "ROUTINE",   "ACCESS",     "DEFAULT", "LARGE",       "SYSTEM",
    "OWNED",      "DATA",       "AGENT",     "SETTLEMENT", "HYBRID"};
constexpr std::string_view kOtherStatements[] = {
    "GRANT",      "REVOKE",     "COMMENT",  "INSERT",  "UPDATE",  "DELETE",   "COPY",      "ANALYZE",  "ANALYSE",
    "VACUUM",     "BEGIN",      "COMMIT",   "START",   "END",     "ROLLBACK", "SAVEPOINT", "RELEASE",  "LOCK",
    "RESET",      "SHOW",       "REINDEX",  "CLUSTER", "REFRESH", "NOTIFY",   "LISTEN",    "UNLISTEN", "SECURITY",
    "TRUNCATE",   "VALUES",     "EXPLAIN",  "CALL",    "MERGE",   "WITH",     "ABORT",     "DISCARD",  "PREPARE",
    "DEALLOCATE", "CHECKPOINT", "REASSIGN", "DECLARE", "CLOSE",   "FETCH"};

template <std::size_t N>
bool IsOneOf(const sql::Token& token, const std::string_view (&words)[N]) {
  return std::any_of(std::begin(words), std::end(words), [&](std::string_view word) { return token.IsWord(word); });
}

bool Mentions(std::string_view text, std::initializer_list<std::string_view> words) {
  sql::Lexer lexer(text, kDialect);
  for (sql::Token token = lexer.Next(); token.kind != sql::TokenKind::kEnd; token = lexer.Next()) {
    for (const std::string_view word : words) {
      if (token.IsWord(word)) return true;
    }
    if (token.kind == sql::TokenKind::kString && token.text.front() == '$' &&
        Mentions(sql::Unquote(token, kDialect), words)) {
      return true;
    }
  }
  return false;
}

Bearing BearingOf(std::string_view text) {
  sql::Lexer lexer(text, kDialect);
  const sql::Token first = lexer.Next();
  if (first.IsWord("SET")) {
    sql::Token next = lexer.Next();
    if (next.IsWord("SESSION") || next.IsWord("LOCAL")) next = lexer.Next();
    return next.IsWord("search_path") ? Bearing::kSearchPath : Bearing::kPassOver;
  }
  if (first.IsWord("SELECT")) {
    return text.find("set_config") != std::string_view::npos && text.find("'search_path'") != std::string_view::npos
               ? Bearing::kSearchPath
               : Bearing::kPassOver;
  }
  if (first.IsWord("DO")) {
    return Mentions(text, {"CREATE", "ALTER", "DROP", "EXECUTE"}) ? Bearing::kUnreadable : Bearing::kPassOver;
  }
  if (IsOneOf(first, kOtherStatements)) return Bearing::kPassOver;
  if (first.IsWord("IMPORT")) return Bearing::kUnreadable;
  if (!first.IsWord("CREATE") && !first.IsWord("ALTER") && !first.IsWord("DROP")) return Bearing::kUnknown;
  const bool alters = first.IsWord("ALTER");
  sql::Token kind = lexer.Next();
  while (IsOneOf(kind, kModifiers)) {
    kind = lexer.Next();
    if (kind.IsWord("DATA")) return Bearing::kPassOver;  // FOREIGN DATA WRAPPER
  }
  if (alters && (kind.IsWord("FUNCTION") || kind.IsWord("INDEX") || kind.IsWord("SCHEMA"))) return Bearing::kPassOver;
  if (IsOneOf(kind, kParsed)) return Bearing::kParse;
  return IsOneOf(kind, kOtherObjects) ? Bearing::kPassOver : Bearing::kUnknown;
}

// SET search_path = a, b and SELECT pg_catalog.set_config('search_path', 'a, b', false).
std::vector<std::string> SearchPathOf(std::string_view text) {
  std::vector<sql::Token> tokens = sql::Tokens(text, kDialect);
  std::string inner;
  if (tokens.front().IsWord("SELECT")) {
    for (std::size_t i = 0; i + 2 < tokens.size(); ++i) {
      if (tokens[i].text == "'search_path'") inner = sql::Unquote(tokens[i + 2], kDialect);
    }
    tokens = sql::Tokens(inner, kDialect);
  } else {
    const auto list = std::find_if(tokens.begin(), tokens.end(),
                                   [](const sql::Token& t) { return t.IsSymbol("=") || t.IsWord("TO"); });
    tokens.erase(tokens.begin(), list == tokens.end() ? list : list + 1);
  }
  std::vector<std::string> schemas;
  for (const sql::Token& token : tokens) {
    std::string name = token.kind == sql::TokenKind::kWord ? sql::Lower(token.text) : sql::Unquote(token, kDialect);
    if (token.IsSymbol(",") || name.empty() || name == "pg_catalog" || name == "$user" || name == "default") continue;
    schemas.push_back(std::move(name));
  }
  if (schemas.empty() && tokens.size() == 1 && tokens[0].IsWord("DEFAULT")) schemas = {"public"};
  return schemas;
}

constexpr std::string_view kProfile = "profile";
bool SameIgnoringCase(char a, char lower) { return (a | 0x20) == lower; }

// The native tables' storage clause WITH PROFILE x, which PostgreSQL does not know, as blanks.
std::string WithoutProfile(std::string_view text) {
  std::string out(text);
  if (std::search(text.begin(), text.end(), kProfile.begin(), kProfile.end(), SameIgnoringCase) == text.end())
    return out;
  sql::Token before, last;
  sql::Lexer lexer(text, kDialect);
  for (sql::Token token = lexer.Next(); token.kind != sql::TokenKind::kEnd; token = lexer.Next()) {
    if (before.IsWord("WITH") && last.IsWord("PROFILE") && token.IsName()) {
      const std::size_t end = token.offset + token.text.size();
      std::fill(out.begin() + static_cast<std::ptrdiff_t>(before.offset),
                out.begin() + static_cast<std::ptrdiff_t>(end), ' ');
    }
    before = last;
    last = token;
  }
  return out;
}

// libpg_query counts characters from 1.
std::size_t ByteOffset(std::string_view text, int cursor) {
  std::size_t at = 0;
  for (int seen = 1; at < text.size() && seen < cursor; ++at) {
    if (at + 1 >= text.size() || (static_cast<unsigned char>(text[at + 1]) & 0xC0) != 0x80) ++seen;
  }
  return at;
}

tl::unexpected<Error> Wrong(const std::string& path, int line, std::string_view what, std::string hint = {}) {
  return Fail(ErrorKind::kUsage, fmt::format("{}:{}: {}", path, line, what), std::move(hint));
}

// One statement that has bearing on tables, and what libpg_query made of it.
struct Parsed {
  const sql::Statement* statement = nullptr;
  Result<std::unique_ptr<pg::Tree>> tree = nullptr;
  bool newer = false;  // it has words that the parser does not know, and was read with others in their place
};

Result<std::unique_ptr<pg::Tree>> Parse(const sql::Statement& statement, const std::string& path, bool& newer) {
  if (statement.text.size() > kMaxStatement) {
    return Wrong(path, statement.line, fmt::format("this statement is longer than {} KiB", kMaxStatement / 1024));
  }
  if (statement.text.find('\0') != std::string_view::npos)
    return Wrong(path, statement.line, "this statement holds a NUL byte");
  const std::string text = WithoutProfile(statement.text);
  PgQueryParseResult parsed = pg_query_parse(text.c_str());
  if (parsed.error != nullptr) {
    if (const std::string known = pg::AsPostgres15(text); known != text) {
      PgQueryParseResult again = pg_query_parse(known.c_str());
      newer = again.error == nullptr;
      if (newer) std::swap(parsed, again);
      pg_query_free_parse_result(again);
    }
  }
  if (parsed.error != nullptr) {
    const std::size_t offset = ByteOffset(statement.text, parsed.error->cursorpos);
    auto error = Wrong(
        path, sql::LineAt(statement, offset), fmt::format("not understood as PostgreSQL: {}", parsed.error->message),
        "if this file is for another database, name its engine; words of a PostgreSQL newer than 15 may need `sync introspect`");
    pg_query_free_parse_result(parsed);
    return error;
  }
  auto tree = std::make_unique<pg::Tree>(parsed.parse_tree);
  pg_query_free_parse_result(parsed);
  return tree;
}

// A large file is parsed by as many threads as help; statements do not depend on each other for that. Small files are
// not worth a thread, and memory bounds how many trees there are at once.
constexpr std::size_t kWorthThreads = 64 * 1024;
constexpr std::size_t kMostAtOnce = 2 * 1024 * 1024;  // bytes of statements
constexpr unsigned kMostThreads = 4;

Status ParseAll(std::vector<Parsed>& batch, std::size_t bytes, const std::string& path) {
  std::atomic<std::size_t> next = 0;
  const std::function<void()> work = [&] {
    constexpr std::size_t kStride = 16;
    for (std::size_t from; (from = next.fetch_add(kStride)) < batch.size();) {
      for (std::size_t i = from; i < std::min(from + kStride, batch.size()); ++i)
        batch[i].tree = Parse(*batch[i].statement, path, batch[i].newer);
    }
  };
  const unsigned threads =
      bytes < kWorthThreads ? 1 : std::clamp(std::thread::hardware_concurrency(), 1u, kMostThreads);
  return RunOnBigStacks(kParserStack, threads, work);
}

Result<Snapshot> Read(std::string_view text, const std::string& path) {
  SYN_ASSIGN_OR_RETURN(const std::vector<sql::Statement> statements, sql::Split(text, kDialect, path));
  pg::Reader reader(path);
  std::vector<Parsed> batch;
  std::size_t bytes = 0;
  // What was gathered, in the order of the file; the first thing wrong ends it.
  const auto apply = [&]() -> Status {
    SYN_RETURN_IF_ERROR(ParseAll(batch, bytes, path));
    Status status;
    const auto apply_all = [&] {
      for (const Parsed& parsed : batch) {
        if (!parsed.tree)
          status = tl::unexpected(parsed.tree.error());
        else
          for (const pg::Node item : (*parsed.tree)->root()["stmts"]) {
            if (status) status = reader.Apply(*parsed.statement, item["stmt"], parsed.newer);
          }
        if (!status) return;
      }
    };
    // A long chain of operators is a tree as deep as the chain is long.
    SYN_RETURN_IF_ERROR(RunOnBigStack(kParserStack, apply_all));
    batch.clear();
    bytes = 0;
    return status;
  };
  for (const sql::Statement& statement : statements) {
    const Bearing bearing = BearingOf(statement.text);
    if (bearing == Bearing::kPassOver) continue;
    if (bearing == Bearing::kParse) {
      batch.push_back({&statement});
      bytes += statement.text.size();
      if (bytes < kMostAtOnce) continue;
    }
    SYN_RETURN_IF_ERROR(apply());
    switch (bearing) {
      case Bearing::kParse:
      case Bearing::kPassOver: break;
      case Bearing::kSearchPath: reader.SetSearchPath(SearchPathOf(statement.text)); break;
      case Bearing::kUnreadable:
        return Wrong(path, statement.line, "this statement may define tables in a way that cannot be read offline",
                     "give the output of pg_dump --schema-only, or use `sync introspect`");
      case Bearing::kUnknown:
        return Wrong(path, statement.line,
                     fmt::format("`{}` does not begin a statement that is known here",
                                 sql::Normalize(statement.text.substr(0, 40), kDialect)));
    }
  }
  SYN_RETURN_IF_ERROR(apply());
  return reader.Finish();
}

}  // namespace

Result<Snapshot> ReadPostgresSql(std::string_view text, const std::string& path) { return Read(text, path); }

}  // namespace synapsor::schema
