// Exact comparison of decimal texts, so that no bound, literal or limit is rounded on its way through the compiler.
#pragma once

#include <compare>
#include <string_view>

namespace synapsor {

// `[+-]digits[.digits]`, at least one digit.
bool IsDecimal(std::string_view text);

// By value: "1.50" equals "1.5", "-0" equals "0". Both must be decimals.
std::strong_ordering CompareDecimals(std::string_view a, std::string_view b);

// Digits before and after the point, without leading and trailing zeros.
struct DecimalShape {
  int integer_digits = 0;
  int fraction_digits = 0;
};
DecimalShape ShapeOfDecimal(std::string_view text);

}  // namespace synapsor
