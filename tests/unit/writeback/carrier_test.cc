// One job from its claim to its ending, over a ledger and a database that answer as told: what is tried again, what is put off,
// what is final, and what nobody can know.
#include "runtime/writeback/carrier.h"

#include <gtest/gtest.h>

#include "runtime/writeback/source_watch.h"
#include "support.h"
#include "tests/unit/support/fake_ledger.h"

namespace synapsor::writeback {
namespace {

using db::FailureKind;
using ledger::ApplyStatus;

class FakeDatabase : public db::Database {
 public:
  FakeConnection connection;
  int away_from = -1;  // the first Acquire that fails, from 0; -1: none
  int acquired = 0;
  std::string engine_name = "postgres";

  db::DbResult<db::Lease> Acquire(int) override {
    if (away_from >= 0 && acquired++ >= away_from) {
      return tl::unexpected(db::Failure{FailureKind::kUnavailable, "away", "08001"});
    }
    return db::Lease(&connection, [](db::Connection*) {});
  }
  void SetGate(db::Gate) override {}
  const std::string& engine() const override { return engine_name; }
};

class JobLedger : public test::FakeLedger {
 public:
  Result<bool> held = true, intent = true;
  bool disabled = false, intact = true;
  int heartbeats = 0, intents = 0;

  Result<bool> Heartbeat(const ledger::Job&, int) override { return ++heartbeats, held; }
  Result<bool> RecordIntent(const ledger::Job&) override { return ++intents, intent; }
  Result<bool> IsSourceDisabled(const std::string&) override { return disabled; }
  Result<ledger::ChainReport> VerifyProposal(ledger::ProposalId) override {
    ledger::ChainReport report;
    report.intact = intact;
    return report;
  }
};

class CarrierTest : public ::testing::Test {
 protected:
  CarrierTest() {
    config = config::Defaults();
    config::Source source;
    source.name = "app";
    source.engine = "postgres";
    source.receipts = "table";
    config.sources["app"] = source;
    auto database = std::make_unique<FakeDatabase>();
    db = database.get();
    writers["app"] = std::move(database);
    claimed.view = ApprovedView();
    claimed.job = JobOf(claimed.view->proposal);
    options.runner = "r";
    options.settle_seconds = 1;
    options.log = [this](const std::string& line) { log += line + "\n"; };
  }

  FakeConnection& connection() { return db->connection; }
  void KeepReceiptsInLedger() { config.sources["app"].receipts = "ledger"; }
  void FailAt(const char* place, FailureKind kind) {
    connection().fails_at = place;
    connection().failure.kind = kind;
  }

  // "applied ", "failed CODE", "put off", "lease lost", "error"
  std::string Run(std::chrono::seconds lease_age = {}) {
    connection().asked.clear();
    db->acquired = 0;
    SourceWatch watch;
    const CarrierParts parts{bundle, config, writers, ledger, clock, options, watch};
    Ending ending = Carry(parts, claimed, std::chrono::steady_clock::now() - lease_age);
    if (!ending) return "error";
    if (const auto* put_off = std::get_if<PutOff>(&*ending)) {
      last_put_off = *put_off;
      return "put off";
    }
    if (std::holds_alternative<LeaseLost>(*ending)) return "lease lost";
    receipt = std::get<ledger::Receipt>(*ending);
    EXPECT_EQ(receipt.hash, ledger::HashReceipt(receipt));
    EXPECT_EQ(receipt.rows_affected, receipt.status == ApplyStatus::kApplied ? 1 : 0);
    return std::string(ledger::ApplyStatusName(receipt.status)) + " " + receipt.safe_error_code;
  }
  std::string Asked() { return connection().Asked(); }
  auto Times(const char* what) { return std::count(connection().asked.begin(), connection().asked.end(), what); }

  bundle::Bundle bundle = SampleBundle();
  config::Config config;
  Writers writers;
  FakeDatabase* db = nullptr;
  JobLedger ledger;
  StillClock clock;
  Options options;
  ledger::ClaimedJob claimed;
  ledger::Receipt receipt;
  PutOff last_put_off;
  std::string log;
};

constexpr std::chrono::seconds kOld{3600};

TEST_F(CarrierTest, TheStraightPath) {
  EXPECT_EQ(Run(), "applied ");
  EXPECT_EQ(receipt.previous_version, Scalar::Int(3));
  EXPECT_EQ(receipt.new_version, Scalar::Int(4));
  EXPECT_EQ(receipt.runner, "r");
  EXPECT_EQ(ledger.heartbeats, 0) << "the lease is fresh";
  EXPECT_EQ(ledger.intents, 0);
}

TEST_F(CarrierTest, NothingIsBegunWithoutALease) {
  ledger.held = false;
  EXPECT_EQ(Run(kOld), "lease lost");
  ledger.held = Fail(ErrorKind::kUnavailable, "away");
  EXPECT_EQ(Run(kOld), "lease lost") << "what cannot be asked is not assumed";
  EXPECT_EQ(Asked(), "");
  ledger.held = true;
  ledger.heartbeats = 0;
  EXPECT_EQ(Run(kOld), "applied ");
  EXPECT_EQ(ledger.heartbeats, 1) << "extended once, and fresh again";
}

TEST_F(CarrierTest, ALeaseThatIsLostInTheMiddleIsNoticedBeforeCommit) {
  options.lease_seconds = 0;
  int checks = 0;
  static int* count = nullptr;
  static JobLedger* held_by = nullptr;
  count = &checks;
  held_by = &ledger;
  options.on_step = [](const char* step) {
    if (std::string_view(step) == "updated") held_by->held = false;
    ++*count;
  };
  EXPECT_EQ(Run(), "lease lost");
  EXPECT_EQ(Times("commit"), 0);
  EXPECT_EQ(connection().asked.back(), "rollback");
}

TEST_F(CarrierTest, SourcesThatMayNotBeTouchedAreNot) {
  ledger.disabled = true;
  EXPECT_EQ(Run(), "put off");
  ledger.disabled = false;
  options.check_schema = [](const bundle::Source&) -> Result<std::string> { return "a column is gone"; };
  EXPECT_EQ(Run(), "failed SCHEMA_DRIFT");
  options.check_schema = [](const bundle::Source&) -> Result<std::string> { return Fail(ErrorKind::kIo, "away"); };
  EXPECT_EQ(Run(), "put off");
  options.check_schema = nullptr;
  auto taken = std::move(writers["app"]);
  writers.clear();
  EXPECT_EQ(Run(), "put off");
  writers["app"] = std::move(taken);
  EXPECT_EQ(Asked(), "");
}

TEST_F(CarrierTest, ATamperedJobIsLeftAlone) {
  claimed.job.tampered = "proposal 7 was edited";
  EXPECT_EQ(Run(), "failed LEDGER_TAMPERED");
  EXPECT_EQ(Asked(), "");
}

TEST_F(CarrierTest, WhatIsRefusedIsFinalWhereNothingCanHaveHappened) {
  bundle.digest = "sha256:other";
  EXPECT_EQ(Run(), "failed LOCAL_AUTHORITY_REJECTED");
  EXPECT_EQ(Asked(), "");
}

// An earlier runner may be at it still: a receipt keeps it out, or says that it came first.
TEST_F(CarrierTest, WhatIsRefusedAfterAnUncertainLeaseIsFenced) {
  bundle.digest = "sha256:other";
  claimed.job.uncertain = true;
  EXPECT_EQ(Run(), "failed LOCAL_AUTHORITY_REJECTED");
  EXPECT_EQ(Asked(), "begin find insert commit");
  connection().receipts = {ReceiptRow("applied")};
  EXPECT_EQ(Run(), "already_applied ");
  connection().receipts.clear();
  FailAt("insert", FailureKind::kPermission);
  EXPECT_EQ(Run(), "reconciliation_required PERMISSION_DENIED");
  connection().fails_at.clear();
  ledger.intact = false;
  EXPECT_EQ(Run(), "reconciliation_required LOCAL_AUTHORITY_REJECTED") << "its key cannot be trusted";
  EXPECT_EQ(Asked(), "");
  ledger.intact = true;
  bundle.capabilities[0].patch.reset();
  EXPECT_EQ(Run(), "reconciliation_required LOCAL_AUTHORITY_REJECTED") << "there is no plan to look by";
}

TEST_F(CarrierTest, AFailureAfterAnUncertainLeaseIsFenced) {
  FailAt("update", FailureKind::kConstraint);
  EXPECT_EQ(Run(), "failed CONSTRAINT_VIOLATION");
  EXPECT_EQ(Times("insert"), 0);
  claimed.job.uncertain = true;
  EXPECT_EQ(Run(), "failed CONSTRAINT_VIOLATION");
  EXPECT_EQ(Asked(), "begin find lock update rollback begin find insert commit");
  FailAt("insert", FailureKind::kConstraint);
  EXPECT_EQ(Run(), "reconciliation_required CONSTRAINT_VIOLATION") << "nothing keeps the other out";
  connection().receipts = {ReceiptRow("failed")};
  EXPECT_EQ(Run(), "failed IDEMPOTENT_FAILED");
  EXPECT_EQ(Asked(), "begin find rollback");
}

TEST_F(CarrierTest, SerializationFailuresAreTriedAgainAtOnce) {
  FailAt("update", FailureKind::kConflict);
  EXPECT_EQ(Run(), "put off");
  EXPECT_EQ(Times("begin"), 4);
  EXPECT_FALSE(last_put_off.withdraw_intent);
  connection().fails_at = "update 1";
  EXPECT_EQ(Run(), "applied ");
  FailAt("update", FailureKind::kTimeout);
  EXPECT_EQ(Run(), "put off");
  EXPECT_EQ(Times("begin"), 1) << "a lock is waited for later";
}

TEST_F(CarrierTest, WaitsGrowAndEnd) {
  FailAt("lock", FailureKind::kTimeout);
  for (const auto& [attempt, delay] : {std::pair(1, 2), {3, 8}, {6, 60}, {50, 60}}) {
    claimed.job.attempt = attempt;
    EXPECT_EQ(Run(), "put off");
    EXPECT_EQ(last_put_off.delay_seconds, delay) << attempt;
  }
  claimed.job.attempt = 99;
  EXPECT_EQ(Run(), "put off");
  claimed.job.attempt = 100;
  EXPECT_EQ(Run(), "failed ATTEMPTS_EXHAUSTED");
  claimed.job.uncertain = true;
  EXPECT_EQ(Run(), "reconciliation_required ATTEMPTS_EXHAUSTED");
}

TEST_F(CarrierTest, ALostAnswerIsInquiredAbout) {
  FailAt("commit 1", FailureKind::kOutcomeUnknown);
  connection().receipts_now = [this] {
    return Times("commit") == 0 ? FakeConnection::Rows() : FakeConnection::Rows{ReceiptRow("applied")};
  };
  EXPECT_EQ(Run(), "applied ") << "ours: nobody else had the lease";
  EXPECT_EQ(receipt.previous_version, Scalar::Int(3));
  EXPECT_EQ(receipt.new_version, Scalar::Int(4));
  connection().receipts_now = nullptr;
  EXPECT_EQ(Run(), "applied ") << "it was not committed, and is now";
  EXPECT_EQ(Times("commit"), 2);
}

TEST_F(CarrierTest, ADatabaseThatStaysAwayLeavesTheOutcomeUnknown) {
  FailAt("commit 1", FailureKind::kOutcomeUnknown);
  db->away_from = 1;
  EXPECT_EQ(Run(), "reconciliation_required OUTCOME_UNKNOWN");
  FailAt("commit", FailureKind::kOutcomeUnknown);
  db->away_from = -1;
  EXPECT_EQ(Run(), "reconciliation_required OUTCOME_UNKNOWN");
  EXPECT_GT(Times("commit"), 2);
}

TEST_F(CarrierTest, AForeignReceiptNeedsAPerson) {
  db::Row row = ReceiptRow("applied");
  row[3] = Scalar::Text("sha256:forged");
  connection().receipts = {row};
  EXPECT_EQ(Run(), "reconciliation_required RECEIPT_MISMATCH");
}

TEST_F(CarrierTest, AMissingReceiptsTableIsMadeOnSqliteOnly) {
  FailAt("find 1", FailureKind::kSchema);
  EXPECT_EQ(Run(), "put off");
  EXPECT_NE(last_put_off.why.hint.find("CREATE TABLE"), std::string::npos);
  EXPECT_EQ(Times("create"), 0);
  db->engine_name = "sqlite";
  EXPECT_EQ(Run(), "applied ");
  EXPECT_EQ(Times("create"), 1);
}

// ---- without receipts in the target ----

TEST_F(CarrierTest, TheIntentComesBeforeTheChange) {
  KeepReceiptsInLedger();
  EXPECT_EQ(Run(), "applied ");
  EXPECT_EQ(ledger.intents, 1);
  EXPECT_EQ(Times("find") + Times("insert"), 0);
  ledger.intent = false;
  EXPECT_EQ(Run(), "lease lost");
  EXPECT_EQ(Asked(), "");
  ledger.intent = Fail(ErrorKind::kUnavailable, "away");
  EXPECT_EQ(Run(), "error");
  EXPECT_EQ(Asked(), "");
}

TEST_F(CarrierTest, AnIntentOfWhichNothingCameIsWithdrawn) {
  KeepReceiptsInLedger();
  FailAt("lock", FailureKind::kTimeout);
  EXPECT_EQ(Run(), "put off");
  EXPECT_TRUE(last_put_off.withdraw_intent);
  db->away_from = 0;
  EXPECT_EQ(Run(), "put off");
  EXPECT_TRUE(last_put_off.withdraw_intent);
  // One that was stated before this lease is not ours to withdraw.
  claimed.intended = true;
  ledger.disabled = true;
  EXPECT_EQ(Run(), "put off");
  EXPECT_FALSE(last_put_off.withdraw_intent);
}

TEST_F(CarrierTest, AnIntentThatStandsIsLookedIntoAndNeverTriedAgain) {
  KeepReceiptsInLedger();
  claimed.intended = true;
  EXPECT_EQ(Run(), "reconciliation_required MATCHES_REVIEWED_BEFORE");
  EXPECT_EQ(Asked(), "begin lock rollback");
  connection().before = connection().after;
  EXPECT_EQ(Run(), "reconciliation_required MATCHES_PROPOSED");
  db->away_from = 0;
  EXPECT_EQ(Run(), "reconciliation_required NOT_OBSERVED");
}

TEST_F(CarrierTest, WithoutReceiptsWhatIsNotKnownStaysSo) {
  KeepReceiptsInLedger();
  FailAt("commit", FailureKind::kOutcomeUnknown);
  EXPECT_EQ(Run(), "reconciliation_required MATCHES_REVIEWED_BEFORE");
  EXPECT_EQ(Times("update"), 1);
  FailAt("update", FailureKind::kConstraint);
  EXPECT_EQ(Run(), "failed CONSTRAINT_VIOLATION");
  claimed.job.uncertain = true;
  EXPECT_EQ(Run(), "reconciliation_required CONSTRAINT_VIOLATION");
  bundle.digest = "sha256:other";
  EXPECT_EQ(Run(), "reconciliation_required LOCAL_AUTHORITY_REJECTED");
}

}  // namespace
}  // namespace synapsor::writeback
