#include <nlohmann/json.hpp>

#include "runtime/ledger/document.h"

namespace synapsor::ledger {
namespace {

using nlohmann::json;

// Thrown and caught inside this file only: nlohmann's own exceptions and ours leave it as one Error.
struct Damaged {};

std::string Unhex(const std::string& hex) {
  const auto digit = [](char c) -> int {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    throw Damaged{};
  };
  if (hex.size() % 2 != 0) throw Damaged{};
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    bytes += static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1]));
  }
  return bytes;
}

Scalar ReadScalar(const json& value) {
  auto type = ParseScalarType(value.at(0).get_ref<const std::string&>());
  if (!type) throw Damaged{};
  if (value.at(1).is_null()) return Scalar::Null(*type);
  const std::string& text = value.at(1).get_ref<const std::string&>();
  return Scalar::Of(*type, value.size() == 3 ? Unhex(text) : text);
}

std::vector<NamedScalar> ReadScalars(const json& values) {
  std::vector<NamedScalar> result;
  for (const json& value : values) {
    result.push_back({value.at(0).get<std::string>(), ReadScalar(value.at(1))});
  }
  return result;
}

std::string Text(const json& object, const char* key) { return object.at(key).get<std::string>(); }
std::int64_t Number(const json& object, const char* key) { return object.at(key).get<std::int64_t>(); }

// Runs `read` over the parsed text.
template <typename T, typename F>
Result<T> Read(std::string_view text, const char* what, F read) {
  try {
    return read(json::parse(text));
  } catch (const json::exception&) {
  } catch (const Damaged&) {
  }
  return Fail(ErrorKind::kInvalid, std::string("a stored ") + what + " cannot be read",
              "the ledger was edited or damaged: `synapsor-runner audit verify` says where");
}

}  // namespace

Result<Run> ParseRun(std::string_view text) {
  return Read<Run>(text, "run", [](const json& doc) {
    Run run;
    run.arguments_json = Text(doc, "arguments");
    run.arguments_digest = Text(doc, "arguments_digest");
    run.at.micros = Number(doc, "at");
    run.bundle_digest = Text(doc, "bundle");
    run.capability = Text(doc, "capability");
    run.evidence = Number(doc, "evidence");
    run.kind = Text(doc, "kind");
    run.parent = Number(doc, "parent");
    run.principal = Text(doc, "principal");
    run.proposal = Number(doc, "proposal");
    run.result_json = Text(doc, "result");
    run.session_json = Text(doc, "session");
    run.status = Text(doc, "status");
    run.status_code = Text(doc, "status_code");
    run.step_key = Text(doc, "step_key");
    run.tenant = Text(doc, "tenant");
    run.workflow = Text(doc, "workflow");
    return run;
  });
}

Result<std::vector<QueryAudit>> ParseAudits(std::string_view run_document) {
  return Read<std::vector<QueryAudit>>(run_document, "run", [](const json& doc) {
    std::vector<QueryAudit> audits;
    for (const json& a : doc.at("audits")) {
      audits.push_back({a.at(0).get<std::string>(), a.at(1).get<std::string>(), a.at(2).get<std::string>(),
                        a.at(3).get<std::string>(), a.at(4).get<std::int64_t>(), a.at(5).get<std::int64_t>()});
    }
    return audits;
  });
}

Result<Evidence> ParseEvidence(std::string_view text) {
  return Read<Evidence>(text, "evidence bundle", [](const json& doc) {
    Evidence evidence;
    evidence.at.micros = Number(doc, "at");
    evidence.bundle_digest = Text(doc, "bundle");
    evidence.capability = Text(doc, "capability");
    evidence.context = Text(doc, "context");
    for (const json& item : doc.at("items")) {
      evidence.items.push_back({Text(item, "kind"), Text(item, "source"), Text(item, "table"),
                                ReadScalars(item.at("key")), ReadScalars(item.at("values"))});
    }
    evidence.principal = Text(doc, "principal");
    evidence.run = Number(doc, "run");
    evidence.tenant = Text(doc, "tenant");
    return evidence;
  });
}

Result<Proposal> ParseProposal(std::string_view text) {
  return Read<Proposal>(text, "proposal", [](const json& doc) {
    Proposal p;
    p.audit_stream = Text(doc, "audit_stream");
    p.before_image = ReadScalars(doc.at("before_image"));
    p.bundle_digest = Text(doc, "bundle");
    p.capability = Text(doc, "capability");
    for (const json& column : doc.at("columns")) {
      p.columns.push_back({Text(column, "column"), ReadScalar(column.at("before")), ReadScalar(column.at("after")),
                           Text(column, "provenance")});
    }
    p.created_at.micros = Number(doc, "created_at");
    p.evidence = Number(doc, "evidence");
    p.expires_at.micros = Number(doc, "expires_at");
    p.guard_column = Text(doc, "guard_column");
    p.guard_kind = Text(doc, "guard_kind");
    p.guard_value = ReadScalar(doc.at("guard_value"));
    p.idempotency_key = Text(doc, "idempotency_key");
    p.key = ReadScalar(doc.at("key"));
    p.key_column = Text(doc, "key_column");
    if (doc.contains("observed")) p.observed = ReadScalars(doc.at("observed"));
    p.operation = Text(doc, "operation");
    p.policy_may_approve = doc.value("policy_may_approve", false);
    p.principal = Text(doc, "principal");
    p.required_approvals = static_cast<int>(Number(doc, "required_approvals"));
    p.required_role = Text(doc, "required_role");
    p.risk = Text(doc, "risk");
    p.run = Number(doc, "run");
    p.schema = Text(doc, "schema");
    p.source = Text(doc, "source");
    p.summary = Text(doc, "summary");
    p.table = Text(doc, "table");
    p.tenant = Text(doc, "tenant");
    p.tenant_column = Text(doc, "tenant_column");
    p.tenant_value = ReadScalar(doc.at("tenant_value"));
    p.update_fingerprint = Text(doc, "update_fingerprint");
    p.version = static_cast<int>(Number(doc, "version"));
    p.workflow = Text(doc, "workflow");
    return p;
  });
}

Result<Decision> ParseDecision(std::string_view text) {
  return Read<Decision>(text, "decision", [](const json& doc) {
    Decision decision;
    decision.asked_by = doc.value("asked_by", "");
    decision.at.micros = Number(doc, "at");
    const std::string kind = Text(doc, "kind");
    if (kind == "approve") {
      decision.kind = DecisionKind::kApprove;
    } else if (kind == "reject") {
      decision.kind = DecisionKind::kReject;
    } else if (kind == "cancel") {
      decision.kind = DecisionKind::kCancel;
    } else {
      throw Damaged{};
    }
    if (doc.contains("conditions")) {
      for (const json& condition : doc.at("conditions")) decision.conditions.push_back(condition.get<std::string>());
    }
    decision.policy_digest = Text(doc, "policy");
    decision.policy = doc.value("policy_name", "");
    decision.proposal = Number(doc, "proposal");
    decision.proposal_hash = Text(doc, "proposal_hash");
    decision.reason = Text(doc, "reason");
    for (const json& role : doc.at("roles")) decision.roles.push_back(role.get<std::string>());
    decision.subject = Text(doc, "subject");
    return decision;
  });
}

Result<Receipt> ParseReceipt(std::string_view text) {
  return Read<Receipt>(text, "receipt", [](const json& doc) {
    Receipt receipt;
    receipt.safe_error_code = Text(doc, "code");
    receipt.executed_at.micros = Number(doc, "executed_at");
    receipt.job = Number(doc, "job");
    receipt.new_version = ReadScalar(doc.at("new_version"));
    receipt.previous_version = ReadScalar(doc.at("previous_version"));
    receipt.proposal = Number(doc, "proposal");
    receipt.rows_affected = Number(doc, "rows");
    receipt.runner = Text(doc, "runner");
    auto status = ParseApplyStatus(Text(doc, "status"));
    if (!status) throw Damaged{};
    receipt.status = *status;
    return receipt;
  });
}

}  // namespace synapsor::ledger
