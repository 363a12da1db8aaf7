// One event read back and taken apart: is it well formed, is its hash right, what does it say about records and states.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/ledger/records.h"
#include "runtime/ledger/session.h"

namespace synapsor::ledger {

struct StatedRecord {
  std::string table;
  std::int64_t id = 0;
  std::string digest;
};
struct StatedState {
  std::string table, id, state;
};
// A row whose content was removed: the digest that it had, and the one of what is left.
struct StatedRemoval {
  std::string table;
  std::int64_t id = 0;
  std::string digest, remaining;
};
struct Statement {
  std::vector<StatedRecord> records;
  std::vector<StatedRemoval> removals;
  std::vector<StatedState> states;
  std::string identity;  // of the first event
};

inline constexpr std::string_view kEventColumns =
    "sequence, at, kind, subject, actor, tenant, payload, hash, COALESCE(ref, '') ";

// Behind kEventColumns, of `events AS e`: the hash that the event builds on.
inline constexpr std::string_view kPreviousHash = "(SELECT hash FROM events AS p WHERE p.sequence = e.sequence - 1)";

Event ToEvent(const std::vector<Cell>& row);

// Fills `statement`; returns what is wrong, or nothing. `previous` is the hash of the event before.
std::string CheckEvent(const std::vector<Cell>& row, std::string_view previous, Statement& statement);

}  // namespace synapsor::ledger
