// IR to executable plans: prints the SQL for each engine, lays out parameter slots with their provenance, and assembles
// the bundle. Runs only on programs without errors. What is parsed but cannot be executed is refused here under
// codes of its own (SYN7xx range 750-799), never left out silently.
#pragma once

#include "compiler/diag/finding.h"
#include "compiler/ir/ir.h"
#include "runtime/bundle/bundle.h"

namespace synapsor::plan {

// Every table needs a snapshot. On a finding with severity error the bundle is incomplete and must not be written.
bundle::Bundle BuildBundle(const ir::Program& program, diag::Sink& sink);

}  // namespace synapsor::plan
