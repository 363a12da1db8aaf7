// How many tools a model is given, and how much a search returns.
#include <fmt/format.h>

#include "lint/rules.h"

namespace synapsor::lint {
namespace {

constexpr std::size_t kMostTools = 40;  // beyond which models choose worse and some clients fail

}  // namespace

void LintTools(const ir::Program& program, diag::Sink& sink) {
  for (const ir::Workflow& workflow : program.workflows) {
    if (workflow.capabilities.size() <= kMostTools) continue;
    Report(sink, workflow, Kind::kTooManyTools, workflow.syntax->name.span,
           fmt::format("workflow `{}` gives the model {} tools", workflow.name, workflow.capabilities.size()))
        .WithHelp(fmt::format("split it: above {} tools models choose worse and clients begin to fail", kMostTools));
  }
  for (const ir::Context& context : program.contexts) {
    for (const ir::Search& search : context.searches) {
      if (search.syntax->top.present()) continue;
      Report(sink, context, Kind::kSearchWithoutTop, search.syntax->table.span, "the search has no TOP")
          .WithHelp("add `TOP n`, so that the size of the evidence is chosen and not left to a default");
    }
  }
}

}  // namespace synapsor::lint
