// The ledger in a PostgreSQL database, schema `synapsor_ledger`, shared by several processes and machines. Statements of
// one commit travel in pipelines; the only locks are on rows, taken in the same order everywhere: the head first.
#pragma once

#include <memory>
#include <string>

#include "runtime/base/result.h"
#include "runtime/ledger/session.h"

namespace synapsor::ledger {

// How long a writer waits for the head row or an answer before it gives up.
inline constexpr int kPostgresLockMs = 5000;
inline constexpr int kPostgresStatementMs = 30000;

// Connects, creates the tables in an empty database, migrates older ones, refuses newer ones. A server that is not on
// this machine must prove its identity (sslmode=verify-full); a URL that asks for less is refused.
// Time is the server's, so that processes with different clocks agree about leases; `clock` counts only where a test asks
// for it.
enum class LedgerTime { kServer, kProcess };
Result<std::unique_ptr<Store>> OpenPostgresStore(const std::string& url, const Clock& clock,
                                                 LedgerTime time = LedgerTime::kServer);

}  // namespace synapsor::ledger
