#include <fmt/format.h>
#include <sqlite3.h>

#include "compiler/schema/prober_engines.h"
#include "compiler/schema/sqlite_read.h"

namespace synapsor::schema {
namespace {

using Statement = std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)>;

class SqliteProber : public Prober {
 public:
  explicit SqliteProber(sqlite3* database) : database_(database, sqlite3_close) {}

  Result<Preparation> Prepare(const std::string& sql, int params) override {
    Preparation result;
    const Statement statement = Compile(sql);
    if (statement == nullptr) {
      result.words = sqlite3_errmsg(database_.get());
      const int offset = sqlite3_error_offset(database_.get());
      result.position = offset < 0 ? 0 : offset + 1;
      return result;
    }
    const int found = sqlite3_bind_parameter_count(statement.get());
    if (found != params) {
      result.words = fmt::format("it has {} parameters instead of {}", found, params);
      return result;
    }
    result.accepted = true;
    result.params.resize(static_cast<std::size_t>(params));
    for (int i = 0; i < sqlite3_column_count(statement.get()); ++i) {
      const char* declared = sqlite3_column_decltype(statement.get(), i);
      result.columns.emplace_back(declared == nullptr ? "" : declared);
    }
    return result;
  }

  Result<std::vector<std::string>> ScannedTables(const std::string& sql, int) override {
    const Statement statement = Compile("EXPLAIN QUERY PLAN " + sql);
    if (statement == nullptr) return Fail(ErrorKind::kDatabase, "the SQLite database does not explain a statement");
    std::vector<std::string> tables;
    while (sqlite3_step(statement.get()) == SQLITE_ROW) {
      const auto* detail = reinterpret_cast<const char*>(sqlite3_column_text(statement.get(), 3));
      const std::string text = detail == nullptr ? "" : detail;
      if (!text.starts_with("SCAN ")) continue;
      tables.push_back(text.substr(5, text.find(' ', 5) - 5));
    }
    return tables;
  }

  Result<bool> SameType(const std::string& planned, const std::string& found) override {
    return planned.empty() || found.empty() || WithoutLength(planned) == WithoutLength(found);
  }

 private:
  Statement Compile(const std::string& sql) {
    sqlite3_stmt* raw = nullptr;
    sqlite3_prepare_v2(database_.get(), sql.c_str(), static_cast<int>(sql.size()), &raw, nullptr);
    return {raw, sqlite3_finalize};
  }

  std::unique_ptr<sqlite3, int (*)(sqlite3*)> database_;
};

}  // namespace

Result<std::unique_ptr<Prober>> OpenSqliteProber(const std::string& path) {
  sqlite3* raw = nullptr;
  const int opened = sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nullptr);
  auto prober = std::make_unique<SqliteProber>(raw);
  if (opened != SQLITE_OK) return Fail(ErrorKind::kIo, "the SQLite database file cannot be opened");
  sqlite3_busy_timeout(raw, 5000);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  return std::unique_ptr<Prober>(std::move(prober));
}

}  // namespace synapsor::schema
