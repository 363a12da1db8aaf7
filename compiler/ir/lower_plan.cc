// PLAN … END PLAN: a name space of its own, in which a step sees the aliases of the steps before it.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/ir/lowering.h"

namespace synapsor::ir {
namespace {

using diag::Kind;

struct PlanLowering {
  Lowering& lowering;
  const Capability& capability;
  Plan& plan;

  int FindStep(std::string_view name) const {
    for (std::size_t i = 0; i < plan.steps.size(); ++i)
      if (plan.steps[i].syntax->name.text == name) return static_cast<int>(i);
    return -1;
  }

  int ResolveStep(const ast::Name& name) {
    if (const int step = FindStep(name.text); step >= 0) return step;
    std::vector<std::string_view> names;
    for (const PlanStep& step : plan.steps) names.push_back(step.syntax->name.text);
    Report(lowering.sink, capability, Kind::kUnknownPlanStep, name.span,
           fmt::format("the plan has no step `{}`", name.text))
        .WithHelp(DidYouMean(name.text, names, "name a SCAN, EXISTS or HYBRID_SEARCH of this plan"));
    return -1;
  }

  void CheckRepeat(const ast::Name& name, std::string_view what, Span earlier) {
    Report(lowering.sink, capability, Kind::kDuplicatePlanName, name.span,
           fmt::format("the {} `{}` is declared more than once", what, name.text))
        .WithLabel(earlier, "first declared here")
        .WithHelp("rename one of them");
  }
};

ColumnUse StepField(PlanLowering& state, const PlanStep& step, const ast::FieldRef& field) {
  if (field.alias.present())
    return UseField(state.lowering, state.capability, state.plan.tables, field, Visibility::kRead);
  return UseColumn(state.lowering, state.capability, state.plan.tables, step.table, field.column, Visibility::kRead);
}

void LowerStep(PlanLowering& state, const ast::PlanStep& syntax, std::string_view tenant_name) {
  if (const int earlier = state.FindStep(syntax.name.text); earlier >= 0)
    state.CheckRepeat(syntax.name, "step", state.plan.steps[static_cast<std::size_t>(earlier)].syntax->name.span);
  TableUse table = UseTable(state.lowering, state.capability, syntax.table, syntax.alias, tenant_name);
  for (const TableUse& other : state.plan.tables)
    if (SameName(other.alias, table.alias) && syntax.alias.present())
      state.CheckRepeat(syntax.alias, "alias", other.alias_span);
  PlanStep step;
  step.syntax = &syntax;
  step.table = static_cast<int>(state.plan.tables.size());
  state.plan.tables.push_back(std::move(table));
  for (const ast::PlanPredicate& predicate : syntax.where) {
    PlanStep::Predicate lowered;
    lowered.column = StepField(state, step, predicate.field);
    lowered.value = CapabilityValue(state.lowering, state.capability, predicate.operand, true);
    if (predicate.operand.kind == ast::SourceKind::kField)
      lowered.value_field =
          UseField(state.lowering, state.capability, state.plan.tables, predicate.operand.field, Visibility::kRead);
    step.where.push_back(std::move(lowered));
  }
  if (syntax.kind == ast::PlanStepKind::kHybridSearch) {
    step.search_column = UseColumn(state.lowering, state.capability, state.plan.tables, step.table,
                                   syntax.search_column, Visibility::kRead);
    step.query = CapabilityValue(state.lowering, state.capability, syntax.query, true);
  }
  for (const ast::PlanOutput& output : syntax.outputs) {
    for (const PlanStep::Output& other : step.outputs)
      if (other.name == output.name.text) state.CheckRepeat(output.name, "output", other.column.span);
    step.outputs.push_back({output.name.text, StepField(state, step, output.field)});
  }
  state.plan.steps.push_back(std::move(step));
}

void LowerRule(PlanLowering& state, const ast::PlanRule& syntax) {
  PlanRule rule;
  rule.syntax = &syntax;
  for (const ast::PlanCondition& condition : syntax.when) {
    const bool is_field = condition.left == ast::PlanOperandKind::kField;
    rule.fields.push_back(
        is_field ? UseField(state.lowering, state.capability, state.plan.tables, condition.field, Visibility::kRead)
                 : ColumnUse{});
    rule.steps.push_back(is_field ? -1 : state.ResolveStep(condition.step));
  }
  state.plan.rules.push_back(std::move(rule));
}

void LowerResults(PlanLowering& state, const std::vector<ast::PlanResult>& results, std::string_view what) {
  for (std::size_t i = 0; i < results.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j)
      if (results[j].name.text == results[i].name.text) state.CheckRepeat(results[i].name, what, results[j].name.span);
    const int step = state.ResolveStep(results[i].step);
    if (step < 0 || results[i].kind != ast::PlanOperandKind::kStepOutput) continue;
    const ast::PlanStep& syntax = *state.plan.steps[static_cast<std::size_t>(step)].syntax;
    if (syntax.kind != ast::PlanStepKind::kExists) continue;
    Report(state.lowering.sink, state.capability, Kind::kStepWithoutOutput, results[i].span,
           fmt::format("EXISTS `{}` only counts: it has no output", syntax.name.text))
        .WithLabel(syntax.name.span, "declared here")
        .WithHelp(fmt::format("use `STEP_COUNT {}`, or make the step a SCAN with OUTPUT", syntax.name.text));
  }
}

}  // namespace

Plan LowerPlan(Lowering& lowering, const Capability& capability, const Context* context) {
  Plan plan;
  plan.syntax = &*capability.syntax->plan;
  PlanLowering state{lowering, capability, plan};
  std::string_view tenant_name = lowering.config().session.tenant_key;
  if (context != nullptr && context->tenant_binding >= 0)
    tenant_name = context->bindings[static_cast<std::size_t>(context->tenant_binding)].name;
  for (const ast::PlanStep& step : plan.syntax->steps) LowerStep(state, step, tenant_name);
  for (const ast::PlanRule& rule : plan.syntax->rules) LowerRule(state, rule);
  LowerResults(state, plan.syntax->payload, "payload field");
  LowerResults(state, plan.syntax->evidence, "evidence field");
  return plan;
}

}  // namespace synapsor::ir
