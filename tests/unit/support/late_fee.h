// The late-fee waiver as a compiled bundle, for tests of what comes behind the compiler, and its database.
#pragma once

#include <string>

#include "runtime/base/digest.h"
#include "runtime/bundle/bundle.h"
#include "runtime/bundle/write.h"

namespace synapsor::test {

inline bundle::ValueRef FromSession(std::string key) {
  return {bundle::Origin::kSession, std::move(key), Scalar::Null(ScalarType::kText)};
}
inline bundle::ValueRef FromArg(std::string name) {
  return {bundle::Origin::kArg, std::move(name), Scalar::Null(ScalarType::kText)};
}
inline bundle::ValueRef FromProposal(std::string part) {
  return {bundle::Origin::kProposal, std::move(part), Scalar::Null(ScalarType::kText)};
}
inline bundle::ValueRef FromFixed(Scalar value) { return {bundle::Origin::kFixed, {}, std::move(value)}; }

inline void Seal(bundle::Statement& statement) { statement.fingerprint = Digest("sqlite\n" + statement.sql); }

inline constexpr const char* kLateFeeSchema = R"(
CREATE TABLE invoices (id INTEGER PRIMARY KEY, tenant_id TEXT NOT NULL, customer_id TEXT NOT NULL,
  status TEXT NOT NULL, late_fee_cents INTEGER NOT NULL, reviewer TEXT, decision_note TEXT,
  row_version INTEGER NOT NULL DEFAULT 1);
INSERT INTO invoices VALUES (3001, 'acme', 'c-1', 'open', 5500, NULL, NULL, 1);
INSERT INTO invoices VALUES (3002, 'acme', 'c-2', 'open', 0, 'r', 'n', 1);
INSERT INTO invoices VALUES (4001, 'rival', 'c-9', 'open', 700, NULL, NULL, 1);
)";

inline bundle::Context InvoiceContext() {
  bundle::Context context;
  context.name = "billing.invoice_context";
  context.bindings = {{"principal", "principal"}, {"tenant_id", "tenant_id"}};
  context.tenant_session_key = "tenant_id";
  context.evidence = true;
  bundle::QueryPlan& query = context.query;
  query.source = "app";
  query.tables = {"invoices"};
  query.statement.sql =
      "SELECT t.id, t.customer_id, t.status, t.late_fee_cents, t.id FROM invoices AS t WHERE t.id = ? AND "
      "t.tenant_id = ? LIMIT 101";
  query.statement.params = {{FromSession("current_invoice_id"), ScalarType::kInt64, "INTEGER"},
                            {FromSession("tenant_id"), ScalarType::kText, "TEXT"}};
  query.statement.columns = {{"invoice_id", "invoices", "id", ScalarType::kInt64, "INTEGER"},
                             {"customer_id", "invoices", "customer_id", ScalarType::kText, "TEXT"},
                             {"status", "invoices", "status", ScalarType::kText, "TEXT"},
                             {"late_fee_cents", "invoices", "late_fee_cents", ScalarType::kInt64, "INTEGER"},
                             {"invoice.id", "invoices", "id", ScalarType::kInt64, "INTEGER", false}};
  Seal(query.statement);
  return context;
}

inline bundle::PatchPlan WaiverPatch() {
  bundle::PatchPlan patch;
  patch.source = "app";
  patch.table = "invoices";
  patch.key_column = "id";
  patch.key = FromArg("invoice_id");
  patch.key_type = ScalarType::kInt64;
  patch.tenant_column = "tenant_id";
  patch.tenant = FromSession("tenant_id");
  patch.guard = {bundle::GuardKind::kIntegerVersion, "row_version", {}, true};
  bundle::SetColumn fee{"late_fee_cents", FromFixed(Scalar::Int(0)), ScalarType::kInt64, "INTEGER", false};
  fee.min = "0";
  fee.max = "10000";
  bundle::SetColumn reviewer{"reviewer", FromSession("principal"), ScalarType::kText, "TEXT"};
  bundle::SetColumn note{"decision_note", FromArg("reason"), ScalarType::kText, "TEXT"};
  note.max_length = 200;
  patch.set = {fee, reviewer, note};
  patch.allowed_columns = {"decision_note", "late_fee_cents", "reviewer"};
  patch.before.sql =
      "SELECT id, tenant_id, row_version, late_fee_cents, reviewer, decision_note FROM invoices WHERE id = ? AND "
      "tenant_id = ?";
  patch.before.params = {{FromProposal("key"), ScalarType::kInt64, "INTEGER"},
                         {FromProposal("tenant"), ScalarType::kText, "TEXT"}};
  for (const char* name : {"id", "tenant_id", "row_version", "late_fee_cents", "reviewer", "decision_note"}) {
    const std::string column = name;
    const bool number = column == "id" || column == "row_version" || column == "late_fee_cents";
    patch.before.columns.push_back(
        {column, "invoices", column, number ? ScalarType::kInt64 : ScalarType::kText, number ? "INTEGER" : "TEXT"});
  }
  Seal(patch.before);
  patch.lock = patch.before;
  patch.update.sql =
      "UPDATE invoices SET late_fee_cents = ?, reviewer = ?, decision_note = ?, row_version = row_version + 1 "
      "WHERE id = ? AND tenant_id = ? AND row_version = ?";
  patch.update.params = {{FromProposal("set:late_fee_cents"), ScalarType::kInt64, "INTEGER"},
                         {FromProposal("set:reviewer"), ScalarType::kText, "TEXT"},
                         {FromProposal("set:decision_note"), ScalarType::kText, "TEXT"},
                         {FromProposal("key"), ScalarType::kInt64, "INTEGER"},
                         {FromProposal("tenant"), ScalarType::kText, "TEXT"},
                         {FromProposal("guard"), ScalarType::kInt64, "INTEGER"}};
  Seal(patch.update);
  patch.audit = bundle::Audit{"billing_audit", {}};
  patch.target_is_context_root = true;
  patch.root_key_slot = "invoice.id";
  return patch;
}

inline bundle::Capability ReadCapability() {
  bundle::Capability read;
  read.name = "billing.read_invoice";
  read.description = "Read the current invoice";
  read.context = "billing.invoice_context";
  read.bindings = {{"principal", "principal"}, {"tenant_id", "tenant_id"}};
  read.session_keys = {"current_invoice_id", "principal", "tenant_id"};
  read.tool_name = "billing__read_invoice";
  read.tool =
      R"({"description":"Read the current invoice","inputSchema":{"additionalProperties":false,"properties":{},)"
      R"("type":"object"},"name":"billing__read_invoice","title":"billing.read_invoice"})";
  return read;
}

inline bundle::Capability WaiverCapability() {
  bundle::Capability propose = ReadCapability();
  propose.name = "billing.propose_late_fee_waiver";
  propose.description = "Create a previewable late-fee waiver proposal";
  propose.is_proposal = true;
  propose.args = {{"invoice_id", ScalarType::kInt64, true, "", {}, {}, {}, {}, {}, {}},
                  {"reason", ScalarType::kText, true, "", 300, {}, {}, {}, {}, {}}};
  propose.tool_name = "billing__propose_late_fee_waiver";
  propose.tool = R"({"inputSchema":{"properties":{"invoice_id":{"type":"integer"},"reason":{"type":"string"}},)"
                 R"("type":"object"},"name":"billing__propose_late_fee_waiver"})";
  propose.returns_json = R"({"properties":{"branch":{},"evidence_bundle":{},"proposal":{}},"type":"object"})";
  propose.minimal_profile = true;
  propose.evidence_handles_only = true;
  propose.patch = WaiverPatch();
  propose.summary = {{false, "Waive late fee for invoice ", {}}, {true, "", FromArg("invoice_id")}};
  return propose;
}

inline bundle::Bundle LateFeeBundle() {
  bundle::Bundle bundle;
  bundle.compiler_version = "0.1.0";
  bundle.ddl = {{"agent.ddl.sql", Digest("ddl")}};
  bundle.sources = {{"app", "sqlite", {{"", "invoices", {"id", "late_fee_cents"}, Digest("columns")}}}};
  bundle.contexts = {InvoiceContext()};
  bundle.capabilities = {WaiverCapability(), ReadCapability()};
  bundle::Workflow workflow;
  workflow.name = "billing.late_fee_waiver_flow";
  workflow.session_keys = {"current_invoice_id", "principal", "tenant_id"};
  workflow.capabilities = {"billing.propose_late_fee_waiver"};
  workflow.evidence_required = workflow.auto_branch = workflow.checkpoint_every_step = true;
  workflow.risk_rules = {{"medium", "billing_reviewer", 1}};
  bundle.workflows = {workflow};
  bundle.authority = {{"billing.propose_late_fee_waiver", "write", "app.invoices.late_fee_cents", "", "a.sql:1"}};
  bundle.Index();
  bundle::Write(bundle);
  return bundle;
}

}  // namespace synapsor::test
