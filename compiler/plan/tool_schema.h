// The MCP tool definition of a capability: what a model sees. ARGs only; no table, column or trusted name.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "runtime/bundle/bundle.h"

namespace synapsor::plan {

// From name, tool_name, description, args, returns_json and is_proposal of `capability`; canonical JSON.
std::string ToolDefinition(const bundle::Capability& capability);

nlohmann::json ArgSchema(const bundle::Arg& arg);

}  // namespace synapsor::plan
