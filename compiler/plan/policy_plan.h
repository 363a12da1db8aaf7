// Settlement policies as decision tables: conditions with typed literals over real names, limits, the digest that is the
// policy's version. What the runtime cannot evaluate or carry out is refused here.
#pragma once

#include <vector>

#include "compiler/diag/finding.h"
#include "compiler/ir/ir.h"
#include "runtime/bundle/bundle.h"

namespace synapsor::plan {

// Sorted by name; an ALTER replaces what its CREATE says. `program` has no error.
std::vector<bundle::Policy> PlanPolicies(const ir::Program& program, diag::Sink& sink);

// The columns of the capability's target that policies decide by and that it does not write, sorted by name: they are read
// with the before image.
std::vector<const schema::Column*> ObservedColumns(const ir::Program& program, const ir::Capability& capability);

}  // namespace synapsor::plan
