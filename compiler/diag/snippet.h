// The quoted source lines of a finding: gutter, text, underlines and the phrases under them.
// Decides how several marks share a line and how long lines are cut; which marks there are is
// decided by the caller.
#pragma once

#include <string>
#include <vector>

#include "compiler/diag/style.h"
#include "compiler/source/source.h"

namespace synapsor::diag {

// A place to underline, with a phrase or without. The primary one has carets in the colour of the
// severity.
struct Mark {
  Span span;
  std::string text;
  bool primary = false;
};

struct SnippetOptions {
  Painter painter{false};
  Style primary_style = Style::kError;
  int gutter = 2;       // digits of the largest line number shown
  int max_cells = 120;  // source text wider than that is cut around the marks
};

// Appends the lines for `marks` (at least one, all of one file), without header line and without
// closing gutter.
void AppendSnippet(const SourceFile& file, const std::vector<Mark>& marks, const SnippetOptions& options,
                   std::string& out);

// "41 | " or "   | " before `rest`, trailing blanks removed, line break appended.
void AppendGutterLine(const SnippetOptions& options, int line_or_zero, std::string_view rest, std::string& out);

}  // namespace synapsor::diag
