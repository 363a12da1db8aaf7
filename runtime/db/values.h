// The exactness rules that all engines share: what a parameter must be and what a column's text
// becomes. Not how an engine spells values (its own file). Private to runtime/db.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "runtime/db/database.h"

namespace synapsor::db {

// As many values as parameters, each of its parameter's type. Anything else is a fault of this
// program, never sent.
DbResult<void> CheckValues(const bundle::Statement& statement, std::span<const Scalar> values);

// kSchema, naming the column and what was found (a type or a class of value, never the value).
Failure Mismatch(const bundle::ResultColumn& column, std::string_view found);

// kSchema: the statement does not yield the declared columns.
Failure WrongColumns(std::size_t declared, std::size_t found);

// `text` in the kept spelling of the column's type, or Mismatch.
DbResult<Scalar> FromColumnText(const bundle::ResultColumn& column, std::string_view text);

// The shortest decimal digits that read back as `value`, in the spelling of kDouble; refuses NaN
// and infinity.
DbResult<Scalar> FromColumnDouble(const bundle::ResultColumn& column, double value);

// kConstraint: the parameter's value cannot be stored by this engine.
Failure CannotSend(std::size_t position, std::string_view why);

// A statement with a known fingerprint and another text: the cache would run the wrong one.
Failure FingerprintClash();

}  // namespace synapsor::db
