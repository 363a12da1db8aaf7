// The trusted runner: takes an approved job and makes its one guarded change, once. Validates everything again against
// bundle, proposal and decisions before it touches the database; holds the only write credential.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "runtime/base/clock.h"
#include "runtime/bundle/bundle.h"
#include "runtime/config/config.h"
#include "runtime/db/database.h"
#include "runtime/ledger/ledger.h"

namespace synapsor::writeback {

using Writers = std::map<std::string, std::unique_ptr<db::Database>, std::less<>>;

// Called at each named step boundary; tests kill the process there.
using StepHook = void (*)(const char* step);

struct Options {
  std::string runner;          // identity of this runner, unique a process
  int lease_seconds = 60;
  StepHook on_step = nullptr;
};

// Claims one job and carries it to an end. Nothing when there was no job. An error means that the job's outcome is
// not known to the ledger yet; running again is safe.
Result<std::optional<ledger::Receipt>> ApplyOne(const bundle::Bundle& bundle, const config::Config& config,
                                                const Writers& writers, ledger::Ledger& ledger,
                                                const Clock& clock, const Options& options);

}  // namespace synapsor::writeback
