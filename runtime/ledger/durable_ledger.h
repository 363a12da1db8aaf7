// The Ledger over any Store: writes through one session in grouped commits, reads through sessions of their own.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "runtime/ledger/group_commit.h"
#include "runtime/ledger/ledger.h"
#include "runtime/ledger/session.h"

namespace synapsor::ledger {

// `clock` outlives the ledger.
Result<std::unique_ptr<Ledger>> OpenDurable(std::unique_ptr<Store> store, const Clock& clock);

}  // namespace synapsor::ledger
