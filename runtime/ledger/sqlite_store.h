// The ledger as one SQLite file: WAL, a commit is on the disk when it returns, one writer at a time.
#pragma once

#include <memory>
#include <string>

#include "runtime/base/result.h"
#include "runtime/ledger/session.h"

namespace synapsor::ledger {

// How long a writer waits for another process before it says that the ledger is locked.
inline constexpr int kSqliteBusyMs = 5000;

// Makes the file (readable by its owner only) if it is missing, migrates an older one, refuses a newer one and a file that
// is not a ledger.
Result<std::unique_ptr<Store>> OpenSqliteStore(const std::string& path, const Clock& clock);

}  // namespace synapsor::ledger
