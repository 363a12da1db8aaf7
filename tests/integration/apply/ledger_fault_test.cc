// The connection to a PostgreSQL ledger breaks, or the ledger takes nothing more, at a bad moment: what is in the target
// database and in the ledger afterwards.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <regex>
#include <thread>

#include "proxy.h"
#include "runtime/writeback/runner.h"
#include "scene.h"
#include "target_admin.h"

namespace synapsor::writeback {
namespace {

using ledger::ApplyStatus;
using ledger::ProposalState;

const Effects kOnce{0, 4, 1, 1, "first 'late' fee"};
const Effects kUntouched{5500, 3, 0, 0, ""};

// More answers than any of the ledger's transactions has.
constexpr int kAnswers = 8;

Proxy* g_proxy = nullptr;
std::string_view g_at;
int g_pass = 0;
void SwallowAtStep(const char* step) {
  if (step != g_at) return;
  g_at = "never";
  g_proxy->SwallowAnswers(g_pass);
}
void CutAtStep(const char* step) {
  if (step == g_at) g_proxy->Cut();
}

class LedgerFaultTest : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const SceneOptions options{.engine = GetParam(), .postgres_ledger = true};
    if (!Scene::Available(options)) GTEST_SKIP() << "no server for " << GetParam();
    scene = std::make_unique<Scene>(options);
    // From here on the ledger is reached through the proxy.
    const std::string variable = scene->ledger_location.substr(4);
    const std::string url = std::getenv(variable.c_str());
    std::smatch port;
    ASSERT_TRUE(std::regex_search(url, port, std::regex(":([0-9]+)/")));
    proxy = std::make_unique<Proxy>(std::stoi(port[1].str()));
    g_proxy = proxy.get();
    ::setenv(variable.c_str(),
             std::regex_replace(url, std::regex(":[0-9]+/"), fmt::format(":{}/", proxy->port())).c_str(), 1);
    scene->Close();
    scene->Open();
  }
  void TearDown() override {
    if (scene) scene->Close();
    scene.reset();
  }

  Options At(std::string_view step, void (*hook)(const char*), int lease_seconds = 30) {
    g_at = step;
    Options options{.runner = "runner-1", .lease_seconds = lease_seconds};
    options.on_step = hook;
    return options;
  }
  void OnLedger(const std::string& sql) { RunSql("postgres", std::getenv("SYNAPSOR_TEST_POSTGRES_URL"), sql); }
  void ExpectIntact() {
    const auto report = scene->ledger->VerifyChain();
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_TRUE(report->intact) << report->problem;
  }
  // The effect is there and unreported: the next attempt finds its receipt and changes nothing.
  void ExpectFoundAppliedAfterTheLease(ledger::ProposalId id) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1100));
    const auto receipt = scene->Apply();
    ASSERT_TRUE(receipt && *receipt);
    EXPECT_EQ((*receipt)->status, ApplyStatus::kAlreadyApplied);
    EXPECT_EQ(scene->Look("INV-1", id), kOnce);
    EXPECT_EQ(scene->StateOf(id), ProposalState::kApplied);
    ExpectIntact();
  }

  std::unique_ptr<Scene> scene;
  std::unique_ptr<Proxy> proxy;
};

TEST_P(LedgerFaultTest, ACutBetweenTwoOfItsTransactionsIsNotNoticed) {
  for (const char* step : {"claimed", "validated", "locked", "updated", "receipt_written", "committed"}) {
    const std::string key = fmt::format("INV-{}", step);
    const auto id = scene->ProposeApproved(key);
    const auto receipt = scene->Apply(At(step, CutAtStep));
    ASSERT_TRUE(receipt) << step << ": " << receipt.error().message;
    ASSERT_TRUE(*receipt) << step;
    EXPECT_EQ((*receipt)->status, ApplyStatus::kApplied) << step;
    EXPECT_EQ(scene->Look(key, id), kOnce) << step;
    EXPECT_EQ(scene->StateOf(id), ProposalState::kApplied) << step;
  }
  ExpectIntact();
}

// Each answer to a claim in turn is lost, its COMMIT's too: the server did what it was told.
TEST_P(LedgerFaultTest, AClaimThatIsNotAnsweredIsFoundOutAbout) {
  for (int pass = 0; pass < kAnswers; ++pass) {
    const std::string key = fmt::format("INV-{}", pass);
    const auto id = scene->ProposeApproved(key);
    proxy->SwallowAnswers(pass);
    const auto receipt = scene->Apply();
    ASSERT_TRUE(receipt) << pass << ": " << receipt.error().message;
    ASSERT_TRUE(*receipt) << pass;
    EXPECT_EQ((*receipt)->status, ApplyStatus::kApplied) << pass;
    EXPECT_EQ(scene->Look(key, id), kOnce) << pass;
    EXPECT_EQ(scene->StateOf(id), ProposalState::kApplied) << pass;
    EXPECT_EQ((*scene->ledger->FindJob(id))->attempt, 1) << pass;
  }
  ExpectIntact();
}

TEST_P(LedgerFaultTest, AReportThatIsNotAnsweredIsStoredOnce) {
  for (int pass = 0; pass < kAnswers; ++pass) {
    const std::string key = fmt::format("INV-{}", pass);
    const auto id = scene->ProposeApproved(key);
    g_pass = pass;
    const auto receipt = scene->Apply(At("committed", SwallowAtStep));
    ASSERT_TRUE(receipt) << pass << ": " << receipt.error().message;
    ASSERT_TRUE(*receipt) << pass;
    EXPECT_EQ(scene->Look(key, id), kOnce) << pass;
    const auto view = scene->ledger->FindProposal(id);
    ASSERT_TRUE(view && *view);
    EXPECT_EQ((*view)->state, ProposalState::kApplied) << pass;
    EXPECT_EQ((*view)->receipts.size(), 1u) << pass;
  }
  ExpectIntact();
}

TEST_P(LedgerFaultTest, AProposalOrApprovalThatIsNotAnsweredIsStoredOnce) {
  for (int pass = 0; pass < kAnswers; ++pass) {
    proxy->SwallowAnswers(pass);
    const auto id = scene->Propose(fmt::format("INV-{}", pass));
    proxy->SwallowAnswers(pass);
    scene->Approve(id);
    const auto view = scene->ledger->FindProposal(id);
    ASSERT_TRUE(view && *view) << pass;
    EXPECT_EQ((*view)->state, ProposalState::kApproved) << pass;
    EXPECT_EQ((*view)->decisions.size(), 1u) << pass;
    EXPECT_EQ(id, pass + 1) << "nothing was recorded twice";
  }
  ExpectIntact();
}

TEST_P(LedgerFaultTest, ALedgerThatStaysAwayIsToldLater) {
  const auto id = scene->ProposeApproved("INV-1");
  Options options{.runner = "runner-1", .lease_seconds = 30};
  options.on_step = [](const char* step) {
    if (std::string_view(step) != "committed") return;
    g_proxy->Refuse(true);
    g_proxy->Cut();
  };
  Runner runner(scene->bundle, scene->config, scene->writers, *scene->ledger, scene->clock, options);
  const Progress first = runner.Round();
  EXPECT_EQ(first.receipts.size(), 0u);
  const Progress still_away = runner.Round();
  EXPECT_TRUE(still_away.failure);
  proxy->Refuse(false);
  EXPECT_EQ(scene->Look("INV-1", id), kOnce);
  EXPECT_EQ(scene->StateOf(id), ProposalState::kPendingWorker);
  const Progress back = runner.Round();
  EXPECT_FALSE(back.failure) << back.failure->message;
  ASSERT_EQ(back.receipts.size(), 1u);
  EXPECT_EQ(back.receipts[0].status, ApplyStatus::kApplied);
  EXPECT_EQ(scene->StateOf(id), ProposalState::kApplied);
  EXPECT_EQ(scene->Look("INV-1", id), kOnce);
  ExpectIntact();
}

// The runner forgets what it did: the receipt in the target knows.
TEST_P(LedgerFaultTest, AReportThatNeverCameIsMadeByTheNextRunner) {
  const auto id = scene->ProposeApproved("INV-1");
  const auto lost = scene->Apply(At(
      "committed",
      [](const char* step) {
        if (std::string_view(step) != "committed") return;
        g_proxy->Refuse(true);
        g_proxy->Cut();
      },
      1));
  EXPECT_FALSE(lost);
  proxy->Refuse(false);
  EXPECT_EQ(scene->StateOf(id), ProposalState::kPendingWorker);
  ExpectFoundAppliedAfterTheLease(id);
}

TEST_P(LedgerFaultTest, AFullDiskKeepsJobsAndLosesNoOutcome) {
  const auto id = scene->ProposeApproved("INV-1");
  OnLedger(
      "CREATE OR REPLACE FUNCTION synapsor_ledger.full() RETURNS trigger LANGUAGE plpgsql AS "
      "'BEGIN RAISE EXCEPTION USING ERRCODE = ''53100'', MESSAGE = ''could not extend file''; END'");
  const std::string fill =
      "CREATE TRIGGER full_disk BEFORE INSERT ON synapsor_ledger.events FOR EACH ROW EXECUTE "
      "FUNCTION synapsor_ledger.full()";
  OnLedger(fill);
  const auto refused = scene->Apply();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kIo) << refused.error().message;
  EXPECT_EQ(scene->Look("INV-1", id), kUntouched);
  EXPECT_EQ(scene->StateOf(id), ProposalState::kApproved);

  OnLedger("DROP TRIGGER full_disk ON synapsor_ledger.events");
  static std::string statement;
  statement = fill;
  const auto unreported = scene->Apply(At(
      "committed",
      [](const char* step) {
        if (std::string_view(step) == "committed")
          RunSql("postgres", std::getenv("SYNAPSOR_TEST_POSTGRES_URL"), statement);
      },
      1));
  EXPECT_FALSE(unreported);
  EXPECT_EQ(scene->Look("INV-1", id), kOnce);
  OnLedger("DROP TRIGGER full_disk ON synapsor_ledger.events");
  ExpectFoundAppliedAfterTheLease(id);
}

// Everybody's connections die together, as at a restart of the server: readers and writer go on.
TEST_P(LedgerFaultTest, IdleConnectionsThatDiedAreMadeAnew) {
  const auto id = scene->ProposeApproved("INV-1");
  OnLedger("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'synapsor-ledger'");
  EXPECT_EQ(scene->StateOf(id), ProposalState::kApproved);
  OnLedger("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'synapsor-ledger'");
  const auto receipt = scene->Apply();
  ASSERT_TRUE(receipt && *receipt);
  EXPECT_EQ((*receipt)->status, ApplyStatus::kApplied);
  EXPECT_EQ(scene->Look("INV-1", id), kOnce);
}

INSTANTIATE_TEST_SUITE_P(Targets, LedgerFaultTest, ::testing::Values("sqlite", "postgres"),
                         [](const auto& engine) { return std::string(engine.param); });

}  // namespace
}  // namespace synapsor::writeback
