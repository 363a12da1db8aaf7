// Which columns may be shown and written.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "compiler/check/provenance_flow.h"
#include "compiler/check/rules.h"
#include "compiler/check/support.h"
#include "stdlib/stdlib.h"

namespace synapsor::check {
namespace {

bool LooksSensitive(const CheckContext& cx, std::string_view column) {
  const auto matches = [&](std::string_view pattern) { return stdlib::MatchesPattern(column, pattern); };
  const auto& own = cx.catalog.config().markers.sensitive_columns;
  return std::any_of(stdlib::SensitivePatterns().begin(), stdlib::SensitivePatterns().end(), matches) ||
         std::any_of(own.begin(), own.end(), matches);
}

// Calls `visit(entity, column, verb)` for every column that leaves towards the model, is written, or is compared with
// what the model chooses.
template <typename Visit>
void ForEachExposure(const ir::Program& program, Visit visit) {
  for (const ir::Context& context : program.contexts) {
    for (const ir::Slot& slot : context.slots) visit(context, slot.column, "shown in a slot");
    for (const ir::Search& search : context.searches) {
      visit(context, search.column, "searched");
      for (const ir::SearchFilter& filter : search.filters)
        if (filter.value.provenance.kind == ir::ProvenanceKind::kModelArg)
          visit(context, filter.column, "compared with a value that the model chooses");
    }
  }
  for (const ir::Capability& capability : program.capabilities) {
    if (capability.write)
      for (const ir::WriteColumn& column : capability.write->columns) visit(capability, column.column, "written");
    if (!capability.plan) continue;
    for (const ir::PlanStep& step : capability.plan->steps) {
      for (const ir::PlanStep::Output& output : step.outputs) visit(capability, output.column, "shown by the plan");
      if (step.search_column.table >= 0) visit(capability, step.search_column, "searched");
      for (const ir::PlanStep::Predicate& predicate : step.where)
        if (IsModelChosen(predicate.value))
          visit(capability, predicate.column, "compared with a value that the model chooses");
    }
  }
}

const ir::TableUse& TableOf(const ir::Context& context, const ir::ColumnUse& column) {
  return context.tables[static_cast<std::size_t>(column.table)];
}
const ir::TableUse& TableOf(const ir::Capability& capability, const ir::ColumnUse& column) {
  if (column.visibility == ir::Visibility::kWrite || !capability.plan) return capability.write->target;
  return capability.plan->tables[static_cast<std::size_t>(column.table)];
}

bool IsKeyColumn(const ir::Write& write, const ir::ColumnUse& column) {
  if (ir::SameColumn(write.key, column)) return true;
  const Physical physical = PhysicalColumn(write.target, column.column);
  return physical.column != nullptr && std::find(physical.table->primary_key.begin(), physical.table->primary_key.end(),
                                                 physical.column->name) != physical.table->primary_key.end();
}

// Names by which a version column is known, if the guard itself could not be found.
bool IsGuardColumn(const ir::Write& write, const ir::ColumnUse& column) {
  if (!write.guard_column.name.empty()) return ir::SameColumn(write.guard_column, column);
  return write.guard != ir::GuardKind::kBeforeImage &&
         (ir::SameName(column.name, "row_version") || ir::SameName(column.name, "lock_version"));
}

void CheckWrittenColumn(CheckContext& cx, const ir::Capability& capability, const ir::WriteColumn& written) {
  const ir::Write& write = *capability.write;
  const ir::ColumnUse& column = written.column;
  const bool is_tenant = (write.syntax->tenant_column.present() && ir::SameColumn(write.tenant, column)) ||
                         (!write.target.tenant_column.empty() && ir::SameName(write.target.tenant_column, column.name));
  if (is_tenant) {
    Report(cx.sink, capability, Kind::kTenantColumnWritten, column.span,
           fmt::format("`{}` is the tenant column, and COLUMNS writes it", column.name))
        .WithPhrase("the row would change hands")
        .WithHelp("remove it from COLUMNS; TENANT already guards it");
  } else if (IsKeyColumn(write, column) && write.operation == ast::Operation::kUpdate) {
    Report(cx.sink, capability, Kind::kKeyWritten, column.span,
           fmt::format("`{}` is the key of `{}`, and COLUMNS writes it", column.name, ir::TableName(write.target)))
        .WithHelp("remove it from COLUMNS; a row keeps its identity");
  } else if (write.operation == ast::Operation::kUpdate && IsGuardColumn(write, column)) {
    Report(cx.sink, capability, Kind::kGuardColumnWritten, column.span,
           fmt::format("`{}` is the conflict guard, and COLUMNS writes it", column.name))
        .WithPhrase("the writer would choose the version")
        .WithHelp("remove it from COLUMNS; the statement or the database advances it");
  } else if (column.column != nullptr) {
    const schema::Column& real = *column.column;
    const bool generated = real.generated != schema::Generated::kNo || real.identity == schema::Identity::kAlways;
    if (!generated && real.updatable) return;
    Report(cx.sink, capability, Kind::kComputedColumnWritten, column.span,
           fmt::format("`{}` cannot be written: it is {}", column.name,
                       real.generated != schema::Generated::kNo ? "a generated column"
                       : generated                              ? "an identity column"
                                                                : "computed by the view"))
        .WithSchema(ir::SchemaPlace(write.target, real), ir::DescribeColumn(real))
        .WithHelp("remove it from COLUMNS, or write the column that it is computed from");
  }
}

}  // namespace

void CheckKeptOutColumns(CheckContext& cx) {
  ForEachExposure(cx.program, [&](const auto& entity, const ir::ColumnUse& column, std::string_view verb) {
    if (column.visibility != ir::Visibility::kKeptOut) return;
    Report(cx.sink, entity, Kind::kKeptOutColumn, column.span,
           fmt::format("`{}` is kept out by the configuration and is {} here", column.name, verb))
        .WithHelp("remove it from this clause; `keep_out` lists columns that no agent may see or write");
  });
  // A name that no column has keeps nothing out.
  std::unordered_set<const schema::Table*> seen;
  ForEachTable(cx.program, [&](const auto& entity, const ir::TableUse& table, bool) {
    if (table.resolved.table == nullptr || table.resolved.mapping == nullptr ||
        !seen.insert(table.resolved.table).second)
      return;
    std::vector<std::string_view> names;
    for (const schema::Column& column : table.resolved.table->columns) names.push_back(column.name);
    for (const std::string& name : table.resolved.mapping->keep_out) {
      if (table.resolved.table->FindColumn(name) != nullptr) continue;
      Report(cx.sink, entity, Kind::kUnknownColumn, table.syntax.span,
             fmt::format("`keep_out` of `{}` names `{}`, and `{}` has no such column", table.syntax.table.text, name,
                         ir::TableName(table)))
          .WithPhrase("this table is configured to keep out a column that it does not have")
          .WithSchema(ir::SchemaPlace(table), "has " + ir::ListNames(names))
          .WithHelp(ir::DidYouMean(name, names, "correct the name in the configuration, or remove it there"));
    }
  });
}

void CheckSensitiveColumns(CheckContext& cx) {
  std::unordered_map<std::string_view, bool> known;  // names repeat, and there are many patterns
  ForEachExposure(cx.program, [&](const auto& entity, const ir::ColumnUse& column, std::string_view verb) {
    if (column.table < 0 || column.visibility == ir::Visibility::kKeptOut || column.poisoned) return;
    const auto [entry, is_new] = known.try_emplace(column.name, false);
    if (is_new) entry->second = LooksSensitive(cx, column.name);
    if (!entry->second) return;
    diag::Finding& finding =
        Report(cx.sink, entity, Kind::kSensitiveColumn, column.span,
               fmt::format("`{}` looks like a secret or personal data and is {}", column.name, verb))
            .WithHelp("leave it out and add it to `keep_out`; if agents need it, allow this finding with the reason");
    if (column.column != nullptr)
      finding.WithSchema(ir::SchemaPlace(TableOf(entity, column), *column.column), ir::DescribeColumn(*column.column));
  });
}

void CheckWrittenColumns(CheckContext& cx) {
  for (const ir::Capability& capability : cx.program.capabilities) {
    if (!capability.write || capability.write->target.poisoned || !IsWritable(capability.write->target)) continue;
    for (const ir::WriteColumn& written : capability.write->columns)
      if (!written.column.poisoned) CheckWrittenColumn(cx, capability, written);
  }
}

void CheckNotNull(CheckContext& cx) {
  for (const ir::Capability& capability : cx.program.capabilities) {
    if (!capability.write) continue;
    for (const ir::WriteColumn& written : capability.write->columns) {
      const Physical physical = PhysicalColumn(capability.write->target, written.column.column);
      if (physical.column == nullptr || physical.column->nullable) continue;
      const std::string place = ir::SchemaPlace(capability.write->target, *physical.column);
      const ir::Arg* arg = ArgOf(capability, written.value);
      if (IsFixed(written.value) && written.value.provenance.literal->kind == ast::LiteralKind::kNull) {
        Report(cx.sink, capability, Kind::kNullIntoNotNull, written.value.span,
               fmt::format("`{}` is NOT NULL and is set to NULL", written.column.name))
            .WithPhrase("every call would fail")
            .WithSchema(place, ir::DescribeColumn(*physical.column))
            .WithHelp("write a value, or leave the column out");
      } else if (arg != nullptr && !arg->required) {
        Report(
            cx.sink, capability, Kind::kOptionalIntoNotNull, written.value.span,
            fmt::format("`{}` is NOT NULL and is fed by `{}`, which may be left out", written.column.name, arg->name))
            .WithLabel(arg->syntax->span, "optional here")
            .WithSchema(place, ir::DescribeColumn(*physical.column))
            .WithHelp("add REQUIRED to the ARG");
      }
    }
  }
}

void CheckReadPrivileges(CheckContext& cx) {
  for (const ir::Context& context : cx.program.contexts) {
    for (const ir::Slot& slot : context.slots) {
      if (slot.column.column == nullptr || slot.column.column->may_select.value_or(true)) continue;
      const ir::TableUse& table = TableOf(context, slot.column);
      Report(cx.sink, context, Kind::kNoReadPrivilege, slot.column.span,
             fmt::format("the connecting role may not read `{}`", slot.column.name))
          .WithSchema(ir::SchemaPlace(table, *slot.column.column), "no SELECT privilege")
          .WithHelp("grant SELECT on the column to the reader (`sync grants` writes it), or remove the slot");
    }
  }
}

}  // namespace synapsor::check
