// The connection to the target database breaks at a bad moment: what is in the database and in the ledger afterwards.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <cstdlib>
#include <regex>

#include "proxy.h"
#include "runtime/writeback/inspect.h"
#include "scene.h"

namespace synapsor::writeback {
namespace {

using ledger::ApplyStatus;
using ledger::ProposalState;

constexpr const char* kProxyVariable = "SYNAPSOR_TEST_PROXY_URL";
const Effects kOnce{0, 4, 1, 1, "first 'late' fee"};

Proxy* g_proxy = nullptr;
std::string_view g_at;
void (*g_fault)() = nullptr;
void FaultAtStep(const char* step) {
  if (g_fault != nullptr && step == g_at) g_fault();
}

class FaultTest : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override { Start(false); }

  void Start(bool receipts_in_ledger) {
    SceneOptions options{.engine = GetParam(), .receipts_in_ledger = receipts_in_ledger};
    if (!Scene::Available(options)) GTEST_SKIP() << "no server for " << GetParam();
    scene.reset();
    const std::string url =
        std::getenv(options.engine == "postgres" ? "SYNAPSOR_TEST_POSTGRES_URL" : "SYNAPSOR_TEST_MARIADB_URL");
    std::smatch port;
    ASSERT_TRUE(std::regex_search(url, port, std::regex(":([0-9]+)/")));
    proxy = std::make_unique<Proxy>(std::stoi(port[1].str()));
    g_proxy = proxy.get();
    ::setenv(kProxyVariable,
             std::regex_replace(url, std::regex(":[0-9]+/"), fmt::format(":{}/", proxy->port())).c_str(), 1);
    options.url_variable = kProxyVariable;
    scene = std::make_unique<Scene>(options);
  }
  void TearDown() override { g_fault = nullptr; }

  Options WithFault(std::string_view step, void (*fault)()) {
    g_at = step;
    g_fault = fault;
    Options options{.runner = "runner-1", .lease_seconds = 30, .settle_seconds = 3};
    options.on_step = FaultAtStep;
    return options;
  }

  std::unique_ptr<Proxy> proxy;
  std::unique_ptr<Scene> scene;
};

TEST_P(FaultTest, ALostAcknowledgementIsSettledByTheReceipt) {
  const auto id = scene->ProposeApproved("INV-1");
  auto receipt = scene->Apply(WithFault("receipt_written", [] {
    g_proxy->SwallowAnswers();
    g_at = "never";
  }));
  ASSERT_TRUE(receipt) << receipt.error().message;
  ASSERT_TRUE(*receipt);
  EXPECT_EQ((*receipt)->status, ApplyStatus::kApplied) << (*receipt)->safe_error_code;
  EXPECT_EQ((*receipt)->new_version, Scalar::Int(4));
  EXPECT_EQ(scene->Look("INV-1", id), kOnce);
  EXPECT_EQ(scene->StateOf(id), ProposalState::kApplied);
  EXPECT_TRUE(scene->ledger->VerifyChain()->intact);
}

TEST_P(FaultTest, ADatabaseThatStaysAwayAfterCommitNeedsAPerson) {
  const auto id = scene->ProposeApproved("INV-1");
  auto receipt = scene->Apply(WithFault("receipt_written", [] {
    g_proxy->SwallowAnswers();
    g_proxy->Refuse(true);
    g_at = "never";
  }));
  ASSERT_TRUE(receipt) << receipt.error().message;
  ASSERT_TRUE(*receipt);
  EXPECT_EQ((*receipt)->status, ApplyStatus::kReconciliationRequired);
  EXPECT_EQ((*receipt)->safe_error_code, "OUTCOME_UNKNOWN");
  proxy->Refuse(false);
  EXPECT_EQ(scene->Look("INV-1", id), kOnce);
  EXPECT_EQ(scene->StateOf(id), ProposalState::kReconciliationRequired);
  const Inspection seen =
      Inspect(*scene->writers.at("app"), scene->config.sources.at("app"), *scene->bundle.capabilities[0].patch,
              (*scene->ledger->FindProposal(id))->proposal, scene->clock.Now());
  EXPECT_EQ(seen.observation, Observation::kMatchesProposed);
  ASSERT_TRUE(seen.receipt);
  EXPECT_TRUE(seen.receipt->ours);
}

TEST_P(FaultTest, AConnectionLostBeforeCommitChangesNothing) {
  for (const char* step : {"begun", "locked", "updated", "audited"}) {
    const std::string key = fmt::format("INV-{}", step);
    const auto id = scene->ProposeApproved(key);
    auto receipt = scene->Apply(WithFault(step, [] { g_proxy->Cut(); }));
    ASSERT_FALSE(receipt) << step;
    g_fault = nullptr;
    EXPECT_EQ(scene->Look(key, id), (Effects{5500, 3, 0, 0, ""})) << step;
    EXPECT_EQ(scene->StateOf(id), ProposalState::kApproved) << step;
    scene->clock.Skew(120);
    auto again = scene->Apply();
    ASSERT_TRUE(again && *again) << step;
    EXPECT_EQ((*again)->status, ApplyStatus::kApplied) << step;
    EXPECT_EQ(scene->Look(key, id), kOnce) << step;
  }
}

TEST_P(FaultTest, ADatabaseThatIsAwayKeepsTheJob) {
  const auto id = scene->ProposeApproved("INV-1");
  proxy->Refuse(true);
  proxy->Cut();
  for (int i = 0; i < 3; ++i) {
    auto receipt = scene->Apply();
    EXPECT_FALSE(receipt);
    EXPECT_EQ(scene->StateOf(id), ProposalState::kApproved);
    scene->clock.Skew(120);
  }
  proxy->Refuse(false);
  auto receipt = scene->Apply();
  ASSERT_TRUE(receipt && *receipt);
  EXPECT_EQ(scene->Look("INV-1", id), kOnce);
  EXPECT_TRUE(scene->ledger->VerifyChain()->intact);
}

TEST_P(FaultTest, WithoutReceiptsALostAcknowledgementNeedsAPerson) {
  Start(true);
  if (IsSkipped()) return;
  const auto id = scene->ProposeApproved("INV-1");
  auto receipt = scene->Apply(WithFault("receipt_written", [] {
    g_proxy->SwallowAnswers();
    g_at = "never";
  }));
  ASSERT_TRUE(receipt && *receipt);
  EXPECT_EQ((*receipt)->status, ApplyStatus::kReconciliationRequired);
  EXPECT_EQ((*receipt)->safe_error_code, "MATCHES_PROPOSED");
  EXPECT_EQ(scene->Look("INV-1", id), (Effects{0, 4, 1, 0, "first 'late' fee"}));
}

INSTANTIATE_TEST_SUITE_P(Engines, FaultTest, ::testing::Values("postgres", "mariadb"),
                         [](const auto& engine) { return std::string(engine.param); });

}  // namespace
}  // namespace synapsor::writeback
