// The records behind handles, as their owner may see them: evidence (slots only), proposals (state and summary; values of
// columns that the model may not read stay out) and runs. A handle is a reference, not a right: tenant and principal are
// checked anew.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "runtime/base/result.h"
#include "runtime/config/config.h"
#include "runtime/interp/invoke.h"
#include "runtime/session/session.h"

namespace synapsor::mcp {

// Members of resources/templates/list.
std::string ResourceTemplateMembers();

// JSON text of the record; nothing when it does not exist or is not the caller's.
Result<std::optional<std::string>> ReadRecord(interp::Runtime& runtime, const config::Config& config,
                                              const session::Session& session, std::string_view uri);

}  // namespace synapsor::mcp
