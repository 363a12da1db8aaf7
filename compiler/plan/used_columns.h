// Which columns of which tables the plans rely on, with their fingerprints: what drift is measured against.
#pragma once

#include <vector>

#include "compiler/ir/ir.h"
#include "runtime/bundle/bundle.h"

namespace synapsor::plan {

// Sources by name, tables by schema and name, columns by name. Every source that a plan uses is listed.
std::vector<bundle::Source> UsedSources(const ir::Program& program, const bundle::Bundle& bundle);

}  // namespace synapsor::plan
