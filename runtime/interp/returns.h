// RETURNS JSON: checks a result against the subset of JSON Schema that a contract may use - type, properties, required,
// additionalProperties, items, enum, const, minimum, maximum, minLength, maxLength - beside annotations.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace synapsor::interp {

// Empty, or the first keyword outside the subset, with its place.
std::string FindUnsupported(const nlohmann::json& schema);

// Empty, or where `value` is not as `schema` says: names and kinds, never a value.
std::string FindMismatch(const nlohmann::json& value, const nlohmann::json& schema);

}  // namespace synapsor::interp
