#include "runtime/db/postgres_session.h"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "runtime/db/values.h"

namespace synapsor::db {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr auto kForgottenGrace = std::chrono::seconds(5);

// Commands in a batch are few; more ends without the batch's own mean that we and the server are
// out of step.
constexpr int kMostEnds = 64;

// The first line of libpq's message, which may carry several.
std::string FirstLine(const char* message) {
  const std::string_view text = message == nullptr ? "" : message;
  return std::string(text.substr(0, text.find('\n')));
}

}  // namespace

void FinishConnection::operator()(pg_conn* connection) const { PQfinish(connection); }
void ClearResult::operator()(pg_result* result) const { PQclear(result); }

DbResult<PostgresValues> PostgresValues::From(std::span<const Scalar> values) {
  PostgresValues out;
  out.data.reserve(values.size());
  out.lengths.reserve(values.size());
  out.formats.reserve(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Scalar& value = values[i];
    const bool binary = value.type == ScalarType::kBytes;
    // libpq takes text up to the first NUL: it would cut the value.
    if (!value.is_null && !binary && value.text.find('\0') != std::string::npos) {
      return tl::unexpected(CannotSend(i + 1, "PostgreSQL stores no text with a NUL byte"));
    }
    out.data.push_back(value.is_null ? nullptr : value.text.c_str());
    out.lengths.push_back(static_cast<int>(value.text.size()));
    out.formats.push_back(binary ? 1 : 0);
  }
  return out;
}

DbResult<PostgresSession> PostgresSession::Start(PostgresHandle handle) {
  PQsetNoticeProcessor(
      handle.get(), [](void*, const char*) {}, nullptr);
  if (PQsetnonblocking(handle.get(), 1) != 0 || PQenterPipelineMode(handle.get()) != 1) {
    return tl::unexpected(Failure{FailureKind::kUnavailable, FirstLine(PQerrorMessage(handle.get())), "08000"});
  }
  return PostgresSession(std::move(handle));
}

bool PostgresSession::QueuePrepare(const std::string& name, const std::string& sql,
                                   const std::vector<PostgresOid>& types) {
  if (lost_) return false;
  if (PQsendPrepare(handle_.get(), name.c_str(), sql.c_str(), static_cast<int>(types.size()), types.data()) != 1) {
    Lost();
    return false;
  }
  ++queued_;
  return true;
}

bool PostgresSession::QueueExecute(const std::string& name, const PostgresValues& values) {
  if (lost_) return false;
  if (PQsendQueryPrepared(handle_.get(), name.c_str(), static_cast<int>(values.data.size()), values.data.data(),
                          values.lengths.data(), values.formats.data(), 0) != 1) {
    Lost();
    return false;
  }
  ++queued_;
  return true;
}

bool PostgresSession::QueueText(const char* constant_sql) {
  if (lost_) return false;
  if (PQsendQueryParams(handle_.get(), constant_sql, 0, nullptr, nullptr, nullptr, nullptr, 0) != 1) {
    Lost();
    return false;
  }
  ++queued_;
  return true;
}

DbResult<std::vector<PostgresResult>> PostgresSession::Trip(std::chrono::milliseconds limit) {
  const auto deadline = SteadyClock::now() + limit;
  const std::size_t commands = queued_;
  if (!EndBatch() || !Flush(deadline)) return tl::unexpected(Lost());
  for (; forgotten_ > 0; --forgotten_) {
    if (!DropBatch(deadline)) return tl::unexpected(Lost());
  }
  return ReadBatch(commands, deadline);
}

void PostgresSession::SendAndForget() {
  if (EndBatch() && Flush(SteadyClock::now() + kForgottenGrace)) ++forgotten_;
}

bool PostgresSession::EndBatch() {
  queued_ = 0;
  if (lost_) return false;
  if (PQpipelineSync(handle_.get()) == 1) return true;
  Lost();
  return false;
}

bool PostgresSession::Closed() {
  if (lost_) return true;
  pollfd socket{PQsocket(handle_.get()), POLLIN, 0};
  while (poll(&socket, 1, 0) > 0) {
    if (PQconsumeInput(handle_.get()) != 1) {
      Lost();
      return true;
    }
    while (forgotten_ > 0 && PQisBusy(handle_.get()) == 0) {
      PostgresResult result(PQgetResult(handle_.get()));
      if (PQstatus(handle_.get()) != CONNECTION_OK) break;
      if (result != nullptr && PQresultStatus(result.get()) == PGRES_PIPELINE_SYNC) {
        --forgotten_;
      }
    }
    if (PQstatus(handle_.get()) != CONNECTION_OK) {
      Lost();
      return true;
    }
  }
  return false;
}

bool PostgresSession::ReadsByDefault() const {
  const char* said = PQparameterStatus(handle_.get(), "default_transaction_read_only");
  return said != nullptr && std::string_view(said) == "on";
}

bool PostgresSession::Wait(bool for_writing, SteadyClock::time_point deadline) {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - SteadyClock::now());
    if (left.count() <= 0) {
      lost_why_ = "the server did not answer in time";
      return false;
    }
    pollfd socket{PQsocket(handle_.get()), static_cast<short>(for_writing ? POLLIN | POLLOUT : POLLIN), 0};
    const int ready = poll(&socket, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 60'000)));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

bool PostgresSession::Flush(SteadyClock::time_point deadline) {
  while (true) {
    const int rest = PQflush(handle_.get());
    if (rest == 0) return true;
    // The server may be waiting for us to read before it reads on.
    if (rest < 0 || !Wait(true, deadline) || PQconsumeInput(handle_.get()) != 1) {
      Lost();
      return false;
    }
  }
}

bool PostgresSession::Next(PostgresResult& result, SteadyClock::time_point deadline) {
  while (PQisBusy(handle_.get()) == 1) {
    if (!Wait(false, deadline) || PQconsumeInput(handle_.get()) != 1) {
      Lost();
      return false;
    }
  }
  result.reset(PQgetResult(handle_.get()));
  return true;
}

bool PostgresSession::DropBatch(SteadyClock::time_point deadline) {
  PostgresResult result;
  int ends = 0;
  while (ends < kMostEnds) {
    if (!Next(result, deadline) || PQstatus(handle_.get()) != CONNECTION_OK) break;
    if (result == nullptr)
      ++ends;
    else if (PQresultStatus(result.get()) == PGRES_PIPELINE_SYNC)
      return true;
  }
  Lost();
  return false;
}

DbResult<std::vector<PostgresResult>> PostgresSession::ReadBatch(std::size_t commands,
                                                                 SteadyClock::time_point deadline) {
  std::vector<PostgresResult> results;
  results.reserve(commands);
  PostgresResult result;
  while (results.size() < commands) {
    if (!Next(result, deadline)) return tl::unexpected(Lost());
    if (result == nullptr) return tl::unexpected(Lost());
    // The server's last words arrive as a result, before the end of the stream does.
    const char* severity = PQresultErrorField(result.get(), PG_DIAG_SEVERITY_NONLOCALIZED);
    if (severity != nullptr && std::string_view(severity) == "FATAL") {
      lost_why_ = FailureOf(result).operator_message;
      return tl::unexpected(Lost());
    }
    results.push_back(std::move(result));
    if (!Next(result, deadline)) return tl::unexpected(Lost());
    if (result != nullptr) return tl::unexpected(Lost());  // COPY or several results: never asked for
  }
  // A statement alone is committed by the batch's end, where a deferred constraint may still refuse
  // it.
  int ends = 0;
  while (ends < kMostEnds) {
    if (!Next(result, deadline) || PQstatus(handle_.get()) != CONNECTION_OK) break;
    if (result == nullptr) {
      ++ends;
      continue;
    }
    if (PQresultStatus(result.get()) == PGRES_PIPELINE_SYNC) return results;
    results.push_back(std::move(result));
  }
  return tl::unexpected(Lost());
}

Failure PostgresSession::FailureOf(const PostgresResult& result) const {
  const char* state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
  const char* message = PQresultErrorField(result.get(), PG_DIAG_MESSAGE_PRIMARY);
  if (state == nullptr) {
    return {FailureKind::kOther, FirstLine(PQresultErrorMessage(result.get())), ""};
  }
  return {KindOfSqlState(state), message == nullptr ? "" : message, state};
}

Failure PostgresSession::Lost() {
  if (!lost_) {
    lost_ = true;
    if (lost_why_.empty()) lost_why_ = FirstLine(PQerrorMessage(handle_.get()));
    if (lost_why_.empty()) lost_why_ = "the connection was lost";
  }
  return {FailureKind::kUnavailable, lost_why_, "08006"};
}

}  // namespace synapsor::db
