// The conflict guard: that there is one, that it can guard, and that something advances it.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "compiler/check/rules.h"
#include "compiler/check/support.h"
#include "stdlib/stdlib.h"

namespace synapsor::check {
namespace {

using ir::GuardKind;
using schema::TypeKind;

// Where a finding about the guard stands: its clause, or the target where it was inferred.
Span GuardSpan(const ir::Write& write) {
  return write.syntax->guard_column.present() ? write.syntax->guard_column.span : write.syntax->target.span;
}

bool GuardsRows(const ir::Write& write) {
  return write.operation != ast::Operation::kInsert && !write.target.poisoned && !write.guard_column.poisoned &&
         IsWritable(write.target);
}

std::string_view Inferred(const ir::Write& write) { return write.guard_inferred ? " (inferred)" : ""; }

// Whether the trigger fires for the columns that this proposal writes.
bool FiresFor(const schema::Trigger& trigger, const ir::Write& write) {
  if (!trigger.enabled || !trigger.on_update) return false;
  if (trigger.update_columns.empty()) return true;
  return std::any_of(trigger.update_columns.begin(), trigger.update_columns.end(), [&](const std::string& column) {
    return FindWritten(write, column) != nullptr || ir::SameName(column, write.guard_column.name);
  });
}

const schema::Trigger* AssigningTrigger(const schema::Table& table, const ir::Write& write, std::string_view column) {
  const auto found = std::find_if(table.triggers.begin(), table.triggers.end(), [&](const schema::Trigger& trigger) {
    return FiresFor(trigger, write) && std::any_of(trigger.assigns.begin(), trigger.assigns.end(),
                                                   [&](const std::string& c) { return ir::SameName(c, column); });
  });
  return found == table.triggers.end() ? nullptr : &*found;
}

// A trigger whose body is not known, and which may therefore be the one that advances the guard.
const schema::Trigger* OpaqueTrigger(const schema::Table& table, const ir::Write& write) {
  const auto found = std::find_if(table.triggers.begin(), table.triggers.end(), [&](const schema::Trigger& trigger) {
    return FiresFor(trigger, write) && trigger.assigns.empty() && trigger.may_write_elsewhere;
  });
  return found == table.triggers.end() ? nullptr : &*found;
}

// The digits after the second that a time column keeps.
int FractionalDigits(const ir::TableUse& table, const schema::Type& type) {
  if (type.fractional_digits) return *type.fractional_digits;
  const schema::Engine engine = EngineOf(table);
  return engine == schema::Engine::kMysql || engine == schema::Engine::kMariadb ? 0 : 6;
}

void ReportUnusable(CheckContext& cx, const ir::Capability& capability, std::string why) {
  const ir::Write& write = *capability.write;
  diag::Finding& finding = Report(cx.sink, capability, Kind::kUnusableGuard, GuardSpan(write),
                                  fmt::format("`{}` cannot guard against conflicts: {}", write.guard_column.name, why));
  if (write.guard_column.column != nullptr)
    finding.WithSchema(ir::SchemaPlace(write.target, *write.guard_column.column),
                       ir::DescribeColumn(*write.guard_column.column));
  finding.WithHelp("guard by an integer version or a timestamp of the row, or write `CONFLICT GUARD BEFORE IMAGE`");
}

void CheckGuardColumn(CheckContext& cx, const ir::Capability& capability) {
  const ir::Write& write = *capability.write;
  const schema::Column& column = *write.guard_column.column;
  if (ir::SameColumn(write.guard_column, write.key))
    return ReportUnusable(cx, capability, "it is the key and never changes");
  if (write.tenant.column == &column)
    return ReportUnusable(cx, capability, "it is the tenant column and never changes");
  if (write.guard == GuardKind::kNone)
    return ReportUnusable(cx, capability, "it is neither an integer nor a timestamp");
  if (write.guard == GuardKind::kIntegerVersion &&
      (column.generated != schema::Generated::kNo || column.identity == schema::Identity::kAlways || !column.updatable))
    return ReportUnusable(cx, capability, "the statement cannot advance it");
  const Physical physical = PhysicalColumn(write.target, &column);
  if (physical.column != nullptr && physical.column->nullable) {
    Report(cx.sink, capability, Kind::kNullableGuard, GuardSpan(write),
           fmt::format("the guard `{}`{} may be NULL", column.name, Inferred(write)))
        .WithPhrase("a proposal for such a row could never be applied")
        .WithSchema(ir::SchemaPlace(write.target, *physical.column), ir::DescribeColumn(*physical.column))
        .WithHelp("declare the column NOT NULL with a default");
  }
  if (write.guard == GuardKind::kTimestamp && column.type.kind != TypeKind::kText &&
      FractionalDigits(write.target, column.type) == 0) {
    Report(cx.sink, capability, Kind::kCoarseTimestampGuard, GuardSpan(write),
           fmt::format("the guard `{}`{} keeps whole seconds only", column.name, Inferred(write)))
        .WithPhrase("two changes within one second look like none")
        .WithSchema(ir::SchemaPlace(write.target, column), ir::DescribeColumn(column))
        .WithHelp("declare it with fractional seconds, DATETIME(6), or guard by an integer version");
  }
}

}  // namespace

void CheckGuard(CheckContext& cx) {
  for (const ir::Capability& capability : cx.program.capabilities) {
    if (!capability.write || !GuardsRows(*capability.write)) continue;
    const ir::Write& write = *capability.write;
    if (write.guard == GuardKind::kBeforeImage || write.target.resolved.table == nullptr) continue;
    if (write.guard_column.column != nullptr) {
      CheckGuardColumn(cx, capability);
      continue;
    }
    std::vector<std::string_view> names(stdlib::GuardNames().begin(), stdlib::GuardNames().end());
    Report(cx.sink, capability, Kind::kNoConflictGuard, write.syntax->target.span,
           fmt::format("`{}` has no column that could guard against conflicting writes", ir::TableName(write.target)))
        .WithPhrase("a change made after the review would be overwritten")
        .WithSchema(ir::SchemaPlace(write.target), fmt::format("has none of {}", ir::ListNames(names)))
        .WithHelp(
            "add a version column (`row_version BIGINT NOT NULL DEFAULT 1`), name another one with `CONFLICT GUARD "
            "column`, or compare every column with `CONFLICT GUARD BEFORE IMAGE`");
  }
}

void CheckGuardAdvances(CheckContext& cx) {
  for (const ir::Capability& capability : cx.program.capabilities) {
    if (!capability.write || !GuardsRows(*capability.write)) continue;
    const ir::Write& write = *capability.write;
    const Physical guard = PhysicalColumn(write.target, write.guard_column.column);
    if (guard.column == nullptr || write.operation == ast::Operation::kDelete) continue;
    const schema::Trigger* assigning = AssigningTrigger(*guard.table, write, guard.column->name);
    if (write.guard == GuardKind::kIntegerVersion) {
      if (assigning == nullptr) continue;
      Report(cx.sink, capability, Kind::kGuardAdvancedTwice, GuardSpan(write),
             fmt::format("the statement advances `{}`, and so does trigger `{}`", guard.column->name, assigning->name))
          .WithSchema(ir::SchemaPlace(write.target),
                      fmt::format("trigger {} assigns {}", assigning->name, guard.column->name))
          .WithHelp("let one of them do it; a trigger that resets the version undoes the guard");
      continue;
    }
    if (write.guard != GuardKind::kTimestamp || assigning != nullptr || guard.column->on_update ||
        guard.column->generated != schema::Generated::kNo)
      continue;
    const bool mysql =
        EngineOf(write.target) == schema::Engine::kMysql || EngineOf(write.target) == schema::Engine::kMariadb;
    if (const schema::Trigger* opaque = OpaqueTrigger(*guard.table, write)) {
      Report(cx.sink, capability, Kind::kGuardAdvanceUnknown, GuardSpan(write),
             fmt::format("only trigger `{}`, whose body is not known, can advance the guard `{}`{}", opaque->name,
                         guard.column->name, Inferred(write)))
          .WithSchema(ir::SchemaPlace(write.target, *guard.column), ir::DescribeColumn(*guard.column))
          .WithHelp(
              "make sure that it assigns the column on every UPDATE; an apply that does not move it is rolled back");
      continue;
    }
    Report(cx.sink, capability, Kind::kGuardNeverAdvances, GuardSpan(write),
           fmt::format("nothing advances the guard `{}`{} of `{}`", guard.column->name, Inferred(write),
                       ir::TableName(write.target)))
        .WithPhrase("two proposals made from one version would both pass")
        .WithSchema(ir::SchemaPlace(write.target, *guard.column), ir::DescribeColumn(*guard.column))
        .WithHelp(
            mysql
                ? "declare it `ON UPDATE CURRENT_TIMESTAMP(6)`, or guard by an integer version, which the statement advances"
                : "add a BEFORE UPDATE trigger that assigns it, or guard by an integer version, which the statement advances");
  }
}

// Two proposals on one table see each other only if each advances the guard of the other. Integer versions are advanced
// by the statements that guard by them, and by triggers; timestamps by the database, for everybody.
void CheckBlindGuards(CheckContext& cx) {
  struct FirstUse {
    const ir::Capability* capability;
    const schema::Column* version;
  };
  std::unordered_map<const schema::Table*, FirstUse> versions;
  for (const ir::Capability& capability : cx.program.capabilities) {
    if (!capability.write || !IsUpdate(*capability.write) || capability.write->guard != GuardKind::kIntegerVersion)
      continue;
    const Physical guard = PhysicalColumn(capability.write->target, capability.write->guard_column.column);
    if (guard.column != nullptr) versions.try_emplace(guard.table, FirstUse{&capability, guard.column});
  }
  if (versions.empty()) return;
  for (const ir::Capability& capability : cx.program.capabilities) {
    if (!capability.write || !GuardsRows(*capability.write) || capability.write->guard == GuardKind::kNone) continue;
    const ir::Write& write = *capability.write;
    if (write.operation == ast::Operation::kDelete) continue;
    const schema::Table* table = PhysicalTable(write.target);
    const auto found = versions.find(table);
    if (found == versions.end()) continue;
    const auto& [other, version] = found->second;
    const Physical guard = PhysicalColumn(write.target, write.guard_column.column);
    if (guard.column == version || AssigningTrigger(*table, write, version->name) != nullptr) continue;
    Report(cx.sink, capability, Kind::kBlindGuards, GuardSpan(write),
           fmt::format("this write does not advance `{}`, by which `{}` guards the same table", version->name,
                       other->name))
        .WithPhrase("that proposal would not notice this one")
        .WithLabel(GuardSpan(*other->write), fmt::format("`{}` guards by `{}`", other->name, version->name))
        .WithHelp(fmt::format("guard both by `{}`", version->name));
  }
}

void CheckBeforeImage(CheckContext& cx) {
  const auto comparable = [](const ir::TableUse& table, const schema::Column& column) {
    if (column.type.kind == TypeKind::kOther) return false;
    return !(EngineOf(table) == schema::Engine::kPostgres && column.type.kind == TypeKind::kJson &&
             column.type.declared == "json");
  };
  for (const ir::Capability& capability : cx.program.capabilities) {
    if (!capability.write || capability.write->guard != GuardKind::kBeforeImage) continue;
    const ir::Write& write = *capability.write;
    const auto check = [&](const ir::ColumnUse& column) {
      if (column.column == nullptr || comparable(write.target, *column.column)) return;
      Report(cx.sink, capability, Kind::kImageNotComparable, write.syntax->guard_span,
             fmt::format("BEFORE IMAGE compares `{}`, whose type has no equality", column.name))
          .WithLabel(column.span, "used here")
          .WithSchema(ir::SchemaPlace(write.target, *column.column), ir::DescribeColumn(*column.column))
          .WithHelp("guard by a version column, or leave this column out");
    };
    for (const ir::WriteColumn& column : write.columns) check(column.column);
    const ir::Context* context = ContextOf(cx, capability);
    if (context == nullptr || !write.target_is_context_root) continue;
    for (const ir::Slot& slot : context->slots)
      if (slot.column.table == 0) check(slot.column);
  }
}

}  // namespace synapsor::check
