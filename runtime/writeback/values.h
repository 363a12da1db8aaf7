// From an approved proposal to the values of a plan's statements, and from what the database holds afterwards back to a
// verdict. No value comes from anywhere else.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/clock.h"
#include "runtime/base/result.h"
#include "runtime/bundle/plan.h"
#include "runtime/db/database.h"
#include "runtime/ledger/records.h"

namespace synapsor::writeback {

// The values for `statement.params`. kInvalid when the statement asks for something that the proposal does not have, or
// has with another type.
Result<std::vector<Scalar>> BindProposal(const bundle::Statement& statement, const ledger::Proposal& proposal,
                                         Instant now);

// The value of `column` in a row of `statement`; null when the statement does not read it.
const Scalar* ColumnOf(const bundle::Statement& statement, const db::Row& row, std::string_view column);

// Whether a value that was sent is the value that came back: equal, or two spellings of the same stored value (a decimal's
// or a fraction's trailing zeros, the white space of JSON, the padding of CHAR(n), a FLOAT's precision).
bool SameStored(const Scalar& sent, const Scalar& stored, std::string_view database_type);

}  // namespace synapsor::writeback
