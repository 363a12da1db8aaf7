// One connection to the ledger's own store, as the ledger's operations use it. The operations are written once, in SQL
// that SQLite and PostgreSQL both take ($1 parameters, ON CONFLICT, partial indexes); what differs stands here.
//
// Not thread-safe: one session is used by one thread at a time.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/clock.h"
#include "runtime/base/result.h"

namespace synapsor::ledger {

enum class Kind { kNull, kInt, kText };

// A bound value. Text is not owned and must outlive the call only.
struct Param {
  Kind kind = Kind::kNull;
  std::int64_t number = 0;
  std::string_view text;

  Param(std::nullptr_t) {}
  Param(std::int64_t value) : kind(Kind::kInt), number(value) {}
  Param(int value) : kind(Kind::kInt), number(value) {}
  Param(std::string_view value) : kind(Kind::kText), text(value) {}
  Param(const std::string& value) : kind(Kind::kText), text(value) {}
  Param(const char* value) : kind(Kind::kText), text(value) {}
};
using Params = std::initializer_list<Param>;

// A result cell: integers in `number`, text in `text`.
struct Cell {
  Kind kind = Kind::kNull;
  std::int64_t number = 0;
  std::string text;
};
using Rows = std::vector<std::vector<Cell>>;

// One of several statements that are asked together. Texts are not owned.
struct Query {
  std::string_view sql;
  std::vector<Param> params;
};

enum class Access {
  kRead,          // one snapshot until the end
  kWrite,         // durable when Commit returns
  kRelaxedWrite,  // atomic and ordered, but a crash of the machine may lose it together with everything after it
};

class Session {
 public:
  virtual ~Session() = default;

  virtual Status Begin(Access access) = 0;
  // After a failure nothing was stored, unless commit_unknown().
  virtual Status Commit() = 0;
  // Also how a reading transaction ends. Not waited for where nothing can be learned from its answer.
  virtual void Rollback() = 0;
  // True when the last Commit was sent and never answered.
  virtual bool commit_unknown() const { return false; }
  // False when the connection is lost: a new session is needed.
  virtual bool healthy() const { return true; }

  // True when the store lives in this process, so that a read costs no round trip.
  virtual bool in_process() const { return false; }

  // Runs a statement for its effect. A store across a network may delay it, and report its failure, until the
  // next Get or Commit.
  virtual Status Do(std::string_view sql, Params params) = 0;
  virtual Result<Rows> Get(std::string_view sql, const Param* params, std::size_t count) = 0;
  Result<Rows> Get(std::string_view sql, Params params = {}) { return Get(sql, params.begin(), params.size()); }
  // The rows of each, in order. A store across a network asks all in one trip; they run one after the other.
  virtual Result<std::vector<Rows>> GetAll(std::span<const Query> queries) {
    std::vector<Rows> all;
    for (const Query& query : queries) {
      SYN_ASSIGN_OR_RETURN(Rows rows, Get(query.sql, query.params.data(), query.params.size()));
      all.push_back(std::move(rows));
    }
    return all;
  }

  // Text put behind the statement that reads the head row for writing, and behind the one that picks a job.
  virtual std::string_view head_lock() const { return {}; }
  virtual std::string_view claim_lock() const { return {}; }
  // Run before content is removed, so that no copy of it stays in the store's own free space.
  virtual std::string_view before_removal() const { return {}; }
  // An expression for the time in microseconds, or "0" when the clock of this process counts.
  virtual std::string_view server_time() const { return "0"; }
};

// Opens sessions to one store.
class Store {
 public:
  virtual ~Store() = default;
  virtual Result<std::unique_ptr<Session>> Connect() = 0;
};

}  // namespace synapsor::ledger
