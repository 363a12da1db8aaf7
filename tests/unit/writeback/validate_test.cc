// What must hold before a job touches the database: one difference at a time.
#include "runtime/writeback/validate.h"

#include <gtest/gtest.h>

#include "runtime/bundle/write.h"
#include "support.h"

namespace synapsor::writeback {
namespace {

class ValidateTest : public ::testing::Test {
 protected:
  std::string Code() { return ValidateJob(job, view, bundle).code; }

  // The proposal changed, sealed and approved as it is then, with a job of its own: only what it says can be wrong.
  template <typename Change>
  std::string Proposed(Change change) {
    ledger::Proposal proposal = SampleProposal();
    change(proposal);
    const ledger::ProposalView changed = ApprovedView(proposal);
    return ValidateJob(JobOf(changed.proposal), changed, bundle).code;
  }
  template <typename Change>
  std::string Planned(Change change) {
    bundle::Bundle other = SampleBundle();
    change(*other.capabilities[0].patch);
    return ValidateJob(job, view, other).code;
  }

  bundle::Bundle bundle = SampleBundle();
  ledger::ProposalView view = ApprovedView();
  ledger::Job job = JobOf(view.proposal);
};

constexpr const char* kRejected = "LOCAL_AUTHORITY_REJECTED";

TEST_F(ValidateTest, WhatWasApprovedIsFine) {
  const Objection none = ValidateJob(job, view, bundle);
  EXPECT_FALSE(none.any()) << none.code << ": " << none.message;
  EXPECT_EQ(Proposed([](auto&) {}), "");
  EXPECT_EQ(Planned([](auto&) {}), "");
  view.state = ledger::ProposalState::kApproved;
  EXPECT_EQ(Code(), "");
}

TEST_F(ValidateTest, TheJobIsTheProposals) {
  const ledger::Job good = job;
  const auto with = [&](auto change) {
    job = good;
    change(job);
    return Code();
  };
  EXPECT_EQ(with([](auto& j) { j.proposal = 8; }), "JOB_MISMATCH");
  EXPECT_EQ(with([](auto& j) { j.proposal_hash = "sha256:x"; }), "JOB_MISMATCH");
  EXPECT_EQ(with([](auto& j) { j.source = "other"; }), "JOB_MISMATCH");
  EXPECT_EQ(with([](auto& j) { j.idempotency_key = "other"; }), "JOB_MISMATCH");
  EXPECT_EQ(Proposed([](auto& p) { p.idempotency_key.clear(); }), "JOB_MISMATCH");
}

TEST_F(ValidateTest, TheApprovalIsProven) {
  view.decisions.clear();
  EXPECT_EQ(Code(), "APPROVAL_INVALID");
  view = ApprovedView();
  view.proposal.summary = "edited";
  EXPECT_EQ(Code(), "APPROVAL_INVALID");
  view = ApprovedView();
  view.state = ledger::ProposalState::kRejected;
  EXPECT_EQ(Code(), "APPROVAL_INVALID");
  view = ApprovedView();
  view.decisions[0].policy_digest = "sha256:p";
  view.decisions[0].policy = "none.such";
  view.decisions[0].integrity = ledger::DecisionIntegrity(view.decisions[0]);
  EXPECT_EQ(Code(), "APPROVAL_INVALID");
  view.proposal.policy_may_approve = true;
  view.proposal.hash = ledger::HashProposal(view.proposal);
  view.decisions[0].proposal_hash = view.proposal.hash;
  view.decisions[0].integrity = ledger::DecisionIntegrity(view.decisions[0]);
  job = JobOf(view.proposal);
  EXPECT_EQ(Code(), "APPROVAL_INVALID") << "no policy of this bundle";
}

TEST_F(ValidateTest, TheBundleIsTheOneThatMadeIt) {
  bundle.digest = "sha256:other";
  EXPECT_EQ(Code(), kRejected);
  EXPECT_EQ(Proposed([](auto& p) { p.capability = "billing.other"; }), kRejected);
  EXPECT_EQ(Proposed([](auto& p) { p.update_fingerprint = "other"; }), kRejected);
  bundle = SampleBundle();
  EXPECT_EQ(Planned([](auto& plan) { plan.update.fingerprint = "other"; }), kRejected);
  EXPECT_EQ(Planned([](auto& plan) { plan.expected_rows = 2; }), kRejected);
  bundle.capabilities[0].patch.reset();
  EXPECT_EQ(Code(), kRejected);
}

TEST_F(ValidateTest, TargetKeyTenantAndGuardAreThePlans) {
  EXPECT_EQ(Proposed([](auto& p) { p.source = "other"; }), kRejected);
  EXPECT_EQ(Proposed([](auto& p) { p.schema = "other"; }), kRejected);
  EXPECT_EQ(Proposed([](auto& p) { p.table = "other"; }), kRejected);
  EXPECT_EQ(Proposed([](auto& p) { p.operation = "delete"; }), kRejected);
  EXPECT_EQ(Proposed([](auto& p) { p.key_column = "other"; }), kRejected);
  EXPECT_EQ(Proposed([](auto& p) { p.key = Scalar::Null(ScalarType::kText); }), kRejected);
  EXPECT_EQ(Proposed([](auto& p) { p.key = Scalar::Int(1); }), kRejected);
  EXPECT_EQ(Proposed([](auto& p) { p.tenant_column = ""; }), kRejected);
  EXPECT_EQ(Proposed([](auto& p) { p.tenant_value = Scalar::Null(ScalarType::kText); }), kRejected);
  EXPECT_EQ(Proposed([](auto& p) { p.tenant_value = Scalar::Int(1); }), kRejected);
  EXPECT_EQ(Proposed([](auto& p) { p.guard_kind = "before_image"; }), kRejected);
  EXPECT_EQ(Proposed([](auto& p) { p.guard_column = "fee"; }), kRejected);
  EXPECT_EQ(Proposed([](auto& p) { p.guard_value = Scalar::Null(ScalarType::kInt64); }), kRejected);
}

TEST_F(ValidateTest, WhatIsComparedIsWhatThePlanCompares) {
  EXPECT_EQ(Proposed([](auto& p) { p.observed.clear(); }), kRejected);
  EXPECT_EQ(Proposed([](auto& p) { p.observed[0].name = "other"; }), kRejected);
  bundle::PatchPlan& plan = *bundle.capabilities[0].patch;
  plan.guard = {bundle::GuardKind::kBeforeImage, "", {"fee", "status"}, false};
  const auto by_image = [&](std::vector<ledger::NamedScalar> image) {
    return Proposed([&](auto& p) {
      p.guard_kind = "before_image";
      p.guard_column = "";
      p.before_image = std::move(image);
    });
  };
  EXPECT_EQ(by_image({{"status", Scalar::Text("open")}, {"fee", Scalar::Int(55)}}), "");
  EXPECT_EQ(by_image({}), kRejected);
  EXPECT_EQ(by_image({{"fee", Scalar::Int(55)}}), kRejected);
  EXPECT_EQ(by_image({{"fee", Scalar::Int(55)}, {"fee", Scalar::Int(55)}}), kRejected);
  plan.guard.compared.clear();
  EXPECT_EQ(by_image({}), kRejected) << "a guard that compares nothing";
}

TEST_F(ValidateTest, ColumnsAreThoseOfThePlan) {
  EXPECT_EQ(Proposed([](auto& p) { p.columns.clear(); }), kRejected);
  EXPECT_EQ(Proposed([](auto& p) { p.columns.pop_back(); }), kRejected);
  EXPECT_EQ(Proposed([](auto& p) { p.columns[1] = p.columns[0]; }), kRejected);
  EXPECT_EQ(Proposed([](auto& p) { p.columns.push_back(p.columns[0]); }), kRejected);
  EXPECT_EQ(Proposed([](auto& p) { p.columns[0].column = "status"; }), kRejected);
  EXPECT_EQ(Planned([](auto& plan) { plan.allowed_columns = {"fee"}; }), kRejected);
  EXPECT_EQ(Planned([](auto& plan) { plan.set.pop_back(); }), kRejected);
  // Even where a plan says so, key, tenant and guard are never written.
  for (const char* name : {"id", "tenant_id", "row_version"}) {
    bundle::PatchPlan& plan = *bundle.capabilities[0].patch;
    plan.set[1].column = name;
    plan.allowed_columns = {"fee", name};
    EXPECT_EQ(Proposed([&](auto& p) { p.columns[1].column = name; }), kRejected) << name;
  }
}

TEST_F(ValidateTest, ValuesAreSuchAsTheContractAllows) {
  EXPECT_EQ(Proposed([](auto& p) { p.columns[0].after = Scalar::Int(1); }), kRejected) << "a fixed value";
  EXPECT_EQ(Proposed([](auto& p) { p.columns[0].provenance = "arg:fee"; }), kRejected);
  EXPECT_EQ(Proposed([](auto& p) { p.columns[1].after = Scalar::Text(std::string(21, 'x')); }), kRejected);
  EXPECT_EQ(Proposed([](auto& p) { p.columns[1].after = Scalar::Int(1); }), kRejected);
  EXPECT_EQ(Proposed([](auto& p) { p.columns[1].after = Scalar::Null(ScalarType::kText); }), "");
}

}  // namespace
}  // namespace synapsor::writeback
