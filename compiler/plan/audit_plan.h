// AUDIT as a stream of the ledger, and as an INSERT where the target's database has the table.
#pragma once

#include <optional>

#include "compiler/ir/ir.h"
#include "runtime/bundle/plan.h"

namespace synapsor::plan {

std::optional<bundle::Audit> PlanAudit(const ir::Write& write);

}  // namespace synapsor::plan
