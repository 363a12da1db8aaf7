// One proposal against its own events: its row, its decisions, its job and its receipts, and the evidence it rests on
// against the event of its call. The links between these events
// and their neighbours are checked too; the rest of the chain is not walked.
#include <fmt/format.h>

#include <map>

#include "runtime/ledger/event_check.h"
#include "runtime/ledger/operations.h"
#include "runtime/ledger/rows.h"

namespace synapsor::ledger {
namespace {

const TableLayout* FindLayout(std::string_view record) {
  for (const TableLayout& layout : kTables) {
    if (layout.record == record) return &layout;
  }
  return nullptr;
}

// What is wrong with the record's row, or nothing; `state` is set for rows that have one.
Result<std::string> CheckRow(Session& session, const StatedRecord& record, std::string& state) {
  const TableLayout* layout = FindLayout(record.table);
  if (layout == nullptr) return std::string("an event names an unknown table");
  SYN_ASSIGN_OR_RETURN(
      const Rows rows,
      session.Get(fmt::format("SELECT {}{}{} FROM {} WHERE id = $1", layout->columns,
                              layout->state.empty() ? "" : ", ", layout->state, layout->table),
                  {record.id}));
  if (rows.empty()) return fmt::format("{} {} was deleted", record.table, record.id);
  const auto columns = std::span(rows[0]).first(static_cast<std::size_t>(layout->count));
  if (RowDigest(columns) != record.digest) {
    return fmt::format("{} {} was edited", record.table, record.id);
  }
  if (!layout->state.empty()) state = rows[0].back().text;
  return std::string();
}

// The evidence that reviewers see beside the proposal, against the event of the call that recorded both.
Result<std::string> CheckEvidence(Session& session, ProposalId id) {
  SYN_ASSIGN_OR_RETURN(const auto view, ReadProposal(session, id));
  if (!view || view->proposal.evidence == 0) return std::string();
  const EvidenceId evidence = view->proposal.evidence;
  SYN_ASSIGN_OR_RETURN(const Rows events,
                       session.Get(fmt::format("SELECT {}, {} FROM events AS e WHERE sequence = (SELECT r.event FROM "
                                               "runs AS r JOIN evidence AS v ON v.run = r.id WHERE v.id = $1)",
                                               kEventColumns, kPreviousHash),
                                   {evidence}));
  if (events.empty()) return fmt::format("evidence {} was deleted", evidence);
  Statement statement;
  std::string problem = CheckEvent(events[0], events[0][9].text, statement);
  if (!problem.empty()) return problem;
  for (const StatedRecord& record : statement.records) {
    std::string no_state;
    if (record.table == "evidence" && record.id == evidence) return CheckRow(session, record, no_state);
  }
  return fmt::format("evidence {} is not what its call recorded", evidence);
}

// How many rows of the proposal each table holds, to find those that no event names.
Result<std::string> CheckCounts(Session& session, ProposalId id, std::map<std::string, int>& named) {
  for (const std::string_view table : {"decision", "job", "receipt"}) {
    SYN_ASSIGN_OR_RETURN(const Rows rows,
                         session.Get(fmt::format("SELECT count(*) FROM {} WHERE proposal = $1",
                                                 FindLayout(table)->table),
                                     {id}));
    if (rows[0][0].number != named[std::string(table)]) {
      return fmt::format("a {} of {} was inserted past the ledger: no event names it", table,
                         ProposalHandle(id));
    }
  }
  return std::string();
}

}  // namespace

Result<ChainReport> VerifyOne(Session& session, ProposalId id) {
  ChainReport report;
  const auto bad = [&](std::int64_t sequence, std::string problem) {
    report.intact = false;
    report.first_bad_sequence = sequence;
    report.problem = std::move(problem);
    return report;
  };
  SYN_ASSIGN_OR_RETURN(
      const Rows events,
      session.Get(fmt::format("SELECT {}, {} FROM events AS e WHERE ref = $1 ORDER BY sequence", kEventColumns,
                              kPreviousHash),
                  {ProposalHandle(id)}));
  std::map<std::string, std::string> stated, actual;
  std::map<std::string, int> named;
  for (const auto& row : events) {
    const std::int64_t sequence = row[0].number;
    Statement statement;
    std::string problem = CheckEvent(row, row[9].text, statement);
    if (!problem.empty()) return bad(sequence, std::move(problem));
    for (const StatedRecord& record : statement.records) {
      SYN_ASSIGN_OR_RETURN(
          problem, CheckRow(session, record, actual[fmt::format("{} {}", record.table, record.id)]));
      if (!problem.empty()) return bad(sequence, std::move(problem));
      ++named[record.table];
    }
    for (const StatedState& state : statement.states) {
      stated[state.table + " " + state.id] = state.state;
    }
    ++report.events;
  }
  if (named["proposal"] != 1) {
    return bad(0, fmt::format("no event says that {} was created", ProposalHandle(id)));
  }
  for (const auto& [name, state] : stated) {
    if (actual[name] != state) {
      return bad(0, fmt::format("the state of {} was edited: it is not what its last event says", name));
    }
  }
  SYN_ASSIGN_OR_RETURN(std::string problem, CheckCounts(session, id, named));
  if (!problem.empty()) return bad(0, std::move(problem));
  SYN_ASSIGN_OR_RETURN(problem, CheckEvidence(session, id));
  if (!problem.empty()) return bad(0, std::move(problem));
  return report;
}

}  // namespace synapsor::ledger
