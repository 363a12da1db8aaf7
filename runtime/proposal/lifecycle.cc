#include "runtime/proposal/lifecycle.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace synapsor::proposal {
namespace {

using ledger::Decision;
using ledger::DecisionKind;
using ledger::ProposalState;
using ledger::ProposalView;
using ledger::Verdict;
using enum ledger::ProposalState;

// Every move there is; a state without a row on its left is final.
constexpr std::array kMoves = std::to_array<std::pair<ProposalState, ProposalState>>({
    {kPendingReview, kPendingReview},  // an approval that does not complete the quorum
    {kPendingReview, kApproved},
    {kPendingReview, kRejected},
    {kPendingReview, kCanceled},
    {kPendingReview, kExpired},
    {kApproved, kPendingWorker},
    {kApproved, kRejected},
    {kApproved, kCanceled},
    {kPendingWorker, kPendingWorker},  // another runner takes over
    {kPendingWorker, kApproved},       // given back untouched
    {kPendingWorker, kApplied},
    {kPendingWorker, kConflict},
    {kPendingWorker, kFailed},
    {kPendingWorker, kCanceled},
    {kPendingWorker, kReconciliationRequired},
    {kReconciliationRequired, kApplied},
    {kReconciliationRequired, kConflict},
    {kReconciliationRequired, kFailed},
});

Verdict Refuse(std::string code, std::string message) {
  Verdict verdict;
  verdict.refusal_code = std::move(code);
  verdict.refusal_message = std::move(message);
  return verdict;
}

Verdict Accept(ProposalState next, bool enqueue_job = false) {
  Verdict verdict;
  verdict.accepted = true;
  verdict.next = next;
  verdict.enqueue_job = enqueue_job;
  return verdict;
}

// Exactly this role: no prefix, no case folding.
bool Holds(const Decision& decision, std::string_view role) {
  return std::find(decision.roles.begin(), decision.roles.end(), role) != decision.roles.end();
}

bool HoldsRequired(const ProposalView& view, const Decision& decision) {
  const std::string& role = view.proposal.required_role;
  return role.empty() ? !decision.roles.empty() : Holds(decision, role);
}

bool IsPolicy(const Decision& decision) { return !decision.policy_digest.empty(); }

// ON RISK is a floor: no policy stands in for the reviewer that a rule demands, nor for several.
bool PolicyMayDecide(const ledger::Proposal& proposal) {
  return proposal.policy_may_approve && proposal.required_approvals == 1;
}

// An approval that counts, whoever asks.
bool Stands(const ProposalView& view, const Decision& decision) {
  return decision.kind == DecisionKind::kApprove && decision.proposal == view.proposal.id &&
         decision.proposal_hash == view.proposal.hash && !decision.subject.empty() &&
         decision.subject != view.proposal.principal && decision.integrity == ledger::DecisionIntegrity(decision) &&
         (IsPolicy(decision) ? PolicyMayDecide(view.proposal) : HoldsRequired(view, decision));
}

std::set<std::string_view> Approvers(const ProposalView& view) {
  std::set<std::string_view> subjects;
  for (const Decision& decision : view.decisions) {
    if (Stands(view, decision)) subjects.insert(decision.subject);
  }
  return subjects;
}

Verdict JudgeApproval(const ProposalView& view, const Decision& decision, Instant now) {
  if (view.state != kPendingReview) {
    return Refuse(
        "PROPOSAL_NOT_PENDING_REVIEW",
        fmt::format("the proposal is {}; only one that is pending_review can be approved", StateName(view.state)));
  }
  if (view.proposal.expires_at <= now) {
    return Refuse("PROPOSAL_EXPIRED", "the time to decide on this proposal is over; make a new one from fresh data");
  }
  if (decision.subject == view.proposal.principal) {
    return Refuse("SELF_APPROVAL", "whoever proposed a change cannot approve it; ask another reviewer");
  }
  if (IsPolicy(decision)) {
    if (!PolicyMayDecide(view.proposal)) {
      return Refuse("POLICY_CANNOT_DECIDE", view.proposal.required_approvals > 1
                                                ? "a policy cannot stand for several reviewers"
                                                : "a policy cannot stand for the reviewer that the workflow demands");
    }
  } else if (!HoldsRequired(view, decision)) {
    return Refuse("ROLE_REQUIRED",
                  view.proposal.required_role.empty()
                      ? "approving takes a verified role"
                      : fmt::format("approving this takes the role `{}`", view.proposal.required_role));
  }
  auto approvers = Approvers(view);
  if (approvers.contains(decision.subject)) {
    return Refuse("APPROVER_ALREADY_COUNTED", "this reviewer has approved already; the quorum counts distinct people");
  }
  const int count = static_cast<int>(approvers.size()) + 1;
  const bool complete = count >= std::max(1, view.proposal.required_approvals);
  return complete ? Accept(kApproved, true) : Accept(kPendingReview);
}

Verdict JudgeWithdrawal(const ProposalView& view, const Decision& decision) {
  if (view.state != kPendingReview && view.state != kApproved) {
    return Refuse(
        "PROPOSAL_NOT_REJECTABLE",
        fmt::format("the proposal is {}; only one that no runner has taken can be withdrawn", StateName(view.state)));
  }
  if (decision.kind == DecisionKind::kCancel) {
    const bool own = decision.subject == view.proposal.principal;
    if (!own && !Holds(decision, kOperatorRole) &&
        (view.proposal.required_role.empty() || !HoldsRequired(view, decision))) {
      return Refuse("NOT_YOURS_TO_CANCEL",
                    "a proposal is canceled by its proposer, an operator or one of its reviewers");
    }
    return Accept(kCanceled);
  }
  if (!HoldsRequired(view, decision)) {
    return Refuse("ROLE_REQUIRED",
                  view.proposal.required_role.empty()
                      ? "rejecting takes a verified role"
                      : fmt::format("rejecting this takes the role `{}`", view.proposal.required_role));
  }
  if (decision.reason.find_first_not_of(" \t\r\n") == std::string::npos) {
    return Refuse("REASON_REQUIRED", "a rejection says why: give a reason");
  }
  return Accept(kRejected);
}

}  // namespace

Verdict Judge(const ProposalView& view, const Decision& decision, Instant now) {
  if (decision.subject.empty()) {
    return Refuse("SUBJECT_REQUIRED", "a decision needs the verified identity of who decides");
  }
  const bool bound = decision.proposal == view.proposal.id && decision.proposal_hash == view.proposal.hash &&
                     ledger::HashProposal(view.proposal) == view.proposal.hash;
  if (!bound) {
    return Refuse("PROPOSAL_HASH_MISMATCH",
                  "the decision is about another content than the proposal has; look at it again");
  }
  return decision.kind == DecisionKind::kApprove ? JudgeApproval(view, decision, now) : JudgeWithdrawal(view, decision);
}

bool IsAllowedMove(ProposalState from, ProposalState to) {
  return std::find(kMoves.begin(), kMoves.end(), std::pair(from, to)) != kMoves.end();
}

int CountApprovals(const ProposalView& view) { return static_cast<int>(Approvers(view).size()); }

Proof ProveApproved(const ProposalView& view) {
  if (view.state != kApproved && view.state != kPendingWorker) {
    return {false, fmt::format("the proposal is {}", StateName(view.state))};
  }
  if (ledger::HashProposal(view.proposal) != view.proposal.hash) {
    return {false, "the proposal is not what its hash says"};
  }
  for (const Decision& decision : view.decisions) {
    if (decision.integrity != ledger::DecisionIntegrity(decision)) {
      return {false, "a decision is not what its integrity hash says"};
    }
    if (decision.kind != DecisionKind::kApprove) return {false, "the proposal was withdrawn"};
  }
  if (CountApprovals(view) < std::max(1, view.proposal.required_approvals)) {
    return {false, "not enough distinct reviewers have approved this content"};
  }
  return {true, {}};
}

}  // namespace synapsor::proposal
