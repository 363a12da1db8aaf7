// What is parsed and checked but has no executable form, and what a plan takes for granted: each refused at its clause. The
// table of constructs is in refuse.cc; lifting a refusal is removing its row.
#pragma once

#include "compiler/diag/finding.h"
#include "compiler/ir/ir.h"

namespace synapsor::plan {

// Reports every refused construct of the program.
void RefuseConstructs(const ir::Program& program, diag::Sink& sink);

// A table that can stand in a plan: resolved, with a snapshot, scoped by a tenant column or said to be of a single tenant.
template <typename Entity>
bool TableIsPlannable(const Entity& entity, const ir::TableUse& table, diag::Sink& sink);

}  // namespace synapsor::plan
