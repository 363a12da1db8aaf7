// Proposals that could be easier to operate.
#include <fmt/format.h>

#include "lint/rules.h"

namespace synapsor::lint {

void LintProposals(const ir::Program& program, diag::Sink& sink) {
  for (const ir::Capability& capability : program.capabilities) {
    if (!capability.write) continue;
    const ir::Write& write = *capability.write;
    if (!write.audit) {
      Report(sink, capability, Kind::kAuditMissing, write.syntax->target.span, "the proposal names no AUDIT table")
          .WithHelp(
              "add `AUDIT table` if the application's own audit trail should show the change; the ledger records it anyway");
    }
    const bool guard_unknown = !write.target.poisoned && write.target.resolved.table == nullptr &&
                               write.guard_inferred && write.guard == ir::GuardKind::kNone &&
                               write.operation != ast::Operation::kInsert;
    if (guard_unknown) {
      Report(sink, capability, Kind::kGuardUnverified, write.syntax->target.span,
             fmt::format("whether `{}` has a conflict guard is not known without its schema",
                         write.syntax->target.table.text))
          .WithHelp("check with `--schema FILE --engine E`, or name the guard, `CONFLICT GUARD row_version`");
    }
  }
}

}  // namespace synapsor::lint
