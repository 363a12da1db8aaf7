// Findings for people, in the manner of rustc: header, quoted source with carets and phrases, facts
// from the schema, notes, help, fix, and where to read more. Decides layout only; the text of a
// finding is decided where it is reported.
#pragma once

#include <deque>
#include <string>

#include "compiler/diag/finding.h"
#include "compiler/diag/summary.h"
#include "compiler/source/source.h"

namespace synapsor::diag {

struct TextOptions {
  bool color = false;
  int max_per_code = 20;  // further findings of one code are counted; 0 or less shows all
  int max_cells = 120;    // width of quoted source text
};

// The findings in the order given, then what was left out, then the summary line. Ends with a line
// break. Nothing from the user's text reaches the output unescaped.
std::string RenderText(const SourceStore& sources, const std::deque<Finding>& findings, const Summary& summary,
                       const TextOptions& options);

// "2 errors, 1 warning in 3 files; 1 suppressed, 4 in the baseline".
std::string SummaryLine(const Summary& summary);

}  // namespace synapsor::diag
