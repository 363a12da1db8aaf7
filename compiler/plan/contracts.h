// What of a program is carried into the bundle as it stands: arguments, bindings, workflows, and their texts.
#pragma once

#include "compiler/ir/ir.h"
#include "runtime/bundle/bundle.h"

namespace synapsor::plan {

// All but `tool`, `tool_name` and `patch`.
bundle::Capability MakeCapability(const ir::Program& program, const ir::Capability& capability);
bundle::Workflow MakeWorkflow(const ir::Program& program, const ir::Workflow& workflow);
std::vector<bundle::Binding> MakeBindings(const std::vector<ir::Binding>& bindings);

}  // namespace synapsor::plan
