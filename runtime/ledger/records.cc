#include "runtime/ledger/records.h"

#include <array>
#include <charconv>

namespace synapsor::ledger {
namespace {

constexpr std::array<std::string_view, 10> kStates = {
    "pending_review", "approved", "pending_worker", "applied", "conflict",
    "failed",         "rejected", "canceled",       "expired", "reconciliation_required"};

constexpr std::array<std::string_view, 6> kStatuses = {"applied", "already_applied", "conflict",
                                                       "failed",  "canceled",        "reconciliation_required"};

constexpr std::array<std::string_view, 3> kDecisions = {"approve", "reject", "cancel"};

template <typename Enum, std::size_t N>
std::optional<Enum> Parse(const std::array<std::string_view, N>& names, std::string_view name) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == name) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string RunHandle(RunId id) { return std::string(kRunScheme) + std::to_string(id); }
std::string EvidenceHandle(EvidenceId id) { return std::string(kEvidenceScheme) + std::to_string(id); }
std::string ProposalHandle(ProposalId id) { return std::string(kProposalScheme) + std::to_string(id); }

std::int64_t ParseHandle(std::string_view text, std::string_view scheme) {
  if (text.starts_with(scheme)) text.remove_prefix(scheme.size());
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && id > 0 ? id : -1;
}

std::string_view StateName(ProposalState state) { return kStates[static_cast<std::size_t>(state)]; }

std::optional<ProposalState> ParseState(std::string_view name) {
  if (name == "cancelled") return ProposalState::kCanceled;
  return Parse<ProposalState>(kStates, name);
}

bool IsOpen(ProposalState state) {
  switch (state) {
    case ProposalState::kPendingReview:
    case ProposalState::kApproved:
    case ProposalState::kPendingWorker:
    case ProposalState::kReconciliationRequired: return true;
    case ProposalState::kApplied:
    case ProposalState::kConflict:
    case ProposalState::kFailed:
    case ProposalState::kRejected:
    case ProposalState::kCanceled:
    case ProposalState::kExpired: return false;
  }
  return false;
}

std::string_view DecisionName(DecisionKind kind) { return kDecisions[static_cast<std::size_t>(kind)]; }

std::string_view ApplyStatusName(ApplyStatus status) { return kStatuses[static_cast<std::size_t>(status)]; }

std::optional<ApplyStatus> ParseApplyStatus(std::string_view name) { return Parse<ApplyStatus>(kStatuses, name); }

}  // namespace synapsor::ledger
