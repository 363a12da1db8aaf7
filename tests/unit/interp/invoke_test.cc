#include "tests/unit/support/runtime_fixture.h"

namespace synapsor::interp {
namespace {

using nlohmann::json;
using Interp = test::RuntimeFixture;

const json kArguments = {{"invoice_id", 3001}, {"reason", "card update failure"}};

TEST_F(Interp, ReadReturnsTheSlotsOfTheTenantsRow) {
  const Outcome outcome = Read();
  ASSERT_FALSE(outcome.refusal) << outcome.refusal->message;
  const json& answer = *outcome.envelope;
  EXPECT_EQ(answer["status"], "ok");
  EXPECT_EQ(answer["payload"],
            json({{"invoice_id", 3001}, {"customer_id", "c-1"}, {"status", "open"}, {"late_fee_cents", 5500}}));
  EXPECT_EQ(answer["evidence_bundle_id"], "evidence://bundle/1");
  EXPECT_EQ(answer["agent_run_id"], 1);
  EXPECT_EQ(answer["action"]["replay"]["run_resource"], "agent-run://1");
  EXPECT_EQ(answer["source_database_changed"], false);
}

TEST_F(Interp, ReadIsRecordedWithEvidenceAndRedactedAudit) {
  const Outcome outcome = Read();
  const auto run = ledger_->FindRun(outcome.run);
  ASSERT_TRUE(run && *run);
  EXPECT_EQ((*run)->status, "ok");
  EXPECT_EQ((*run)->tenant, "acme");
  EXPECT_EQ((*run)->bundle_digest, bundle_.digest);
  const auto evidence = ledger_->FindEvidence(outcome.evidence);
  ASSERT_TRUE(evidence && *evidence);
  ASSERT_EQ((*evidence)->items.size(), 1u);
  EXPECT_EQ((*evidence)->items[0].key.at(0).value.text, "3001");
  EXPECT_EQ((*evidence)->items[0].values.size(), 4u);
  const auto audits = ledger_->AuditsOf(outcome.run);
  ASSERT_TRUE(audits);
  ASSERT_EQ(audits->size(), 1u);
  EXPECT_EQ((*audits)[0].fingerprint, bundle_.contexts[0].query.statement.fingerprint);
  EXPECT_EQ((*audits)[0].rows, 1);
  EXPECT_EQ((*audits)[0].parameters_fingerprint.find("acme"), std::string::npos);
}

TEST_F(Interp, MissingAndForeignRowsGetTheSameAnswer) {
  const Outcome missing = Read("9999");
  const Outcome foreign = Read("4001");
  EXPECT_EQ(Code(missing), "NOT_FOUND_IN_TENANT");
  json first = *missing.envelope;
  json second = *foreign.envelope;
  for (json* answer : {&first, &second}) answer->erase("agent_run_id"), answer->erase("action");
  EXPECT_EQ(first, second);
  const auto audits = ledger_->AuditsOf(missing.run);
  ASSERT_TRUE(audits);
  EXPECT_EQ(audits->size(), 1u) << "the miss is in the query audit";
  EXPECT_EQ(missing.evidence, 0);
}

TEST_F(Interp, ProposalHoldsTheExactChangeAndLeavesTheSourceAlone) {
  const Outcome outcome = Propose(kArguments, "3001", {"billing.late_fee_waiver_flow"});
  ASSERT_FALSE(outcome.refusal) << outcome.refusal->message;
  const json& answer = *outcome.envelope;
  EXPECT_EQ(answer["proposal"]["proposal_id"], "wrp://1");
  EXPECT_EQ(answer["payload"],
            json({{"proposal", "wrp://1"}, {"branch", "review/1"}, {"evidence_bundle", "evidence://bundle/1"}}));
  const auto view = ledger_->FindProposal(1);
  ASSERT_TRUE(view && *view);
  const ledger::Proposal& proposal = (*view)->proposal;
  ASSERT_EQ(proposal.columns.size(), 3u);
  EXPECT_EQ(proposal.columns[0].before.text, "5500");
  EXPECT_EQ(proposal.columns[0].after.text, "0");
  EXPECT_EQ(proposal.columns[0].provenance, "fixed");
  EXPECT_TRUE(proposal.columns[1].before.is_null);
  EXPECT_EQ(proposal.columns[1].after.text, "agent_1");
  EXPECT_EQ(proposal.columns[1].provenance, "session:principal");
  EXPECT_EQ(proposal.columns[2].after.text, "card update failure");
  EXPECT_EQ(proposal.guard_value.text, "1");
  EXPECT_EQ(proposal.required_role, "billing_reviewer");
  EXPECT_EQ(proposal.risk, "medium");
  EXPECT_EQ(proposal.summary, "Waive late fee for invoice 3001");
  EXPECT_EQ(proposal.expires_at.micros - proposal.created_at.micros, 7ll * 24 * 3600 * 1000000);
  EXPECT_EQ(Read().envelope->at("payload")["late_fee_cents"], 5500);
}

TEST_F(Interp, ProposalOutsideAWorkflowNeedsTheDefaultRole) {
  ASSERT_FALSE(Propose(kArguments).refusal);
  EXPECT_EQ((*ledger_->FindProposal(1))->proposal.required_role, "reviewer");
}

TEST_F(Interp, ModelNeverSeesColumnsThatAreNoSlots) {
  Waiver().minimal_profile = false;
  Waiver().evidence_handles_only = false;
  Start();
  const Outcome outcome = Propose(kArguments);
  const std::string text = outcome.envelope->dump();
  EXPECT_EQ(outcome.envelope->at("proposal")["changes"],
            json({{"late_fee_cents", {{"before", 5500}, {"proposed", 0}}}}));
  EXPECT_EQ(outcome.envelope->at("evidence")["items"].size(), 1u);
  for (const char* hidden : {"decision_note", "reviewer", "row_version", "agent_1", "acme", "invoices", "invoice.id"}) {
    EXPECT_EQ(text.find(hidden), std::string::npos) << hidden;
  }
}

struct BadArguments {
  const char* name;
  json arguments;
  const char* argument;
  const char* detail = "";
};

class BadArgument : public Interp, public testing::WithParamInterface<BadArguments> {};

TEST_P(BadArgument, IsRefusedByNameBeforeAnyDatabase) {
  const Outcome outcome = Propose(GetParam().arguments);
  ASSERT_TRUE(outcome.refusal);
  EXPECT_EQ(outcome.refusal->code, "INVALID_ARGUMENT");
  EXPECT_EQ(outcome.refusal->argument, GetParam().argument);
  EXPECT_EQ(outcome.refusal->detail, GetParam().detail);
  EXPECT_EQ(outcome.envelope->at("error")["code"], "INVALID_ARGUMENT");
  EXPECT_EQ(outcome.run, 0);
  EXPECT_TRUE(ledger_->ListProposals({})->empty());
}

INSTANTIATE_TEST_SUITE_P(
    Each, BadArgument,
    testing::Values(BadArguments{"unknown", {{"invoice_id", 3001}, {"reason", "x"}, {"surprise", 1}}, "surprise"},
                    BadArguments{"missing", {{"invoice_id", 3001}}, "reason"},
                    BadArguments{"null_required", {{"invoice_id", 3001}, {"reason", nullptr}}, "reason"},
                    BadArguments{"text_for_integer", {{"invoice_id", "3001"}, {"reason", "x"}}, "invoice_id"},
                    BadArguments{"fraction_for_integer", {{"invoice_id", 3001.0}, {"reason", "x"}}, "invoice_id"},
                    BadArguments{"too_large", {{"invoice_id", 9223372036854775808ull}, {"reason", "x"}}, "invoice_id"},
                    BadArguments{"too_long", {{"invoice_id", 3001}, {"reason", std::string(301, 'x')}}, "reason"},
                    BadArguments{"nul", {{"invoice_id", 3001}, {"reason", std::string("a\0b", 3)}}, "reason"},
                    BadArguments{"control", {{"invoice_id", 3001}, {"reason", "a\x1b[2J"}}, "reason"},
                    BadArguments{"surrogate", {{"invoice_id", 3001}, {"reason", "a\xED\xA0\x80"}}, "reason"},
                    BadArguments{"object", {{"invoice_id", 3001}, {"reason", {{"a", 1}}}}, "reason"},
                    BadArguments{"tenant",
                                 {{"invoice_id", 3001}, {"reason", "x"}, {"tenant_id", "rival"}},
                                 "tenant_id",
                                 "MODEL_CANNOT_OVERRIDE_BINDING"},
                    BadArguments{"principal",
                                 {{"invoice_id", 3001}, {"reason", "x"}, {"principal", "root"}},
                                 "principal",
                                 "MODEL_CANNOT_OVERRIDE_BINDING"},
                    BadArguments{"object_id",
                                 {{"invoice_id", 3001}, {"reason", "x"}, {"current_invoice_id", 1}},
                                 "current_invoice_id",
                                 "MODEL_CANNOT_OVERRIDE_BINDING"},
                    BadArguments{"array", json::array({1, 2}), ""}),
    [](const auto& test) { return std::string(test.param.name); });

TEST_F(Interp, LengthCountsCodePoints) {
  std::string reason;
  for (int i = 0; i < 200; ++i) reason += "é";
  EXPECT_EQ(Code(Propose({{"invoice_id", 3001}, {"reason", reason}})), "ok");
}

TEST_F(Interp, AValueThatDoesNotFitItsColumnIsRefused) {
  const Outcome outcome = Propose({{"invoice_id", 3001}, {"reason", std::string(201, 'x')}});
  EXPECT_EQ(Code(outcome), "INVALID_ARGUMENT");
  EXPECT_EQ(outcome.refusal->argument, "reason");
}

TEST_F(Interp, BoundsOfWrittenColumnsHold) {
  Waiver().patch->set[0].value = test::FromArg("amount");
  Waiver().args.push_back({"amount", ScalarType::kInt64});
  Start();
  for (const int amount : {-1, 10001}) {
    json arguments = kArguments;
    arguments["amount"] = amount;
    const Outcome outcome = Propose(arguments);
    EXPECT_EQ(Code(outcome), "INVALID_ARGUMENT") << amount;
    EXPECT_EQ(outcome.refusal->argument, "amount");
  }
}

TEST_F(Interp, AnOptionalArgumentLeftOutKeepsTheColumn) {
  Waiver().args[1].required = false;
  Start();
  Execute("UPDATE invoices SET decision_note = 'kept' WHERE id = 3001");
  ASSERT_FALSE(Propose({{"invoice_id", 3001}}).refusal);
  EXPECT_EQ((*ledger_->FindProposal(1))->proposal.columns[2].after.text, "kept");
}

TEST_F(Interp, AnOptionalArgumentGivenAsNullWritesNull) {
  Waiver().args[1].required = false;
  Start();
  ASSERT_FALSE(Propose({{"invoice_id", 3001}, {"reason", nullptr}}).refusal);
  EXPECT_TRUE((*ledger_->FindProposal(1))->proposal.columns[2].after.is_null);
}

TEST_F(Interp, TransitionsHold) {
  bundle::SetColumn status{"status", test::FromFixed(Scalar::Text("waived")), ScalarType::kText, "TEXT", false};
  status.transitions = {{"overdue", "waived"}};
  Waiver().patch->set[1] = status;
  auto& before = Waiver().patch->before;
  before.columns[4] = {"status", "invoices", "status", ScalarType::kText, "TEXT"};
  before.sql =
      "SELECT id, tenant_id, row_version, late_fee_cents, status, decision_note FROM invoices WHERE id = ? AND tenant_id = ?";
  test::Seal(before);
  Start();
  EXPECT_EQ(Code(Propose(kArguments)), "POLICY_VIOLATION");
  Execute("UPDATE invoices SET status = 'overdue'");
  EXPECT_EQ(Code(Propose(kArguments)), "ok");
}

TEST_F(Interp, TargetMustBeTheContextsRow) {
  EXPECT_EQ(Code(Propose({{"invoice_id", 3002}, {"reason", "x"}}, "3001")), "TARGET_OUTSIDE_CONTEXT");
  EXPECT_TRUE(ledger_->ListProposals({})->empty());
}

TEST_F(Interp, AForeignTargetOutsideTheContextIsNotFound) {
  Waiver().patch->target_is_context_root = false;
  Start();
  EXPECT_EQ(Code(Propose({{"invoice_id", 4001}, {"reason", "x"}}, "3001")), "NOT_FOUND_IN_TENANT");
}

TEST_F(Interp, AChangeOfNothingIsRefused) {
  Execute("UPDATE invoices SET late_fee_cents = 0, reviewer = 'agent_1', decision_note = 'same' WHERE id = 3001");
  EXPECT_EQ(Code(Propose({{"invoice_id", 3001}, {"reason", "same"}})), "NO_CHANGE");
}

TEST_F(Interp, OneOpenProposalARow) {
  ASSERT_FALSE(Propose(kArguments).refusal);
  const Outcome second = Propose({{"invoice_id", 3001}, {"reason", "other"}});
  EXPECT_EQ(Code(second), "PROPOSAL_ALREADY_EXISTS");
  EXPECT_NE(second.run, 0) << "the refused call is recorded";
  EXPECT_EQ(ledger_->ListProposals({})->size(), 1u);
}

TEST_F(Interp, AMissingVersionIsRefused) {
  Execute(
      "CREATE TABLE other AS SELECT * FROM invoices; DROP TABLE invoices; ALTER TABLE other RENAME TO invoices;"
      "UPDATE invoices SET row_version = NULL");
  EXPECT_EQ(Code(Propose(kArguments)), "INTERNAL");
}

TEST_F(Interp, SessionValuesAreRequired) {
  for (const char* key : {"tenant_id", "principal", "current_invoice_id"}) {
    session::Session session = Session();
    session.values.erase(key);
    const Outcome missing = Invoke("billing.read_invoice", json::object(), session);
    EXPECT_EQ(Code(missing), "SESSION_VALUE_MISSING");
    EXPECT_NE(missing.refusal->message.find(key), std::string::npos);
    session.values[key] = "";
    EXPECT_EQ(Code(Invoke("billing.read_invoice", json::object(), session)), "SESSION_VALUE_MISSING");
  }
}

TEST_F(Interp, SessionValuesAreTyped) {
  EXPECT_EQ(Code(Read("3001 OR 1=1")), "SESSION_VALUE_INVALID");
  EXPECT_EQ(Code(Read(std::string("30\x00", 3))), "SESSION_VALUE_INVALID");
}

TEST_F(Interp, WorkflowRulesHold) {
  EXPECT_EQ(Code(Propose(kArguments, "3001", {"no.such_flow"})), "WORKFLOW_NOT_FOUND");
  EXPECT_EQ(Code(Invoke("billing.read_invoice", json::object(), Session(), {"billing.late_fee_waiver_flow"})),
            "CAPABILITY_NOT_ALLOWED");
  CallOptions read_only;
  read_only.mode = "read_only";
  EXPECT_EQ(Code(Propose(kArguments, "3001", read_only)), "MODE_MISMATCH");
  EXPECT_EQ(Code(Invoke("billing.nothing", json::object(), Session())), "CAPABILITY_NOT_FOUND");
  bundle_.contexts[0].evidence = false;
  Start();
  EXPECT_EQ(Code(Propose(kArguments, "3001", {"billing.late_fee_waiver_flow"})), "POLICY_VIOLATION");
}

class InterpRun : public test::RuntimeFixture {
 protected:
  void SetUp() override {
    RuntimeFixture::SetUp();
    ledger::Run run;
    run.kind = "agent_run";
    run.workflow = "billing.late_fee_waiver_flow";
    run.tenant = "acme";
    run.principal = "agent_1";
    run.bundle_digest = bundle_.digest;
    run.status = "ok";
    const auto started = ledger_->StartRun(run);
    ASSERT_TRUE(started);
    options_.run = *started;
    options_.step_key = "propose";
  }
  CallOptions options_;
};

TEST_F(InterpRun, AStepKeyStandsForOneCall) {
  const Outcome first = Propose(kArguments, "3001", options_);
  ASSERT_FALSE(first.refusal) << first.refusal->message;
  const Outcome again = Propose(kArguments, "3001", options_);
  ASSERT_FALSE(again.refusal);
  EXPECT_EQ(*again.envelope, *first.envelope);
  EXPECT_EQ(again.proposal, first.proposal);
  EXPECT_EQ(Code(Propose({{"invoice_id", 3001}, {"reason", "other"}}, "3001", options_)), "STEP_KEY_REUSED");
  EXPECT_EQ(ledger_->ListProposals({})->size(), 1u);
}

TEST_F(InterpRun, ARefusedStepMayBeTriedAgain) {
  EXPECT_EQ(Code(Propose({{"invoice_id", 3002}, {"reason", "x"}}, "3001", options_)), "TARGET_OUTSIDE_CONTEXT");
  EXPECT_EQ(Code(Propose(kArguments, "3001", options_)), "ok");
}

TEST_F(InterpRun, ARunAnswersOnlyToWhoStartedIt) {
  session::Session other = Session();
  other.values["principal"] = "agent_2";
  EXPECT_EQ(Code(Invoke("billing.propose_late_fee_waiver", kArguments, other, options_)), "RUN_NOT_FOUND");
  options_.run = 999;
  EXPECT_EQ(Code(Propose(kArguments, "3001", options_)), "RUN_NOT_FOUND");
}

TEST_F(InterpRun, ARunHoldsToItsBundle) {
  bundle_.digest = Digest("another");
  EXPECT_EQ(Propose(kArguments, "3001", options_).refusal->detail, "BUNDLE_CHANGED");
}

TEST_F(Interp, RowCapIsFlagged) {
  bundle_.contexts[0].query.many_rows = true;
  bundle_.contexts[0].query.row_cap = 1;
  auto& statement = bundle_.contexts[0].query.statement;
  statement.sql =
      "SELECT t.id, t.customer_id, t.status, t.late_fee_cents, t.id FROM invoices AS t WHERE t.id >= ? AND "
      "t.tenant_id = ? ORDER BY t.id LIMIT 2";
  test::Seal(statement);
  Start();
  const Outcome outcome = Read();
  ASSERT_FALSE(outcome.refusal) << outcome.refusal->message;
  EXPECT_EQ(outcome.envelope->at("payload")["rows"].size(), 1u);
  EXPECT_EQ(outcome.envelope->at("payload")["complete"], false);
  bundle_.contexts[0].query.many_rows = false;
  Start();
  EXPECT_EQ(Code(Read()), "INTERNAL") << "two rows where one is expected";
}

TEST_F(Interp, AliasesRenameAndBudgetsCut) {
  Reading().aliases = {{"customer_id", "c"}};
  Reading().budget = bundle::TokenBudget{.max_output_tokens = 40};
  Execute("UPDATE invoices SET status = '" + std::string(500, 's') + "'");
  Start();
  const json answer = *Read().envelope;
  ASSERT_TRUE(answer.contains("truncated")) << answer;
  EXPECT_EQ(answer["payload"]["c"], "c-1");
  EXPECT_FALSE(answer["payload"].contains("customer_id"));
  EXPECT_LE(answer["payload"].dump().size(), 160u);
  EXPECT_EQ(answer["truncated"]["fields"], json({"status"}));
}

TEST_F(Interp, ReturnsJsonIsEnforced) {
  Reading().returns_json = R"({"type":"object","required":["decision"],"properties":{"decision":{"type":"string"}}})";
  Start();
  const Outcome outcome = Read();
  EXPECT_EQ(Code(outcome), "INTERNAL");
  EXPECT_EQ(outcome.envelope->dump().find("5500"), std::string::npos);
  ASSERT_FALSE(log_.empty());
  EXPECT_NE(log_[0].find("lacks `decision`"), std::string::npos);
  const auto run = ledger_->FindRun(outcome.run);
  ASSERT_TRUE(run && *run);
  EXPECT_EQ((*run)->status, "failed");
}

TEST_F(Interp, DatabaseWordsStayInTheLog) {
  Execute("DROP TABLE invoices");
  const Outcome outcome = Read();
  EXPECT_EQ(Code(outcome), "SCHEMA_DRIFT");
  EXPECT_EQ(outcome.envelope->dump().find("invoices"), std::string::npos);
  ASSERT_FALSE(log_.empty());
  EXPECT_NE(log_[0].find("invoices"), std::string::npos);
}

TEST_F(Interp, ADisabledSourceIsNotRead) {
  ASSERT_TRUE(ledger_->SetSourceDisabled("app", true, "operator"));
  const Outcome outcome = Read();
  EXPECT_EQ(Code(outcome), "TEMPORARILY_UNAVAILABLE");
  EXPECT_EQ(outcome.refusal->detail, "SOURCE_DISABLED");
  ASSERT_TRUE(ledger_->SetSourceDisabled("app", false, "operator"));
  EXPECT_EQ(Code(Read()), "ok");
}

TEST_F(Interp, SummaryShowsWhatHides) {
  Waiver().summary = {{false, "Note: ", {}}, {true, "", test::FromArg("reason")}};
  Start();
  ASSERT_FALSE(Propose({{"invoice_id", 3001},
                        {"reason",
                         "ok\n\xE2\x80\xAE"
                         "evil"}})
                   .refusal);
  EXPECT_EQ((*ledger_->FindProposal(1))->proposal.summary, "Note: ok\\u{A}\\u{202E}evil");
}

TEST_F(Interp, ChainHoldsAfterCalls) {
  Read();
  Read("4001");
  Propose(kArguments);
  const auto report = ledger_->VerifyChain();
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->intact) << report->problem;
}

}  // namespace
}  // namespace synapsor::interp
