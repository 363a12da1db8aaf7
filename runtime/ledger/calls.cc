// A call's record: run, evidence, proposal and their events in one go.
#include <utility>

#include "runtime/base/json_out.h"
#include "runtime/base/utf8.h"
#include "runtime/ledger/document.h"
#include "runtime/ledger/operations.h"
#include "runtime/ledger/rows.h"

namespace synapsor::ledger {
namespace {

// A step that is already there, or nothing.
Result<std::optional<RecordedCall>> FindSameStep(Tx& tx, const Run& run) {
  if (run.parent <= 0 || run.step_key.empty()) return std::nullopt;
  SYN_ASSIGN_OR_RETURN(const auto stored, ReadStep(tx.session(), run.parent, run.step_key));
  if (!stored) return std::nullopt;
  RecordedCall result;
  const bool same = stored->arguments_digest == run.arguments_digest && stored->capability == run.capability;
  result.problem = same ? RecordProblem::kStepExists : RecordProblem::kStepDiffers;
  result.existing_run = stored->id;
  return result;
}

// Another open proposal for the row, or 0. One whose time is over makes room.
Result<ProposalId> FindOpen(Tx& tx, const Proposal& p) {
  SYN_ASSIGN_OR_RETURN(
      const Rows rows,
      tx.session().Get("SELECT id, state, expires_at FROM proposals WHERE tenant = $1 AND source = $2 AND "
                       "schema_name = $3 AND table_name = $4 AND object = $5 AND state IN "
                       "('pending_review', 'approved', 'pending_worker', 'reconciliation_required')",
                       {p.tenant, p.source, p.schema, p.table, ObjectText(p.key)}));
  if (rows.empty()) return 0;
  const ProposalId id = rows[0][0].number;
  const bool over = rows[0][1].text == StateName(ProposalState::kPendingReview) && rows[0][2].number <= tx.now().micros;
  if (!over) return id;
  SYN_ASSIGN_OR_RETURN(const ChainReport sound, VerifyOne(tx.session(), id));
  if (!sound.intact) return id;  // edited: left as it is, to be found
  SYN_RETURN_IF_ERROR(MoveProposal(tx, id, ProposalState::kExpired, "ledger", p.tenant, {.kind = "proposal.expired"}));
  return 0;
}

Status InsertRunRow(Tx& tx, const Run& run, const std::vector<QueryAudit>& audits, std::vector<RecordRef>& records) {
  const std::string document = RunDocument(run, audits);
  const std::int64_t event = tx.head().sequence + 1;
  records.push_back({"run", run.id, RowDigest({run.id, run.parent, run.step_key, event, document})});
  return tx.session().Do("INSERT INTO runs (id, parent, step_key, event, document) VALUES ($1, $2, $3, $4, $5)",
                         {run.id, run.parent, run.step_key, event, document});
}

Status InsertEvidence(Tx& tx, const Evidence& evidence, std::vector<RecordRef>& records) {
  const std::string document = EvidenceDocument(evidence);
  records.push_back({"evidence", evidence.id, RowDigest({evidence.id, evidence.run, document})});
  return tx.session().Do("INSERT INTO evidence (id, run, document) VALUES ($1, $2, $3)",
                         {evidence.id, evidence.run, document});
}

Status InsertProposal(Tx& tx, const Proposal& p) {
  const std::string document = ProposalDocument(p);
  const std::string object = ObjectText(p.key);
  const std::string state(StateName(ProposalState::kPendingReview));
  SYN_RETURN_IF_ERROR(tx.session().Do(
      "INSERT INTO proposals (id, tenant, source, schema_name, table_name, object, capability, principal, "
      "created_at, expires_at, hash, document, state) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
      {p.id, p.tenant, p.source, p.schema, p.table, object, p.capability, p.principal, p.created_at.micros,
       p.expires_at.micros, p.hash, document, state}));
  NewEvent event{.kind = "proposal.created", .subject = ProposalHandle(p.id), .actor = p.principal, .tenant = p.tenant};
  event.facts = {{"hash", p.hash}};
  event.records.push_back({"proposal", p.id,
                           RowDigest({p.id, p.tenant, p.source, p.schema, p.table, object, p.capability, p.principal,
                                      p.created_at.micros, p.expires_at.micros, p.hash, document})});
  event.states.push_back({"proposal", std::to_string(p.id), state});
  return tx.Append(std::move(event));
}

Status AppendCallEvent(Tx& tx, const Run& run, std::string_view kind, std::vector<RecordRef> records) {
  NewEvent event{.kind = kind,
                 .subject = RunHandle(run.id),
                 .actor = run.principal,
                 .tenant = run.tenant,
                 .records = std::move(records)};
  event.facts = {{"capability", run.capability.empty() ? run.workflow : run.capability}};
  return tx.Append(std::move(event));
}

}  // namespace

std::string ObjectText(const Scalar& key) {
  const bool plain =
      !key.is_null && key.type != ScalarType::kBytes && IsUtf8(key.text) && key.text.find('\0') == std::string::npos;
  if (plain) return key.text;
  JsonOut out;
  out.Value(key);
  return out.Take();
}

Result<RecordedCall> InsertCall(Tx& tx, CallRecord& record) {
  SYN_ASSIGN_OR_RETURN(auto same, FindSameStep(tx, record.run));
  if (same) return *same;
  RecordedCall result;
  if (record.proposal) {
    SYN_ASSIGN_OR_RETURN(result.existing, FindOpen(tx, *record.proposal));
    if (result.existing != 0) {
      result.problem = RecordProblem::kOpenProposalExists;
      return result;
    }
  }

  Head& head = tx.head();
  Run& run = record.run;
  run.id = result.run = ++head.run;
  if (record.evidence) run.evidence = result.evidence = ++head.evidence;
  if (record.proposal) run.proposal = result.proposal = ++head.proposal;
  if (run.at.micros == 0) run.at = tx.now();

  std::vector<RecordRef> records;
  SYN_RETURN_IF_ERROR(InsertRunRow(tx, run, record.audits, records));
  if (record.evidence) {
    Evidence& evidence = *record.evidence;
    evidence.id = result.evidence;
    evidence.run = run.id;
    if (evidence.at.micros == 0) evidence.at = run.at;
    SYN_RETURN_IF_ERROR(InsertEvidence(tx, evidence, records));
  }
  SYN_RETURN_IF_ERROR(AppendCallEvent(tx, run, "call.recorded", std::move(records)));
  if (record.proposal) {
    Proposal proposal = *record.proposal;
    proposal.id = result.proposal;
    proposal.run = run.id;
    proposal.evidence = result.evidence;
    if (proposal.created_at.micros == 0) proposal.created_at = run.at;
    if (proposal.idempotency_key.empty()) {
      proposal.idempotency_key = head.ledger_id + ":" + std::to_string(proposal.id);
    }
    proposal.hash = HashProposal(proposal);
    SYN_RETURN_IF_ERROR(InsertProposal(tx, proposal));
  }
  return result;
}

Result<RunId> InsertRun(Tx& tx, Run run) {
  run.id = ++tx.head().run;
  if (run.at.micros == 0) run.at = tx.now();
  std::vector<RecordRef> records;
  SYN_RETURN_IF_ERROR(InsertRunRow(tx, run, {}, records));
  SYN_RETURN_IF_ERROR(AppendCallEvent(tx, run, "run.started", std::move(records)));
  return run.id;
}

}  // namespace synapsor::ledger
