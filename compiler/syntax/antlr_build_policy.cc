#include "compiler/syntax/antlr_build.h"

namespace synapsor::syntax {
namespace {

ast::PolicyCondition BuildCondition(Values& values, const Grammar::PolicyConditionContext* rule) {
  ast::PolicyCondition condition;
  for (const auto* part : rule->path) condition.path.push_back(values.Name(part));
  condition.path_span = Join(condition.path.front().span, condition.path.back().span);
  condition.relation = values.Relation(rule->relation);
  condition.right = values.Literal(rule->right);
  condition.span = values.SpanOf(rule);
  return condition;
}

ast::PolicyLimit BuildLimit(Values& values, const Grammar::LimitClauseContext* rule) {
  ast::PolicyLimit limit;
  if (rule->what->column != nullptr) {
    limit.total_column = values.Name(rule->what->column);
    limit.amount = values.Number(rule->what->total);
  } else {
    values.Count(rule->what->amount);  // a count of approvals has to fit one
    limit.amount = values.IntegerLiteral(rule->what->amount);
  }
  limit.per_object = rule->object != nullptr;
  limit.span = values.SpanOf(rule);
  return limit;
}

void BuildTails(Values& values, const std::vector<Grammar::PolicyTailContext*>& tails,
                const antlr4::ParserRuleContext* before, ast::SettlementPolicy& policy) {
  for (const auto* tail : tails) {
    const Span span = values.SpanOf(tail);
    if (tail->limit != nullptr) {
      policy.limits.push_back(BuildLimit(values, tail->limit));
      continue;
    }
    const auto* act = tail->automatic->act;
    if (act->commit != nullptr) {
      values.Once(policy.auto_commit, span, "AUTO COMMIT");
    } else if (act->merge != nullptr) {
      values.Once(policy.auto_merge, span, "AUTO MERGE");
    } else if (values.Once(policy.when_span, span, "AUTO APPROVE WHEN")) {
      for (const auto* condition : act->when) policy.when.push_back(BuildCondition(values, condition));
    }
  }
  if (!policy.when_span.has_value()) values.MissingClause(before, "AUTO APPROVE WHEN", "after `TARGET BRANCH`");
}

}  // namespace

ast::SettlementPolicy BuildCreatedPolicy(Values& values, const Grammar::CreatePolicyContext* rule) {
  ast::SettlementPolicy policy;
  policy.name = values.Qualified(rule->name);
  policy.for_workflow = TokenOf(rule->place->what).kind == K_WORKFLOW;
  policy.scope = values.Qualified(rule->place->name);
  policy.target_branch = values.Name(rule->branch->name);
  BuildTails(values, rule->tails, rule->branch, policy);
  return policy;
}

ast::SettlementPolicy BuildAlteredPolicy(Values& values, const Grammar::AlterPolicyContext* rule) {
  ast::SettlementPolicy policy;
  policy.is_alter = true;
  policy.name = values.Qualified(rule->name);
  policy.target_branch = values.Name(rule->branch->name);
  BuildTails(values, rule->tails, rule->branch, policy);
  return policy;
}

}  // namespace synapsor::syntax
