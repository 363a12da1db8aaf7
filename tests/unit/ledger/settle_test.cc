// Settlements on both stores: limits under callers that ask at once, and what is never settled.
#include <gmock/gmock.h>

#include <set>
#include <thread>

#include "runtime/bundle/write.h"
#include "runtime/proposal/settle.h"
#include "support.h"

namespace synapsor::ledger {
namespace {

using testing::HasSubstr;

constexpr const char* kWaive = "billing.propose_fee_waiver";

class SettlementTest : public LedgerTest {
 protected:
  void SetUp() override {
    LedgerTest::SetUp();
    bundle_.digest = "sha256:b";
    Use({});
  }

  void Use(std::vector<bundle::PolicyLimit> limits) {
    bundle::Policy policy;
    policy.name = "billing.small";
    policy.scope = kWaive;
    policy.target_branch = "main";
    policy.conditions = {{"trusted_before.late_fee_cents", "<=", Scalar::Of(ScalarType::kDecimal, "6000")}};
    policy.limits = std::move(limits);
    policy.digest = bundle::PolicyDigest(policy);
    bundle_.policies = {policy};
  }

  ProposalId Make(const std::string& key, const std::string& tenant = "acme") {
    CallRecord record = SampleProposalCall(clock.Now(), key);
    record.run.tenant = record.proposal->tenant = tenant;
    record.evidence->tenant = tenant;
    record.proposal->policy_may_approve = true;
    auto recorded = ledger->RecordCall(std::move(record));
    EXPECT_TRUE(recorded) << recorded.error().message;
    return recorded ? recorded->proposal : 0;
  }
  std::vector<ProposalId> MakeSeveral(int count) {
    std::vector<ProposalId> ids;
    for (int i = 0; i < count; ++i) ids.push_back(Make("INV-" + std::to_string(i)));
    return ids;
  }

  Result<proposal::Settlement> Ask(Ledger& through, ProposalId id, const proposal::Asker& asker = {"agent-7", {}}) {
    return proposal::SettleProposal(bundle_, through, id, "billing.small", asker);
  }
  std::string Refusal(ProposalId id, const proposal::Asker& asker = {"agent-7", {}}) {
    auto settlement = Ask(*ledger, id, asker);
    if (!settlement) return "error: " + settlement.error().message;
    return settlement->refusal_code;
  }
  bool HasJob(ProposalId id) { return ledger->FindJob(id)->has_value(); }

  // One caller a proposal, each with a ledger of its own: as many processes on one store.
  int ApprovedAtOnce(const std::vector<ProposalId>& ids, bool own_ledgers) {
    std::vector<std::unique_ptr<Ledger>> ledgers;
    for (std::size_t i = 0; own_ledgers && i < ids.size(); ++i) ledgers.push_back(std::move(*OpenAnother()));
    std::vector<std::thread> threads;
    std::atomic<int> said_approved = 0;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      threads.emplace_back([&, i] {
        auto settlement = Ask(own_ledgers ? *ledgers[i] : *ledger, ids[i]);
        ASSERT_TRUE(settlement) << settlement.error().message;
        EXPECT_EQ(settlement->refusal_code, "");
        said_approved += settlement->approved ? 1 : 0;
      });
    }
    for (std::thread& thread : threads) thread.join();
    int approved = 0;
    for (const ProposalId id : ids) {
      const bool is = StateOf(id) == ProposalState::kApproved;
      EXPECT_EQ(HasJob(id), is);
      approved += is ? 1 : 0;
    }
    EXPECT_EQ(approved, said_approved);
    EXPECT_TRUE(Verify().intact) << Verify().problem;
    return approved;
  }

  bundle::Bundle bundle_;
};

TEST_P(SettlementTest, ANumberADayHoldsExactlyForSixteenProcesses) {
  Use({{"", "7", false}});
  EXPECT_EQ(ApprovedAtOnce(MakeSeveral(16), true), 7);
}

TEST_P(SettlementTest, ANumberADayHoldsExactlyForSixteenThreadsThatShareCommits) {
  Use({{"", "7", false}});
  EXPECT_EQ(ApprovedAtOnce(MakeSeveral(16), false), 7);
}

TEST_P(SettlementTest, ASumADayHoldsExactly) {
  Use({{"late_fee_cents", "22000", false}});  // four of 5500
  EXPECT_EQ(ApprovedAtOnce(MakeSeveral(16), true), 4);
  clock.Advance(24 * 3600);
  Make("INV-next");
  EXPECT_EQ(ApprovedAtOnce({Make("INV-day")}, true), 1);
}

TEST_P(SettlementTest, OneProposalIsApprovedOnceHoweverManyAsk) {
  Use({{"", "16", false}});
  const ProposalId id = Make("INV-1");
  std::vector<std::unique_ptr<Ledger>> ledgers;
  for (int i = 0; i < 16; ++i) ledgers.push_back(std::move(*OpenAnother()));
  std::vector<std::thread> threads;
  std::atomic<int> approved = 0, late = 0;
  for (auto& own : ledgers) {
    threads.emplace_back([&] {
      auto settlement = Ask(*own, id);
      ASSERT_TRUE(settlement) << settlement.error().message;
      approved += settlement->approved ? 1 : 0;
      late += settlement->refusal_code == "PROPOSAL_NOT_PENDING_REVIEW" ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(approved, 1);
  EXPECT_EQ(late, 15);
  EXPECT_EQ((*ledger->FindProposal(id))->decisions.size(), 1u);
  EXPECT_TRUE(Verify().intact);
}

TEST_P(SettlementTest, WhatIsNotPendingIsNotSettled) {
  const ProposalId rejected = Make("INV-1"), expired = Make("INV-2"), canceled = Make("INV-3");
  Decide(rejected, "lead", DecisionKind::kReject);
  Decide(canceled, "agent-7", DecisionKind::kCancel);
  EXPECT_EQ(Refusal(rejected), "PROPOSAL_NOT_PENDING_REVIEW");
  EXPECT_EQ(Refusal(canceled), "PROPOSAL_NOT_PENDING_REVIEW");
  clock.Advance(3601);
  EXPECT_EQ(Refusal(expired), "PROPOSAL_EXPIRED");
  ASSERT_TRUE(ledger->ExpireProposals());
  EXPECT_EQ(Refusal(expired), "PROPOSAL_NOT_PENDING_REVIEW");
  for (const ProposalId id : {rejected, expired, canceled}) EXPECT_FALSE(HasJob(id));
  EXPECT_TRUE(Verify().intact);
}

TEST_P(SettlementTest, AnothersProposalIsNotSettled) {
  const ProposalId id = Make("INV-1", "globex");
  EXPECT_EQ(Refusal(id, {"agent-8", {}}), "NOT_YOURS_TO_SETTLE");
  EXPECT_EQ(Refusal(id, {"agent-8", {"billing"}}), "NOT_YOURS_TO_SETTLE");
  EXPECT_EQ(StateOf(id), ProposalState::kPendingReview);
}

struct Edit {
  const char* what;
  const char* sql;
};

TEST_P(SettlementTest, WhatWasEditedIsNotSettled) {
  const Edit edits[] = {
      {"the change", "UPDATE proposals SET document = replace(document, '5500', '5400') WHERE id = 1"},
      {"who must approve", "UPDATE proposals SET tenant = 'globex' WHERE id = 1"},
      {"the evidence", "UPDATE evidence SET document = replace(document, '5500', '5400') WHERE id = 1"},
      {"a decision before",
       "INSERT INTO decisions (id, proposal, integrity, document) SELECT 99, 1, integrity, document FROM decisions"},
  };
  for (const Edit& edit : edits) {
    SCOPED_TRACE(edit.what);
    if (ledger) TearDown();
    ledger.reset();
    file = folder.File(std::string(edit.what) + ".db");
    SetUp();
    const ProposalId id = Make("INV-1"), other = Make("INV-2");
    Decide(other, "lead");
    Tamper(edit.sql);
    EXPECT_THAT((std::set<std::string>{"LEDGER_TAMPERED", "PROPOSAL_HASH_MISMATCH"}), testing::Contains(Refusal(id)));
    EXPECT_EQ(StateOf(id), ProposalState::kPendingReview);
    EXPECT_FALSE(HasJob(id));
    EXPECT_FALSE(Verify().intact);
  }
}

TEST_P(SettlementTest, ARejectionIsNotUndoneByEditingTheState) {
  const ProposalId id = Make("INV-1");
  Decide(id, "lead", DecisionKind::kReject);
  Tamper("UPDATE proposals SET state = 'pending_review' WHERE id = 1");
  EXPECT_EQ(Refusal(id), "LEDGER_TAMPERED");
  EXPECT_FALSE(HasJob(id));
}

TEST_P(SettlementTest, AnEditedTallyLiftsNoLimit) {
  Use({{"", "1", false}});
  EXPECT_EQ(Refusal(Make("INV-1")), "");
  Tamper(
      "UPDATE events SET payload = replace(payload, '\"approvals\":\"1\"', '\"approvals\":\"0\"') WHERE kind = 'policy.counted'");
  const ProposalId id = Make("INV-2");
  EXPECT_THAT(Refusal(id), HasSubstr("what a policy approved before cannot be read"));
  EXPECT_EQ(StateOf(id), ProposalState::kPendingReview);
}

// A run of which one proposal was edited is not settled in part, and nothing of it is counted.
TEST_P(SettlementTest, ASetWithAnEditedProposalIsLeftWhole) {
  Use({{"", "2", false}});
  const ProposalId first = Make("INV-1"), second = Make("INV-2");
  Tamper("UPDATE evidence SET document = replace(document, '5500', '5400') WHERE id = 2");
  auto verdict = ledger->Settle({"billing.small", {first, second}}, [&](const SettlementScene& scene) {
    return proposal::JudgeSettlement(bundle_, bundle_.policies[0], {"agent-7", {}}, scene);
  });
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->refusal_code, "LEDGER_TAMPERED");
  EXPECT_FALSE(verdict->approved);
  EXPECT_EQ(StateOf(first), ProposalState::kPendingReview);
  EXPECT_EQ(StateOf(second), ProposalState::kPendingReview);
  EXPECT_TRUE(ledger->EventsOf("policy://billing.small/" + FormatInstant(clock.Now()).substr(0, 10))->empty());
}

INSTANTIATE_TEST_SUITE_P(Stores, SettlementTest, ::testing::Values("sqlite", "postgres"),
                         [](const auto& parameter) { return std::string(parameter.param); });

}  // namespace
}  // namespace synapsor::ledger
