// Remembers for a minute which tokens have just been verified, so that a client that calls a thousand times a second costs one
// signature. Only accepted tokens are kept, under their digest, never as they are; a token is forgotten when it expires, and
// when the clock goes back, so that every rule about times is asked again.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "runtime/base/clock.h"
#include "runtime/session/session.h"

namespace synapsor::session {

// Thread-safe; holds `most` sessions at the most.
class TokenCache {
 public:
  explicit TokenCache(std::size_t most = 4096) : most_(most) {}

  std::optional<Session> Find(std::string_view token, Instant now) const;
  void Keep(std::string_view token, const Session& session, Instant now);

 private:
  struct Entry {
    Session session;
    Instant verified;
  };
  static bool Holds(const Entry& entry, Instant now);

  std::size_t most_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;
};

}  // namespace synapsor::session
