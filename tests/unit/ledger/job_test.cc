#include "support.h"

namespace synapsor::ledger {
namespace {

class JobTest : public LedgerTest {
 protected:
  Job Claim(const std::string& runner = "r1", int seconds = 60) {
    auto job = ledger->ClaimJob(runner, seconds, {});
    EXPECT_TRUE(job && *job);
    return job && *job ? **job : Job{};
  }
  bool NothingToClaim() {
    auto job = ledger->ClaimJob("r9", 60, {});
    EXPECT_TRUE(job);
    return job && !*job;
  }
  static Receipt Outcome(ApplyStatus status) {
    Receipt receipt;
    receipt.status = status;
    receipt.previous_version = Scalar::Int(3);
    receipt.new_version = Scalar::Int(4);
    return receipt;
  }
};

TEST_P(JobTest, ALeaseIsHeldByOneRunnerAndRunsOut) {
  const ProposalId id = Propose();
  EXPECT_TRUE(NothingToClaim());
  Decide(id, "lead");
  EXPECT_EQ(StateOf(id), ProposalState::kApproved);
  const Job first = Claim("r1");
  EXPECT_EQ(StateOf(id), ProposalState::kPendingWorker);
  EXPECT_EQ(first.attempt, 1);
  EXPECT_FALSE(first.uncertain);
  EXPECT_TRUE(NothingToClaim());
  clock.Advance(59);
  EXPECT_TRUE(*ledger->Heartbeat(first, 60));
  clock.Advance(59);
  EXPECT_TRUE(NothingToClaim());
  clock.Advance(2);
  const Job second = Claim("r2");
  EXPECT_EQ(second.attempt, 2);
  EXPECT_TRUE(second.uncertain);
  EXPECT_FALSE(*ledger->Heartbeat(first, 60));
  EXPECT_FALSE(*ledger->RecordIntent(first));
  EXPECT_FALSE(*ledger->CompleteJob(first, Outcome(ApplyStatus::kApplied)));
  EXPECT_EQ(StateOf(id), ProposalState::kPendingWorker);
  EXPECT_TRUE(*ledger->CompleteJob(second, Outcome(ApplyStatus::kApplied)));
  EXPECT_EQ(StateOf(id), ProposalState::kApplied);
  EXPECT_TRUE(*ledger->CompleteJob(first, Outcome(ApplyStatus::kAlreadyApplied)));
  EXPECT_FALSE(*ledger->CompleteJob(first, Outcome(ApplyStatus::kFailed)));
  EXPECT_EQ((*ledger->FindProposal(id))->receipts.size(), 1u);
  EXPECT_TRUE(NothingToClaim());
  EXPECT_TRUE(Verify().intact);
}

TEST_P(JobTest, EachOutcomeHasItsState) {
  const std::pair<ApplyStatus, ProposalState> outcomes[] = {
      {ApplyStatus::kApplied, ProposalState::kApplied},
      {ApplyStatus::kAlreadyApplied, ProposalState::kApplied},
      {ApplyStatus::kConflict, ProposalState::kConflict},
      {ApplyStatus::kFailed, ProposalState::kFailed},
      {ApplyStatus::kCanceled, ProposalState::kCanceled},
      {ApplyStatus::kReconciliationRequired, ProposalState::kReconciliationRequired}};
  int number = 0;
  for (const auto& [status, state] : outcomes) {
    const ProposalId id = Propose("INV-" + std::to_string(++number));
    Decide(id, "lead");
    EXPECT_TRUE(*ledger->CompleteJob(Claim(), Outcome(status)));
    EXPECT_EQ(StateOf(id), state);
  }
  EXPECT_TRUE(Verify().intact);
}

TEST_P(JobTest, AReleasedJobCanBeWithdrawnUnlessItsEffectMayExist) {
  const ProposalId id = Propose();
  Decide(id, "lead");
  const Job job = Claim();
  EXPECT_EQ(Decide(id, "lead", DecisionKind::kReject).refusal_code, "PROPOSAL_NOT_REJECTABLE");
  ASSERT_TRUE(ledger->ReleaseJob(job, 30, false));
  EXPECT_EQ(StateOf(id), ProposalState::kApproved);
  EXPECT_TRUE(NothingToClaim());
  clock.Advance(31);
  Claim();
  clock.Advance(61);
  const Job second = Claim("r2");
  ASSERT_TRUE(ledger->ReleaseJob(second, 0, false));
  EXPECT_EQ(StateOf(id), ProposalState::kPendingWorker);
  EXPECT_EQ(Decide(id, "lead", DecisionKind::kCancel).refusal_code, "PROPOSAL_NOT_REJECTABLE");
  const Job third = Claim("r3");
  EXPECT_EQ(third.attempt, 4);
  EXPECT_TRUE(third.uncertain) << "a lease that was given back in between makes the lost one no surer";
  EXPECT_TRUE(Verify().intact);
}

TEST_P(JobTest, AnApprovalIsSealedAndProvesItself) {
  const ProposalId id = Propose();
  Decide(id, "lead");
  const auto view = ledger->FindProposal(id);
  ASSERT_TRUE(view && *view);
  EXPECT_EQ((*view)->decisions[0].integrity, DecisionIntegrity((*view)->decisions[0]));
  EXPECT_TRUE(proposal::ProveApproved(**view).holds);
}

TEST_P(JobTest, OneTenantsProposalDoesNotStandInAnothersWay) {
  Propose("INV-1");
  CallRecord other = SampleProposalCall(clock.Now(), "INV-1");
  other.run.tenant = other.proposal->tenant = "globex";
  other.proposal->tenant_value = Scalar::Text("globex");
  const auto recorded = ledger->RecordCall(other);
  ASSERT_TRUE(recorded);
  EXPECT_EQ(recorded->problem, RecordProblem::kNone);
  EXPECT_EQ(ledger->RecordCall(other)->problem, RecordProblem::kOpenProposalExists);
}

// The instant at which a proposal ends is over for rules and sweeps alike.
TEST_P(JobTest, AProposalEndsAtItsInstant) {
  const ProposalId id = Propose();
  clock.Advance(3599);
  EXPECT_EQ(*ledger->ExpireProposals(), 0);
  clock.Advance(1);
  EXPECT_EQ(Decide(id, "lead").refusal_code, "PROPOSAL_EXPIRED");
  EXPECT_EQ(*ledger->ExpireProposals(), 1);
  EXPECT_EQ(StateOf(id), ProposalState::kExpired);
}

TEST_P(JobTest, ALeaseEndsAtItsInstant) {
  Decide(Propose(), "lead");
  Claim("r1", 60);
  clock.Advance(59);
  EXPECT_TRUE(NothingToClaim());
  clock.Advance(1);
  EXPECT_TRUE(Claim("r2").uncertain);
}

TEST_P(JobTest, AWithdrawnProposalHasNoJobLeft) {
  const ProposalId id = Propose();
  Decide(id, "lead");
  EXPECT_TRUE(Decide(id, "lead", DecisionKind::kReject).accepted);
  EXPECT_EQ(StateOf(id), ProposalState::kRejected);
  EXPECT_TRUE(NothingToClaim());
  EXPECT_TRUE(Verify().intact);
}

TEST_P(JobTest, TheSwitchOfASourceIsSeenAtOnceByOtherProcesses) {
  auto other = OpenAnother();
  ASSERT_TRUE(other) << other.error().message;
  ASSERT_TRUE((*other)->SetSourceDisabled("other", true, "operator"));
  for (const bool off : {true, false, true}) {
    Propose("INV-" + std::to_string(off) + std::to_string(clock.Now().micros));  // this one's pages are in use
    ASSERT_TRUE((*other)->SetSourceDisabled("app", off, "operator"));
    EXPECT_EQ(*ledger->IsSourceDisabled("app"), off);
    EXPECT_EQ(*(*other)->IsSourceDisabled("app"), off);
    clock.Advance(1);
  }
}

TEST_P(JobTest, DisabledSourcesArePassedOver) {
  const ProposalId id = Propose();
  Decide(id, "lead");
  ASSERT_TRUE(ledger->SetSourceDisabled("app", true, "operator"));
  EXPECT_TRUE(*ledger->IsSourceDisabled("app"));
  EXPECT_TRUE(NothingToClaim());
  EXPECT_FALSE(ledger->ClaimJob("r1", 60, {"app"})->has_value());
  ASSERT_TRUE(ledger->SetSourceDisabled("app", false, "operator"));
  EXPECT_FALSE(ledger->ClaimJob("r1", 60, {"elsewhere"})->has_value());
  EXPECT_TRUE(ledger->ClaimJob("r1", 60, {"elsewhere", "app"})->has_value());
  EXPECT_TRUE(Verify().intact);
}

TEST_P(JobTest, IntentIsKept) {
  const ProposalId id = Propose();
  Decide(id, "lead");
  const Job job = Claim();
  EXPECT_FALSE(*ledger->HasIntent(job));
  EXPECT_TRUE(*ledger->RecordIntent(job));
  Reopen();
  EXPECT_TRUE(*ledger->HasIntent(job));
  EXPECT_TRUE(Verify().intact);
}

TEST_P(JobTest, AnIntentOfWhichNothingCameIsWithdrawn) {
  const ProposalId id = Propose();
  Decide(id, "lead");
  const Job first = Claim();
  EXPECT_TRUE(*ledger->RecordIntent(first));
  ASSERT_TRUE(ledger->ReleaseJob(first, 0, true));
  EXPECT_FALSE(*ledger->HasIntent(first));
  EXPECT_EQ(StateOf(id), ProposalState::kApproved);
  // Without that word its effect may exist, and nobody can withdraw the proposal.
  const Job second = Claim();
  EXPECT_TRUE(*ledger->RecordIntent(second));
  ASSERT_TRUE(ledger->ReleaseJob(second, 0, false));
  EXPECT_TRUE(*ledger->HasIntent(second));
  EXPECT_EQ(StateOf(id), ProposalState::kPendingWorker);
  EXPECT_EQ(Decide(id, "lead", DecisionKind::kReject).refusal_code, "PROPOSAL_NOT_REJECTABLE");
  EXPECT_TRUE(Verify().intact);
}

TEST_P(JobTest, OnlyAnUnknownOutcomeIsClassified) {
  const ProposalId id = Propose();
  Decide(id, "lead");
  EXPECT_EQ(ledger->Reconcile(id, ProposalState::kApplied, "op", "seen")->refusal_code,
            "PROPOSAL_NOT_IN_RECONCILIATION");
  EXPECT_TRUE(*ledger->CompleteJob(Claim(), Outcome(ApplyStatus::kReconciliationRequired)));
  EXPECT_EQ(ledger->Reconcile(id, ProposalState::kRejected, "op", "seen")->refusal_code, "INVALID_ARGUMENT");
  EXPECT_EQ(ledger->Reconcile(id, ProposalState::kApplied, "op", "")->refusal_code, "INVALID_ARGUMENT");
  EXPECT_EQ(ledger->Reconcile(id, ProposalState::kApplied, "", "seen")->refusal_code, "INVALID_ARGUMENT");
  auto second = ledger->RecordCall(SampleProposalCall(clock.Now()));
  EXPECT_EQ(second->problem, RecordProblem::kOpenProposalExists);
  EXPECT_TRUE(ledger->Reconcile(id, ProposalState::kConflict, "op", "row was not changed")->accepted);
  EXPECT_EQ(StateOf(id), ProposalState::kConflict);
  EXPECT_TRUE(Verify().intact);
}

INSTANTIATE_TEST_SUITE_P(Stores, JobTest, ::testing::Values("sqlite", "postgres"),
                         [](const auto& store) { return std::string(store.param); });

}  // namespace
}  // namespace synapsor::ledger
