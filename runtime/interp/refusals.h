// The refusals of a call, by code. Decides their wording: own text, in lower case, never with a value of a row, a trusted
// value, a table, or a column that the DDL does not show.
#pragma once

#include <string>
#include <string_view>

#include "runtime/db/database.h"
#include "runtime/interp/invoke.h"

namespace synapsor::interp {

template <typename T>
using Checked = tl::expected<T, Refusal>;

inline tl::unexpected<Refusal> Refuse(std::string_view code, std::string message) {
  return tl::unexpected(Refusal{std::string(code), {}, std::move(message), {}, false});
}

// INVALID_ARGUMENT about `argument`.
tl::unexpected<Refusal> RefuseArgument(std::string_view argument, std::string message);

// A trusted name among the arguments: INVALID_ARGUMENT with the detail MODEL_CANNOT_OVERRIDE_BINDING.
tl::unexpected<Refusal> RefuseOverride(std::string_view argument);

// The one answer for a capability that does not exist and for one that the session may not use.
Refusal CapabilityNotFound();

// The one answer for a row that does not exist and for a row of another tenant.
Refusal NotFound();

// What a caller hears about a failure of a source. The database's own words are not in it.
Refusal FromFailure(const db::Failure& failure);

// The ledger did not answer: nothing was recorded, so nothing is returned.
Refusal LedgerAway();

// A fault that only the operator can mend; `what` is our own text.
Refusal Internal(std::string what);

}  // namespace synapsor::interp
