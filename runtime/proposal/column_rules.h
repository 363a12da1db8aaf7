// What a contract allows to be written into one column: asked when a proposal is made, and again by the trusted runner of the
// proposal that it is to apply. Pure.
#pragma once

#include <string>

#include "runtime/bundle/plan.h"
#include "runtime/ledger/records.h"

namespace synapsor::proposal {

// What is wrong with a value for the column ("must be at most 10000"), or nothing: NULL, bounds, length, digits.
std::string FindFault(const bundle::SetColumn& column, const Scalar& value);

// Whether TRANSITION lets the column go from one value to the other.
bool IsAllowedTransition(const bundle::SetColumn& column, const Scalar& before, const Scalar& after);

// Whether the contract could have made this change of the column: the value's origin, its type, a fixed value as it is
// written there, and the two above.
bool IsAsContracted(const bundle::SetColumn& column, const ledger::ProposedColumn& proposed);

}  // namespace synapsor::proposal
