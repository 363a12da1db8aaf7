// The versions of the ledger's tables. Migration N takes a ledger of version N-1 to N; they are never changed once
// released, only added.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "runtime/base/clock.h"
#include "runtime/base/result.h"
#include "runtime/ledger/session.h"

namespace synapsor::ledger {

inline constexpr int kLedgerVersion = 5;

std::span<const std::string_view> SqliteMigrations();
std::span<const std::string_view> PostgresMigrations();

// The first event and the head row with a random salt and ledger id; inside a write transaction on empty tables.
Status WriteGenesis(Session& session, Instant now);

// What the first event says about salt and id, so that neither can be exchanged unseen.
std::string GenesisIdentity(std::string_view salt, std::string_view ledger_id);

Error NewerLedger(const std::string& place, int version);

}  // namespace synapsor::ledger
