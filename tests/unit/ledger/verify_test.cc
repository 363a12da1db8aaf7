// Every way of changing the file behind the ledger's back that these tests can think of, and what the two checks say.
#include "runtime/ledger/transaction.h"
#include "support.h"

namespace synapsor::ledger {
namespace {

struct Tampering {
  const char* what;
  const char* sql;
  bool seen_by_proposal_check;  // proposal 1 is concerned
};

const Tampering kTamperings[] = {
    {"an event payload",
     "UPDATE events SET payload = replace(payload, 'approved', 'rejected') WHERE kind = 'proposal.approved'", true},
    {"an event's actor", "UPDATE events SET actor = 'other' WHERE sequence = 2", true},
    {"an event's time", "UPDATE events SET at = at + 1 WHERE sequence = 2", true},
    {"an event's kind", "UPDATE events SET kind = 'call.refused' WHERE sequence = 2", true},
    {"an event's subject", "UPDATE events SET subject = 'agent-run://9' WHERE sequence = 2", true},
    {"an event's tenant", "UPDATE events SET tenant = 'globex' WHERE sequence = 2", true},
    {"an event's hash", "UPDATE events SET hash = 'x' WHERE sequence = 2", true},
    {"an event deleted", "DELETE FROM events WHERE sequence = 2", true},
    {"the last event deleted", "DELETE FROM events WHERE sequence = (SELECT max(sequence) FROM events)", false},
    {"two events exchanged",
     "UPDATE events SET sequence = -1 WHERE sequence = 2; UPDATE events SET sequence = 2 WHERE sequence = 3;"
     "UPDATE events SET sequence = 3 WHERE sequence = -1",
     true},
    {"an event hidden from its subject", "UPDATE events SET ref = 'wrp://99' WHERE kind = 'proposal.approved'", true},
    {"a proposal's document", "UPDATE proposals SET document = replace(document, '5500', '5501') WHERE id = 1", true},
    {"a proposal's tenant column", "UPDATE proposals SET tenant = 'globex' WHERE id = 1", true},
    {"a proposal's state", "UPDATE proposals SET state = 'pending_review' WHERE id = 1", true},
    {"a proposal deleted", "DELETE FROM proposals WHERE id = 1", true},
    {"a decision's subject", "UPDATE decisions SET document = replace(document, 'lead-1', 'lead-9')", true},
    {"a decision deleted", "DELETE FROM decisions WHERE proposal = 1", true},
    {"a decision added", "INSERT INTO decisions SELECT 99, 1, integrity, document FROM decisions WHERE id = 1", true},
    {"a job's key", "UPDATE jobs SET idempotency_key = 'fresh' WHERE proposal = 1", true},
    {"a job's attempt", "UPDATE jobs SET attempt = 0, state = 'ready' WHERE proposal = 2", false},
    {"a finished job made ready", "UPDATE jobs SET state = 'ready', due_at = 0 WHERE proposal = 2", false},
    {"a job deleted", "DELETE FROM jobs WHERE proposal = 1", true},
    {"a receipt", "UPDATE receipts SET document = replace(document, 'applied', 'failed')", false},
    {"a receipt deleted", "DELETE FROM receipts", false},
    {"evidence", "UPDATE evidence SET document = replace(document, '5500', '1') WHERE id = 1", true},
    {"the evidence of a proposal deleted", "DELETE FROM evidence WHERE id = 1", true},
    {"evidence deleted", "DELETE FROM evidence WHERE id = 2", false},
    {"a run", "UPDATE runs SET document = replace(document, 'agent-7', 'agent-8') WHERE id = 1", false},
    {"a run's step key", "UPDATE runs SET step_key = 'x' WHERE id = 1", false},
    {"a run inserted",
     "INSERT INTO runs (id, parent, step_key, event, document) SELECT 50, parent, step_key, event, document FROM runs WHERE id = 1",
     false},
    {"a source enabled", "UPDATE sources SET disabled = 0", false},
    {"the salt", "UPDATE head SET salt = 'x'", false},
    {"the counter", "UPDATE head SET sequence = sequence - 1", false},
};

class TamperTest : public LedgerTest {
 protected:
  void SetUp() override {
    LedgerTest::SetUp();
    if (!IsSkipped()) Fill();
  }

  // Brings the ledger back to what Fill left.
  void Restore(const std::string& clean) {
    if (IsPostgres()) return TamperTest::SetUp();
    ledger.reset();
    std::filesystem::remove(file + "-wal");
    std::filesystem::remove(file + "-shm");
    std::filesystem::copy_file(clean, file, std::filesystem::copy_options::overwrite_existing);
    Reopen();
  }

  void Fill() {
    ASSERT_EQ(Propose("INV-1"), 1);
    ASSERT_EQ(Propose("INV-2"), 2);
    ASSERT_TRUE(Decide(2, "lead-1").accepted);
    auto job = ledger->ClaimJob("runner", 60, {});
    ASSERT_TRUE(job && *job);
    Receipt receipt;
    receipt.status = ApplyStatus::kApplied;
    ASSERT_TRUE(*ledger->CompleteJob(**job, receipt));
    ASSERT_TRUE(Decide(1, "lead-1").accepted);
    ASSERT_TRUE(ledger->SetSourceDisabled("other", true, "operator"));
  }
};

TEST(Digest, NoTwoRowsRunTogether) {
  EXPECT_NE(RowDigest({"9abcdefghi0"}), RowDigest({"1", "abcdefghi", ""}));
  EXPECT_NE(RowDigest({"a", ""}), RowDigest({"", "a"}));
  EXPECT_NE(RowDigest({"ab"}), RowDigest({"a", "b"}));
}

TEST_P(TamperTest, UntouchedIsIntact) {
  const ChainReport report = Verify();
  EXPECT_TRUE(report.intact) << report.problem;
  EXPECT_TRUE(Verify(report.head).intact);
  EXPECT_FALSE(Verify("0123").intact);
  for (const ProposalId id : {1, 2}) {
    auto one = ledger->VerifyProposal(id);
    ASSERT_TRUE(one);
    EXPECT_TRUE(one->intact) << one->problem;
  }
  EXPECT_FALSE(ledger->VerifyProposal(3)->intact);
}

// An event that was edited together with its own hash no longer is what the next one builds on.
TEST_P(TamperTest, AnEventWithAHashOfItsOwnBreaksTheNext) {
  const auto events = ledger->EventsOf("wrp://2");
  ASSERT_TRUE(events && events->size() > 3);
  const Event before = events->at(1);
  Event edited = events->at(2);
  ASSERT_EQ(edited.sequence, before.sequence + 1);
  EXPECT_EQ(HashEvent(before.hash, edited), edited.hash);
  edited.actor = "somebody else";
  Tamper("UPDATE events SET actor = '" + edited.actor + "', hash = '" + HashEvent(before.hash, edited) +
         "' WHERE sequence = " + std::to_string(edited.sequence));
  const ChainReport report = Verify();
  EXPECT_FALSE(report.intact);
  EXPECT_EQ(report.first_bad_sequence, edited.sequence + 1);
}

TEST_P(TamperTest, EveryChangeIsFound) {
  const std::string clean = folder.File("clean.db");
  if (!IsPostgres()) Tamper("VACUUM INTO '" + clean + "'; UPDATE head SET id = 1");
  for (const Tampering& tampering : kTamperings) {
    Restore(clean);
    ASSERT_TRUE(Verify().intact);
    Tamper(tampering.sql);
    const ChainReport report = Verify();
    EXPECT_FALSE(report.intact) << tampering.what;
    EXPECT_FALSE(report.problem.empty());
    auto one = ledger->VerifyProposal(1);
    ASSERT_TRUE(one);
    EXPECT_EQ(!one->intact, tampering.seen_by_proposal_check) << tampering.what << ": " << one->problem;
  }
}

// A claim would state the rows anew, and what was edited would pass as true after it.
TEST_P(TamperTest, WhatWasEditedIsNotClaimed) {
  const char* const edits[] = {
      "UPDATE proposals SET state = 'applied' WHERE id = 1",
      "UPDATE proposals SET document = replace(document, '5500', '5501') WHERE id = 1",
      "UPDATE jobs SET attempt = 7 WHERE proposal = 1",
      "UPDATE evidence SET document = replace(document, '5500', '1') WHERE id = 1",
      "DELETE FROM decisions WHERE proposal = 1",
  };
  const std::string clean = folder.File("clean.db");
  if (!IsPostgres()) Tamper("VACUUM INTO '" + clean + "'; UPDATE head SET id = 1");
  for (const char* edit : edits) {
    SCOPED_TRACE(edit);
    Restore(clean);
    Tamper(edit);
    auto job = ledger->ClaimJob("runner", 60, {});
    ASSERT_TRUE(job && *job);
    EXPECT_EQ((*job)->proposal, 1);
    EXPECT_FALSE((*job)->tampered.empty());
    EXPECT_EQ((*job)->lease, "");
    EXPECT_FALSE(*ledger->CompleteJob(**job, {})) << "there is no lease to report under";
    EXPECT_FALSE(*ledger->RecordIntent(**job));
    const auto events = ledger->EventsOf("wrp://1");
    EXPECT_EQ(events->back().kind, "job.set_aside");
    EXPECT_FALSE(Verify().intact) << "it is found as before";
    EXPECT_FALSE(ledger->VerifyProposal(1)->intact);
    auto next = ledger->ClaimJob("runner", 60, {});
    ASSERT_TRUE(next);
    EXPECT_FALSE(*next) << "and does not stand in the way of others";
  }
}

TEST_P(TamperTest, ARowThatWasPutRightIsClaimedAgain) {
  Tamper("UPDATE proposals SET state = 'pending_review' WHERE id = 1");
  ASSERT_FALSE((**ledger->ClaimJob("runner", 60, {})).tampered.empty());
  Tamper("UPDATE proposals SET state = 'approved' WHERE id = 1");
  clock.Advance(3601);
  auto job = ledger->ClaimJob("runner", 60, {});
  ASSERT_TRUE(job && *job);
  EXPECT_EQ((*job)->tampered, "");
  EXPECT_EQ((*job)->attempt, 1);
  EXPECT_TRUE(Verify().intact) << Verify().problem;
}

TEST_P(TamperTest, AFinishedJobMadeReadyIsNotClaimed) {
  Tamper("UPDATE jobs SET state = 'ready', due_at = 0 WHERE proposal = 2");
  auto job = ledger->ClaimJob("runner", 60, {});
  ASSERT_TRUE(job && *job);
  EXPECT_EQ((*job)->proposal, 2);
  EXPECT_FALSE((*job)->tampered.empty());
  auto other = ledger->ClaimJob("runner", 60, {});
  ASSERT_TRUE(other && *other);
  EXPECT_EQ((*other)->proposal, 1) << "the others go on";
}

// Nor does anything else state edited rows anew.
TEST_P(TamperTest, WhatWasEditedIsLeftAsItIs) {
  ASSERT_EQ(Propose("INV-3"), 3);
  Tamper(
      "UPDATE proposals SET state = 'approved' WHERE id = 3; UPDATE proposals SET state = 'reconciliation_required' WHERE id = 2");
  EXPECT_EQ(Decide(3, "lead-2", DecisionKind::kReject).refusal_code, "LEDGER_TAMPERED");
  EXPECT_EQ(ledger->Reconcile(2, ProposalState::kFailed, "ops", "looked")->refusal_code, "LEDGER_TAMPERED");
  Tamper("UPDATE proposals SET state = 'pending_review' WHERE id = 1");
  clock.Advance(2 * 3600);
  EXPECT_EQ(*ledger->ExpireProposals(), 0);
  auto again = ledger->RecordCall(SampleProposalCall(clock.Now(), "INV-1"));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->problem, RecordProblem::kOpenProposalExists);
  EXPECT_EQ(StateOf(1), ProposalState::kPendingReview);
  EXPECT_FALSE(Verify().intact);
}

TEST_P(TamperTest, ALeaseOverEditedRowsIsNeitherExtendedNorGivenBack) {
  auto job = ledger->ClaimJob("runner", 60, {});
  ASSERT_TRUE(job && *job);
  Tamper("UPDATE jobs SET uncertain = 1 WHERE proposal = 1");
  EXPECT_FALSE(*ledger->Heartbeat(**job, 60));
  EXPECT_FALSE(*ledger->RecordIntent(**job));
  EXPECT_TRUE(ledger->ReleaseJob(**job, 1, false));
  EXPECT_FALSE(Verify().intact);
  clock.Advance(61);
  auto next = ledger->ClaimJob("other", 60, {});
  ASSERT_TRUE(next && *next);
  EXPECT_FALSE((*next)->tampered.empty());
}

TEST_P(TamperTest, UntouchedRowsAreClaimedClean) {
  auto job = ledger->ClaimJob("runner", 60, {});
  ASSERT_TRUE(job && *job);
  EXPECT_EQ((*job)->tampered, "");
}

TEST_P(TamperTest, WhatWasEditedCannotBeApproved) {
  ASSERT_EQ(Propose("INV-3"), 3);
  ASSERT_EQ(Propose("INV-4"), 4);
  ASSERT_EQ(Propose("INV-5"), 5);
  ASSERT_TRUE(Decide(4, "lead-1", DecisionKind::kReject).accepted);
  Tamper(
      "UPDATE evidence SET document = replace(document, '5500', '1') WHERE id = 3;"
      "UPDATE proposals SET state = 'pending_review' WHERE id = 4");
  EXPECT_EQ(Decide(3, "lead-2").refusal_code, "LEDGER_TAMPERED") << "evidence was edited";
  EXPECT_EQ(Decide(4, "lead-2").refusal_code, "LEDGER_TAMPERED") << "it had been rejected";
  EXPECT_TRUE(Decide(5, "lead-2").accepted);
}

TEST_P(TamperTest, EventsRefuseUpdateAndDelete) {
  if (IsPostgres()) {
    PGconn* connection = PQconnectdb(server.c_str());
    for (const char* sql : {"UPDATE synapsor_ledger.events SET actor = 'x'", "DELETE FROM synapsor_ledger.events"}) {
      PGresult* result = PQexec(connection, sql);
      EXPECT_EQ(PQresultStatus(result), PGRES_FATAL_ERROR);
      PQclear(result);
    }
    PQfinish(connection);
    return;
  }
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &db), SQLITE_OK);
  EXPECT_NE(sqlite3_exec(db, "UPDATE events SET actor = 'x'", nullptr, nullptr, nullptr), SQLITE_OK);
  EXPECT_NE(sqlite3_exec(db, "DELETE FROM events", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(db);
}

TEST_P(TamperTest, ACutTailWithAForgedHeadNeedsTheNotedHash) {
  const std::string noted = Verify().head;
  Tamper(
      "DELETE FROM sources; DELETE FROM events WHERE sequence = (SELECT max(sequence) FROM events);"
      "UPDATE head SET sequence = sequence - 1, hash = (SELECT hash FROM events ORDER BY sequence DESC LIMIT 1)");
  EXPECT_TRUE(Verify().intact);
  EXPECT_FALSE(Verify(noted).intact);
}

INSTANTIATE_TEST_SUITE_P(Stores, TamperTest, ::testing::Values("sqlite", "postgres"),
                         [](const auto& store) { return std::string(store.param); });

}  // namespace
}  // namespace synapsor::ledger
