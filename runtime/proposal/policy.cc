#include "runtime/proposal/policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <compare>

#include "runtime/base/decimal.h"
#include "runtime/proposal/lifecycle.h"

namespace synapsor::proposal {
namespace {

using bundle::Policy;
using bundle::PolicyCondition;
using bundle::PolicyLimit;
using ledger::Amounts;
using ledger::PolicyTally;
using ledger::Proposal;
using ledger::ProposalView;
using ledger::SettlementScene;
using ledger::SettlementStep;
using ledger::SettlementVerdict;

constexpr std::string_view kHolds = "holds";
constexpr std::string_view kBefore = "trusted_before.";
constexpr std::string_view kAfter = "trusted_after.";

bool IsNumber(ScalarType type) {
  return type == ScalarType::kInt64 || type == ScalarType::kUInt64 || type == ScalarType::kDecimal ||
         type == ScalarType::kDouble;
}
bool IsExact(ScalarType type) { return IsNumber(type) && type != ScalarType::kDouble; }

// ---- the values that a policy may see ----

std::string TableOf(const Proposal& proposal) {
  return proposal.schema.empty() ? proposal.table : proposal.schema + "." + proposal.table;
}

const Scalar* BeforeOf(const Proposal& proposal, std::string_view column) {
  for (const ledger::ProposedColumn& proposed : proposal.columns) {
    if (proposed.column == column) return &proposed.before;
  }
  for (const ledger::NamedScalar& observed : proposal.observed) {
    if (observed.name == column) return &observed.value;
  }
  return nullptr;
}

const Scalar* AfterOf(const Proposal& proposal, std::string_view column) {
  for (const ledger::ProposedColumn& proposed : proposal.columns) {
    if (proposed.column == column) return &proposed.after;
  }
  return nullptr;
}

std::optional<Scalar> ValueAt(const Proposal& proposal, std::string_view path) {
  if (path == "target_table") return Scalar::Text(TableOf(proposal));
  if (path == "operation") return Scalar::Text(proposal.operation);
  const Scalar* value = nullptr;
  if (path.starts_with(kBefore)) value = BeforeOf(proposal, path.substr(kBefore.size()));
  if (path.starts_with(kAfter)) value = AfterOf(proposal, path.substr(kAfter.size()));
  if (value == nullptr) return std::nullopt;
  return *value;
}

// ---- comparing ----

struct Relation {
  std::string_view name;
  bool less, equal, greater;  // whether it holds for a value that is less than, equal to, greater than the literal
};
constexpr Relation kRelations[] = {
    {"=", false, true, false}, {"!=", true, false, true}, {"<", true, false, false},
    {"<=", true, true, false}, {">", false, false, true}, {">=", false, true, true},
};

const Relation* FindRelation(std::string_view name) {
  for (const Relation& relation : kRelations) {
    if (relation.name == name) return &relation;
  }
  return nullptr;
}

bool HoldsFor(const Relation& relation, std::strong_ordering order) {
  if (order < 0) return relation.less;
  return order > 0 ? relation.greater : relation.equal;
}

bool IsOrdering(const Relation& relation) { return relation.less != relation.greater; }

std::string_view Compare(const PolicyCondition& condition, const Scalar& value) {
  constexpr std::string_view kFails = "does not hold", kOtherKind = "the value is of another kind";
  const Scalar& literal = condition.literal;
  const Relation* relation = FindRelation(condition.relation);
  if (relation == nullptr || literal.is_null) return kFails;
  if (value.is_null) return "the value is NULL";
  if (IsNumber(literal.type)) {
    if (!IsNumber(value.type)) return kOtherKind;
    const auto order = CompareNumbers(value.text, literal.text);
    if (!order) return kOtherKind;
    return HoldsFor(*relation, *order) ? kHolds : kFails;
  }
  if (IsOrdering(*relation) || value.type != literal.type) return kOtherKind;
  return (value.text == literal.text) == relation->equal ? kHolds : kFails;
}

// ---- limits ----

const std::string* AmountOf(const Amounts& amounts, std::string_view column) {
  for (const auto& [name, amount] : amounts) {
    if (name == column) return &amount;
  }
  return nullptr;
}

// By how much the limit's column is moved; nothing where a value is NULL or no exact number.
std::optional<std::string> MovedBy(const Proposal& proposal, const std::string& column) {
  const Scalar* before = BeforeOf(proposal, column);
  const Scalar* after = AfterOf(proposal, column);
  if (before == nullptr || after == nullptr || before->is_null || after->is_null) return std::nullopt;
  if (!IsExact(before->type) || !IsExact(after->type)) return std::nullopt;
  return DistanceOfNumbers(before->text, after->text);
}

// `tally` is what was approved before this proposal.
std::string_view CheckLimit(const PolicyLimit& limit, const Proposal& proposal, const PolicyTally& tally) {
  std::optional<std::string> sum;
  if (limit.total_column.empty()) {
    sum = std::to_string(tally.approvals + 1);
  } else {
    const auto moved = MovedBy(proposal, limit.total_column);
    if (!moved) return "the change cannot be measured";
    const std::string* used = AmountOf(tally.totals, limit.total_column);
    sum = AddNumbers(used == nullptr ? "0" : *used, *moved);
  }
  const auto order = sum ? CompareNumbers(*sum, limit.amount) : std::nullopt;
  if (!order) return "the limit cannot be computed";
  return *order <= 0 ? kHolds : "is used up";
}

// ---- the set ----

// What stands above every policy.
std::vector<ConditionOutcome> CheckFloor(const Proposal& proposal) {
  std::vector<ConditionOutcome> outcomes;
  if (!proposal.policy_may_approve) {
    outcomes.push_back({"no rule of the workflow demands a reviewer", "a rule demands one, and ON RISK is a floor"});
  }
  if (proposal.required_approvals > 1) {
    outcomes.push_back({"one approval is enough", "several reviewers are demanded"});
  }
  return outcomes;
}

bool MayAsk(const Asker& asker, const Proposal& proposal) {
  const auto holds = [&](std::string_view role) {
    return std::find(asker.roles.begin(), asker.roles.end(), role) != asker.roles.end();
  };
  if (asker.subject.empty()) return false;
  return asker.subject == proposal.principal || holds(kOperatorRole) ||
         (!proposal.required_role.empty() && holds(proposal.required_role));
}

bool InScope(const Policy& policy, const Proposal& proposal) {
  return (policy.for_workflow ? proposal.workflow : proposal.capability) == policy.scope;
}

bool SameRow(const Proposal& a, const Proposal& b) {
  return a.tenant == b.tenant && a.source == b.source && a.schema == b.schema && a.table == b.table && a.key == b.key;
}

SettlementVerdict Refuse(std::string code, std::string message) {
  SettlementVerdict verdict;
  verdict.refusal_code = std::move(code);
  verdict.refusal_message = std::move(message);
  return verdict;
}

// Over the whole set, before anything is decided. A verdict without a code: nothing stands against it.
SettlementVerdict ExamineSet(const bundle::Bundle& bundle, const Policy& policy, const Asker& asker,
                             const std::vector<ProposalView>& views) {
  if (views.empty()) return Refuse("NOTHING_TO_SETTLE", "there is no proposal to settle");
  for (std::size_t i = 0; i < views.size(); ++i) {
    const Proposal& proposal = views[i].proposal;
    const std::string handle = ledger::ProposalHandle(proposal.id);
    if (!MayAsk(asker, proposal)) {
      return Refuse(
          "NOT_YOURS_TO_SETTLE",
          fmt::format("settling {} is asked for by its proposer, a reviewer of its role or an operator", handle));
    }
    if (proposal.bundle_digest != bundle.digest) {
      return Refuse("BUNDLE_CHANGED",
                    fmt::format("{} was made under another bundle, whose policies alone decide on it", handle));
    }
    if (!InScope(policy, proposal)) {
      return Refuse("POLICY_OUT_OF_SCOPE",
                    fmt::format("policy `{}` is for {} `{}`, and {} is not of it", policy.name,
                                policy.for_workflow ? "workflow" : "capability", policy.scope, handle));
    }
    for (std::size_t j = 0; j < i; ++j) {
      if (!SameRow(views[j].proposal, proposal)) continue;
      return Refuse("SETTLEMENT_CONFLICT", fmt::format("{} and {} change the same object; decide on one of them",
                                                       ledger::ProposalHandle(views[j].proposal.id), handle));
    }
  }
  return {};
}

ledger::Decision DecisionOf(const Policy& policy, const Asker& asker, const Proposal& proposal,
                            const std::vector<ConditionOutcome>& outcomes, Instant now) {
  ledger::Decision decision;
  decision.proposal = proposal.id;
  decision.proposal_hash = proposal.hash;
  decision.subject = "policy:" + policy.name;
  decision.reason = fmt::format("settled by policy {}", policy.name);
  decision.policy_digest = policy.digest;
  decision.policy = policy.name;
  decision.asked_by = asker.subject;
  for (const ConditionOutcome& outcome : outcomes) decision.conditions.push_back(outcome.text + ": " + outcome.outcome);
  decision.at = now;
  decision.integrity = ledger::DecisionIntegrity(decision);
  return decision;
}

}  // namespace

const Policy* FindPolicy(const bundle::Bundle& bundle, std::string_view name) {
  const auto found = std::find_if(bundle.policies.begin(), bundle.policies.end(),
                                  [&](const Policy& policy) { return policy.name == name; });
  return found == bundle.policies.end() ? nullptr : &*found;
}

std::string ConditionText(const PolicyCondition& condition) {
  const bool bare = IsNumber(condition.literal.type) || condition.literal.type == ScalarType::kBoolean;
  const std::string quote = bare ? "" : "'";
  return condition.path + " " + condition.relation + " " + quote + condition.literal.text + quote;
}

std::string LimitText(const PolicyLimit& limit) {
  return fmt::format("LIMIT {}{} PER {}DAY",
                     limit.total_column.empty() ? "" : fmt::format("TOTAL {} ", limit.total_column), limit.amount,
                     limit.per_object ? "OBJECT " : "");
}

std::vector<ConditionOutcome> EvaluateConditions(const Policy& policy, const Proposal& proposal) {
  std::vector<ConditionOutcome> outcomes;
  for (const PolicyCondition& condition : policy.conditions) {
    const auto value = ValueAt(proposal, condition.path);
    outcomes.push_back(
        {ConditionText(condition), std::string(value ? Compare(condition, *value) : "there is no such value")});
  }
  return outcomes;
}

Amounts AmountsOf(const Proposal& proposal) {
  Amounts amounts;
  for (const ledger::ProposedColumn& column : proposal.columns) {
    if (!IsExact(column.before.type) || !IsExact(column.after.type)) continue;
    const auto text = [](const Scalar& value) { return value.is_null ? std::string("0") : value.text; };
    if (auto moved = DistanceOfNumbers(text(column.before), text(column.after)))
      amounts.emplace_back(column.column, *moved);
  }
  std::sort(amounts.begin(), amounts.end());
  return amounts;
}

SettlementVerdict JudgeSettlement(const bundle::Bundle& bundle, const Policy& policy, const Asker& asker,
                                  const SettlementScene& scene) {
  SettlementVerdict verdict = ExamineSet(bundle, policy, asker, scene.proposals);
  if (!verdict.refusal_code.empty()) return verdict;
  verdict.approved = true;
  PolicyTally today = scene.today;
  for (std::size_t i = 0; i < scene.proposals.size(); ++i) {
    const ProposalView& view = scene.proposals[i];
    std::vector<ConditionOutcome> outcomes = CheckFloor(view.proposal);
    for (ConditionOutcome& outcome : EvaluateConditions(policy, view.proposal)) outcomes.push_back(std::move(outcome));
    for (const PolicyLimit& limit : policy.limits) {
      const PolicyTally& tally = limit.per_object ? scene.object_today[i] : today;
      outcomes.push_back({LimitText(limit), std::string(CheckLimit(limit, view.proposal, tally))});
    }
    SettlementStep step;
    step.decision = DecisionOf(policy, asker, view.proposal, outcomes, scene.now);
    step.amounts = AmountsOf(view.proposal);
    for (const ConditionOutcome& outcome : outcomes) {
      if (!outcome.holds() && step.failing.empty()) step.failing = outcome.text + ": " + outcome.outcome;
    }
    const bool above = !view.proposal.policy_may_approve || view.proposal.required_approvals > 1;
    const ledger::Verdict judged = Judge(view, step.decision, scene.now);
    if (!judged.accepted && !(above && judged.refusal_code == "POLICY_CANNOT_DECIDE")) {
      return Refuse(judged.refusal_code,
                    fmt::format("{}: {}", ledger::ProposalHandle(view.proposal.id), judged.refusal_message));
    }
    if (!step.failing.empty() || !judged.accepted) verdict.approved = false;
    AddApproval(today, step.amounts);
    verdict.steps.push_back(std::move(step));
  }
  return verdict;
}

bool ProvePolicies(const bundle::Bundle& bundle, const ProposalView& view) {
  return std::all_of(view.decisions.begin(), view.decisions.end(), [&](const ledger::Decision& decision) {
    if (decision.policy_digest.empty()) return true;
    const Policy* policy = FindPolicy(bundle, decision.policy);
    if (policy == nullptr || policy->digest != decision.policy_digest || !InScope(*policy, view.proposal)) return false;
    const auto outcomes = EvaluateConditions(*policy, view.proposal);
    return std::all_of(outcomes.begin(), outcomes.end(),
                       [](const ConditionOutcome& outcome) { return outcome.holds(); });
  });
}

}  // namespace synapsor::proposal
