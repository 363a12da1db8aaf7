// INSERT and DELETE: what their clauses can and cannot mean.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/check/rules.h"
#include "compiler/check/support.h"

namespace synapsor::check {

void CheckInsertColumns(CheckContext& cx) {
  for (const ir::Capability& capability : cx.program.capabilities) {
    if (!capability.write || capability.write->operation != ast::Operation::kInsert) continue;
    const ir::Write& write = *capability.write;
    if (write.target.resolved.table == nullptr) continue;
    for (const schema::Column& column : write.target.resolved.table->columns) {
      const bool filled = column.nullable || column.default_expression || column.identity != schema::Identity::kNo ||
                          column.generated != schema::Generated::kNo || write.key.column == &column ||
                          write.tenant.column == &column || FindWritten(write, column.name) != nullptr;
      if (filled) continue;
      Report(cx.sink, capability, Kind::kInsertMissesColumn, write.syntax->columns_span,
             fmt::format("the INSERT gives no value to `{}`, which needs one", column.name))
          .WithPhrase("every call would fail")
          .WithSchema(ir::SchemaPlace(write.target, column), ir::DescribeColumn(column))
          .WithHelp("add the column, or give it a default");
    }
  }
}

void CheckOperationClauses(CheckContext& cx) {
  const auto report = [&](const ir::Capability& capability, Span span, std::string_view clause,
                          std::string_view operation) {
    Report(cx.sink, capability, Kind::kClauseWithoutEffect, span,
           fmt::format("{} has no effect on {}", clause, operation))
        .WithHelp("remove the clause");
  };
  for (const ir::Capability& capability : cx.program.capabilities) {
    if (!capability.write || IsUpdate(*capability.write)) continue;
    const ast::WriteProposal& syntax = *capability.write->syntax;
    const bool inserts = syntax.operation == ast::Operation::kInsert;
    if (inserts && syntax.guard != ast::GuardKind::kInferred)
      report(capability, syntax.guard_span, "CONFLICT GUARD", "an INSERT");
    if (!inserts && !syntax.columns.empty()) report(capability, syntax.columns_span, "COLUMNS", "a DELETE");
    for (const ast::Transition& transition : syntax.transitions)
      report(capability, transition.span, "TRANSITION", inserts ? "an INSERT" : "a DELETE");
    if (!inserts)
      for (const ast::ColumnBound& bound : syntax.bounds) report(capability, bound.span, "BOUND", "a DELETE");
  }
}

}  // namespace synapsor::check
