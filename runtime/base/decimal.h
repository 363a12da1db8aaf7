// Exact comparison and sums of numbers in decimal text, as bounds in a bundle and values of integers and decimals are
// written. Nothing is ever rounded.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace synapsor {

// Accepts [+-]digits[.digits][e[+-]digits]. Nothing when a text is not such a number, or its exponent is beyond +-400.
std::optional<std::strong_ordering> CompareNumbers(std::string_view a, std::string_view b);

// Digits before and after the point without leading and trailing zeros: 012.50 has 2 and 1.
struct DigitCount {
  int integer = 0, fraction = 0;
};
std::optional<DigitCount> CountDigits(std::string_view number);

// a + b and |a - b|, as digits[.digits] with a sign only below zero and without trailing zeros.
std::optional<std::string> AddNumbers(std::string_view a, std::string_view b);
std::optional<std::string> DistanceOfNumbers(std::string_view a, std::string_view b);

}  // namespace synapsor
