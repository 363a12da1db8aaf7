#include "runtime/session/login.h"

#include <algorithm>

#include "runtime/base/digest.h"
#include "runtime/session/password.h"

namespace synapsor::session {
namespace {

constexpr std::size_t kIdBytes = 32, kMostBuckets = 20'000;
constexpr std::int64_t kSecond = 1'000'000;

// Five attempts for a name and then one a minute; twenty for an address and then one every six seconds.
constexpr double kSubjectBurst = 5, kSubjectRate = 1.0 / 60, kPeerBurst = 20, kPeerRate = 1.0 / 6;

}  // namespace

bool LoginSessions::IsOver(const LoginSession& session, Instant now) const {
  return now >= session.ends || now.micros - session.seen.micros >= limits_.idle_seconds * kSecond;
}

void LoginSessions::MakeRoom(const std::string& subject, Instant now) {
  std::erase_if(sessions_, [&](const auto& entry) { return IsOver(entry.second, now); });
  const auto drop_oldest = [&](auto counts, std::size_t most) {
    while (static_cast<std::size_t>(std::count_if(sessions_.begin(), sessions_.end(), counts)) >= most) {
      auto oldest = sessions_.end();
      for (auto it = sessions_.begin(); it != sessions_.end(); ++it) {
        if (counts(*it) && (oldest == sessions_.end() || it->second.seen < oldest->second.seen)) oldest = it;
      }
      sessions_.erase(oldest);
    }
  };
  drop_oldest([&](const auto& entry) { return entry.second.reviewer.subject == subject; }, limits_.most_a_subject);
  drop_oldest([](const auto&) { return true; }, limits_.most);
}

Result<std::string> LoginSessions::Start(Reviewer reviewer, std::optional<Instant> at_latest) {
  SYN_ASSIGN_OR_RETURN(std::string id, RandomHex(kIdBytes));
  SYN_ASSIGN_OR_RETURN(std::string csrf, RandomHex(kIdBytes));
  const Instant now = clock_.Now();
  Instant ends{now.micros + limits_.longest_seconds * kSecond};
  if (at_latest) ends = std::min(ends, *at_latest);
  const std::lock_guard lock(mutex_);
  MakeRoom(reviewer.subject, now);
  sessions_.emplace(Sha256Hex(id), LoginSession{std::move(reviewer), std::move(csrf), now, now, ends});
  return id;
}

std::optional<LoginSession> LoginSessions::Find(std::string_view id) {
  if (id.size() != kIdBytes * 2) return std::nullopt;
  const std::lock_guard lock(mutex_);
  const auto entry = sessions_.find(Sha256Hex(id));
  if (entry == sessions_.end()) return std::nullopt;
  const Instant now = clock_.Now();
  if (IsOver(entry->second, now)) {
    sessions_.erase(entry);
    return std::nullopt;
  }
  entry->second.seen = now;
  return entry->second;
}

void LoginSessions::End(std::string_view id) {
  const std::lock_guard lock(mutex_);
  if (const auto entry = sessions_.find(Sha256Hex(id)); entry != sessions_.end()) sessions_.erase(entry);
}

bool LoginThrottle::Take(const std::string& key, const Rule& rule, Instant now) {
  const auto [entry, fresh] = buckets_.try_emplace(key, Bucket{rule.burst, now});
  Bucket& bucket = entry->second;
  const double elapsed = static_cast<double>(std::max<std::int64_t>(0, now.micros - bucket.at.micros)) / kSecond;
  bucket.tokens = std::min(rule.burst, bucket.tokens + elapsed * rule.per_second);
  bucket.at = now;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

bool LoginThrottle::Admit(std::string_view subject, std::string_view peer) {
  const std::lock_guard lock(mutex_);
  const Instant now = clock_.Now();
  if (buckets_.size() > kMostBuckets) {
    constexpr std::int64_t kForgotten = 600 * kSecond;  // full again by then
    // Looking through all of them costs more than an attempt: not for each attempt of a flood.
    if (now.micros - swept_.micros >= kSecond) {
      std::erase_if(buckets_, [&](const auto& entry) { return now.micros - entry.second.at.micros > kForgotten; });
      swept_ = now;
    }
    if (buckets_.size() > kMostBuckets) return false;
  }
  if (!Take("peer\n" + std::string(peer), {kPeerBurst, kPeerRate}, now)) return false;
  return Take("subject\n" + Sha256Hex(subject), {kSubjectBurst, kSubjectRate}, now);
}

void LoginThrottle::Succeeded(std::string_view subject) {
  const std::lock_guard lock(mutex_);
  buckets_.erase("subject\n" + Sha256Hex(subject));
}

}  // namespace synapsor::session
