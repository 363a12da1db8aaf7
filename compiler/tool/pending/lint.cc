#include "lint/lint.h"
namespace synapsor::lint {
void RunLint(const ir::Program&, diag::Sink&) {}
}  // namespace synapsor::lint
