#include "lint/lint.h"

#include "lint/rules.h"

namespace synapsor::lint {

void RunLint(const ir::Program& program, diag::Sink& sink) {
  LintUnused(program, sink);
  LintDescriptions(program, sink);
  LintNames(program, sink);
  LintTools(program, sink);
  LintProposals(program, sink);
}

}  // namespace synapsor::lint
