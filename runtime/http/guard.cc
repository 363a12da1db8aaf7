#include "runtime/http/guard.h"

#include <fmt/format.h>

#include <algorithm>

namespace synapsor::http {
namespace {

// "http://localhost:3000" -> "localhost", "[::1]:80" -> "[::1]". The whole text where it is not a host and a port: no name
// that is served looks like that.
std::string_view HostOf(std::string_view authority) {
  if (const std::size_t scheme = authority.find("://"); scheme != authority.npos) authority.remove_prefix(scheme + 3);
  const std::size_t end =
      authority.starts_with('[') ? authority.find(']') + 1 : std::min(authority.find(':'), authority.size());
  const std::string_view port = authority.substr(end);
  const bool is_port = port.empty() || (port.starts_with(':') && port.find_first_not_of("0123456789", 1) == port.npos);
  return is_port ? authority.substr(0, end) : authority;
}

// Whole addresses only: `127.evil.example` starts like a loopback address and is none.
bool IsLoopbackName(std::string_view host) {
  if (host == "localhost" || host == "[::1]") return true;
  return host.starts_with("127.") && host.find_first_not_of("0123456789.") == host.npos;
}

bool Contains(const std::vector<std::string>& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

}  // namespace

std::optional<std::string> RefuseOrigin(const Request& request, const OriginPolicy& policy) {
  if (request.Count("Host") != 1) return "the request names no host, or several";
  if (request.Count("Origin") > 1) return "the request names several origins";
  const std::string_view host = HostOf(request.Find("Host"));
  if (!Contains(policy.allowed_hosts, host)) {
    if (policy.loopback && !IsLoopbackName(host)) return "this host name is not served here";
    if (!policy.loopback && !policy.allowed_hosts.empty()) return "this host name is not served here";
  }
  const std::string_view origin = request.Find("Origin");
  if (request.Count("Origin") == 0 || Contains(policy.allowed_origins, origin)) return std::nullopt;
  if (policy.loopback && origin.starts_with("http") && IsLoopbackName(HostOf(origin))) return std::nullopt;
  return "pages of this origin may not call this server";
}

tl::expected<session::Session, session::TokenRefusal> Authenticator::Authenticate(const Request& request) const {
  if (!verifier_) return fixed_;
  constexpr std::string_view kScheme = "Bearer ";
  const std::string_view header = request.Find("Authorization");
  if (request.Count("Authorization") != 1 || !header.starts_with(kScheme)) {
    return tl::unexpected(session::TokenRefusal{"no bearer token was sent"});
  }
  const std::string_view token = header.substr(kScheme.size());
  const Instant now = clock_.Now();
  if (auto known = verified_->Find(token, now)) return *std::move(known);
  auto session = verifier_->Verify(token, now);
  if (session) verified_->Keep(token, *session, now);
  return session;
}

bool RateLimiter::Admit(const std::string& principal) {
  if (rate_ <= 0) return true;
  const std::lock_guard lock(mutex_);
  const Instant now = clock_.Now();
  constexpr std::int64_t kMinute = 60'000'000;
  if (now.micros - swept_.micros > kMinute) {
    std::erase_if(buckets_, [&](const auto& entry) { return now.micros - entry.second.at.micros > kMinute; });
    swept_ = now;
  }
  const auto [entry, fresh] = buckets_.try_emplace(principal, Bucket{burst_, now});
  Bucket& bucket = entry->second;
  const double elapsed = static_cast<double>(std::max<std::int64_t>(0, now.micros - bucket.at.micros)) / 1e6;
  bucket.tokens = std::min(burst_, bucket.tokens + elapsed * rate_);
  bucket.at = now;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

}  // namespace synapsor::http
