#include "runtime/interp/risk.h"

#include <gtest/gtest.h>

namespace synapsor::interp {
namespace {

struct Case {
  const char* what;
  std::vector<bundle::RiskRule> rules;
  const char* role;
  int approvals;
  bool policy_may_approve;
};

// Every proposal is of medium risk; a rule covers its level and above.
TEST(Risk, RulesUpToTheProposalsRiskDecide) {
  const Case cases[] = {
      {"no rule", {}, "reviewer", 1, true},
      {"a rule at the risk", {{"medium", "lead", 1}}, "lead", 1, false},
      {"a rule below it", {{"low", "clerk", 1}}, "clerk", 1, false},
      {"a rule above it asks for nothing", {{"high", "boss", 3}}, "reviewer", 1, true},
      {"the highest that covers names the role",
       {{"low", "clerk", 1}, {"medium", "lead", 1}, {"high", "boss", 1}},
       "lead",
       1,
       false},
      {"in any order", {{"high", "boss", 1}, {"medium", "lead", 1}, {"low", "clerk", 1}}, "lead", 1, false},
      {"the largest quorum counts", {{"low", "clerk", 4}, {"medium", "lead", 2}}, "lead", 4, false},
      {"a quorum above does not", {{"medium", "lead", 2}, {"high", "boss", 5}}, "lead", 2, false},
      {"a rule without a role is a floor too", {{"medium", "", 1}}, "reviewer", 1, false},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.what);
    bundle::Workflow workflow;
    workflow.risk_rules = c.rules;
    const ApprovalNeed need = NeededApproval(&workflow, config::Approval{});
    EXPECT_EQ(need.risk, "medium");
    EXPECT_EQ(need.role, c.role);
    EXPECT_EQ(need.approvals, c.approvals);
    EXPECT_EQ(need.policy_may_approve, c.policy_may_approve);
  }
}

TEST(Risk, OutsideAWorkflowTheConfiguredRoleDecides) {
  config::Approval approval;
  approval.default_role = "duty_officer";
  const ApprovalNeed need = NeededApproval(nullptr, approval);
  EXPECT_EQ(need.role, "duty_officer");
  EXPECT_EQ(need.approvals, 1);
  EXPECT_TRUE(need.policy_may_approve);
}

}  // namespace
}  // namespace synapsor::interp
