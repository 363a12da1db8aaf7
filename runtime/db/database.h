// Access to one source database through prepared statements only: there is no call that takes values inside SQL text and
// none that takes several statements. Decides connections, transactions, exact value transport and how failures
// are classed; not which statements exist (they come from the bundle).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/result.h"
#include "runtime/base/scalar.h"
#include "runtime/bundle/plan.h"

namespace synapsor::db {

// What the interpreter and the trusted runner decide by. Text of the database goes to the operator's log, never further.
enum class FailureKind {
  kUnavailable,     // cannot connect, connection lost before COMMIT was sent: nothing happened
  kTimeout,         // statement or lock timeout: rolled back
  kConstraint,      // unique, foreign key, CHECK, NOT NULL, a trigger's refusal, a value that does not fit: rolled back
  kConflict,        // serialization failure, deadlock: rolled back
  kPermission,      // the role may not do this
  kSchema,          // table or column is missing or of another type, or holds what that type cannot carry
  kOutcomeUnknown,  // COMMIT was sent and not acknowledged
  kOther,
};

struct Failure {
  FailureKind kind = FailureKind::kOther;
  std::string operator_message;  // the database's words, for the log only
  std::string code;              // SQLSTATE or the engine's number
};

template <typename T>
using DbResult = tl::expected<T, Failure>;

using Row = std::vector<Scalar>;

enum class TxMode {
  kReadOnly,  // one snapshot for all reads until Commit or Rollback, and the database itself refuses writes
  kOneRead,   // the same for exactly one Query, which may end the transaction with it
  kReadWrite,
};

// One connection in use by one thread. Statements are prepared once a connection and found by their fingerprint.
// After a failure inside a transaction only Rollback is useful; after any failure `healthy` says whether the
// connection can go on.
class Connection {
 public:
  virtual ~Connection() = default;

  // A snapshot may be taken as late as the first Query. Without Begin, each statement is a transaction of its own with the
  // source's timeouts. Timeouts are in milliseconds and above 0.
  virtual DbResult<void> Begin(TxMode mode, int statement_timeout_ms, int lock_timeout_ms) = 0;
  // Right after Begin: the tenant whose rows the transaction is about. A source with `row_level_security` (PostgreSQL) is
  // told it together with the first statement, in the setting that its policies compare with; they show no row
  // without it. Other sources are not told.
  virtual void SetTenant(std::string_view tenant) { (void)tenant; }
  virtual DbResult<void> Commit() = 0;
  virtual void Rollback() = 0;

  // Values are in the order of `statement.params` and of their types. At most `row_cap` rows are returned, each with one
  // value for each of `statement.columns`, in the kept spelling of its type. What the column's type cannot carry
  // exactly (an infinite date, a NaN, text in an integer column) fails with kSchema and is never rounded or cut.
  virtual DbResult<std::vector<Row>> Query(const bundle::Statement& statement, std::span<const Scalar> values,
                                           int row_cap) = 0;
  // The number of rows that the WHERE clause matched, changed or not.
  virtual DbResult<std::int64_t> Execute(const bundle::Statement& statement, std::span<const Scalar> values) = 0;

  virtual bool healthy() const = 0;
};

// A connection on loan from a pool; returned on destruction, dropped if unhealthy.
using Lease = std::unique_ptr<Connection, std::function<void(Connection*)>>;

// Whether a source may be used now. Called on every Acquire, from any thread.
using Gate = std::function<bool()>;

// A pool to one source with one credential. Thread-safe. Leases may outlive it.
class Database {
 public:
  virtual ~Database() = default;
  // Waits for at most `timeout_ms` for a free connection or a new one. kUnavailable with code POOL_EXHAUSTED when
  // none came free, SOURCE_DISABLED while the gate is shut.
  virtual DbResult<Lease> Acquire(int timeout_ms) = 0;
  // The switch of `source disable`. Set before the database is shared between threads.
  virtual void SetGate(Gate open) = 0;
  virtual const std::string& engine() const = 0;
};

}  // namespace synapsor::db
