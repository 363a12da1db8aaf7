// The real program, run as a user runs it: bad input of every kind, exit codes, nothing half-written.
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/wait.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "runtime/bundle/fingerprint.h"
#include "runtime/ledger/ledger.h"
#include "tests/unit/support/late_fee.h"

namespace synapsor {
namespace {

namespace fs = std::filesystem;

struct Ending {
  int code = -1;
  std::string output;  // both streams
};

class Runner : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) / ("runner_" + std::to_string(::getpid()) + "_" +
                                              testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    Sql("app.db", test::kLateFeeSchema);
    Put("synapsor.json", R"({"sources": {"app": {"engine": "sqlite", "path": "app.db"}}, "ledger": "sqlite:ledger.db",
      "approval": {"roles": {"billing_reviewer": ["lead_7", "agent_1"], "reviewer": ["lead_7"]}}})");
    bundle::Bundle bundle = test::LateFeeBundle();
    bundle.sources[0].tables[0].fingerprint = bundle::FingerprintColumns(
        "sqlite", {{"id", "INTEGER", false, true, true}, {"late_fee_cents", "INTEGER", false, false, false}});
    ASSERT_TRUE(bundle::WriteFile(bundle, (folder_ / "b.json").string()));
  }
  void TearDown() override { fs::remove_all(folder_); }

  void Put(const std::string& name, const std::string& text) { std::ofstream(folder_ / name) << text; }
  std::string Get(const std::string& name) {
    std::ifstream file(folder_ / name);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }
  void Sql(const std::string& name, const std::string& sql) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open((folder_ / name).c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sql;
    sqlite3_close(database);
  }

  Ending Run(const std::string& words) {
    Ending ending;
    const std::string line =
        "cd '" + folder_.string() + "' && " SYNAPSOR_BINARY_DIR "/bin/synapsor-runner " + words + " 2>&1";
    FILE* pipe = ::popen(line.c_str(), "r");
    char buffer[4096];
    for (std::size_t size = 0; (size = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
      ending.output.append(buffer, size);
    const int status = ::pclose(pipe);
    ending.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
    return ending;
  }
  Ending Propose(const std::string& more = "--arg invoice_id=3001 --arg reason=fair",
                 const std::string& invoice = "3001") {
    return Run(
        "invoke billing.propose_late_fee_waiver --bundle b.json --workflow billing.late_fee_waiver_flow "
        "--session tenant_id=acme --session principal=agent_1 --session current_invoice_id=" +
        invoice + " " + more);
  }
  void Expect(const Ending& ending, int code, const std::string& text) {
    EXPECT_EQ(ending.code, code) << ending.output;
    EXPECT_NE(ending.output.find(text), std::string::npos) << ending.output;
  }

  fs::path folder_;
};

TEST_F(Runner, HelpVersionAndMisspeltWords) {
  Expect(Run("--help"), 0, "proposals");
  Expect(Run("--version"), 0, "synapsor-runner ");
  Expect(Run("invoke --help"), 0, "--session KEY=VALUE");
  Expect(Run("proposal"), 2, "did you mean `proposals`");
  Expect(Run("apply --wach --bundle b.json"), 2, "did you mean `--watch`");
  Expect(Run(""), 2, "no command given");
  Expect(Run("apply --bundle b.json"), 2, "either `--once` or `--watch`");
}

TEST_F(Runner, DamagedBundles) {
  Expect(Run("invoke x --bundle none.json"), 2, "none.json");
  Put("b.json", Get("b.json").substr(0, 900));
  Expect(Propose(), 2, "ends in the middle");
  EXPECT_FALSE(fs::exists(folder_ / "ledger.db"));
}

TEST_F(Runner, EditedBundle) {
  std::string text = Get("b.json");
  text.replace(text.find("\"max\":\"10000\""), 13, "\"max\":\"99999\"");
  Put("b.json", text);
  Expect(Propose(), 2, "edited or damaged");
  Expect(Run("apply --once --bundle b.json"), 2, "edited or damaged");
}

TEST_F(Runner, BadCalls) {
  Expect(Run("invoke billing.read_invoise --bundle b.json"), 1, "did you mean `billing.read_invoice`");
  Expect(Run("invoke billing.read_invoice --bundle b.json --session tenant_id=acme --session principal=a"), 1,
         "`current_invoice_id`");
  Expect(Propose("--arg invoice_id=many --arg reason=fair"), 1, "argument `invoice_id` must be an integer");
  Expect(Propose("--arg invoice_id=3001 --arg reason=" + std::string(400, 'x')), 1,
         "argument `reason` has 400 characters");
  Expect(Propose("--arg invoice_id=3001 --arg reason=fair --arg surprise=1"), 1, "argument `surprise` is unknown");
  Expect(Propose("--arg invoice_id=3001 --arg reason=fair --arg tenant_id=rival"), 1, "MODEL_CANNOT_OVERRIDE_BINDING");
  Expect(Propose("--arg invoice_id"), 2, "--arg name=value");
  Expect(Propose("--arg invoice_id=4001 --arg reason=fair", "4001"), 1, "NOT_FOUND_IN_TENANT");
  Expect(Run("proposals list"), 0, "no proposals");
}

TEST_F(Runner, LedgerOfANewerVersion) {
  Expect(Propose(), 0, "wrp://1");
  Sql("ledger.db", "PRAGMA user_version = 99999");
  const Ending ending = Run("proposals list");
  EXPECT_EQ(ending.code, 2) << ending.output;
}

TEST_F(Runner, LedgerThatIsNoLedger) {
  Put("ledger.db", "this is not a database at all, just some text");
  const Ending ending = Propose();
  EXPECT_EQ(ending.code, 2) << ending.output;
  EXPECT_NE(ending.output.find("ledger.db"), std::string::npos) << ending.output;
}

TEST_F(Runner, FromProposalToAppliedRow) {
  Expect(Propose(), 0, "wrp://1");
  Expect(Run("proposals approve wrp://1 --as lead_7 --role owner --reason fine"), 1, "NOT_A_MEMBER");
  Expect(Run("proposals approve wrp://1 --as agent_1 --role billing_reviewer --reason fine"), 1, "SELF_APPROVAL");
  Expect(Run("proposals approve wrp://1 --as lead_7 --role reviewer --reason fine"), 1, "ROLE_REQUIRED");
  Expect(Run("proposals approve wrp://1 --as lead_7 --role billing_reviewer"), 2, "--reason");
  Expect(Run("apply --once --bundle b.json"), 0, "nothing to apply");
  Expect(Run("proposals approve wrp://1 --as lead_7 --role billing_reviewer --reason fine"), 0, "approved");
  Expect(Run("apply --once --bundle b.json"), 0, "applied");
  Expect(Run("apply --once --bundle b.json"), 0, "nothing to apply");
  Expect(Run("proposals show 1"), 0, "applied");
  Expect(Run("evidence show evidence://bundle/1"), 0, "'c-1'");
  Expect(Run("audit verify"), 0, "the chain is whole");
  Expect(Run("doctor --bundle b.json"), 0, "ok");
  const auto shown = nlohmann::json::parse(Run("proposals show wrp://1 --format json").output);
  EXPECT_EQ(shown["state"], "applied");
  EXPECT_EQ(shown["columns"][2]["provenance"], "arg:reason");
}

TEST_F(Runner, ReplayShowsWhatIsDifferentNow) {
  const std::string read =
      "invoke billing.read_invoice --bundle b.json --session tenant_id=acme --session principal=a --session current_invoice_id=3001";
  Expect(Run(read), 0, "5500");
  Expect(Run("replay agent-run://1 --bundle b.json"), 0, "the same");
  Sql("app.db", "UPDATE invoices SET late_fee_cents = 4400 WHERE id = 3001");
  Expect(Run("replay agent-run://1 --bundle b.json"), 0, "5500 -> 4400");
  Expect(Run("replay agent-run://1 --recorded"), 0, "5500");
  Expect(Run("replay agent-run://77 --recorded"), 1, "there is no run agent-run://77");
  Expect(Run("replay nonsense --recorded"), 2, "is not a run");
}

TEST_F(Runner, ADisabledSourceStopsEverything) {
  Expect(Propose(), 0, "wrp://1");
  Expect(Run("source disable app"), 2, "--as SUBJECT");
  Expect(Run("source disable ap --as op"), 2, "no source `ap`");
  Expect(Run("source disable app --as op"), 0, "disabled");
  Expect(Propose(), 1, "SOURCE_DISABLED");
  Expect(Run("proposals approve 1 --as lead_7 --role billing_reviewer --reason fine"), 0, "approved");
  Expect(Run("apply --once --bundle b.json"), 0, "nothing to apply");
  Expect(Run("source enable app --as op"), 0, "enabled");
  Expect(Run("apply --once --bundle b.json"), 0, "applied");
}

TEST_F(Runner, DriftIsRefusedBeforeAnythingRuns) {
  Sql("app.db", "ALTER TABLE invoices RENAME COLUMN late_fee_cents TO fee");
  Expect(Propose(), 2, "no column `late_fee_cents`");
  Expect(Run("doctor --bundle b.json"), 1, "no column `late_fee_cents`");
}

TEST_F(Runner, DoctorCallsNoSchemaFineThatItDidNotSee) {
  Expect(Run("doctor --bundle b.json"), 0, "ok      schema as the bundle expects it");
  fs::remove(folder_ / "app.db");
  const Ending report = Run("doctor --bundle b.json");
  Expect(report, 1, "wrong   source `app`, reading");
  EXPECT_NE(report.output.find("warning schema as the bundle expects it: not compared"), std::string::npos)
      << report.output;
}

TEST_F(Runner, HostileTextMovesNoCursor) {
  Expect(Propose("--arg invoice_id=3001 --arg 'reason=ok \xE2\x80\xAE evil'"), 0, "wrp://1");
  const Ending shown = Run("proposals show wrp://1");
  Expect(shown, 0, "ok \\u{202E} evil");
  EXPECT_EQ(shown.output.find("\xE2\x80\xAE"), std::string::npos);
}

TEST_F(Runner, ALockedLedgerChangesNothing) {
  Expect(Run("proposals list"), 0, "no proposals");
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open((folder_ / "ledger.db").c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN EXCLUSIVE", nullptr, nullptr, nullptr), SQLITE_OK);
  const Ending ending = Propose();
  EXPECT_TRUE(ending.code == 1 || ending.code == 2) << ending.output;
  EXPECT_NE(ending.output.find("ledger"), std::string::npos) << ending.output;
  sqlite3_exec(other, "ROLLBACK", nullptr, nullptr, nullptr);
  sqlite3_close(other);
  Expect(Run("proposals list"), 0, "no proposals");
}

TEST_F(Runner, AnAuditOfNothingIsNotWhole) {
  Expect(Run("audit verify"), 2, "there is no ledger `ledger.db`");
  EXPECT_FALSE(fs::exists(folder_ / "ledger.db")) << "nothing is made by looking";
  Put("ledger.db", "");
  Expect(Run("audit verify"), 2, "there is no ledger `ledger.db`");
}

TEST_F(Runner, APortThatIsNoneIsNotTakenForAnother) {
  for (const char* address : {"127.0.0.1:99999", "127.0.0.1:", "127.0.0.1:-1", "127.0.0.1:80x", ":80", "80"}) {
    Expect(Run(std::string("serve --bundle b.json --http ") + address), 2, "is not ADDRESS:PORT");
  }
}

TEST_F(Runner, AnApprovedChangeThatWaitsIsNamed) {
  Expect(Run("apply --once --bundle b.json"), 0, "nothing to apply\n");
  Expect(Propose(), 0, "wrp://1");
  Expect(Run("proposals approve 1 --as lead_7 --role billing_reviewer --reason ok"), 0, "approved");
  Expect(Run("source disable app --as operator"), 0, "disabled");
  Expect(Run("apply --once --bundle b.json"), 0, "wrp://1 waits");
}

// Runs that were recorded 40 days ago, in a bundle that keeps runs 30 days and evidence 35.
class RetainingRunner : public Runner {
 protected:
  class DaysAgo : public Clock {
   public:
    Instant Now() const override { return {SystemClock().Now().micros - days * 24LL * 3600 * 1'000'000}; }
    int days = 40;
  };

  void SetUp() override {
    Runner::SetUp();
    bundle::Bundle bundle = test::LateFeeBundle();
    bundle.workflows[0].retention_runs_days = 30;
    bundle.workflows[0].retention_evidence_days = 35;
    ASSERT_TRUE(bundle::WriteFile(bundle, (folder_ / "b.json").string()));
    auto ledger = ledger::Open("sqlite:" + (folder_ / "ledger.db").string(), clock_);
    ASSERT_TRUE(ledger) << ledger.error().message;
    for (const char* workflow : {"billing.late_fee_waiver_flow", "other.flow"}) {
      ledger::CallRecord record;
      record.run.kind = "call";
      record.run.workflow = workflow;
      record.run.tenant = "acme";
      record.run.principal = "agent_1";
      record.run.capability = "billing.read_invoice";
      record.run.status = "ok";
      record.evidence = ledger::Evidence();
      record.evidence->tenant = "acme";
      record.evidence->items = {{"row", "app", "invoices", {}, {{"status", Scalar::Text("XYZZY")}}}};
      ASSERT_TRUE((*ledger)->RecordCall(record));
    }
  }
  DaysAgo clock_;
};

TEST_F(RetainingRunner, LooksRemovesAndSaysSo) {
  Expect(Run("retention"), 2, "--bundle");
  Expect(Run("retention --bundle b.json billing"), 2, "takes no words");
  Expect(Run("retention --bundle b.json --dry-run"), 0,
         "billing.late_fee_waiver_flow: 1 evidence older than 35 days would be removed\n"
         "billing.late_fee_waiver_flow: 1 runs older than 30 days would be removed\n");
  Expect(Run("evidence show 1"), 0, "XYZZY");
  Expect(Run("retention --bundle b.json --format json"), 0, "\"removed\": 1");
  Expect(Run("retention --bundle b.json"), 0, "0 runs older than 30 days removed\n");
  Expect(Run("evidence show 1"), 1,
         "REMOVED_BY_RETENTION: the content of evidence://bundle/1 was removed by retention on 20");
  Expect(Run("replay 1 --recorded"), 1, "REMOVED_BY_RETENTION: the content of agent-run://1 was removed");
  Expect(Run("evidence show 2"), 0, "XYZZY");
  Expect(Run("replay 2 --recorded"), 0, "agent-run://2");
  Expect(Run("audit verify"), 0, "");
  Sql("ledger.db", "UPDATE runs SET document = '{}' WHERE id = 1");
  Expect(Run("audit verify"), 1, "what is left of run 1 was edited");
}

TEST_F(RetainingRunner, WhatWasEditedIsSaidAndLeft) {
  Sql("ledger.db", "UPDATE evidence SET document = replace(document, 'XYZZY', 'PLUGH') WHERE id = 1");
  Expect(Run("retention --bundle b.json"), 1, "1 left, because they are not as recorded");
  Expect(Run("evidence show 1"), 0, "PLUGH");
  Expect(Run("audit verify"), 1, "evidence 1 was edited");
}

TEST_F(RetainingRunner, TheWorkerRemovesWhenToldTo) {
  Expect(Run("apply --once --retain --bundle b.json"), 2, "goes with `--watch`");
  Expect(Run("apply --watch --bundle b.json 2>&1 & worker=$!; sleep 1; kill $worker; wait $worker"), 0, "stopped");
  Expect(Run("evidence show 1"), 0, "XYZZY");
  const Ending ending =
      Run("apply --watch --retain --bundle b.json 2>&1 & worker=$!; sleep 3; kill $worker; wait $worker");
  Expect(ending, 0, "1 evidence older than 35 days removed");
  Expect(ending, 0, "1 runs older than 30 days removed");
  Expect(Run("evidence show 1"), 1, "REMOVED_BY_RETENTION");
}

TEST_F(RetainingRunner, ABundleThatKeepsEverythingRemovesNothing) {
  bundle::Bundle bundle = test::LateFeeBundle();
  ASSERT_TRUE(bundle::WriteFile(bundle, (folder_ / "b.json").string()));
  Expect(Run("retention --bundle b.json"), 0, "nothing is ever removed");
}

}  // namespace
}  // namespace synapsor
