// A fix as a small diff under its finding: the lines that change, before and after.
#pragma once

#include <string>

#include "compiler/diag/finding.h"
#include "compiler/diag/snippet.h"

namespace synapsor::diag {

// Lines that stay equal are not shown; at most eight lines of each side are. Edits outside of
// `sources` are ignored.
void AppendFixPreview(const SourceStore& sources, const Fix& fix, const SnippetOptions& options, std::string& out);

}  // namespace synapsor::diag
