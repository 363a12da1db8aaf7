// What every request must pass before anything looks at its body: where it comes from (Origin, Host) and whom it speaks for.
// A browser page of another site and a name that was rebound to this machine are turned away here.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/clock.h"
#include "runtime/http/server.h"
#include "runtime/session/jwt.h"
#include "runtime/session/session.h"
#include "runtime/session/token_cache.h"

namespace synapsor::http {

struct OriginPolicy {
  bool loopback = true;                      // listening on a loopback address: Host must be one, too
  std::vector<std::string> allowed_origins;  // beside loopback ones when `loopback`
  std::vector<std::string> allowed_hosts;    // beside loopback ones when `loopback`; empty and not loopback: any
};

// Nothing when the request may go on; otherwise why not, in words for the caller.
std::optional<std::string> RefuseOrigin(const Request& request, const OriginPolicy& policy);

// Finds out who speaks. Thread-safe.
class Authenticator {
 public:
  // With a verifier, a bearer token is needed; without one, `fixed` is the session of every request (development on
  // loopback).
  Authenticator(std::optional<session::TokenVerifier> verifier, session::Session fixed, const Clock& clock)
      : verifier_(std::move(verifier)), fixed_(std::move(fixed)), clock_(clock) {}

  // The refusal's reason is for the log; the caller is only told that a valid token is needed.
  tl::expected<session::Session, session::TokenRefusal> Authenticate(const Request& request) const;

 private:
  std::optional<session::TokenVerifier> verifier_;
  session::Session fixed_;
  const Clock& clock_;
  std::shared_ptr<session::TokenCache> verified_ = std::make_shared<session::TokenCache>();
};

// A bucket of tokens a principal: `rate` calls a second on the long run, `burst` at once. Thread-safe; remembers at most
// as many principals as called within the last minute.
class RateLimiter {
 public:
  RateLimiter(double rate, double burst, const Clock& clock) : rate_(rate), burst_(burst), clock_(clock) {}
  bool Admit(const std::string& principal);

 private:
  struct Bucket {
    double tokens = 0;
    Instant at;
  };
  double rate_, burst_;
  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Bucket> buckets_;
  Instant swept_;
};

}  // namespace synapsor::http
