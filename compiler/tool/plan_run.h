// From a command line to a bundle in memory: what plan and build share.
#pragma once

#include <memory>

#include "compiler/tool/compile.h"
#include "runtime/bundle/bundle.h"

namespace synapsor::tool {

// `bundle` is complete, digest included, unless `refused`.
struct PlanRun {
  std::unique_ptr<Compilation> compilation;
  bundle::Bundle bundle;
  std::string bytes;     // of the bundle file
  bool refused = false;  // there are errors: no plan is shown and nothing is written
};

Result<PlanRun> MakePlan(const CompileOptions& options);

// The errors to standard error, as text, and one line that says why nothing was made.
void PrintRefusal(const PlanRun& run, std::string_view what);
// One line about warnings, if there are any.
void RemarkWarnings(const PlanRun& run);

}  // namespace synapsor::tool
