#include "runtime/interp/decimal.h"

#include <charconv>
#include <string>

namespace synapsor::interp {
namespace {

// value = 0.digits * 10^exponent, digits without leading and trailing zeros; no digits: zero.
struct Number {
  bool negative = false;
  std::string digits;
  int exponent = 0;
};

std::optional<Number> Read(std::string_view text) {
  Number number;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    number.negative = text[0] == '-';
    text.remove_prefix(1);
  }
  int shift = 0;
  if (const auto mark = text.find_first_of("eE"); mark != std::string_view::npos) {
    std::string_view power = text.substr(mark + 1);
    if (power.starts_with('+')) power.remove_prefix(1);
    const auto [end, error] = std::from_chars(power.data(), power.data() + power.size(), shift);
    if (error != std::errc() || end != power.data() + power.size() || shift > 400 || shift < -400) return {};
    text = text.substr(0, mark);
  }
  bool point_seen = false;
  std::size_t digits_seen = 0;
  for (const char c : text) {
    if (c == '.') {
      if (point_seen) return {};
      point_seen = true;
      continue;
    }
    if (c < '0' || c > '9') return {};
    ++digits_seen;
    if (number.digits.empty() && c == '0') {
      if (point_seen) --number.exponent;
      continue;
    }
    number.digits += c;
    if (!point_seen) ++number.exponent;
  }
  if (digits_seen == 0) return {};
  while (!number.digits.empty() && number.digits.back() == '0') number.digits.pop_back();
  number.exponent += shift;
  if (number.digits.empty()) return Number{};
  return number;
}

std::strong_ordering CompareMagnitude(const Number& a, const Number& b) {
  if (a.digits.empty() || b.digits.empty()) return a.digits.size() <=> b.digits.size();
  if (a.exponent != b.exponent) return a.exponent <=> b.exponent;
  return a.digits.compare(b.digits) <=> 0;
}

}  // namespace

std::optional<std::strong_ordering> CompareNumbers(std::string_view a, std::string_view b) {
  const auto left = Read(a);
  const auto right = Read(b);
  if (!left || !right) return std::nullopt;
  if (left->negative != right->negative) {
    return left->negative ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  return left->negative ? CompareMagnitude(*right, *left) : CompareMagnitude(*left, *right);
}

std::optional<DigitCount> CountDigits(std::string_view text) {
  const auto number = Read(text);
  if (!number) return std::nullopt;
  const int count = static_cast<int>(number->digits.size());
  if (count == 0) return DigitCount{};
  return DigitCount{std::max(0, number->exponent), std::max(0, count - number->exponent)};
}

}  // namespace synapsor::interp
