// Says what is wrong with a statement that did not parse. Runs only on such statements.
#pragma once

#include <string_view>

#include "compiler/diag/finding.h"
#include "compiler/syntax/statement.h"

namespace synapsor::syntax {

// Reports at least one error. Goes through the statement clause by clause, so that independent
// mistakes are all reported and no mistake is reported for the consequences of another.
void Explain(std::string_view text, FileId file, const Statement& statement, diag::Sink& sink);

}  // namespace synapsor::syntax
