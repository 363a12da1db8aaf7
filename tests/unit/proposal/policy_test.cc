#include "runtime/proposal/policy.h"

#include <gtest/gtest.h>

#include "runtime/bundle/write.h"

namespace synapsor::proposal {
namespace {

using bundle::Policy;
using ledger::PolicyTally;
using ledger::Proposal;
using ledger::ProposalView;
using ledger::SettlementScene;

constexpr Instant kNow{1'000'000};

Scalar Decimal(std::string text) { return Scalar::Of(ScalarType::kDecimal, std::move(text)); }

Proposal SampleProposal(ledger::ProposalId id = 7) {
  Proposal p;
  p.id = id;
  p.capability = "billing.waive";
  p.workflow = "billing.flow";
  p.tenant = "acme";
  p.principal = "agent";
  p.source = "app";
  p.schema = "public";
  p.table = "invoices";
  p.operation = "update";
  p.key = Scalar::Int(id);
  p.columns = {{"fee", Decimal("10.50"), Decimal("0.00"), "arg:fee"},
               {"big", Scalar::Of(ScalarType::kUInt64, "18446744073709551615"), Scalar::Int(1), "fixed"},
               {"note", Scalar::Null(ScalarType::kText), Scalar::Text("ok"), "arg:note"},
               {"paid", Scalar::Of(ScalarType::kBoolean, "false"), Scalar::Of(ScalarType::kBoolean, "true"), "fixed"}};
  p.observed = {{"status", Scalar::Text("open")}, {"risk", Scalar::Null(ScalarType::kInt64)}};
  p.required_role = "reviewer";
  p.policy_may_approve = true;
  p.bundle_digest = "sha256:b";
  p.expires_at = {2'000'000};
  p.hash = ledger::HashProposal(p);
  return p;
}

Policy With(std::vector<bundle::PolicyCondition> conditions, std::vector<bundle::PolicyLimit> limits = {}) {
  Policy policy;
  policy.name = "billing.small";
  policy.scope = "billing.waive";
  policy.target_branch = "main";
  policy.conditions = std::move(conditions);
  policy.limits = std::move(limits);
  policy.digest = bundle::PolicyDigest(policy);
  return policy;
}

struct Row {
  const char *path, *relation;
  Scalar literal;
  const char* outcome;
};

TEST(Conditions, EveryRelationAndKindOfValue) {
  const char* const kNo = "does not hold";
  const Row rows[] = {
      {"target_table", "=", Scalar::Text("public.invoices"), "holds"},
      {"target_table", "=", Scalar::Text("invoices"), kNo},
      {"target_table", "!=", Scalar::Text("invoices"), "holds"},
      {"operation", "=", Scalar::Text("update"), "holds"},
      {"operation", "=", Scalar::Text("UPDATE"), kNo},
      {"trusted_after.fee", "=", Decimal("0"), "holds"},
      {"trusted_after.fee", "!=", Decimal("-0"), kNo},
      {"trusted_before.fee", "<", Decimal("10.5"), kNo},
      {"trusted_before.fee", "<=", Decimal("10.5"), "holds"},
      {"trusted_before.fee", ">", Decimal("10.49999999999999999999"), "holds"},
      {"trusted_before.fee", ">=", Decimal("10.50000000000000000001"), kNo},
      {"trusted_before.big", ">", Decimal("18446744073709551614"), "holds"},
      {"trusted_before.big", "=", Decimal("18446744073709551616"), kNo},
      {"trusted_after.note", "=", Scalar::Text("ok"), "holds"},
      {"trusted_after.note", "!=", Scalar::Text("ok"), kNo},
      {"trusted_after.note", "<", Scalar::Text("z"), "the value is of another kind"},
      {"trusted_before.note", "=", Scalar::Text("ok"), "the value is NULL"},
      {"trusted_before.note", "!=", Scalar::Text("ok"), "the value is NULL"},
      {"trusted_before.risk", "!=", Decimal("3"), "the value is NULL"},
      {"trusted_before.status", "=", Scalar::Text("open"), "holds"},
      {"trusted_after.status", "=", Scalar::Text("open"), "there is no such value"},
      {"trusted_after.other", "!=", Decimal("3"), "there is no such value"},
      {"trusted_after.paid", "=", Scalar::Of(ScalarType::kBoolean, "true"), "holds"},
      {"trusted_after.paid", "=", Scalar::Text("true"), "the value is of another kind"},
      {"trusted_after.note", "=", Decimal("0"), "the value is of another kind"},
      {"trusted_after.fee", "=", Scalar::Text("0.00"), "the value is of another kind"},
      {"trusted_after.fee", "~", Decimal("0"), kNo},
      {"trusted_after.fee", "=", Scalar::Null(ScalarType::kDecimal), kNo},
      {"key", "=", Scalar::Text("7"), "there is no such value"},
      {"reason_codes", "=", Scalar::Text(""), "there is no such value"},
  };
  for (const Row& row : rows) {
    const auto outcomes = EvaluateConditions(With({{row.path, row.relation, row.literal}}), SampleProposal());
    ASSERT_EQ(outcomes.size(), 1u);
    EXPECT_EQ(outcomes[0].outcome, row.outcome) << outcomes[0].text;
  }
}

TEST(Conditions, TextNamesTheConditionAndNoValue) {
  const auto outcomes = EvaluateConditions(
      With({{"trusted_before.fee", "<=", Decimal("1000")}, {"trusted_before.status", "=", Scalar::Text("open")}}),
      SampleProposal());
  EXPECT_EQ(outcomes[0].text, "trusted_before.fee <= 1000");
  EXPECT_EQ(outcomes[1].text, "trusted_before.status = 'open'");
}

TEST(Amounts, AreDistancesOfExactNumbers) {
  const ledger::Amounts expected = {{"big", "18446744073709551614"}, {"fee", "10.5"}};
  EXPECT_EQ(AmountsOf(SampleProposal()), expected);
}

class Settling : public ::testing::Test {
 protected:
  Settling() { bundle_.digest = "sha256:b"; }

  SettlementScene Scene(std::vector<Proposal> proposals) {
    SettlementScene scene;
    scene.now = kNow;
    for (Proposal& proposal : proposals) {
      ProposalView view;
      proposal.hash = ledger::HashProposal(proposal);
      view.proposal = std::move(proposal);
      scene.proposals.push_back(std::move(view));
      scene.object_today.emplace_back();
    }
    return scene;
  }
  ledger::SettlementVerdict Judge(const Policy& policy, const SettlementScene& scene, Asker asker = {"agent", {}}) {
    return JudgeSettlement(bundle_, policy, asker, scene);
  }

  bundle::Bundle bundle_;
  Policy holds_ = With({{"trusted_after.fee", "=", Decimal("0")}});
};

TEST_F(Settling, RecordsVersionAskerAndEachOutcome) {
  const auto verdict = Judge(holds_, Scene({SampleProposal()}));
  ASSERT_TRUE(verdict.approved) << verdict.refusal_message;
  const ledger::Decision& decision = verdict.steps[0].decision;
  EXPECT_EQ(decision.policy_digest, holds_.digest);
  EXPECT_EQ(decision.policy, "billing.small");
  EXPECT_EQ(decision.asked_by, "agent");
  EXPECT_EQ(decision.subject, "policy:billing.small");
  EXPECT_EQ(decision.conditions, std::vector<std::string>{"trusted_after.fee = 0: holds"});
}

TEST_F(Settling, AFloorIsNeverMet) {
  Proposal demanded = SampleProposal();
  demanded.policy_may_approve = false;
  auto verdict = Judge(holds_, Scene({demanded}));
  EXPECT_FALSE(verdict.approved);
  EXPECT_EQ(verdict.refusal_code, "");
  EXPECT_EQ(verdict.steps[0].failing,
            "no rule of the workflow demands a reviewer: a rule demands one, and ON RISK is a floor");
  Proposal several = SampleProposal();
  several.required_approvals = 2;
  verdict = Judge(holds_, Scene({several}));
  EXPECT_FALSE(verdict.approved);
  EXPECT_EQ(verdict.steps[0].failing, "one approval is enough: several reviewers are demanded");
}

TEST_F(Settling, TheSetIsExaminedBeforeAnythingIsDecided) {
  Proposal other_bundle = SampleProposal(8), other_scope = SampleProposal(8), same_row = SampleProposal(8),
           decided = SampleProposal(8);
  other_bundle.bundle_digest = "sha256:else";
  other_scope.capability = "billing.other";
  same_row.key = SampleProposal(7).key;
  EXPECT_EQ(Judge(holds_, Scene({SampleProposal(), other_bundle})).refusal_code, "BUNDLE_CHANGED");
  EXPECT_EQ(Judge(holds_, Scene({SampleProposal(), other_scope})).refusal_code, "POLICY_OUT_OF_SCOPE");
  EXPECT_EQ(Judge(holds_, Scene({SampleProposal(), same_row})).refusal_code, "SETTLEMENT_CONFLICT");
  same_row.tenant = "another";
  EXPECT_EQ(Judge(holds_, Scene({SampleProposal(), same_row})).refusal_code, "") << "another tenant's row";
  EXPECT_EQ(Judge(holds_, Scene({})).refusal_code, "NOTHING_TO_SETTLE");
  SettlementScene late = Scene({SampleProposal(), decided});
  late.proposals[1].state = ledger::ProposalState::kApproved;
  EXPECT_EQ(Judge(holds_, late).refusal_code, "PROPOSAL_NOT_PENDING_REVIEW");
  SettlementScene edited = Scene({SampleProposal()});
  edited.proposals[0].proposal.columns[0].after = Decimal("1");
  EXPECT_EQ(Judge(holds_, edited).refusal_code, "PROPOSAL_HASH_MISMATCH");
  SettlementScene expired = Scene({SampleProposal()});
  expired.now = {2'000'000};
  EXPECT_EQ(Judge(holds_, expired).refusal_code, "PROPOSAL_EXPIRED");
}

TEST_F(Settling, IsAskedForByProposerReviewerOrOperator) {
  const SettlementScene scene = Scene({SampleProposal()});
  EXPECT_TRUE(Judge(holds_, scene, {"lead", {"reviewer"}}).approved);
  EXPECT_TRUE(Judge(holds_, scene, {"ops", {"operator"}}).approved);
  EXPECT_EQ(Judge(holds_, scene, {"eve", {"reviewers", "review"}}).refusal_code, "NOT_YOURS_TO_SETTLE");
  EXPECT_EQ(Judge(holds_, scene, {"", {"operator"}}).refusal_code, "NOT_YOURS_TO_SETTLE");
}

TEST_F(Settling, LimitsCountWhatWasApprovedBeforeAndWithinTheSet) {
  const Policy two = With(holds_.conditions, {{"", "2", false}});
  EXPECT_TRUE(Judge(two, Scene({SampleProposal(7), SampleProposal(8)})).approved);
  const auto three = Judge(two, Scene({SampleProposal(7), SampleProposal(8), SampleProposal(9)}));
  EXPECT_FALSE(three.approved);
  EXPECT_EQ(three.steps[1].failing, "");
  EXPECT_EQ(three.steps[2].failing, "LIMIT 2 PER DAY: is used up");

  const Policy total = With(holds_.conditions, {{"fee", "21.00", false}});
  EXPECT_TRUE(Judge(total, Scene({SampleProposal(7), SampleProposal(8)})).approved);
  SettlementScene used = Scene({SampleProposal(7), SampleProposal(8)});
  used.today = {1, {{"fee", "0.01"}}};
  EXPECT_EQ(Judge(total, used).steps[1].failing, "LIMIT TOTAL fee 21.00 PER DAY: is used up");

  const Policy object = With(holds_.conditions, {{"", "1", true}});
  SettlementScene again = Scene({SampleProposal(7)});
  again.today = {5, {}};
  EXPECT_TRUE(Judge(object, again).approved);
  again.object_today[0] = {1, {}};
  EXPECT_EQ(Judge(object, again).steps[0].failing, "LIMIT 1 PER OBJECT DAY: is used up");

  const Policy unmeasured = With(holds_.conditions, {{"note", "5", false}});
  EXPECT_EQ(Judge(unmeasured, Scene({SampleProposal()})).steps[0].failing,
            "LIMIT TOTAL note 5 PER DAY: the change cannot be measured");
}

TEST_F(Settling, TheRunnerEvaluatesAgain) {
  const SettlementScene scene = Scene({SampleProposal()});
  bundle_.policies = {holds_};
  ProposalView view = scene.proposals[0];
  view.decisions = {Judge(holds_, scene).steps[0].decision};
  EXPECT_TRUE(ProvePolicies(bundle_, view));
  ProposalView forged = view;
  forged.proposal.columns[0].after = Decimal("5");
  EXPECT_FALSE(ProvePolicies(bundle_, forged));
  ProposalView elsewhere = view;
  elsewhere.proposal.capability = "billing.other";
  EXPECT_FALSE(ProvePolicies(bundle_, elsewhere)) << "a policy of another capability";
  bundle_.policies[0].digest = "sha256:newer";
  EXPECT_FALSE(ProvePolicies(bundle_, view));
  bundle_.policies.clear();
  EXPECT_FALSE(ProvePolicies(bundle_, view));
  view.decisions[0].policy_digest.clear();
  EXPECT_TRUE(ProvePolicies(bundle_, view));
}

}  // namespace
}  // namespace synapsor::proposal
