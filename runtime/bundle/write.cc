#include "runtime/bundle/write.h"

#include <nlohmann/json.hpp>

#include "runtime/base/digest.h"
#include "runtime/base/replace_file.h"
#include "runtime/bundle/spelling.h"

namespace synapsor::bundle {
namespace {

using nlohmann::json;

// Members that hold their default are left out: the format's rule, and most of its compactness.
void Put(json& object, const char* key, const std::string& value) {
  if (!value.empty()) object[key] = value;
}
void Put(json& object, const char* key, bool value) {
  if (value) object[key] = true;
}
template <typename T>
void Put(json& object, const char* key, const std::optional<T>& value) {
  if (value) object[key] = *value;
}
void Put(json& object, const char* key, ScalarType type) {
  if (type != ScalarType::kText) object[key] = ScalarTypeName(type);
}
void Put(json& object, const char* key, const std::vector<std::string>& values) {
  if (!values.empty()) object[key] = values;
}
template <typename T, typename Writer>
void PutEach(json& object, const char* key, const std::vector<T>& values, Writer write) {
  if (values.empty()) return;
  json array = json::array();
  for (const T& value : values) array.push_back(write(value));
  object[key] = std::move(array);
}

json Bindings(const std::vector<Binding>& bindings) {
  json object = json::object();
  for (const Binding& binding : bindings) object[binding.name] = binding.session_key;
  return object;
}

json WriteParam(const Param& param) {
  json object{{"value", ToJson(param.value)}};
  Put(object, "type", param.type);
  Put(object, "db", param.database_type);
  return object;
}

// `table` is left out where it is the plan's first one, `column` where it is the name.
json WriteColumn(const ResultColumn& column, const std::string& table) {
  json object{{"name", column.name}};
  if (column.table != table) object["table"] = column.table;
  if (column.column != column.name) object["column"] = column.column;
  Put(object, "type", column.type);
  Put(object, "db", column.database_type);
  Put(object, "hidden", !column.visible);
  return object;
}

json WriteStatement(const Statement& statement, const std::string& table) {
  json object{{"sql", statement.sql}, {"fingerprint", statement.fingerprint}};
  PutEach(object, "params", statement.params, WriteParam);
  PutEach(object, "columns", statement.columns, [&](const ResultColumn& column) { return WriteColumn(column, table); });
  return object;
}

json WriteQuery(const QueryPlan& query) {
  json object = WriteStatement(query.statement, query.tables.empty() ? "" : query.tables.front());
  object["source"] = query.source;
  object["tables"] = query.tables;
  Put(object, "many_rows", query.many_rows);
  object["row_cap"] = query.row_cap;
  object["timeout_ms"] = query.timeout_ms;
  return object;
}

json WriteContext(const Context& context) {
  json object{{"name", context.name}, {"query", WriteQuery(context.query)}};
  if (!context.bindings.empty()) object["bindings"] = Bindings(context.bindings);
  Put(object, "tenant_session_key", context.tenant_session_key);
  Put(object, "evidence", context.evidence);
  return object;
}

json WriteArg(const Arg& arg) {
  json object{{"name", arg.name}};
  Put(object, "type", arg.type);
  Put(object, "required", arg.required);
  Put(object, "description", arg.description);
  Put(object, "max_length", arg.max_length);
  Put(object, "min", arg.min);
  Put(object, "max", arg.max);
  Put(object, "one_of", arg.one_of);
  Put(object, "precision", arg.precision);
  Put(object, "scale", arg.scale);
  return object;
}

json WriteBudget(const TokenBudget& budget) {
  json object = json::object();
  Put(object, "max_output_tokens", budget.max_output_tokens);
  Put(object, "max_inline_evidence_items", budget.max_inline_evidence_items);
  Put(object, "max_reason_count", budget.max_reason_count);
  Put(object, "prefer_handles", budget.prefer_handles);
  return object;
}

json WriteGuard(const Guard& guard) {
  json object{{"kind", GuardKindName(guard.kind)}};
  Put(object, "column", guard.column);
  Put(object, "compared", guard.compared);
  Put(object, "advanced_by_statement", guard.advanced_by_statement);
  return object;
}

json WriteSet(const SetColumn& set) {
  json object{{"column", set.column}, {"value", ToJson(set.value)}};
  Put(object, "type", set.type);
  Put(object, "db", set.database_type);
  Put(object, "not_null", !set.nullable);
  Put(object, "min", set.min);
  Put(object, "max", set.max);
  Put(object, "max_length", set.max_length);
  Put(object, "precision", set.precision);
  Put(object, "scale", set.scale);
  PutEach(object, "transitions", set.transitions, [](const auto& step) {
    return json::array({step.first, step.second});
  });
  return object;
}

json Anchor(const std::string& column, const ValueRef& value, ScalarType type) {
  json object{{"column", column}, {"value", ToJson(value)}};
  Put(object, "type", type);
  return object;
}

json WritePatch(const PatchPlan& patch) {
  json object{{"source", patch.source},
              {"schema", patch.schema},
              {"table", patch.table},
              {"key", Anchor(patch.key_column, patch.key, patch.key_type)},
              {"guard", WriteGuard(patch.guard)},
              {"before", WriteStatement(patch.before, patch.table)},
              {"update", WriteStatement(patch.update, patch.table)},
              {"expected_rows", patch.expected_rows}};
  if (!patch.tenant_column.empty()) {
    object["tenant"] = Anchor(patch.tenant_column, patch.tenant, patch.tenant_type);
  }
  PutEach(object, "set", patch.set, WriteSet);
  // Its columns are those of `before`.
  object["lock"] = {{"sql", patch.lock.sql}, {"fingerprint", patch.lock.fingerprint}};
  PutEach(object["lock"], "params", patch.lock.params, WriteParam);
  if (patch.audit) {
    object["audit"] = {{"stream", patch.audit->stream}};
    if (patch.audit->insert) object["audit"]["insert"] = WriteStatement(*patch.audit->insert, {});
  }
  Put(object, "observed", patch.observed);
  Put(object, "target_is_context_root", patch.target_is_context_root);
  Put(object, "root_key_slot", patch.root_key_slot);
  return object;
}

json WriteCapability(const Capability& capability) {
  json object{{"name", capability.name},
              {"context", capability.context},
              {"tool", json::parse(capability.tool, nullptr, false)}};
  Put(object, "version", capability.version);
  Put(object, "description", capability.description);
  Put(object, "proposal", capability.is_proposal);
  PutEach(object, "args", capability.args, WriteArg);
  if (!capability.bindings.empty()) object["bindings"] = Bindings(capability.bindings);
  Put(object, "session_keys", capability.session_keys);
  if (!capability.returns_json.empty()) {
    object["returns"] = json::parse(capability.returns_json, nullptr, false);
  }
  Put(object, "minimal_profile", capability.minimal_profile);
  Put(object, "evidence_handles_only", capability.evidence_handles_only);
  PutEach(object, "aliases", capability.aliases, [](const auto& alias) {
    return json::array({alias.first, alias.second});
  });
  if (capability.budget) object["budget"] = WriteBudget(*capability.budget);
  if (capability.patch) object["patch"] = WritePatch(*capability.patch);
  PutEach(object, "summary", capability.summary, [](const SummaryPart& part) -> json {
    if (!part.is_value) return part.text;
    return {{"value", ToJson(part.value)}};
  });
  return object;
}

json WriteWorkflow(const Workflow& workflow) {
  json object{{"name", workflow.name}};
  Put(object, "version", workflow.version);
  Put(object, "description", workflow.description);
  Put(object, "session_keys", workflow.session_keys);
  Put(object, "capabilities", workflow.capabilities);
  Put(object, "evidence_required", workflow.evidence_required);
  Put(object, "auto_branch", workflow.auto_branch);
  Put(object, "checkpoint_every_step", workflow.checkpoint_every_step);
  PutEach(object, "risk_rules", workflow.risk_rules, [](const RiskRule& rule) {
    json item{{"level", rule.level}, {"approvals", rule.approvals}};
    Put(item, "role", rule.role);
    return item;
  });
  Put(object, "retention_runs_days", workflow.retention_runs_days);
  Put(object, "retention_evidence_days", workflow.retention_evidence_days);
  return object;
}

json WritePolicy(const Policy& policy) {
  json object{{"name", policy.name}, {"scope", policy.scope}};
  Put(object, "digest", policy.digest);
  Put(object, "for_workflow", policy.for_workflow);
  Put(object, "target_branch", policy.target_branch);
  PutEach(object, "conditions", policy.conditions, [](const PolicyCondition& condition) {
    return json{{"path", condition.path},
                {"relation", condition.relation},
                {"literal", ToJson(ValueRef{Origin::kFixed, {}, condition.literal})}};
  });
  PutEach(object, "limits", policy.limits, [](const PolicyLimit& limit) {
    json item{{"amount", limit.amount}};
    Put(item, "total_column", limit.total_column);
    Put(item, "per_object", limit.per_object);
    return item;
  });
  Put(object, "auto_commit", policy.auto_commit);
  Put(object, "auto_merge", policy.auto_merge);
  return object;
}

json WriteSource(const Source& source) {
  json object{{"name", source.name}, {"engine", source.engine}};
  PutEach(object, "tables", source.tables, [](const TableFingerprint& table) {
    return json{{"schema", table.schema},
                {"table", table.table},
                {"columns", table.columns},
                {"fingerprint", table.fingerprint}};
  });
  return object;
}

// subject -> ["verb \t object \t qualifier \t place"]: one text a fact keeps large bundles quick to read.
json WriteAuthority(const std::vector<AuthorityFact>& facts) {
  json object = json::object();
  for (const AuthorityFact& fact : facts) {
    object[fact.subject].push_back(fact.verb + '\t' + fact.object + '\t' + fact.qualifier + '\t' + fact.place);
  }
  return object;
}

json WriteBundle(const Bundle& bundle) {
  json object{
      {"format", kFormat}, {"compiler", bundle.compiler_version}, {"authority", WriteAuthority(bundle.authority)}};
  json ddl = json::array();
  for (const DdlDigest& file : bundle.ddl) ddl.push_back({{"name", file.name}, {"digest", file.digest}});
  object["ddl"] = std::move(ddl);
  const auto put_list = [&](const char* key, const auto& values, auto write) {
    json array = json::array();
    for (const auto& value : values) array.push_back(write(value));
    object[key] = std::move(array);
  };
  put_list("sources", bundle.sources, WriteSource);
  put_list("contexts", bundle.contexts, WriteContext);
  put_list("capabilities", bundle.capabilities, WriteCapability);
  put_list("workflows", bundle.workflows, WriteWorkflow);
  put_list("policies", bundle.policies, WritePolicy);
  return object;
}

}  // namespace

std::string Write(Bundle& bundle) {
  json object = WriteBundle(bundle);
  bundle.digest = Digest(CanonicalJson(object));
  object["digest"] = bundle.digest;
  return CanonicalJson(object) + "\n";
}

std::string PolicyDigest(Policy policy) {
  policy.digest.clear();
  return Digest(CanonicalJson(WritePolicy(policy)));
}

Status WriteFile(Bundle& bundle, const std::string& path) { return ReplaceFile(path, Write(bundle)); }

}  // namespace synapsor::bundle
