// What a settlement policy says to proposals: its conditions over server-computed values, its limits, and what stands
// above it. Deterministic and pure: the same proposal, policy and tallies give the same answer, and every condition's
// outcome is named. Nothing that a model or client sends takes part except through the proposal's own values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/bundle/bundle.h"
#include "runtime/ledger/ledger.h"

namespace synapsor::proposal {

// Null when the bundle has no policy of that name.
const bundle::Policy* FindPolicy(const bundle::Bundle& bundle, std::string_view name);

// "trusted_after.late_fee_cents <= 1000", "LIMIT 10 PER OBJECT DAY": as the DDL says it.
std::string ConditionText(const bundle::PolicyCondition& condition);
std::string LimitText(const bundle::PolicyLimit& limit);

struct ConditionOutcome {
  std::string text;     // the condition, without any value of a row
  std::string outcome;  // "holds", or why it does not
  bool holds() const { return outcome == "holds"; }
};

// The conditions in the policy's order. Numbers compare exactly, texts by = and != alone, NULL and absent values never
// hold, nor do values of another kind than the literal.
std::vector<ConditionOutcome> EvaluateConditions(const bundle::Policy& policy, const ledger::Proposal& proposal);

// |after - before| of each exact number that the proposal writes; NULL counts as 0.
ledger::Amounts AmountsOf(const ledger::Proposal& proposal);

// Who asks for the settlement: the proposer, a holder of the proposal's role, or an operator.
struct Asker {
  std::string subject;
  std::vector<std::string> roles;
};

// The rule that the ledger evaluates inside its transaction. Before anything is decided the whole set is examined; refused
// with nothing recorded: BUNDLE_CHANGED, POLICY_OUT_OF_SCOPE, NOT_YOURS_TO_SETTLE, SETTLEMENT_CONFLICT (two proposals for one
// row) and what Judge refuses. Then every proposal must meet every condition and limit, or all are left proposed.
// A quorum above one and a rule of the workflow that demands a reviewer are conditions that no policy meets.
ledger::SettlementVerdict JudgeSettlement(const bundle::Bundle& bundle, const bundle::Policy& policy,
                                          const Asker& asker, const ledger::SettlementScene& scene);

// Of a proposal that policies approved: whether each is this bundle's and says so still. Holds for approvals by people. The
// trusted runner asks before it applies.
bool ProvePolicies(const bundle::Bundle& bundle, const ledger::ProposalView& view);

}  // namespace synapsor::proposal
