// The tables of a PostgreSQL ledger and what the programs that use one do to each: what `sync grants --ledger` prints. Who
// makes and migrates them is their owner, another role.
#pragma once

#include <array>
#include <string_view>

namespace synapsor::objects {

inline constexpr std::string_view kLedgerSchema = "synapsor_ledger";

// `insert` allows new rows, `update` names the columns that change afterwards, comma-separated, or is empty. Every table
// is read whole; nothing is ever deleted.
struct LedgerTable {
  std::string_view name;
  bool insert = false;
  std::string_view update;
};

inline constexpr std::array<LedgerTable, 10> kLedgerTables = {{
    {"meta", false, ""},
    {"head", false, "sequence, hash, last_run, last_evidence, last_proposal, last_decision, last_job, last_receipt"},
    {"events", true, ""},
    {"runs", true, ""},
    {"evidence", true, ""},
    {"proposals", true, "state"},
    {"decisions", true, ""},
    {"jobs", true, "state, attempt, runner, lease, due_at, intent, uncertain"},
    {"receipts", true, ""},
    {"sources", true, "disabled"},
}};

}  // namespace synapsor::objects
