// Text to AST. Every mistake in a file is reported, not only the first: statements are parsed one
// by one, and a statement with an error is left out of the result while the others are kept.
#pragma once

#include "compiler/diag/finding.h"
#include "compiler/source/source.h"
#include "compiler/syntax/ast.h"

namespace synapsor::syntax {

// Parses one file. Text that is not UTF-8, unterminated strings and comments, unknown clauses,
// repeats and misplaced clauses become findings in `sink`. The result points into `sources`.
// Thread-safe for distinct sinks.
ast::File ParseFile(const SourceStore& sources, FileId file, diag::Sink& sink);

}  // namespace synapsor::syntax
