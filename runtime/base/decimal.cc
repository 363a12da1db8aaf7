#include "runtime/base/decimal.h"

#include <algorithm>
#include <charconv>
#include <string>

namespace synapsor {
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

// The digits of a number without its point, with `integer` of them before it and `fraction` behind.
std::string Spread(const Number& number, int integer, int fraction) {
  std::string digits(static_cast<std::size_t>(integer - number.exponent), '0');
  digits += number.digits;
  digits.resize(static_cast<std::size_t>(integer + fraction), '0');
  return digits;
}

// Digit strings of one length; the sum may have one digit more.
std::string AddDigits(const std::string& a, const std::string& b) {
  std::string sum(a.size(), '0');
  int carry = 0;
  for (std::size_t i = a.size(); i-- > 0;) {
    const int digit = (a[i] - '0') + (b[i] - '0') + carry;
    sum[i] = static_cast<char>('0' + digit % 10);
    carry = digit / 10;
  }
  return carry == 0 ? sum : "1" + sum;
}

// `a` is not smaller than `b`.
std::string SubtractDigits(const std::string& a, const std::string& b) {
  std::string difference(a.size(), '0');
  int borrow = 0;
  for (std::size_t i = a.size(); i-- > 0;) {
    int digit = (a[i] - '0') - (b[i] - '0') - borrow;
    borrow = digit < 0 ? 1 : 0;
    if (digit < 0) digit += 10;
    difference[i] = static_cast<char>('0' + digit);
  }
  return difference;
}

std::string Place(std::string digits, int fraction, bool negative) {
  const auto behind = static_cast<std::size_t>(fraction);
  if (digits.size() <= behind) digits.insert(0, behind + 1 - digits.size(), '0');
  std::string integer = digits.substr(0, digits.size() - behind);
  std::string rest = digits.substr(digits.size() - behind);
  integer.erase(0, std::min(integer.find_first_not_of('0'), integer.size() - 1));
  rest.erase(rest.find_last_not_of('0') + 1);
  const bool zero = integer == "0" && rest.empty();
  return (negative && !zero ? "-" : "") + integer + (rest.empty() ? "" : "." + rest);
}

std::string Sum(const Number& a, const Number& b) {
  const auto behind = [](const Number& n) { return std::max(0, static_cast<int>(n.digits.size()) - n.exponent); };
  const int integer = std::max({1, a.exponent, b.exponent});
  const int fraction = std::max(behind(a), behind(b));
  const std::string left = Spread(a, integer, fraction), right = Spread(b, integer, fraction);
  if (a.negative == b.negative) return Place(AddDigits(left, right), fraction, a.negative);
  const bool left_larger = left >= right;
  return Place(left_larger ? SubtractDigits(left, right) : SubtractDigits(right, left), fraction,
               left_larger ? a.negative : b.negative);
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

std::optional<std::string> AddNumbers(std::string_view a, std::string_view b) {
  const auto left = Read(a), right = Read(b);
  if (!left || !right) return std::nullopt;
  return Sum(*left, *right);
}

std::optional<std::string> DistanceOfNumbers(std::string_view a, std::string_view b) {
  const auto left = Read(a);
  auto right = Read(b);
  if (!left || !right) return std::nullopt;
  right->negative = !right->negative;
  std::string distance = Sum(*left, *right);
  if (distance.starts_with('-')) distance.erase(0, 1);
  return distance;
}

}  // namespace synapsor
