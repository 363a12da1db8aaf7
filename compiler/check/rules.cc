#include "compiler/check/rules.h"

#include <array>
#include <cstdlib>
#include <string_view>

namespace synapsor::check {
namespace {

constexpr auto kRules = std::to_array<Rule>({
#define SYN_RULE(name) {#name, name},
#include "compiler/check/rules.def"
#undef SYN_RULE
});

bool IsSwitchedOff([[maybe_unused]] const Rule& rule) {
#ifdef SYNAPSOR_MUTATION
  const char* name = std::getenv("SYNAPSOR_SKIP_RULE");
  return name != nullptr && rule.name == std::string_view(name);
#else
  return false;
#endif
}

}  // namespace

std::span<const Rule> AllRules() { return kRules; }

void RunChecks(const ir::Program& program, diag::Sink& sink) {
  CheckContext cx{program, *program.catalog, sink};
  for (const Rule& rule : kRules) {
    if (!IsSwitchedOff(rule)) rule.run(cx);
  }
}

}  // namespace synapsor::check
