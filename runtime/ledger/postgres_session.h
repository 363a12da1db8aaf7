// One libpq connection in pipeline mode. Private to the PostgreSQL store.
#pragma once

#include <libpq-fe.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "runtime/ledger/session.h"

namespace synapsor::ledger {

struct CloseConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
using PostgresHandle = std::unique_ptr<PGconn, CloseConnection>;

class PostgresSession : public Session {
 public:
  // `place` names the server in messages: host and database, no secret.
  PostgresSession(PostgresHandle connection, std::string place, bool server_clock);

  // Leaves the simple protocol for good and sets what every session of a ledger has set.
  Status Configure();

  Status Begin(Access access) override;
  Status Commit() override;
  void Rollback() override;
  bool commit_unknown() const override { return commit_unknown_; }
  bool healthy() const override;

  Status Do(std::string_view sql, Params params) override;
  using Session::Get;
  Result<Rows> Get(std::string_view sql, const Param* params, std::size_t count) override;
  Result<std::vector<Rows>> GetAll(std::span<const Query> queries) override;

  std::string_view head_lock() const override { return " FOR UPDATE"; }
  std::string_view claim_lock() const override { return " FOR UPDATE SKIP LOCKED"; }
  std::string_view server_time() const override {
    if (!server_clock_) return "0";
    return "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)";
  }

  // A statement that is used once: not prepared.
  Status DoOnce(const std::string& sql);

 private:
  // One message on its way whose answer has not been read.
  enum class Expect { kPrepared, kDone, kRows, kForgotten, kEndOfTrip };
  struct Sent {
    Expect expect;
    std::string prepares;  // kPrepared: the statement
  };

  Status Send(std::string_view sql, const Param* params, std::size_t count, Expect expect);
  Status SendPlain(const char* sql, Expect expect = Expect::kDone);
  // Ends the trip and waits for the answers to everything sent; the rows of each statement that has some to give.
  Result<std::vector<Rows>> Drain();
  void Forget();
  Error Lost() const;
  Error Failed(const PGresult* result) const;

  PostgresHandle connection_;
  std::string place_;
  bool server_clock_;
  std::unordered_map<std::string, std::string> prepared_;  // SQL -> name
  std::deque<Sent> sent_;
  int names_ = 0;
  bool in_transaction_ = false;
  bool reading_ = false;
  bool commit_unknown_ = false;
};

}  // namespace synapsor::ledger
