#include "runtime/db/values.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

namespace synapsor::db {

DbResult<void> CheckValues(const bundle::Statement& statement, std::span<const Scalar> values) {
  if (values.size() != statement.params.size()) {
    return tl::unexpected(
        Failure{FailureKind::kOther,
                fmt::format("the statement has {} parameters and was given {}", statement.params.size(), values.size()),
                "PARAMETERS"});
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i].type != statement.params[i].type) {
      return tl::unexpected(
          Failure{FailureKind::kOther,
                  fmt::format("parameter {} is of type {} and was given {}", i + 1,
                              ScalarTypeName(statement.params[i].type), ScalarTypeName(values[i].type)),
                  "PARAMETERS"});
    }
  }
  return {};
}

Failure Mismatch(const bundle::ResultColumn& column, std::string_view found) {
  return {FailureKind::kSchema,
          fmt::format("column `{}.{}` (slot `{}`) is declared as {} and holds {}", column.table, column.column,
                      column.name, ScalarTypeName(column.type), found),
          "COLUMN_TYPE"};
}

Failure WrongColumns(std::size_t declared, std::size_t found) {
  return {FailureKind::kSchema, fmt::format("the statement yields {} columns and declares {}", found, declared),
          "COLUMN_COUNT"};
}

DbResult<Scalar> FromColumnText(const bundle::ResultColumn& column, std::string_view text) {
  if (column.type == ScalarType::kBytes) return Scalar::Of(ScalarType::kBytes, std::string(text));
  auto scalar = FromText(text, column.type);
  if (!scalar) {
    return tl::unexpected(Mismatch(column, "a value that this type cannot carry exactly"));
  }
  return std::move(*scalar);
}

DbResult<Scalar> FromColumnDouble(const bundle::ResultColumn& column, double value) {
  if (!std::isfinite(value)) return tl::unexpected(Mismatch(column, "NaN or infinity"));
  std::array<char, 40> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return FromColumnText(column, std::string_view(buffer.data(), static_cast<std::size_t>(end - buffer.data())));
}

Failure CannotSend(std::size_t position, std::string_view why) {
  return {FailureKind::kConstraint, fmt::format("parameter {}: {}", position, why), "VALUE"};
}

Failure FingerprintClash() { return {FailureKind::kOther, "two statements share one fingerprint", "FINGERPRINT"}; }

}  // namespace synapsor::db
