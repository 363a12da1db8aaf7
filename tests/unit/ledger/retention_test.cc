// Retention on both stores: what goes, what stays, and that the chain can tell a removal from a loss.
#include <gmock/gmock.h>
#include <sys/wait.h>

#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>

#include "support.h"

namespace synapsor::ledger {
namespace {

using testing::HasSubstr;

constexpr const char* kFlow = "billing.flow";
constexpr std::int64_t kDay = 24 * 3600;

class RetentionTest : public LedgerTest {
 protected:
  static RetentionRule Rule(Retained what, int days = 10, const char* workflow = kFlow) {
    return {workflow, what, days, "sha256:b", "operator"};
  }

  static CallRecord Call(const char* workflow, RunId parent = 0, const std::string& step_key = {}) {
    CallRecord record = SampleCall();
    record.run.workflow = workflow;
    record.run.parent = parent;
    record.run.step_key = step_key;
    if (parent != 0) record.run.kind = "step";
    record.evidence->principal = record.run.principal;
    return record;
  }
  RecordedCall Record(CallRecord record) {
    auto recorded = ledger->RecordCall(std::move(record));
    EXPECT_TRUE(recorded) << recorded.error().message;
    return recorded ? *recorded : RecordedCall{};
  }
  RunId StartRun(const char* workflow = kFlow) {
    ledger::Run run;
    run.kind = "agent_run";
    run.workflow = workflow;
    run.tenant = "acme";
    run.principal = "agent-7";
    run.status = "open";
    auto started = ledger->StartRun(run);
    EXPECT_TRUE(started);
    return started ? *started : 0;
  }
  RecordedCall ProposeIn(const char* workflow, RunId parent = 0, const std::string& key = "INV-1") {
    CallRecord record = Call(workflow, parent, parent == 0 ? "" : "p-" + key);
    record.proposal = SampleProposal(clock.Now(), key);
    record.proposal->workflow = workflow;
    record.proposal->expires_at = {clock.Now().micros + 1000 * kDay * 1'000'000};
    return Record(std::move(record));
  }

  RetentionCount Remove(const RetentionRule& rule, Ledger* through = nullptr) {
    RetentionCount total;
    RetentionCursor cursor;
    while (true) {
      auto step = (through != nullptr ? through : ledger.get())->RemoveDue(rule, cursor);
      EXPECT_TRUE(step) << step.error().message;
      if (!step) return total;
      total.removed += step->count.removed;
      total.held += step->count.held;
      total.damaged += step->count.damaged;
      if (step->finished) return total;
    }
  }
  // What a look says beforehand is what happens.
  RetentionCount LookAndRemove(const RetentionRule& rule) {
    auto due = ledger->CountDue(rule);
    EXPECT_TRUE(due) << due.error().message;
    const RetentionCount done = Remove(rule);
    EXPECT_EQ(due->removed, done.removed);
    EXPECT_EQ(due->held, done.held);
    EXPECT_EQ(due->damaged, done.damaged);
    return done;
  }

  bool RunIsGone(RunId id) {
    auto run = ledger->FindRun(id);
    EXPECT_TRUE(run && *run) << "a removed run is still named";
    return run && *run && (*run)->removed_at.micros != 0;
  }
  bool EvidenceIsGone(EvidenceId id) {
    auto evidence = ledger->FindEvidence(id);
    EXPECT_TRUE(evidence && *evidence);
    return evidence && *evidence && (*evidence)->removed_at.micros != 0;
  }
  void ExpectIntact() {
    const ChainReport report = Verify();
    EXPECT_TRUE(report.intact) << report.problem;
  }
};

TEST_P(RetentionTest, OldRunsOfTheWorkflowGoAndNothingElse) {
  const RecordedCall old = Record(Call(kFlow)), other = Record(Call("billing.flow_2")), loose = Record(Call(""));
  clock.Advance(5 * kDay);
  const RecordedCall younger = Record(Call(kFlow));
  const std::string head = Verify().head;
  EXPECT_EQ(LookAndRemove(Rule(Retained::kRuns)).removed, 0);
  clock.Advance(5 * kDay);
  EXPECT_EQ(LookAndRemove(Rule(Retained::kRuns)).removed, 1);

  EXPECT_TRUE(RunIsGone(old.run));
  for (const RunId id : {other.run, loose.run, younger.run}) EXPECT_FALSE(RunIsGone(id));
  EXPECT_FALSE(EvidenceIsGone(old.evidence)) << "the rule was about runs";
  const ledger::Run left = **ledger->FindRun(old.run);
  EXPECT_EQ(left.arguments_json + left.session_json + left.result_json, "");
  EXPECT_EQ(left.kind, "");
  EXPECT_EQ(left.tenant, "acme");
  EXPECT_EQ(left.principal, "agent-7");
  EXPECT_EQ(left.capability, "billing.review_fee");
  EXPECT_EQ(left.removed_at, clock.Now());
  EXPECT_TRUE(ledger->AuditsOf(old.run)->empty());
  EXPECT_EQ(ledger->AuditsOf(younger.run)->size(), 1u);
  EXPECT_EQ(ledger->EventsOf(RunHandle(old.run))->size(), 1u);
  const auto events = ledger->EventsOf("workflow://billing.flow");
  ASSERT_EQ(events->size(), 1u);
  EXPECT_EQ((*events)[0].kind, "retention.removed");
  EXPECT_EQ((*events)[0].actor, "operator");
  EXPECT_THAT((*events)[0].payload_json, HasSubstr("\"days\":\"10\""));
  EXPECT_TRUE(Verify(head).intact) << "what was noted before still stands";
  EXPECT_EQ(LookAndRemove(Rule(Retained::kRuns)).removed, 0);
  clock.Advance(5 * kDay);
  EXPECT_EQ(LookAndRemove(Rule(Retained::kRuns)).removed, 1);
  EXPECT_EQ(LookAndRemove(Rule(Retained::kEvidence)).removed, 2) << "of runs that are gone";
  EXPECT_TRUE(EvidenceIsGone(old.evidence));
  EXPECT_FALSE(EvidenceIsGone(other.evidence));
  ExpectIntact();
}

TEST_P(RetentionTest, WhatAnOpenProposalRestsOnStays) {
  const RecordedCall call = ProposeIn(kFlow);
  const ProposalId id = call.proposal;
  const auto held = [&] {
    for (const Retained what : {Retained::kRuns, Retained::kEvidence}) {
      const RetentionCount count = LookAndRemove(Rule(what));
      EXPECT_EQ(count.removed, 0);
      EXPECT_EQ(count.held, 1);
    }
    EXPECT_TRUE(ledger->VerifyProposal(id)->intact);
  };
  clock.Advance(20 * kDay);
  held();
  held();
  ASSERT_TRUE(Decide(id, "lead").accepted);
  held();
  auto job = ledger->ClaimJob("r1", 60, {});
  ASSERT_TRUE(job && *job);
  held();
  Receipt unknown;
  unknown.status = ApplyStatus::kReconciliationRequired;
  ASSERT_TRUE(*ledger->CompleteJob(**job, unknown));
  held();
  ASSERT_TRUE(ledger->Reconcile(id, ProposalState::kApplied, "ops", "looked")->accepted);
  EXPECT_EQ(LookAndRemove(Rule(Retained::kEvidence)).removed, 1);
  EXPECT_EQ(LookAndRemove(Rule(Retained::kRuns)).removed, 1);
  EXPECT_TRUE(EvidenceIsGone(call.evidence));
  EXPECT_TRUE(ledger->VerifyProposal(id)->intact) << ledger->VerifyProposal(id)->problem;
  EXPECT_EQ((*ledger->FindProposal(id))->proposal.columns.size(), 2u) << "the proposal is kept";
  ExpectIntact();
}

TEST_P(RetentionTest, ARunGoesWithItsSteps) {
  const RunId run = StartRun();
  const RecordedCall first = Record(Call(kFlow, run, "one"));
  clock.Advance(8 * kDay);
  const RecordedCall last = Record(Call(kFlow, run, "two"));
  clock.Advance(8 * kDay);
  EXPECT_EQ(LookAndRemove(Rule(Retained::kRuns)).removed, 0) << "its last step is young";
  EXPECT_EQ(LookAndRemove(Rule(Retained::kEvidence)).removed, 1) << "evidence goes by itself";
  clock.Advance(8 * kDay);
  const RunId empty = StartRun();
  EXPECT_EQ(LookAndRemove(Rule(Retained::kRuns)).removed, 3);
  for (const RunId id : {run, first.run, last.run}) EXPECT_TRUE(RunIsGone(id));
  EXPECT_FALSE(RunIsGone(empty));
  EXPECT_EQ(ledger->Steps(run)->size(), 2u);
  EXPECT_EQ((*ledger->FindRun(last.run))->parent, run);
  const RecordedCall again = Record(Call(kFlow, run, "two"));
  EXPECT_EQ(again.problem, RecordProblem::kStepDiffers) << "a step is never done twice";
  clock.Advance(11 * kDay);
  EXPECT_EQ(LookAndRemove(Rule(Retained::kRuns)).removed, 1);
  EXPECT_TRUE(RunIsGone(empty));
  ExpectIntact();
}

TEST_P(RetentionTest, AnOpenProposalOfARunKeepsAllOfIt) {
  const RunId run = StartRun();
  const RecordedCall read = Record(Call(kFlow, run, "read"));
  const RecordedCall proposed = ProposeIn(kFlow, run);
  clock.Advance(20 * kDay);
  EXPECT_EQ(LookAndRemove(Rule(Retained::kEvidence)).held, 2);
  EXPECT_EQ(LookAndRemove(Rule(Retained::kRuns)).removed, 0);
  ASSERT_TRUE(Decide(proposed.proposal, "lead", DecisionKind::kReject).accepted);
  EXPECT_EQ(LookAndRemove(Rule(Retained::kEvidence)).removed, 2);
  EXPECT_EQ(LookAndRemove(Rule(Retained::kRuns)).removed, 3);
  EXPECT_TRUE(EvidenceIsGone(read.evidence));
  ExpectIntact();
}

TEST_P(RetentionTest, ALargeRunGoesInSeveralTransactions) {
  const RunId run = StartRun();
  for (int i = 0; i < 450; ++i) Record(Call(kFlow, run, "s" + std::to_string(i)));
  clock.Advance(11 * kDay);
  RetentionCursor cursor;
  auto first = ledger->RemoveDue(Rule(Retained::kRuns), cursor);
  ASSERT_TRUE(first);
  EXPECT_LE(first->count.removed, 250);
  EXPECT_FALSE(first->finished);
  EXPECT_FALSE(RunIsGone(run));
  ExpectIntact();
  EXPECT_EQ(LookAndRemove(Rule(Retained::kRuns)).removed, 451 - first->count.removed);
  EXPECT_TRUE(RunIsGone(run));
  EXPECT_EQ(LookAndRemove(Rule(Retained::kEvidence)).removed, 450);
  ExpectIntact();
}

// A step that comes in while a large run is being removed keeps what is left of it.
TEST_P(RetentionTest, ANewStepStopsTheRemovalOfItsRun) {
  const RunId run = StartRun();
  for (int i = 0; i < 250; ++i) Record(Call(kFlow, run, "s" + std::to_string(i)));
  clock.Advance(11 * kDay);
  RetentionCursor cursor;
  ASSERT_TRUE(ledger->RemoveDue(Rule(Retained::kRuns), cursor));
  Record(Call(kFlow, run, "new"));
  EXPECT_EQ(LookAndRemove(Rule(Retained::kRuns)).removed, 0);
  clock.Advance(11 * kDay);
  EXPECT_EQ(LookAndRemove(Rule(Retained::kRuns)).removed, 52);
  EXPECT_TRUE(RunIsGone(run));
  ExpectIntact();
}

TEST_P(RetentionTest, TwoProcessesRemoveEachRowOnce) {
  for (int i = 0; i < 300; ++i) Record(Call(kFlow));
  clock.Advance(11 * kDay);
  auto other = std::move(*OpenAnother());
  std::int64_t removed[2] = {0, 0};
  std::thread helper([&] { removed[1] = Remove(Rule(Retained::kRuns), other.get()).removed; });
  removed[0] = Remove(Rule(Retained::kRuns)).removed;
  helper.join();
  EXPECT_EQ(removed[0] + removed[1], 300);
  ExpectIntact();
}

TEST_P(RetentionTest, AProcessKilledInBetweenLosesNothing) {
  for (int i = 0; i < 600; ++i) Record(Call(kFlow));
  clock.Advance(11 * kDay);
  ledger.reset();
  for (int round = 1; round <= 4; ++round) {
    const pid_t child = ::fork();
    if (child == 0) {
      auto own = OpenAnother();
      RetentionCursor cursor;
      while (own) (void)(*own)->RemoveDue(Rule(Retained::kRuns), cursor);
      ::_exit(1);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(12 * round));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    Reopen();
    ExpectIntact();
    ledger.reset();
  }
  Reopen();
  Remove(Rule(Retained::kRuns));
  for (RunId id = 1; id <= 600; ++id) EXPECT_TRUE(RunIsGone(id));
  ExpectIntact();
}

TEST_P(RetentionTest, TheContentIsNowhereInTheFile) {
  if (IsPostgres()) GTEST_SKIP() << "VACUUM decides there";
  CallRecord record = Call(kFlow);
  record.run.arguments_json = R"({"question":"XYZZY-ARGUMENT"})";
  record.evidence->items[0].values[0].value = Scalar::Text("XYZZY-ROW");
  Record(std::move(record));
  for (int i = 0; i < 40; ++i) Record(Call("other.flow"));
  clock.Advance(11 * kDay);
  Remove(Rule(Retained::kRuns));
  Remove(Rule(Retained::kEvidence));
  ExpectIntact();
  ledger.reset();
  std::stringstream bytes;
  bytes << std::ifstream(file, std::ios::binary).rdbuf();
  EXPECT_FALSE(std::filesystem::exists(file + "-wal"));
  EXPECT_GT(bytes.str().size(), 1000u);
  EXPECT_EQ(bytes.str().find("XYZZY"), std::string::npos);
}

TEST_P(RetentionTest, WhatWasEditedIsLeftToBeFound) {
  const RecordedCall edited = Record(Call(kFlow)), sound = Record(Call(kFlow));
  clock.Advance(11 * kDay);
  Tamper("UPDATE runs SET document = replace(document, 'why', 'who') WHERE id = 1");
  EXPECT_EQ(LookAndRemove(Rule(Retained::kRuns)).damaged, 1);
  const RetentionCount evidence = LookAndRemove(Rule(Retained::kEvidence));
  EXPECT_EQ(evidence.damaged, 1) << "its run cannot be trusted to say whose it is";
  EXPECT_EQ(evidence.removed, 1);
  EXPECT_TRUE(RunIsGone(sound.run));
  EXPECT_FALSE(RunIsGone(edited.run));
  const ChainReport report = Verify();
  EXPECT_FALSE(report.intact);
  EXPECT_THAT(report.problem, HasSubstr("run 1 was edited"));
}

TEST_P(RetentionTest, ManyDaysAreNotFew) {
  Record(Call(kFlow));
  clock.Advance(400 * kDay);
  for (const int days : {106'752, 213'504, 2'147'483'647}) {
    EXPECT_EQ(LookAndRemove(Rule(Retained::kRuns, days)).removed, 0) << days;
  }
  RetentionCursor cursor;
  for (const int days : {0, -1}) EXPECT_FALSE(ledger->RemoveDue(Rule(Retained::kRuns, days), cursor));
  EXPECT_FALSE(ledger->CountDue(Rule(Retained::kRuns, 1, "")));
  EXPECT_EQ(LookAndRemove(Rule(Retained::kRuns, 399)).removed, 1);
}

struct Tampering {
  const char* what;
  const char* sql;
};

// Runs 1 to 3 and their evidence; 1 and 2 are removed, all by events of their own.
const Tampering kTamperings[] = {
    {"a row emptied past the ledger", "UPDATE runs SET document = '' WHERE id = 3"},
    {"a row called removed",
     "UPDATE runs SET removed = (SELECT removed FROM runs WHERE id = 1), document = '' WHERE id = 3"},
    {"evidence called removed by the event of runs",
     "UPDATE evidence SET removed = (SELECT removed FROM runs WHERE id = 1), document = '' WHERE id = 3"},
    {"a removal by an event that is none", "UPDATE runs SET removed = 1, document = '' WHERE id = 3"},
    {"a removal by an event to come", "UPDATE runs SET removed = 999, document = '' WHERE id = 3"},
    {"a removed row given other content", "UPDATE runs SET document = '{}' WHERE id = 1"},
    {"a removed row given another parent", "UPDATE runs SET parent = 3 WHERE id = 1"},
    {"a removed row deleted", "DELETE FROM runs WHERE id = 1"},
    {"removed evidence of another run", "UPDATE evidence SET run = 3 WHERE id = 1"},
    {"removed evidence deleted", "DELETE FROM evidence WHERE id = 1"},
    {"a removal denied", "UPDATE runs SET removed = NULL WHERE id = 1"},
    {"content put back",
     "UPDATE evidence SET removed = NULL, document = (SELECT document FROM evidence WHERE id = 3) WHERE id = 1"},
    {"two removals exchanged", "UPDATE evidence SET removed = removed + 1 WHERE id = 1"},
    {"the event of a removal",
     "UPDATE events SET payload = replace(payload, '\"days\":\"10\"', '\"days\":\"90\"') WHERE kind = 'retention.removed'"},
    {"the event of a removal deleted", "DELETE FROM events WHERE kind = 'retention.removed'"},
};

TEST_P(RetentionTest, EveryChangeToWhatIsLeftIsFound) {
  for (const Tampering& tampering : kTamperings) {
    SCOPED_TRACE(tampering.what);
    ledger.reset();
    file = folder.File(std::string(tampering.what) + ".db");
    SetUp();
    Record(Call(kFlow));
    Record(Call(kFlow));
    clock.Advance(11 * kDay);
    Record(Call(kFlow));
    ASSERT_EQ(Remove(Rule(Retained::kRuns)).removed, 2);
    ASSERT_EQ(Remove(Rule(Retained::kEvidence)).removed, 2);
    ExpectIntact();
    Tamper(tampering.sql);
    const ChainReport report = Verify();
    EXPECT_FALSE(report.intact);
    EXPECT_FALSE(report.problem.empty());
  }
}

// A backup's content put back where the event says it was removed.
TEST_P(RetentionTest, TheVeryContentPutBackIsFound) {
  Record(Call(kFlow));
  Tamper("CREATE TABLE backup AS SELECT * FROM runs; UPDATE head SET id = 1");
  clock.Advance(11 * kDay);
  Remove(Rule(Retained::kRuns));
  Tamper(
      "UPDATE runs SET removed = NULL, document = (SELECT document FROM backup WHERE id = 1) WHERE id = 1; DROP TABLE backup");
  EXPECT_THAT(Verify().problem, HasSubstr("is there again"));
}

INSTANTIATE_TEST_SUITE_P(Stores, RetentionTest, ::testing::Values("sqlite", "postgres"),
                         [](const auto& parameter) { return std::string(parameter.param); });

}  // namespace
}  // namespace synapsor::ledger
