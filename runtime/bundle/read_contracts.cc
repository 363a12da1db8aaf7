#include "runtime/bundle/read_parts.h"

namespace synapsor::bundle {
namespace {

RiskRule ReadRiskRule(CanonicalReader& in) {
  static constexpr Field<RiskRule> kFields[] = {
      {"approvals", [](CanonicalReader& r, RiskRule& v) { v.approvals = ReadInt(r); }},
      {"level", [](CanonicalReader& r, RiskRule& v) { v.level = r.String(); }},
      {"role", [](CanonicalReader& r, RiskRule& v) { v.role = r.String(); }},
  };
  return ReadFields(in, kFields);
}

PolicyCondition ReadCondition(CanonicalReader& in) {
  using C = PolicyCondition;
  static constexpr Field<C> kFields[] = {
      {"literal", [](CanonicalReader& r, C& v) { v.literal = ReadValueRef(r).fixed; }},
      {"path", [](CanonicalReader& r, C& v) { v.path = r.String(); }},
      {"relation", [](CanonicalReader& r, C& v) { v.relation = r.String(); }},
  };
  return ReadFields(in, kFields);
}

PolicyLimit ReadLimit(CanonicalReader& in) {
  static constexpr Field<PolicyLimit> kFields[] = {
      {"amount", [](CanonicalReader& r, PolicyLimit& v) { v.amount = r.String(); }},
      {"per_object", [](CanonicalReader& r, PolicyLimit& v) { v.per_object = r.Boolean(); }},
      {"total_column", [](CanonicalReader& r, PolicyLimit& v) { v.total_column = r.String(); }},
  };
  return ReadFields(in, kFields);
}

TableFingerprint ReadTable(CanonicalReader& in) {
  using T = TableFingerprint;
  static constexpr Field<T> kFields[] = {
      {"columns", [](CanonicalReader& r, T& v) { v.columns = ReadTexts(r); }},
      {"fingerprint", [](CanonicalReader& r, T& v) { v.fingerprint = r.String(); }},
      {"schema", [](CanonicalReader& r, T& v) { v.schema = r.String(); }},
      {"table", [](CanonicalReader& r, T& v) { v.table = r.String(); }},
  };
  return ReadFields(in, kFields);
}

}  // namespace

Workflow ReadWorkflow(CanonicalReader& in) {
  using W = Workflow;
  static constexpr Field<W> kFields[] = {
      {"auto_branch", [](CanonicalReader& r, W& v) { v.auto_branch = r.Boolean(); }},
      {"capabilities", [](CanonicalReader& r, W& v) { v.capabilities = ReadTexts(r); }},
      {"checkpoint_every_step", [](CanonicalReader& r, W& v) { v.checkpoint_every_step = r.Boolean(); }},
      {"description", [](CanonicalReader& r, W& v) { v.description = r.String(); }},
      {"evidence_required", [](CanonicalReader& r, W& v) { v.evidence_required = r.Boolean(); }},
      {"name", [](CanonicalReader& r, W& v) { v.name = r.String(); }},
      {"retention_evidence_days", [](CanonicalReader& r, W& v) { v.retention_evidence_days = ReadInt(r); }},
      {"retention_runs_days", [](CanonicalReader& r, W& v) { v.retention_runs_days = ReadInt(r); }},
      {"risk_rules", [](CanonicalReader& r, W& v) { v.risk_rules = ReadList(r, ReadRiskRule); }},
      {"session_keys", [](CanonicalReader& r, W& v) { v.session_keys = ReadTexts(r); }},
      {"version", [](CanonicalReader& r, W& v) { v.version = r.String(); }},
  };
  return ReadFields(in, kFields);
}

Policy ReadPolicy(CanonicalReader& in) {
  using P = Policy;
  static constexpr Field<P> kFields[] = {
      {"auto_commit", [](CanonicalReader& r, P& v) { v.auto_commit = r.Boolean(); }},
      {"auto_merge", [](CanonicalReader& r, P& v) { v.auto_merge = r.Boolean(); }},
      {"conditions", [](CanonicalReader& r, P& v) { v.conditions = ReadList(r, ReadCondition); }},
      {"digest", [](CanonicalReader& r, P& v) { v.digest = r.String(); }},
      {"for_workflow", [](CanonicalReader& r, P& v) { v.for_workflow = r.Boolean(); }},
      {"limits", [](CanonicalReader& r, P& v) { v.limits = ReadList(r, ReadLimit); }},
      {"name", [](CanonicalReader& r, P& v) { v.name = r.String(); }},
      {"scope", [](CanonicalReader& r, P& v) { v.scope = r.String(); }},
      {"target_branch", [](CanonicalReader& r, P& v) { v.target_branch = r.String(); }},
  };
  return ReadFields(in, kFields);
}

Source ReadSource(CanonicalReader& in) {
  static constexpr Field<Source> kFields[] = {
      {"engine", [](CanonicalReader& r, Source& v) { v.engine = r.String(); }},
      {"name", [](CanonicalReader& r, Source& v) { v.name = r.String(); }},
      {"tables", [](CanonicalReader& r, Source& v) { v.tables = ReadList(r, ReadTable); }},
  };
  return ReadFields(in, kFields);
}

}  // namespace synapsor::bundle
