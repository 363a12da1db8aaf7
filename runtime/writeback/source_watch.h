// Whether a source may be changed now: not switched off, and of the schema that the plans were made for. Asking costs more
// than a change may; an answer counts for a moment, so that many changes in a row share it.
//
// Thread-safe.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "runtime/base/result.h"
#include "runtime/bundle/bundle.h"
#include "runtime/ledger/ledger.h"

namespace synapsor::writeback {

class SourceWatch {
 public:
  // How old an answer may be when a change begins.
  static constexpr std::chrono::milliseconds kSwitchAge{20};
  static constexpr std::chrono::milliseconds kSchemaAge{1000};

  using SteadyClock = std::chrono::steady_clock;

  // A claim passes over disabled sources: it is an answer too.
  void ClaimedFrom(const std::string& source, SteadyClock::time_point asked);
  Result<bool> IsDisabled(ledger::Ledger& ledger, const std::string& source);
  // Empty, or what differs. Only an empty answer is kept.
  Result<std::string> Drift(const std::function<Result<std::string>(const bundle::Source&)>& check,
                            const bundle::Source& source);

 private:
  std::mutex mutex_;
  std::map<std::string, SteadyClock::time_point> enabled_, fitting_;  // when it was last known to be so
};

}  // namespace synapsor::writeback
