// What a pool needs of one engine. Decides the contract between the pool and the engines' files;
// not which engine a source has (open.cc). Private to runtime/db and its tests.
#pragma once

#include <memory>
#include <string>

#include "runtime/db/database.h"

namespace synapsor::db {

// What a connection is opened for. A reader's database refuses writes whatever transaction is asked
// for.
enum class Role { kReader, kWriter };

// What every engine is told about a source. Milliseconds.
struct ConnectOptions {
  Role role = Role::kReader;
  int statement_timeout_ms = 5000;
  int lock_timeout_ms = 2000;
  int connect_timeout_ms = 3000;
  bool row_level_security = false;  // PostgreSQL: transactions carry their tenant
};

class PooledConnection : public Connection {
 public:
  // Ends whatever transaction is open. False: the connection must be dropped.
  virtual bool Reset() = 0;
  // Asks the server whether the connection still works. Only outside a transaction.
  virtual bool Alive() = 0;
  // Whether the connection is known to be closed, without a round trip.
  virtual bool Closed() = 0;
};

class Connector {
 public:
  virtual ~Connector() = default;
  // Thread-safe. Waits for at most the source's connect timeout.
  virtual DbResult<std::unique_ptr<PooledConnection>> Connect() = 0;
};

}  // namespace synapsor::db
