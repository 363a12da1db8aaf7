// One written column with everything that is checked before a proposal exists: BOUND, TRANSITION, and what the column
// itself can hold.
#pragma once

#include <optional>

#include "compiler/diag/finding.h"
#include "compiler/ir/ir.h"
#include "runtime/bundle/plan.h"

namespace synapsor::plan {

std::optional<bundle::SetColumn> PlanSetColumn(const ir::Capability& capability, const ir::WriteColumn& set,
                                               diag::Sink& sink);

}  // namespace synapsor::plan
