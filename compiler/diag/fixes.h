// Applying the fixes of findings: which of them may be applied together, the new texts, and their
// diff.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "compiler/diag/finding.h"
#include "compiler/source/source.h"
#include "runtime/base/result.h"

namespace synapsor::diag {

struct FixedFile {
  FileId file;
  std::string text;         // the whole new text
  std::vector<Edit> edits;  // applied ones, ascending, non-overlapping
};

struct FixPlan {
  std::vector<FixedFile> files;  // only those that change, in the order of their ids
  int applied = 0;               // fixes
  int left = 0;                  // safe fixes that overlap an applied one: run again
};

// The first safe fix of each finding, as a whole or not at all: one whose edits overlap an already
// planned one waits. The same edit wanted by two fixes is made once.
FixPlan PlanFixes(const SourceStore& sources, const std::deque<Finding>& findings);

// Each file atomically. Standard input cannot be written: an error before anything is touched.
Status WriteFixes(const SourceStore& sources, const FixPlan& plan);

// Unified diff of the plan with three lines of context.
std::string FixDiff(const SourceStore& sources, const FixPlan& plan);

}  // namespace synapsor::diag
