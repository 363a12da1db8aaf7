// A SQLite schema file: its CREATE, ALTER and DROP statements run in an in-memory SQLite that can reach no file.
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <memory>

#include "compiler/schema/load.h"
#include "compiler/schema/sql_lexer.h"
#include "compiler/schema/sqlite_read.h"

namespace synapsor::schema {
namespace {

constexpr auto kDialect = sql::Dialect::kSqlite;
constexpr int kMaxSteps = 20'000;  // of a thousand virtual machine instructions each, for the whole file

constexpr std::string_view kPassedOver[] = {"PRAGMA",  "BEGIN",  "COMMIT",  "END",     "ROLLBACK", "SAVEPOINT",
                                            "RELEASE", "INSERT", "REPLACE", "UPDATE",  "DELETE",   "SELECT",
                                            "WITH",    "VALUES", "ANALYZE", "REINDEX", "VACUUM",   "EXPLAIN"};

int Authorize(void*, int action, const char* first, const char* second, const char*, const char*) {
  switch (action) {
    case SQLITE_ATTACH:
    case SQLITE_DETACH:
    case SQLITE_PRAGMA: return SQLITE_DENY;
    case SQLITE_FUNCTION:
      return second != nullptr && sqlite3_stricmp(second, "load_extension") == 0 ? SQLITE_DENY : SQLITE_OK;
    case SQLITE_CREATE_VTABLE: {
      // Only modules that keep their data in the database itself.
      static constexpr std::string_view kModules[] = {"fts3", "fts4", "fts5", "rtree"};
      const std::string_view module = second == nullptr ? "" : second;
      return std::any_of(std::begin(kModules), std::end(kModules),
                         [&](std::string_view m) { return sql::EqualsIgnoringCase(m, module); })
                 ? SQLITE_OK
                 : SQLITE_DENY;
    }
    default: (void)first; return SQLITE_OK;
  }
}

int CountSteps(void* count) { return ++*static_cast<int*>(count) > kMaxSteps ? 1 : 0; }

struct Close {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
};

}  // namespace

Result<Snapshot> ReadSqliteSql(std::string_view text, const std::string& path) {
  SYN_ASSIGN_OR_RETURN(const std::vector<sql::Statement> statements, sql::Split(text, kDialect, path));
  sqlite3* raw = nullptr;
  const int opened = sqlite3_open_v2(
      ":memory:", &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX, nullptr);
  const std::unique_ptr<sqlite3, Close> database(raw);
  if (opened != SQLITE_OK) return Fail(ErrorKind::kInternal, "an in-memory SQLite cannot be opened");
  sqlite3_limit(raw, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_limit(raw, SQLITE_LIMIT_LENGTH, 4 * 1024 * 1024);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_set_authorizer(raw, Authorize, nullptr);
  int steps = 0;
  sqlite3_progress_handler(raw, 1000, CountSteps, &steps);
  for (const sql::Statement& statement : statements) {
    const sql::Token first = sql::Lexer(statement.text, kDialect).Next();
    const auto is = [&](std::string_view word) { return first.IsWord(word); };
    if (std::any_of(std::begin(kPassedOver), std::end(kPassedOver), is)) continue;
    const auto wrong = [&](std::string_view what) {
      return Fail(ErrorKind::kUsage, fmt::format("{}:{}: {}", path, statement.line, what),
                  "if this file is for another database, name its engine");
    };
    if (!is("CREATE") && !is("ALTER") && !is("DROP")) {
      return wrong(fmt::format("`{}` does not begin a statement that is known here",
                               sql::Normalize(statement.text.substr(0, 40), kDialect)));
    }
    sqlite3_stmt* prepared = nullptr;
    int state =
        sqlite3_prepare_v2(raw, statement.text.data(), static_cast<int>(statement.text.size()), &prepared, nullptr);
    if (state == SQLITE_OK) state = sqlite3_step(prepared);
    sqlite3_finalize(prepared);
    if (state != SQLITE_DONE && state != SQLITE_ROW) {
      return wrong(
          fmt::format("not understood as SQLite: {}", steps > kMaxSteps ? "it runs too long" : sqlite3_errmsg(raw)));
    }
  }
  sqlite3_set_authorizer(raw, nullptr, nullptr);
  sqlite3_progress_handler(raw, 0, nullptr, nullptr);
  return ReadSqliteDatabase(raw, path);
}

}  // namespace synapsor::schema
