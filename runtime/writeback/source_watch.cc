#include "runtime/writeback/source_watch.h"

#include <algorithm>

namespace synapsor::writeback {

void SourceWatch::ClaimedFrom(const std::string& source, SteadyClock::time_point asked) {
  const std::lock_guard lock(mutex_);
  auto& known = enabled_[source];
  known = std::max(known, asked);
}

Result<bool> SourceWatch::IsDisabled(ledger::Ledger& ledger, const std::string& source) {
  const auto now = SteadyClock::now();
  {
    const std::lock_guard lock(mutex_);
    const auto known = enabled_.find(source);
    if (known != enabled_.end() && now - known->second < kSwitchAge) return false;
  }
  SYN_ASSIGN_OR_RETURN(const bool disabled, ledger.IsSourceDisabled(source));
  if (!disabled) ClaimedFrom(source, now);
  return disabled;
}

Result<std::string> SourceWatch::Drift(const std::function<Result<std::string>(const bundle::Source&)>& check,
                                       const bundle::Source& source) {
  const auto now = SteadyClock::now();
  {
    const std::lock_guard lock(mutex_);
    const auto known = fitting_.find(source.name);
    if (known != fitting_.end() && now - known->second < kSchemaAge) return std::string();
  }
  SYN_ASSIGN_OR_RETURN(std::string drift, check(source));
  if (drift.empty()) {
    const std::lock_guard lock(mutex_);
    fitting_[source.name] = now;
  }
  return drift;
}

}  // namespace synapsor::writeback
