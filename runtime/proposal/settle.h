// SETTLE, when somebody asks for it: one proposal under a policy for its capability, or all that wait in one run under a
// policy for its workflow. Finds the set and the policy, has the ledger decide, and words the result.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/result.h"
#include "runtime/bundle/bundle.h"
#include "runtime/ledger/ledger.h"
#include "runtime/proposal/policy.h"

namespace synapsor::proposal {

struct Settlement {
  std::string refusal_code, refusal_message;  // nothing was decided or recorded
  bool approved = false;                      // otherwise all were left proposed
  const bundle::Policy* policy = nullptr;     // of the bundle
  std::vector<ledger::SettlementStep> steps;
};

// Refusals beside those of JudgeSettlement: POLICY_NOT_FOUND, NOTHING_TO_SETTLE. Errors are the ledger's.
Result<Settlement> SettleProposal(const bundle::Bundle& bundle, ledger::Ledger& ledger, ledger::ProposalId id,
                                  std::string_view policy, const Asker& asker);
// Of the run's proposals, those that are pending; the others keep their state. All of them, or none.
Result<Settlement> SettleRun(const bundle::Bundle& bundle, ledger::Ledger& ledger, ledger::RunId run,
                             std::string_view policy, const Asker& asker);

// {"status", "settlement": {"result", "policy", "policy_digest", "target_branch", "steps", "conditions"}, "proposals"};
// not for refusals.
nlohmann::json ToJson(const Settlement& settlement);

}  // namespace synapsor::proposal
