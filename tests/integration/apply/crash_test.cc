// A runner that is killed at any step boundary, and another that finds the job afterwards: the target database holds the
// effect exactly once, or not at all where it must not, and the ledger says so.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "scene.h"

namespace synapsor::writeback {
namespace {

using ledger::ApplyStatus;
using ledger::ProposalState;

class CrashTest : public ::testing::TestWithParam<Setting> {
 protected:
  void Start(bool receipts_in_ledger = false) {
    const SceneOptions options{GetParam().engine, GetParam().postgres_ledger, receipts_in_ledger, ""};
    if (!Scene::Available(options)) GTEST_SKIP() << "no server for " << GetParam().name;
    scene = std::make_unique<Scene>(options);
  }
  void ExpectIntact() {
    auto report = scene->ledger->VerifyChain();
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_TRUE(report->intact) << report->problem;
  }
  std::unique_ptr<Scene> scene;
};

const Effects kOnce{0, 4, 1, 1, "first 'late' fee"};

TEST_P(CrashTest, EveryStepOfAnApplyThatSucceeds) {
  Start();
  if (IsSkipped()) return;
  for (const std::string_view step : kSteps) {
    if (step == "intent") continue;
    const std::string key = fmt::format("INV-{}", step);
    const auto id = scene->ProposeApproved(key);
    ASSERT_TRUE(scene->ApplyAndDieAt(step)) << "never reached " << step;
    scene->WaitForLease();
    auto receipt = scene->Apply();
    ASSERT_TRUE(receipt) << step << ": " << receipt.error().message;
    if (step == "reported") {
      EXPECT_FALSE(*receipt) << "the job was done";
    } else {
      ASSERT_TRUE(*receipt) << step;
      EXPECT_EQ((*receipt)->status, step == "committed" ? ApplyStatus::kAlreadyApplied : ApplyStatus::kApplied) << step;
    }
    EXPECT_EQ(scene->Look(key, id), kOnce) << step;
    EXPECT_EQ(scene->StateOf(id), ProposalState::kApplied) << step;
    auto again = scene->Apply();
    EXPECT_TRUE(again && !*again);
  }
  ExpectIntact();
}

TEST_P(CrashTest, EveryStepOfAConflict) {
  Start();
  if (IsSkipped()) return;
  for (const char* step : {"claimed", "validated", "connected", "begun", "receipt_read", "locked", "receipt_written",
                           "committed", "reported"}) {
    const std::string key = fmt::format("STALE-{}", step);
    const auto id = scene->ProposeApproved(key);
    scene->Sql(fmt::format("UPDATE apply_invoices SET late_fee_cents = 7000, row_version = 4 WHERE id = '{}'", key));
    ASSERT_TRUE(scene->ApplyAndDieAt(step)) << "never reached " << step;
    scene->WaitForLease();
    auto receipt = scene->Apply();
    ASSERT_TRUE(receipt) << step << ": " << receipt.error().message;
    EXPECT_EQ(scene->Look(key, id), (Effects{7000, 4, 0, 1, ""})) << step;
    EXPECT_EQ(scene->StateOf(id), ProposalState::kConflict) << step;
  }
  ExpectIntact();
}

TEST_P(CrashTest, IntentModeLeavesTheDoubtToAPerson) {
  Start(true);
  if (IsSkipped()) return;
  bool intended = false, committed = false;
  for (const std::string_view step : kSteps) {
    const std::string key = fmt::format("INTENT-{}", step);
    const auto id = scene->ProposeApproved(key);
    ASSERT_TRUE(scene->ApplyAndDieAt(step)) << "never reached " << step;
    intended = intended || step == "intent";
    committed = committed || step == "committed";
    scene->WaitForLease();
    auto receipt = scene->Apply();
    ASSERT_TRUE(receipt) << step << ": " << receipt.error().message;
    const bool effect = committed || !intended;
    EXPECT_EQ(scene->Look(key, id), (effect ? Effects{0, 4, 1, 0, "first 'late' fee"} : Effects{5500, 3, 0, 0, ""}))
        << step;
    if (step == "reported" || !intended) {
      EXPECT_EQ(scene->StateOf(id), ProposalState::kApplied) << step;
      continue;
    }
    EXPECT_EQ(scene->StateOf(id), ProposalState::kReconciliationRequired) << step;
    EXPECT_EQ((*receipt)->safe_error_code, committed ? "MATCHES_PROPOSED" : "MATCHES_REVIEWED_BEFORE") << step;
    auto verdict = scene->ledger->Reconcile(id, committed ? ProposalState::kApplied : ProposalState::kFailed,
                                            "operator", "looked at the row");
    EXPECT_TRUE(verdict && verdict->accepted);
  }
  ExpectIntact();
}

INSTANTIATE_TEST_SUITE_P(Engines, CrashTest, ::testing::ValuesIn(kSettings),
                         [](const auto& setting) { return std::string(setting.param.name); });

}  // namespace
}  // namespace synapsor::writeback
