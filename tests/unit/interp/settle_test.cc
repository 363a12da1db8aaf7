// From a proposal to what a settlement policy made of it, over real ledger files.
#include "runtime/proposal/settle.h"

#include <gmock/gmock.h>

#include <thread>

#include "runtime/base/digest.h"
#include "runtime/bundle/load.h"
#include "runtime/bundle/verify.h"
#include "runtime/proposal/lifecycle.h"
#include "tests/unit/support/runtime_fixture.h"

namespace synapsor::proposal {
namespace {

using testing::HasSubstr;

constexpr const char* kWaive = "billing.propose_late_fee_waiver";
constexpr const char* kFlow = "billing.late_fee_waiver_flow";

class SettleTest : public test::RuntimeFixture {
 protected:
  void SetUp() override {
    RuntimeFixture::SetUp();
    Execute(
        "UPDATE invoices SET late_fee_cents = 300 WHERE id = 3002;"
        "INSERT INTO invoices VALUES (3003, 'acme', 'c-3', 'closed', 200, NULL, NULL, 1)");
    // What the compiler adds to the before image for `trusted_before.status`.
    bundle::PatchPlan& patch = *Waiver().patch;
    patch.before.sql.insert(patch.before.sql.find(" FROM"), ", status");
    patch.before.columns.push_back({"status", "invoices", "status", ScalarType::kText, "TEXT"});
    patch.lock = patch.before;
    patch.observed = {"status"};
    Use({Policy("billing.small", false, kWaive)});
  }

  bundle::Policy Policy(const char* name, bool for_workflow, const char* scope,
                        std::vector<bundle::PolicyLimit> limits = {}) {
    bundle::Policy policy;
    policy.name = name;
    policy.for_workflow = for_workflow;
    policy.scope = scope;
    policy.target_branch = "main";
    policy.conditions = {{"target_table", "=", Scalar::Text("invoices")},
                         {"trusted_before.late_fee_cents", "<=", Scalar::Of(ScalarType::kDecimal, "6000")},
                         {"trusted_before.status", "=", Scalar::Text("open")}};
    policy.limits = std::move(limits);
    policy.auto_commit = true;
    policy.digest = bundle::PolicyDigest(policy);
    return policy;
  }
  void Use(std::vector<bundle::Policy> policies) {
    bundle_.policies = std::move(policies);
    bundle_.Index();
    bundle::Write(bundle_);
    EXPECT_EQ(bundle::FindMisfit(bundle_), "");
    Start();
  }
  ledger::ProposalId Waive(int invoice, const interp::CallOptions& options = {}) {
    const auto outcome =
        Propose({{"invoice_id", invoice}, {"reason", "card update"}}, std::to_string(invoice), options);
    EXPECT_EQ(Code(outcome), "ok");
    return outcome.proposal;
  }
  Settlement Settle(ledger::ProposalId id, const char* policy = "billing.small", Asker asker = {"agent_1", {}}) {
    auto settlement = SettleProposal(bundle_, *ledger_, id, policy, asker);
    EXPECT_TRUE(settlement) << settlement.error().message;
    return *settlement;
  }
  ledger::ProposalView View(ledger::ProposalId id) { return **ledger_->FindProposal(id); }
  ledger::ProposalState State(ledger::ProposalId id) { return View(id).state; }
  int Events(ledger::ProposalId id, std::string_view kind, std::string* payload = nullptr) {
    int count = 0;
    const auto events = ledger_->EventsOf(ledger::ProposalHandle(id));
    for (const ledger::Event& event : *events) {
      if (event.kind != kind) continue;
      ++count;
      if (payload != nullptr) *payload = event.payload_json;
    }
    return count;
  }
  void Reject(ledger::ProposalId id) {
    const ledger::ProposalView view = View(id);
    ledger::Decision decision;
    decision.proposal = id;
    decision.kind = ledger::DecisionKind::kReject;
    decision.proposal_hash = view.proposal.hash;
    decision.subject = "lead";
    decision.roles = {"reviewer"};
    decision.reason = "again";
    ASSERT_TRUE(
        ledger_->Decide(decision, [&](const ledger::ProposalView& v, Instant now) { return Judge(v, decision, now); })
            ->accepted);
  }
  void ExpectIntact() {
    const auto report = ledger_->VerifyChain();
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->intact) << report->problem;
  }
};

TEST_F(SettleTest, WhatMeetsEveryConditionIsApprovedAndQueued) {
  const auto id = Waive(3001);
  const Settlement settlement = Settle(id);
  EXPECT_TRUE(settlement.approved) << settlement.refusal_message;
  const auto body = ToJson(settlement);
  EXPECT_EQ(body["status"], "approved");
  EXPECT_EQ(body["settlement"]["steps"], (nlohmann::json{"approve", "commit"}));
  EXPECT_EQ(body["settlement"]["policy_digest"], bundle_.policies[0].digest);
  EXPECT_EQ(body["settlement"]["conditions"].size(), 3u);
  EXPECT_EQ(body["settlement"]["conditions"][2]["condition"], "trusted_before.status = 'open'");
  EXPECT_EQ(body["settlement"]["conditions"][2]["outcome"], "holds");

  const ledger::ProposalView view = View(id);
  EXPECT_EQ(view.state, ledger::ProposalState::kApproved);
  ASSERT_EQ(view.decisions.size(), 1u);
  EXPECT_EQ(view.decisions[0].policy, "billing.small");
  EXPECT_EQ(view.decisions[0].asked_by, "agent_1");
  EXPECT_EQ(view.decisions[0].conditions.size(), 3u);
  EXPECT_TRUE(*ledger_->FindJob(id));
  EXPECT_TRUE(ProveApproved(view).holds) << ProveApproved(view).problem;
  EXPECT_TRUE(ProvePolicies(bundle_, view));
  EXPECT_TRUE(ledger_->VerifyProposal(id)->intact);
  EXPECT_EQ(Settle(id).refusal_code, "PROPOSAL_NOT_PENDING_REVIEW");
  ExpectIntact();
}

TEST_F(SettleTest, WhatFailsIsLeftProposedWithTheConditionOnRecord) {
  const auto id = Waive(3003);
  const Settlement settlement = Settle(id);
  EXPECT_FALSE(settlement.approved);
  EXPECT_EQ(ToJson(settlement)["status"], "pending_review");
  EXPECT_EQ(ToJson(settlement)["proposals"][0]["left_because"], "trusted_before.status = 'open': does not hold");
  EXPECT_EQ(State(id), ledger::ProposalState::kPendingReview);
  EXPECT_TRUE(View(id).decisions.empty());
  EXPECT_FALSE(*ledger_->FindJob(id));
  std::string payload;
  EXPECT_EQ(Events(id, "policy.left_proposed", &payload), 1);
  EXPECT_THAT(payload, HasSubstr(bundle_.policies[0].digest));
  EXPECT_THAT(payload, HasSubstr("trusted_before.status = 'open': does not hold"));
  EXPECT_THAT(payload, HasSubstr("\"asked_by\":\"agent_1\""));
  ExpectIntact();
}

TEST_F(SettleTest, ARuleOfTheWorkflowIsAFloor) {
  interp::CallOptions options;
  options.workflow = kFlow;
  const auto id = Waive(3001, options);
  const Settlement settlement = Settle(id, "billing.small", {"lead", {"billing_reviewer"}});
  EXPECT_FALSE(settlement.approved);
  EXPECT_EQ(State(id), ledger::ProposalState::kPendingReview);
  EXPECT_EQ(Events(id, "policy.left_proposed"), 1);
}

TEST_F(SettleTest, RefusalsRecordNothing) {
  const auto id = Waive(3001);
  EXPECT_EQ(Settle(id, "billing.none").refusal_code, "POLICY_NOT_FOUND");
  EXPECT_EQ(Settle(id, "billing.small", {"eve", {"auditor"}}).refusal_code, "NOT_YOURS_TO_SETTLE");
  Use({Policy("billing.small", false, kWaive, {{"", "9", false}})});
  EXPECT_EQ(Settle(id).refusal_code, "BUNDLE_CHANGED");
  EXPECT_EQ(Events(id, "policy.left_proposed"), 0);
  EXPECT_EQ(State(id), ledger::ProposalState::kPendingReview);
  EXPECT_FALSE(SettleProposal(bundle_, *ledger_, 999, "billing.small", {"agent_1", {}}));
}

TEST_F(SettleTest, LimitsOfTheDay) {
  Use({Policy("billing.small", false, kWaive, {{"", "2", false}, {"late_fee_cents", "5800", false}, {"", "1", true}})});
  EXPECT_TRUE(Settle(Waive(3001)).approved);  // 5500
  Execute("UPDATE invoices SET late_fee_cents = 301, status = 'open' WHERE id = 3002");
  const auto too_much = Waive(3002);
  EXPECT_EQ(Settle(too_much).steps[0].failing, "LIMIT TOTAL late_fee_cents 5800 PER DAY: is used up");
  Reject(too_much);
  Execute("UPDATE invoices SET late_fee_cents = 300 WHERE id = 3002");
  const auto fits = Waive(3002);
  EXPECT_TRUE(Settle(fits).approved);
  Reject(fits);  // withdrawn: the approval stays counted
  Execute("UPDATE invoices SET late_fee_cents = 0, status = 'open' WHERE id = 3003");
  const auto third = Waive(3003);
  EXPECT_EQ(Settle(third).steps[0].failing, "LIMIT 2 PER DAY: is used up");
  clock_.now.micros += 24LL * 3600 * 1'000'000;
  const auto next_day = Waive(3002);
  EXPECT_TRUE(Settle(next_day).approved) << Settle(next_day).refusal_message;
  Reject(next_day);
  const auto same_object = Waive(3002);
  EXPECT_EQ(Settle(same_object).steps[0].failing, "LIMIT 1 PER OBJECT DAY: is used up");
  ExpectIntact();
}

TEST_F(SettleTest, ALimitIsKeptWhoeverAsksAtOnce) {
  for (int i = 0; i < 16; ++i) {
    Execute("INSERT INTO invoices VALUES (" + std::to_string(5000 + i) + ", 'acme', 'c', 'open', 100, NULL, NULL, 1)");
  }
  Use({Policy("billing.small", false, kWaive, {{"late_fee_cents", "500", false}})});
  std::vector<ledger::ProposalId> ids;
  for (int i = 0; i < 16; ++i) ids.push_back(Waive(5000 + i));
  std::vector<std::thread> threads;
  for (const auto id : ids) {
    threads.emplace_back([&, id] {
      EXPECT_TRUE(SettleProposal(bundle_, *ledger_, id, "billing.small", {"agent_1", {}}));
    });
  }
  for (std::thread& thread : threads) thread.join();
  int approved = 0;
  for (const auto id : ids) approved += State(id) == ledger::ProposalState::kApproved ? 1 : 0;
  EXPECT_EQ(approved, 5);
  ExpectIntact();
}

class SettleRunTest : public SettleTest {
 protected:
  void SetUp() override {
    SettleTest::SetUp();
    bundle_.workflows[0].risk_rules.clear();
    Use({Policy("billing.run", true, kFlow)});
    ledger::Run run;
    run.kind = "agent_run";
    run.workflow = kFlow;
    run.tenant = "acme";
    run.principal = "agent_1";
    run.bundle_digest = bundle_.digest;
    run.status = "open";
    run_ = *ledger_->StartRun(run);
  }
  ledger::ProposalId Step(int invoice) {
    interp::CallOptions options;
    options.workflow = kFlow;
    options.run = run_;
    options.step_key = "s" + std::to_string(invoice);
    return Waive(invoice, options);
  }
  Settlement SettleIt(Asker asker = {"agent_1", {}}) {
    auto settlement = SettleRun(bundle_, *ledger_, run_, "billing.run", asker);
    EXPECT_TRUE(settlement) << settlement.error().message;
    return *settlement;
  }
  ledger::RunId run_ = 0;
};

TEST_F(SettleRunTest, AllOrNone) {
  EXPECT_EQ(SettleIt().refusal_code, "NOTHING_TO_SETTLE");
  const auto open = Step(3001), closed = Step(3003);
  EXPECT_EQ(SettleIt({"eve", {}}).refusal_code, "NOT_YOURS_TO_SETTLE");
  const Settlement left = SettleIt();
  EXPECT_FALSE(left.approved);
  EXPECT_EQ(State(open), ledger::ProposalState::kPendingReview);
  EXPECT_EQ(State(closed), ledger::ProposalState::kPendingReview);
  std::string payload;
  EXPECT_EQ(Events(open, "policy.left_proposed", &payload), 1);
  EXPECT_THAT(payload, HasSubstr("another proposal of the run"));
  EXPECT_EQ(Events(closed, "policy.left_proposed"), 1);
  Reject(closed);
  const auto second = Step(3002);
  EXPECT_TRUE(SettleIt().approved);
  EXPECT_EQ(State(open), ledger::ProposalState::kApproved);
  EXPECT_EQ(State(second), ledger::ProposalState::kApproved);
  EXPECT_EQ(State(closed), ledger::ProposalState::kRejected);
  ExpectIntact();
}

TEST_F(SettleRunTest, PoliciesKeepToTheirKind) {
  const auto id = Step(3001);
  EXPECT_EQ(Settle(id, "billing.run").refusal_code, "POLICY_OUT_OF_SCOPE");
  Use({Policy("billing.small", false, kWaive)});
  auto settlement = SettleRun(bundle_, *ledger_, run_, "billing.small", {"agent_1", {}});
  EXPECT_EQ(settlement->refusal_code, "POLICY_OUT_OF_SCOPE");
}

TEST_F(SettleTest, AnEditedPolicyIsNotLoaded) {
  bundle_.policies[0].conditions.pop_back();
  EXPECT_THAT(bundle::FindMisfit(bundle_), HasSubstr("its digest is not that of what it says"));
}

}  // namespace
}  // namespace synapsor::proposal
