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

// ---- migrations that are the same for every store ----

// Version 2. One index for the inbox: it leads to a tenant's proposals of one state in the order of their ids, and holds
// every column that is filtered by, so that no document is touched to find a page. Ledgers of version 1 were made with
// either of the two that it replaces.
inline constexpr std::string_view kInboxIndex = R"sql(
DROP INDEX IF EXISTS proposals_tenant;
DROP INDEX IF EXISTS proposals_inbox;
CREATE INDEX proposals_review ON proposals (tenant, state, id, capability, principal, object, created_at);
)sql";

// Version 5. The inbox's filters that may match next to nothing have an index each, which again holds what else is filtered
// by. Days lead to ids.
inline constexpr std::string_view kInboxFilters = R"sql(
DROP INDEX proposals_capability;
DROP INDEX proposals_principal;
DROP INDEX proposals_object;
DROP INDEX proposals_created;
CREATE INDEX proposals_of_capability ON proposals (capability, tenant, state, id, principal, created_at);
CREATE INDEX proposals_of_principal ON proposals (principal, tenant, state, id, capability, created_at);
CREATE INDEX proposals_of_object ON proposals (object, tenant, state, id);
CREATE INDEX proposals_of_time ON proposals (created_at, id);
)sql";

}  // namespace synapsor::ledger
