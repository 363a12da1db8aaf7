#include <nlohmann/json.hpp>

#include "compiler/tool/plan_view.h"

namespace synapsor::tool {
namespace {

using nlohmann::json;

json Reference(const bundle::ValueRef& value) {
  json object = {{"provenance", bundle::ProvenanceText(value)}};
  if (value.origin == bundle::Origin::kFixed)
    object["value"] = value.fixed.is_null ? json(nullptr) : json(value.fixed.text);
  return object;
}

json Params(const bundle::Statement& statement) {
  json params = json::array();
  for (std::size_t i = 0; i < statement.params.size(); ++i) {
    const bundle::Param& param = statement.params[i];
    json object = Reference(param.value);
    object["position"] = i + 1;
    object["type"] = ScalarTypeName(param.type);
    object["database_type"] = param.database_type;
    params.push_back(std::move(object));
  }
  return params;
}

json StatementJson(const bundle::Statement& statement) {
  json object = {{"sql", statement.sql}, {"params", Params(statement)}, {"fingerprint", statement.fingerprint}};
  json columns = json::array();
  for (const bundle::ResultColumn& column : statement.columns) {
    columns.push_back({{"name", column.name},
                       {"table", column.table},
                       {"column", column.column},
                       {"type", ScalarTypeName(column.type)},
                       {"database_type", column.database_type},
                       {"visible", column.visible}});
  }
  if (!columns.empty()) object["columns"] = std::move(columns);
  return object;
}

std::string EngineOf(const bundle::Bundle& bundle, const std::string& source) {
  for (const bundle::Source& candidate : bundle.sources) {
    if (candidate.name == source) return candidate.engine;
  }
  return {};
}

json QueryJson(const bundle::Bundle& bundle, const bundle::QueryPlan& query) {
  json object = StatementJson(query.statement);
  object["source"] = query.source;
  object["engine"] = EngineOf(bundle, query.source);
  object["tables"] = query.tables;
  object["row_cap"] = query.row_cap;
  object["many_rows"] = query.many_rows;
  object["timeout_ms"] = query.timeout_ms;
  return object;
}

json SetJson(const bundle::SetColumn& set) {
  json object = Reference(set.value);
  object["column"] = set.column;
  object["type"] = ScalarTypeName(set.type);
  object["database_type"] = set.database_type;
  object["nullable"] = set.nullable;
  if (set.min) object["min"] = *set.min;
  if (set.max) object["max"] = *set.max;
  if (set.max_length) object["max_length"] = *set.max_length;
  for (const auto& [from, to] : set.transitions) object["transitions"].push_back({from, to});
  return object;
}

json PatchJson(const bundle::Bundle& bundle, const bundle::PatchPlan& patch) {
  json key = Reference(patch.key);
  key["column"] = patch.key_column;
  json object = {{"source", patch.source},
                 {"engine", EngineOf(bundle, patch.source)},
                 {"schema", patch.schema},
                 {"table", patch.table},
                 {"key", std::move(key)},
                 {"before", StatementJson(patch.before)},
                 {"lock", StatementJson(patch.lock)},
                 {"update", StatementJson(patch.update)},
                 {"target_is_context_root", patch.target_is_context_root},
                 {"expected_rows", patch.expected_rows}};
  if (!patch.tenant_column.empty()) {
    object["tenant"] = Reference(patch.tenant);
    object["tenant"]["column"] = patch.tenant_column;
  }
  static constexpr const char* kGuards[] = {"integer_version", "timestamp", "before_image"};
  object["guard"] = {{"kind", kGuards[static_cast<int>(patch.guard.kind)]},
                     {"advanced_by_statement", patch.guard.advanced_by_statement}};
  if (!patch.guard.column.empty()) object["guard"]["column"] = patch.guard.column;
  if (!patch.guard.compared.empty()) object["guard"]["compared"] = patch.guard.compared;
  for (const bundle::SetColumn& set : patch.set) object["set"].push_back(SetJson(set));
  if (patch.audit) {
    object["audit"] = {{"stream", patch.audit->stream}};
    if (patch.audit->insert) object["audit"]["insert"] = StatementJson(*patch.audit->insert);
  }
  return object;
}

json PolicyJson(const bundle::Policy& policy) {
  json conditions = json::array(), limits = json::array();
  for (const bundle::PolicyCondition& condition : policy.conditions) {
    conditions.push_back({{"path", condition.path},
                          {"relation", condition.relation},
                          {"value", condition.literal.text},
                          {"type", ScalarTypeName(condition.literal.type)}});
  }
  for (const bundle::PolicyLimit& limit : policy.limits) {
    limits.push_back(
        {{"total_column", limit.total_column}, {"amount", limit.amount}, {"per_object", limit.per_object}});
  }
  return {{"name", policy.name},
          {policy.for_workflow ? "workflow" : "capability", policy.scope},
          {"target_branch", policy.target_branch},
          {"conditions", std::move(conditions)},
          {"limits", std::move(limits)},
          {"auto_commit", policy.auto_commit},
          {"digest", policy.digest}};
}

}  // namespace

json PlanAsJson(const bundle::Bundle& bundle) {
  json capabilities = json::array();
  for (const bundle::Capability& capability : bundle.capabilities) {
    json object = {{"name", capability.name},
                   {"execution", capability.is_proposal ? "proposal" : "read_only"},
                   {"context", capability.context},
                   {"session_keys", capability.session_keys},
                   {"tool", json::parse(capability.tool)},
                   {"queries", json::array()}};
    if (const bundle::Context* context = bundle.FindContext(capability.context)) {
      object["queries"].push_back(QueryJson(bundle, context->query));
    }
    if (capability.patch) object["patch"] = PatchJson(bundle, *capability.patch);
    capabilities.push_back(std::move(object));
  }
  json workflows = json::array();
  for (const bundle::Workflow& workflow : bundle.workflows) {
    json rules = json::array();
    for (const bundle::RiskRule& rule : workflow.risk_rules) {
      rules.push_back({{"level", rule.level}, {"role", rule.role}, {"approvals", rule.approvals}});
    }
    workflows.push_back({{"name", workflow.name},
                         {"session_keys", workflow.session_keys},
                         {"capabilities", workflow.capabilities},
                         {"evidence_required", workflow.evidence_required},
                         {"risk_rules", std::move(rules)}});
  }
  json policies = json::array();
  for (const bundle::Policy& policy : bundle.policies) policies.push_back(PolicyJson(policy));
  return {{"capabilities", std::move(capabilities)},
          {"policies", std::move(policies)},
          {"workflows", std::move(workflows)},
          {"digest", bundle.digest}};
}

}  // namespace synapsor::tool
