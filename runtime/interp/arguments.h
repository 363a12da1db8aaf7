// The model's arguments: everything about them is checked before anything else happens.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <vector>

#include "runtime/interp/call_plan.h"
#include "runtime/interp/refusals.h"

namespace synapsor::interp {

// One a declared ARG, in its order: nothing when it was not given, NULL when it was given as null.
using ArgValues = std::vector<std::optional<Scalar>>;

// Refuses unknown, missing, ill-typed, too long and out-of-bounds arguments, and names of trusted values.
Checked<ArgValues> CheckArguments(const CallPlan& plan, const nlohmann::json& arguments);

}  // namespace synapsor::interp
