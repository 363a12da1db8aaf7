// How enumerations and value references are spelled in a bundle: shared by the writer and the loader.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/base/result.h"
#include "runtime/bundle/plan.h"

namespace synapsor::bundle {

std::string_view OriginName(Origin origin);      // session, arg, fixed, proposal, event
std::string_view GuardKindName(GuardKind kind);  // integer_version, timestamp, before_image
std::optional<GuardKind> ParseGuardKind(std::string_view name);

// "session:tenant_id", "arg:reason", "proposal:set:status"; fixed values as {"fixed": text or null, "type": "int64"}.
nlohmann::json ToJson(const ValueRef& value);
// "origin:name"; nothing for every other text.
std::optional<ValueRef> ParseReference(std::string_view text);
// The inverse of ToJson; refuses every other form. `where` opens the error's message.
Result<ValueRef> ValueRefFromJson(const nlohmann::json& value, std::string_view where);

}  // namespace synapsor::bundle
