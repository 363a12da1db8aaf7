// The program as text for golden tests and `sync check --dump-ir`: one fact a line, in a stable order.
#pragma once

#include <string>

#include "compiler/ir/ir.h"

namespace synapsor::ir {

std::string Print(const Program& program);

}  // namespace synapsor::ir
