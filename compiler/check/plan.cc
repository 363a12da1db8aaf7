// PLAN … END PLAN: rules that cannot be reached or hold, steps that nothing uses, values of the wrong type.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/check/policy_support.h"
#include "compiler/check/rules.h"
#include "compiler/check/type_fit.h"

namespace synapsor::check {
namespace {

bool SameOperand(const ast::PlanCondition& a, const ast::PlanCondition& b) {
  if (a.left != b.left) return false;
  return a.left == ast::PlanOperandKind::kField ? ir::SameName(a.field.alias.text, b.field.alias.text) &&
                                                      ir::SameName(a.field.column.text, b.field.column.text)
                                                : a.step.text == b.step.text;
}

// What all conditions of a rule say of the operand of one of them.
Constraint ConstraintOn(const ast::PlanRule& rule, const ast::PlanCondition& operand) {
  Constraint constraint;
  for (const ast::PlanCondition& condition : rule.when)
    if (SameOperand(condition, operand)) constraint.Add(condition.relation, condition.right);
  return constraint;
}

void CheckNeverHolds(CheckContext& cx, const ir::Capability& capability, const ast::PlanRule& rule) {
  for (const ast::PlanCondition& condition : rule.when) {
    Constraint constraint = ConstraintOn(rule, condition);
    if (condition.left == ast::PlanOperandKind::kStepCount)
      constraint.Add(ast::Relation::kGreaterEqual, {ast::LiteralKind::kInteger, "0", Span::None()});
    if (!constraint.empty) continue;
    Report(cx.sink, capability, Kind::kPlanConditionNeverHolds, condition.span,
           fmt::format("this condition of rule `{}` never holds", rule.reason.text))
        .WithHelp(condition.left == ast::PlanOperandKind::kStepCount ? "a count is 0 or more; correct the comparison"
                                                                     : "correct the comparison or remove the rule");
    return;
  }
}

// Every row that meets `later` has met `earlier`, which ends the plan.
bool Shadows(const ast::PlanRule& earlier, const ast::PlanRule& later) {
  return std::all_of(earlier.when.begin(), earlier.when.end(), [&](const ast::PlanCondition& condition) {
    const Constraint narrow = ConstraintOn(later, condition);
    const bool constrained =
        std::any_of(later.when.begin(), later.when.end(), [&](const auto& c) { return SameOperand(c, condition); });
    return constrained && ConstraintOn(earlier, condition).Contains(narrow);
  });
}

}  // namespace

void CheckPlanRules(CheckContext& cx) {
  constexpr std::size_t kMostCompared = 64;  // terminal rules of one plan
  for (const ir::Capability& capability : cx.program.capabilities) {
    if (!capability.plan) continue;
    std::vector<const ast::PlanRule*> terminal;
    for (const ast::PlanRule& rule : capability.plan->syntax->rules) {
      CheckNeverHolds(cx, capability, rule);
      const auto earlier =
          std::find_if(terminal.begin(), terminal.end(), [&](const ast::PlanRule* r) { return Shadows(*r, rule); });
      if (earlier != terminal.end()) {
        Report(cx.sink, capability, Kind::kUnreachablePlanRule, rule.span,
               fmt::format("rule `{}` is never reached", rule.reason.text))
            .WithLabel((*earlier)->span, "this rule ends the plan before")
            .WithHelp("put it before that rule, or remove it");
      } else if (rule.terminal && !rule.require_no_prior_reasons && terminal.size() < kMostCompared) {
        terminal.push_back(&rule);
      }
    }
  }
}

void CheckPlanTypes(CheckContext& cx) {
  for (const ir::Capability& capability : cx.program.capabilities) {
    if (!capability.plan) continue;
    const ir::Plan& plan = *capability.plan;
    const auto check = [&](const ir::ColumnUse& column, const ast::Literal& literal) {
      if (column.column == nullptr || literal.kind == ast::LiteralKind::kNull) return;
      const ir::TableUse& table = plan.tables[static_cast<std::size_t>(column.table)];
      const Verdict verdict = FitLiteral(literal, table, *column.column);
      if (verdict.fit != Fit::kWrongKind && verdict.fit != Fit::kNotAllowed) return;
      Report(cx.sink, capability, Kind::kPlanTypeMismatch, literal.span,
             fmt::format("`{}` {}", column.name, verdict.reason))
          .WithSchema(ir::SchemaPlace(table, *column.column), ir::DescribeColumn(*column.column))
          .WithHelp(verdict.help);
    };
    for (const ir::PlanStep& step : plan.steps) {
      for (const ir::PlanStep::Predicate& predicate : step.where) {
        if (IsFixed(predicate.value)) check(predicate.column, *predicate.value.provenance.literal);
        const ir::Arg* arg = ArgOf(capability, predicate.value);
        if (arg == nullptr || predicate.column.column == nullptr) continue;
        const ir::TableUse& table = plan.tables[static_cast<std::size_t>(predicate.column.table)];
        const Verdict verdict = FitArg(*arg, table, *predicate.column.column);
        if (verdict.fit != Fit::kWrongKind) continue;
        Report(cx.sink, capability, Kind::kPlanTypeMismatch, predicate.value.span,
               fmt::format("`{}` {}", predicate.column.name, verdict.reason))
            .WithSchema(ir::SchemaPlace(table, *predicate.column.column), ir::DescribeColumn(*predicate.column.column))
            .WithHelp(verdict.help);
      }
    }
    for (const ir::PlanRule& rule : plan.rules) {
      for (std::size_t i = 0; i < rule.fields.size(); ++i) {
        const ast::PlanCondition& condition = rule.syntax->when[i];
        if (condition.left == ast::PlanOperandKind::kField) {
          check(rule.fields[i], condition.right);
        } else if (condition.right.kind != ast::LiteralKind::kInteger) {
          Report(cx.sink, capability, Kind::kPlanTypeMismatch, condition.right.span,
                 "a count is compared with something that is no whole number")
              .WithHelp("compare it with a whole number");
        }
      }
    }
  }
}

void CheckPlanSteps(CheckContext& cx) {
  for (const ir::Capability& capability : cx.program.capabilities) {
    if (!capability.plan) continue;
    const ir::Plan& plan = *capability.plan;
    for (const ir::PlanStep& step : plan.steps) {
      const ast::PlanStep& syntax = *step.syntax;
      const auto named = [&](const ast::PlanResult& result) { return result.step.text == syntax.name.text; };
      bool used = std::any_of(plan.syntax->payload.begin(), plan.syntax->payload.end(), named) ||
                  std::any_of(plan.syntax->evidence.begin(), plan.syntax->evidence.end(), named);
      for (const ir::PlanRule& rule : plan.rules) {
        for (std::size_t i = 0; i < rule.fields.size(); ++i)
          used = used || rule.syntax->when[i].step.text == syntax.name.text || rule.fields[i].table == step.table;
      }
      for (const ir::PlanStep& other : plan.steps)
        for (const ir::PlanStep::Predicate& predicate : other.where)
          used = used || (&other != &step && predicate.value_field.table == step.table);
      if (used) continue;
      Report(cx.sink, capability, Kind::kUnusedPlanStep, syntax.name.span,
             fmt::format("nothing uses the step `{}`", syntax.name.text))
          .WithHelp("use it in a rule, PAYLOAD or EVIDENCE, or remove it");
    }
  }
}

}  // namespace synapsor::check
