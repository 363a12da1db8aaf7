// AST to IR: resolves names over all files of a run, types arguments, finds tables, columns, tenant columns and guards.
// Reports what cannot be resolved (1xx, 401 unknown columns, 402 unknown tables …) and poisons it; judges nothing.
#pragma once

#include <span>

#include "compiler/ir/ir.h"

namespace synapsor::ir {

Program Lower(std::span<const ast::File> files, const SourceStore& sources, const schema::Catalog& catalog,
              diag::Sink& sink);

}  // namespace synapsor::ir
