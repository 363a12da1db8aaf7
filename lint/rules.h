// Advice, one function a topic. Nothing here is about soundness: all of it can be allowed with a reason.
#pragma once

#include "compiler/diag/finding.h"
#include "compiler/ir/ir.h"
#include "compiler/ir/report.h"

namespace synapsor::lint {

using diag::Kind;
using ir::Report;

void LintUnused(const ir::Program& program, diag::Sink& sink);        // unused.cc
void LintDescriptions(const ir::Program& program, diag::Sink& sink);  // descriptions.cc
void LintNames(const ir::Program& program, diag::Sink& sink);         // names.cc
void LintTools(const ir::Program& program, diag::Sink& sink);         // tools.cc
void LintProposals(const ir::Program& program, diag::Sink& sink);     // proposals.cc

}  // namespace synapsor::lint
