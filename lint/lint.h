// Advice (9xx): style, quality of the tools that a model will see, operability. Never about soundness.
#pragma once

#include "compiler/diag/finding.h"
#include "compiler/ir/ir.h"

namespace synapsor::lint {

void RunLint(const ir::Program& program, diag::Sink& sink);

}  // namespace synapsor::lint
