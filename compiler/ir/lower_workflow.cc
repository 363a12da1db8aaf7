// Workflows and settlement policies: what refers to capabilities.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "compiler/ir/lowering.h"

namespace synapsor::ir {
namespace {

using diag::Kind;

std::optional<Risk> ParseRisk(std::string_view text) {
  if (SameName(text, "low")) return Risk::kLow;
  if (SameName(text, "medium")) return Risk::kMedium;
  if (SameName(text, "high")) return Risk::kHigh;
  return std::nullopt;
}

CapabilityId ResolveCapability(Lowering& lowering, const ast::QualifiedName& name) {
  const auto& names = lowering.program.capability_names;
  const auto found = names.find(name.full);
  return found == names.end() ? CapabilityId::None() : found->second;
}

void LowerAllowed(Lowering& lowering, Workflow& workflow, WorkflowId id) {
  for (const ast::QualifiedName& name : workflow.syntax->allowed_capabilities) {
    const CapabilityId capability = ResolveCapability(lowering, name);
    if (capability.has_value() && std::find(workflow.capabilities.begin(), workflow.capabilities.end(), capability) !=
                                      workflow.capabilities.end())
      continue;
    workflow.capabilities.push_back(capability);
    if (capability.has_value()) {
      lowering.program.capabilities.Get(capability).workflows.push_back(id);
      continue;
    }
    if (lowering.syntax_errors && IsDeclaredInText(lowering, "CAPABILITY", name.full)) continue;
    Report(lowering.sink, workflow, Kind::kUnknownCapability, name.span,
           fmt::format("there is no capability `{}`", name.full))
        .WithHelp(SuggestEntity(lowering, lowering.program.capabilities, name.full,
                                "define it with CREATE AGENT CAPABILITY, or remove it from the list"));
  }
}

void LowerRiskRules(Lowering& lowering, Workflow& workflow) {
  for (const ast::RiskRule& syntax : workflow.syntax->risk_rules) {
    const auto level = ParseRisk(syntax.level.text);
    if (!level) {
      Report(lowering.sink, workflow, Kind::kUnknownRiskLevel, syntax.level.span,
             fmt::format("`{}` is not a risk level", syntax.level.text))
          .WithHelp("the levels are `low`, `medium` and `high`");
      continue;
    }
    const int approvals =
        syntax.approvals.present() ? static_cast<int>(std::clamp<std::int64_t>(syntax.approvals.value, -1, 1000)) : 1;
    workflow.risk_rules.push_back({*level, syntax.role.value, approvals, &syntax});
  }
}

// ---- policies ----

struct PayloadPath {
  std::string_view name;
  PolicyRoot root;
  std::size_t parts;
};

constexpr auto kPayloadPaths = std::to_array<PayloadPath>({
    {"target_table", PolicyRoot::kTargetTable, 1},
    {"operation", PolicyRoot::kOperation, 1},
    {"trusted_before", PolicyRoot::kTrustedBefore, 2},
    {"trusted_after", PolicyRoot::kTrustedAfter, 2},
    {"reason_codes", PolicyRoot::kReasonCodes, 1},
});

void ReportPath(Lowering& lowering, const Policy& policy, const ast::PolicyCondition& condition, std::string help) {
  Report(lowering.sink, policy, Kind::kUnknownPayloadPath, condition.path_span,
         fmt::format("a proposal's payload has no `{}`", lowering.program.sources->Text(condition.path_span)))
      .WithPhrase("nothing would ever match")
      .WithHelp(std::move(help));
}

// `trusted_after.c` must be a written column; `trusted_before.c` any column of the target, where that is known.
bool KnowsColumn(Lowering& lowering, const Policy& policy, const PolicyCondition& condition) {
  if (!policy.capability.has_value()) return true;
  const Capability& capability = lowering.program.capabilities.Get(policy.capability);
  if (!capability.write) return true;
  const Write& write = *capability.write;
  std::vector<std::string_view> names;
  for (const WriteColumn& column : write.columns) names.push_back(column.column.name);
  if (condition.root == PolicyRoot::kTrustedBefore) {
    if (write.target.resolved.table == nullptr) return true;
    for (const schema::Column& column : write.target.resolved.table->columns) names.push_back(column.name);
  }
  if (std::any_of(names.begin(), names.end(), [&](std::string_view name) { return SameName(name, condition.column); }))
    return true;
  ReportPath(lowering, policy, *condition.syntax,
             DidYouMean(condition.column, names, fmt::format("`{}` has {}", capability.name, ListNames(names))));
  return false;
}

PolicyCondition LowerCondition(Lowering& lowering, const Policy& policy, const ast::PolicyCondition& syntax) {
  PolicyCondition condition;
  condition.syntax = &syntax;
  const auto found = std::find_if(kPayloadPaths.begin(), kPayloadPaths.end(), [&](const PayloadPath& path) {
    return !syntax.path.empty() && syntax.path[0].text == path.name && syntax.path.size() == path.parts;
  });
  if (found == kPayloadPaths.end()) {
    condition.poisoned = true;
    constexpr std::string_view kNames[] = {"target_table", "operation", "trusted_before", "trusted_after",
                                           "reason_codes"};
    ReportPath(
        lowering, policy, syntax,
        DidYouMean(
            syntax.path.empty() ? std::string_view() : syntax.path[0].text, kNames,
            "use `target_table`, `operation`, `trusted_before.COLUMN`, `trusted_after.COLUMN` or `reason_codes`"));
    return condition;
  }
  condition.root = found->root;
  if (found->parts == 2) condition.column = syntax.path[1].text;
  if (found->parts == 2) condition.poisoned = !KnowsColumn(lowering, policy, condition);
  return condition;
}

bool ResolveScope(Lowering& lowering, Policy& policy, const ast::QualifiedName& scope) {
  if (policy.for_workflow) {
    const auto found = lowering.program.workflow_names.find(scope.full);
    if (found != lowering.program.workflow_names.end()) policy.workflow = found->second;
  } else {
    policy.capability = ResolveCapability(lowering, scope);
  }
  if (policy.workflow.has_value() || policy.capability.has_value()) return true;
  const std::string_view keyword = policy.for_workflow ? "WORKFLOW" : "CAPABILITY";
  if (lowering.syntax_errors && IsDeclaredInText(lowering, keyword, scope.full)) return false;
  const std::string otherwise = "a policy is for a capability or workflow of these files";
  Report(lowering.sink, policy, Kind::kUnknownPolicyScope, scope.span,
         fmt::format("there is no {} `{}`", policy.for_workflow ? "workflow" : "capability", scope.full))
      .WithHelp(policy.for_workflow ? SuggestEntity(lowering, lowering.program.workflows, scope.full, otherwise)
                                    : SuggestEntity(lowering, lowering.program.capabilities, scope.full, otherwise));
  return false;
}

// The scope of an ALTER is that of the policy it alters.
bool ResolveAltered(Lowering& lowering, Policy& policy) {
  const auto& names = lowering.program.policy_names;
  if (const auto found = names.find(policy.name); found != names.end()) {
    const ast::SettlementPolicy& original = *lowering.program.policies.Get(found->second).syntax;
    policy.for_workflow = original.for_workflow;
    return ResolveScope(lowering, policy, original.scope);
  }
  std::vector<std::string_view> candidates;
  for (const auto& [name, id] : names) candidates.push_back(name);
  std::sort(candidates.begin(), candidates.end());
  Report(lowering.sink, policy, Kind::kUnknownPolicyScope, policy.syntax->name.span,
         fmt::format("there is no settlement policy `{}` to alter", policy.name))
      .WithHelp(DidYouMean(policy.name, candidates, "create it first with CREATE SETTLEMENT POLICY"));
  return false;
}

}  // namespace

void LowerWorkflow(Lowering& lowering, WorkflowId id) {
  Workflow& workflow = lowering.program.workflows.Get(id);
  for (const ast::Name& key : workflow.syntax->session_require) workflow.session_keys.push_back(key.text);
  workflow.evidence_required = workflow.syntax->evidence_required.has_value();
  LowerAllowed(lowering, workflow, id);
  LowerRiskRules(lowering, workflow);
}

void LowerPolicy(Lowering& lowering, PolicyId id) {
  Policy& policy = lowering.program.policies.Get(id);
  policy.for_workflow = policy.syntax->for_workflow;
  const bool resolved =
      policy.syntax->is_alter ? ResolveAltered(lowering, policy) : ResolveScope(lowering, policy, policy.syntax->scope);
  policy.poisoned = !resolved;
  if (policy.capability.has_value()) lowering.program.capabilities.Get(policy.capability).policies.push_back(id);
  for (const ast::PolicyCondition& condition : policy.syntax->when)
    policy.conditions.push_back(LowerCondition(lowering, policy, condition));
}

}  // namespace synapsor::ir
