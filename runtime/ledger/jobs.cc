// Jobs: one a proposal, leased to one runner at a time. A job is ready, leased or done; `due_at` is when it may be taken
// (again), nothing when it is done.
#include <fmt/format.h>
#include <openssl/rand.h>

#include <algorithm>

#include "runtime/ledger/document.h"
#include "runtime/ledger/operations.h"

namespace synapsor::ledger {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kSetAsideSeconds = 3600;

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
  result.job = {
      row[0].number, row[1].number, row[2].text, row[3].text,         row[4].text, static_cast<int>(row[6].number),
      row[7].text,   row[8].text,   {},          row[11].number != 0, {}};
  result.state = row[5].text;
  if (row[9].kind != Kind::kNull) result.due_at = row[9].number;
  if (result.state == "leased") result.job.lease_expires_at = {row[9].number};
  result.intent = row[10].number != 0;
  return result;
}

// Must say what the expression kJobState says of the row.
std::string StateText(const JobRow& row) {
  return fmt::format("{}|{}|{}|{}|{}|{}|{}", row.state, row.job.attempt, row.job.runner, row.job.lease,
                     row.due_at ? std::to_string(*row.due_at) : "", row.intent ? 1 : 0, row.job.uncertain ? 1 : 0);
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

// The same for what states the row anew without its outcome: a row that was edited meanwhile is left as it is. Its lease runs
// out, and the next claim finds it.
Result<std::optional<JobRow>> FindSound(Tx& tx, const Job& job) {
  SYN_ASSIGN_OR_RETURN(auto row, FindHeld(tx, job));
  if (!row) return std::nullopt;
  SYN_ASSIGN_OR_RETURN(const ChainReport rows, VerifyOne(tx.session(), row->job.proposal));
  if (!rows.intact) return std::nullopt;
  return row;
}

Status SaveRow(Tx& tx, const JobRow& row) {
  return tx.session().Do(
      "UPDATE jobs SET state = $1, attempt = $2, runner = $3, lease = $4, due_at = $5, intent = $6, "
      "uncertain = $7 WHERE id = $8",
      {row.state, row.job.attempt, row.job.runner, row.job.lease, row.due_at ? Param(*row.due_at) : Param(nullptr),
       row.intent ? 1 : 0, row.job.uncertain ? 1 : 0, row.job.id});
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

// The first due jobs of one source, or of any when `source` is null. Parameters are numbered as they come in the text: SQLite
// takes `$1` for a name.
Query DueJobs(Tx& tx, std::string& sql, const std::string* source, int limit) {
  sql = fmt::format(
      "{}WHERE due_at <= $1 AND id NOT IN (SELECT job FROM set_aside WHERE until > $1) AND {}{}", kJobColumns,
      source != nullptr ? "source = $2 AND NOT EXISTS (SELECT 1 FROM sources WHERE name = $2 AND disabled = 1) "
                          "ORDER BY due_at, id LIMIT $3"
                        : "source NOT IN (SELECT name FROM sources WHERE disabled = 1) ORDER BY due_at, id LIMIT $2",
      tx.session().claim_lock());
  Query query{sql, {tx.now().micros}};
  if (source != nullptr) query.params.push_back(*source);
  query.params.push_back(limit);
  return query;
}

Result<std::vector<JobRow>> PickJobs(Tx& tx, const ClaimRequest& request) {
  std::vector<std::string> texts(std::max<std::size_t>(request.sources.size(), 1));
  std::vector<Query> queries;
  if (request.sources.empty()) queries.push_back(DueJobs(tx, texts[0], nullptr, request.limit));
  for (std::size_t i = 0; i < request.sources.size(); ++i) {
    queries.push_back(DueJobs(tx, texts[i], &request.sources[i], request.limit));
  }
  SYN_ASSIGN_OR_RETURN(const auto answers, tx.session().GetAll(queries));
  std::vector<JobRow> jobs;
  for (const Rows& rows : answers) {
    for (const auto& row : rows) jobs.push_back(FromRow(row));
  }
  std::stable_sort(jobs.begin(), jobs.end(),
                   [](const JobRow& one, const JobRow& other) { return *one.due_at < *other.due_at; });
  if (jobs.size() > static_cast<std::size_t>(request.limit)) jobs.resize(static_cast<std::size_t>(request.limit));
  return jobs;
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
  SYN_RETURN_IF_ERROR(
      tx.session().Do("INSERT INTO receipts (id, job, proposal, hash, document) VALUES ($1, $2, $3, $4, $5)",
                      {id, receipt.job, receipt.proposal, receipt.hash, document}));
  return RecordRef{"receipt", id, RowDigest({id, receipt.job, receipt.proposal, receipt.hash, document})};
}

// What is claimed is stated anew, and what was edited would pass as true after it. So such a job is not claimed: its rows
// stay as they are, for `audit verify` to find, an event says so, and it is looked at again later, when somebody may
// have put them right.
Status SetAside(Tx& tx, const ClaimRequest& request, const std::string& problem, Job& job) {
  job.tampered = problem;
  job.runner.clear();
  job.lease.clear();
  SYN_RETURN_IF_ERROR(
      tx.session().Do("INSERT INTO set_aside (job, until) VALUES ($1, $2) "
                      "ON CONFLICT (job) DO UPDATE SET until = excluded.until",
                      {job.id, tx.now().micros + kSetAsideSeconds * kSecond}));
  NewEvent event{.kind = "job.set_aside", .subject = ProposalHandle(job.proposal), .actor = request.runner};
  event.facts = {{"tampered", problem}};
  return tx.Append(std::move(event));
}

Status LeaseOne(Tx& tx, const ClaimRequest& request, JobRow& row) {
  const bool taken_over = row.state == "leased";
  row.state = "leased";
  row.job.attempt += 1;
  row.job.runner = request.runner;
  row.job.lease = RandomHex();
  row.due_at = tx.now().micros + request.lease_seconds * kSecond;
  row.job.lease_expires_at = {*row.due_at};
  row.job.uncertain = row.job.uncertain || taken_over;
  SYN_RETURN_IF_ERROR(SaveRow(tx, row));
  NewEvent event{.kind = "job.claimed"};
  event.states.push_back(Stated(row));
  return MoveProposal(tx, row.job.proposal, ProposalState::kPendingWorker, request.runner, "", std::move(event));
}

// `row` is the job as it stands, or nothing.
Result<bool> FinishOne(Tx& tx, std::optional<JobRow> row, const Job& job, Receipt receipt) {
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
  SYN_RETURN_IF_ERROR(MoveProposal(tx, receipt.proposal, StateAfter(receipt.status), job.runner, "", std::move(event)));
  return true;
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
      {row.job.id, row.job.proposal, row.job.source, row.job.proposal_hash, row.job.idempotency_key, *row.due_at}));
  NewEvent event{.kind = "job.created", .subject = ProposalHandle(proposal.id), .tenant = proposal.tenant};
  event.records.push_back(
      {"job", row.job.id,
       RowDigest({row.job.id, row.job.proposal, row.job.source, row.job.proposal_hash, row.job.idempotency_key})});
  event.states.push_back(Stated(row));
  return tx.Append(std::move(event));
}

Result<std::vector<ClaimedJob>> LeaseJobs(Tx& tx, const ClaimRequest& request) {
  if (request.limit <= 0) return std::vector<ClaimedJob>();
  SYN_ASSIGN_OR_RETURN(auto picked, PickJobs(tx, request));
  std::vector<ProposalId> ids;
  for (const JobRow& row : picked) ids.push_back(row.job.proposal);
  SYN_ASSIGN_OR_RETURN(const auto rows, FetchProposals(tx.session(), ids));
  SYN_ASSIGN_OR_RETURN(const auto reports, VerifyProposals(tx.session(), rows));
  std::vector<ClaimedJob> claimed;
  for (std::size_t i = 0; i < picked.size(); ++i) {
    auto view = ToView(rows[i]);
    const bool readable = view && *view;
    ClaimedJob& result = claimed.emplace_back();
    if (!reports[i].intact || !readable) {
      SYN_RETURN_IF_ERROR(
          SetAside(tx, request, reports[i].intact ? "the proposal cannot be read" : reports[i].problem, picked[i].job));
      result.job = picked[i].job;
      continue;
    }
    SYN_RETURN_IF_ERROR(LeaseOne(tx, request, picked[i]));
    result.job = picked[i].job;
    result.intended = picked[i].intent;
    result.view = **std::move(view);
    result.view->state = ProposalState::kPendingWorker;
  }
  return claimed;
}

Result<bool> ExtendLease(Tx& tx, const Job& job, int lease_seconds) {
  SYN_ASSIGN_OR_RETURN(auto row, FindSound(tx, job));
  if (!row) return false;
  row->due_at = tx.now().micros + lease_seconds * kSecond;
  SYN_RETURN_IF_ERROR(StoreWithEvent(tx, *row, "job.heartbeat", job.runner));
  return true;
}

Result<bool> MarkIntent(Tx& tx, const Job& job) {
  SYN_ASSIGN_OR_RETURN(auto row, FindSound(tx, job));
  if (!row) return false;
  row->intent = true;
  SYN_RETURN_IF_ERROR(StoreWithEvent(tx, *row, "job.intent", job.runner));
  return true;
}

Result<std::vector<bool>> FinishJobs(Tx& tx, const std::vector<JobReport>& reports) {
  const std::string sql = std::string(kJobColumns) + "WHERE id = $1";
  std::vector<Query> queries;
  for (const JobReport& report : reports) queries.push_back({sql, {report.job.id}});
  SYN_ASSIGN_OR_RETURN(const auto answers, tx.session().GetAll(queries));
  std::vector<bool> stored;
  for (std::size_t i = 0; i < reports.size(); ++i) {
    std::optional<JobRow> row;
    if (!answers[i].empty()) row = FromRow(answers[i][0]);
    SYN_ASSIGN_OR_RETURN(const bool done, FinishOne(tx, std::move(row), reports[i].job, reports[i].receipt));
    stored.push_back(done);
  }
  return stored;
}

Status UnleaseJob(Tx& tx, const Job& job, int delay_seconds, bool withdraw_intent) {
  SYN_ASSIGN_OR_RETURN(auto row, FindSound(tx, job));
  if (!row) return {};
  row->state = "ready";
  if (withdraw_intent) row->intent = false;
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
  SYN_RETURN_IF_ERROR(
      tx.session().Do("INSERT INTO sources (name, disabled) VALUES ($1, $2) "
                      "ON CONFLICT (name) DO UPDATE SET disabled = excluded.disabled",
                      {source, disabled ? 1 : 0}));
  NewEvent event{
      .kind = disabled ? "source.disabled" : "source.enabled", .subject = "source://" + source, .actor = actor};
  event.states.push_back({"source", source, disabled ? "1" : "0"});
  return tx.Append(std::move(event));
}

Result<std::optional<Job>> ReadJob(Session& session, ProposalId proposal) {
  SYN_ASSIGN_OR_RETURN(const Rows rows, session.Get(std::string(kJobColumns) + "WHERE proposal = $1", {proposal}));
  if (rows.empty()) return std::nullopt;
  return FromRow(rows[0]).job;
}

Result<bool> ReadIntent(Session& session, std::int64_t job) {
  SYN_ASSIGN_OR_RETURN(const auto row, Find(session, job));
  return row && row->intent;
}

}  // namespace synapsor::ledger
