// The reads of one call: one READ ONLY transaction, so one snapshot, for the context's rows and the target's before image.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/interp/bindings.h"
#include "runtime/interp/call_plan.h"
#include "runtime/interp/refusals.h"

namespace synapsor::interp {

// One statement that was sent, whatever came of it.
struct SentQuery {
  const bundle::Statement* statement = nullptr;
  std::string table;
  std::vector<Scalar> parameters;
  std::int64_t rows = 0, micros = 0;
};

struct Snapshot {
  std::vector<db::Row> rows;       // of the context, at most the cap
  bool cap_reached = false;        // there were more
  db::Row before;                  // of the target; empty for reads
  std::vector<SentQuery> queries;  // also on refusal
};

// Fills `snapshot`; nothing on success. The database's own words go to `log`.
std::optional<Refusal> ReadSnapshot(const CallPlan& plan, const CallValues& values, const LogSink& log,
                                    Snapshot& snapshot);

}  // namespace synapsor::interp
