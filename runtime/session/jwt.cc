#include "runtime/session/jwt.h"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "runtime/base/strict_json.h"

namespace synapsor::session {
namespace {

using nlohmann::json;

constexpr JsonLimits kTokenLimits = {.max_bytes = std::size_t{16} << 10, .max_depth = 8};

tl::unexpected<TokenRefusal> Refuse(std::string reason) {
  return tl::unexpected<TokenRefusal>(TokenRefusal{std::move(reason)});
}

struct Parts {
  std::string_view signing_input;
  json header, claims;
  std::string signature;
};

tl::expected<json, TokenRefusal> DecodeObject(std::string_view part, std::string_view what) {
  const auto bytes = DecodeBase64Url(part);
  if (!bytes) return Refuse(fmt::format("the {} is not base64url", what));
  auto object = ParseStrictJson(*bytes, kTokenLimits);
  if (!object || !object->is_object()) return Refuse(fmt::format("the {} is not a JSON object", what));
  return std::move(*object);
}

tl::expected<Parts, TokenRefusal> Split(std::string_view token) {
  if (token.size() > kTokenLimits.max_bytes) return Refuse("the token is too long");
  const std::size_t first = token.find('.');
  const std::size_t second = first == token.npos ? token.npos : token.find('.', first + 1);
  if (second == token.npos || token.find('.', second + 1) != token.npos) {
    return Refuse("the token does not have three parts");
  }
  Parts parts;
  parts.signing_input = token.substr(0, second);
  auto header = DecodeObject(token.substr(0, first), "header");
  if (!header) return tl::unexpected(header.error());
  auto claims = DecodeObject(token.substr(first + 1, second - first - 1), "claims");
  if (!claims) return tl::unexpected(claims.error());
  auto signature = DecodeBase64Url(token.substr(second + 1));
  if (!signature || signature->empty()) return Refuse("the token is not signed");
  parts.header = std::move(*header);
  parts.claims = std::move(*claims);
  parts.signature = std::move(*signature);
  return parts;
}

// The key named by `kid`, or the only key of the algorithm where the token names none.
const Key* FindKey(const std::vector<Key>& keys, const json& header, Algorithm algorithm) {
  const Key* found = nullptr;
  const bool names_key = header.contains("kid");
  for (const Key& key : keys) {
    if (key.algorithm() != algorithm) continue;
    if (names_key && !key.id().empty() && header["kid"] != key.id()) continue;
    if (found != nullptr) return nullptr;
    found = &key;
  }
  return found;
}

tl::expected<void, TokenRefusal> CheckSignature(const std::vector<Key>& keys, const Parts& parts) {
  const json& header = parts.header;
  if (!header.contains("alg") || !header["alg"].is_string()) return Refuse("the header names no algorithm");
  const auto algorithm = ParseAlgorithm(header["alg"].get<std::string>());
  if (!algorithm) return Refuse("the algorithm is not accepted");
  if (header.contains("crit")) return Refuse("the header demands extensions");
  const Key* key = FindKey(keys, header, *algorithm);
  if (key == nullptr) return Refuse("no configured key fits the token");
  if (!key->Verify(parts.signing_input, parts.signature)) return Refuse("the signature does not verify");
  return {};
}

std::optional<double> Time(const json& claims, const char* name) {
  const auto claim = claims.find(name);
  if (claim == claims.end() || !claim->is_number()) return std::nullopt;
  return claim->get<double>();
}

tl::expected<void, TokenRefusal> CheckTimes(const json& claims, Instant now, int leeway_seconds) {
  const double seconds = static_cast<double>(now.micros) / 1e6;
  const auto expires = Time(claims, "exp");
  if (!expires) return Refuse("the token has no expiry");
  if (seconds >= *expires + leeway_seconds) return Refuse("the token has expired");
  if (claims.contains("nbf")) {
    const auto from = Time(claims, "nbf");
    if (!from || seconds < *from - leeway_seconds) return Refuse("the token is not valid yet");
  }
  if (claims.contains("iat")) {
    const auto issued = Time(claims, "iat");
    if (!issued || seconds < *issued - leeway_seconds) return Refuse("the token was issued in the future");
  }
  return {};
}

tl::expected<void, TokenRefusal> CheckParties(const json& claims, const config::Session& config) {
  if (!claims.contains("iss") || claims["iss"] != config.issuer) return Refuse("the issuer is another");
  const auto audience = claims.find("aud");
  if (audience == claims.end()) return Refuse("the token names no audience");
  const bool ours = audience->is_array()
                        ? std::find(audience->begin(), audience->end(), config.audience) != audience->end()
                        : *audience == config.audience;
  if (!ours) return Refuse("the audience is another");
  return {};
}

// A claim as a session value: text as it is, integers as their digits, anything else is no value.
std::optional<std::string> ClaimText(const json& claims, const std::string& name) {
  const auto claim = claims.find(name);
  if (claim == claims.end()) return std::nullopt;
  if (claim->is_string()) return claim->get<std::string>();
  if (claim->is_number_integer()) return claim->dump();
  return std::nullopt;
}

std::vector<std::string> Roles(const json& claims, const std::string& name) {
  std::vector<std::string> roles;
  const auto claim = claims.find(name);
  if (claim == claims.end() || !claim->is_array()) return roles;
  for (const json& role : *claim) {
    if (role.is_string()) roles.push_back(role.get<std::string>());
  }
  return roles;
}

// The path is already resolved against the configuration's folder.
Result<std::string> ReadJwks(const std::string& path) {
  const auto cannot = [&](std::string_view why) {
    return Fail(ErrorKind::kIo, fmt::format("cannot read the JWKS file `{}`: {}", path, why),
                "`session.jwt.jwks_file` is relative to the folder of the configuration");
  };
  std::error_code problem;
  const auto kind = std::filesystem::status(path, problem).type();
  if (kind == std::filesystem::file_type::not_found) return cannot("there is no such file");
  if (kind == std::filesystem::file_type::directory) return cannot("it is a folder");
  const auto permissions = std::filesystem::status(path, problem).permissions();
  if ((permissions & std::filesystem::perms::others_write) != std::filesystem::perms::none) {
    return Fail(ErrorKind::kIo,
                fmt::format("cannot use the JWKS file `{}`: every account may write it, and so make tokens", path),
                fmt::format("run `chmod o-w {}`", path));
  }
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) return cannot("it is empty, or this account may not read it");
  return std::move(text).str();
}

}  // namespace

Result<TokenVerifier> TokenVerifier::FromConfig(const config::Config& config) {
  const config::Session& session = config.session;
  if (session.issuer.empty() || session.audience.empty()) {
    return Fail(ErrorKind::kUsage, "`session` has no `issuer` or no `audience`",
                "tokens are accepted only from one issuer and for one audience: name both in the configuration");
  }
  std::vector<Key> keys;
  if (!session.jwks_file.empty()) {
    SYN_ASSIGN_OR_RETURN(const std::string text, ReadJwks(session.jwks_file));
    SYN_ASSIGN_OR_RETURN(keys, ParseJwks(text, session.jwks_file));
  }
  if (!session.hs256.empty()) {
    SYN_ASSIGN_OR_RETURN(std::string secret, config::ReadSecret(session.hs256, "session.hs256"));
    SYN_ASSIGN_OR_RETURN(Key key, Key::FromSecret(std::move(secret)));
    keys.push_back(std::move(key));
  }
  if (keys.empty()) {
    return Fail(ErrorKind::kUsage, "`session` names no key to verify tokens with",
                "give `jwks_file`, or `hs256` as `env:NAME` for development");
  }
  return TokenVerifier(session, std::move(keys));
}

tl::expected<Session, TokenRefusal> TokenVerifier::Verify(std::string_view token, Instant now) const {
  auto parts = Split(token);
  if (!parts) return tl::unexpected(parts.error());
  if (auto checked = CheckSignature(keys_, *parts); !checked) return tl::unexpected(checked.error());
  if (auto checked = CheckTimes(parts->claims, now, config_.leeway_seconds); !checked) {
    return tl::unexpected(checked.error());
  }
  if (auto checked = CheckParties(parts->claims, config_); !checked) return tl::unexpected(checked.error());

  Session session;
  session.provider = "jwt";
  session.roles = Roles(parts->claims, config_.roles_claim);
  // Far times are cut where microseconds end; nothing lives that long.
  session.expires = Instant{static_cast<std::int64_t>(std::min(*Time(parts->claims, "exp"), 9e12) * 1e6)};
  for (const auto& [key, claim] : config_.claims) {
    if (auto value = ClaimText(parts->claims, claim); value && !value->empty()) {
      session.values.emplace(key, std::move(*value));
    }
  }
  const auto add_default = [&](const std::string& key, const std::string& claim) {
    if (config_.claims.contains(key)) return;
    if (auto value = ClaimText(parts->claims, claim); value && !value->empty()) {
      session.values.emplace(key, std::move(*value));
    }
  };
  add_default(config_.principal_key, "sub");
  add_default(config_.tenant_key, config_.tenant_key);
  if (session.Find(config_.tenant_key) == nullptr || session.Find(config_.principal_key) == nullptr) {
    return Refuse("the token names no tenant or no principal");
  }
  return session;
}

}  // namespace synapsor::session
