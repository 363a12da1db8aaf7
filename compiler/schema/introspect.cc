#include "compiler/schema/introspect.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <filesystem>
#include <memory>

#include "compiler/schema/introspect_engines.h"
#include "compiler/schema/sqlite_read.h"

namespace synapsor::schema {

Result<Snapshot> IntrospectSqlite(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return Fail(ErrorKind::kIo, "the SQLite database file does not exist", "the variable or `path` must name a file");
  }
  sqlite3* raw = nullptr;
  const int opened = sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nullptr);
  const std::unique_ptr<sqlite3, int (*)(sqlite3*)> database(raw, sqlite3_close);
  if (opened != SQLITE_OK) return Fail(ErrorKind::kIo, "the SQLite database file cannot be opened");
  sqlite3_busy_timeout(raw, 5000);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  // One read transaction: all queries see one state.
  if (sqlite3_exec(raw, "BEGIN", nullptr, nullptr, nullptr) != SQLITE_OK) {
    return Fail(ErrorKind::kDatabase, "no transaction can be begun on the SQLite database");
  }
  SYN_ASSIGN_OR_RETURN(Snapshot snapshot, ReadSqliteDatabase(raw, "the SQLite database"));
  snapshot.server_version = sqlite3_libversion();
  return snapshot;
}

Result<Snapshot> Introspect(Engine engine, const std::string& url, const IntrospectOptions& options) {
  switch (engine) {
    case Engine::kPostgres: return IntrospectPostgres(url, options);
    case Engine::kMysql:
    case Engine::kMariadb: return IntrospectMysql(url, options);
    case Engine::kSqlite: return IntrospectSqlite(url);
  }
  return Fail(ErrorKind::kInternal, "unknown engine");
}

}  // namespace synapsor::schema
