// The columns of each table in the order in which their digest is taken, shared by writing, reading and verification.
#pragma once

#include <string>
#include <string_view>

namespace synapsor::ledger {

// A table whose rows never change but for the columns in `state`, an expression for what may.
struct TableLayout {
  std::string_view record;  // name in events
  std::string_view table;
  std::string_view columns;  // id first
  int count;
  std::string_view state;  // empty: nothing changes
  bool removable = false;  // `removed` names the event that took the content, or is NULL
};

inline constexpr std::string_view kJobState =
    "state || '|' || CAST(attempt AS TEXT) || '|' || runner || '|' || lease || '|' || "
    "COALESCE(CAST(due_at AS TEXT), '') || '|' || CAST(intent AS TEXT) || '|' || CAST(uncertain AS TEXT)";

inline constexpr TableLayout kTables[] = {
    {"run", "runs", "id, parent, step_key, event, document", 5, "", true},
    {"evidence", "evidence", "id, run, document", 3, "", true},
    {"proposal", "proposals",
     "id, tenant, source, schema_name, table_name, object, capability, principal, created_at, expires_at, "
     "hash, document",
     12, "state"},
    {"decision", "decisions", "id, proposal, integrity, document", 4, ""},
    {"job", "jobs", "id, proposal, source, proposal_hash, idempotency_key", 5, kJobState},
    {"receipt", "receipts", "id, job, proposal, hash, document", 5, ""},
};

// The columns of a table for its rows to be checked: those that digests are taken of, then the state or the number of the
// event that removed the row's content, 0 for none.
inline std::string CheckedColumns(const TableLayout& layout) {
  std::string columns(layout.columns);
  if (!layout.state.empty()) columns += ", " + std::string(layout.state);
  if (layout.removable) columns += ", COALESCE(removed, 0)";
  return columns;
}

inline const TableLayout* FindLayout(std::string_view record) {
  for (const TableLayout& layout : kTables) {
    if (layout.record == record) return &layout;
  }
  return nullptr;
}

}  // namespace synapsor::ledger
