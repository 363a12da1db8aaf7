#include "compiler/syntax/antlr_build.h"

namespace synapsor::syntax {
namespace {

ast::ValueSource BuildOperand(Values& values, const Grammar::OperandContext* rule) {
  ast::ValueSource operand;
  operand.span = values.SpanOf(rule);
  if (rule->name != nullptr) {
    operand.kind = ast::SourceKind::kArg;
    operand.name = values.Name(rule->name);
  } else if (rule->field != nullptr) {
    operand.kind = ast::SourceKind::kField;
    operand.field = values.Field(rule->field);
  } else {
    operand.kind = ast::SourceKind::kValue;
    operand.literal = values.Literal(rule->value);
  }
  return operand;
}

ast::PlanPredicate BuildPredicate(Values& values, const Grammar::PredicateContext* rule) {
  return {values.Field(rule->field), BuildOperand(values, rule->right), values.SpanOf(rule)};
}

ast::PlanStep BuildScan(Values& values, const Grammar::ScanClauseContext* rule) {
  ast::PlanStep step;
  step.kind = ast::PlanStepKind::kScan;
  step.name = values.Name(rule->name);
  step.table = values.Table(rule->table);
  step.alias = values.Name(rule->alias);
  for (const auto* predicate : rule->where) step.where.push_back(BuildPredicate(values, predicate));
  for (const auto* output : rule->outputs) {
    step.outputs.push_back({values.Name(output->name), values.Field(output->field), values.SpanOf(output)});
  }
  return step;
}

ast::PlanStep BuildExists(Values& values, const Grammar::ExistsClauseContext* rule) {
  ast::PlanStep step;
  step.kind = ast::PlanStepKind::kExists;
  step.name = values.Name(rule->name);
  step.table = values.Table(rule->table);
  step.alias = values.Name(rule->alias);
  for (const auto* predicate : rule->where) step.where.push_back(BuildPredicate(values, predicate));
  return step;
}

ast::PlanStep BuildHybrid(Values& values, const Grammar::HybridClauseContext* rule) {
  ast::PlanStep step;
  step.kind = ast::PlanStepKind::kHybridSearch;
  step.name = values.Name(rule->name);
  step.table = values.Table(rule->table);
  step.search_column = values.Name(rule->column);
  step.query = values.Query(rule->query);
  step.limit = values.Count(rule->limit);
  for (const auto* filter : rule->filters) {
    ast::PlanPredicate predicate;
    predicate.field.column = values.Name(filter->column);
    predicate.field.span = predicate.field.column.span;
    predicate.operand = BuildOperand(values, filter->right);
    predicate.span = values.SpanOf(filter);
    step.where.push_back(predicate);
  }
  return step;
}

ast::PlanRule BuildRule(Values& values, const Grammar::RuleClauseContext* rule) {
  ast::PlanRule result;
  result.decision = values.Name(rule->decision);
  result.reason = values.Name(rule->reason);
  if (rule->detail != nullptr) result.detail = values.Text(rule->detail);
  for (const auto* condition : rule->when) {
    ast::PlanCondition& built = result.when.emplace_back();
    if (condition->left->field != nullptr) {
      built.left = ast::PlanOperandKind::kField;
      built.field = values.Field(condition->left->field);
    } else {
      built.left = ast::PlanOperandKind::kStepCount;
      built.step = values.Name(condition->left->step);
    }
    built.relation = values.Relation(condition->relation);
    built.right = values.Literal(condition->right);
    built.span = values.SpanOf(condition);
  }
  result.terminal = rule->terminal != nullptr;
  result.require_no_prior_reasons = rule->prior != nullptr;
  result.span = values.SpanOf(rule);
  return result;
}

ast::PlanResult BuildResult(Values& values, const Grammar::PlanResultContext* rule) {
  const bool counts = TokenOf(rule->what).kind == K_STEP_COUNT;
  return {values.Name(rule->name), counts ? ast::PlanOperandKind::kStepCount : ast::PlanOperandKind::kStepOutput,
          values.Name(rule->step), values.SpanOf(rule)};
}

}  // namespace

ast::Plan BuildPlan(Values& values, const Grammar::PlanClauseContext* rule) {
  ast::Plan plan;
  plan.default_decision = values.Name(rule->decision->name);
  for (const auto* step : rule->steps) {
    ast::PlanStep built = step->scan != nullptr     ? BuildScan(values, step->scan)
                          : step->exists != nullptr ? BuildExists(values, step->exists)
                                                    : BuildHybrid(values, step->hybrid);
    built.span = values.SpanOf(step);
    plan.steps.push_back(std::move(built));
  }
  for (const auto* decision : rule->rules) plan.rules.push_back(BuildRule(values, decision));
  if (rule->payload != nullptr) {
    for (const auto* result : rule->payload->results) plan.payload.push_back(BuildResult(values, result));
  }
  if (rule->evidence != nullptr) {
    for (const auto* result : rule->evidence->results) plan.evidence.push_back(BuildResult(values, result));
  }
  plan.span = values.SpanOf(rule);
  return plan;
}

}  // namespace synapsor::syntax
