// One attempt, statement by statement, over a database that answers as told.
#include "runtime/writeback/attempt.h"

#include <gtest/gtest.h>

#include "support.h"

namespace synapsor::writeback {
namespace {

using db::FailureKind;

class AttemptTest : public ::testing::Test {
 protected:
  AttemptInput Input() {
    return {plan,
            proposal,
            job,
            "postgres",
            receipts_in_target,
            5000,
            2000,
            {1'790'000'000'000'000},
            [this] { return leased; },
            [this](const char* step) { steps += steps.empty() ? step : std::string(" ") + step; }};
  }
  AttemptResult Run() {
    connection.asked.clear();
    return Attempt(connection, Input());
  }
  // What an attempt says, in one text, and that it was not committed.
  std::string Stopped() {
    const AttemptResult result = Run();
    EXPECT_EQ(connection.Asked().find("commit"), std::string::npos) << connection.Asked();
    EXPECT_EQ(connection.asked.back(), "rollback") << connection.Asked();
    return Word(result);
  }
  static std::string Word(const AttemptResult& result) {
    constexpr const char* kNames[] = {"applied", "already_applied", "conflict",    "failed", "nothing_done",
                                      "unknown", "lease_lost",      "no_receipts", "foreign"};
    return std::string(kNames[static_cast<int>(result.kind)]) + " " + result.code;
  }

  FakeConnection connection;
  bundle::PatchPlan plan = SamplePlan();
  ledger::Proposal proposal = SampleProposal();
  ledger::Job job = JobOf(proposal);
  bool receipts_in_target = true, leased = true;
  std::string steps;
};

constexpr const char* kWhole = "begin find lock update lock audit insert commit";

TEST_F(AttemptTest, TheStraightPath) {
  const AttemptResult result = Run();
  EXPECT_EQ(Word(result), "applied ");
  EXPECT_EQ(connection.Asked(), kWhole);
  EXPECT_EQ(steps, "begun receipt_read locked compared updated verified audited receipt_written committed");
  EXPECT_EQ(result.rows, 1);
  EXPECT_FALSE(result.fenced);
  EXPECT_EQ(result.previous_version, Scalar::Int(3));
  EXPECT_EQ(result.new_version, Scalar::Int(4));
  EXPECT_EQ(connection.begun_as, (std::vector<int>{1, 5000, 2000}));
  EXPECT_EQ(connection.tenant, "acme");
  EXPECT_EQ(connection.lock_values, (std::vector{Scalar::Text("INV-1"), Scalar::Text("acme")}));
  EXPECT_EQ(connection.update_values, (std::vector{Scalar::Int(0), Scalar::Text("late"), Scalar::Text("INV-1"),
                                                   Scalar::Text("acme"), Scalar::Int(3)}));
  EXPECT_EQ(connection.find_values, std::vector{Scalar::Text("ledger:7")});
  const db::Row receipt = ReceiptRow("applied");
  EXPECT_EQ(connection.insert_values, (std::vector{Scalar::Text("ledger:7"), receipt[0], receipt[1],
                                                   Scalar::Text("acme"), receipt[2], receipt[3]}));
}

TEST_F(AttemptTest, WithoutReceiptsInTheTarget) {
  receipts_in_target = false;
  EXPECT_EQ(Word(Run()), "applied ");
  EXPECT_EQ(connection.Asked(), "begin lock update lock audit commit");
  connection.before.clear();
  EXPECT_EQ(Word(Run()), "conflict ROW_NOT_FOUND");
  connection.before = {FakeConnection::Invoice(3, 55, std::nullopt)};
  connection.updated = 0;
  EXPECT_EQ(Word(Run()), "conflict VERSION_CONFLICT");
  EXPECT_EQ(connection.Asked(), "begin lock update rollback");
}

TEST_F(AttemptTest, AReceiptThatStandsDecides) {
  const auto found = [&](db::Row row) {
    connection.receipts = {std::move(row)};
    const std::string word = Stopped();
    EXPECT_EQ(connection.Asked(), "begin find rollback");
    return word;
  };
  EXPECT_EQ(found(ReceiptRow("applied")), "already_applied ");
  EXPECT_EQ(found(ReceiptRow("conflict")), "conflict IDEMPOTENT_CONFLICT");
  EXPECT_EQ(found(ReceiptRow("failed")), "failed IDEMPOTENT_FAILED");
  EXPECT_TRUE(Run().fenced);
  db::Row other = ReceiptRow("applied");
  other[1] = Scalar::Text("wrp://8");
  EXPECT_EQ(found(other), "foreign RECEIPT_MISMATCH");
  other = ReceiptRow("applied");
  other[3] = Scalar::Text("sha256:forged");
  EXPECT_EQ(found(other), "foreign RECEIPT_MISMATCH");
  other = ReceiptRow("failed");  // a hash of another status
  other[2] = Scalar::Text("applied");
  EXPECT_EQ(found(other), "foreign RECEIPT_MISMATCH");
  EXPECT_EQ(found(ReceiptRow("done")), "foreign RECEIPT_MISMATCH");
  ledger::Proposal edited = proposal;
  edited.hash = "sha256:edited";
  EXPECT_EQ(found(ReceiptRow("applied", edited)), "foreign RECEIPT_MISMATCH");
}

// Nothing but the row as it was reviewed is changed.
TEST_F(AttemptTest, WhatDiffersFromTheReviewedRowEndsInConflict) {
  const auto conflict = [&](auto change) {
    FakeConnection fresh;
    connection = fresh;
    change(connection.before);
    const AttemptResult result = Run();
    EXPECT_EQ(connection.Asked(), "begin find lock insert commit");
    EXPECT_EQ(connection.insert_values[4], Scalar::Text("conflict"));
    return Word(result);
  };
  EXPECT_EQ(conflict([](auto& rows) { rows.clear(); }), "conflict ROW_NOT_FOUND");
  EXPECT_EQ(conflict([](auto& rows) { rows[0][2] = Scalar::Int(2); }), "conflict VERSION_CONFLICT");
  EXPECT_EQ(conflict([](auto& rows) { rows[0][2] = Scalar::Int(4); }), "conflict VERSION_CONFLICT");
  EXPECT_EQ(conflict([](auto& rows) { rows[0][2] = Scalar::Null(ScalarType::kInt64); }), "conflict VERSION_CONFLICT");
  EXPECT_EQ(conflict([](auto& rows) { rows[0][3] = Scalar::Int(56); }), "conflict BEFORE_IMAGE_CONFLICT");
  EXPECT_EQ(conflict([](auto& rows) { rows[0][4] = Scalar::Text(""); }), "conflict BEFORE_IMAGE_CONFLICT");
  EXPECT_EQ(conflict([](auto& rows) { rows[0][5] = Scalar::Text("closed"); }), "conflict BEFORE_IMAGE_CONFLICT");
  EXPECT_EQ(steps.find("compared"), std::string::npos);
}

TEST_F(AttemptTest, BeforeImagesCompareEachColumn) {
  plan.guard = {bundle::GuardKind::kBeforeImage, "", {"fee", "status"}, false};
  plan.update.params.pop_back();
  proposal.before_image = {{"fee", Scalar::Int(55)}, {"row_version", Scalar::Int(3)}};
  connection.after[0][2] = Scalar::Int(3);
  EXPECT_EQ(Word(Run()), "applied ") << "no version has to move";
  connection.before[0][2] = Scalar::Int(9);
  EXPECT_EQ(Word(Run()), "conflict BEFORE_IMAGE_CONFLICT");
}

TEST_F(AttemptTest, SeveralRowsAreNeverChanged) {
  connection.before.push_back(connection.before[0]);
  EXPECT_EQ(Stopped(), "failed MULTI_ROW_WRITE_BLOCKED");
  EXPECT_EQ(connection.Asked(), "begin find lock rollback");
  connection.before.pop_back();
  connection.updated = 2;
  EXPECT_EQ(Stopped(), "failed MULTI_ROW_WRITE_BLOCKED");
  connection.updated = 1;
  connection.after.push_back(connection.after[0]);
  EXPECT_EQ(Stopped(), "failed MULTI_ROW_WRITE_BLOCKED");
}

// Triggers and rules of an update that met no row may have changed something else.
TEST_F(AttemptTest, AnUpdateThatMeetsNoRowIsRolledBackBeforeItsReceipt) {
  connection.updated = 0;
  const AttemptResult result = Run();
  EXPECT_EQ(Word(result), "conflict VERSION_CONFLICT");
  EXPECT_FALSE(result.log_message.empty());
  EXPECT_EQ(connection.Asked(), "begin find lock update rollback begin find insert commit");
  EXPECT_EQ(connection.insert_values[4], Scalar::Text("conflict"));
}

TEST_F(AttemptTest, TheRowMustBeAsProposedAfterwards) {
  const auto after = [&](auto change) {
    FakeConnection fresh;
    connection = fresh;
    change(connection.after);
    return Stopped();
  };
  EXPECT_EQ(after([](auto& rows) { rows.clear(); }), "failed AFTER_IMAGE_DIFFERS");
  EXPECT_EQ(after([](auto& rows) { rows[0][2] = Scalar::Int(3); }), "failed VERSION_DID_NOT_ADVANCE");
  EXPECT_EQ(after([](auto& rows) { rows[0][2] = Scalar::Int(2); }), "failed VERSION_DID_NOT_ADVANCE");
  EXPECT_EQ(after([](auto& rows) { rows[0][2] = Scalar::Null(ScalarType::kInt64); }), "failed VERSION_DID_NOT_ADVANCE");
  EXPECT_EQ(after([](auto& rows) { rows[0][3] = Scalar::Int(1); }), "failed AFTER_IMAGE_DIFFERS");
  EXPECT_EQ(after([](auto& rows) { rows[0][4] = Scalar::Text("late "); }), "failed AFTER_IMAGE_DIFFERS");
  EXPECT_EQ(after([](auto& rows) { rows[0][4] = Scalar::Null(ScalarType::kText); }), "failed AFTER_IMAGE_DIFFERS");
  connection = FakeConnection();
  connection.before[0][2] = connection.after[0][2] = Scalar::Int(9);
  proposal.guard_value = Scalar::Int(9);
  connection.after[0][2] = Scalar::Int(10);
  EXPECT_EQ(Word(Run()), "applied ") << "as numbers, not as texts";
}

TEST_F(AttemptTest, AColumnsOwnSpellingIsTheSameValue) {
  plan.set[1].database_type = "character(6)";
  connection.after[0][4] = Scalar::Text("late  ");
  EXPECT_EQ(Word(Run()), "applied ");
}

TEST_F(AttemptTest, ATimestampMayMoveEitherWay) {
  plan.guard.kind = bundle::GuardKind::kTimestamp;
  connection.after[0][2] = Scalar::Int(2);
  EXPECT_EQ(Word(Run()), "applied ");
  connection.after[0][2] = Scalar::Int(3);
  EXPECT_EQ(Stopped(), "failed VERSION_DID_NOT_ADVANCE");
  connection.after[0][2] = Scalar::Null(ScalarType::kInt64);
  EXPECT_EQ(Stopped(), "failed VERSION_DID_NOT_ADVANCE");
}

TEST_F(AttemptTest, APlanThatDoesNotReadWhatItComparesIsRefused) {
  for (const std::size_t place : {2, 3, 4, 5}) {
    plan = SamplePlan();
    plan.lock.columns[place].name = "else";
    EXPECT_EQ(Stopped(), "failed PLAN_INCOMPLETE") << place;
    EXPECT_EQ(connection.Asked(), "begin find lock rollback");
  }
  plan = SamplePlan();
  plan.lock.params[0].value.name = "set:unknown";
  EXPECT_EQ(Stopped(), "failed PLAN_INCOMPLETE");
  EXPECT_EQ(connection.Asked(), "begin find rollback");
  plan = SamplePlan();
  plan.update.params[0].value.name = "set:unknown";
  EXPECT_EQ(Stopped(), "failed PLAN_INCOMPLETE");
  EXPECT_EQ(connection.Asked(), "begin find lock rollback");
  plan = SamplePlan();
  plan.audit->insert->params = {PartParam("set:unknown", ScalarType::kText)};
  EXPECT_EQ(Stopped(), "failed PLAN_INCOMPLETE");
}

struct Meaning {
  FailureKind kind;
  const char* word;
};
constexpr Meaning kMeanings[] = {
    {FailureKind::kUnavailable, "nothing_done DATABASE_UNAVAILABLE"},
    {FailureKind::kTimeout, "nothing_done TIMEOUT"},
    {FailureKind::kConflict, "nothing_done SERIALIZATION"},
    {FailureKind::kConstraint, "failed CONSTRAINT_VIOLATION"},
    {FailureKind::kPermission, "failed PERMISSION_DENIED"},
    {FailureKind::kSchema, "failed SCHEMA_CHANGED"},
    {FailureKind::kOther, "failed DATABASE_ERROR"},
};

TEST_F(AttemptTest, AFailedStatementChangesNothingAndHasItsMeaning) {
  for (const char* at : {"find", "lock 1", "update", "lock 2", "audit", "insert"}) {
    for (const Meaning& meaning : kMeanings) {
      connection.fails_at = at;
      connection.failure.kind = meaning.kind;
      const bool receipts = std::string_view(at) == "find" || std::string_view(at) == "insert";
      const bool missing = receipts && meaning.kind == FailureKind::kSchema;
      EXPECT_EQ(Stopped(), missing ? "no_receipts SCHEMA_CHANGED" : meaning.word) << at;
      EXPECT_NE(Run().log_message.find("words"), std::string::npos);
    }
  }
}

TEST_F(AttemptTest, AServerThatTakesNoWritesIsTriedAgain) {
  for (const char* code : {"25006", "1290", "1836"}) {
    connection.failure = {FailureKind::kPermission, "read-only", code};
    connection.fails_at = "lock";
    EXPECT_EQ(Stopped(), "nothing_done DATABASE_READ_ONLY");
  }
}

TEST_F(AttemptTest, ABeginThatFailsDoesNothing) {
  connection.fails_at = "begin";
  connection.failure.kind = FailureKind::kUnavailable;
  EXPECT_EQ(Word(Run()), "nothing_done DATABASE_UNAVAILABLE");
  EXPECT_EQ(connection.Asked(), "begin");
  EXPECT_EQ(Word(Fence(connection, Input(), AttemptKind::kFailed, "X")), "nothing_done DATABASE_UNAVAILABLE");
}

TEST_F(AttemptTest, ACommitThatFailsIsRolledBackUnlessItsOutcomeIsUnknown) {
  connection.fails_at = "commit";
  for (const Meaning& meaning : kMeanings) {
    connection.failure.kind = meaning.kind;
    EXPECT_EQ(Word(Run()), meaning.word);
    EXPECT_EQ(connection.asked.back(), "rollback");
  }
  connection.failure.kind = FailureKind::kOutcomeUnknown;
  const AttemptResult unknown = Run();
  EXPECT_EQ(Word(unknown), "unknown OUTCOME_UNKNOWN");
  EXPECT_EQ(connection.Asked(), kWhole);
  EXPECT_EQ(unknown.previous_version, Scalar::Int(3)) << "for whoever finds out";
  EXPECT_EQ(unknown.new_version, Scalar::Int(4));
}

TEST_F(AttemptTest, AReceiptThatAnotherCommittedDecides) {
  const auto taken = [&](std::vector<db::Row> rows) {
    connection = FakeConnection();
    connection.inserted = 0;
    connection.receipts_now = [&, rows] {
      const bool second = std::count(connection.asked.begin(), connection.asked.end(), "find") == 2;
      return second ? rows : std::vector<db::Row>();
    };
    const std::string word = Word(Run());
    EXPECT_EQ(connection.Asked(), "begin find lock update lock audit insert rollback find");
    return word;
  };
  EXPECT_EQ(taken({ReceiptRow("applied")}), "already_applied ");
  EXPECT_EQ(taken({ReceiptRow("failed")}), "failed IDEMPOTENT_FAILED");
  EXPECT_EQ(taken({ReceiptRow("conflict")}), "conflict IDEMPOTENT_CONFLICT");
  EXPECT_EQ(taken({}), "nothing_done RECEIPT_TAKEN");
}

TEST_F(AttemptTest, ALeaseThatIsGoneBeforeCommitStopsIt) {
  leased = false;
  EXPECT_EQ(Stopped(), "lease_lost LEASE_LOST");
  connection.before.clear();
  EXPECT_EQ(Stopped(), "lease_lost LEASE_LOST") << "a conflict is not committed either";
  connection.asked.clear();
  EXPECT_EQ(Word(Fence(connection, Input(), AttemptKind::kFailed, "X")), "lease_lost LEASE_LOST");
  EXPECT_EQ(connection.Asked(), "begin find insert rollback");
}

TEST_F(AttemptTest, AFenceIsAReceiptAlone) {
  AttemptResult fence = Fence(connection, Input(), AttemptKind::kFailed, "SCHEMA_DRIFT");
  EXPECT_EQ(Word(fence), "failed SCHEMA_DRIFT");
  EXPECT_TRUE(fence.fenced);
  EXPECT_EQ(connection.Asked(), "begin find insert commit");
  EXPECT_EQ(connection.insert_values[4], Scalar::Text("failed"));
  connection = FakeConnection();
  connection.receipts = {ReceiptRow("applied")};
  EXPECT_EQ(Word(Fence(connection, Input(), AttemptKind::kFailed, "SCHEMA_DRIFT")), "already_applied ");
  EXPECT_EQ(connection.Asked(), "begin find rollback");
  connection = FakeConnection();
  connection.fails_at = "insert";
  connection.failure.kind = FailureKind::kPermission;
  fence = Fence(connection, Input(), AttemptKind::kFailed, "SCHEMA_DRIFT");
  EXPECT_EQ(Word(fence), "failed PERMISSION_DENIED");
  EXPECT_FALSE(fence.fenced) << "nothing keeps another attempt out";
}

}  // namespace
}  // namespace synapsor::writeback
