// What the trusted runner says and does beside the straight path: stale rows, triggers, tampering, exchanged bundles,
// several runners, lost receipts. Each test counts effects in the target database.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <thread>

#include "runtime/writeback/inspect.h"
#include "runtime/writeback/receipts.h"
#include "runtime/writeback/runner.h"
#include "scene.h"

namespace synapsor::writeback {
namespace {

using ledger::ApplyStatus;
using ledger::ProposalState;

const Effects kOnce{0, 4, 1, 1, "first 'late' fee"};
const Effects kUntouched{5500, 3, 0, 0, ""};

class ApplyTest : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override { Restart({.engine = GetParam()}); }
  void Restart(const SceneOptions& options) {
    if (!Scene::Available(options)) GTEST_SKIP() << "no server for " << GetParam();
    scene.reset();
    scene = std::make_unique<Scene>(options);
  }

  // Applies the only job and checks what became of it.
  void Expect(ledger::ProposalId id, ApplyStatus status, std::string_view code, ProposalState state) {
    auto receipt = scene->Apply();
    ASSERT_TRUE(receipt) << receipt.error().message;
    ASSERT_TRUE(*receipt) << "no job";
    EXPECT_EQ((*receipt)->status, status) << (*receipt)->safe_error_code;
    EXPECT_EQ((*receipt)->safe_error_code, code);
    EXPECT_EQ((*receipt)->hash, ledger::HashReceipt(**receipt));
    EXPECT_EQ(scene->StateOf(id), state);
    auto again = scene->Apply();
    EXPECT_TRUE(again && !*again) << "the second apply does nothing";
  }
  bool IsSqlite() const { return std::string_view(GetParam()) == "sqlite"; }
  bool IsPostgres() const { return std::string_view(GetParam()) == "postgres"; }

  std::unique_ptr<Scene> scene;
};

TEST_P(ApplyTest, ChangesTheRowOnce) {
  const auto id = scene->ProposeApproved("INV-1");
  Expect(id, ApplyStatus::kApplied, "", ProposalState::kApplied);
  EXPECT_EQ(scene->Look("INV-1", id), kOnce);
  auto view = scene->ledger->FindProposal(id);
  ASSERT_EQ((*view)->receipts.size(), 1u);
  EXPECT_EQ((*view)->receipts[0].previous_version, Scalar::Int(3));
  EXPECT_EQ((*view)->receipts[0].new_version, Scalar::Int(4));
  EXPECT_EQ((*view)->receipts[0].rows_affected, 1);
  EXPECT_TRUE(scene->ledger->VerifyChain()->intact);
}

TEST_P(ApplyTest, AnUnapprovedProposalHasNoJob) {
  const auto id = scene->Propose("INV-1");
  auto receipt = scene->Apply();
  EXPECT_TRUE(receipt && !*receipt);
  EXPECT_EQ(scene->Look("INV-1", id), kUntouched);
}

TEST_P(ApplyTest, StaleRowsEndInConflict) {
  const auto moved = scene->ProposeApproved("INV-1");
  scene->Sql("UPDATE apply_invoices SET row_version = 9 WHERE id = 'INV-1'");
  Expect(moved, ApplyStatus::kConflict, "VERSION_CONFLICT", ProposalState::kConflict);
  EXPECT_EQ(scene->Look("INV-1", moved), (Effects{5500, 9, 0, 1, ""}));

  const auto changed = scene->ProposeApproved("INV-2");
  scene->Sql("UPDATE apply_invoices SET late_fee_cents = 7000 WHERE id = 'INV-2'");
  Expect(changed, ApplyStatus::kConflict, "BEFORE_IMAGE_CONFLICT", ProposalState::kConflict);

  const auto gone = scene->ProposeApproved("INV-3");
  scene->Sql("DELETE FROM apply_invoices WHERE id = 'INV-3'");
  Expect(gone, ApplyStatus::kConflict, "ROW_NOT_FOUND", ProposalState::kConflict);

  const auto foreign = scene->ProposeApproved("INV-4");
  scene->Sql("UPDATE apply_invoices SET tenant_id = 'globex' WHERE id = 'INV-4'");
  Expect(foreign, ApplyStatus::kConflict, "ROW_NOT_FOUND", ProposalState::kConflict);
  EXPECT_EQ(scene->Count("SELECT count(*) FROM apply_audit"), 0);
}

TEST_P(ApplyTest, TwoProposalsFromOneVersionDoNotBothApply) {
  const auto first = scene->ProposeApproved("INV-1");
  Expect(first, ApplyStatus::kApplied, "", ProposalState::kApplied);
  const auto second = scene->Propose("INV-1");  // puts version 3 and the old fee back
  scene->Approve(second);
  scene->Sql("UPDATE apply_invoices SET row_version = 4 WHERE id = 'INV-1'");
  Expect(second, ApplyStatus::kConflict, "VERSION_CONFLICT", ProposalState::kConflict);
}

TEST_P(ApplyTest, BeforeImageGuardsCompareEveryColumn) {
  Restart({.engine = GetParam(), .before_image_guard = "yes"});
  if (IsSkipped()) return;
  const auto id = scene->ProposeApproved("INV-1");
  Expect(id, ApplyStatus::kApplied, "", ProposalState::kApplied);
  EXPECT_EQ(scene->Look("INV-1", id), (Effects{0, 3, 1, 1, "first 'late' fee"}));
  const auto stale = scene->ProposeApproved("INV-2");
  scene->Sql("UPDATE apply_invoices SET note = 'called' WHERE id = 'INV-2'");
  Expect(stale, ApplyStatus::kConflict, "BEFORE_IMAGE_CONFLICT", ProposalState::kConflict);
}

TEST_P(ApplyTest, ATimestampGuardIsComparedAndMustMove) {
  Restart({.engine = GetParam(), .timestamp_guard = "moved"});
  if (IsSkipped()) return;
  const auto id = scene->ProposeApproved("INV-1");
  Expect(id, ApplyStatus::kApplied, "", ProposalState::kApplied);
  EXPECT_EQ(scene->Look("INV-1", id), (Effects{0, 3, 1, 1, "first 'late' fee"}));
  const auto receipts = (*scene->ledger->FindProposal(id))->receipts;
  EXPECT_TRUE(receipts[0].previous_version.text.starts_with("2026-01-02")) << receipts[0].previous_version.text;
  EXPECT_NE(receipts[0].previous_version, receipts[0].new_version);

  // Somebody changed a column that the proposal does not look at: only the time tells.
  const auto stale = scene->ProposeApproved("INV-2");
  scene->Sql("UPDATE apply_invoices SET row_version = 4 WHERE id = 'INV-2'");
  Expect(stale, ApplyStatus::kConflict, "VERSION_CONFLICT", ProposalState::kConflict);
  EXPECT_EQ(scene->Look("INV-2", stale), (Effects{5500, 4, 0, 1, ""}));

  Restart({.engine = GetParam(), .timestamp_guard = "stuck"});
  const auto stuck = scene->ProposeApproved("INV-3");
  Expect(stuck, ApplyStatus::kFailed, "VERSION_DID_NOT_ADVANCE", ProposalState::kFailed);
  EXPECT_EQ(scene->Look("INV-3", stuck), kUntouched);
}

// Rounds: claimed together, made at the same time, reported together.
TEST_P(ApplyTest, RoundsCarryEveryJobOnce) {
  constexpr int kJobs = 40;
  std::vector<ledger::ProposalId> ids;
  for (int i = 0; i < kJobs; ++i) ids.push_back(scene->ProposeApproved(fmt::format("INV-{}", i)));
  scene->Sql("UPDATE apply_invoices SET row_version = 9 WHERE id = 'INV-7'");
  Options options{.runner = "r", .lease_seconds = 30};
  options.concurrency = IsSqlite() ? 1 : 4;
  Runner runner(scene->bundle, scene->config, scene->writers, *scene->ledger, scene->clock, options);
  std::size_t reported = 0;
  int rounds = 0;
  for (bool more = true; more; ++rounds) {
    const Progress progress = runner.Round();
    ASSERT_FALSE(progress.failure) << progress.failure->message;
    EXPECT_TRUE(progress.put_off.empty());
    reported += progress.receipts.size();
    more = progress.any;
  }
  EXPECT_EQ(reported, static_cast<std::size_t>(kJobs));
  EXPECT_LT(rounds, kJobs) << "several jobs a round";
  for (int i = 0; i < kJobs; ++i) {
    const std::string key = fmt::format("INV-{}", i);
    EXPECT_EQ(scene->Look(key, ids[i]), i == 7 ? (Effects{5500, 9, 0, 1, ""}) : kOnce) << key;
    EXPECT_EQ(scene->StateOf(ids[i]), i == 7 ? ProposalState::kConflict : ProposalState::kApplied) << key;
  }
  EXPECT_TRUE(scene->ledger->VerifyChain()->intact);
}

TEST_P(ApplyTest, ARunnerThatIsStoppedGivesBackWhatItHasNotBegun) {
  static std::atomic<bool> stopped;
  stopped = false;
  std::vector<ledger::ProposalId> ids;
  for (int i = 0; i < 12; ++i) ids.push_back(scene->ProposeApproved(fmt::format("INV-{}", i)));
  Options options{.runner = "r", .lease_seconds = 30};
  options.stop = [] { return stopped.load(); };
  static std::atomic<int> committed;
  committed = 0;
  options.on_step = [](const char* step) {
    if (std::string_view(step) == "committed" && ++committed == 5) stopped = true;  // in the middle of the third round
  };
  Runner runner(scene->bundle, scene->config, scene->writers, *scene->ledger, scene->clock, options);
  while (!stopped) (void)runner.Round();
  const Progress last = runner.Finish();
  EXPECT_FALSE(last.failure);
  int applied = 0, approved = 0;
  for (int i = 0; i < 12; ++i) {
    applied += scene->StateOf(ids[i]) == ProposalState::kApplied ? 1 : 0;
    approved += scene->StateOf(ids[i]) == ProposalState::kApproved ? 1 : 0;
  }
  EXPECT_EQ(applied, 5);
  EXPECT_EQ(approved, 7);
  auto next = scene->Apply();
  EXPECT_TRUE(next && *next) << "at once, for anybody";
}

TEST_P(ApplyTest, AConstraintFailsAndRollsBack) {
  const auto id = scene->ProposeApproved("INV-1");
  scene->Sql("INSERT INTO apply_invoices VALUES ('OTHER', 'acme', 1, NULL, 1)");
  if (IsSqlite()) {
    scene->Sql("CREATE UNIQUE INDEX one_note ON apply_invoices (note)");
  } else {
    scene->Sql("ALTER TABLE apply_invoices ADD CONSTRAINT one_note UNIQUE (note)");
  }
  scene->Sql("UPDATE apply_invoices SET note = 'first ''late'' fee' WHERE id = 'OTHER'");
  Expect(id, ApplyStatus::kFailed, "CONSTRAINT_VIOLATION", ProposalState::kFailed);
  EXPECT_EQ(scene->Look("INV-1", id), kUntouched);
}

TEST_P(ApplyTest, ATriggerThatHoldsTheVersionBackIsNoticed) {
  const auto id = scene->ProposeApproved("INV-1");
  if (IsSqlite()) {
    scene->Sql(
        "CREATE TRIGGER hold AFTER UPDATE OF row_version ON apply_invoices WHEN new.row_version > 3 BEGIN "
        "UPDATE apply_invoices SET row_version = 3 WHERE id = new.id; END");
  } else if (IsPostgres()) {
    scene->Sql(
        "CREATE OR REPLACE FUNCTION apply_hold() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN new.row_version := 3; RETURN new; END'");
    scene->Sql("CREATE TRIGGER hold BEFORE UPDATE ON apply_invoices FOR EACH ROW EXECUTE FUNCTION apply_hold()");
  } else {
    scene->Sql("CREATE TRIGGER apply_hold BEFORE UPDATE ON apply_invoices FOR EACH ROW SET new.row_version = 3");
  }
  Expect(id, ApplyStatus::kFailed, "VERSION_DID_NOT_ADVANCE", ProposalState::kFailed);
  EXPECT_EQ(scene->Look("INV-1", id), kUntouched);
}

TEST_P(ApplyTest, ATriggerThatRewritesAColumnIsNoticed) {
  const auto id = scene->ProposeApproved("INV-1");
  if (IsSqlite()) {
    scene->Sql(
        "CREATE TRIGGER rewrite AFTER UPDATE OF note ON apply_invoices BEGIN "
        "UPDATE apply_invoices SET late_fee_cents = 9 WHERE id = new.id; END");
  } else if (IsPostgres()) {
    scene->Sql(
        "CREATE OR REPLACE FUNCTION apply_rewrite() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN new.late_fee_cents := 9; RETURN new; END'");
    scene->Sql("CREATE TRIGGER rewrite BEFORE UPDATE ON apply_invoices FOR EACH ROW EXECUTE FUNCTION apply_rewrite()");
  } else {
    scene->Sql("CREATE TRIGGER apply_rewrite BEFORE UPDATE ON apply_invoices FOR EACH ROW SET new.late_fee_cents = 9");
  }
  Expect(id, ApplyStatus::kFailed, "AFTER_IMAGE_DIFFERS", ProposalState::kFailed);
  EXPECT_EQ(scene->Look("INV-1", id), kUntouched);
}

TEST_P(ApplyTest, AMissingColumnIsNamedInTheLogOnly) {
  const auto id = scene->ProposeApproved("INV-1");
  scene->Sql("ALTER TABLE apply_invoices RENAME COLUMN note TO remark");
  std::string log;
  Options options{.runner = "r", .lease_seconds = 30};
  options.log = [&](const std::string& line) { log += line; };
  auto receipt = scene->Apply(options);
  ASSERT_TRUE(receipt && *receipt);
  EXPECT_EQ((*receipt)->status, ApplyStatus::kFailed);
  EXPECT_EQ((*receipt)->safe_error_code, "SCHEMA_CHANGED");
  EXPECT_NE(log.find("note"), std::string::npos) << log;
  EXPECT_EQ(scene->StateOf(id), ProposalState::kFailed);
}

TEST_P(ApplyTest, AnExchangedStatementIsRefused) {
  const auto id = scene->ProposeApproved("INV-1");
  scene->bundle.capabilities[0].patch->update.fingerprint = "sha256:other";
  Expect(id, ApplyStatus::kFailed, "LOCAL_AUTHORITY_REJECTED", ProposalState::kFailed);
  EXPECT_EQ(scene->Look("INV-1", id), kUntouched);
}

TEST_P(ApplyTest, SchemaDriftIsRefused) {
  const auto id = scene->ProposeApproved("INV-1");
  Options options{.runner = "r", .lease_seconds = 30};
  options.check_schema = [](const bundle::Source&) -> Result<std::string> { return "`note` is an integer now"; };
  auto receipt = scene->Apply(options);
  ASSERT_TRUE(receipt && *receipt);
  EXPECT_EQ((*receipt)->safe_error_code, "SCHEMA_DRIFT");
  EXPECT_EQ(scene->Look("INV-1", id), kUntouched);
}

TEST_P(ApplyTest, ADisabledSourceIsLeftAlone) {
  const auto id = scene->ProposeApproved("INV-1");
  ASSERT_TRUE(scene->ledger->SetSourceDisabled("app", true, "op"));
  auto receipt = scene->Apply();
  EXPECT_TRUE(receipt && !*receipt);
  EXPECT_EQ(scene->Look("INV-1", id), kUntouched);
  ASSERT_TRUE(scene->ledger->SetSourceDisabled("app", false, "op"));
  Expect(id, ApplyStatus::kApplied, "", ProposalState::kApplied);
}

TEST_P(ApplyTest, AMissingReceiptsTableIsMadeOrNamed) {
  const auto id = scene->ProposeApproved("INV-1");
  scene->Sql("DROP TABLE synapsor_receipts");
  auto receipt = scene->Apply();
  if (IsSqlite()) {
    ASSERT_TRUE(receipt && *receipt);
    EXPECT_EQ(scene->Look("INV-1", id), kOnce);
    return;
  }
  ASSERT_FALSE(receipt);
  EXPECT_NE(receipt.error().hint.find("CREATE TABLE"), std::string::npos) << receipt.error().hint;
  EXPECT_EQ(scene->StateOf(id), ProposalState::kApproved);
  scene->Grant();
  EXPECT_EQ(scene->Look("INV-1", id), kUntouched);
  scene->clock.Skew(60);
  Expect(id, ApplyStatus::kApplied, "", ProposalState::kApplied);
}

TEST_P(ApplyTest, AReceiptAboutSomethingElseDecidesNothing) {
  const auto id = scene->ProposeApproved("INV-1");
  const std::string key = (*scene->ledger->FindProposal(id))->proposal.idempotency_key;
  scene->Sql(
      fmt::format("INSERT INTO synapsor_receipts (idempotency_key, job, proposal, tenant, status, result_hash) "
                  "VALUES ('{}', '1', 'wrp://{}', 'acme', 'applied', 'sha256:forged')",
                  key, id));
  Expect(id, ApplyStatus::kReconciliationRequired, "RECEIPT_MISMATCH", ProposalState::kReconciliationRequired);
  EXPECT_EQ(scene->Look("INV-1", id), (Effects{5500, 3, 0, 1, ""}));
}

TEST_P(ApplyTest, ManyRunnersShareTheJobs) {
  constexpr int kJobs = 24, kRunners = 4;
  std::vector<ledger::ProposalId> ids;
  for (int i = 0; i < kJobs; ++i) ids.push_back(scene->ProposeApproved(fmt::format("INV-{}", i)));
  std::atomic<int> applied{0}, other{0};
  std::vector<std::thread> runners;
  for (int r = 0; r < kRunners; ++r) {
    runners.emplace_back([&, r] {
      while (true) {
        auto receipt = scene->Apply({.runner = fmt::format("runner-{}", r), .lease_seconds = 30});
        if (!receipt) {
          ++other;
          continue;
        }
        if (!*receipt) return;
        ++((*receipt)->status == ApplyStatus::kApplied ? applied : other);
      }
    });
  }
  for (auto& runner : runners) runner.join();
  EXPECT_EQ(applied, kJobs);
  EXPECT_EQ(other, 0);
  for (int i = 0; i < kJobs; ++i) EXPECT_EQ(scene->Look(fmt::format("INV-{}", i), ids[i]), kOnce);
  EXPECT_TRUE(scene->ledger->VerifyChain()->intact);
}

// The first runner stalls before COMMIT until its lease is over and a second runner has ended the job.
Scene* g_scene = nullptr;
std::string_view g_stall_at;
std::optional<ledger::Receipt> g_second;
void RunSecondAt(const char* step) {
  if (step != g_stall_at) return;
  g_scene->clock.Skew(60);
  auto receipt = g_scene->Apply({.runner = "second", .lease_seconds = 30});
  if (receipt) g_second = *receipt;
}

TEST_P(ApplyTest, ARunnerWhoseLeaseRanOutDoublesNothing) {
  g_scene = scene.get();
  for (const char* step : {"claimed", "validated", "connected"}) {
    g_stall_at = step;
    g_second.reset();
    const std::string key = fmt::format("INV-{}", step);
    const auto id = scene->ProposeApproved(key);
    Options options{.runner = "first", .lease_seconds = 30};
    options.on_step = RunSecondAt;
    auto first = scene->Apply(options);
    ASSERT_TRUE(g_second) << step;
    EXPECT_EQ(g_second->status, ApplyStatus::kApplied);
    // Its own report says the same as the stored one, or its lease is gone.
    EXPECT_TRUE(!first || (*first)->status == ApplyStatus::kAlreadyApplied) << step;
    EXPECT_EQ(scene->Look(key, id), kOnce) << step;
    EXPECT_EQ(scene->StateOf(id), ProposalState::kApplied);
  }
}

TEST_P(ApplyTest, AFailureReportedByTheSecondRunnerKeepsTheFirstOut) {
  g_scene = scene.get();
  g_stall_at = "connected";
  g_second.reset();
  const auto id = scene->ProposeApproved("INV-1");
  // The second runner has another bundle and refuses; the first goes on afterwards with the good one.
  Options options{.runner = "first", .lease_seconds = 30};
  static bundle::Bundle good;
  good = scene->bundle;
  good.Index();
  options.on_step = [](const char* step) {
    if (std::string_view(step) != "connected") return;
    g_scene->bundle.digest = "sha256:other";
    RunSecondAt(step);
  };
  auto first = ApplyOne(good, scene->config, scene->writers, *scene->ledger, scene->clock, options);
  ASSERT_TRUE(g_second);
  EXPECT_EQ(g_second->status, ApplyStatus::kFailed);
  EXPECT_EQ(scene->StateOf(id), ProposalState::kFailed);
  EXPECT_EQ(scene->Look("INV-1", id), (Effects{5500, 3, 0, 1, ""}));
}

TEST_P(ApplyTest, InspectionTellsWhatIsThere) {
  const auto id = scene->ProposeApproved("INV-1");
  const auto proposal = (*scene->ledger->FindProposal(id))->proposal;
  const auto look = [&] {
    return Inspect(*scene->writers.at("app"), scene->config.sources.at("app"), *scene->bundle.capabilities[0].patch,
                   proposal, scene->clock.Now());
  };
  EXPECT_EQ(look().observation, Observation::kMatchesReviewedBefore);
  EXPECT_FALSE(look().receipt);
  ASSERT_TRUE(scene->Apply());
  EXPECT_EQ(look().observation, Observation::kMatchesProposed);
  EXPECT_TRUE(look().receipt && look().receipt->ours);
  scene->Sql("UPDATE apply_invoices SET late_fee_cents = 1 WHERE id = 'INV-1'");
  EXPECT_EQ(look().observation, Observation::kDrifted);
  scene->Sql("DELETE FROM apply_invoices WHERE id = 'INV-1'");
  EXPECT_EQ(look().observation, Observation::kTargetAbsent);
}

INSTANTIATE_TEST_SUITE_P(Engines, ApplyTest, ::testing::Values("sqlite", "postgres", "mariadb"),
                         [](const auto& engine) { return std::string(engine.param); });

}  // namespace
}  // namespace synapsor::writeback
