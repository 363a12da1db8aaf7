// One libpq connection in pipeline mode: queue commands, send them in one trip, read every answer.
// Decides how bytes move and when a connection counts as lost; not what a transaction is
// (postgres.cc). Private to runtime/db.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/db/database.h"
#include "runtime/db/postgres_values.h"

struct pg_conn;
struct pg_result;

namespace synapsor::db {

struct FinishConnection {
  void operator()(pg_conn* connection) const;
};
using PostgresHandle = std::unique_ptr<pg_conn, FinishConnection>;

struct ClearResult {
  void operator()(pg_result* result) const;
};
using PostgresResult = std::unique_ptr<pg_result, ClearResult>;

// The parameters of one execution in libpq's shape. Points into the scalars it was made from.
struct PostgresValues {
  std::vector<const char*> data;
  std::vector<int> lengths, formats;

  static DbResult<PostgresValues> From(std::span<const Scalar> values);
};

class PostgresSession {
 public:
  // `handle` is connected. Enters pipeline mode.
  static DbResult<PostgresSession> Start(PostgresHandle handle);

  // Each queues one command of the next trip. False: the connection is lost.
  bool QueuePrepare(const std::string& name, const std::string& sql, const std::vector<PostgresOid>& types);
  bool QueueExecute(const std::string& name, const PostgresValues& values);
  bool QueueText(const char* constant_sql);  // extended protocol, no values

  // Sends what is queued and waits for all answers, one a command in their order. A command after a
  // failed one answers with PGRES_PIPELINE_ABORTED. kUnavailable when the connection is lost or
  // silent past the deadline.
  DbResult<std::vector<PostgresResult>> Trip(std::chrono::milliseconds deadline);

  // Sends what is queued; the answers are read by a later trip and dropped. For what needs no
  // answer.
  void SendAndForget();

  // Looks at what has arrived, without waiting. True: the server has closed the connection.
  bool Closed();
  // Whether a command outside BEGIN and COMMIT runs in a read-only transaction now. The server reports it from version 14
  // on, also when a statement changed it; an older one counts as false.
  bool ReadsByDefault() const;
  bool lost() const { return lost_; }
  pg_conn* handle() const { return handle_.get(); }

  // The failure that a result or the connection carries.
  Failure FailureOf(const PostgresResult& result) const;
  Failure Lost();

 private:
  explicit PostgresSession(PostgresHandle handle) : handle_(std::move(handle)) {}
  bool Wait(bool for_writing, std::chrono::steady_clock::time_point deadline);
  bool Flush(std::chrono::steady_clock::time_point deadline);
  bool EndBatch();
  // The next answer; null at a command's end. False: lost.
  bool Next(PostgresResult& result, std::chrono::steady_clock::time_point deadline);
  // Reads up to the end of a batch and drops it.
  bool DropBatch(std::chrono::steady_clock::time_point deadline);
  DbResult<std::vector<PostgresResult>> ReadBatch(std::size_t commands, std::chrono::steady_clock::time_point deadline);

  PostgresHandle handle_;
  std::size_t queued_ = 0;
  int forgotten_ = 0;  // batches whose answers nobody has read to the end
  bool lost_ = false;
  std::string lost_why_;
};

}  // namespace synapsor::db
