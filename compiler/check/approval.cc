// Who approves: risk rules, quorums and roles. Every proposal is of medium risk unless a rule raises it, and ON RISK L
// covers L and above.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/check/rules.h"
#include "compiler/check/support.h"

namespace synapsor::check {
namespace {

bool AllowsProposal(const CheckContext& cx, const ir::Workflow& workflow) {
  return std::any_of(workflow.capabilities.begin(), workflow.capabilities.end(), [&](ir::CapabilityId id) {
    return id.has_value() && cx.program.capabilities.Get(id).is_proposal;
  });
}

bool HasPolicy(const CheckContext& cx, const ir::Workflow& workflow) {
  return std::any_of(workflow.capabilities.begin(), workflow.capabilities.end(), [&](ir::CapabilityId id) {
    return id.has_value() && !cx.program.capabilities.Get(id).policies.empty();
  });
}

}  // namespace

void CheckApprovals(CheckContext& cx) {
  std::vector<bool> has_workflow_policy(cx.program.workflows.size(), false);
  for (const ir::Policy& policy : cx.program.policies)
    if (policy.workflow.has_value()) has_workflow_policy[static_cast<std::size_t>(policy.workflow.index)] = true;
  std::size_t index = 0;
  for (const ir::Workflow& workflow : cx.program.workflows) {
    const bool settled = has_workflow_policy[index++] || HasPolicy(cx, workflow);
    const bool covered = std::any_of(workflow.risk_rules.begin(), workflow.risk_rules.end(),
                                     [](const ir::RiskRule& rule) { return rule.level <= ir::Risk::kMedium; });
    const bool misspelt = workflow.risk_rules.size() < workflow.syntax->risk_rules.size();
    if (covered || settled || misspelt || !AllowsProposal(cx, workflow)) continue;
    Report(cx.sink, workflow, Kind::kProposalWithoutApproval, workflow.syntax->name.span,
           workflow.risk_rules.empty()
               ? fmt::format("workflow `{}` allows a proposal and names nobody to approve it", workflow.name)
               : fmt::format("workflow `{}` names nobody to approve a proposal of medium risk", workflow.name))
        .WithNote(fmt::format("a proposal is of medium risk unless a rule raises it; role `{}` would approve it",
                              cx.catalog.config().approval.default_role))
        .WithHelp("add `ON RISK medium REQUIRE APPROVAL ROLE '…'`");
  }
}

void CheckRiskRules(CheckContext& cx) {
  for (const ir::Workflow& workflow : cx.program.workflows) {
    for (std::size_t i = 0; i < workflow.risk_rules.size(); ++i) {
      const ir::RiskRule& rule = workflow.risk_rules[i];
      if (rule.approvals < 1 || rule.approvals > 10) {
        Report(cx.sink, workflow, Kind::kApprovalCountOutOfRange, rule.syntax->approvals.span,
               fmt::format("{} approvals are required", rule.syntax->approvals.value))
            .WithHelp("require 1 to 10 distinct reviewers");
      }
      for (std::size_t j = 0; j < i; ++j) {
        const ir::RiskRule& other = workflow.risk_rules[j];
        if (other.level == rule.level) {
          Report(cx.sink, workflow, Kind::kConflictingRiskRules, rule.syntax->span,
                 fmt::format("risk `{}` has two rules", rule.syntax->level.text))
              .WithLabel(other.syntax->span, "the other one")
              .WithHelp("keep one rule a level");
          continue;
        }
        const ir::RiskRule& low = other.level < rule.level ? other : rule;
        const ir::RiskRule& high = other.level < rule.level ? rule : other;
        if (high.approvals >= low.approvals) continue;
        Report(cx.sink, workflow, Kind::kWeakerApprovalAtHigherRisk, high.syntax->span,
               fmt::format("risk `{}` needs fewer approvals than risk `{}`", high.syntax->level.text,
                           low.syntax->level.text))
            .WithLabel(low.syntax->span, "this needs more")
            .WithHelp("require at least as many approvals at the higher risk");
      }
    }
  }
}

// The configuration's role members decide only where roles come neither from verified tokens nor from the reviewers file.
void CheckApprovers(CheckContext& cx) {
  const config::Config& config = cx.catalog.config();
  if (config.approval.role_members.empty() || config.session.provider == "jwt" ||
      !config.approval.reviewers_file.empty())
    return;
  for (const ir::Workflow& workflow : cx.program.workflows) {
    if (!AllowsProposal(cx, workflow)) continue;
    for (const ir::RiskRule& rule : workflow.risk_rules) {
      if (rule.role.empty() || rule.approvals < 1) continue;
      const auto members = config.approval.role_members.find(std::string(rule.role));
      const std::size_t count = members == config.approval.role_members.end() ? 0 : members->second.size();
      if (count >= static_cast<std::size_t>(rule.approvals)) continue;
      Report(cx.sink, workflow, Kind::kNobodyCanApprove, rule.syntax->role.span,
             count == 0 ? fmt::format("nobody has the role `{}`", rule.role)
                        : fmt::format("{} approvals are required, and {} have the role `{}`", rule.approvals, count,
                                      rule.role))
          .WithPhrase("no proposal could ever be approved")
          .WithHelp("add members under `approval.roles` in the configuration, or name another role");
    }
  }
}

}  // namespace synapsor::check
