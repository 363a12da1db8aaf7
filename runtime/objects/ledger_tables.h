// The tables of a PostgreSQL ledger and what the programs that use one do to each: what `sync
// grants --ledger` prints. Who makes and migrates them is their owner, another role; who removes
// content by RETENTION is the keeper, a third.
#pragma once

#include <array>
#include <string_view>

namespace synapsor::objects {

inline constexpr std::string_view kLedgerSchema = "synapsor_ledger";

// Beside SELECT, which everybody has on every table: what any program does, and what retention does
// on top.
struct LedgerTable {
  std::string_view name, rights, keeper_rights;
};

inline constexpr std::array<LedgerTable, 13> kLedgerTables = {{
    {"meta", "", ""},
    {"head",
     "UPDATE (sequence, hash, last_run, last_evidence, last_proposal, last_decision, last_job, "
     "last_receipt)",
     ""},
    {"events", "INSERT", ""},
    {"runs", "INSERT", "UPDATE (document, removed)"},
    {"evidence", "INSERT", "UPDATE (document, removed)"},
    {"proposals", "INSERT, UPDATE (state)", ""},
    {"decisions", "INSERT", ""},
    {"jobs", "INSERT, UPDATE (state, attempt, runner, lease, due_at, intent, uncertain)", ""},
    {"receipts", "INSERT", ""},
    {"sources", "INSERT, UPDATE (disabled)", ""},
    {"retention", "", "INSERT, UPDATE (upto)"},
    {"retention_deferred", "", "INSERT, DELETE"},
    {"set_aside", "INSERT, UPDATE (until)", ""},
}};

}  // namespace synapsor::objects
