#include "runtime/session/session.h"

#include <fmt/format.h>

#include <cctype>
#include <cstdlib>

namespace synapsor::session {
namespace {

// current_invoice_id -> SYNAPSOR_SESSION_CURRENT_INVOICE_ID
std::string DefaultVariable(std::string_view key) {
  std::string variable = "SYNAPSOR_SESSION_";
  for (const char c : key) variable += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return variable;
}

}  // namespace

const std::string* Session::Find(std::string_view key) const {
  const auto found = values.find(key);
  return found == values.end() || found->second.empty() ? nullptr : &found->second;
}

Session FromEnvironment(const config::Session& config, const std::vector<std::string>& keys) {
  Session session;
  session.provider = "environment";
  for (const std::string& key : keys) {
    const auto named = config.environment.find(key);
    const std::string variable = named == config.environment.end() ? DefaultVariable(key) : named->second;
    if (const char* value = std::getenv(variable.c_str()); value != nullptr && *value != '\0') {
      session.values.emplace(key, value);
    }
  }
  return session;
}

Result<Session> FromOperator(const std::vector<std::string>& assignments) {
  Session session;
  session.provider = "operator";
  for (const std::string& assignment : assignments) {
    const std::size_t equals = assignment.find('=');
    if (equals == 0 || equals == std::string::npos) {
      return Fail(ErrorKind::kUsage, "a session value is given as `--session key=value`");
    }
    const std::string key = assignment.substr(0, equals);
    if (!session.values.emplace(key, assignment.substr(equals + 1)).second) {
      return Fail(ErrorKind::kUsage, fmt::format("the session value `{}` is given twice", key));
    }
  }
  return session;
}

}  // namespace synapsor::session
