// Settlement policies as a whole: their scope, what they trigger, and the approvals above them. What their conditions
// say is in policy_conditions.cc.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/base/decimal.h"
#include "compiler/check/policy_support.h"
#include "compiler/check/rules.h"

namespace synapsor::check {

std::vector<const ir::Capability*> ProposalsOf(const CheckContext& cx, const ir::Policy& policy) {
  std::vector<const ir::Capability*> proposals;
  const auto add = [&](ir::CapabilityId id) {
    if (id.has_value() && cx.program.capabilities.Get(id).write) proposals.push_back(&cx.program.capabilities.Get(id));
  };
  if (policy.capability.has_value()) add(policy.capability);
  if (policy.workflow.has_value())
    for (const ir::CapabilityId id : cx.program.workflows.Get(policy.workflow).capabilities) add(id);
  return proposals;
}

Span ScopeSpan(const ir::Policy& policy) {
  return policy.syntax->scope.present() ? policy.syntax->scope.span : policy.syntax->name.span;
}

void CheckPolicyScope(CheckContext& cx) {
  for (const ir::Policy& policy : cx.program.policies) {
    if (policy.poisoned || !ProposalsOf(cx, policy).empty()) continue;
    // A PROPOSAL that lacks its WRITE PROPOSAL is reported as that.
    if (policy.capability.has_value() && cx.program.capabilities.Get(policy.capability).is_proposal) continue;
    Report(cx.sink, policy, Kind::kPolicyWithoutProposal, ScopeSpan(policy),
           fmt::format("`{}` makes no proposal that a policy could settle", policy.syntax->scope.full))
        .WithHelp("name a capability with EXECUTION PROPOSAL");
  }
}

void CheckPolicyMerge(CheckContext& cx) {
  for (const ir::Policy& policy : cx.program.policies) {
    const ast::SettlementPolicy& syntax = *policy.syntax;
    if (!syntax.auto_merge.has_value()) continue;
    if (!syntax.auto_commit.has_value()) {
      Report(cx.sink, policy, Kind::kMergeWithoutCommit, syntax.auto_merge, "AUTO MERGE without AUTO COMMIT")
          .WithPhrase("only a committed proposal can be merged")
          .WithHelp("add `AUTO COMMIT` before it, or remove `AUTO MERGE`")
          .WithFix({"remove AUTO MERGE", {{syntax.auto_merge, ""}}, true});
    }
    for (const ir::Capability* capability : ProposalsOf(cx, policy)) {
      const ir::TableUse& target = capability->write->target;
      if (target.poisoned || !KnowsEngine(cx, target) || EngineOf(target) == schema::Engine::kSqlite) continue;
      Report(cx.sink, policy, Kind::kMergeOnExternalTarget, syntax.auto_merge,
             fmt::format("AUTO MERGE does nothing for `{}`, which lies in an external database", ir::TableName(target)))
          .WithLabel(capability->write->syntax->target.span, "the target")
          .WithHelp("remove `AUTO MERGE`: an approved proposal is applied by the trusted runner")
          .WithFix({"remove AUTO MERGE", {{syntax.auto_merge, ""}}, true});
      break;
    }
  }
}

// ON RISK is a floor: a policy cannot stand in for the role that it demands.
void CheckPolicyFloor(CheckContext& cx) {
  for (const ir::Policy& policy : cx.program.policies) {
    const auto report = [&](const ir::Workflow& workflow) {
      const auto rule = std::find_if(workflow.risk_rules.begin(), workflow.risk_rules.end(),
                                     [](const ir::RiskRule& r) { return r.level <= ir::Risk::kMedium; });
      if (rule == workflow.risk_rules.end()) return false;
      Report(cx.sink, policy, Kind::kPolicyOverridesApproval, ScopeSpan(policy),
             fmt::format("this policy approves by itself what workflow `{}` leaves to a person", workflow.name))
          .WithLabel(rule->syntax->span, "a reviewer is required here")
          .WithHelp(
              "the rule is a floor: in that workflow the policy never approves. Remove one of them, or raise the "
              "rule's level");
      return true;
    };
    if (policy.workflow.has_value()) report(cx.program.workflows.Get(policy.workflow));
    if (!policy.capability.has_value()) continue;
    for (const ir::WorkflowId id : cx.program.capabilities.Get(policy.capability).workflows)
      if (report(cx.program.workflows.Get(id))) break;
  }
}

void CheckPolicyLimits(CheckContext& cx) {
  for (const ir::Policy& policy : cx.program.policies) {
    for (const ast::PolicyLimit& limit : policy.syntax->limits) {
      const bool number =
          limit.amount.kind == ast::LiteralKind::kInteger || limit.amount.kind == ast::LiteralKind::kDecimal;
      if (!number || CompareDecimals(limit.amount.text, "0") <= 0) {
        Report(cx.sink, policy, Kind::kInvalidPolicyLimit, limit.amount.span, "a LIMIT must be a number above 0")
            .WithHelp("write a positive number; to approve nothing, remove the policy");
      }
      if (!limit.total_column.present()) continue;
      for (const ir::Capability* capability : ProposalsOf(cx, policy)) {
        const ir::WriteColumn* written = FindWritten(*capability->write, limit.total_column.text);
        if (written == nullptr) {
          Report(cx.sink, policy, Kind::kInvalidPolicyLimit, limit.total_column.span,
                 fmt::format("LIMIT TOTAL sums `{}`, which `{}` does not write", limit.total_column.text,
                             capability->name))
              .WithHelp("name a written column");
        } else if (written->column.column != nullptr &&
                   written->column.column->type.kind != schema::TypeKind::kInteger &&
                   written->column.column->type.kind != schema::TypeKind::kDecimal) {
          Report(cx.sink, policy, Kind::kInvalidPolicyLimit, limit.total_column.span,
                 fmt::format("LIMIT TOTAL sums `{}`, which is no exact number", limit.total_column.text))
              .WithSchema(ir::SchemaPlace(capability->write->target, *written->column.column),
                          ir::DescribeColumn(*written->column.column))
              .WithHelp("sum an integer or decimal column");
        }
      }
    }
  }
}

}  // namespace synapsor::check
