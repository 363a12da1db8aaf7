// Records as the interpreter would make them, a clock that moves when told, and a ledger in a folder of its own.
#pragma once

#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <sqlite3.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "compiler/plan/grants.h"
#include "runtime/ledger/durable_ledger.h"
#include "runtime/ledger/ledger.h"
#include "runtime/ledger/postgres_store.h"
#include "runtime/proposal/lifecycle.h"

namespace synapsor::ledger {

class ManualClock : public Clock {
 public:
  Instant Now() const override { return {micros_.load()}; }
  void Advance(std::int64_t seconds) { micros_ += seconds * 1'000'000; }

 private:
  std::atomic<std::int64_t> micros_{1'790'000'000'000'000};
};

class Folder {
 public:
  Folder() {
    std::string pattern = std::filesystem::temp_directory_path() / "synapsor-test-XXXXXX";
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string File(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

inline Proposal SampleProposal(Instant now, const std::string& key = "INV-1") {
  Proposal p;
  p.capability = "billing.propose_fee_waiver";
  p.tenant = "acme";
  p.principal = "agent-7";
  p.source = "app";
  p.schema = "main";
  p.table = "invoices";
  p.operation = "update";
  p.key_column = "id";
  p.key = Scalar::Text(key);
  p.tenant_column = "tenant_id";
  p.tenant_value = Scalar::Text("acme");
  p.columns = {{"late_fee_cents", Scalar::Int(5500), Scalar::Int(0), "fixed"},
               {"note", Scalar::Null(ScalarType::kText), Scalar::Text("first \"late\" fee\n"), "arg:note"}};
  p.guard_kind = "integer_version";
  p.guard_column = "row_version";
  p.guard_value = Scalar::Int(3);
  p.summary = "Waive late fee of " + key;
  p.risk = "medium";
  p.required_role = "billing_lead";
  p.bundle_digest = "sha256:b";
  p.update_fingerprint = "sha256:u";
  p.created_at = now;
  p.expires_at = {now.micros + 3'600'000'000};
  return p;
}

inline CallRecord SampleCall(const std::string& capability = "billing.review_fee") {
  CallRecord record;
  record.run.kind = "call";
  record.run.capability = capability;
  record.run.tenant = "acme";
  record.run.principal = "agent-7";
  record.run.bundle_digest = "sha256:b";
  record.run.arguments_json = R"({"question":"why"})";
  record.run.arguments_digest = "sha256:a";
  record.run.status = "ok";
  Evidence evidence;
  evidence.capability = capability;
  evidence.context = "billing.current_invoice";
  evidence.tenant = "acme";
  evidence.items = {{"row",
                     "app",
                     "invoices",
                     {{"id", Scalar::Text("INV-1")}},
                     {{"late_fee_cents", Scalar::Int(5500)},
                      {"seal", Scalar::Of(ScalarType::kBytes, std::string("\x00\xff\x7f", 3))},
                      {"label", Scalar::Text("caf\xc3\xa9 \xff")}}}};
  record.evidence = evidence;
  record.audits = {{"app", "invoices", "sha256:f", "sha256:p", 1, 120}};
  return record;
}

inline CallRecord SampleProposalCall(Instant now, const std::string& key = "INV-1") {
  CallRecord record = SampleCall("billing.propose_fee_waiver");
  record.proposal = SampleProposal(now, key);
  return record;
}

inline Decision Approval(const Proposal& proposal, const std::string& subject,
                         DecisionKind kind = DecisionKind::kApprove) {
  Decision decision;
  decision.proposal = proposal.id;
  decision.kind = kind;
  decision.proposal_hash = proposal.hash;
  decision.subject = subject;
  decision.roles = {"billing_lead"};
  decision.reason = "policy 4.2 read";
  return decision;
}

// Runs on both stores; on PostgreSQL where SYNAPSOR_TEST_POSTGRES_URL names a server, whose ledger is dropped first. There the
// ledger is used under the keeper's role that `sync grants --ledger` prints, and made under its owner's.
class LedgerTest : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (IsPostgres()) {
      if (std::getenv("SYNAPSOR_TEST_POSTGRES_URL") == nullptr) GTEST_SKIP() << "no PostgreSQL server";
      server = std::getenv("SYNAPSOR_TEST_POSTGRES_URL");
      OnServer("DROP SCHEMA IF EXISTS synapsor_ledger CASCADE");
      Grant();
      url = UrlAs(kNames.owner);
      Reopen();
      Grant();
      url = UrlAs(kNames.keeper);
    }
    Reopen();
  }

  bool IsPostgres() const { return std::string_view(GetParam()) == "postgres"; }

  Result<std::unique_ptr<Ledger>> OpenAnother() {
    if (!IsPostgres()) return Open("sqlite:" + file, clock);
    auto store = OpenPostgresStore(url, clock, LedgerTime::kProcess);
    if (!store) return tl::unexpected(store.error());
    return OpenDurable(std::move(*store), clock);
  }

  // The printed script, as an administrator runs it.
  void Grant() { OnServer(plan::PrintLedgerGrants(kNames)); }

  std::string UrlAs(const std::string& role) const {
    const std::size_t from = server.find("//") + 2;
    return server.substr(0, from) + role + server.substr(server.find('@'));
  }

  // As a superuser.
  void OnServer(const std::string& sql) {
    PGconn* connection = PQconnectdb(server.c_str());
    PQsetNoticeProcessor(
        connection, [](void*, const char*) {}, nullptr);
    PGresult* result =
        PQexec(connection, ("SET client_min_messages = warning; SET search_path = synapsor_ledger;" + sql).c_str());
    EXPECT_TRUE(PQresultStatus(result) == PGRES_COMMAND_OK || PQresultStatus(result) == PGRES_TUPLES_OK)
        << PQresultErrorMessage(result);
    PQclear(result);
    PQfinish(connection);
  }

  void Reopen() {
    ledger.reset();
    auto opened = OpenAnother();
    ASSERT_TRUE(opened) << opened.error().message;
    ledger = std::move(*opened);
  }

  ProposalId Propose(const std::string& key = "INV-1") {
    auto recorded = ledger->RecordCall(SampleProposalCall(clock.Now(), key));
    EXPECT_TRUE(recorded) << recorded.error().message;
    return recorded ? recorded->proposal : 0;
  }

  Verdict Decide(ProposalId id, const std::string& subject, DecisionKind kind = DecisionKind::kApprove) {
    auto view = ledger->FindProposal(id);
    EXPECT_TRUE(view && *view);
    const Decision decision = Approval((*view)->proposal, subject, kind);
    auto verdict = ledger->Decide(
        decision, [&](const ProposalView& seen, Instant now) { return proposal::Judge(seen, decision, now); });
    EXPECT_TRUE(verdict) << verdict.error().message;
    return verdict ? *verdict : Verdict{};
  }

  ProposalState StateOf(ProposalId id) {
    auto view = ledger->FindProposal(id);
    return view && *view ? (*view)->state : ProposalState::kExpired;
  }

  // Changes rows behind the ledger's back, triggers and all.
  void Tamper(const std::string& sql) {
    if (IsPostgres()) return OnServer("ALTER TABLE events DISABLE TRIGGER ALL; " + sql);
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(file.c_str(), &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 2000);
    const std::string script =
        "DROP TRIGGER IF EXISTS events_no_update; DROP TRIGGER IF EXISTS events_no_delete;" + sql;
    char* message = nullptr;
    EXPECT_EQ(sqlite3_exec(db, script.c_str(), nullptr, nullptr, &message), SQLITE_OK)
        << (message != nullptr ? message : "");
    sqlite3_free(message);
    EXPECT_GT(sqlite3_total_changes(db), 0) << "changed nothing: " << sql;
    sqlite3_close(db);
  }

  ChainReport Verify(std::string_view head = {}) {
    auto report = ledger->VerifyChain(head);
    EXPECT_TRUE(report) << report.error().message;
    return report ? *report : ChainReport{};
  }

  ManualClock clock;
  Folder folder;
  std::string file = folder.File("ledger.db");
  const plan::LedgerNames kNames = {"test_ledger", "test_ledger_owner", "test_ledger_keeper"};
  std::string server, url;  // PostgreSQL: of the superuser; of the role that opens the ledger
  std::unique_ptr<Ledger> ledger;
};

}  // namespace synapsor::ledger
