// A bearer token to a trusted session: signature, issuer, audience, times, and which claim becomes which session key.
// Anything missing or not verifiable is refused; why goes to the operator's log, never to the caller.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/clock.h"
#include "runtime/base/result.h"
#include "runtime/config/config.h"
#include "runtime/session/jws.h"
#include "runtime/session/session.h"

namespace synapsor::session {

// Why a token was not accepted, in words for the log. Holds no part of the token.
struct TokenRefusal {
  std::string reason;
};

// Immutable, thread-safe.
class TokenVerifier {
 public:
  // Reads the JWKS file or the development secret. Issuer and audience must be configured.
  static Result<TokenVerifier> FromConfig(const config::Config& config);
  TokenVerifier(config::Session config, std::vector<Key> keys) : config_(std::move(config)), keys_(std::move(keys)) {}

  tl::expected<Session, TokenRefusal> Verify(std::string_view token, Instant now) const;

 private:
  config::Session config_;
  std::vector<Key> keys_;
};

}  // namespace synapsor::session
