#include "compiler/tool/plan_run.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/authority/authority.h"
#include "compiler/diag/render_text.h"
#include "compiler/plan/plan.h"
#include "compiler/tool/output.h"
#include "runtime/bundle/write.h"

namespace synapsor::tool {

Result<PlanRun> MakePlan(const CompileOptions& options) {
  PlanRun run;
  SYN_ASSIGN_OR_RETURN(run.compilation, Compile(options));
  Compilation& compilation = *run.compilation;
  if (!compilation.sink.has_errors()) {
    run.bundle = plan::BuildBundle(compilation.program, compilation.sink);
    compilation.sink.Sort();
  }
  run.refused = compilation.sink.has_errors();
  if (run.refused) return run;
  run.bundle.authority = authority::ExtractFacts(compilation.program, run.bundle);
  run.bytes = bundle::Write(run.bundle);
  return run;
}

void PrintRefusal(const PlanRun& run, std::string_view what) {
  std::deque<diag::Finding> errors;
  for (const diag::Finding& finding : run.compilation->sink.findings()) {
    if (finding.severity == diag::Severity::kError) errors.push_back(finding);
  }
  const diag::Summary summary =
      diag::Summarize(errors, static_cast<int>(run.compilation->files.size()), run.compilation->suppressed);
  WriteToStandardError(diag::RenderText(run.compilation->sources, errors, summary, {}));
  PrintRemark(what);
}

void RemarkWarnings(const PlanRun& run) {
  const int warnings = run.compilation->sink.Count(diag::Severity::kWarning);
  if (warnings == 0) return;
  PrintRemark(fmt::format("{} warning{}; `sync check` shows {}", warnings, warnings == 1 ? "" : "s",
                          warnings == 1 ? "it" : "them"));
}

}  // namespace synapsor::tool
