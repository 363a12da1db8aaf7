#include "compiler/check/policy_support.h"

#include <algorithm>

#include "compiler/base/decimal.h"

namespace synapsor::check {
namespace {

bool IsNumber(const ast::Literal& literal) {
  return literal.kind == ast::LiteralKind::kInteger || literal.kind == ast::LiteralKind::kDecimal;
}

bool HasValue(const std::vector<std::string>& values, std::string_view value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

}  // namespace

void Constraint::Add(ast::Relation relation, const ast::Literal& right) {
  if (right.kind == ast::LiteralKind::kNull) {
    empty = true;
    return;
  }
  const std::string value(right.text);
  if (!IsNumber(right)) {
    is_text = true;
    if (relation == ast::Relation::kEqual) {
      if ((equal && *equal != value) || HasValue(not_equal, value)) empty = true;
      equal = value;
    } else if (relation == ast::Relation::kNotEqual) {
      if (equal == value) empty = true;
      not_equal.push_back(value);
    }
    return;
  }
  const bool lower = relation == ast::Relation::kGreater || relation == ast::Relation::kGreaterEqual ||
                     relation == ast::Relation::kEqual;
  const bool upper =
      relation == ast::Relation::kLess || relation == ast::Relation::kLessEqual || relation == ast::Relation::kEqual;
  if (relation == ast::Relation::kNotEqual) not_equal.push_back(value);
  if (lower) {
    const bool exclusive = relation == ast::Relation::kGreater;
    const auto order = min ? CompareDecimals(value, *min) : std::strong_ordering::greater;
    if (order > 0 || (order == 0 && exclusive)) {
      min = value;
      min_exclusive = exclusive;
    }
  }
  if (upper) {
    const bool exclusive = relation == ast::Relation::kLess;
    const auto order = max ? CompareDecimals(value, *max) : std::strong_ordering::less;
    if (order < 0 || (order == 0 && exclusive)) {
      max = value;
      max_exclusive = exclusive;
    }
  }
  if (!min || !max) return;
  const auto order = CompareDecimals(*min, *max);
  if (order > 0 || (order == 0 && (min_exclusive || max_exclusive))) empty = true;
  if (order == 0 &&
      std::any_of(not_equal.begin(), not_equal.end(), [&](const auto& v) { return CompareDecimals(v, *min) == 0; }))
    empty = true;
}

bool Constraint::Admits(std::string_view value) const {
  if (empty) return false;
  if (is_text) return (!equal || *equal == value) && !HasValue(not_equal, value);
  if (!IsDecimal(value)) return !min && !max && not_equal.empty();
  const auto low = min ? CompareDecimals(value, *min) : std::strong_ordering::greater;
  const auto high = max ? CompareDecimals(value, *max) : std::strong_ordering::less;
  if (low < 0 || (low == 0 && min_exclusive) || high > 0 || (high == 0 && max_exclusive)) return false;
  return std::none_of(not_equal.begin(), not_equal.end(),
                      [&](const auto& v) { return IsDecimal(v) && CompareDecimals(v, value) == 0; });
}

bool Constraint::Contains(const Constraint& other) const {
  if (other.empty) return true;
  if (empty || is_text != other.is_text) return false;
  if (is_text) {
    if (other.equal) return Admits(*other.equal);
    return !equal &&
           std::all_of(not_equal.begin(), not_equal.end(), [&](const auto& v) { return HasValue(other.not_equal, v); });
  }
  const auto low_ok = [&] {
    if (!min) return true;
    if (!other.min) return false;
    const auto order = CompareDecimals(*other.min, *min);
    return order > 0 || (order == 0 && (!min_exclusive || other.min_exclusive));
  };
  const auto high_ok = [&] {
    if (!max) return true;
    if (!other.max) return false;
    const auto order = CompareDecimals(*other.max, *max);
    return order < 0 || (order == 0 && (!max_exclusive || other.max_exclusive));
  };
  return low_ok() && high_ok() &&
         std::all_of(not_equal.begin(), not_equal.end(), [&](const auto& v) { return !other.Admits(v); });
}

}  // namespace synapsor::check
