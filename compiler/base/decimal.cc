#include "compiler/base/decimal.h"

#include <algorithm>

namespace synapsor {
namespace {

struct Parts {
  bool negative = false;
  std::string_view integer;   // without leading zeros
  std::string_view fraction;  // without trailing zeros
};

Parts Split(std::string_view text) {
  Parts parts;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    parts.negative = text[0] == '-';
    text.remove_prefix(1);
  }
  const std::size_t point = text.find('.');
  parts.integer = text.substr(0, point);
  if (point != std::string_view::npos) parts.fraction = text.substr(point + 1);
  parts.integer.remove_prefix(std::min(parts.integer.find_first_not_of('0'), parts.integer.size()));
  parts.fraction = parts.fraction.substr(0, parts.fraction.find_last_not_of('0') + 1);
  if (parts.integer.empty() && parts.fraction.empty()) parts.negative = false;
  return parts;
}

std::strong_ordering CompareMagnitude(const Parts& a, const Parts& b) {
  if (a.integer.size() != b.integer.size()) return a.integer.size() <=> b.integer.size();
  if (const int by_integer = a.integer.compare(b.integer); by_integer != 0) return by_integer <=> 0;
  return a.fraction.compare(b.fraction) <=> 0;
}

}  // namespace

bool IsDecimal(std::string_view text) {
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  bool digit = false, point = false;
  for (const char c : text) {
    if (c == '.' && !point) {
      point = true;
    } else if (c >= '0' && c <= '9') {
      digit = true;
    } else {
      return false;
    }
  }
  return digit;
}

std::strong_ordering CompareDecimals(std::string_view a, std::string_view b) {
  const Parts left = Split(a), right = Split(b);
  if (left.negative != right.negative)
    return left.negative ? std::strong_ordering::less : std::strong_ordering::greater;
  return left.negative ? CompareMagnitude(right, left) : CompareMagnitude(left, right);
}

DecimalShape ShapeOfDecimal(std::string_view text) {
  const Parts parts = Split(text);
  return {static_cast<int>(parts.integer.size()), static_cast<int>(parts.fraction.size())};
}

}  // namespace synapsor
