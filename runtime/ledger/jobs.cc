// Jobs: one a proposal, leased to one runner at a time. A job is ready, leased or done; `due_at` is when it may be taken
// (again), nothing when it is done.
#include <fmt/format.h>
#include <openssl/rand.h>

#include "runtime/ledger/document.h"
#include "runtime/ledger/operations.h"

namespace synapsor::ledger {
namespace {

constexpr std::int64_t kSecond = 1'000'000;

struct JobRow {
  Job job;
  std::string state;
  std::optional<std::int64_t> due_at;
  bool intent = false;
};

constexpr std::string_view kJobColumns =
    "SELECT id, proposal, source, proposal_hash, idempotency_key, state, attempt, runner, lease, due_at, intent, "
    "uncertain FROM jobs ";

JobRow FromRow(const std::vector<Cell>& row) {
  JobRow result;
  result.job = {row[0].number, row[1].number, row[2].text, row[3].text, row[4].text,
                static_cast<int>(row[6].number), row[7].text, row[8].text, {}, row[11].number != 0, {}};
  result.state = row[5].text;
  if (row[9].kind != Kind::kNull) result.due_at = row[9].number;
  if (result.state == "leased") result.job.lease_expires_at = {row[9].number};
  result.intent = row[10].number != 0;
  return result;
}

// Must say what the expression kJobState says of the row.
std::string StateText(const JobRow& row) {
  return fmt::format("{}|{}|{}|{}|{}|{}|{}", row.state, row.job.attempt, row.job.runner, row.job.lease,
                     row.due_at ? std::to_string(*row.due_at) : "", row.intent ? 1 : 0,
                     row.job.uncertain ? 1 : 0);
}

Result<std::optional<JobRow>> Find(Session& session, std::int64_t id) {
  SYN_ASSIGN_OR_RETURN(const Rows rows, session.Get(std::string(kJobColumns) + "WHERE id = $1", {id}));
  if (rows.empty()) return std::nullopt;
  return FromRow(rows[0]);
}

// The row if `job` still holds its lease.
Result<std::optional<JobRow>> FindHeld(Tx& tx, const Job& job) {
  SYN_ASSIGN_OR_RETURN(auto row, Find(tx.session(), job.id));
  if (!row || row->state != "leased" || row->job.lease != job.lease || job.lease.empty()) {
    return std::nullopt;
  }
  return row;
}

Status SaveRow(Tx& tx, const JobRow& row) {
  return tx.session().Do(
      "UPDATE jobs SET state = $1, attempt = $2, runner = $3, lease = $4, due_at = $5, intent = $6, "
      "uncertain = $7 WHERE id = $8",
      {row.state, row.job.attempt, row.job.runner, row.job.lease,
       row.due_at ? Param(*row.due_at) : Param(nullptr), row.intent ? 1 : 0, row.job.uncertain ? 1 : 0,
       row.job.id});
}

StateRef Stated(const JobRow& row) { return {"job", std::to_string(row.job.id), StateText(row)}; }

Status StoreWithEvent(Tx& tx, const JobRow& row, std::string_view kind, std::string_view actor) {
  SYN_RETURN_IF_ERROR(SaveRow(tx, row));
  NewEvent event{.kind = kind, .subject = ProposalHandle(row.job.proposal), .actor = actor};
  event.states.push_back(Stated(row));
  return tx.Append(std::move(event));
}

std::string RandomHex() {
  unsigned char bytes[16];
  RAND_bytes(bytes, sizeof bytes);
  std::string hex;
  for (const unsigned char byte : bytes) hex += fmt::format("{:02x}", byte);
  return hex;
}

// The first due job of one source, or of any when `source` is null.
Result<std::optional<JobRow>> FirstDue(Tx& tx, const std::string* source) {
  std::string sql(kJobColumns);
  sql += "WHERE due_at <= $1 ";
  sql += source != nullptr
             ? "AND source = $2 "
             : "AND source NOT IN (SELECT name FROM sources WHERE disabled = 1) ";
  sql += "ORDER BY due_at, id LIMIT 1";
  sql += tx.session().claim_lock();
  const Param params[] = {tx.now().micros, source != nullptr ? Param(*source) : Param(nullptr)};
  SYN_ASSIGN_OR_RETURN(const Rows rows, tx.session().Get(sql, params, source != nullptr ? 2 : 1));
  if (rows.empty()) return std::nullopt;
  return FromRow(rows[0]);
}

Result<std::optional<JobRow>> PickJob(Tx& tx, const std::vector<std::string>& sources) {
  if (sources.empty()) return FirstDue(tx, nullptr);
  std::optional<JobRow> best;
  for (const std::string& source : sources) {
    SYN_ASSIGN_OR_RETURN(const bool disabled, ReadDisabled(tx.session(), source));
    if (disabled) continue;
    SYN_ASSIGN_OR_RETURN(auto row, FirstDue(tx, &source));
    if (row && (!best || *row->due_at < *best->due_at)) best = std::move(row);
  }
  return best;
}

ProposalState StateAfter(ApplyStatus status) {
  switch (status) {
    case ApplyStatus::kApplied:
    case ApplyStatus::kAlreadyApplied: return ProposalState::kApplied;
    case ApplyStatus::kConflict: return ProposalState::kConflict;
    case ApplyStatus::kFailed: return ProposalState::kFailed;
    case ApplyStatus::kCanceled: return ProposalState::kCanceled;
    case ApplyStatus::kReconciliationRequired: return ProposalState::kReconciliationRequired;
  }
  return ProposalState::kReconciliationRequired;
}

// A done job reported again: the same outcome is fine, another is not.
Result<bool> ReportedTheSame(Tx& tx, const Job& job, const Receipt& receipt) {
  SYN_ASSIGN_OR_RETURN(
      const Rows rows,
      tx.session().Get("SELECT document FROM receipts WHERE proposal = $1 AND job = $2 ORDER BY id DESC LIMIT 1",
                       {job.proposal, job.id}));
  if (rows.empty()) return false;
  SYN_ASSIGN_OR_RETURN(const Receipt stored, ParseReceipt(rows[0][0].text));
  return StateAfter(stored.status) == StateAfter(receipt.status);
}

Result<RecordRef> InsertReceipt(Tx& tx, const Receipt& receipt) {
  const std::int64_t id = ++tx.head().receipt;
  const std::string document = ReceiptDocument(receipt);
  SYN_RETURN_IF_ERROR(tx.session().Do(
      "INSERT INTO receipts (id, job, proposal, hash, document) VALUES ($1, $2, $3, $4, $5)",
      {id, receipt.job, receipt.proposal, receipt.hash, document}));
  return RecordRef{"receipt", id,
                   RowDigest({id, receipt.job, receipt.proposal, receipt.hash, document})};
}

Result<bool> WasClaimedBefore(Tx& tx, ProposalId proposal) {
  SYN_ASSIGN_OR_RETURN(const Rows rows,
                       tx.session().Get("SELECT count(*) FROM events WHERE ref = $1 AND kind = 'job.claimed'",
                                        {ProposalHandle(proposal)}));
  return rows[0][0].number > 0;
}

// A claim states the rows anew, so it is the last moment at which an edited state can be told from a true one. What an
// edited row says about earlier attempts counts for nothing: the events know.
Status LookForTampering(Tx& tx, Job& job) {
  SYN_ASSIGN_OR_RETURN(const ChainReport rows, VerifyOne(tx.session(), job.proposal));
  if (rows.intact) return {};
  job.tampered = rows.problem;
  SYN_ASSIGN_OR_RETURN(job.uncertain, WasClaimedBefore(tx, job.proposal));
  return {};
}

}  // namespace

Status InsertJob(Tx& tx, const Proposal& proposal) {
  JobRow row;
  row.job.id = ++tx.head().job;
  row.job.proposal = proposal.id;
  row.job.source = proposal.source;
  row.job.proposal_hash = proposal.hash;
  row.job.idempotency_key = proposal.idempotency_key;
  row.state = "ready";
  row.due_at = tx.now().micros;
  SYN_RETURN_IF_ERROR(tx.session().Do(
      "INSERT INTO jobs (id, proposal, source, proposal_hash, idempotency_key, state, attempt, runner, lease, "
      "due_at, intent, uncertain) VALUES ($1, $2, $3, $4, $5, 'ready', 0, '', '', $6, 0, 0)",
      {row.job.id, row.job.proposal, row.job.source, row.job.proposal_hash, row.job.idempotency_key,
       *row.due_at}));
  NewEvent event{.kind = "job.created", .subject = ProposalHandle(proposal.id), .tenant = proposal.tenant};
  event.records.push_back({"job", row.job.id,
                           RowDigest({row.job.id, row.job.proposal, row.job.source,
                                      row.job.proposal_hash, row.job.idempotency_key})});
  event.states.push_back(Stated(row));
  return tx.Append(std::move(event));
}

Result<std::optional<Job>> LeaseJob(Tx& tx, const std::string& runner, int lease_seconds,
                                    const std::vector<std::string>& sources) {
  SYN_ASSIGN_OR_RETURN(auto row, PickJob(tx, sources));
  if (!row) return std::nullopt;
  const bool taken_over = row->state == "leased";
  SYN_RETURN_IF_ERROR(LookForTampering(tx, row->job));
  row->state = "leased";
  row->job.attempt += 1;
  row->job.runner = runner;
  row->job.lease = RandomHex();
  row->due_at = tx.now().micros + lease_seconds * kSecond;
  row->job.lease_expires_at = {*row->due_at};
  row->job.uncertain = row->job.uncertain || taken_over;
  SYN_RETURN_IF_ERROR(SaveRow(tx, *row));
  NewEvent event{.kind = "job.claimed"};
  if (!row->job.tampered.empty()) event.facts = {{"tampered", row->job.tampered}};
  event.states.push_back(Stated(*row));
  SYN_RETURN_IF_ERROR(MoveProposal(tx, row->job.proposal, ProposalState::kPendingWorker, runner, "",
                                   std::move(event)));
  return row->job;
}

Result<bool> ExtendLease(Tx& tx, const Job& job, int lease_seconds) {
  SYN_ASSIGN_OR_RETURN(auto row, FindHeld(tx, job));
  if (!row) return false;
  row->due_at = tx.now().micros + lease_seconds * kSecond;
  SYN_RETURN_IF_ERROR(StoreWithEvent(tx, *row, "job.heartbeat", job.runner));
  return true;
}

Result<bool> MarkIntent(Tx& tx, const Job& job) {
  SYN_ASSIGN_OR_RETURN(auto row, FindHeld(tx, job));
  if (!row) return false;
  row->intent = true;
  SYN_RETURN_IF_ERROR(StoreWithEvent(tx, *row, "job.intent", job.runner));
  return true;
}

Result<bool> FinishJob(Tx& tx, const Job& job, Receipt receipt) {
  SYN_ASSIGN_OR_RETURN(auto row, Find(tx.session(), job.id));
  if (!row) return false;
  if (row->state == "done") return ReportedTheSame(tx, job, receipt);
  if (row->state != "leased" || row->job.lease != job.lease || job.lease.empty()) return false;

  receipt.job = job.id;
  receipt.proposal = row->job.proposal;
  receipt.runner = row->job.runner;
  if (receipt.executed_at.micros == 0) receipt.executed_at = tx.now();
  receipt.hash = HashReceipt(receipt);
  row->state = "done";
  row->job.runner.clear();
  row->job.lease.clear();
  row->due_at.reset();
  SYN_RETURN_IF_ERROR(SaveRow(tx, *row));
  NewEvent event{.kind = "job.completed"};
  event.facts = {{"outcome", std::string(ApplyStatusName(receipt.status))}};
  if (!receipt.safe_error_code.empty()) {
    event.facts.insert(event.facts.begin(), {"code", receipt.safe_error_code});
  }
  SYN_ASSIGN_OR_RETURN(RecordRef record, InsertReceipt(tx, receipt));
  event.records.push_back(std::move(record));
  event.states.push_back(Stated(*row));
  SYN_RETURN_IF_ERROR(MoveProposal(tx, receipt.proposal, StateAfter(receipt.status), job.runner, "",
                                   std::move(event)));
  return true;
}

Status UnleaseJob(Tx& tx, const Job& job, int delay_seconds) {
  SYN_ASSIGN_OR_RETURN(auto row, FindHeld(tx, job));
  if (!row) return {};
  row->state = "ready";
  row->job.runner.clear();
  row->job.lease.clear();
  row->due_at = tx.now().micros + delay_seconds * kSecond;
  // After a lease that ran out unreported, or a stated intent, the effect may exist: such a proposal stays with the
  // worker, where nobody can withdraw it.
  if (row->job.uncertain || row->intent) return StoreWithEvent(tx, *row, "job.released", job.runner);
  SYN_RETURN_IF_ERROR(SaveRow(tx, *row));
  NewEvent event{.kind = "job.released"};
  event.states.push_back(Stated(*row));
  return MoveProposal(tx, row->job.proposal, ProposalState::kApproved, job.runner, "", std::move(event));
}

Status SwitchSource(Tx& tx, const std::string& source, bool disabled, const std::string& actor) {
  SYN_RETURN_IF_ERROR(tx.session().Do(
      "INSERT INTO sources (name, disabled) VALUES ($1, $2) "
      "ON CONFLICT (name) DO UPDATE SET disabled = excluded.disabled",
      {source, disabled ? 1 : 0}));
  NewEvent event{.kind = disabled ? "source.disabled" : "source.enabled",
                 .subject = "source://" + source,
                 .actor = actor};
  event.states.push_back({"source", source, disabled ? "1" : "0"});
  return tx.Append(std::move(event));
}

Result<std::optional<Job>> ReadJob(Session& session, ProposalId proposal) {
  SYN_ASSIGN_OR_RETURN(const Rows rows,
                       session.Get(std::string(kJobColumns) + "WHERE proposal = $1", {proposal}));
  if (rows.empty()) return std::nullopt;
  return FromRow(rows[0]).job;
}

Result<bool> ReadIntent(Session& session, std::int64_t job) {
  SYN_ASSIGN_OR_RETURN(const auto row, Find(session, job));
  return row && row->intent;
}

}  // namespace synapsor::ledger
