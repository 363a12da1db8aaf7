#include "runtime/db/mysql.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <utility>

#include "runtime/db/mysql_errors.h"
#include "runtime/db/mysql_grants.h"
#include "runtime/db/mysql_session.h"
#include "runtime/db/mysql_url.h"

namespace synapsor::db {
namespace {

// A statement of this program's own; its text is its fingerprint.
bundle::Statement Own(std::string sql, std::vector<ScalarType> params, std::size_t columns = 0) {
  bundle::Statement statement;
  statement.fingerprint = sql;
  statement.sql = std::move(sql);
  for (const ScalarType type : params) {
    statement.params.emplace_back();
    statement.params.back().type = type;
  }
  statement.columns.resize(columns);
  return statement;
}

int WholeSeconds(int milliseconds) { return std::max(1, (milliseconds + 999) / 1000); }

class MysqlConnection : public PooledConnection {
 public:
  MysqlConnection(std::unique_ptr<MysqlSession> session, const ConnectOptions& options)
      : session_(std::move(session)), options_(options) {}

  DbResult<void> Configure() {
    for (const MysqlControl control :
         {MysqlControl::kPinCharacterSet, MysqlControl::kPinTimeZone, MysqlControl::kPinSqlMode,
          options_.role == Role::kReader ? MysqlControl::kReaderSession : MysqlControl::kWriterSession}) {
      if (auto done = session_->Control(control); !done) return done;
    }
    auto version = session_->Query(Own("SELECT VERSION()", {}, 1), {}, 1);
    if (!version) return tl::unexpected(std::move(version.error()));
    is_mariadb_ = version->front()[0].text.find("MariaDB") != std::string::npos;
    return SetTimeouts(options_.statement_timeout_ms, options_.lock_timeout_ms);
  }

  // What the account may do now: of its roles, what those allow that are active.
  DbResult<std::vector<std::string>> Grants() { return Texts("SHOW GRANTS"); }

  // What it could do besides by activating `roles`, which are as in GrantedRoles. The session is left as it was.
  DbResult<std::vector<std::string>> GrantsWith(std::string_view roles) {
    if (!is_mariadb_) return Texts(fmt::format("SHOW GRANTS FOR CURRENT_USER() USING {}", roles));
    auto now = Texts("SELECT COALESCE(CONCAT('`', REPLACE(CURRENT_ROLE(), '`', '``'), '`'), 'NONE')");
    if (!now) return now;
    if (auto set = session_->Run(Own(fmt::format("SET ROLE {}", roles), {}), {}); !set) {
      return tl::unexpected(std::move(set.error()));
    }
    auto grants = Grants();
    if (auto reset = session_->Run(Own("SET ROLE " + now->front(), {}), {}); !reset) {
      return tl::unexpected(std::move(reset.error()));
    }
    return grants;
  }

  DbResult<void> Begin(TxMode mode, int statement_timeout_ms, int lock_timeout_ms) override {
    if (in_transaction_) {
      return tl::unexpected(Failure{FailureKind::kOther, "a transaction is open already", "BEGIN"});
    }
    const bool writer = options_.role == Role::kWriter;
    if (mode == TxMode::kReadWrite && !writer) {
      return tl::unexpected(Failure{FailureKind::kPermission, "this connection was opened for reading", "BEGIN"});
    }
    if (auto set = SetTimeouts(statement_timeout_ms, lock_timeout_ms); !set) return set;
    if (mode != TxMode::kReadWrite && writer) {
      if (auto snapshot = session_->Control(MysqlControl::kNextIsSnapshot); !snapshot) return snapshot;
    }
    auto begun = session_->Control(mode == TxMode::kReadWrite ? MysqlControl::kBeginWrites : MysqlControl::kBeginReads);
    in_transaction_ = begun.has_value();
    return begun;
  }

  DbResult<void> Commit() override {
    if (!in_transaction_) {
      return tl::unexpected(Failure{FailureKind::kOther, "no transaction is open", "COMMIT"});
    }
    if (failed_) {
      Rollback();
      return tl::unexpected(Failure{FailureKind::kConflict, "the transaction was rolled back", "COMMIT"});
    }
    in_transaction_ = false;
    if (session_->lost()) return session_->Control(MysqlControl::kCommit);  // never sent
    auto committed = session_->Control(MysqlControl::kCommit);
    if (!committed) {
      // Where the server refused, its transaction may be open still, and the next BEGIN would commit it.
      broken_ = true;
      if (session_->lost() || !MysqlCommitWasRefused(committed.error().kind)) {
        committed.error().kind = FailureKind::kOutcomeUnknown;
      }
    }
    return committed;
  }

  void Rollback() override {
    failed_ = false;
    if (!std::exchange(in_transaction_, false) || session_->lost()) return;
    if (!session_->Control(MysqlControl::kRollback)) broken_ = true;
  }

  DbResult<std::vector<Row>> Query(const bundle::Statement& statement, std::span<const Scalar> values,
                                   int row_cap) override {
    if (failed_) return tl::unexpected(AlreadyFailed());
    if (auto ready = Ready(); !ready) return tl::unexpected(std::move(ready.error()));
    auto rows = session_->Query(statement, values, row_cap);
    if (!rows) failed_ = in_transaction_;
    return rows;
  }

  DbResult<std::int64_t> Execute(const bundle::Statement& statement, std::span<const Scalar> values) override {
    if (failed_) return tl::unexpected(AlreadyFailed());
    if (auto ready = Ready(); !ready) return tl::unexpected(std::move(ready.error()));
    const bool was_lost = session_->lost();
    auto count = session_->Execute(statement, values);
    if (count) return count;
    failed_ = in_transaction_;
    // A statement alone commits itself.
    if (!in_transaction_ && !was_lost && session_->lost() && options_.role == Role::kWriter) {
      count.error().kind = FailureKind::kOutcomeUnknown;
    }
    return count;
  }

  bool healthy() const override { return !broken_ && !session_->lost(); }
  bool Reset() override {
    Rollback();
    return healthy();
  }
  bool Alive() override { return session_->Control(MysqlControl::kPing).has_value(); }
  bool Closed() override { return session_->lost(); }

 private:
  static Failure AlreadyFailed() {
    return {FailureKind::kConflict, "the transaction has failed and waits for its rollback", "25P02"};
  }

  DbResult<std::vector<std::string>> Texts(std::string sql) {
    auto rows = session_->Query(Own(std::move(sql), {}, 1), {}, 100'000);
    if (!rows) return tl::unexpected(std::move(rows.error()));
    std::vector<std::string> texts;
    for (Row& row : *rows) texts.push_back(std::move(row[0].text));
    return texts;
  }

  // Outside a transaction the source's own timeouts hold.
  DbResult<void> Ready() {
    if (in_transaction_) return {};
    return SetTimeouts(options_.statement_timeout_ms, options_.lock_timeout_ms);
  }

  // Costs a trip only where they change.
  DbResult<void> SetTimeouts(int statement_timeout_ms, int lock_timeout_ms) {
    if (statement_timeout_ms == statement_timeout_ms_ && lock_timeout_ms == lock_timeout_ms_) return {};
    const Scalar lock = Scalar::Int(WholeSeconds(lock_timeout_ms));
    statement_timeout_ms_ = lock_timeout_ms_ = -1;  // unknown until both are set
    auto set = is_mariadb_
                   ? session_->Run(
                         Own("SET SESSION max_statement_time = ?", {ScalarType::kDouble}),
                         std::vector{Scalar::Of(ScalarType::kDouble, fmt::format("{}", statement_timeout_ms / 1000.0))})
                   : session_->Run(Own("SET SESSION max_execution_time = ?", {ScalarType::kInt64}),
                                   std::vector{Scalar::Int(statement_timeout_ms)});
    if (!set) return set;
    set = session_->Run(Own("SET SESSION innodb_lock_wait_timeout = ?, lock_wait_timeout = ?",
                            {ScalarType::kInt64, ScalarType::kInt64}),
                        std::vector{lock, lock});
    if (!set) return set;
    statement_timeout_ms_ = statement_timeout_ms;
    lock_timeout_ms_ = lock_timeout_ms;
    return {};
  }

  const std::unique_ptr<MysqlSession> session_;
  const ConnectOptions options_;
  int statement_timeout_ms_ = -1, lock_timeout_ms_ = -1;  // of the session now
  bool is_mariadb_ = false;
  bool in_transaction_ = false;
  bool failed_ = false;  // a statement of the open transaction failed
  bool broken_ = false;
};

class MysqlConnector : public Connector {
 public:
  MysqlConnector(std::string source, MysqlConnect connect, const ConnectOptions& options, bool allow_writing_reader)
      : source_(std::move(source)),
        connect_(std::move(connect)),
        options_(options),
        allow_writing_reader_(allow_writing_reader) {}

  DbResult<std::unique_ptr<PooledConnection>> Connect() override {
    auto session = ConnectMysql(connect_);
    if (!session) return tl::unexpected(std::move(session.error()));
    auto connection = std::make_unique<MysqlConnection>(std::move(*session), options_);
    if (auto configured = connection->Configure(); !configured) {
      return tl::unexpected(std::move(configured.error()));
    }
    if (options_.role == Role::kReader) {
      if (auto allowed = CheckReader(*connection); !allowed) {
        return tl::unexpected(std::move(allowed.error()));
      }
    }
    return connection;
  }

 private:
  DbResult<void> CheckReader(MysqlConnection& connection) {
    auto why = WhatItCanWrite(connection);
    if (!why) return tl::unexpected(std::move(why.error()));
    if (why->empty()) return {};
    if (!allow_writing_reader_) {
      return tl::unexpected(Failure{FailureKind::kPermission, *why, "READER_CAN_WRITE"});
    }
    if (!warned_.exchange(true)) {
      fmt::print(stderr, "WARNING: source `{}`: {}: allowed by `allow_writing_reader`, for development only\n", source_,
                 *why);
    }
    return {};
  }

  // Empty when the account only reads, with every role that it has or could take.
  DbResult<std::string> WhatItCanWrite(MysqlConnection& connection) {
    auto grants = connection.Grants();
    if (!grants) return tl::unexpected(std::move(grants.error()));
    for (const std::string& grant : *grants) {
      const std::string privilege = WritingPrivilege(grant);
      if (!privilege.empty()) {
        return fmt::format("the reader account `{}` has {}", connect_.address.user, privilege);
      }
    }
    for (const std::string& grant : *grants) {
      const std::string_view roles = GrantedRoles(grant);
      if (roles.empty()) continue;
      auto more = connection.GrantsWith(roles);
      if (!more) return tl::unexpected(std::move(more.error()));
      for (const std::string& other : *more) {
        const std::string privilege = WritingPrivilege(other);
        if (privilege.empty()) continue;
        return fmt::format("the reader account `{}` may activate {}, which gives it {}", connect_.address.user, roles,
                           privilege);
      }
    }
    return "";
  }

  const std::string source_;
  const MysqlConnect connect_;
  const ConnectOptions options_;
  const bool allow_writing_reader_;
  std::atomic<bool> warned_ = false;
};

// Fills in what TLS the connection must have, or says why it may not be made.
Status SetTls(const std::string& source, const TlsOptions& tls, MysqlConnect& connect) {
  const bool local = !connect.address.socket.empty() || IsLoopback(connect.address.host);
  if (local && tls.mode != config::TlsMode::kVerify) {
    connect.encrypt = tls.mode == config::TlsMode::kRequire;
    return {};
  }
  if (local && tls.ca_file.empty()) return {};
  if (tls.mode != config::TlsMode::kVerify) {
    return Fail(ErrorKind::kUsage, fmt::format("source `{}`: TLS without verification is for loopback only", source),
                "set `tls` to `verify` and, for a private authority, give its certificate file");
  }
  const char* system = SystemCaFile();
  connect.ca_file = !tls.ca_file.empty() ? tls.ca_file : system != nullptr ? system : "";
  if (connect.ca_file.empty()) {
    return Fail(ErrorKind::kUsage,
                fmt::format("source `{}`: there is no certificate authority to verify the server with", source),
                "give the certificate file of the authority");
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Connector>> MakeMysqlConnector(const std::string& source_name, const std::string& url,
                                                      const ConnectOptions& options, const TlsOptions& tls,
                                                      bool allow_writing_reader) {
  auto address = ParseMysqlUrl(url);
  if (!address) {
    return Fail(ErrorKind::kUsage, fmt::format("source `{}`: the secret is not a MySQL URL", source_name),
                "use mysql://USER:PASSWORD@HOST:PORT/DATABASE, percent-encoded");
  }
  MysqlConnect connect;
  connect.address = std::move(*address);
  connect.connect_timeout_s = WholeSeconds(options.connect_timeout_ms);
  // The server ends a statement at its timeout; past this, nobody is there.
  connect.answer_timeout_s = std::max(60, WholeSeconds(options.statement_timeout_ms + options.lock_timeout_ms)) + 5;
  SYN_RETURN_IF_ERROR(SetTls(source_name, tls, connect));
  return std::make_unique<MysqlConnector>(source_name, std::move(connect), options, allow_writing_reader);
}

}  // namespace synapsor::db
