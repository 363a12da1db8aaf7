// What comments say to the compiler, and what is wrong with them.
#pragma once

#include <string_view>
#include <vector>

#include "compiler/diag/finding.h"
#include "compiler/syntax/ast.h"
#include "compiler/syntax/token.h"

namespace synapsor::syntax {

// Reports comments that open another one, and collects `-- sync:allow CODE reason` into `file`.
// `statements` are the places of all statements, in order.
void ReadComments(std::string_view text, const std::vector<Token>& comments, const std::vector<Span>& statements,
                  ast::File& file, diag::Sink& sink);

}  // namespace synapsor::syntax
