// Counters and latencies in the text format that Prometheus scrapes. Labels are fixed words, never a tenant, a principal or
// anything else that a caller chose.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/http/server.h"

namespace synapsor::http {

enum class Area { kMcp, kApi, kOther };

// Thread-safe.
class Metrics {
 public:
  void Count(Area area, int status, std::int64_t micros);
  void CountRateLimited() { ++rate_limited_; }
  void CountUnauthenticated() { ++unauthenticated_; }
  std::string Text(const Counters& server) const;

 private:
  static constexpr std::array<std::int64_t, 10> kBounds = {500,    1'000,  2'500,   5'000,     10'000,
                                                           25'000, 50'000, 100'000, 1'000'000, 10'000'000};
  struct AreaCounters {
    std::array<std::atomic<std::uint64_t>, 6> by_class{};  // 1xx … 5xx
    std::array<std::atomic<std::uint64_t>, kBounds.size() + 1> latency{};
    std::atomic<std::uint64_t> micros{0};
  };
  std::array<AreaCounters, 3> areas_;
  std::atomic<std::uint64_t> rate_limited_{0}, unauthenticated_{0};
};

}  // namespace synapsor::http
