#include "runtime/ledger/sqlite_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "runtime/ledger/migrations.h"

namespace synapsor::ledger {
namespace {

constexpr int kApplicationId = 0x53594E4C;  // "SYNL" in the file's header

Error Translate(int code, std::string_view place, std::string_view detail) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorKind::kUnavailable, fmt::format("the ledger `{}` is locked by another process", place),
              "wait until that process is done, or stop it, and try again"};
    case SQLITE_FULL:
      return {ErrorKind::kIo, fmt::format("no space left for the ledger `{}`", place),
              "free disk space; nothing of this operation was stored"};
    case SQLITE_IOERR:
      return {ErrorKind::kIo, fmt::format("cannot read or write the ledger `{}`: {}", place, detail),
              "check the disk; nothing of this operation was stored"};
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return {ErrorKind::kInvalid, fmt::format("`{}` is not a ledger, or it is damaged", place),
              "restore the file from a backup, or name another path under `ledger`"};
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return {ErrorKind::kIo, fmt::format("cannot write the ledger `{}`: {}", place, detail),
              "check that the folder exists and that this user may write there"};
    default: return {ErrorKind::kDatabase, fmt::format("the ledger `{}` failed: {}", place, detail), {}};
  }
}

// Lets a statement be looked up without a copy of its text.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

class SqliteSession : public Session {
 public:
  SqliteSession(sqlite3* db, std::string path) : db_(db), path_(std::move(path)) {}
  ~SqliteSession() override {
    for (auto& [sql, statement] : statements_) sqlite3_finalize(statement);
    sqlite3_close(db_);
  }
  SqliteSession(const SqliteSession&) = delete;
  SqliteSession& operator=(const SqliteSession&) = delete;

  Status Begin(Access access) override { return Do(access == Access::kRead ? "BEGIN" : "BEGIN IMMEDIATE", {}); }

  Status Commit() override { return Do("COMMIT", {}); }

  void Rollback() override {
    if (sqlite3_get_autocommit(db_) == 0) (void)Do("ROLLBACK", {});
  }

  bool in_process() const override { return true; }

  Status Do(std::string_view sql, Params params) override {
    SYN_ASSIGN_OR_RETURN(sqlite3_stmt * statement, Bind(sql, params.begin(), params.size()));
    int code = SQLITE_ROW;
    while (code == SQLITE_ROW) code = sqlite3_step(statement);
    return Finish(statement, code);
  }

  std::string_view before_removal() const override { return "PRAGMA secure_delete=ON"; }

  using Session::Get;
  Result<Rows> Get(std::string_view sql, const Param* params, std::size_t count) override {
    SYN_ASSIGN_OR_RETURN(sqlite3_stmt * statement, Bind(sql, params, count));
    Rows rows;
    int code = SQLITE_ROW;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
      std::vector<Cell>& row = rows.emplace_back(sqlite3_column_count(statement));
      for (int i = 0; i < static_cast<int>(row.size()); ++i) row[i] = Read(statement, i);
    }
    SYN_RETURN_IF_ERROR(Finish(statement, code));
    return rows;
  }

  // Several statements without parameters: migrations and pragmas.
  Status Script(const std::string& sql) {
    const int code = sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return tl::unexpected(Failed(code));
    return {};
  }

  Error Failed(int code) const { return Translate(code, path_, sqlite3_errmsg(db_)); }
  const std::string& path() const { return path_; }

 private:
  static Cell Read(sqlite3_stmt* statement, int column) {
    Cell cell;
    const int type = sqlite3_column_type(statement, column);
    if (type == SQLITE_INTEGER) {
      cell.kind = Kind::kInt;
      cell.number = sqlite3_column_int64(statement, column);
    } else if (type != SQLITE_NULL) {
      cell.kind = Kind::kText;
      const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
      cell.text.assign(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement, column)));
    }
    return cell;
  }

  Result<sqlite3_stmt*> Bind(std::string_view sql, const Param* params, std::size_t count) {
    auto found = statements_.find(sql);
    if (found == statements_.end()) {
      sqlite3_stmt* prepared = nullptr;
      const int code = sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                          &prepared, nullptr);
      if (code != SQLITE_OK) return tl::unexpected(Failed(code));
      found = statements_.emplace(sql, prepared).first;
    }
    sqlite3_stmt* statement = found->second;
    for (std::size_t i = 0; i < count; ++i) {
      const int position = static_cast<int>(i + 1);
      switch (params[i].kind) {
        case Kind::kNull: sqlite3_bind_null(statement, position); break;
        case Kind::kInt: sqlite3_bind_int64(statement, position, params[i].number); break;
        case Kind::kText:
          sqlite3_bind_text64(statement, position, params[i].text.data(), params[i].text.size(), SQLITE_STATIC,
                              SQLITE_UTF8);
          break;
      }
    }
    return statement;
  }

  Status Finish(sqlite3_stmt* statement, int code) {
    if (code == SQLITE_DONE) {
      sqlite3_reset(statement);
      return {};
    }
    Error error = Failed(code);
    sqlite3_reset(statement);
    return tl::unexpected(std::move(error));
  }

  sqlite3* db_;
  std::string path_;
  std::unordered_map<std::string, sqlite3_stmt*, TextHash, std::equal_to<>> statements_;
};

Result<std::unique_ptr<SqliteSession>> ConnectTo(const std::string& path) {
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  auto session = std::make_unique<SqliteSession>(db, path);
  if (code != SQLITE_OK) return tl::unexpected(session->Failed(code));
  sqlite3_busy_timeout(db, kSqliteBusyMs);
  // The default counts pages, and these are small: the usual 4 MB between two checkpoints.
  SYN_RETURN_IF_ERROR(session->Script(
      "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; PRAGMA wal_autocheckpoint=4096"));
  return session;
}

Result<std::int64_t> Pragma(SqliteSession& session, std::string_view sql) {
  SYN_ASSIGN_OR_RETURN(const Rows rows, session.Get(sql));
  return rows.empty() ? 0 : rows[0][0].number;
}

// Makes the file so that only its owner reads it: evidence holds rows of the user's database.
Status CreateFile(const std::string& path) {
  std::error_code error;
  const auto folder = std::filesystem::path(path).parent_path();
  if (!folder.empty()) std::filesystem::create_directories(folder, error);
  const int file = ::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (file < 0) {
    return Fail(ErrorKind::kIo, fmt::format("cannot open the ledger `{}`", path),
                "check that the folder exists and that this user may write there");
  }
  ::close(file);
  return {};
}

Status Migrate(SqliteSession& session, int from, const Clock& clock) {
  const auto migrations = SqliteMigrations();
  for (int version = from; version < kLedgerVersion; ++version) {
    SYN_RETURN_IF_ERROR(session.Script(std::string(migrations[version])));
  }
  if (from == 0) SYN_RETURN_IF_ERROR(WriteGenesis(session, clock.Now()));
  return session.Script(
      fmt::format("PRAGMA application_id={}; PRAGMA user_version={}", kApplicationId, kLedgerVersion));
}

// Where two set this together, SQLite does not wait its time: it tells one of them at once that the file is locked.
Status KeepLog(SqliteSession& session) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(kSqliteBusyMs);
  for (;;) {
    Status kept = session.Script("PRAGMA page_size=1024; PRAGMA journal_mode=WAL");
    if (kept || kept.error().kind != ErrorKind::kUnavailable || std::chrono::steady_clock::now() >= until) return kept;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

// Brings the file to this program's version, once even if several processes start together.
Status Prepare(SqliteSession& session, const Clock& clock) {
  SYN_ASSIGN_OR_RETURN(const auto seen, Pragma(session, "PRAGMA user_version"));
  if (seen == kLedgerVersion) {
    SYN_ASSIGN_OR_RETURN(const auto id, Pragma(session, "PRAGMA application_id"));
    if (id == kApplicationId) return {};
  }
  SYN_RETURN_IF_ERROR(session.Begin(Access::kWrite));
  const auto checked = [&]() -> Status {
    SYN_ASSIGN_OR_RETURN(const auto version, Pragma(session, "PRAGMA user_version"));
    SYN_ASSIGN_OR_RETURN(const auto id, Pragma(session, "PRAGMA application_id"));
    SYN_ASSIGN_OR_RETURN(const auto tables, Pragma(session, "SELECT count(*) FROM sqlite_schema"));
    if (id != kApplicationId && (tables > 0 || version != 0)) {
      return Fail(ErrorKind::kInvalid, fmt::format("`{}` is a database, but not a ledger of Synapsor", session.path()),
                  "name another path under `ledger`");
    }
    if (version > kLedgerVersion) {
      return tl::unexpected(NewerLedger(session.path(), static_cast<int>(version)));
    }
    if (version == kLedgerVersion) return {};
    return Migrate(session, static_cast<int>(version), clock);
  }();
  if (!checked) {
    session.Rollback();
    return checked;
  }
  return session.Commit();
}

class SqliteStore : public Store {
 public:
  // `prepared` is handed out first: closing it would have SQLite empty and remove the log, for the next to make anew.
  SqliteStore(std::string path, std::unique_ptr<Session> prepared)
      : path_(std::move(path)), prepared_(std::move(prepared)) {}

  Result<std::unique_ptr<Session>> Connect() override {
    {
      const std::lock_guard lock(mutex_);
      if (prepared_ != nullptr) return std::move(prepared_);
    }
    return ConnectTo(path_);
  }

 private:
  std::string path_;
  std::mutex mutex_;
  std::unique_ptr<Session> prepared_;
};

}  // namespace

Result<std::unique_ptr<Store>> OpenSqliteStore(const std::string& path, const Clock& clock) {
  SYN_RETURN_IF_ERROR(CreateFile(path));
  SYN_ASSIGN_OR_RETURN(auto session, ConnectTo(path));
  // Persistent in the file; a no-op when it is already so. A call touches the last page of four tables, and each page
  // touched is written and summed whole: small pages make the commit cheap.
  SYN_RETURN_IF_ERROR(KeepLog(*session));
  SYN_RETURN_IF_ERROR(Prepare(*session, clock));
  return std::make_unique<SqliteStore>(path, std::move(session));
}

}  // namespace synapsor::ledger
