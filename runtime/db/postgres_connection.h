// A PostgreSQL connection as the pool lends it: transactions, timeouts and prepared statements over
// a session. BEGIN travels with the first statement and the COMMIT of reads is not waited for, so
// that one read costs one trip; where one read is asked for and the server reports that the session is
// pinned to read-only transactions, the trip itself is the transaction, and neither BEGIN nor COMMIT is sent. Private to runtime/db.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/db/connector.h"
#include "runtime/db/postgres_session.h"
#include "runtime/db/statement_cache.h"

namespace synapsor::db {

class PostgresConnection : public PooledConnection {
 public:
  PostgresConnection(PostgresSession session, const ConnectOptions& options)
      : session_(std::move(session)), options_(options) {}

  // Prepares transaction control, once, before anything else.
  DbResult<void> Prepare();

  DbResult<void> Begin(TxMode mode, int statement_timeout_ms, int lock_timeout_ms) override;
  void SetTenant(std::string_view tenant) override { tenant_ = tenant; }
  DbResult<void> Commit() override;
  void Rollback() override;
  DbResult<std::vector<Row>> Query(const bundle::Statement& statement, std::span<const Scalar> values,
                                   int row_cap) override;
  DbResult<std::int64_t> Execute(const bundle::Statement& statement, std::span<const Scalar> values) override;
  bool healthy() const override { return !broken_ && !session_.lost(); }
  bool Reset() override;
  bool Alive() override;
  bool Closed() override { return session_.Closed(); }

 private:
  enum class Transaction { kNone, kWanted, kOpen, kEnded, kFailed };  // kEnded: the trip of one read ended it

  std::chrono::milliseconds Deadline() const;
  Failure Failed(Failure failure);
  DbResult<std::size_t> QueueStart();
  DbResult<std::size_t> QueueTimeouts(std::size_t before);
  DbResult<PostgresResult> Run(const bundle::Statement& statement, std::span<const Scalar> values);
  DbResult<PostgresResult> Answer(const bundle::Statement& statement, std::vector<PostgresResult> results,
                                  std::size_t before, bool fresh);

  PostgresSession session_;
  const ConnectOptions options_;
  StatementCache<std::string> cache_;  // fingerprint -> name on the server
  std::size_t names_ = 0;
  Transaction transaction_ = Transaction::kNone;
  TxMode mode_ = TxMode::kReadOnly;
  std::string tenant_;  // of the transaction
  int statement_timeout_ms_ = options_.statement_timeout_ms;
  int lock_timeout_ms_ = options_.lock_timeout_ms;
  bool timeouts_prepared_ = false;
  std::optional<std::size_t> timeouts_at_;  // of their PREPARE among the commands of this trip
  bool begin_queued_ = false;
  bool broken_ = false;
};

}  // namespace synapsor::db
