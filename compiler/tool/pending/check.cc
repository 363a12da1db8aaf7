#include "compiler/check/check.h"
namespace synapsor::check {
void RunChecks(const ir::Program&, diag::Sink&) {}
}  // namespace synapsor::check
