#include "runtime/proposal/lifecycle.h"

#include <gtest/gtest.h>

#include <array>
#include <tuple>

namespace synapsor::proposal {
namespace {

using namespace ledger;
using enum ProposalState;

constexpr std::array kAll = {kPendingReview, kApproved, kPendingWorker, kApplied, kConflict,
                             kFailed,        kRejected, kCanceled,      kExpired, kReconciliationRequired};
constexpr Instant kNow{1'000'000};

ProposalView View(ProposalState state, int required = 1) {
  ProposalView view;
  view.proposal.id = 7;
  view.proposal.principal = "agent";
  view.proposal.required_role = "lead";
  view.proposal.required_approvals = required;
  view.proposal.expires_at = {2'000'000};
  view.proposal.hash = HashProposal(view.proposal);
  view.state = state;
  return view;
}

Decision By(const ProposalView& view, const std::string& subject, DecisionKind kind,
            std::vector<std::string> roles = {"lead"}) {
  Decision decision;
  decision.proposal = view.proposal.id;
  decision.proposal_hash = view.proposal.hash;
  decision.kind = kind;
  decision.subject = subject;
  decision.roles = std::move(roles);
  decision.reason = "because";
  decision.integrity = DecisionIntegrity(decision);
  return decision;
}

// Every state with every event, and what must come of it: the next state, or the refusal.
struct Row {
  ProposalState from;
  const char* approve;
  const char* reject;
  const char* cancel;
};
constexpr const char* kNot = "PROPOSAL_NOT_PENDING_REVIEW";
constexpr const char* kNotRejectable = "PROPOSAL_NOT_REJECTABLE";
constexpr Row kTable[] = {
    {kPendingReview, "approved", "rejected", "canceled"},
    {kApproved, kNot, "rejected", "canceled"},
    {kPendingWorker, kNot, kNotRejectable, kNotRejectable},
    {kApplied, kNot, kNotRejectable, kNotRejectable},
    {kConflict, kNot, kNotRejectable, kNotRejectable},
    {kFailed, kNot, kNotRejectable, kNotRejectable},
    {kRejected, kNot, kNotRejectable, kNotRejectable},
    {kCanceled, kNot, kNotRejectable, kNotRejectable},
    {kExpired, kNot, kNotRejectable, kNotRejectable},
    {kReconciliationRequired, kNot, kNotRejectable, kNotRejectable},
};

TEST(Judge, EveryStateWithEveryEvent) {
  ASSERT_EQ(std::size(kTable), kAll.size());
  for (const Row& row : kTable) {
    const std::pair<DecisionKind, const char*> events[] = {{DecisionKind::kApprove, row.approve},
                                                           {DecisionKind::kReject, row.reject},
                                                           {DecisionKind::kCancel, row.cancel}};
    for (const auto& [kind, expected] : events) {
      const ProposalView view = View(row.from);
      const Verdict verdict = Judge(view, By(view, "rita", kind), kNow);
      const std::string got = verdict.accepted ? std::string(StateName(verdict.next)) : verdict.refusal_code;
      EXPECT_EQ(got, expected) << StateName(row.from) << " " << DecisionName(kind);
      EXPECT_EQ(verdict.enqueue_job, verdict.accepted && kind == DecisionKind::kApprove);
      if (verdict.accepted) {
        EXPECT_TRUE(IsAllowedMove(row.from, verdict.next));
      }
    }
  }
}

TEST(Moves, FinalStatesHaveNone) {
  for (const ProposalState from : kAll) {
    int moves = 0;
    for (const ProposalState to : kAll) moves += IsAllowedMove(from, to) ? 1 : 0;
    EXPECT_EQ(moves > 0, IsOpen(from)) << StateName(from);
  }
  EXPECT_FALSE(IsAllowedMove(kPendingReview, kApplied));
  EXPECT_FALSE(IsAllowedMove(kApproved, kApplied));
  EXPECT_FALSE(IsAllowedMove(kPendingWorker, kRejected));
  EXPECT_FALSE(IsAllowedMove(kReconciliationRequired, kPendingWorker));
}

TEST(Judge, TheProposerNeverApproves) {
  const ProposalView view = View(kPendingReview);
  EXPECT_EQ(Judge(view, By(view, "agent", DecisionKind::kApprove), kNow).refusal_code, "SELF_APPROVAL");
  EXPECT_TRUE(Judge(view, By(view, "agent", DecisionKind::kCancel, {}), kNow).accepted);
}

TEST(Judge, RolesMatchExactly) {
  const ProposalView view = View(kPendingReview);
  for (const std::vector<std::string>& roles : {std::vector<std::string>{}, {"leader"}, {"lea"}, {"LEAD"}, {" lead"}}) {
    EXPECT_EQ(Judge(view, By(view, "rita", DecisionKind::kApprove, roles), kNow).refusal_code, "ROLE_REQUIRED");
    EXPECT_EQ(Judge(view, By(view, "rita", DecisionKind::kReject, roles), kNow).refusal_code, "ROLE_REQUIRED");
    EXPECT_EQ(Judge(view, By(view, "rita", DecisionKind::kCancel, roles), kNow).refusal_code, "NOT_YOURS_TO_CANCEL");
  }
  EXPECT_TRUE(Judge(view, By(view, "rita", DecisionKind::kApprove, {"x", "lead"}), kNow).accepted);
  EXPECT_TRUE(Judge(view, By(view, "olga", DecisionKind::kCancel, {"operator"}), kNow).accepted);
  ProposalView without = View(kPendingReview);
  without.proposal.required_role.clear();
  without.proposal.hash = HashProposal(without.proposal);
  EXPECT_EQ(Judge(without, By(without, "rita", DecisionKind::kApprove, {}), kNow).refusal_code, "ROLE_REQUIRED");
}

TEST(Judge, IsBoundToTheContent) {
  const ProposalView view = View(kPendingReview);
  Decision other = By(view, "rita", DecisionKind::kApprove);
  other.proposal_hash = "sha256:else";
  EXPECT_EQ(Judge(view, other, kNow).refusal_code, "PROPOSAL_HASH_MISMATCH");
  other = By(view, "rita", DecisionKind::kApprove);
  other.proposal = 8;
  EXPECT_EQ(Judge(view, other, kNow).refusal_code, "PROPOSAL_HASH_MISMATCH");
  ProposalView edited = view;
  edited.proposal.summary = "something else";
  EXPECT_EQ(Judge(edited, By(edited, "rita", DecisionKind::kApprove), kNow).refusal_code, "PROPOSAL_HASH_MISMATCH");
  Decision nobody = By(view, "", DecisionKind::kApprove);
  EXPECT_EQ(Judge(view, nobody, kNow).refusal_code, "SUBJECT_REQUIRED");
}

TEST(Judge, TheQuorumCountsDistinctPeople) {
  ProposalView view = View(kPendingReview, 3);
  for (const char* subject : {"rita", "raul"}) {
    const Decision decision = By(view, subject, DecisionKind::kApprove);
    const Verdict verdict = Judge(view, decision, kNow);
    EXPECT_TRUE(verdict.accepted);
    EXPECT_EQ(verdict.next, kPendingReview);
    EXPECT_FALSE(verdict.enqueue_job);
    view.decisions.push_back(decision);
    EXPECT_EQ(Judge(view, By(view, subject, DecisionKind::kApprove), kNow).refusal_code, "APPROVER_ALREADY_COUNTED");
  }
  EXPECT_EQ(CountApprovals(view), 2);
  const Verdict last = Judge(view, By(view, "ria", DecisionKind::kApprove), kNow);
  EXPECT_EQ(last.next, kApproved);
  EXPECT_TRUE(last.enqueue_job);
  Decision policy = By(view, "policy:green", DecisionKind::kApprove);
  policy.policy_digest = "sha256:p";
  EXPECT_EQ(Judge(view, policy, kNow).refusal_code, "POLICY_CANNOT_DECIDE");
}

// What counts towards the quorum, one difference at a time.
TEST(Count, OnlyWhatStands) {
  ProposalView view = View(kPendingReview, 2);
  view.decisions = {By(view, "rita", DecisionKind::kApprove)};
  EXPECT_EQ(CountApprovals(view), 1);
  const auto count = [&](auto change, bool sealed = true) {
    ProposalView changed = view;
    change(changed.decisions[0]);
    if (sealed) changed.decisions[0].integrity = DecisionIntegrity(changed.decisions[0]);
    return CountApprovals(changed);
  };
  EXPECT_EQ(count([](Decision&) {}), 1);
  EXPECT_EQ(count([](Decision& d) { d.kind = DecisionKind::kReject; }), 0);
  EXPECT_EQ(count([](Decision& d) { d.proposal = 8; }), 0);
  EXPECT_EQ(count([](Decision& d) { d.proposal_hash = "sha256:x"; }), 0);
  EXPECT_EQ(count([](Decision& d) { d.subject.clear(); }), 0);
  EXPECT_EQ(count([](Decision& d) { d.subject = "agent"; }), 0);
  EXPECT_EQ(count([](Decision& d) { d.reason = "edited"; }, false), 0);
  EXPECT_EQ(count([](Decision& d) { d.roles = {"leader"}; }), 0);
  EXPECT_EQ(count([](Decision& d) { d.policy_digest = "sha256:p"; }), 0) << "a policy stands for one, and never here";
}

TEST(Judge, APolicyStandsWhereNobodyIsDemandedAndOneIsEnough) {
  for (const auto& [may, required, code] :
       {std::tuple(true, 1, ""), {false, 1, "POLICY_CANNOT_DECIDE"}, {true, 2, "POLICY_CANNOT_DECIDE"}}) {
    ProposalView view = View(kPendingReview, required);
    view.proposal.policy_may_approve = may;
    view.proposal.hash = HashProposal(view.proposal);
    Decision policy = By(view, "policy:small", DecisionKind::kApprove, {});
    policy.policy_digest = "sha256:p";
    policy.integrity = DecisionIntegrity(policy);
    const Verdict verdict = Judge(view, policy, kNow);
    EXPECT_EQ(verdict.refusal_code, code) << may << required;
    view.state = kPendingWorker;
    view.decisions = {policy};
    EXPECT_EQ(ProveApproved(view).holds, verdict.accepted);
  }
}

TEST(Judge, WithoutARequiredRoleCancelingIsForTheProposerAndOperators) {
  ProposalView view = View(kPendingReview);
  view.proposal.required_role.clear();
  view.proposal.hash = HashProposal(view.proposal);
  EXPECT_EQ(Judge(view, By(view, "rita", DecisionKind::kCancel, {"lead"}), kNow).refusal_code, "NOT_YOURS_TO_CANCEL");
  EXPECT_TRUE(Judge(view, By(view, "agent", DecisionKind::kCancel, {}), kNow).accepted);
  EXPECT_TRUE(Judge(view, By(view, "olga", DecisionKind::kCancel, {"operator"}), kNow).accepted);
}

TEST(Prove, OneBadDecisionSpoilsEnoughGoodOnes) {
  ProposalView view = View(kPendingWorker);
  view.decisions = {By(view, "rita", DecisionKind::kApprove), By(view, "raul", DecisionKind::kApprove)};
  EXPECT_TRUE(ProveApproved(view).holds);
  view.decisions[1].reason = "edited";
  EXPECT_FALSE(ProveApproved(view).holds);
  for (const DecisionKind kind : {DecisionKind::kReject, DecisionKind::kCancel}) {
    view.decisions[1] = By(view, "raul", kind);
    EXPECT_FALSE(ProveApproved(view).holds);
  }
}

TEST(Prove, AnApprovalIsNeededEvenWhereNoneIsAskedFor) {
  ProposalView view = View(kPendingWorker, 0);
  EXPECT_FALSE(ProveApproved(view).holds);
  view.decisions = {By(view, "rita", DecisionKind::kApprove)};
  EXPECT_TRUE(ProveApproved(view).holds);
}

TEST(Judge, TimeRunsOut) {
  const ProposalView view = View(kPendingReview);
  EXPECT_TRUE(Judge(view, By(view, "rita", DecisionKind::kApprove), {1'999'999}).accepted);
  EXPECT_EQ(Judge(view, By(view, "rita", DecisionKind::kApprove), {2'000'000}).refusal_code, "PROPOSAL_EXPIRED");
  EXPECT_TRUE(Judge(view, By(view, "rita", DecisionKind::kReject), {2'000'000}).accepted);
}

TEST(Judge, ARejectionSaysWhy) {
  const ProposalView view = View(kPendingReview);
  for (const char* reason : {"", "  \n"}) {
    Decision decision = By(view, "rita", DecisionKind::kReject);
    decision.reason = reason;
    EXPECT_EQ(Judge(view, decision, kNow).refusal_code, "REASON_REQUIRED");
  }
}

TEST(Prove, CountsOnlyApprovalsThatStand) {
  ProposalView view = View(kPendingWorker, 2);
  view.decisions = {By(view, "rita", DecisionKind::kApprove), By(view, "raul", DecisionKind::kApprove)};
  EXPECT_TRUE(ProveApproved(view).holds);
  const auto fails = [&](auto change) {
    ProposalView changed = view;
    change(changed);
    return !ProveApproved(changed).holds;
  };
  EXPECT_TRUE(fails([](ProposalView& v) { v.state = kPendingReview; }));
  EXPECT_TRUE(fails([](ProposalView& v) { v.proposal.table = "other"; }));
  EXPECT_TRUE(fails([](ProposalView& v) { v.decisions.pop_back(); }));
  EXPECT_TRUE(fails([](ProposalView& v) { v.decisions[0].subject = "mallory"; }));
  const auto reseal = [](Decision& d) { d.integrity = DecisionIntegrity(d); };
  EXPECT_TRUE(fails([&](ProposalView& v) { v.decisions[0].subject = "raul", reseal(v.decisions[0]); }));
  EXPECT_TRUE(fails([&](ProposalView& v) { v.decisions[0].subject = "agent", reseal(v.decisions[0]); }));
  EXPECT_TRUE(fails([&](ProposalView& v) { v.decisions[0].roles = {"leader"}, reseal(v.decisions[0]); }));
  EXPECT_TRUE(fails([&](ProposalView& v) { v.decisions[0].proposal_hash = "x", reseal(v.decisions[0]); }));
  EXPECT_TRUE(fails([&](ProposalView& v) { v.decisions[0].proposal = 8, reseal(v.decisions[0]); }));
  EXPECT_TRUE(fails([&](ProposalView& v) { v.decisions[0].kind = DecisionKind::kReject, reseal(v.decisions[0]); }));
}

}  // namespace
}  // namespace synapsor::proposal
