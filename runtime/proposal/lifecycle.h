// The rules of a proposal's life: which state follows which event, who may decide, what counts towards the quorum. Pure
// functions, evaluated by the ledger inside its transaction.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/clock.h"
#include "runtime/ledger/ledger.h"

namespace synapsor::proposal {

// What the rules say to one decision. Refusals: PROPOSAL_NOT_PENDING_REVIEW (approve, any state but pending_review),
// PROPOSAL_NOT_REJECTABLE (reject, cancel: neither pending_review nor approved), PROPOSAL_HASH_MISMATCH, SELF_APPROVAL,
// ROLE_REQUIRED, APPROVER_ALREADY_COUNTED, PROPOSAL_EXPIRED, REASON_REQUIRED, SUBJECT_REQUIRED, NOT_YOURS_TO_CANCEL,
// POLICY_CANNOT_DECIDE.
//
// A proposal that a runner holds (pending_worker) can be neither rejected nor canceled: its effect may exist.
ledger::Verdict Judge(const ledger::ProposalView& view, const ledger::Decision& decision, Instant now);

// The role whose holders may cancel another's proposal, beside its proposer and the holders of its required role.
inline constexpr std::string_view kOperatorRole = "operator";

// True for every move that the table of states allows.
bool IsAllowedMove(ledger::ProposalState from, ledger::ProposalState to);

// Distinct subjects whose approvals stand: intact, bound to this hash, not the proposer, holding the role. The trusted
// runner counts again with this before it applies.
int CountApprovals(const ledger::ProposalView& view);

// Whether the stored decisions allow the change now; the reason when they do not.
struct Proof {
  bool holds = false;
  std::string problem;
};
Proof ProveApproved(const ledger::ProposalView& view);

}  // namespace synapsor::proposal
