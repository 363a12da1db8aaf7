// Runs every rule over a program. Rules are pure: they read the IR and report; all of them always run, and none
// depends on another's findings. One file a policy family; the table of rules is in rules.cc.
#pragma once

#include "compiler/diag/finding.h"
#include "compiler/ir/ir.h"

namespace synapsor::check {

struct CheckContext {
  const ir::Program& program;
  const schema::Catalog& catalog;
  diag::Sink& sink;
};

void RunChecks(const ir::Program& program, diag::Sink& sink);

}  // namespace synapsor::check
