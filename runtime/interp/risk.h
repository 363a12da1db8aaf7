// Which approval a proposal needs. Risk is computed here, never taken from an argument.
#pragma once

#include <string>

#include "runtime/bundle/bundle.h"
#include "runtime/config/config.h"

namespace synapsor::interp {

struct ApprovalNeed {
  std::string risk = "medium";  // of every proposal: no rule of the language raises it yet
  std::string role;
  int approvals = 1;
  bool policy_may_approve = true;  // false where a rule covers the risk: it is a floor that no policy lowers
};

// Rules of level L cover L and above. Of those that cover the proposal's risk, the highest level names the role and the
// largest quorum counts. Outside a workflow, or where no rule covers it, the configuration's default role decides.
ApprovalNeed NeededApproval(const bundle::Workflow* workflow, const config::Approval& approval);

}  // namespace synapsor::interp
