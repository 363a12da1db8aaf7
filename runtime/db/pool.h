// A bounded pool of connections to one source. Decides how many there are, who waits and which are
// dropped; not how one is made. Private to runtime/db and its tests.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "runtime/db/connector.h"
#include "runtime/db/database.h"

namespace synapsor::db {

struct PoolOptions {
  int size = 4;
  // A connection that lay idle for longer is asked whether it lives before it is lent.
  std::chrono::milliseconds idle_check{10'000};
};

// Connections are made when needed and reused last in, first out, so that the warm ones stay warm.
std::unique_ptr<Database> MakePool(std::string engine, std::unique_ptr<Connector> connector, PoolOptions options);

}  // namespace synapsor::db
