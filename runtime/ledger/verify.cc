// Walks the chain once from the first event to the head, and beside it every table by ascending id: records were given
// their ids in the order of the events, so the next record that an event names must be the next row of its table.
// A row that no event names, a missing one and an edited one all show at that place.
#include <fmt/format.h>

#include <unordered_map>

#include "runtime/ledger/event_check.h"
#include "runtime/ledger/migrations.h"
#include "runtime/ledger/operations.h"
#include "runtime/ledger/removals.h"
#include "runtime/ledger/rows.h"

namespace synapsor::ledger {
namespace {

constexpr int kPage = 500;

// The rows of one table in the order of their ids.
class Cursor {
 public:
  Cursor(Session& session, const TableLayout& layout) : session_(session), layout_(layout) {
    sql_ = fmt::format("SELECT {} FROM {} WHERE id > $1 ORDER BY id LIMIT {}", CheckedColumns(layout), layout.table,
                       kPage);
  }

  // Null at the end.
  Result<const std::vector<Cell>*> Next() {
    if (position_ == rows_.size()) {
      if (ended_) return nullptr;
      SYN_ASSIGN_OR_RETURN(rows_, session_.Get(sql_, {last_}));
      position_ = 0;
      ended_ = rows_.size() < kPage;
      if (rows_.empty()) return nullptr;
    }
    const auto& row = rows_[position_++];
    last_ = row[0].number;
    return &row;
  }

  const TableLayout& layout() const { return layout_; }
  // Those that digests are taken of.
  std::span<const Cell> Columns(const std::vector<Cell>& row) const {
    return std::span(row).first(static_cast<std::size_t>(layout_.count));
  }

 private:
  Session& session_;
  const TableLayout& layout_;
  std::string sql_;
  Rows rows_;
  std::size_t position_ = 0;
  std::int64_t last_ = 0;
  bool ended_ = false;
};

struct Expected {
  std::string stated;  // by the last event
  std::string actual;  // in the row
};

class Walk {
 public:
  explicit Walk(Session& session) : session_(session), removals_(session) {
    for (const TableLayout& layout : kTables) cursors_.emplace(layout.record, Cursor(session, layout));
  }

  Result<ChainReport> Run(std::string_view expected_head) {
    SYN_RETURN_IF_ERROR(WalkEvents(expected_head));
    if (report_.intact) SYN_RETURN_IF_ERROR(CheckHead(expected_head));
    if (report_.intact) SYN_RETURN_IF_ERROR(CheckNothingLeft());
    if (report_.intact) SYN_RETURN_IF_ERROR(CheckSources());
    if (report_.intact) CheckStates();
    report_.head = previous_;
    return report_;
  }

 private:
  void Bad(std::int64_t sequence, std::string problem) {
    if (!report_.intact) return;
    report_.intact = false;
    report_.first_bad_sequence = sequence;
    report_.problem = std::move(problem);
  }

  Status WalkEvents(std::string_view expected_head) {
    const std::string sql =
        fmt::format("SELECT {}FROM events WHERE sequence > $1 ORDER BY sequence LIMIT {}", kEventColumns, kPage);
    while (report_.intact) {
      SYN_ASSIGN_OR_RETURN(const Rows rows, session_.Get(sql, {sequence_}));
      for (const auto& row : rows) {
        SYN_RETURN_IF_ERROR(CheckOne(row));
        if (!report_.intact) return {};
        if (previous_ == expected_head) head_seen_ = true;
      }
      if (rows.size() < kPage) return {};
    }
    return {};
  }

  Status CheckOne(const std::vector<Cell>& row) {
    const std::int64_t sequence = row[0].number;
    if (sequence != sequence_ + 1) {
      Bad(sequence_ + 1, fmt::format("event {} is missing", sequence_ + 1));
      return {};
    }
    Statement statement;
    std::string problem = CheckEvent(row, previous_, statement);
    if (!problem.empty()) {
      Bad(sequence, std::move(problem));
      return {};
    }
    if (sequence == 1) identity_ = statement.identity;
    for (const StatedRecord& record : statement.records) {
      SYN_RETURN_IF_ERROR(CheckRecord(sequence, record));
    }
    if (!statement.removals.empty()) SYN_RETURN_IF_ERROR(CheckRemoval(sequence, statement));
    for (const StatedState& state : statement.states) {
      states_[state.table + " " + state.id].stated = state.state;
    }
    previous_ = row[7].text;
    sequence_ = sequence;
    ++report_.events;
    return {};
  }

  Status CheckRecord(std::int64_t sequence, const StatedRecord& record) {
    const auto found = cursors_.find(std::string_view(record.table));
    if (found == cursors_.end()) {
      Bad(sequence, fmt::format("event {} names an unknown table", sequence));
      return {};
    }
    Cursor& cursor = found->second;
    SYN_ASSIGN_OR_RETURN(const auto* row, cursor.Next());
    if (row == nullptr || (*row)[0].number > record.id) {
      Bad(sequence, fmt::format("{} {} was deleted", record.table, record.id));
    } else if ((*row)[0].number < record.id) {
      Bad(sequence,
          fmt::format("{} {} was inserted past the ledger: no event names it", record.table, (*row)[0].number));
    } else if (cursor.layout().removable && row->back().number != 0) {
      SYN_ASSIGN_OR_RETURN(std::string problem, removals_.Check(record.table, record.id, cursor.Columns(*row),
                                                                record.digest, row->back().number));
      if (!problem.empty()) Bad(sequence, std::move(problem));
    } else if (RowDigest(cursor.Columns(*row)) != record.digest) {
      Bad(sequence, fmt::format("{} {} was edited", record.table, record.id));
    } else if (!cursor.layout().state.empty()) {
      states_[fmt::format("{} {}", record.table, record.id)].actual = row->back().text;
    }
    return {};
  }

  // Each removed row was found to be named by its event; here, that the event names no row that still has its content.
  Status CheckRemoval(std::int64_t sequence, const Statement& statement) {
    std::unordered_map<std::string_view, std::int64_t> named;
    for (const StatedRemoval& removal : statement.removals) ++named[removal.table];
    for (const TableLayout& layout : kTables) {
      if (!layout.removable) continue;
      SYN_ASSIGN_OR_RETURN(
          const Rows rows,
          session_.Get(fmt::format("SELECT count(*) FROM {} WHERE removed = $1", layout.table), {sequence}));
      if (rows[0][0].number != named[layout.record]) {
        Bad(sequence,
            fmt::format("a {} that event {} removed is there again, or was deleted", layout.record, sequence));
      }
    }
    return {};
  }

  Status CheckHead(std::string_view expected_head) {
    SYN_ASSIGN_OR_RETURN(const Rows rows,
                         session_.Get("SELECT sequence, hash, salt, ledger_id FROM head WHERE id = 1"));
    if (rows.empty() || rows[0][0].number != sequence_ || rows[0][1].text != previous_) {
      Bad(sequence_ + 1, "the chain ends elsewhere than the head says: its last events were deleted or added");
    } else if (identity_ != GenesisIdentity(rows[0][2].text, rows[0][3].text)) {
      Bad(1, "salt or id of the ledger were exchanged");
    } else if (!expected_head.empty() && !head_seen_) {
      Bad(sequence_ + 1, "the given head hash does not occur: events were cut off, or this is another ledger");
    }
    return {};
  }

  Status CheckNothingLeft() {
    for (auto& [name, cursor] : cursors_) {
      SYN_ASSIGN_OR_RETURN(const auto* row, cursor.Next());
      if (row != nullptr) {
        Bad(sequence_ + 1,
            fmt::format("{} {} was inserted past the ledger: no event names it", name, (*row)[0].number));
      }
    }
    return {};
  }

  Status CheckSources() {
    SYN_ASSIGN_OR_RETURN(const Rows rows, session_.Get("SELECT name, disabled FROM sources"));
    for (const auto& row : rows) {
      states_["source " + row[0].text].actual = std::to_string(row[1].number);
    }
    return {};
  }

  void CheckStates() {
    for (const auto& [name, state] : states_) {
      if (state.stated != state.actual) {
        Bad(sequence_, fmt::format("the state of {} was edited: it is not what its last event says", name));
      }
    }
  }

  Session& session_;
  Removals removals_;
  std::unordered_map<std::string_view, Cursor> cursors_;
  std::unordered_map<std::string, Expected> states_;
  ChainReport report_;
  std::string previous_, identity_;
  std::int64_t sequence_ = 0;
  bool head_seen_ = false;
};

}  // namespace

Result<ChainReport> VerifyAll(Session& session, std::string_view expected_head) {
  return Walk(session).Run(expected_head);
}

}  // namespace synapsor::ledger
