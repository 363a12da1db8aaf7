// Rounds over a ledger that answers as told: what is reported, kept, given back, and not claimed.
#include "runtime/writeback/runner.h"

#include <gtest/gtest.h>

#include "support.h"
#include "tests/unit/support/fake_ledger.h"

namespace synapsor::writeback {
namespace {

using ledger::ApplyStatus;

class RoundLedger : public test::FakeLedger {
 public:
  std::vector<ledger::ClaimedJob> jobs;  // given out at the next claim
  bool exchange_fails = false, stored = true;
  std::vector<ledger::JobReport> reported;
  std::vector<int> limits;
  struct Release {
    std::int64_t job;
    int delay;
    bool withdraw_intent;
  };
  std::vector<Release> released;
  int completed = 0;

  Result<ledger::JobExchange> ExchangeJobs(const std::vector<ledger::JobReport>& reports,
                                           const ledger::ClaimRequest& request) override {
    limits.push_back(request.limit);
    if (exchange_fails) return Fail(ErrorKind::kIo, "full");
    ledger::JobExchange exchange;
    for (const ledger::JobReport& report : reports) {
      reported.push_back(report);
      exchange.stored.push_back(stored);
    }
    while (!jobs.empty() && static_cast<int>(exchange.claimed.size()) < request.limit) {
      exchange.claimed.push_back(std::move(jobs.back()));
      jobs.pop_back();
    }
    return exchange;
  }
  Result<bool> CompleteJob(const ledger::Job&, ledger::Receipt) override { return ++completed, stored; }
  Result<bool> RecordIntent(const ledger::Job&) override { return true; }
  Result<bool> Heartbeat(const ledger::Job&, int) override { return true; }
  Status ReleaseJob(const ledger::Job& job, int delay, bool withdraw_intent) override {
    released.push_back({job.id, delay, withdraw_intent});
    return {};
  }
};

class RunnerTest : public ::testing::Test {
 protected:
  RunnerTest() {
    config = config::Defaults();
    config::Source source;
    source.name = "app";
    source.engine = "postgres";
    source.receipts = "table";
    config.sources["app"] = source;
    auto database = std::make_unique<OneDatabase>();
    connection = &database->connection;
    writers["app"] = std::move(database);
    options.runner = "r";
    options.stop = [this] { return stopped; };
  }
  void Give(int count) {
    for (int i = 0; i < count; ++i) {
      ledger::ClaimedJob claimed;
      claimed.view = ApprovedView();
      claimed.job = JobOf(claimed.view->proposal);
      claimed.job.id = i + 1;
      ledger.jobs.push_back(std::move(claimed));
    }
  }
  Runner Make() { return Runner(bundle, config, writers, ledger, clock, options); }

  bundle::Bundle bundle = SampleBundle();
  config::Config config;
  Writers writers;
  FakeConnection* connection = nullptr;
  RoundLedger ledger;
  StillClock clock;
  Options options;
  bool stopped = false;
};

TEST_F(RunnerTest, WhatARoundCarriedIsReportedWithTheNextClaim) {
  Give(1);
  Runner runner = Make();
  const Progress first = runner.Round();
  EXPECT_TRUE(first.any);
  EXPECT_TRUE(first.receipts.empty()) << "not durable yet";
  EXPECT_TRUE(ledger.reported.empty());
  const Progress second = runner.Round();
  ASSERT_EQ(second.receipts.size(), 1u);
  EXPECT_EQ(second.receipts[0].status, ApplyStatus::kApplied);
  ASSERT_EQ(ledger.reported.size(), 1u);
  EXPECT_FALSE(runner.Round().any) << "nothing is reported twice";
}

TEST_F(RunnerTest, AReportThatTheLedgerDidNotTakeIsKept) {
  Give(1);
  Runner runner = Make();
  (void)runner.Round();
  ledger.exchange_fails = true;
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(runner.Round().failure);
  ledger.exchange_fails = false;
  const Progress told = runner.Finish();
  EXPECT_FALSE(told.failure);
  EXPECT_EQ(told.receipts.size(), 1u);
  EXPECT_EQ(ledger.reported.size(), 1u);
  EXPECT_EQ(std::count(connection->asked.begin(), connection->asked.end(), "commit"), 1) << "and nothing done again";
}

TEST_F(RunnerTest, ALeaseThatWentToAnotherIsSaidAndNotCounted) {
  ledger.stored = false;
  Give(1);
  const Progress progress = Make().One();
  EXPECT_TRUE(progress.receipts.empty());
  ASSERT_EQ(progress.put_off.size(), 1u);
  EXPECT_NE(progress.put_off[0].message.find("wrp://7"), std::string::npos);
}

TEST_F(RunnerTest, ATamperedJobIsToldToTheOperatorAlone) {
  Give(1);
  ledger.jobs[0].job.tampered = "edited";
  Runner runner = Make();
  const Progress progress = runner.One();
  ASSERT_EQ(progress.receipts.size(), 1u);
  EXPECT_EQ(progress.receipts[0].safe_error_code, "LEDGER_TAMPERED");
  (void)runner.Finish();
  EXPECT_TRUE(ledger.reported.empty());
}

TEST_F(RunnerTest, OneThatIsStoppedClaimsNothingAndGivesBackAtOnce) {
  stopped = true;
  Give(1);
  Runner runner = Make();
  EXPECT_FALSE(runner.Round().any);
  EXPECT_TRUE(ledger.limits.empty());
  EXPECT_EQ(ledger.jobs.size(), 1u);
  stopped = false;
  options.stop = [this, asked = std::make_shared<int>(0)] { return (*asked)++ > 0; };  // after the claim
  Runner late = Make();
  const Progress progress = late.Round();
  EXPECT_TRUE(progress.put_off.empty()) << "there is nothing to say about it";
  ASSERT_EQ(ledger.released.size(), 1u);
  EXPECT_EQ(ledger.released[0].delay, 0);
  EXPECT_EQ(connection->Asked(), "");
}

TEST_F(RunnerTest, WhatIsPutOffGoesBackWithItsDelay) {
  Give(1);
  connection->fails_at = "lock";
  connection->failure.kind = db::FailureKind::kTimeout;
  const Progress progress = Make().One();
  ASSERT_EQ(progress.put_off.size(), 1u);
  ASSERT_EQ(ledger.released.size(), 1u);
  EXPECT_EQ(ledger.released[0].delay, 2);
  EXPECT_FALSE(ledger.released[0].withdraw_intent);
  config.sources["app"].receipts = "ledger";
  Give(1);
  (void)Make().One();
  ASSERT_EQ(ledger.released.size(), 2u);
  EXPECT_TRUE(ledger.released[1].withdraw_intent);
}

// A crash must leave one change in doubt, not a round of them.
TEST_F(RunnerTest, WithoutReceiptsInTheTargetEachIsReportedAtOnce) {
  config.sources["app"].receipts = "ledger";
  Give(1);
  Runner runner = Make();
  const Progress progress = runner.Round();
  EXPECT_EQ(progress.receipts.size(), 1u);
  EXPECT_EQ(ledger.completed, 1);
  (void)runner.Finish();
  EXPECT_TRUE(ledger.reported.empty());
}

TEST_F(RunnerTest, WithoutAWriterThereIsNothingToDo) {
  writers.clear();
  EXPECT_TRUE(Make().Round().failure);
}

}  // namespace
}  // namespace synapsor::writeback
