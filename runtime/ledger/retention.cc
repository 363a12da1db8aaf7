// Retention in bounded steps: a look through a window of ids in a reading snapshot finds what may be due, and a short
// transaction examines just these rows again, takes their content and says so in one event. How far a rule has been looked
// through is kept in the ledger, so that a pass costs what is new and not what is old.
#include "runtime/ledger/retention.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/ledger/document.h"
#include "runtime/ledger/operations.h"
#include "runtime/ledger/removals.h"
#include "runtime/ledger/rows.h"

namespace synapsor::ledger {
namespace {

constexpr std::int64_t kDay = 24LL * 3600 * 1'000'000;
constexpr int kMostDays = 100'000;        // more is longer than any ledger has been kept, and would not fit the clock
constexpr int kCandidates = 50;           // examined in one transaction
constexpr std::size_t kMostRows = 200;    // removed in one transaction
constexpr std::int64_t kWindow = 20'000;  // ids looked through by one statement
constexpr int kWindows = 10;              // by one step

enum class Fate { kNothing, kYoung, kHeld, kDamaged, kDue };

// What becomes of a candidate; `rows` are what goes now. More of a large run may follow when `more`.
struct Examined {
  Fate fate = Fate::kNothing;
  std::vector<RemovalRef> rows;
  bool more = false;
};

struct RunRow {
  std::vector<Cell> cells;  // id, parent, step_key, event, document, removed
  std::int64_t id() const { return cells[0].number; }
  std::int64_t parent() const { return cells[1].number; }
  std::int64_t event() const { return cells[3].number; }
  std::int64_t removed() const { return cells[5].number; }
  std::int64_t root() const { return parent() > 0 ? parent() : id(); }
};

constexpr std::string_view kRunRow = "SELECT id, parent, step_key, event, document, COALESCE(removed, 0) FROM runs ";

// The digest of a row after its content is gone. The content is the last of the columns that digests are taken of.
std::string Remaining(std::span<const Cell> columns) {
  std::vector<Cell> left(columns.begin(), columns.end());
  left.back() = Cell{Kind::kText, 0, {}};
  return RowDigest(left);
}

class Examiner {
 public:
  Examiner(Session& session, const RetentionRule& rule, Instant now)
      : session_(session),
        rule_(rule),
        removals_(session),
        before_(now.micros - std::min(rule.days, kMostDays) * kDay) {}

  // Rows of a large run beyond those that one transaction takes.
  Result<std::int64_t> RowsBehind(std::int64_t last) {
    SYN_ASSIGN_OR_RETURN(const auto row, ReadRunRow(last));
    if (!row) return 0;
    SYN_ASSIGN_OR_RETURN(
        const Rows rows,
        session_.Get("SELECT count(*) FROM runs WHERE removed IS NULL AND ((parent = $1 AND parent > 0) OR id = $1)",
                     {row->root()}));
    return rows[0][0].number - static_cast<std::int64_t>(kMostRows);
  }

  Result<Examined> Examine(std::int64_t id) {
    return rule_.what == Retained::kRuns ? ExamineRun(id) : ExamineEvidence(id);
  }

 private:
  // The creating event of a row.
  struct Creation {
    std::int64_t at = 0;
    bool sound = false;
    Statement statement;
  };

  Result<Creation> ReadCreation(std::int64_t sequence) {
    SYN_ASSIGN_OR_RETURN(const Rows rows, session_.Get(fmt::format("SELECT {}, {} FROM events AS e WHERE sequence = $1",
                                                                   kEventColumns, kPreviousHash),
                                                       {sequence}));
    Creation creation;
    if (rows.empty()) return creation;
    creation.at = rows[0][1].number;
    creation.sound = CheckEvent(rows[0], rows[0][9].text, creation.statement).empty();
    return creation;
  }

  // The removal of a row that is as its creation said; nothing for another.
  static std::optional<RemovalRef> RemovalOf(std::string_view table, std::int64_t id, std::span<const Cell> columns,
                                             const Creation& creation) {
    if (!creation.sound) return std::nullopt;
    const std::string digest = RowDigest(columns);
    for (const StatedRecord& record : creation.statement.records) {
      if (record.table == table && record.id == id && record.digest == digest) {
        return RemovalRef{table, id, digest, Remaining(columns)};
      }
    }
    return std::nullopt;
  }

  Result<std::optional<RunRow>> ReadRunRow(std::int64_t id) {
    SYN_ASSIGN_OR_RETURN(Rows rows, session_.Get(std::string(kRunRow) + "WHERE id = $1", {id}));
    if (rows.empty()) return std::nullopt;
    return RunRow{std::move(rows[0])};
  }

  // kHeld while a proposal of the run, or of another step of it, is open or has an unfinished job.
  Result<Fate> FateOfTree(std::int64_t root) {
    SYN_ASSIGN_OR_RETURN(const Rows documents,
                         session_.Get("SELECT document FROM runs WHERE removed IS NULL AND parent = $1 AND parent > 0 "
                                      "AND document NOT LIKE '%\"proposal\":0,\"result\":%' "
                                      "UNION ALL SELECT document FROM runs WHERE removed IS NULL AND id = $1",
                                      {root}));
    for (const auto& row : documents) {
      const auto run = ParseRun(row[0].text);
      if (!run) return Fate::kDamaged;
      if (run->proposal == 0) continue;
      SYN_ASSIGN_OR_RETURN(const Rows open,
                           session_.Get("SELECT count(*) FROM proposals WHERE id = $1 AND (state IN ('pending_review', "
                                        "'approved', 'pending_worker', 'reconciliation_required') OR EXISTS (SELECT 1 "
                                        "FROM jobs WHERE jobs.proposal = proposals.id AND jobs.state <> 'done'))",
                                        {run->proposal}));
      if (open[0][0].number > 0) return Fate::kHeld;
    }
    return Fate::kDue;
  }

  // `id` is the last step of a run, or a run without steps.
  Result<Examined> ExamineRun(std::int64_t id) {
    SYN_ASSIGN_OR_RETURN(const auto row, ReadRunRow(id));
    if (!row || row->removed() != 0) return Examined{};
    SYN_ASSIGN_OR_RETURN(
        const Rows later,
        session_.Get("SELECT count(*) FROM runs WHERE parent = $1 AND parent > 0 AND id > $2", {row->root(), id}));
    if (later[0][0].number > 0) return Examined{};  // that step decides
    SYN_ASSIGN_OR_RETURN(const Creation creation, ReadCreation(row->event()));
    if (creation.at > before_) return Examined{Fate::kYoung, {}, false};
    const auto run = ParseRun(row->cells[4].text);
    if (!run) return Examined{Fate::kDamaged, {}, false};
    if (run->workflow != rule_.workflow) return Examined{};
    SYN_ASSIGN_OR_RETURN(const Fate fate, FateOfTree(row->root()));
    if (fate != Fate::kDue) return Examined{fate, {}, false};
    return RemoveTree(*row);
  }

  // Steps in their order, then the run, and the last step at the end: while it is there, the rest is found again.
  Result<Examined> RemoveTree(const RunRow& last) {
    SYN_ASSIGN_OR_RETURN(
        Rows rows, session_.Get(std::string(kRunRow) + fmt::format("WHERE parent = $1 AND parent > 0 AND "
                                                                   "removed IS NULL AND id < $2 ORDER BY id LIMIT {}",
                                                                   kMostRows),
                                {last.root(), last.id()}));
    Examined examined{Fate::kDue, {}, rows.size() == kMostRows};
    if (!examined.more) {
      if (last.parent() > 0) {
        SYN_ASSIGN_OR_RETURN(auto root, ReadRunRow(last.root()));
        if (root && root->removed() == 0) rows.push_back(std::move(root->cells));
      }
      rows.push_back(last.cells);
    }
    for (const auto& cells : rows) {
      SYN_ASSIGN_OR_RETURN(const Creation creation, ReadCreation(cells[3].number));
      auto removal = RemovalOf("run", cells[0].number, std::span(cells).first(5), creation);
      if (!removal) return Examined{Fate::kDamaged, {}, false};
      examined.rows.push_back(*std::move(removal));
    }
    return examined;
  }

  Result<Examined> ExamineEvidence(std::int64_t id) {
    SYN_ASSIGN_OR_RETURN(
        const Rows rows,
        session_.Get("SELECT id, run, document, COALESCE(removed, 0) FROM evidence WHERE id = $1", {id}));
    if (rows.empty() || rows[0][3].number != 0) return Examined{};
    SYN_ASSIGN_OR_RETURN(const auto run, ReadRunRow(rows[0][1].number));
    if (!run) return Examined{Fate::kDamaged, {}, false};
    SYN_ASSIGN_OR_RETURN(const Creation creation, ReadCreation(run->event()));
    if (creation.at > before_) return Examined{Fate::kYoung, {}, false};
    SYN_ASSIGN_OR_RETURN(const std::optional<std::string> workflow, WorkflowOf(*run));
    if (!workflow) return Examined{Fate::kDamaged, {}, false};
    if (*workflow != rule_.workflow) return Examined{};
    const bool run_sound = run->removed() != 0 || RemovalOf("run", run->id(), std::span(run->cells).first(5), creation);
    if (!run_sound) return Examined{Fate::kDamaged, {}, false};
    SYN_ASSIGN_OR_RETURN(const Fate fate, FateOfTree(run->root()));
    if (fate != Fate::kDue) return Examined{fate, {}, false};
    auto removal = RemovalOf("evidence", id, std::span(rows[0]).first(3), creation);
    if (!removal) return Examined{Fate::kDamaged, {}, false};
    return Examined{Fate::kDue, {*std::move(removal)}, false};
  }

  // Of a run that is gone, the event that removed it says.
  Result<std::optional<std::string>> WorkflowOf(const RunRow& row) {
    if (row.removed() != 0) {
      SYN_ASSIGN_OR_RETURN(const RemovalEvent* event, removals_.Find(row.removed()));
      if (!event->problem.empty()) return std::nullopt;
      return event->workflow;
    }
    const auto run = ParseRun(row.cells[4].text);
    if (!run) return std::nullopt;
    return run->workflow;
  }

  Session& session_;
  const RetentionRule& rule_;
  Removals removals_;
  std::int64_t before_;
};

// The last member of a run's document; a name has no `%`, and the documents are read properly before anything goes.
std::string EndsWithWorkflow(const RetentionRule& rule) { return fmt::format("%\"workflow\":\"{}\"}}", rule.workflow); }

// Those among the ids above $1 and up to $2 that may be due, in order.
Result<Rows> FindCandidates(Session& session, const RetentionRule& rule, std::int64_t above, std::int64_t upto) {
  if (rule.what == Retained::kRuns) {
    return session.Get(
        fmt::format("SELECT r.id FROM runs AS r WHERE r.id > $1 AND r.id <= $2 AND r.removed IS NULL AND "
                    "r.document LIKE $3 AND NOT EXISTS (SELECT 1 FROM runs AS s WHERE s.parent = CASE WHEN "
                    "r.parent > 0 THEN r.parent ELSE r.id END AND s.parent > 0 AND s.id > r.id) "
                    "ORDER BY r.id LIMIT {}",
                    kCandidates),
        {above, upto, EndsWithWorkflow(rule)});
  }
  return session.Get(
      fmt::format("SELECT v.id FROM evidence AS v JOIN runs AS r ON r.id = v.run WHERE v.id > $1 AND v.id <= $2 "
                  "AND v.removed IS NULL AND (r.document LIKE $3 OR EXISTS (SELECT 1 FROM events AS e WHERE "
                  "e.sequence = r.removed AND e.subject = $4)) ORDER BY v.id LIMIT {}",
                  kCandidates),
      {above, upto, EndsWithWorkflow(rule), WorkflowSubject(rule.workflow)});
}

Result<std::int64_t> ReadTop(Session& session, const RetentionRule& rule) {
  SYN_ASSIGN_OR_RETURN(const Rows rows, session.Get("SELECT last_run, last_evidence FROM head WHERE id = 1"));
  if (rows.empty()) return 0;
  return rows[0][rule.what == Retained::kRuns ? 0 : 1].number;
}

Result<std::int64_t> ReadWatermark(Session& session, const RetentionRule& rule) {
  SYN_ASSIGN_OR_RETURN(const Rows rows, session.Get("SELECT upto FROM retention WHERE workflow = $1 AND what = $2",
                                                    {rule.workflow, RetainedName(rule.what)}));
  return rows.empty() ? 0 : rows[0][0].number;
}

std::vector<std::int64_t> Ids(const Rows& rows) {
  std::vector<std::int64_t> ids;
  for (const auto& row : rows) ids.push_back(row[0].number);
  return ids;
}

Status StoreWatermark(Tx& tx, const RetentionRule& rule, std::int64_t upto) {
  return tx.session().Do(
      "INSERT INTO retention (workflow, what, upto) VALUES ($1, $2, $3) ON CONFLICT (workflow, what) DO UPDATE SET upto = "
      "CASE WHEN excluded.upto > retention.upto THEN excluded.upto ELSE retention.upto END",
      {rule.workflow, RetainedName(rule.what), upto});
}

Status Defer(Tx& tx, const RetentionRule& rule, std::int64_t id) {
  return tx.session().Do(
      "INSERT INTO retention_deferred (workflow, what, id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
      {rule.workflow, RetainedName(rule.what), id});
}

Status Undefer(Tx& tx, const RetentionRule& rule, std::int64_t id) {
  return tx.session().Do("DELETE FROM retention_deferred WHERE workflow = $1 AND what = $2 AND id = $3",
                         {rule.workflow, RetainedName(rule.what), id});
}

Status CheckRule(const RetentionRule& rule) {
  if (rule.days > 0 && !rule.workflow.empty()) return {};
  return Fail(ErrorKind::kUsage, "a retention rule names no workflow, or no days", "nothing was removed");
}

// Takes the content of the rows and says so.
Status TakeContent(Tx& tx, const RetentionRule& rule, std::vector<RemovalRef> rows) {
  if (rows.empty()) return {};
  const std::int64_t event = tx.head().sequence + 1;
  if (const std::string_view first = tx.session().before_removal(); !first.empty()) {
    SYN_RETURN_IF_ERROR(tx.session().Do(first, {}));
  }
  const std::string sql =
      fmt::format("UPDATE {} SET document = '', removed = $1 WHERE id = $2", FindLayout(rows.front().table)->table);
  for (const RemovalRef& row : rows) SYN_RETURN_IF_ERROR(tx.session().Do(sql, {event, row.id}));
  NewEvent said{.kind = kRemovedEvent, .subject = WorkflowSubject(rule.workflow), .actor = rule.actor};
  said.facts = {{"bundle", rule.bundle_digest},
                {"days", std::to_string(rule.days)},
                {"kept", std::string(RetainedName(rule.what))}};
  said.removals = std::move(rows);
  return tx.Append(std::move(said));
}

}  // namespace

std::string_view RetainedName(Retained what) { return what == Retained::kRuns ? "runs" : "evidence"; }

Result<RetentionBatch> FindRetentionBatch(Session& session, const RetentionRule& rule, RetentionCursor& cursor) {
  SYN_RETURN_IF_ERROR(CheckRule(rule));
  RetentionBatch batch;
  if (!cursor.deferred_done) {
    SYN_ASSIGN_OR_RETURN(
        const Rows rows,
        session.Get(fmt::format("SELECT id FROM retention_deferred WHERE workflow = $1 AND what = $2 AND "
                                "id > $3 ORDER BY id LIMIT {}",
                                kCandidates),
                    {rule.workflow, RetainedName(rule.what), cursor.deferred_after}));
    batch.ids = Ids(rows);
    batch.deferred = true;
    if (!batch.ids.empty()) return batch;
    cursor.deferred_done = true;
    batch.deferred = false;
  }
  SYN_ASSIGN_OR_RETURN(const std::int64_t top, ReadTop(session, rule));
  SYN_ASSIGN_OR_RETURN(batch.upto, ReadWatermark(session, rule));
  for (int i = 0; i < kWindows && batch.upto < top; ++i) {
    const std::int64_t end = std::min(batch.upto + kWindow, top);
    SYN_ASSIGN_OR_RETURN(const Rows rows, FindCandidates(session, rule, batch.upto, end));
    batch.ids = Ids(rows);
    batch.upto = rows.size() == kCandidates ? batch.ids.back() : end;
    if (!batch.ids.empty()) break;
  }
  batch.last = batch.upto >= top;
  return batch;
}

Result<RetentionStep> RemoveBatch(Tx& tx, const RetentionRule& rule, const RetentionBatch& batch,
                                  const RetentionCursor& cursor) {
  Examiner examiner(tx.session(), rule, tx.now());
  RetentionStep step;
  std::vector<RemovalRef> gone;
  std::int64_t done = batch.upto, deferred_after = cursor.deferred_after;
  bool whole = true;
  for (const std::int64_t id : batch.ids) {
    SYN_ASSIGN_OR_RETURN(Examined examined, examiner.Examine(id));
    if (examined.fate == Fate::kYoung && !batch.deferred) {
      done = id - 1;
      whole = false;
      step.finished = true;
      break;
    }
    const bool keeps = examined.fate == Fate::kHeld || examined.fate == Fate::kDamaged;
    if (examined.fate == Fate::kHeld) ++step.count.held;
    if (examined.fate == Fate::kDamaged) ++step.count.damaged;
    if (keeps && !batch.deferred) SYN_RETURN_IF_ERROR(Defer(tx, rule, id));
    std::move(examined.rows.begin(), examined.rows.end(), std::back_inserter(gone));
    if (examined.more) {
      done = id - 1;
      whole = false;
      break;
    }
    if (batch.deferred && !keeps && examined.fate != Fate::kYoung) SYN_RETURN_IF_ERROR(Undefer(tx, rule, id));
    deferred_after = id;
    if (gone.size() >= kMostRows && id != batch.ids.back()) {
      done = id;
      whole = false;
      break;
    }
  }
  step.count.removed = static_cast<std::int64_t>(gone.size());
  SYN_RETURN_IF_ERROR(TakeContent(tx, rule, std::move(gone)));
  if (batch.deferred) {
    step.deferred_after = deferred_after;
  } else {
    SYN_RETURN_IF_ERROR(StoreWatermark(tx, rule, done));
    if (whole && batch.last) step.finished = true;
  }
  return step;
}

Result<RetentionCount> CountRetention(Session& session, const RetentionRule& rule, Instant now) {
  SYN_RETURN_IF_ERROR(CheckRule(rule));
  Examiner examiner(session, rule, now);
  RetentionCount count;
  const auto add = [&](std::int64_t id) -> Result<bool> {
    SYN_ASSIGN_OR_RETURN(const Examined examined, examiner.Examine(id));
    if (examined.fate == Fate::kHeld) ++count.held;
    if (examined.fate == Fate::kDamaged) ++count.damaged;
    count.removed += static_cast<std::int64_t>(examined.rows.size());
    if (examined.more) {
      SYN_ASSIGN_OR_RETURN(const std::int64_t rest, examiner.RowsBehind(id));
      count.removed += rest;
    }
    return examined.fate == Fate::kYoung;
  };
  SYN_ASSIGN_OR_RETURN(const Rows deferred,
                       session.Get("SELECT id FROM retention_deferred WHERE workflow = $1 AND what = $2",
                                   {rule.workflow, RetainedName(rule.what)}));
  for (const std::int64_t id : Ids(deferred)) {
    const auto young = add(id);
    if (!young) return tl::unexpected(young.error());
  }
  SYN_ASSIGN_OR_RETURN(const std::int64_t top, ReadTop(session, rule));
  SYN_ASSIGN_OR_RETURN(std::int64_t above, ReadWatermark(session, rule));
  while (above < top) {
    const std::int64_t end = std::min(above + kWindow, top);
    SYN_ASSIGN_OR_RETURN(const Rows rows, FindCandidates(session, rule, above, end));
    for (const std::int64_t id : Ids(rows)) {
      SYN_ASSIGN_OR_RETURN(const bool young, add(id));
      if (young) return count;
    }
    above = rows.size() == kCandidates ? rows.back()[0].number : end;
  }
  return count;
}

}  // namespace synapsor::ledger
