// Reading records back, each by an index; proposals are read in proposal_reads.cc.
#include "runtime/ledger/document.h"
#include "runtime/ledger/operations.h"
#include "runtime/ledger/removals.h"

namespace synapsor::ledger {
namespace {

constexpr std::string_view kRun = "SELECT id, document, COALESCE(removed, 0), event, parent, step_key FROM runs ";

Result<Run> ToRun(Session& session, const std::vector<Cell>& row) {
  Run run;
  if (row[2].number == 0) {
    SYN_ASSIGN_OR_RETURN(run, ParseRun(row[1].text));
  } else {
    SYN_ASSIGN_OR_RETURN(const Remains left, ReadRemains(session, row[3].number, row[2].number));
    run.capability = left.capability;
    run.principal = left.actor;
    run.tenant = left.tenant;
    run.at = left.at;
    run.removed_at = left.removed_at;
    run.parent = row[4].number;
    run.step_key = row[5].text;
  }
  run.id = row[0].number;
  return run;
}

// Which event recorded the run that a handle leads to; 0 when it is not a handle of a run or of evidence.
Result<std::int64_t> EventOfRun(Session& session, std::string_view subject) {
  Rows rows;
  if (subject.starts_with("agent-run://")) {
    SYN_ASSIGN_OR_RETURN(rows,
                         session.Get("SELECT event FROM runs WHERE id = $1", {ParseHandle(subject, "agent-run://")}));
  } else if (subject.starts_with("evidence://bundle/")) {
    SYN_ASSIGN_OR_RETURN(rows, session.Get("SELECT event FROM runs WHERE id = (SELECT run FROM evidence WHERE id = $1)",
                                           {ParseHandle(subject, "evidence://bundle/")}));
  }
  return rows.empty() ? 0 : rows[0][0].number;
}

}  // namespace

Result<std::optional<Run>> ReadRun(Session& session, RunId id) {
  SYN_ASSIGN_OR_RETURN(const Rows rows, session.Get(std::string(kRun) + "WHERE id = $1", {id}));
  if (rows.empty()) return std::nullopt;
  SYN_ASSIGN_OR_RETURN(Run run, ToRun(session, rows[0]));
  return run;
}

Result<std::vector<Run>> ReadSteps(Session& session, RunId parent) {
  if (parent <= 0) return std::vector<Run>();
  SYN_ASSIGN_OR_RETURN(const Rows rows,
                       session.Get(std::string(kRun) + "WHERE parent = $1 AND parent > 0 ORDER BY id", {parent}));
  std::vector<Run> runs;
  for (const auto& row : rows) {
    SYN_ASSIGN_OR_RETURN(Run run, ToRun(session, row));
    runs.push_back(std::move(run));
  }
  return runs;
}

Result<std::optional<Run>> ReadStep(Session& session, RunId parent, std::string_view step_key) {
  SYN_ASSIGN_OR_RETURN(
      const Rows rows,
      session.Get(std::string(kRun) + "WHERE parent = $1 AND step_key = $2 AND parent > 0 AND step_key <> ''",
                  {parent, step_key}));
  if (rows.empty()) return std::nullopt;
  SYN_ASSIGN_OR_RETURN(Run run, ToRun(session, rows[0]));
  return run;
}

Result<std::optional<Evidence>> ReadEvidence(Session& session, EvidenceId id) {
  SYN_ASSIGN_OR_RETURN(
      const Rows rows,
      session.Get("SELECT document, COALESCE(removed, 0), run, (SELECT event FROM runs WHERE runs.id = run) "
                  "FROM evidence WHERE id = $1",
                  {id}));
  if (rows.empty()) return std::nullopt;
  Evidence evidence;
  if (rows[0][1].number == 0) {
    SYN_ASSIGN_OR_RETURN(evidence, ParseEvidence(rows[0][0].text));
  } else {
    SYN_ASSIGN_OR_RETURN(const Remains left, ReadRemains(session, rows[0][3].number, rows[0][1].number));
    evidence.run = rows[0][2].number;
    evidence.capability = left.capability;
    evidence.principal = left.actor;
    evidence.tenant = left.tenant;
    evidence.at = left.at;
    evidence.removed_at = left.removed_at;
  }
  evidence.id = id;
  return evidence;
}

Result<std::vector<QueryAudit>> ReadAudits(Session& session, RunId run) {
  SYN_ASSIGN_OR_RETURN(const Rows rows,
                       session.Get("SELECT document FROM runs WHERE id = $1 AND removed IS NULL", {run}));
  if (rows.empty()) return std::vector<QueryAudit>();
  return ParseAudits(rows[0][0].text);
}

Result<std::vector<Event>> ReadEvents(Session& session, std::string_view subject) {
  constexpr std::string_view kEvent =
      "SELECT sequence, at, kind, subject, actor, tenant, payload, hash, "
      "(SELECT hash FROM events AS p WHERE p.sequence = e.sequence - 1) FROM events AS e ";
  SYN_ASSIGN_OR_RETURN(const std::int64_t number, EventOfRun(session, subject));
  Rows rows;
  if (number != 0) {
    SYN_ASSIGN_OR_RETURN(rows, session.Get(std::string(kEvent) + "WHERE sequence = $1", {number}));
  } else {
    SYN_ASSIGN_OR_RETURN(rows, session.Get(std::string(kEvent) + "WHERE ref = $1 ORDER BY sequence", {subject}));
  }
  std::vector<Event> events;
  for (const auto& row : rows) {
    events.push_back({row[0].number,
                      {row[1].number},
                      row[2].text,
                      row[3].text,
                      row[4].text,
                      row[5].text,
                      row[6].text,
                      row[8].text,
                      row[7].text});
  }
  return events;
}

Result<bool> ReadDisabled(Session& session, const std::string& source) {
  SYN_ASSIGN_OR_RETURN(const Rows rows, session.Get("SELECT disabled FROM sources WHERE name = $1", {source}));
  return !rows.empty() && rows[0][0].number != 0;
}

}  // namespace synapsor::ledger
