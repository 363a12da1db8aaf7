#include "runtime/writeback/inspect.h"

#include <algorithm>
#include <array>

#include "runtime/writeback/values.h"

namespace synapsor::writeback {
namespace {

constexpr std::array<std::string_view, 5> kNames = {"matches_proposed", "matches_reviewed_before", "drifted",
                                                    "target_absent", "not_observed"};

bool LooksReviewed(const bundle::PatchPlan& plan, const ledger::Proposal& proposal, const db::Row& row) {
  const Scalar* version = ColumnOf(plan.lock, row, plan.guard.column);
  if (!plan.guard.column.empty() && (version == nullptr || *version != proposal.guard_value)) return false;
  const auto holds = [&](const std::string& column, const Scalar& value) {
    const Scalar* live = ColumnOf(plan.lock, row, column);
    return live != nullptr && *live == value;
  };
  const auto all = [&](const std::vector<ledger::NamedScalar>& values) {
    return std::all_of(values.begin(), values.end(), [&](const auto& v) { return holds(v.name, v.value); });
  };
  return std::all_of(proposal.columns.begin(), proposal.columns.end(),
                     [&](const auto& c) { return holds(c.column, c.before); }) &&
         all(proposal.before_image) && all(proposal.observed);
}

bool LooksProposed(const bundle::PatchPlan& plan, const ledger::Proposal& proposal, const db::Row& row) {
  if (!plan.guard.column.empty()) {
    const Scalar* version = ColumnOf(plan.lock, row, plan.guard.column);
    if (version == nullptr || *version == proposal.guard_value) return false;
  }
  for (const auto& column : proposal.columns) {
    const Scalar* live = ColumnOf(plan.lock, row, column.column);
    std::string_view type;
    for (const auto& set : plan.set) {
      if (set.column == column.column) type = set.database_type;
    }
    if (live == nullptr || !SameStored(column.after, *live, type)) return false;
  }
  return true;
}

Observation Classify(const bundle::PatchPlan& plan, const ledger::Proposal& proposal,
                     const std::vector<db::Row>& rows) {
  if (rows.empty()) return Observation::kTargetAbsent;
  if (rows.size() > 1) return Observation::kDrifted;
  if (LooksReviewed(plan, proposal, rows.front())) return Observation::kMatchesReviewedBefore;
  if (LooksProposed(plan, proposal, rows.front())) return Observation::kMatchesProposed;
  return Observation::kDrifted;
}

}  // namespace

std::string_view ObservationName(Observation observation) { return kNames[static_cast<std::size_t>(observation)]; }

Inspection Inspect(db::Database& writer, const config::Source& source, const bundle::PatchPlan& plan,
                   const ledger::Proposal& proposal, Instant now) {
  Inspection inspection;
  auto connection = writer.Acquire(source.connect_timeout_ms);
  if (!connection) return inspection;
  db::Connection& c = **connection;
  // The lock statement waits for whoever may still be committing, so that what is seen is settled.
  if (!c.Begin(db::TxMode::kReadWrite, source.statement_timeout_ms, source.lock_timeout_ms)) return inspection;
  c.SetTenant(proposal.tenant);
  auto values = BindProposal(plan.lock, proposal, now);
  if (values) {
    if (auto rows = c.Query(plan.lock, *values, 2)) inspection.observation = Classify(plan, proposal, *rows);
  }
  c.Rollback();
  if (source.receipts == "table") {
    if (auto found = FindReceipt(c, writer.engine(), proposal)) inspection.receipt = *found;
  }
  return inspection;
}

}  // namespace synapsor::writeback
