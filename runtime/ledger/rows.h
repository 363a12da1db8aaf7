// The columns of each table in the order in which their digest is taken, shared by writing, reading and verification.
#pragma once

#include <string_view>

namespace synapsor::ledger {

// A table whose rows never change but for the columns in `state`, an expression for what may.
struct TableLayout {
  std::string_view record;   // name in events
  std::string_view table;
  std::string_view columns;  // id first
  int count;
  std::string_view state;    // empty: nothing changes
};

inline constexpr std::string_view kJobState =
    "state || '|' || CAST(attempt AS TEXT) || '|' || runner || '|' || lease || '|' || "
    "COALESCE(CAST(due_at AS TEXT), '') || '|' || CAST(intent AS TEXT) || '|' || CAST(uncertain AS TEXT)";

inline constexpr TableLayout kTables[] = {
    {"run", "runs", "id, parent, step_key, event, document", 5, ""},
    {"evidence", "evidence", "id, run, document", 3, ""},
    {"proposal", "proposals",
     "id, tenant, source, schema_name, table_name, object, capability, principal, created_at, expires_at, "
     "hash, document",
     12, "state"},
    {"decision", "decisions", "id, proposal, integrity, document", 4, ""},
    {"job", "jobs", "id, proposal, source, proposal_hash, idempotency_key", 5, kJobState},
    {"receipt", "receipts", "id, job, proposal, hash, document", 5, ""},
};

}  // namespace synapsor::ledger
