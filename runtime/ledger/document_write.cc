#include "runtime/base/digest.h"
#include "runtime/base/json_out.h"
#include "runtime/ledger/document.h"

namespace synapsor::ledger {
namespace {

void WriteScalars(JsonOut& out, const std::vector<NamedScalar>& values) {
  out.BeginArray();
  for (const NamedScalar& value : values) {
    out.BeginArray().String(value.name).Value(value.value).EndArray();
  }
  out.EndArray();
}

}  // namespace

std::string RunDocument(const Run& run, const std::vector<QueryAudit>& audits) {
  JsonOut out;
  out.BeginObject()
      .Member("arguments", run.arguments_json)
      .Member("arguments_digest", run.arguments_digest)
      .Member("at", run.at.micros)
      .Key("audits")
      .BeginArray();
  for (const QueryAudit& audit : audits) {
    out.BeginArray()
        .String(audit.source)
        .String(audit.table)
        .String(audit.fingerprint)
        .String(audit.parameters_fingerprint)
        .Int(audit.rows)
        .Int(audit.micros)
        .EndArray();
  }
  out.EndArray()
      .Member("bundle", run.bundle_digest)
      .Member("capability", run.capability)
      .Member("evidence", run.evidence)
      .Member("kind", run.kind)
      .Member("parent", run.parent)
      .Member("principal", run.principal)
      .Member("proposal", run.proposal)
      .Member("result", run.result_json)
      .Member("session", run.session_json)
      .Member("status", run.status)
      .Member("status_code", run.status_code)
      .Member("step_key", run.step_key)
      .Member("tenant", run.tenant)
      .Member("workflow", run.workflow)
      .EndObject();
  return out.Take();
}

std::string EvidenceDocument(const Evidence& evidence) {
  JsonOut out;
  out.BeginObject()
      .Member("at", evidence.at.micros)
      .Member("bundle", evidence.bundle_digest)
      .Member("capability", evidence.capability)
      .Member("context", evidence.context)
      .Key("items")
      .BeginArray();
  for (const EvidenceItem& item : evidence.items) {
    out.BeginObject().Key("key");
    WriteScalars(out, item.key);
    out.Member("kind", item.kind).Member("source", item.source).Member("table", item.table);
    out.Key("values");
    WriteScalars(out, item.values);
    out.EndObject();
  }
  out.EndArray()
      .Member("principal", evidence.principal)
      .Member("run", evidence.run)
      .Member("tenant", evidence.tenant)
      .EndObject();
  return out.Take();
}

std::string ProposalDocument(const Proposal& p) {
  JsonOut out;
  out.BeginObject().Member("audit_stream", p.audit_stream).Key("before_image");
  WriteScalars(out, p.before_image);
  out.Member("bundle", p.bundle_digest).Member("capability", p.capability).Key("columns").BeginArray();
  for (const ProposedColumn& column : p.columns) {
    out.BeginObject()
        .Member("after", column.after)
        .Member("before", column.before)
        .Member("column", column.column)
        .Member("provenance", column.provenance)
        .EndObject();
  }
  out.EndArray()
      .Member("created_at", p.created_at.micros)
      .Member("evidence", p.evidence)
      .Member("expires_at", p.expires_at.micros)
      .Member("guard_column", p.guard_column)
      .Member("guard_kind", p.guard_kind)
      .Member("guard_value", p.guard_value)
      .Member("idempotency_key", p.idempotency_key)
      .Member("key", p.key)
      .Member("key_column", p.key_column);
  if (!p.observed.empty()) {
    out.Key("observed");
    WriteScalars(out, p.observed);
  }
  out.Member("operation", p.operation);
  if (p.policy_may_approve) out.Key("policy_may_approve").Bool(true);
  out.Member("principal", p.principal)
      .Member("required_approvals", std::int64_t{p.required_approvals})
      .Member("required_role", p.required_role)
      .Member("risk", p.risk)
      .Member("run", p.run)
      .Member("schema", p.schema)
      .Member("source", p.source)
      .Member("summary", p.summary)
      .Member("table", p.table)
      .Member("tenant", p.tenant)
      .Member("tenant_column", p.tenant_column)
      .Member("tenant_value", p.tenant_value)
      .Member("update_fingerprint", p.update_fingerprint)
      .Member("version", std::int64_t{p.version})
      .Member("workflow", p.workflow)
      .EndObject();
  return out.Take();
}

std::string HashProposal(const Proposal& proposal) { return Digest(ProposalDocument(proposal)); }

std::string DecisionDocument(const Decision& decision) {
  JsonOut out;
  out.BeginObject();
  if (!decision.asked_by.empty()) out.Member("asked_by", decision.asked_by);
  out.Member("at", decision.at.micros);
  if (!decision.conditions.empty()) {
    out.Key("conditions").BeginArray();
    for (const std::string& condition : decision.conditions) out.String(condition);
    out.EndArray();
  }
  out.Member("kind", DecisionName(decision.kind)).Member("policy", decision.policy_digest);
  if (!decision.policy.empty()) out.Member("policy_name", decision.policy);
  out.Member("proposal", decision.proposal)
      .Member("proposal_hash", decision.proposal_hash)
      .Member("reason", decision.reason)
      .Key("roles")
      .BeginArray();
  for (const std::string& role : decision.roles) out.String(role);
  out.EndArray().Member("subject", decision.subject).EndObject();
  return out.Take();
}

std::string DecisionIntegrity(const Decision& decision) { return Digest(DecisionDocument(decision)); }

std::string ReceiptDocument(const Receipt& receipt) {
  JsonOut out;
  out.BeginObject()
      .Member("code", receipt.safe_error_code)
      .Member("executed_at", receipt.executed_at.micros)
      .Member("job", receipt.job)
      .Member("new_version", receipt.new_version)
      .Member("previous_version", receipt.previous_version)
      .Member("proposal", receipt.proposal)
      .Member("rows", receipt.rows_affected)
      .Member("runner", receipt.runner)
      .Member("status", ApplyStatusName(receipt.status))
      .EndObject();
  return out.Take();
}

std::string HashReceipt(const Receipt& receipt) { return Digest(ReceiptDocument(receipt)); }

}  // namespace synapsor::ledger
