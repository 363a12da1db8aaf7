#include "runtime/proposal/settle.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace synapsor::proposal {
namespace {

using nlohmann::json;

Settlement Refused(std::string code, std::string message) {
  Settlement settlement;
  settlement.refusal_code = std::move(code);
  settlement.refusal_message = std::move(message);
  return settlement;
}

Settlement NoSuchPolicy(std::string_view name) {
  return Refused("POLICY_NOT_FOUND", fmt::format("this bundle has no settlement policy `{}`", name));
}

Result<Settlement> Settle(const bundle::Bundle& bundle, ledger::Ledger& ledger, const bundle::Policy& policy,
                          std::vector<ledger::ProposalId> proposals, const Asker& asker) {
  SYN_ASSIGN_OR_RETURN(ledger::SettlementVerdict verdict,
                       ledger.Settle({policy.name, std::move(proposals)}, [&](const ledger::SettlementScene& scene) {
                         return JudgeSettlement(bundle, policy, asker, scene);
                       }));
  Settlement settlement = Refused(std::move(verdict.refusal_code), std::move(verdict.refusal_message));
  settlement.approved = verdict.approved;
  settlement.policy = &policy;
  settlement.steps = std::move(verdict.steps);
  return settlement;
}

}  // namespace

Result<Settlement> SettleProposal(const bundle::Bundle& bundle, ledger::Ledger& ledger, ledger::ProposalId id,
                                  std::string_view policy, const Asker& asker) {
  const bundle::Policy* found = FindPolicy(bundle, policy);
  if (found == nullptr) return NoSuchPolicy(policy);
  if (found->for_workflow) {
    return Refused("POLICY_OUT_OF_SCOPE", fmt::format("policy `{}` is for a workflow: settle the run", policy));
  }
  return Settle(bundle, ledger, *found, {id}, asker);
}

Result<Settlement> SettleRun(const bundle::Bundle& bundle, ledger::Ledger& ledger, ledger::RunId run,
                             std::string_view policy, const Asker& asker) {
  const bundle::Policy* found = FindPolicy(bundle, policy);
  if (found == nullptr) return NoSuchPolicy(policy);
  if (!found->for_workflow) {
    return Refused("POLICY_OUT_OF_SCOPE", fmt::format("policy `{}` is for a capability: settle one proposal", policy));
  }
  SYN_ASSIGN_OR_RETURN(const std::vector<ledger::Run> steps, ledger.Steps(run));
  std::vector<ledger::ProposalId> pending;
  for (const ledger::Run& step : steps) {
    if (step.proposal == 0) continue;
    SYN_ASSIGN_OR_RETURN(const auto view, ledger.FindProposal(step.proposal));
    if (view && view->state == ledger::ProposalState::kPendingReview) pending.push_back(step.proposal);
  }
  if (pending.empty()) return Refused("NOTHING_TO_SETTLE", "no proposal of this run is pending");
  return Settle(bundle, ledger, *found, std::move(pending), asker);
}

json ToJson(const Settlement& settlement) {
  const bundle::Policy& policy = *settlement.policy;
  const std::string_view status =
      ledger::StateName(settlement.approved ? ledger::ProposalState::kApproved : ledger::ProposalState::kPendingReview);
  json steps = json::array(), conditions = json::array(), proposals = json::array();
  if (settlement.approved) steps.push_back("approve");
  if (settlement.approved && policy.auto_commit) steps.push_back("commit");
  for (const ledger::SettlementStep& step : settlement.steps) {
    const std::string handle = ledger::ProposalHandle(step.decision.proposal);
    json entry = {{"proposal_id", handle}, {"status", status}};
    if (!step.failing.empty()) entry["left_because"] = step.failing;
    proposals.push_back(std::move(entry));
    for (const std::string& condition : step.decision.conditions) {
      const std::size_t colon = condition.rfind(": ");
      conditions.push_back({{"proposal_id", handle},
                            {"condition", condition.substr(0, colon)},
                            {"outcome", condition.substr(colon + 2)}});
    }
  }
  return {{"status", status},
          {"settlement",
           {{"result", settlement.approved ? "approved" : "left_proposed"},
            {"policy", policy.name},
            {"policy_digest", policy.digest},
            {"target_branch", policy.target_branch},
            {"steps", std::move(steps)},
            {"conditions", std::move(conditions)}}},
          {"proposals", std::move(proposals)},
          {"source_database_changed", false}};
}

}  // namespace synapsor::proposal
