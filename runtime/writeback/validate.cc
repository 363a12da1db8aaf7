#include "runtime/writeback/validate.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "runtime/proposal/column_rules.h"
#include "runtime/proposal/lifecycle.h"
#include "runtime/proposal/policy.h"

namespace synapsor::writeback {
namespace {

using ledger::Proposal;

constexpr std::string_view GuardName(bundle::GuardKind kind) {
  switch (kind) {
    case bundle::GuardKind::kIntegerVersion: return "integer_version";
    case bundle::GuardKind::kTimestamp: return "timestamp";
    case bundle::GuardKind::kBeforeImage: return "before_image";
  }
  return "";
}

Objection Reject(std::string message) { return {"LOCAL_AUTHORITY_REJECTED", std::move(message)}; }

bool HoldsExactly(const std::vector<ledger::NamedScalar>& values, std::vector<std::string> columns) {
  std::vector<std::string> names;
  for (const auto& value : values) names.push_back(value.name);
  std::sort(names.begin(), names.end());
  std::sort(columns.begin(), columns.end());
  return names == columns;
}

// Target, key, tenant and guard of the proposal are those of the reviewed plan.
Objection CheckTarget(const Proposal& p, const bundle::PatchPlan& plan) {
  if (p.source != plan.source || p.schema != plan.schema || p.table != plan.table) {
    return Reject("the proposal's target is not the plan's");
  }
  if (p.operation != "update") return Reject("only one-row updates are applied");
  if (p.key_column != plan.key_column || p.key.is_null || p.key.type != plan.key_type) {
    return Reject("the proposal's key is not the plan's");
  }
  if (p.tenant_column != plan.tenant_column ||
      (!plan.tenant_column.empty() && (p.tenant_value.is_null || p.tenant_value.type != plan.tenant_type))) {
    return Reject("the proposal's tenant guard is not the plan's");
  }
  if (p.guard_kind != GuardName(plan.guard.kind) || p.guard_column != plan.guard.column) {
    return Reject("the proposal's conflict guard is not the plan's");
  }
  if (!HoldsExactly(p.observed, plan.observed)) {
    return Reject("the proposal does not hold the columns that policies decide by");
  }
  if (plan.guard.kind != bundle::GuardKind::kBeforeImage) {
    if (p.guard_value.is_null) return Reject("the proposal has no version to compare");
    return {};
  }
  if (p.before_image.empty() || !HoldsExactly(p.before_image, plan.guard.compared)) {
    return Reject("the before image does not hold the compared columns");
  }
  return {};
}

// What is written is what the contract could have written.
Objection CheckColumns(const Proposal& p, const bundle::PatchPlan& plan) {
  if (p.columns.empty()) return Reject("the proposal writes no column");
  std::set<std::string> written, planned;
  for (const auto& column : p.columns) {
    const std::string& name = column.column;
    if (!written.insert(name).second) return Reject("a column is written twice");
    if (name == plan.key_column || name == plan.tenant_column || name == plan.guard.column) {
      return Reject("key, tenant and guard column are never written");
    }
    if (std::find(plan.allowed_columns.begin(), plan.allowed_columns.end(), name) == plan.allowed_columns.end()) {
      return Reject("a written column is not on the allowlist");
    }
  }
  for (const auto& column : plan.set) planned.insert(column.column);
  if (written != planned) return Reject("the written columns are not those of the plan");
  for (const auto& set : plan.set) {
    const auto column =
        std::find_if(p.columns.begin(), p.columns.end(), [&](const auto& c) { return c.column == set.column; });
    if (!proposal::IsAsContracted(set, *column)) {
      return Reject(fmt::format("the contract could not have written what is proposed for `{}`", set.column));
    }
  }
  return {};
}

}  // namespace

const bundle::PatchPlan* FindPlan(const Proposal& proposal, const bundle::Bundle& bundle) {
  const bundle::Capability* capability = bundle.FindCapability(proposal.capability);
  return capability != nullptr && capability->patch ? &*capability->patch : nullptr;
}

Objection ValidateJob(const ledger::Job& job, const ledger::ProposalView& view, const bundle::Bundle& bundle) {
  const Proposal& p = view.proposal;
  if (job.proposal != p.id || job.proposal_hash != p.hash || job.source != p.source ||
      job.idempotency_key != p.idempotency_key || p.idempotency_key.empty()) {
    return {"JOB_MISMATCH", "the job is not the one that the approval made"};
  }
  if (auto proof = proposal::ProveApproved(view); !proof.holds) return {"APPROVAL_INVALID", proof.problem};
  if (p.bundle_digest != bundle.digest) {
    return Reject("the proposal was made under another bundle; propose again under this one");
  }
  if (!proposal::ProvePolicies(bundle, view)) {
    return {"APPROVAL_INVALID", "a policy of this bundle did not approve what the decision says"};
  }
  const bundle::PatchPlan* plan = FindPlan(p, bundle);
  if (plan == nullptr) return Reject("this bundle has no such proposal capability");
  if (plan->update.fingerprint != p.update_fingerprint || plan->expected_rows != 1) {
    return Reject("the statement is not the one that was reviewed");
  }
  if (auto objection = CheckTarget(p, *plan); objection.any()) return objection;
  return CheckColumns(p, *plan);
}

}  // namespace synapsor::writeback
