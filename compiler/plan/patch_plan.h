// A WRITE PROPOSAL as a guarded one-row change: the row as it is read and locked, the single UPDATE, what is checked before a
// proposal exists, and the audit row.
#pragma once

#include <optional>
#include <vector>

#include "compiler/diag/finding.h"
#include "compiler/ir/ir.h"
#include "runtime/bundle/bundle.h"

namespace synapsor::plan {

// Nothing when the write cannot be planned; the reason is reported. `context` is the capability's; `observed` are columns
// of the target that settlement policies decide by.
std::optional<bundle::PatchPlan> PlanPatch(const ir::Capability& capability, const ir::Context& context,
                                           const std::vector<const schema::Column*>& observed, diag::Sink& sink);

// The column of the context's root that a run-time comparison with the write's key needs, or null.
const schema::Column* ComparedRootColumn(const ir::Capability& capability, const ir::Context& context);

}  // namespace synapsor::plan
