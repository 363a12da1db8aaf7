#include "runtime/base/decimal.h"

#include <gtest/gtest.h>

#include <random>

namespace synapsor {
namespace {

TEST(Decimal, AddsExactly) {
  EXPECT_EQ(AddNumbers("0.1", "0.2"), "0.3");
  EXPECT_EQ(AddNumbers("9007199254740992", "1"), "9007199254740993");
  EXPECT_EQ(AddNumbers("99999999999999999999.99", "0.01"), "100000000000000000000");
  EXPECT_EQ(AddNumbers("-1.50", "0.5"), "-1");
  EXPECT_EQ(AddNumbers("1e3", "0.001"), "1000.001");
  EXPECT_EQ(AddNumbers("-0", "0"), "0");
  EXPECT_EQ(AddNumbers("5", "-5.00"), "0");
  EXPECT_EQ(AddNumbers("0.0001", "0"), "0.0001");
  EXPECT_EQ(AddNumbers("x", "1"), std::nullopt);
  EXPECT_EQ(AddNumbers("1", ""), std::nullopt);
}

TEST(Decimal, DistanceHasNoSign) {
  EXPECT_EQ(DistanceOfNumbers("5500", "0"), "5500");
  EXPECT_EQ(DistanceOfNumbers("0", "5500"), "5500");
  EXPECT_EQ(DistanceOfNumbers("-2.5", "2.50"), "5");
  EXPECT_EQ(DistanceOfNumbers("18446744073709551615", "18446744073709551614"), "1");
  EXPECT_EQ(DistanceOfNumbers("nan", "1"), std::nullopt);
}

std::string Cents(std::int64_t cents) {
  const std::int64_t size = cents < 0 ? -cents : cents;
  const std::string behind = std::to_string(size % 100);
  return (cents < 0 ? "-" : "") + std::to_string(size / 100) + "." + (behind.size() < 2 ? "0" : "") + behind;
}

TEST(Decimal, AgreesWithIntegers) {
  std::mt19937 random(7);
  std::uniform_int_distribution<std::int64_t> any(-2'000'000, 2'000'000);
  for (int i = 0; i < 5000; ++i) {
    const std::int64_t a = any(random), b = any(random);
    const auto sum = AddNumbers(Cents(a), Cents(b));
    ASSERT_TRUE(sum);
    EXPECT_EQ(CompareNumbers(*sum, Cents(a + b)), std::strong_ordering::equal) << a << " " << b << " " << *sum;
    const auto distance = DistanceOfNumbers(Cents(a), Cents(b));
    EXPECT_EQ(CompareNumbers(*distance, Cents(a > b ? a - b : b - a)), std::strong_ordering::equal)
        << a << " " << b << " " << *distance;
  }
}

}  // namespace
}  // namespace synapsor
