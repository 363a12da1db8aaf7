// Time as the ledger and evidence write it. Injected everywhere, so that tests and skewed clocks are cases.
#pragma once

#include <cstdint>
#include <string>

namespace synapsor {

// Microseconds since 1970-01-01T00:00:00Z.
struct Instant {
  std::int64_t micros = 0;
  auto operator<=>(const Instant&) const = default;
};

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant Now() const = 0;
};

const Clock& SystemClock();

std::string FormatInstant(Instant instant);  // 2026-11-21T03:04:05.123456Z

}  // namespace synapsor
