// Dotted capability names as names that every MCP client takes: [A-Za-z0-9_-]{1,64}.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace synapsor::plan {

// One tool name a capability, in the order given (sorted, without repeats). Dots become "__"; a name that is too long or
// meets another one ends in "_" and eight hex digits of the SHA-256 of the dotted name, so that it does not depend on
// which other capabilities there are in what order.
std::vector<std::string> ToolNames(const std::vector<std::string_view>& capabilities);

}  // namespace synapsor::plan
