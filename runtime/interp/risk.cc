#include "runtime/interp/risk.h"

#include <algorithm>

namespace synapsor::interp {
namespace {

int Rank(std::string_view level) { return level == "low" ? 0 : level == "medium" ? 1 : 2; }

}  // namespace

ApprovalNeed NeededApproval(const bundle::Workflow* workflow, const config::Approval& approval) {
  ApprovalNeed need;
  need.role = approval.default_role;
  if (!workflow) return need;
  int highest = -1;
  for (const bundle::RiskRule& rule : workflow->risk_rules) {
    const int rank = Rank(rule.level);
    if (rank > Rank(need.risk)) continue;
    need.policy_may_approve = false;
    need.approvals = std::max(need.approvals, rule.approvals);
    if (rank <= highest) continue;
    highest = rank;
    need.role = rule.role.empty() ? approval.default_role : rule.role;
  }
  return need;
}

}  // namespace synapsor::interp
