// The rules of a proposal's life: which state follows which event, who may decide, what counts towards the quorum. Pure
// functions, evaluated by the ledger inside its transaction.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/clock.h"
#include "runtime/ledger/ledger.h"

namespace synapsor::proposal {

// Refusals: PROPOSAL_NOT_PENDING_REVIEW, PROPOSAL_HASH_MISMATCH, SELF_APPROVAL, ROLE_REQUIRED, APPROVER_ALREADY_COUNTED,
// PROPOSAL_EXPIRED, PROPOSAL_NOT_REJECTABLE, NOT_YOURS_TO_CANCEL.
ledger::Verdict Judge(const ledger::ProposalView& view, const ledger::Decision& decision, Instant now);

// True for every move that the table of states allows.
bool IsAllowedMove(ledger::ProposalState from, ledger::ProposalState to);

}  // namespace synapsor::proposal
