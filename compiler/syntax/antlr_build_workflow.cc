#include "compiler/syntax/antlr_build.h"

namespace synapsor::syntax {
namespace {

ast::RiskRule BuildRisk(Values& values, const Grammar::RiskClauseContext* rule) {
  ast::RiskRule risk;
  risk.level = values.Name(rule->level);
  if (rule->needed->quorum != nullptr) risk.approvals = values.Count(rule->needed->quorum);
  if (rule->role != nullptr) risk.role = values.Text(rule->role);
  risk.span = values.SpanOf(rule);
  return risk;
}

void BuildRetention(Values& values, const Grammar::RetentionClauseContext* rule, ast::Workflow& workflow) {
  Span runs;
  Span evidence;
  for (const auto* item : rule->items) {
    const bool is_runs = TokenOf(item->what).kind == K_RUNS;
    if (!values.Once(is_runs ? runs : evidence, values.SpanOf(item), is_runs ? "RUNS" : "EVIDENCE")) continue;
    (is_runs ? workflow.retention_runs_days : workflow.retention_evidence_days) = values.Count(item->days);
  }
}

}  // namespace

ast::Workflow BuildWorkflow(Values& values, const Grammar::WorkflowContext* rule) {
  ast::Workflow workflow;
  workflow.name = values.Qualified(rule->name);
  if (rule->version != nullptr) workflow.version = values.Text(rule->version->text);
  if (rule->description != nullptr) workflow.description = values.Text(rule->description->text);
  workflow.session_span = values.SpanOf(rule->session);
  for (const auto* key : rule->session->keys) workflow.session_require.push_back(values.Name(key));
  workflow.allowed_span = values.SpanOf(rule->allowed);
  for (const auto* name : rule->allowed->names) {
    workflow.allowed_capabilities.push_back(values.Qualified(name));
  }
  if (rule->external != nullptr) {
    for (const auto* name : rule->external->names) {
      workflow.allowed_external_actions.push_back(values.Qualified(name));
    }
  }
  Span retention;
  for (const auto* tail : rule->tails) {
    const Span span = values.SpanOf(tail);
    if (tail->evidence != nullptr) {
      values.Once(workflow.evidence_required, span, "EVIDENCE REQUIRED");
    } else if (tail->branch != nullptr) {
      values.Once(workflow.auto_branch, span, "AUTO BRANCH");
    } else if (tail->checkpoint != nullptr) {
      values.Once(workflow.checkpoint_every_step, span, "CHECKPOINT");
    } else if (tail->risk != nullptr) {
      workflow.risk_rules.push_back(BuildRisk(values, tail->risk));
    } else if (values.Once(retention, span, "RETENTION")) {
      BuildRetention(values, tail->retention, workflow);
    }
  }
  return workflow;
}

}  // namespace synapsor::syntax
