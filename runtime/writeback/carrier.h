// One claimed job from its validation to its end in the target database. Decides what is attempted and what the outcome is
// called; not how outcomes reach the ledger (runner.cc).
#pragma once

#include <chrono>
#include <optional>
#include <variant>

#include "runtime/base/result.h"
#include "runtime/ledger/ledger.h"
#include "runtime/writeback/apply.h"

namespace synapsor::writeback {

// What a runner knows of its sources between two changes; see SourceWatch.
class SourceWatch;

struct CarrierParts {
  const bundle::Bundle& bundle;
  const config::Config& config;
  const Writers& writers;
  ledger::Ledger& ledger;
  const Clock& clock;
  const Options& options;
  SourceWatch& watch;
};

// Nothing was changed, and the job goes back to be claimed again after `delay_seconds`.
struct PutOff {
  int delay_seconds = 0;
  Error why;
  bool withdraw_intent = false;  // it was stated for this attempt, of which nothing came
};
// Another runner has the job now.
struct LeaseLost {};
// An error means that the ledger could not be asked or told something.
using Ending = Result<std::variant<ledger::Receipt, PutOff, LeaseLost>>;

// `leased_at` is when the lease began or was last extended. Any thread; one job at a time.
Ending Carry(const CarrierParts& parts, const ledger::ClaimedJob& claimed,
             std::chrono::steady_clock::time_point leased_at);

// What is said of a job that another runner has.
Error LeaseLostError(const ledger::Job& job);

}  // namespace synapsor::writeback
