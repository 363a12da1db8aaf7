#include "runtime/bundle/verify.h"

#include <algorithm>
#include <string_view>

#include "runtime/base/decimal.h"
#include "runtime/bundle/write.h"

namespace synapsor::bundle {
namespace {

bool Has(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

template <typename T, typename Name>
bool HasNamed(const std::vector<T>& items, std::string_view name, Name T::*member) {
  return std::any_of(items.begin(), items.end(), [&](const T& item) { return item.*member == name; });
}

template <typename T>
std::string FindDisorder(const std::vector<T>& items, std::string_view what) {
  const auto place =
      std::adjacent_find(items.begin(), items.end(), [](const T& a, const T& b) { return a.name >= b.name; });
  if (place == items.end()) return {};
  return std::string(what) + " `" + std::next(place)->name + "` is repeated or out of order";
}

bool IsKnownEngine(std::string_view engine) {
  return engine == "postgres" || engine == "mysql" || engine == "mariadb" || engine == "sqlite";
}

bool HasColumn(const Statement& statement, std::string_view name) {
  return HasNamed(statement.columns, name, &ResultColumn::name);
}

// What a statement of one capability may take its parameters from.
struct Scope {
  const Capability* capability = nullptr;  // null inside a context: session and fixed values only
  const PatchPlan* patch = nullptr;
};

bool IsProposalPart(const PatchPlan& patch, std::string_view name) {
  if (name == "key" || name == "guard") return true;
  if (name == "tenant") return !patch.tenant_column.empty();
  if (name.starts_with("set:")) return HasNamed(patch.set, name.substr(4), &SetColumn::column);
  if (name.starts_with("before:")) return HasColumn(patch.before, name.substr(7));
  return false;
}

bool Resolves(const ValueRef& value, const Scope& scope) {
  switch (value.origin) {
    case Origin::kFixed: return true;
    case Origin::kSession: return !scope.capability || Has(scope.capability->session_keys, value.name);
    case Origin::kArg: return scope.capability && HasNamed(scope.capability->args, value.name, &Arg::name);
    case Origin::kProposal: return scope.patch && IsProposalPart(*scope.patch, value.name);
    case Origin::kEvent: return false;
  }
  return false;
}

std::string CheckStatement(const Statement& statement, const Scope& scope, std::string_view what) {
  if (statement.sql.empty() || statement.fingerprint.empty()) return std::string(what) + " has no text";
  for (const Param& param : statement.params) {
    if (Resolves(param.value, scope)) continue;
    return std::string(what) + " takes a parameter from `" + ProvenanceText(param.value) +
           "`, which does not exist there";
  }
  return {};
}

std::string CheckGuard(const PatchPlan& patch) {
  const Guard& guard = patch.guard;
  if (guard.kind == GuardKind::kBeforeImage) {
    if (guard.compared.empty()) return "its guard compares no column";
    for (const std::string& column : guard.compared) {
      if (!HasColumn(patch.before, column)) return "its guard compares `" + column + "`, which is not read";
    }
    return {};
  }
  if (!HasColumn(patch.before, guard.column)) return "its guard `" + guard.column + "` is not read";
  if (HasNamed(patch.set, guard.column, &SetColumn::column)) return "its guard is among the written columns";
  return {};
}

std::string CheckPatch(const Capability& capability, const Context& context) {
  const PatchPlan& patch = *capability.patch;
  const Scope values{&capability, nullptr};
  const Scope parts{&capability, &patch};
  if (patch.source != context.query.source) return "its target lies in another source than its context";
  if (patch.set.empty()) return "it writes no column";
  if (patch.expected_rows != 1) return "it expects another number of rows than one";
  if (!HasColumn(patch.before, patch.key_column)) return "its key `" + patch.key_column + "` is not read";
  for (const SetColumn& set : patch.set) {
    const bool repeated = std::count(patch.allowed_columns.begin(), patch.allowed_columns.end(), set.column) > 1;
    if (repeated || set.column == patch.key_column || set.column == patch.tenant_column) {
      return "column `" + set.column + "` must not be written, or not twice";
    }
    if (!HasColumn(patch.before, set.column)) return "written column `" + set.column + "` is not read before";
    if (!Resolves(set.value, values)) return "column `" + set.column + "` has a value that does not exist";
  }
  if (!Resolves(patch.key, values)) return "its key has a value that does not exist";
  if (!patch.tenant_column.empty() && patch.tenant.origin != Origin::kSession) {
    return "its tenant does not come from the session";
  }
  if (!patch.tenant_column.empty() && !Resolves(patch.tenant, values)) return "its tenant does not exist";
  if (patch.target_is_context_root && !HasColumn(context.query.statement, patch.root_key_slot)) {
    return "the context does not read `" + patch.root_key_slot + "`";
  }
  for (const std::string& column : patch.observed) {
    if (!HasColumn(patch.before, column)) return "policies decide by `" + column + "`, which is not read";
  }
  if (std::string misfit = CheckGuard(patch); !misfit.empty()) return misfit;
  for (const auto& [statement, what] :
       {std::pair(&patch.before, "`before`"), std::pair(&patch.lock, "`lock`"), std::pair(&patch.update, "`update`")}) {
    if (std::string misfit = CheckStatement(*statement, parts, what); !misfit.empty()) return misfit;
  }
  return {};
}

std::string CheckCapability(const Capability& capability, const Bundle& bundle) {
  if (capability.tool_name.empty()) return "it has no tool name";
  const Context* context = bundle.FindContext(capability.context);
  if (!context) return "its context `" + capability.context + "` does not exist";
  if (capability.is_proposal != capability.patch.has_value()) return "`proposal` and `patch` contradict";
  for (const Param& param : context->query.statement.params) {
    if (param.value.origin == Origin::kSession && !Has(capability.session_keys, param.value.name)) {
      return "session key `" + param.value.name + "` of its context is not among its own";
    }
  }
  if (!Has(capability.session_keys, context->tenant_session_key)) return "the tenant is not among its session keys";
  for (const SummaryPart& part : capability.summary) {
    if (part.is_value && !Resolves(part.value, {&capability, nullptr})) return "its summary uses a missing value";
  }
  return capability.patch ? CheckPatch(capability, *context) : std::string();
}

std::string CheckContext(const Context& context, const Bundle& bundle) {
  const QueryPlan& query = context.query;
  if (!HasNamed(bundle.sources, query.source, &Source::name)) return "its source does not exist";
  if (query.tables.empty() || query.statement.columns.empty()) return "it reads nothing";
  if (query.row_cap < 1 || query.timeout_ms < 1) return "its row cap or timeout is not positive";
  if (context.tenant_session_key.empty()) return "it has no tenant";
  return CheckStatement(query.statement, {}, "its query");
}

std::string CheckWorkflow(const Workflow& workflow, const Bundle& bundle) {
  for (const std::string& name : workflow.capabilities) {
    if (!bundle.FindCapability(name)) return "capability `" + name + "` does not exist";
  }
  for (const RiskRule& rule : workflow.risk_rules) {
    const bool known = rule.level == "low" || rule.level == "medium" || rule.level == "high";
    if (!known || rule.approvals < 1 || rule.approvals > 10) return "a risk rule has no such level or quorum";
  }
  return {};
}

std::string CheckCondition(const PolicyCondition& condition) {
  const std::string_view path = condition.path;
  const bool known = path == "target_table" || path == "operation" || path.starts_with("trusted_before.") ||
                     path.starts_with("trusted_after.");
  if (!known) return "there is no `" + condition.path + "` to decide by";
  constexpr std::string_view kRelations[] = {"=", "!=", "<", "<=", ">", ">="};
  if (std::find(std::begin(kRelations), std::end(kRelations), condition.relation) == std::end(kRelations)) {
    return "a comparison is unknown";
  }
  return condition.literal.is_null ? "a condition compares with null" : "";
}

std::string CheckPolicy(const Policy& policy, const Bundle& bundle) {
  const bool exists = policy.for_workflow ? bundle.FindWorkflow(policy.scope) != nullptr
                                          : bundle.FindCapability(policy.scope) != nullptr;
  if (!exists) return "`" + policy.scope + "` does not exist";
  if (policy.conditions.empty()) return "it has no condition";
  if (policy.target_branch != "main" || policy.auto_merge) return "it settles elsewhere than in main";
  for (const PolicyCondition& condition : policy.conditions) {
    if (std::string misfit = CheckCondition(condition); !misfit.empty()) return misfit;
  }
  for (const PolicyLimit& limit : policy.limits) {
    const auto order = CompareNumbers(limit.amount, "0");
    if (!order || *order <= 0) return "a limit is not above 0";
  }
  return PolicyDigest(policy) == policy.digest ? std::string() : "its digest is not that of what it says";
}

template <typename T, typename Check>
std::string CheckAll(const std::vector<T>& items, const Bundle& bundle, std::string_view what, Check check) {
  if (std::string disorder = FindDisorder(items, what); !disorder.empty()) return disorder;
  for (const T& item : items) {
    if (std::string misfit = check(item, bundle); !misfit.empty()) {
      return std::string(what) + " `" + item.name + "`: " + misfit;
    }
  }
  return {};
}

std::string CheckSource(const Source& source, const Bundle&) {
  return IsKnownEngine(source.engine) ? std::string() : "engine `" + source.engine + "` is unknown";
}

}  // namespace

std::string FindMisfit(const Bundle& bundle) {
  if (bundle.tool_index.size() != bundle.capabilities.size()) return "two capabilities have one tool name";
  std::string misfit = CheckAll(bundle.sources, bundle, "source", CheckSource);
  if (misfit.empty()) misfit = CheckAll(bundle.contexts, bundle, "context", CheckContext);
  if (misfit.empty()) misfit = CheckAll(bundle.capabilities, bundle, "capability", CheckCapability);
  if (misfit.empty()) misfit = CheckAll(bundle.workflows, bundle, "workflow", CheckWorkflow);
  if (misfit.empty()) misfit = CheckAll(bundle.policies, bundle, "policy", CheckPolicy);
  return misfit;
}

}  // namespace synapsor::bundle
