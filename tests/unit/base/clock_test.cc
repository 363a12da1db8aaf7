#include "runtime/base/clock.h"

#include <gtest/gtest.h>

namespace synapsor {
namespace {

TEST(Clock, FormatsInUtcWithMicroseconds) {
  EXPECT_EQ(FormatInstant({0}), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(FormatInstant({1709168523'000007}), "2024-02-29T01:02:03.000007Z");
  EXPECT_EQ(FormatInstant({-1}), "1969-12-31T23:59:59.999999Z");
}

TEST(Clock, SystemClockIsOfThisAge) {
  EXPECT_GT(SystemClock().Now(), Instant{1'700'000'000'000'000});
  EXPECT_LT(SystemClock().Now(), Instant{10'000'000'000'000'000});
}

}  // namespace
}  // namespace synapsor
