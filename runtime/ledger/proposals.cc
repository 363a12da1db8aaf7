// Decisions on proposals and their other moves.
#include <fmt/format.h>

#include "runtime/ledger/document.h"
#include "runtime/ledger/operations.h"

namespace synapsor::ledger {
namespace {

constexpr std::string_view EventKind(DecisionKind kind) {
  switch (kind) {
    case DecisionKind::kApprove: return "proposal.approved";
    case DecisionKind::kReject: return "proposal.rejected";
    case DecisionKind::kCancel: return "proposal.canceled";
  }
  return "proposal.decided";
}

Error NoSuchProposal(ProposalId id) {
  return {ErrorKind::kUsage, fmt::format("there is no proposal `{}` in this ledger", ProposalHandle(id)),
          "`synapsor-runner proposals list` shows what there is"};
}

Result<RecordRef> InsertDecisionRow(Tx& tx, const Decision& decision) {
  const std::int64_t id = ++tx.head().decision;
  const std::string document = DecisionDocument(decision);
  SYN_RETURN_IF_ERROR(
      tx.session().Do("INSERT INTO decisions (id, proposal, integrity, document) VALUES ($1, $2, $3, $4)",
                      {id, decision.proposal, decision.integrity, document}));
  return RecordRef{"decision", id, RowDigest({id, decision.proposal, decision.integrity, document})};
}

// What was looked at is not what was recorded.
Verdict Tampered(const std::string& problem) {
  Verdict verdict;
  verdict.refusal_code = "LEDGER_TAMPERED";
  verdict.refusal_message = problem + "; `synapsor-runner audit verify` says more";
  return verdict;
}

// A job that no runner will take any more, because its proposal was withdrawn.
Status CloseJob(Tx& tx, ProposalId proposal, NewEvent& event) {
  SYN_ASSIGN_OR_RETURN(const Rows rows,
                       tx.session().Get("SELECT id, attempt, intent, uncertain FROM jobs WHERE proposal = $1 "
                                        "AND state <> 'done'",
                                        {proposal}));
  if (rows.empty()) return {};
  SYN_RETURN_IF_ERROR(tx.session().Do(
      "UPDATE jobs SET state = 'done', runner = '', lease = '', due_at = NULL WHERE id = $1", {rows[0][0].number}));
  event.states.push_back({"job", std::to_string(rows[0][0].number),
                          fmt::format("done|{}||||{}|{}", rows[0][1].number, rows[0][2].number, rows[0][3].number)});
  return {};
}

}  // namespace

Status MoveProposal(Tx& tx, ProposalId id, ProposalState to, std::string_view actor, std::string_view tenant,
                    NewEvent event) {
  const std::string state(StateName(to));
  SYN_RETURN_IF_ERROR(tx.session().Do("UPDATE proposals SET state = $1 WHERE id = $2", {state, id}));
  event.subject = ProposalHandle(id);
  event.actor = actor;
  event.tenant = tenant;
  event.states.push_back({"proposal", std::to_string(id), state});
  return tx.Append(std::move(event));
}

Result<Verdict> InsertDecision(Tx& tx, Decision decision, const DecisionRule& rule) {
  SYN_ASSIGN_OR_RETURN(const auto rows, FetchProposals(tx.session(), std::span(&decision.proposal, 1)));
  SYN_ASSIGN_OR_RETURN(const auto view, ToView(rows[0]));
  if (!view) return tl::unexpected(NoSuchProposal(decision.proposal));
  const Verdict verdict = rule(*view, tx.now());
  if (!verdict.accepted) return verdict;
  // A decision states the rows anew: what was edited before would pass as true after it.
  SYN_ASSIGN_OR_RETURN(const auto reports, VerifyProposals(tx.session(), rows));
  if (!reports[0].intact) return Tampered(reports[0].problem);

  if (decision.at.micros == 0) decision.at = tx.now();
  decision.integrity = DecisionIntegrity(decision);
  NewEvent event{.kind = EventKind(decision.kind)};
  if (!decision.reason.empty()) event.facts = {{"reason", decision.reason}};
  SYN_ASSIGN_OR_RETURN(RecordRef row, InsertDecisionRow(tx, decision));
  event.records.push_back(std::move(row));
  if (!IsOpen(verdict.next)) SYN_RETURN_IF_ERROR(CloseJob(tx, decision.proposal, event));
  SYN_RETURN_IF_ERROR(
      MoveProposal(tx, decision.proposal, verdict.next, decision.subject, view->proposal.tenant, std::move(event)));
  if (verdict.enqueue_job) SYN_RETURN_IF_ERROR(InsertJob(tx, view->proposal));
  return verdict;
}

Result<Verdict> InsertReconciliation(Tx& tx, ProposalId id, ProposalState outcome, const std::string& subject,
                                     const std::string& reason) {
  SYN_ASSIGN_OR_RETURN(const auto view, ReadProposal(tx.session(), id));
  if (!view) return tl::unexpected(NoSuchProposal(id));
  Verdict verdict;
  if (view->state != ProposalState::kReconciliationRequired) {
    verdict.refusal_code = "PROPOSAL_NOT_IN_RECONCILIATION";
    verdict.refusal_message =
        fmt::format("the proposal is {}; only one whose outcome is unknown can be classified", StateName(view->state));
    return verdict;
  }
  const bool known =
      outcome == ProposalState::kApplied || outcome == ProposalState::kConflict || outcome == ProposalState::kFailed;
  if (!known || subject.empty() || reason.empty()) {
    verdict.refusal_code = "INVALID_ARGUMENT";
    verdict.refusal_message = "a classification is applied, conflict or failed, with who decided it and a reason";
    return verdict;
  }
  SYN_ASSIGN_OR_RETURN(const ChainReport rows, VerifyOne(tx.session(), id));
  if (!rows.intact) return Tampered(rows.problem);
  NewEvent event{.kind = "proposal.reconciled"};
  event.facts = {{"outcome", std::string(StateName(outcome))}, {"reason", reason}};
  SYN_RETURN_IF_ERROR(MoveProposal(tx, id, outcome, subject, view->proposal.tenant, std::move(event)));
  verdict.accepted = true;
  verdict.next = outcome;
  return verdict;
}

Result<int> ExpireDue(Tx& tx) {
  SYN_ASSIGN_OR_RETURN(
      const Rows rows,
      tx.session().Get("SELECT id, tenant FROM proposals WHERE state = 'pending_review' AND expires_at <= $1 "
                       "ORDER BY expires_at LIMIT 200",
                       {tx.now().micros}));
  std::vector<ProposalId> ids;
  for (const auto& row : rows) ids.push_back(row[0].number);
  SYN_ASSIGN_OR_RETURN(const auto fetched, FetchProposals(tx.session(), ids));
  SYN_ASSIGN_OR_RETURN(const auto reports, VerifyProposals(tx.session(), fetched));
  int expired = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!reports[i].intact) continue;  // edited: left as it is, to be found
    SYN_RETURN_IF_ERROR(
        MoveProposal(tx, ids[i], ProposalState::kExpired, "ledger", rows[i][1].text, {.kind = "proposal.expired"}));
    ++expired;
  }
  return expired;
}

}  // namespace synapsor::ledger
