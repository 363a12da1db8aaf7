#include "runtime/ledger/postgres_session.h"

#include <fmt/format.h>

#include <cstdlib>
#include <cstring>

#include "runtime/ledger/postgres_store.h"

namespace synapsor::ledger {
namespace {

constexpr Oid kInt2 = 21, kInt4 = 23, kInt8 = 20;

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Answer = std::unique_ptr<PGresult, ClearResult>;

Rows ReadRows(const PGresult* result) {
  const int height = PQntuples(result), width = PQnfields(result);
  Rows rows(static_cast<std::size_t>(height));
  for (int i = 0; i < height; ++i) {
    auto& row = rows[static_cast<std::size_t>(i)];
    row.resize(static_cast<std::size_t>(width));
    for (int j = 0; j < width; ++j) {
      if (PQgetisnull(result, i, j) != 0) continue;
      Cell& cell = row[static_cast<std::size_t>(j)];
      const Oid type = PQftype(result, j);
      if (type == kInt8 || type == kInt4 || type == kInt2) {
        cell.kind = Kind::kInt;
        cell.number = std::strtoll(PQgetvalue(result, i, j), nullptr, 10);
      } else {
        cell.kind = Kind::kText;
        cell.text.assign(PQgetvalue(result, i, j), static_cast<std::size_t>(PQgetlength(result, i, j)));
      }
    }
  }
  return rows;
}

}  // namespace

PostgresSession::PostgresSession(PostgresHandle connection, std::string place, bool server_clock)
    : connection_(std::move(connection)), place_(std::move(place)), server_clock_(server_clock) {}

bool PostgresSession::healthy() const { return PQstatus(connection_.get()) == CONNECTION_OK; }

Error PostgresSession::Lost() const {
  return {ErrorKind::kUnavailable, fmt::format("the ledger at `{}` does not answer", place_),
          "check that the server runs and can be reached; trying again may help"};
}

Error PostgresSession::Failed(const PGresult* result) const {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char* words = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  const std::string code = state != nullptr ? state : "";
  if (code == "55P03" || code == "57014" || code == "40P01" || code == "40001") {
    return {ErrorKind::kUnavailable, fmt::format("the ledger at `{}` is busy ({})", place_, code),
            "another process holds it for long; try again"};
  }
  if (code.starts_with("53")) {
    return {ErrorKind::kIo, fmt::format("the ledger at `{}` is out of resources ({})", place_, code),
            "free disk space or connections on the server; nothing of this operation was stored"};
  }
  if (code.starts_with("57P") || code.starts_with("08")) return Lost();
  return {ErrorKind::kDatabase,
          fmt::format("the ledger at `{}` failed: {} ({})", place_, words != nullptr ? words : "", code),
          {}};
}

Status PostgresSession::Configure() {
  if (PQenterPipelineMode(connection_.get()) != 1) return tl::unexpected(Lost());
  SYN_ASSIGN_OR_RETURN(
      const Rows rows,
      Get("SELECT set_config('search_path', 'synapsor_ledger', false), set_config('lock_timeout', $1, false), "
          "set_config('statement_timeout', $2, false), set_config('idle_in_transaction_session_timeout', $2, false), "
          "set_config('application_name', 'synapsor-ledger', false)",
          {std::to_string(kPostgresLockMs), std::to_string(kPostgresStatementMs)}));
  return {};
}

Status PostgresSession::SendPlain(const char* sql, Expect expect) {
  if (PQsendQueryParams(connection_.get(), sql, 0, nullptr, nullptr, nullptr, nullptr, 0) != 1) {
    return tl::unexpected(Lost());
  }
  sent_.push_back({expect, {}});
  return {};
}

Status PostgresSession::Send(std::string_view sql, const Param* params, std::size_t count, Expect expect) {
  auto found = prepared_.find(std::string(sql));
  if (found == prepared_.end()) {
    found = prepared_.emplace(sql, fmt::format("s{}", ++names_)).first;
    if (PQsendPrepare(connection_.get(), found->second.c_str(), found->first.c_str(), 0, nullptr) != 1) {
      prepared_.erase(found);
      return tl::unexpected(Lost());
    }
    sent_.push_back({Expect::kPrepared, found->first});
  }
  std::vector<std::string> texts(count);
  std::vector<const char*> values(count, nullptr);
  for (std::size_t i = 0; i < count; ++i) {
    if (params[i].kind == Kind::kNull) continue;
    texts[i] = params[i].kind == Kind::kInt ? std::to_string(params[i].number) : std::string(params[i].text);
    if (texts[i].find('\0') != std::string::npos) {
      return Fail(ErrorKind::kUsage, "a name or key holds a zero byte, which the ledger cannot store");
    }
    values[i] = texts[i].c_str();
  }
  if (PQsendQueryPrepared(connection_.get(), found->second.c_str(), static_cast<int>(count), values.data(), nullptr,
                          nullptr, 0) != 1) {
    return tl::unexpected(Lost());
  }
  sent_.push_back({expect, {}});
  return {};
}

Result<std::vector<Rows>> PostgresSession::Drain() {
  if (PQpipelineSync(connection_.get()) != 1) {
    Forget();
    return tl::unexpected(Lost());
  }
  sent_.push_back({Expect::kEndOfTrip, {}});
  std::optional<Error> failure;
  std::vector<Rows> all;
  while (!sent_.empty()) {
    const Sent sent = std::move(sent_.front());
    sent_.pop_front();
    const Answer answer(PQgetResult(connection_.get()));
    const ExecStatusType status = PQresultStatus(answer.get());
    const bool end = sent.expect == Expect::kEndOfTrip;
    if (answer == nullptr || !healthy() || (end && status != PGRES_PIPELINE_SYNC)) {
      Forget();
      return tl::unexpected(Lost());
    }
    if (end) continue;
    const bool fine = status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
    if (!fine && !sent.prepares.empty()) prepared_.erase(sent.prepares);
    if (!fine && !failure && status != PGRES_PIPELINE_ABORTED && sent.expect != Expect::kForgotten) {
      failure = Failed(answer.get());
    }
    if (sent.expect == Expect::kRows) all.push_back(fine ? ReadRows(answer.get()) : Rows());
    PQgetResult(connection_.get());  // the null between two statements
  }
  if (failure) return tl::unexpected(std::move(*failure));
  return all;
}

// The connection is of no more use.
void PostgresSession::Forget() {
  sent_.clear();
  prepared_.clear();
  connection_.reset();
}

Status PostgresSession::Begin(Access access) {
  commit_unknown_ = false;
  if (!healthy()) return tl::unexpected(Lost());
  in_transaction_ = true;
  reading_ = access == Access::kRead;
  if (reading_) return SendPlain("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  SYN_RETURN_IF_ERROR(SendPlain("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"));
  if (access == Access::kRelaxedWrite) return SendPlain("SET LOCAL synchronous_commit = off");
  return {};
}

Status PostgresSession::Commit() {
  SYN_RETURN_IF_ERROR(SendPlain("COMMIT"));
  const auto done = Drain();
  in_transaction_ = false;
  if (done) return {};
  if (connection_ == nullptr) {
    commit_unknown_ = true;
    Error error = done.error();
    error.hint = "whether the last operation was stored is not known; look before trying it again";
    return tl::unexpected(std::move(error));
  }
  // A statement before COMMIT failed; the transaction is still open and has to be ended.
  in_transaction_ = true;
  return tl::unexpected(done.error());
}

void PostgresSession::Rollback() {
  if (connection_ == nullptr || !in_transaction_) return;
  in_transaction_ = false;
  if (!reading_ && !sent_.empty()) (void)Drain();
  if (connection_ == nullptr || !SendPlain("ROLLBACK", Expect::kForgotten)) return;
  if (!reading_) {
    (void)Drain();
    return;
  }
  // Sent now, its answer read with the next trip's.
  if (PQpipelineSync(connection_.get()) != 1 || PQflush(connection_.get()) < 0) return Forget();
  sent_.push_back({Expect::kEndOfTrip, {}});
}

Status PostgresSession::Do(std::string_view sql, Params params) {
  if (connection_ == nullptr) return tl::unexpected(Lost());
  return Send(sql, params.begin(), params.size(), Expect::kDone);
}

Status PostgresSession::DoOnce(const std::string& sql) {
  SYN_RETURN_IF_ERROR(SendPlain(sql.c_str()));
  const auto done = Drain();
  if (!done) return tl::unexpected(done.error());
  return {};
}

Result<Rows> PostgresSession::Get(std::string_view sql, const Param* params, std::size_t count) {
  if (connection_ == nullptr) return tl::unexpected(Lost());
  SYN_RETURN_IF_ERROR(Send(sql, params, count, Expect::kRows));
  SYN_ASSIGN_OR_RETURN(auto all, Drain());
  return std::move(all.back());
}

Result<std::vector<Rows>> PostgresSession::GetAll(std::span<const Query> queries) {
  if (connection_ == nullptr) return tl::unexpected(Lost());
  if (queries.empty()) return std::vector<Rows>();
  for (const Query& query : queries) {
    SYN_RETURN_IF_ERROR(Send(query.sql, query.params.data(), query.params.size(), Expect::kRows));
  }
  return Drain();
}

}  // namespace synapsor::ledger
