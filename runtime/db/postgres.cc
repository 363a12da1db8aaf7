#include "runtime/db/postgres.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>
#include <utility>

#include "runtime/db/postgres_connection.h"
#include "runtime/db/values.h"

namespace synapsor::db {
namespace {

// Prepared when the connection is made, under names that statements of a plan do not have.
constexpr const char* kCommit = "syn_commit";
constexpr const char* kRollback = "syn_rollback";
constexpr const char* kBeginReads = "syn_begin_reads";
constexpr const char* kBeginWrites = "syn_begin_writes";
constexpr const char* kPing = "syn_ping";

constexpr std::pair<const char*, const char*> kPrepared[] = {
    {kCommit, "COMMIT"},
    {kRollback, "ROLLBACK"},
    {kBeginReads, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"},
    {kBeginWrites, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"},
    {kPing, "SELECT 1"},
};

// What the policies that `sync grants` prints compare a row's tenant with. Ends with the transaction.
constexpr const char* kTenant = "syn_tenant";
constexpr const char* kSetTenant = "SELECT pg_catalog.set_config('synapsor.tenant_id', $1, true)";

constexpr const char* kSetTimeouts =
    "SELECT set_config('statement_timeout', $1, true), set_config('lock_timeout', $2, true)";

// The server ends a statement at its timeout; past this much more, nobody is there.
constexpr std::chrono::milliseconds kNetworkGrace(5000);

bool Succeeded(const PostgresResult& result) {
  const ExecStatusType status = PQresultStatus(result.get());
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

}  // namespace

DbResult<void> PostgresConnection::Prepare() {
  for (const auto& [name, sql] : kPrepared) session_.QueuePrepare(name, sql, {});
  if (options_.row_level_security) session_.QueuePrepare(kTenant, kSetTenant, {});
  auto results = session_.Trip(Deadline());
  if (!results) return tl::unexpected(std::move(results.error()));
  for (const PostgresResult& result : *results) {
    if (!Succeeded(result)) return tl::unexpected(session_.FailureOf(result));
  }
  return {};
}

DbResult<void> PostgresConnection::Begin(TxMode mode, int statement_timeout_ms, int lock_timeout_ms) {
  if (transaction_ != Transaction::kNone) {
    return tl::unexpected(Failure{FailureKind::kOther, "a transaction is open already", "BEGIN"});
  }
  if (mode == TxMode::kReadWrite && options_.role == Role::kReader) {
    return tl::unexpected(Failure{FailureKind::kPermission, "this connection was opened for reading", "BEGIN"});
  }
  if (session_.lost()) return tl::unexpected(session_.Lost());
  // Sent together with the first statement, in one trip.
  transaction_ = Transaction::kWanted;
  mode_ = mode;
  tenant_.clear();
  statement_timeout_ms_ = statement_timeout_ms;
  lock_timeout_ms_ = lock_timeout_ms;
  return {};
}

DbResult<void> PostgresConnection::Commit() {
  const Transaction was = std::exchange(transaction_, Transaction::kNone);
  switch (was) {
    case Transaction::kNone: return tl::unexpected(Failure{FailureKind::kOther, "no transaction is open", "COMMIT"});
    case Transaction::kWanted:
    case Transaction::kEnded: return {};
    case Transaction::kFailed:
      transaction_ = was;
      Rollback();
      return tl::unexpected(Failure{FailureKind::kConflict, "the transaction was rolled back", "25P02"});
    case Transaction::kOpen: break;
  }
  // Known to be lost before COMMIT was sent: nothing happened.
  if (session_.Closed()) return tl::unexpected(session_.Lost());
  if (mode_ != TxMode::kReadWrite) {
    // The reads are done and nothing depends on how their transaction ends.
    session_.QueueExecute(kCommit, {});
    session_.SendAndForget();
    return {};
  }
  session_.QueueExecute(kCommit, {});
  auto results = session_.Trip(Deadline());
  if (!results) {
    return tl::unexpected(Failure{FailureKind::kOutcomeUnknown,
                                  "COMMIT was not acknowledged: " + results.error().operator_message,
                                  results.error().code});
  }
  const PostgresResult& result = results->front();
  if (!Succeeded(result)) return tl::unexpected(session_.FailureOf(result));
  if (std::string_view(PQcmdStatus(result.get())) != "COMMIT") {
    return tl::unexpected(Failure{FailureKind::kConflict, "the transaction was rolled back", "25P02"});
  }
  return {};
}

void PostgresConnection::Rollback() {
  const Transaction was = std::exchange(transaction_, Transaction::kNone);
  if (was != Transaction::kOpen && was != Transaction::kFailed) return;
  if (session_.lost()) return;
  session_.QueueExecute(kRollback, {});
  auto results = session_.Trip(Deadline());
  if (results && !Succeeded(results->front())) broken_ = true;
}

DbResult<std::vector<Row>> PostgresConnection::Query(const bundle::Statement& statement, std::span<const Scalar> values,
                                                     int row_cap) {
  auto run = Run(statement, values);
  if (!run) return tl::unexpected(std::move(run.error()));
  const PGresult* result = run->get();
  const auto width = static_cast<std::size_t>(PQnfields(result));
  if (PQresultStatus(result) != PGRES_TUPLES_OK || width != statement.columns.size()) {
    return tl::unexpected(Failed(WrongColumns(statement.columns.size(), width)));
  }
  for (std::size_t i = 0; i < width; ++i) {
    const bundle::ResultColumn& column = statement.columns[i];
    const PostgresOid oid = PQftype(result, static_cast<int>(i));
    if (!ColumnTypeMatches(oid, column.type)) {
      return tl::unexpected(Failed(Mismatch(column, fmt::format("the type with OID {}", oid))));
    }
  }
  const int count = std::min(PQntuples(result), std::max(row_cap, 0));
  std::vector<Row> rows;
  rows.reserve(static_cast<std::size_t>(count));
  for (int r = 0; r < count; ++r) {
    Row& row = rows.emplace_back();
    row.reserve(width);
    for (std::size_t i = 0; i < width; ++i) {
      const int c = static_cast<int>(i);
      if (PQgetisnull(result, r, c) != 0) {
        row.push_back(Scalar::Null(statement.columns[i].type));
        continue;
      }
      const std::string_view text(PQgetvalue(result, r, c), static_cast<std::size_t>(PQgetlength(result, r, c)));
      auto value = ReadPostgres(PQftype(result, c), text, statement.columns[i]);
      if (!value) return tl::unexpected(Failed(std::move(value.error())));
      row.push_back(std::move(*value));
    }
  }
  return rows;
}

DbResult<std::int64_t> PostgresConnection::Execute(const bundle::Statement& statement, std::span<const Scalar> values) {
  auto run = Run(statement, values);
  if (!run) return tl::unexpected(std::move(run.error()));
  const std::string_view count = PQcmdTuples(run->get());
  const std::string_view tag = PQcmdStatus(run->get());
  const bool changes =
      tag.starts_with("UPDATE") || tag.starts_with("INSERT") || tag.starts_with("DELETE") || tag.starts_with("MERGE");
  if (!changes || count.empty()) {
    return tl::unexpected(Failed(Failure{FailureKind::kOther, "the statement changes nothing", "EXECUTE"}));
  }
  return std::stoll(std::string(count));
}

bool PostgresConnection::Reset() {
  if (transaction_ != Transaction::kNone) Rollback();
  return healthy();
}

bool PostgresConnection::Alive() {
  if (session_.Closed()) return false;
  session_.QueueExecute(kPing, {});
  auto results = session_.Trip(std::chrono::milliseconds(options_.connect_timeout_ms));
  return results && Succeeded(results->front());
}

std::chrono::milliseconds PostgresConnection::Deadline() const {
  return std::chrono::milliseconds(statement_timeout_ms_) + kNetworkGrace;
}

Failure PostgresConnection::Failed(Failure failure) {
  if (transaction_ == Transaction::kOpen || transaction_ == Transaction::kEnded) transaction_ = Transaction::kFailed;
  return failure;
}

// Queues the transaction's start before its first statement. Returns the number of commands queued.
DbResult<std::size_t> PostgresConnection::QueueStart() {
  if (transaction_ == Transaction::kFailed) {
    return tl::unexpected(
        Failure{FailureKind::kConflict, "the transaction has failed and waits for its rollback", "25P02"});
  }
  if (transaction_ == Transaction::kNone) {
    statement_timeout_ms_ = options_.statement_timeout_ms;
    lock_timeout_ms_ = options_.lock_timeout_ms;
    return 0;
  }
  if (transaction_ == Transaction::kOpen) return 0;
  if (transaction_ == Transaction::kEnded) {
    return tl::unexpected(Failed({FailureKind::kOther, "this transaction was begun for one read", "BEGIN"}));
  }
  std::size_t queued = 0;
  if (mode_ == TxMode::kOneRead && session_.ReadsByDefault()) {
    transaction_ = Transaction::kEnded;
  } else {
    transaction_ = Transaction::kOpen;
    if (!session_.QueueExecute(mode_ == TxMode::kReadWrite ? kBeginWrites : kBeginReads, {})) {
      return tl::unexpected(session_.Lost());
    }
    begin_queued_ = true;
    queued = 1;
  }
  if (statement_timeout_ms_ != options_.statement_timeout_ms || lock_timeout_ms_ != options_.lock_timeout_ms) {
    auto timeouts = QueueTimeouts(queued);
    if (!timeouts) return timeouts;
    queued += *timeouts;
  }
  if (options_.row_level_security && !tenant_.empty()) {
    const Scalar tenant[] = {Scalar::Text(tenant_)};
    const auto sent = PostgresValues::From(tenant);
    if (!sent) return tl::unexpected(Failed(sent.error()));
    if (!session_.QueueExecute(kTenant, *sent)) return tl::unexpected(session_.Lost());
    ++queued;
  }
  return queued;
}

// At the transaction's start, behind `before` commands. Returns the number of commands queued.
DbResult<std::size_t> PostgresConnection::QueueTimeouts(std::size_t before) {
  const Scalar timeouts[] = {Scalar::Text(std::to_string(statement_timeout_ms_)),
                             Scalar::Text(std::to_string(lock_timeout_ms_))};
  const auto sent = PostgresValues::From(timeouts);
  std::size_t queued = 0;
  if (!timeouts_prepared_) {
    if (!session_.QueuePrepare("syn_timeouts", kSetTimeouts, {})) return tl::unexpected(session_.Lost());
    timeouts_at_ = before;
    ++queued;
  }
  if (!session_.QueueExecute("syn_timeouts", *sent)) return tl::unexpected(session_.Lost());
  return queued + 1;
}

DbResult<PostgresResult> PostgresConnection::Run(const bundle::Statement& statement, std::span<const Scalar> values) {
  if (auto checked = CheckValues(statement, values); !checked) {
    return tl::unexpected(Failed(std::move(checked.error())));
  }
  auto sent = PostgresValues::From(values);
  if (!sent) return tl::unexpected(Failed(std::move(sent.error())));
  auto* entry = cache_.Find(statement.fingerprint);
  if (entry != nullptr && entry->sql != statement.sql) {
    return tl::unexpected(Failed(FingerprintClash()));
  }
  auto start = QueueStart();
  if (!start) return tl::unexpected(std::move(start.error()));
  std::size_t before = *start;
  const bool fresh = entry == nullptr;
  if (fresh) {
    std::vector<PostgresOid> types;
    for (const bundle::Param& param : statement.params) types.push_back(ParameterOid(param));
    entry = &cache_.Insert(statement.fingerprint, statement.sql, fmt::format("syn_s{}", ++names_),
                           [&](const std::string& name) {
                             // Both the name and the command are this file's own.
                             session_.QueueText(fmt::format("DEALLOCATE {}", name).c_str());
                             ++before;
                           });
    session_.QueuePrepare(entry->handle, statement.sql, types);
    ++before;
  }
  session_.QueueExecute(entry->handle, *sent);
  auto results = session_.Trip(Deadline());
  if (!results) {
    // The COMMIT of a transaction has its own words; a statement alone commits itself.
    Failure failure = std::move(results.error());
    const bool alone = transaction_ == Transaction::kNone && options_.role == Role::kWriter;
    if (alone && statement.columns.empty()) failure.kind = FailureKind::kOutcomeUnknown;
    return tl::unexpected(std::move(failure));
  }
  return Answer(statement, std::move(*results), before, fresh);
}

// The last result, or the first failure of the trip.
DbResult<PostgresResult> PostgresConnection::Answer(const bundle::Statement& statement,
                                                    std::vector<PostgresResult> results, std::size_t before,
                                                    bool fresh) {
  const auto failed = std::find_if_not(results.begin(), results.end(), Succeeded);
  if (const auto at = std::exchange(timeouts_at_, std::nullopt)) {
    timeouts_prepared_ = failed - results.begin() > static_cast<std::ptrdiff_t>(*at);
  }
  const bool begun = std::exchange(begin_queued_, false);
  if (failed == results.end()) return std::move(results.back());
  const auto at = static_cast<std::size_t>(failed - results.begin());
  Failure failure = session_.FailureOf(*failed);
  // BEGIN fails for the server's own reasons alone: a standby takes no READ WRITE.
  if (begun && at == 0) failure.kind = FailureKind::kUnavailable;
  const bool prepared = at >= before;  // only the execution itself failed
  // A plan whose columns changed under it, or a name the server has lost, is prepared anew next
  // time.
  if ((fresh && !prepared) || failure.code == "0A000" || failure.code == "26000") {
    cache_.Erase(statement.fingerprint);
  }
  // A BEGIN that failed left no transaction; ROLLBACK is harmless then.
  return tl::unexpected(Failed(std::move(failure)));
}

}  // namespace synapsor::db
