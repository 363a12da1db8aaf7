// One proposal against its own events: its row, its decisions, its job and its receipts, and the evidence it rests on
// against the event of its call. The links between these events
// and their neighbours are checked too; the rest of the chain is not walked.
#include <fmt/format.h>

#include <map>

#include "runtime/ledger/document.h"
#include "runtime/ledger/event_check.h"
#include "runtime/ledger/operations.h"
#include "runtime/ledger/proposal_rows.h"
#include "runtime/ledger/removals.h"
#include "runtime/ledger/rows.h"

namespace synapsor::ledger {
namespace {

const Rows* RowsOf(const ProposalRows& rows, std::string_view record) {
  if (record == "proposal") return &rows.proposal;
  if (record == "decision") return &rows.decisions;
  if (record == "job") return &rows.jobs;
  return record == "receipt" ? &rows.receipts : nullptr;
}

// What is wrong with the record's row, or nothing; `state` is set for rows that have one.
std::string CheckRow(const Rows& rows, const StatedRecord& record, std::string& state) {
  const TableLayout* layout = FindLayout(record.table);
  for (const std::vector<Cell>& row : rows) {
    if (row[0].number != record.id) continue;
    if (RowDigest(std::span(row).first(static_cast<std::size_t>(layout->count))) != record.digest) {
      return fmt::format("{} {} was edited", record.table, record.id);
    }
    if (!layout->state.empty()) state = row.back().text;
    return {};
  }
  return fmt::format("{} {} was deleted", record.table, record.id);
}

// How many rows of the proposal each table holds, to find those that no event names.
std::string CheckCounts(const ProposalRows& rows, std::map<std::string, std::size_t>& named) {
  for (const char* table : {"decision", "job", "receipt"}) {
    if (RowsOf(rows, table)->size() != named[table]) {
      return fmt::format("a {} of {} was inserted past the ledger: no event names it", table, ProposalHandle(rows.id));
    }
  }
  return {};
}

ChainReport Bad(ChainReport report, std::int64_t sequence, std::string problem) {
  report.intact = false;
  report.first_bad_sequence = sequence;
  report.problem = std::move(problem);
  return report;
}

ChainReport CheckRows(const ProposalRows& rows) {
  ChainReport report;
  std::map<std::string, std::string> stated, actual;
  std::map<std::string, std::size_t> named;
  for (const auto& row : rows.events) {
    const std::int64_t sequence = row[0].number;
    Statement statement;
    std::string problem = CheckEvent(row, row[9].text, statement);
    if (!problem.empty()) return Bad(report, sequence, std::move(problem));
    for (const StatedRecord& record : statement.records) {
      const Rows* table = RowsOf(rows, record.table);
      if (table == nullptr) return Bad(report, sequence, fmt::format("event {} names an unknown table", sequence));
      problem = CheckRow(*table, record, actual[fmt::format("{} {}", record.table, record.id)]);
      if (!problem.empty()) return Bad(report, sequence, std::move(problem));
      ++named[record.table];
    }
    for (const StatedState& state : statement.states) stated[state.table + " " + state.id] = state.state;
    ++report.events;
  }
  if (named["proposal"] != 1) {
    return Bad(report, 0, fmt::format("no event says that {} was created", ProposalHandle(rows.id)));
  }
  for (const auto& [name, state] : stated) {
    if (actual[name] == state) continue;
    return Bad(report, 0, fmt::format("the state of {} was edited: it is not what its last event says", name));
  }
  if (std::string problem = CheckCounts(rows, named); !problem.empty()) return Bad(report, 0, std::move(problem));
  return report;
}

// What is wrong with the evidence that reviewers see beside a proposal: `call` is the event of the call that recorded
// both, `evidence` the row.
Result<std::string> CheckEvidence(Session& session, EvidenceId id, const Rows& call, const Rows& evidence) {
  if (call.empty()) return fmt::format("evidence {} was deleted", id);
  Statement statement;
  std::string problem = CheckEvent(call[0], call[0][9].text, statement);
  if (!problem.empty()) return problem;
  for (const StatedRecord& record : statement.records) {
    if (record.table != "evidence" || record.id != id) continue;
    std::string no_state;
    if (evidence.empty() || evidence[0].back().number == 0) return CheckRow(evidence, record, no_state);
    const auto columns = std::span(evidence[0]).first(static_cast<std::size_t>(FindLayout("evidence")->count));
    return Removals(session).Check("evidence", id, columns, record.digest, evidence[0].back().number);
  }
  return fmt::format("evidence {} is not what its call recorded", id);
}

// Looks at the evidence of those that are whole so far. The event of the call is the one before the proposal's first.
Status CheckEvidences(Session& session, std::span<const ProposalRows> all, std::vector<ChainReport>& reports) {
  static const std::string kCall =
      fmt::format("SELECT {}, {} FROM events AS e WHERE sequence = $1", kEventColumns, kPreviousHash);
  static const std::string kEvidence =
      fmt::format("SELECT {} FROM evidence WHERE id = $1", CheckedColumns(*FindLayout("evidence")));
  std::vector<Query> queries;
  std::vector<std::pair<std::size_t, EvidenceId>> asked;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!reports[i].intact) continue;
    SYN_ASSIGN_OR_RETURN(const Proposal proposal, ParseProposal(all[i].proposal[0][11].text));
    if (proposal.evidence == 0) continue;
    asked.emplace_back(i, proposal.evidence);
    queries.push_back({kCall, {all[i].events[0][0].number - 1}});
    queries.push_back({kEvidence, {proposal.evidence}});
  }
  SYN_ASSIGN_OR_RETURN(const auto answers, session.GetAll(queries));
  for (std::size_t n = 0; n < asked.size(); ++n) {
    const auto [i, evidence] = asked[n];
    SYN_ASSIGN_OR_RETURN(std::string problem, CheckEvidence(session, evidence, answers[2 * n], answers[2 * n + 1]));
    if (!problem.empty()) reports[i] = Bad(reports[i], 0, std::move(problem));
  }
  return {};
}

}  // namespace

Result<std::vector<ChainReport>> VerifyProposals(Session& session, std::span<const ProposalRows> all) {
  std::vector<ChainReport> reports;
  for (const ProposalRows& rows : all) reports.push_back(CheckRows(rows));
  SYN_RETURN_IF_ERROR(CheckEvidences(session, all, reports));
  return reports;
}

Result<ChainReport> VerifyOne(Session& session, ProposalId id) {
  SYN_ASSIGN_OR_RETURN(const auto rows, FetchProposals(session, std::span(&id, 1)));
  SYN_ASSIGN_OR_RETURN(auto reports, VerifyProposals(session, rows));
  return std::move(reports[0]);
}

}  // namespace synapsor::ledger
