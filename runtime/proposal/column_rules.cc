#include "runtime/proposal/column_rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/base/decimal.h"
#include "runtime/base/text.h"

namespace synapsor::proposal {

std::string FindFault(const bundle::SetColumn& column, const Scalar& value) {
  if (value.is_null) return column.nullable ? std::string() : "must not be null";
  if (column.min || column.max) {
    const auto low = column.min ? CompareNumbers(value.text, *column.min) : std::strong_ordering::equal;
    const auto high = column.max ? CompareNumbers(value.text, *column.max) : std::strong_ordering::equal;
    if (!low || *low < 0) return fmt::format("must be at least {}", column.min.value_or("a number"));
    if (!high || *high > 0) return fmt::format("must be at most {}", column.max.value_or("a number"));
  }
  if (column.max_length) {
    const std::size_t length = value.type == ScalarType::kBytes ? value.text.size() : Examine(value.text).code_points;
    if (length > static_cast<std::size_t>(*column.max_length)) {
      return fmt::format("is longer than the {} that fit", *column.max_length);
    }
  }
  if (column.precision) {
    const auto digits = CountDigits(value.text);
    const int scale = column.scale.value_or(0);
    if (!digits || digits->fraction > scale || digits->integer > *column.precision - scale) {
      return fmt::format("does not fit {} digits with {} behind the point", *column.precision, scale);
    }
  }
  return {};
}

bool IsAllowedTransition(const bundle::SetColumn& column, const Scalar& before, const Scalar& after) {
  if (column.transitions.empty() || before == after) return true;
  if (before.is_null || after.is_null) return false;
  return std::any_of(column.transitions.begin(), column.transitions.end(),
                     [&](const auto& move) { return move.first == before.text && move.second == after.text; });
}

bool IsAsContracted(const bundle::SetColumn& column, const ledger::ProposedColumn& proposed) {
  const Scalar& after = proposed.after;
  if (proposed.provenance != bundle::ProvenanceText(column.value)) return false;
  if (after.type != column.type || proposed.before.type != column.type) return false;
  if (column.value.origin == bundle::Origin::kFixed) {
    const Scalar& fixed = column.value.fixed;
    if (fixed.is_null != after.is_null) return false;
    if (!fixed.is_null) {
      const auto value = fixed.type == column.type ? Result<Scalar>(fixed) : FromText(fixed.text, column.type);
      if (!value || *value != after) return false;
    }
  } else if (after == proposed.before) {
    return true;  // an argument that was not given leaves its column as it is, whatever that is
  }
  return FindFault(column, after).empty() && IsAllowedTransition(column, proposed.before, after);
}

}  // namespace synapsor::proposal
