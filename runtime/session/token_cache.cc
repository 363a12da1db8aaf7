#include "runtime/session/token_cache.h"

#include "runtime/base/digest.h"

namespace synapsor::session {

bool TokenCache::Holds(const Entry& entry, Instant now) {
  constexpr std::int64_t kMinute = 60'000'000;
  return entry.session.expires && now < *entry.session.expires && now >= entry.verified &&
         now.micros - entry.verified.micros < kMinute;
}

std::optional<Session> TokenCache::Find(std::string_view token, Instant now) const {
  const std::string key = Sha256Hex(token);
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end() || !Holds(found->second, now)) return std::nullopt;
  return found->second.session;
}

void TokenCache::Keep(std::string_view token, const Session& session, Instant now) {
  std::string key = Sha256Hex(token);
  const std::lock_guard lock(mutex_);
  if (entries_.size() >= most_) {
    std::erase_if(entries_, [now](const auto& entry) { return !Holds(entry.second, now); });
    if (entries_.size() >= most_) entries_.clear();
  }
  entries_.insert_or_assign(std::move(key), Entry{session, now});
}

}  // namespace synapsor::session
