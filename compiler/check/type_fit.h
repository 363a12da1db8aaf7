// Whether a value of the DDL fits a column: the one place that compares types. Facts, no findings.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "compiler/check/support.h"

namespace synapsor::check {

enum class Fit {
  kFits,
  kMayNotFit,   // some values are refused when they are written
  kOutOfRange,  // this value, or every value, is too long, too large, too precise
  kNotAllowed,  // not one of the values that the column admits
  kWrongKind,   // text for a number and the like: no value fits
};

// `reason` completes "`column` ": "holds at most 40 characters".
struct Verdict {
  Fit fit = Fit::kFits;
  std::string reason;
  std::string help;
};

// NULL fits here: nullability is a rule of its own.
Verdict FitLiteral(const ast::Literal& literal, const ir::TableUse& table, const schema::Column& column);
Verdict FitArg(const ir::Arg& arg, const ir::TableUse& table, const schema::Column& column);
// A value of the session: text that is read as the column's type when a session begins.
Verdict FitSession(const schema::Column& column);

// What a column admits by CHECK constraints and enum, where they are simple. Rows that were there before a constraint that
// was never validated need not obey it.
enum class RowsMeant { kWritten, kAny };
struct Admitted {
  const std::vector<std::string>* one_of = nullptr;
  std::optional<std::string> min, max;
  bool min_exclusive = false, max_exclusive = false;
  std::optional<std::int64_t> max_length;
};
Admitted AdmittedBy(const ir::TableUse& table, const schema::Column& column, RowsMeant rows = RowsMeant::kWritten);
bool Admits(const Admitted& admitted, std::string_view value);  // for values of one_of

// Characters, not bytes.
std::int64_t Utf8Length(std::string_view text);

}  // namespace synapsor::check
