// Rows whose content retention removed: whether an event of the chain says so, and what is left to tell about them.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "runtime/base/result.h"
#include "runtime/ledger/event_check.h"
#include "runtime/ledger/records.h"
#include "runtime/ledger/session.h"

namespace synapsor::ledger {

inline constexpr std::string_view kRemovedEvent = "retention.removed";

// "workflow://billing.flow": the subject of the removals of a workflow.
std::string WorkflowSubject(std::string_view workflow);

// One event that removed rows, checked against the hash that it builds on.
struct RemovalEvent {
  std::string problem;  // why it is none, or empty
  std::string workflow;
  std::unordered_map<std::string, StatedRemoval> rows;  // by "table id"
};

// Looks removals up, and remembers the last few events: rows are removed in batches.
class Removals {
 public:
  explicit Removals(Session& session) : session_(session) {}

  Result<const RemovalEvent*> Find(std::int64_t sequence);
  // What is wrong with a row that says it was removed by event `sequence`, or nothing. `columns` are those that digests are
  // taken of, `digest` is the one that its creation stated.
  Result<std::string> Check(std::string_view record, std::int64_t id, std::span<const Cell> columns,
                            std::string_view digest, std::int64_t sequence);

 private:
  Session& session_;
  std::map<std::int64_t, RemovalEvent> events_;
};

// The call of a removed row, from the event that recorded it.
struct Remains {
  std::string actor, tenant, capability;
  Instant at, removed_at;
};
Result<Remains> ReadRemains(Session& session, std::int64_t created_by, std::int64_t removed_by);

}  // namespace synapsor::ledger
