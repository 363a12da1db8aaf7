#include "compiler/check/rules.h"

#include <array>

namespace synapsor::check {
namespace {

constexpr auto kRules = std::to_array<Rule>({
#define SYN_RULE(name) {#name, name},
#include "compiler/check/rules.def"
#undef SYN_RULE
});

}  // namespace

std::span<const Rule> AllRules() { return kRules; }

void RunChecks(const ir::Program& program, diag::Sink& sink) {
  CheckContext cx{program, *program.catalog, sink};
  for (const Rule& rule : kRules) rule.run(cx);
}

}  // namespace synapsor::check
