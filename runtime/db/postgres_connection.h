// A PostgreSQL connection as the pool lends it: transactions, timeouts and prepared statements over
// a session. BEGIN travels with the first statement and the COMMIT of reads is not waited for, so
// that one read costs one trip. Private to runtime/db.
#pragma once

#include <chrono>
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
  enum class Transaction { kNone, kWanted, kOpen, kFailed };

  std::chrono::milliseconds Deadline() const;
  Failure Failed(Failure failure);
  DbResult<std::size_t> QueueStart();
  DbResult<std::size_t> QueueTimeouts();
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
  bool timeouts_prepared_ = false, timeouts_queued_ = false;
  bool broken_ = false;
};

}  // namespace synapsor::db
