// All rows that are about a proposal, fetched together, and what they say: the view that rules and runners decide by.
// Whether they are what was written is decided in verify_proposal.cc.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "runtime/base/result.h"
#include "runtime/ledger/ledger.h"
#include "runtime/ledger/session.h"

namespace synapsor::ledger {

// Each table's rows hold the columns of kTables, then the expression for what may change in them.
struct ProposalRows {
  ProposalId id = 0;
  Rows events;  // kEventColumns, then the hash of the event before
  Rows proposal, decisions, jobs, receipts;
};

// One trip for all of them, inside a transaction of `session`.
Result<std::vector<ProposalRows>> FetchProposals(Session& session, std::span<const ProposalId> ids);
// The same without events and jobs: enough for a view.
Result<std::vector<ProposalRows>> FetchViews(Session& session, std::span<const ProposalId> ids);

// Nothing when there is no such proposal. Fails with kInvalid where a document cannot be read.
Result<std::optional<ProposalView>> ToView(const ProposalRows& rows);

}  // namespace synapsor::ledger
