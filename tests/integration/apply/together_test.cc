// What hangs on the ledger and on time, over every engine with every ledger: rows edited behind its back, an exchanged bundle,
// clocks that differ, leases that run out, a full disk, many proposers, approvers and runners at once.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "runtime/proposal/lifecycle.h"
#include "scene.h"

namespace synapsor::writeback {
namespace {

using ledger::ApplyStatus;
using ledger::ProposalState;

const Effects kOnce{0, 4, 1, 1, "first 'late' fee"};
const Effects kUntouched{5500, 3, 0, 0, ""};

class TogetherTest : public ::testing::TestWithParam<Setting> {
 protected:
  void SetUp() override {
    const SceneOptions options{.engine = GetParam().engine, .postgres_ledger = GetParam().postgres_ledger};
    if (!Scene::Available(options)) GTEST_SKIP() << "no server for " << GetParam().name;
    scene = std::make_unique<Scene>(options);
    g_scene = scene.get();
    g_second.reset();
  }
  void ExpectIntact() {
    const auto report = scene->ledger->VerifyChain();
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_TRUE(report->intact) << report->problem;
  }
  std::unique_ptr<ledger::Ledger> AnotherLedger(const Clock& clock) {
    auto opened = ledger::Open(scene->ledger_location, clock);
    EXPECT_TRUE(opened) << opened.error().message;
    return std::move(*opened);
  }

  // Another runner begins and ends in the middle of the first one's apply.
  static void SecondAt(const char* step) {
    if (step != g_at) return;
    g_at = "never";
    g_run_second();
  }
  Options Interrupted(std::string_view step, std::function<void()> second, int lease_seconds = 30) {
    g_at = step;
    g_run_second = std::move(second);
    Options options{.runner = "first", .lease_seconds = lease_seconds};
    options.on_step = SecondAt;
    return options;
  }

  std::unique_ptr<Scene> scene;
  static inline Scene* g_scene = nullptr;
  static inline std::string_view g_at;
  static inline std::function<void()> g_run_second;
  static inline std::optional<ledger::Receipt> g_second;
};

// ---- edited rows ----

TEST_P(TogetherTest, TamperedRowsAreRefused) {
  const struct {
    const char* what;
    const char* sql;
  } tamperings[] = {
      {"proposal",
       "UPDATE proposals SET document = replace(document, '[\"int64\",\"0\"]', '[\"int64\",\"1\"]') WHERE id = "},
      {"hash", "UPDATE proposals SET hash = 'sha256:x' WHERE id = "},
      {"tenant", "UPDATE proposals SET tenant = 'globex' WHERE id = "},
      {"decision", "UPDATE decisions SET document = replace(document, 'lead-1', 'boss') WHERE proposal = "},
      {"no decision", "DELETE FROM decisions WHERE proposal = "},
      {"seal", "UPDATE decisions SET integrity = 'sha256:x' WHERE proposal = "},
      {"job", "UPDATE jobs SET idempotency_key = 'fresh' WHERE proposal = "},
      {"job hash", "UPDATE jobs SET proposal_hash = 'sha256:x' WHERE proposal = "},
      {"job attempt", "UPDATE jobs SET attempt = 7 WHERE proposal = "},
      {"job certain", "UPDATE jobs SET uncertain = 1 WHERE proposal = "},
  };
  for (const auto& tampering : tamperings) {
    const std::string key = fmt::format("INV-{}", tampering.what);
    const auto id = scene->ProposeApproved(key);
    scene->OnLedger(tampering.sql + std::to_string(id));
    ASSERT_FALSE(scene->ledger->VerifyProposal(id)->intact) << tampering.what;
    const auto receipt = scene->Apply();
    ASSERT_TRUE(receipt && *receipt) << tampering.what;
    EXPECT_EQ((*receipt)->status, ApplyStatus::kFailed);
    EXPECT_EQ((*receipt)->safe_error_code, "LEDGER_TAMPERED") << tampering.what;
    EXPECT_EQ(scene->Look(key, id), kUntouched) << tampering.what;
    EXPECT_FALSE(scene->ledger->VerifyChain()->intact);
    EXPECT_FALSE(scene->ledger->VerifyProposal(id)->intact) << "what was edited is left to be found";
    const auto next = scene->Apply();
    ASSERT_TRUE(next);
    EXPECT_FALSE(*next) << "passed over";
  }
  // The others go on.
  const auto honest = scene->ProposeApproved("INV-honest");
  ASSERT_TRUE(*scene->Apply());
  EXPECT_EQ(scene->Look("INV-honest", honest), kOnce);
}

// A state forged without events: a proposal that nobody approved, with a job made by hand.
TEST_P(TogetherTest, AForgedApprovalIsRefused) {
  const auto id = scene->Propose("INV-1");
  scene->OnLedger(fmt::format("UPDATE proposals SET state = 'approved' WHERE id = {}", id));
  scene->OnLedger(fmt::format(
      "INSERT INTO jobs (id, proposal, source, proposal_hash, idempotency_key, state, attempt, runner, lease, due_at, "
      "intent, uncertain) SELECT 1, id, source, hash, 'forged', 'ready', 0, '', '', 0, 0, 0 FROM proposals WHERE id = {}",
      id));
  const auto receipt = scene->Apply();
  ASSERT_TRUE(receipt && *receipt);
  EXPECT_EQ((*receipt)->status, ApplyStatus::kFailed);
  EXPECT_EQ((*receipt)->safe_error_code, "LEDGER_TAMPERED");
  EXPECT_EQ(scene->Look("INV-1", id), kUntouched);
}

// An edit that comes after the claim: the runner does what was approved and not what stands there now.
TEST_P(TogetherTest, ARowThatIsEditedUnderTheLeaseChangesNoOther) {
  const auto id = scene->ProposeApproved("INV-1");
  const auto other = scene->Propose("INV-2");
  const auto receipt = scene->Apply(Interrupted("validated", [&] {
    scene->OnLedger(
        fmt::format("UPDATE proposals SET document = replace(document, 'INV-1', 'INV-2') WHERE id = {}", id));
  }));
  ASSERT_TRUE(receipt && *receipt);
  EXPECT_EQ(scene->Count("SELECT late_fee_cents FROM apply_invoices WHERE id = 'INV-1'"), 0);
  EXPECT_EQ(scene->Look("INV-2", other), kUntouched);
  EXPECT_FALSE(scene->ledger->VerifyChain()->intact);
}

TEST_P(TogetherTest, AnExchangedBundleIsRefused) {
  const auto id = scene->ProposeApproved("INV-1");
  scene->bundle.digest = "sha256:other";
  const auto receipt = scene->Apply();
  ASSERT_TRUE(receipt && *receipt);
  EXPECT_EQ((*receipt)->status, ApplyStatus::kFailed);
  EXPECT_EQ((*receipt)->safe_error_code, "LOCAL_AUTHORITY_REJECTED");
  EXPECT_EQ(scene->StateOf(id), ProposalState::kFailed);
  EXPECT_EQ(scene->Look("INV-1", id), kUntouched);
  ExpectIntact();
}

// ---- time ----

// A second runner, its clock an hour off, looks for work while the first is at it.
TEST_P(TogetherTest, ClocksThatDiffer) {
  for (const int skew : {-3600, 3600}) {
    const std::string key = fmt::format("INV{}", skew);
    const auto id = scene->ProposeApproved(key);
    SkewableClock off;
    off.Skew(skew);
    const auto ledger = AnotherLedger(off);
    g_second.reset();
    const auto run_other = [&] {
      const auto receipt = ApplyOne(scene->bundle, scene->config, scene->writers, *ledger, off,
                                    {.runner = "second", .lease_seconds = 30});
      ASSERT_TRUE(receipt) << receipt.error().message;
      g_second = *receipt;
    };
    const auto first = scene->Apply(Interrupted("validated", run_other));
    // The server's clock counts for its ledger; a file goes by the clock of whoever opens it.
    const bool taken = !GetParam().postgres_ledger && skew > 0;
    EXPECT_EQ(g_second.has_value(), taken) << key;
    if (taken) {
      EXPECT_EQ(g_second->status, ApplyStatus::kApplied);
      EXPECT_TRUE(!first || (*first)->status == ApplyStatus::kAlreadyApplied);
    } else {
      ASSERT_TRUE(first && *first);
      EXPECT_EQ((*first)->status, ApplyStatus::kApplied);
    }
    EXPECT_EQ(scene->Look(key, id), kOnce) << key;
    EXPECT_EQ(scene->StateOf(id), ProposalState::kApplied) << key;
    if (!GetParam().postgres_ledger) continue;
    const auto next = scene->ProposeApproved(key + "-next");
    run_other();
    EXPECT_TRUE(g_second && g_second->status == ApplyStatus::kApplied) << "it works as any other";
    EXPECT_EQ(scene->Look(key + "-next", next), kOnce);
  }
  ExpectIntact();
}

// The clock is put back by two hours while a change is under way.
TEST_P(TogetherTest, AClockThatIsPutBack) {
  const auto id = scene->ProposeApproved("INV-1");
  const auto receipt = scene->Apply(Interrupted("locked", [&] { scene->clock.Skew(-7200); }));
  ASSERT_TRUE(receipt && *receipt);
  EXPECT_EQ((*receipt)->status, ApplyStatus::kApplied);
  EXPECT_EQ(scene->Look("INV-1", id), kOnce);
  if (GetParam().postgres_ledger) scene->clock.Skew(7200);  // proposals of two hours ago are over to its server
  const auto next = scene->ProposeApproved("INV-2");
  ASSERT_TRUE(*scene->Apply());
  EXPECT_EQ(scene->Look("INV-2", next), kOnce);
  ExpectIntact();
}

// The lease runs out at each step, and another runner comes: one effect, and the ledger says so in the end.
TEST_P(TogetherTest, ALeaseThatRunsOutAtAnyStepDoublesNothing) {
  scene->config.sources.at("app").lock_timeout_ms = 1000;
  // A server's lease runs out in real time only.
  const std::vector<const char*> few = {"validated", "updated", "receipt_written"};
  const std::vector<const char*> all = {"claimed", "validated", "connected", "locked",          "compared",
                                        "updated", "verified",  "audited",   "receipt_written", "committed"};
  for (const char* step : GetParam().postgres_ledger ? few : all) {
    const std::string key = fmt::format("INV-{}", step);
    const auto id = scene->ProposeApproved(key);
    const auto first = scene->Apply(Interrupted(
        step,
        [&] {
          scene->WaitForLease();
          const auto second = scene->Apply({.runner = "second", .lease_seconds = 30});
          if (second) g_second = *second;
        },
        1));
    // Whoever of the two was put off by the other's lock left the job to the next.
    for (int tries = 0; tries < 4 && scene->StateOf(id) == ProposalState::kPendingWorker; ++tries) {
      if (GetParam().postgres_ledger) std::this_thread::sleep_for(std::chrono::seconds(2));
      scene->clock.Skew(120);
      (void)scene->Apply();
    }
    EXPECT_EQ(scene->Look(key, id), kOnce) << step;
    EXPECT_EQ(scene->StateOf(id), ProposalState::kApplied) << step;
    EXPECT_EQ((*scene->ledger->FindProposal(id))->receipts.size(), 1u) << step;
  }
  ExpectIntact();
}

// ---- a full disk ----

// Files cannot grow while it lives: writes fail as on a full disk.
class FullDisk {
 public:
  FullDisk() {
    std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &old_);
    rlimit limit = old_;
    limit.rlim_cur = 4096;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &old_); }

 private:
  rlimit old_{};
};

TEST_P(TogetherTest, AFullDiskKeepsJobsAndLosesNoOutcome) {
  if (GetParam().postgres_ledger) GTEST_SKIP() << "its disk is the server's: ledger_fault_test";
  const auto id = scene->ProposeApproved("INV-1");
  {
    const FullDisk full;
    const auto refused = scene->Apply();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::kIo) << refused.error().message;
  }
  EXPECT_EQ(scene->Look("INV-1", id), kUntouched);
  EXPECT_EQ(scene->StateOf(id), ProposalState::kApproved);
  static std::optional<FullDisk> full;
  const auto unreported = scene->Apply(Interrupted(
      "committed", [] { full.emplace(); }, 1));
  full.reset();
  EXPECT_FALSE(unreported);
  EXPECT_EQ(scene->Look("INV-1", id), kOnce);
  EXPECT_EQ(scene->StateOf(id), ProposalState::kPendingWorker);
  scene->WaitForLease();
  const auto found = scene->Apply();
  ASSERT_TRUE(found && *found) << found.error().message;
  EXPECT_EQ((*found)->status, ApplyStatus::kAlreadyApplied);
  EXPECT_EQ(scene->Look("INV-1", id), kOnce);
  EXPECT_EQ(scene->StateOf(id), ProposalState::kApplied);
  ExpectIntact();
}

// ---- many at once ----

TEST_P(TogetherTest, SixteenProposersAndApproversWithRunners) {
  constexpr int kThreads = 16, kTurns = 4, kRows = 4;
  for (int row = 0; row < kRows; ++row) {
    scene->Sql(fmt::format("INSERT INTO apply_invoices VALUES ('INV-{}', 'acme', 5500, NULL, 3)", row));
  }
  const auto receipts = [&](const char* status) {
    return scene->Count(fmt::format("SELECT count(*) FROM synapsor_receipts WHERE status = '{}'", status));
  };
  const auto applied_before = receipts("applied"), conflicts_before = receipts("conflict");
  std::atomic<int> recorded{0}, busy{kThreads};
  const auto turn = [&](ledger::Ledger& ledger, int t, int i) {
    const std::string key = fmt::format("INV-{}", (t + i) % kRows);
    auto made = ledger.RecordCall(scene->CallFor(key, scene->Look(key, 0), fmt::format("note {} {}", t, i)));
    ASSERT_TRUE(made) << made.error().message;
    if (made->problem == ledger::RecordProblem::kNone) ++recorded;
    const auto id = made->proposal != 0 ? made->proposal : made->existing;
    const auto view = ledger.FindProposal(id);
    ASSERT_TRUE(view && *view);
    ledger::Decision decision;
    decision.proposal = id;
    decision.proposal_hash = (*view)->proposal.hash;
    decision.kind = (t + i) % 8 == 0   ? ledger::DecisionKind::kReject
                    : (t + i) % 8 == 1 ? ledger::DecisionKind::kCancel
                                       : ledger::DecisionKind::kApprove;
    decision.subject = fmt::format("lead-{}", t);
    decision.roles = {"lead"};
    decision.reason = "looked";
    ASSERT_TRUE(ledger.Decide(
        decision, [&](const ledger::ProposalView& seen, Instant now) { return proposal::Judge(seen, decision, now); }));
  };
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      const auto ledger = AnotherLedger(scene->clock);
      for (int i = 0; i < kTurns; ++i) turn(*ledger, t, i);
      --busy;
    });
  }
  for (int r = 0; r < 2; ++r) {
    threads.emplace_back([&, r] {
      const auto ledger = AnotherLedger(scene->clock);
      const Options options{.runner = fmt::format("runner-{}", r), .lease_seconds = 30};
      const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(90);
      for (bool more = true; more && std::chrono::steady_clock::now() < deadline;) {
        const auto receipt = ApplyOne(scene->bundle, scene->config, scene->writers, *ledger, scene->clock, options);
        if (receipt && *receipt) continue;
        if (!receipt) scene->clock.Skew(10);  // put off by somebody's lock
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        const auto waiting = ledger->CountProposals({}, 1000);
        more = busy > 0 || !waiting;
        for (const ledger::StateCount& count : waiting.value_or(std::vector<ledger::StateCount>())) {
          const bool open = count.state == ProposalState::kApproved || count.state == ProposalState::kPendingWorker;
          more = more || (open && count.count > 0);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  int applied = 0, conflicts = 0;
  std::map<std::string, int> of_row;
  for (ledger::ProposalId id = 1; id <= recorded; ++id) {
    const auto view = scene->ledger->FindProposal(id);
    ASSERT_TRUE(view && *view) << id;
    const ProposalState state = (*view)->state;
    EXPECT_NE(state, ProposalState::kApproved) << id;
    EXPECT_NE(state, ProposalState::kPendingWorker) << id;
    EXPECT_NE(state, ProposalState::kFailed) << id;
    conflicts += state == ProposalState::kConflict ? 1 : 0;
    if (state != ProposalState::kApplied) continue;
    ++applied;
    ++of_row[(*view)->proposal.key.text];
  }
  EXPECT_GT(applied, kRows) << "some rows were changed again";
  for (const auto& [key, times] : of_row) EXPECT_EQ(scene->Look(key, 0).version, 3 + times) << key;
  EXPECT_EQ(receipts("applied") - applied_before, applied);
  EXPECT_EQ(receipts("conflict") - conflicts_before, conflicts);
  EXPECT_EQ(scene->Count("SELECT count(*) FROM apply_audit"), applied);
  ExpectIntact();
}

INSTANTIATE_TEST_SUITE_P(Settings, TogetherTest, ::testing::ValuesIn(kSettings),
                         [](const auto& setting) { return std::string(setting.param.name); });

}  // namespace
}  // namespace synapsor::writeback
