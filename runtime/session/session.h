// Trusted values: who acts, for which tenant, on which object. They come from the environment, a verified token or the
// operator's command line, never from a model. Their values appear in no tool schema, result or log.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/clock.h"
#include "runtime/base/result.h"
#include "runtime/config/config.h"

namespace synapsor::session {

struct Session {
  std::map<std::string, std::string, std::less<>> values;
  std::vector<std::string> roles;  // of a reviewer
  std::string provider;            // environment, jwt, operator
  std::optional<Instant> expires;  // of the token that says all this

  // Null when missing or empty: the call is then refused.
  const std::string* Find(std::string_view key) const;
};

// SYNAPSOR_SESSION_<KEY> for each of `keys`, and the configuration's own variable names.
Session FromEnvironment(const config::Session& config, const std::vector<std::string>& keys);

// `--session k=v` of an operator.
Result<Session> FromOperator(const std::vector<std::string>& assignments);

}  // namespace synapsor::session
