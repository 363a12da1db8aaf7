// Routes for proposals: what an application shows and what a reviewer decides. The reviewer is whoever the token says;
// the rules of the decision are in runtime/proposal.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "runtime/http/api.h"
#include "runtime/proposal/lifecycle.h"

namespace synapsor::http {
namespace {

using nlohmann::json;

constexpr int kMostListed = 200;

ApiError Unavailable() { return {"TEMPORARILY_UNAVAILABLE", "the ledger does not answer; nothing was done", {}, true}; }

bool HoldsRole(const session::Session& session, const std::string& role) {
  return role.empty() ? !session.roles.empty()
                      : std::find(session.roles.begin(), session.roles.end(), role) != session.roles.end();
}

// Proposers see their own proposals, reviewers those of their tenant that ask for their role.
bool MaySee(const ApiCall& call, const ledger::Proposal& proposal) {
  return proposal.tenant == TenantOf(call) &&
         (proposal.principal == PrincipalOf(call) || HoldsRole(call.session, proposal.required_role));
}

ApiResult<ledger::ProposalView> FindVisible(const ApiCall& call) {
  const auto id = HandleMember(call.body, "proposal", ledger::kProposalScheme);
  if (!id) return tl::unexpected(id.error());
  auto view = call.context.runtime.ledger().FindProposal(*id);
  if (!view) return tl::unexpected(Unavailable());
  if (!*view || !MaySee(call, (*view)->proposal)) return ApiFail("NOT_FOUND", "no such proposal");
  return std::move(**view);
}

json DecisionJson(const ledger::Decision& decision) {
  json body = {{"decision", ledger::DecisionName(decision.kind)},
               {"subject", decision.subject},
               {"reason", decision.reason},
               {"at", FormatInstant(decision.at)}};
  if (!decision.policy_digest.empty()) {
    body["policy"] = decision.policy;
    body["policy_digest"] = decision.policy_digest;
    body["conditions"] = decision.conditions;
    body["asked_by"] = decision.asked_by;
  }
  return body;
}

json ReceiptJson(const ledger::Receipt& receipt) {
  return {{"status", ledger::ApplyStatusName(receipt.status)},
          {"rows_affected", receipt.rows_affected},
          {"error_code", receipt.safe_error_code},
          {"executed_at", FormatInstant(receipt.executed_at)}};
}

json ProposalJson(const ledger::ProposalView& view) {
  const ledger::Proposal& proposal = view.proposal;
  json diff = json::object();
  for (const ledger::ProposedColumn& column : proposal.columns) {
    diff[column.column] = {
        {"before", ToJson(column.before)}, {"after", ToJson(column.after)}, {"provenance", column.provenance}};
  }
  json decisions = json::array();
  for (const ledger::Decision& decision : view.decisions) decisions.push_back(DecisionJson(decision));
  json receipts = json::array();
  for (const ledger::Receipt& receipt : view.receipts) receipts.push_back(ReceiptJson(receipt));
  return {{"proposal_id", ledger::ProposalHandle(proposal.id)},
          {"status", ledger::StateName(view.state)},
          {"proposal_hash", proposal.hash},
          {"capability", proposal.capability},
          {"workflow", proposal.workflow},
          {"principal", proposal.principal},
          {"target", {{"source", proposal.source}, {"table", proposal.table}, {"key", ToJson(proposal.key)}}},
          {"operation", proposal.operation},
          {"diff", std::move(diff)},
          {"guard", {{"kind", proposal.guard_kind}, {"column", proposal.guard_column}}},
          {"summary", proposal.summary},
          {"risk", proposal.risk},
          {"required_role", proposal.required_role},
          {"required_approvals", proposal.required_approvals},
          {"evidence_bundle_id", ledger::EvidenceHandle(proposal.evidence)},
          {"created_at", FormatInstant(proposal.created_at)},
          {"expires_at", FormatInstant(proposal.expires_at)},
          {"decisions", std::move(decisions)},
          {"receipts", std::move(receipts)},
          {"source_database_changed", view.state == ledger::ProposalState::kApplied}};
}

ApiAnswer Decide(const ApiCall& call, ledger::DecisionKind kind) {
  const auto view = FindVisible(call);
  if (!view) return tl::unexpected(view.error());
  const auto reason = TextMember(call.body, "reason", false);
  if (!reason) return tl::unexpected(reason.error());
  const auto seen_hash = TextMember(call.body, "proposal_hash", false);
  if (!seen_hash) return tl::unexpected(seen_hash.error());

  ledger::Decision decision;
  decision.proposal = view->proposal.id;
  decision.kind = kind;
  decision.proposal_hash = seen_hash->empty() ? view->proposal.hash : *seen_hash;
  decision.subject = PrincipalOf(call);
  decision.roles = call.session.roles;
  decision.reason = *reason;
  decision.at = call.context.clock.Now();
  const auto verdict =
      call.context.runtime.ledger().Decide(decision, [&decision](const ledger::ProposalView& current, Instant now) {
        return proposal::Judge(current, decision, now);
      });
  if (!verdict) return tl::unexpected(Unavailable());
  if (!verdict->accepted) return ApiFail(verdict->refusal_code, verdict->refusal_message);
  return json{{"status", ledger::StateName(verdict->next)},
              {"proposal_id", ledger::ProposalHandle(decision.proposal)},
              {"source_database_changed", false}};
}

}  // namespace

ApiAnswer PreviewRoute(const ApiCall& call) {
  const auto view = FindVisible(call);
  if (!view) return tl::unexpected(view.error());
  return ProposalJson(*view);
}

ApiAnswer ApproveRoute(const ApiCall& call) { return Decide(call, ledger::DecisionKind::kApprove); }

ApiAnswer RejectRoute(const ApiCall& call) { return Decide(call, ledger::DecisionKind::kReject); }

ApiAnswer CancelRoute(const ApiCall& call) { return Decide(call, ledger::DecisionKind::kCancel); }

// The effect on an external database is the trusted runner's: committing an approved proposal says that its job is
// there, and where it stands.
ApiAnswer CommitRoute(const ApiCall& call) {
  const auto view = FindVisible(call);
  if (!view) return tl::unexpected(view.error());
  using enum ledger::ProposalState;
  if (view->state == kPendingReview || view->state == kRejected || view->state == kCanceled ||
      view->state == kExpired) {
    return ApiFail("PROPOSAL_NOT_APPROVED", fmt::format("the proposal is {}; only an approved one can be committed",
                                                        ledger::StateName(view->state)));
  }
  return json{{"status", ledger::StateName(view->state)},
              {"proposal_id", ledger::ProposalHandle(view->proposal.id)},
              {"trusted_worker_required", view->state == kApproved || view->state == kPendingWorker},
              {"source_database_changed", view->state == kApplied}};
}

ApiAnswer SettlementAnswer(const Result<proposal::Settlement>& settlement) {
  if (!settlement) return tl::unexpected(Unavailable());
  if (!settlement->refusal_code.empty()) return ApiFail(settlement->refusal_code, settlement->refusal_message);
  return proposal::ToJson(*settlement);
}

ApiAnswer SettleRoute(const ApiCall& call) {
  const auto policy = TextMember(call.body, "settlement_policy", true);
  if (!policy) return tl::unexpected(policy.error());
  const auto view = FindVisible(call);
  if (!view) return tl::unexpected(view.error());
  return SettlementAnswer(proposal::SettleProposal(call.context.runtime.bundle(), call.context.runtime.ledger(),
                                                   view->proposal.id, *policy,
                                                   {PrincipalOf(call), call.session.roles}));
}

ApiAnswer ListRoute(const ApiCall& call) {
  ledger::ProposalFilter filter;
  filter.tenant = TenantOf(call);
  const auto state = TextMember(call.body, "state", false);
  if (!state) return tl::unexpected(state.error());
  if (!state->empty()) {
    filter.state = ledger::ParseState(*state);
    if (!filter.state) return tl::unexpected(ApiError{"INVALID_ARGUMENT", "`state` names no state", "state", false});
  }
  const auto capability = TextMember(call.body, "capability", false);
  if (!capability) return tl::unexpected(capability.error());
  filter.capability = *capability;
  const auto principal = TextMember(call.body, "principal", false);
  if (!principal) return tl::unexpected(principal.error());
  filter.principal = *principal;
  if (call.body.contains("before")) {
    const auto before = HandleMember(call.body, "before", ledger::kProposalScheme);
    if (!before) return tl::unexpected(before.error());
    filter.before_id = *before;
  }
  if (const auto limit = call.body.find("limit"); limit != call.body.end()) {
    if (!limit->is_number_integer() || *limit < 1 || *limit > kMostListed) {
      return tl::unexpected(
          ApiError{"INVALID_ARGUMENT", fmt::format("`limit` is 1 to {}", kMostListed), "limit", false});
    }
    filter.limit = limit->get<int>();
  }
  const auto views = call.context.runtime.ledger().ListProposals(filter);
  if (!views) return tl::unexpected(Unavailable());
  json proposals = json::array();
  for (const ledger::ProposalView& view : *views) {
    if (MaySee(call, view.proposal)) proposals.push_back(ProposalJson(view));
  }
  json body = {{"proposals", std::move(proposals)}};
  if (static_cast<int>(views->size()) == filter.limit)
    body["before"] = ledger::ProposalHandle(views->back().proposal.id);
  return body;
}

}  // namespace synapsor::http
