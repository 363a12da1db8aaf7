// A bundle as `sync plan` shows it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "compiler/ir/ir.h"
#include "runtime/bundle/bundle.h"

namespace synapsor::tool {

// What a reviewer reads, capability by capability: what the model sees, what is read, what would be written, who approves.
// `default_role` approves proposals outside of a workflow.
std::string PlanAsText(const bundle::Bundle& bundle, const ir::Program& program, const std::string& default_role);
// The same inside of collapsed sections.
std::string PlanAsMarkdown(const bundle::Bundle& bundle, const ir::Program& program, const std::string& default_role);
// Without `authority`, which the caller adds.
nlohmann::json PlanAsJson(const bundle::Bundle& bundle);

}  // namespace synapsor::tool
