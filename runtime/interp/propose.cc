#include "runtime/interp/propose.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/interp/summary.h"
#include "runtime/proposal/column_rules.h"

namespace synapsor::interp {
namespace {

constexpr std::int64_t kMicrosAnHour = 3'600'000'000;

// A refused value: the argument's fault where an argument chose it, the contract's or session's otherwise.
tl::unexpected<Refusal> RefuseValue(const SetSource& set, const CallPlan& plan, const std::string& why) {
  if (set.value.kind == ValueSource::Kind::kArg) {
    const std::string& name = plan.capability->args[set.value.index].name;
    return RefuseArgument(name, fmt::format("argument `{}` {}", name, why));
  }
  return Refuse("POLICY_VIOLATION", fmt::format("a value that this capability writes {}", why));
}

bool IsLeftOut(const SetSource& set, const CallValues& values) {
  return set.value.kind == ValueSource::Kind::kArg && !values.args[set.value.index];
}

Checked<std::vector<ledger::ProposedColumn>> Columns(const CallPlan& plan, const CallValues& values,
                                                     const db::Row& before) {
  std::vector<ledger::ProposedColumn> columns;
  for (const SetSource& set : plan.set) {
    const Scalar& old_value = before[set.before];
    if (IsLeftOut(set, values)) {
      columns.push_back({set.column->column, old_value, old_value, set.provenance});
      continue;
    }
    auto value = Resolve(set.value, plan, values);
    if (!value) return tl::unexpected(std::move(value.error()));
    if (const std::string fault = proposal::FindFault(*set.column, *value); !fault.empty()) {
      return RefuseValue(set, plan, fault);
    }
    if (!proposal::IsAllowedTransition(*set.column, old_value, *value)) {
      return Refuse("POLICY_VIOLATION", "the object cannot move from its present state to the proposed one");
    }
    columns.push_back({set.column->column, old_value, *std::move(value), set.provenance});
  }
  return columns;
}

std::string_view GuardName(bundle::GuardKind kind) {
  switch (kind) {
    case bundle::GuardKind::kIntegerVersion: return "integer_version";
    case bundle::GuardKind::kTimestamp: return "timestamp";
    case bundle::GuardKind::kBeforeImage: return "before_image";
  }
  return {};
}

// False when the row carries no version to guard by.
bool SetGuard(const CallPlan& plan, const db::Row& before, ledger::Proposal& proposal) {
  const bundle::PatchPlan& patch = *plan.capability->patch;
  proposal.guard_kind = GuardName(patch.guard.kind);
  if (patch.guard.kind == bundle::GuardKind::kBeforeImage) {
    for (const std::size_t index : plan.compared) {
      proposal.before_image.push_back({patch.before.columns[index].name, before[index]});
    }
    return true;
  }
  proposal.guard_column = patch.guard.column;
  proposal.guard_value = before[plan.guard];
  return !proposal.guard_value.is_null;
}

}  // namespace

Checked<ledger::Proposal> MakeProposal(const CallPlan& plan, const CallValues& values, const Snapshot& snapshot,
                                       const ProposalFrame& frame) {
  const bundle::PatchPlan& patch = *plan.capability->patch;
  auto columns = Columns(plan, values, snapshot.before);
  if (!columns) return tl::unexpected(std::move(columns.error()));
  const bool changes = std::any_of(columns->begin(), columns->end(),
                                   [](const ledger::ProposedColumn& c) { return c.before != c.after; });
  if (!changes) return Refuse("NO_CHANGE", "the object already is as proposed");
  ledger::Proposal proposal;
  if (!SetGuard(plan, snapshot.before, proposal)) {
    return tl::unexpected(Internal("the object carries no version, so a change cannot be guarded: tell the operator"));
  }
  auto summary = RenderSummary(plan, values);
  if (!summary) return tl::unexpected(std::move(summary.error()));
  proposal.capability = plan.capability->name;
  proposal.workflow = frame.workflow ? frame.workflow->name : std::string();
  proposal.tenant = *values.session[plan.tenant_key];
  proposal.principal = *values.session[plan.principal_key];
  proposal.source = patch.source;
  proposal.schema = patch.schema;
  proposal.table = patch.table;
  proposal.operation = "update";
  proposal.key_column = patch.key_column;
  proposal.tenant_column = patch.tenant_column;
  proposal.key = values.key;
  proposal.tenant_value = values.tenant;
  proposal.columns = *std::move(columns);
  for (const std::size_t index : plan.observed) {
    proposal.observed.push_back({patch.before.columns[index].name, snapshot.before[index]});
  }
  proposal.summary = *std::move(summary);
  proposal.risk = frame.need.risk;
  proposal.required_role = frame.need.role;
  proposal.required_approvals = frame.need.approvals;
  proposal.policy_may_approve = frame.need.policy_may_approve;
  proposal.bundle_digest = frame.bundle->digest;
  proposal.update_fingerprint = patch.update.fingerprint;
  proposal.audit_stream = patch.audit ? patch.audit->stream : std::string();
  proposal.created_at = frame.now;
  proposal.expires_at = {frame.now.micros + frame.ttl_hours * kMicrosAnHour};
  return proposal;
}

}  // namespace synapsor::interp
