#include "runtime/db/sqlite.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <chrono>
#include <utility>

#include "runtime/db/sqlite_values.h"
#include "runtime/db/statement_cache.h"
#include "runtime/db/values.h"

namespace synapsor::db {
namespace {

using SteadyClock = std::chrono::steady_clock;

// How many virtual machine steps pass between two looks at the clock: some microseconds.
constexpr int kStepsBetweenLooks = 1000;

struct CloseDatabase {
  void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
};
using Handle = std::unique_ptr<sqlite3, CloseDatabase>;

struct CloseStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Prepared = std::unique_ptr<sqlite3_stmt, CloseStatement>;

// Leaves a statement without open cursor and without pointers into the caller's values.
struct ResetStatement {
  void operator()(sqlite3_stmt* statement) const {
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
  }
};
using Running = std::unique_ptr<sqlite3_stmt, ResetStatement>;

FailureKind KindOf(int extended) {
  switch (extended & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return extended == SQLITE_BUSY_SNAPSHOT ? FailureKind::kConflict : FailureKind::kTimeout;
    case SQLITE_INTERRUPT: return FailureKind::kTimeout;
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG: return FailureKind::kConstraint;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH: return FailureKind::kPermission;
    case SQLITE_SCHEMA:
    case SQLITE_ERROR: return FailureKind::kSchema;  // of a compiled statement: a name is missing
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
    case SQLITE_FULL:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return FailureKind::kUnavailable;
    default: return FailureKind::kOther;
  }
}

// Undoes the transaction of a writer that died, as any reading of the file with the right to write it does. A reader
// that opened the file read-only cannot, and would be shut out until the next change. Nothing else is written.
bool UndoDeadWriter(const std::string& path, int lock_timeout_ms) {
  sqlite3* raw = nullptr;
  const int status = sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  const Handle handle(raw);
  if (status != SQLITE_OK) return false;
  sqlite3_busy_timeout(raw, lock_timeout_ms);
  return sqlite3_exec(raw, "PRAGMA query_only = ON; SELECT 1 FROM sqlite_schema LIMIT 1", nullptr, nullptr, nullptr) ==
         SQLITE_OK;
}

class SqliteConnection : public PooledConnection {
 public:
  SqliteConnection(Handle handle, std::string path, const ConnectOptions& options)
      : handle_(std::move(handle)), path_(std::move(path)), options_(options) {}

  DbResult<void> Configure() {
    sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
    sqlite3_limit(handle_.get(), SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_extended_result_codes(handle_.get(), 1);
    sqlite3_busy_timeout(handle_.get(), options_.lock_timeout_ms);
    sqlite3_progress_handler(handle_.get(), kStepsBetweenLooks, &SqliteConnection::PastDeadline, this);
    if (auto durable = Control("PRAGMA synchronous = FULL"); !durable) return durable;
    if (options_.role == Role::kReader) {
      if (auto read = Control("PRAGMA query_only = ON"); !read) return read;
    }
    return Control("SELECT 1 FROM sqlite_schema LIMIT 1");  // reads the file: not a database, no right to it
  }

  // After a failure: whether it came of a writer that died, whose change has been undone now.
  bool Recovered() {
    if (last_code_ != SQLITE_READONLY_ROLLBACK) return false;
    last_code_ = SQLITE_OK;
    return UndoDeadWriter(path_, options_.lock_timeout_ms);
  }

  DbResult<void> Begin(TxMode mode, int statement_timeout_ms, int lock_timeout_ms) override {
    if (in_transaction_) {
      return tl::unexpected(Failure{FailureKind::kOther, "a transaction is open already", "BEGIN"});
    }
    if (mode == TxMode::kReadWrite && options_.role == Role::kReader) {
      return tl::unexpected(Failure{FailureKind::kPermission, "this connection was opened for reading", "BEGIN"});
    }
    sqlite3_busy_timeout(handle_.get(), lock_timeout_ms);
    statement_timeout_ms_ = statement_timeout_ms;
    if (mode != TxMode::kReadWrite && options_.role == Role::kWriter) {
      if (auto guarded = Control("PRAGMA query_only = ON"); !guarded) return guarded;
      query_only_ = true;
    }
    // IMMEDIATE takes the write lock now, so that a read before the write cannot become a snapshot
    // conflict.
    auto begun = Control(mode == TxMode::kReadWrite ? "BEGIN IMMEDIATE" : "BEGIN");
    in_transaction_ = begun.has_value();
    if (!begun) EndTransaction();
    return begun;
  }

  DbResult<void> Commit() override {
    if (!in_transaction_) {
      return tl::unexpected(Failure{FailureKind::kOther, "no transaction is open", "COMMIT"});
    }
    // As everywhere, a transaction in which a statement failed is not committed in part.
    if (failed_ || sqlite3_get_autocommit(handle_.get()) != 0) {
      Rollback();
      return tl::unexpected(Failure{FailureKind::kConflict, "the transaction was rolled back", "COMMIT"});
    }
    auto committed = Control("COMMIT");
    if (committed) {
      EndTransaction();
      return committed;
    }
    // After a failed write to the disk, only reading the file again can tell what it holds.
    const bool disk = last_code_ % 256 == SQLITE_IOERR;
    Rollback();
    if (disk) committed.error().kind = FailureKind::kOutcomeUnknown;
    return committed;
  }

  void Rollback() override {
    if (sqlite3_get_autocommit(handle_.get()) == 0 && !Control("ROLLBACK")) broken_ = true;
    EndTransaction();
  }

  DbResult<std::vector<Row>> Query(const bundle::Statement& statement, std::span<const Scalar> values,
                                   int row_cap) override {
    auto rows = Fetch(statement, values, row_cap);
    // Only the first statement of a transaction can meet this: later ones hold a lock that keeps writers out.
    if (!rows && Recovered()) rows = Fetch(statement, values, row_cap);
    if (!rows) failed_ = in_transaction_;
    return rows;
  }

  DbResult<std::int64_t> Execute(const bundle::Statement& statement, std::span<const Scalar> values) override {
    auto count = Change(statement, values);
    if (!count) failed_ = in_transaction_;
    return count;
  }

  bool healthy() const override { return !broken_; }

  bool Reset() override {
    if (in_transaction_ || sqlite3_get_autocommit(handle_.get()) == 0) Rollback();
    return !broken_;
  }
  bool Alive() override { return Control("SELECT 1 FROM sqlite_schema LIMIT 1").has_value(); }
  bool Closed() override { return false; }

 private:
  DbResult<std::vector<Row>> Fetch(const bundle::Statement& statement, std::span<const Scalar> values, int row_cap) {
    auto running = Start(statement, values);
    if (!running) return tl::unexpected(std::move(running.error()));
    sqlite3_stmt* cursor = running->get();
    const auto width = static_cast<std::size_t>(sqlite3_column_count(cursor));
    if (width != statement.columns.size() || width == 0) {
      return tl::unexpected(WrongColumns(statement.columns.size(), width));
    }
    std::vector<Row> rows;
    while (static_cast<std::int64_t>(rows.size()) < row_cap) {
      const int status = sqlite3_step(cursor);
      if (status == SQLITE_DONE) break;
      if (status != SQLITE_ROW) return tl::unexpected(LastFailure());
      Row row;
      row.reserve(width);
      for (std::size_t i = 0; i < width; ++i) {
        auto value = ReadSqlite(cursor, static_cast<int>(i), statement.columns[i]);
        if (!value) return tl::unexpected(std::move(value.error()));
        row.push_back(std::move(*value));
      }
      rows.push_back(std::move(row));
    }
    return rows;
  }

  DbResult<std::int64_t> Change(const bundle::Statement& statement, std::span<const Scalar> values) {
    auto running = Start(statement, values);
    if (!running) return tl::unexpected(std::move(running.error()));
    if (sqlite3_stmt_readonly(running->get()) != 0) {
      return tl::unexpected(Failure{FailureKind::kOther, "the statement changes nothing", "EXECUTE"});
    }
    int status = SQLITE_ROW;
    while (status == SQLITE_ROW) status = sqlite3_step(running->get());
    if (status != SQLITE_DONE) return tl::unexpected(LastFailure());
    return sqlite3_changes64(handle_.get());
  }

  static int PastDeadline(void* self) {
    return SteadyClock::now() > static_cast<SqliteConnection*>(self)->deadline_ ? 1 : 0;
  }

  void StartClock() { deadline_ = SteadyClock::now() + std::chrono::milliseconds(statement_timeout_ms_); }

  Failure LastFailure() {
    last_code_ = sqlite3_extended_errcode(handle_.get());
    if (last_code_ == SQLITE_READONLY_ROLLBACK) {
      return {FailureKind::kUnavailable,
              "a program died while it changed the file; whoever opens it next with the right to write it undoes that",
              std::to_string(last_code_)};
    }
    return {KindOf(last_code_), sqlite3_errmsg(handle_.get()), std::to_string(last_code_)};
  }

  void EndTransaction() {
    in_transaction_ = failed_ = false;
    statement_timeout_ms_ = options_.statement_timeout_ms;
    sqlite3_busy_timeout(handle_.get(), options_.lock_timeout_ms);
    if (query_only_ && !Control("PRAGMA query_only = OFF")) broken_ = true;
    query_only_ = false;
  }

  DbResult<StatementCache<Prepared>::Entry*> Cached(const std::string& fingerprint, const std::string& sql) {
    if (auto* entry = cache_.Find(fingerprint)) {
      if (entry->sql != sql) return tl::unexpected(FingerprintClash());
      return entry;
    }
    StartClock();
    sqlite3_stmt* raw = nullptr;
    const char* rest = nullptr;
    const int status = sqlite3_prepare_v3(handle_.get(), sql.c_str(), static_cast<int>(sql.size()) + 1,
                                          SQLITE_PREPARE_PERSISTENT, &raw, &rest);
    Prepared prepared(raw);
    if (status != SQLITE_OK) return tl::unexpected(LastFailure());
    if (prepared == nullptr || rest != sql.c_str() + sql.size()) {
      return tl::unexpected(Failure{FailureKind::kOther, "not exactly one statement", "PREPARE"});
    }
    return &cache_.Insert(fingerprint, sql, std::move(prepared), [](Prepared&) {});
  }

  // The statement with its values bound, ready to step.
  DbResult<Running> Start(const bundle::Statement& statement, std::span<const Scalar> values) {
    if (failed_) {
      return tl::unexpected(
          Failure{FailureKind::kConflict, "the transaction has failed and waits for its rollback", "25P02"});
    }
    if (auto checked = CheckValues(statement, values); !checked) {
      return tl::unexpected(std::move(checked.error()));
    }
    auto entry = Cached(statement.fingerprint, statement.sql);
    if (!entry) return tl::unexpected(std::move(entry.error()));
    Running running((*entry)->handle.get());
    if (static_cast<std::size_t>(sqlite3_bind_parameter_count(running.get())) != values.size()) {
      return tl::unexpected(
          Failure{FailureKind::kOther, "the statement's text has another number of parameters", "PARAMETERS"});
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
      auto bound = BindSqlite(running.get(), static_cast<int>(i) + 1, values[i]);
      if (!bound) return tl::unexpected(std::move(bound.error()));
    }
    StartClock();
    return running;
  }

  // Session and transaction control: constant texts without values.
  DbResult<void> Control(const char* sql) {
    auto entry = Cached(sql, sql);
    if (!entry) return tl::unexpected(std::move(entry.error()));
    Running running((*entry)->handle.get());
    deadline_ = SteadyClock::time_point::max();  // a COMMIT is never interrupted
    int status = SQLITE_ROW;
    while (status == SQLITE_ROW) status = sqlite3_step(running.get());
    if (status != SQLITE_DONE) return tl::unexpected(LastFailure());
    return {};
  }

  Handle handle_;  // outlives the statements of the cache
  const std::string path_;
  const ConnectOptions options_;
  StatementCache<Prepared> cache_;
  SteadyClock::time_point deadline_ = SteadyClock::time_point::max();
  int statement_timeout_ms_ = options_.statement_timeout_ms;
  int last_code_ = 0;
  bool in_transaction_ = false;
  bool failed_ = false;  // a statement of the open transaction failed
  bool query_only_ = false;
  bool broken_ = false;
};

class SqliteConnector : public Connector {
 public:
  SqliteConnector(std::string path, const ConnectOptions& options) : path_(std::move(path)), options_(options) {}

  DbResult<std::unique_ptr<PooledConnection>> Connect() override {
    const int access = options_.role == Role::kReader ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    sqlite3* raw = nullptr;
    // Without SQLITE_OPEN_URI a path cannot carry options such as `?mode=rwc`.
    const int status = sqlite3_open_v2(path_.c_str(), &raw, access | SQLITE_OPEN_NOMUTEX, nullptr);
    Handle handle(raw);
    if (status != SQLITE_OK) {
      return tl::unexpected(Failure{FailureKind::kUnavailable,
                                    fmt::format("cannot open `{}`: {}", path_, sqlite3_errstr(status)),
                                    std::to_string(status)});
    }
    auto connection = std::make_unique<SqliteConnection>(std::move(handle), path_, options_);
    auto configured = connection->Configure();
    if (!configured && connection->Recovered()) configured = connection->Configure();
    if (!configured) {
      configured.error().operator_message =
          fmt::format("cannot use `{}`: {}", path_, configured.error().operator_message);
      return tl::unexpected(std::move(configured.error()));
    }
    return connection;
  }

 private:
  const std::string path_;
  const ConnectOptions options_;
};

}  // namespace

std::unique_ptr<Connector> MakeSqliteConnector(std::string path, const ConnectOptions& options) {
  return std::make_unique<SqliteConnector>(std::move(path), options);
}

}  // namespace synapsor::db
