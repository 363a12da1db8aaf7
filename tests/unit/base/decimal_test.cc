#include "compiler/base/decimal.h"

#include <gtest/gtest.h>

namespace synapsor {
namespace {

TEST(Decimal, ComparesByValueWithoutRounding) {
  EXPECT_TRUE(CompareDecimals("1.50", "1.5") == 0);
  EXPECT_TRUE(CompareDecimals("-0.00", "0") == 0);
  EXPECT_TRUE(CompareDecimals("+007", "7") == 0);
  EXPECT_TRUE(CompareDecimals("9007199254740993", "9007199254740992") > 0);
  EXPECT_TRUE(CompareDecimals("-2", "-10") > 0);
  EXPECT_TRUE(CompareDecimals("-0.5", "0.25") < 0);
  EXPECT_TRUE(CompareDecimals("0.1", "0.09") > 0);
  EXPECT_TRUE(CompareDecimals("18446744073709551616", "18446744073709551615") > 0);
}

TEST(Decimal, KnowsItsForm) {
  EXPECT_TRUE(IsDecimal("-12.30"));
  EXPECT_TRUE(IsDecimal(".5"));
  EXPECT_FALSE(IsDecimal(""));
  EXPECT_FALSE(IsDecimal("-"));
  EXPECT_FALSE(IsDecimal("1.2.3"));
  EXPECT_FALSE(IsDecimal("1e3"));
  EXPECT_EQ(ShapeOfDecimal("0012.3400").integer_digits, 2);
  EXPECT_EQ(ShapeOfDecimal("0012.3400").fraction_digits, 2);
}

}  // namespace
}  // namespace synapsor
