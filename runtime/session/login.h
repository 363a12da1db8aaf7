// Sessions of people in a browser, kept on the server, and how often somebody may try to log in. Decides when a session
// ends; who somebody is, is decided by reviewers.h or jwt.h.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/base/clock.h"
#include "runtime/session/reviewers.h"

namespace synapsor::session {

struct LoginSession {
  Reviewer reviewer;
  std::string csrf;  // belongs into every form of this session
  Instant started, seen, ends;
};

struct LoginLimits {
  int idle_seconds = 30 * 60;
  int longest_seconds = 8 * 3600;
  std::size_t most = 10'000, most_a_subject = 10;  // beyond it the one used least recently ends
};

// Thread-safe. A session is found by a random 256-bit id that only the browser holds; what is kept here is its digest.
class LoginSessions {
 public:
  explicit LoginSessions(const Clock& clock, LoginLimits limits = {}) : clock_(clock), limits_(limits) {}

  // The new id. The session ends no later than `at_latest`.
  Result<std::string> Start(Reviewer reviewer, std::optional<Instant> at_latest = std::nullopt);
  // Counts as use.
  std::optional<LoginSession> Find(std::string_view id);
  void End(std::string_view id);

 private:
  bool IsOver(const LoginSession& session, Instant now) const;
  void MakeRoom(const std::string& subject, Instant now);

  const Clock& clock_;
  const LoginLimits limits_;
  std::mutex mutex_;
  std::map<std::string, LoginSession, std::less<>> sessions_;  // by the digest of the id
};

// Attempts a name and an address: a few at once, then one after the other. Thread-safe, of bounded size.
class LoginThrottle {
 public:
  explicit LoginThrottle(const Clock& clock) : clock_(clock) {}
  // Counts the attempt; false when it must not even be looked at.
  bool Admit(std::string_view subject, std::string_view peer);
  // A success clears the name's count.
  void Succeeded(std::string_view subject);

 private:
  struct Bucket {
    double tokens = 0;
    Instant at;
  };
  struct Rule {
    double burst, per_second;
  };
  bool Take(const std::string& key, const Rule& rule, Instant now);

  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Bucket> buckets_;
  Instant swept_;
};

}  // namespace synapsor::session
