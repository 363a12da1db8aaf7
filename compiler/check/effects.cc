// What else happens when the one row is written: triggers, cascades, partitions, the audit table.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "compiler/check/rules.h"
#include "compiler/check/support.h"

namespace synapsor::check {
namespace {

constexpr auto kAuditColumns = std::to_array<std::string_view>(
    {"tenant_id", "principal", "capability", "resource", "action", "payload", "created_at"});

bool Fires(const schema::Trigger& trigger, const ir::Write& write) {
  if (!trigger.enabled) return false;
  if (write.operation == ast::Operation::kInsert) return trigger.on_insert;
  if (write.operation == ast::Operation::kDelete) return trigger.on_delete;
  return trigger.on_update &&
         (trigger.update_columns.empty() ||
          std::any_of(trigger.update_columns.begin(), trigger.update_columns.end(),
                      [&](const std::string& column) { return FindWritten(write, column) != nullptr; }));
}

std::string_view ActionWords(schema::ReferentialAction action) {
  switch (action) {
    case schema::ReferentialAction::kCascade: return "CASCADE";
    case schema::ReferentialAction::kSetNull: return "SET NULL";
    case schema::ReferentialAction::kSetDefault: return "SET DEFAULT";
    default: return "";
  }
}

}  // namespace

void CheckTargetUpdatable(CheckContext& cx) {
  for (const ir::Capability& capability : cx.program.capabilities) {
    if (!capability.write || IsWritable(capability.write->target)) continue;
    Report(cx.sink, capability, Kind::kTargetNotUpdatable, capability.write->syntax->target.span,
           fmt::format("`{}` is a view that takes no UPDATE", ir::TableName(capability.write->target)))
        .WithHelp("write the base table, or a view on one table without grouping, joins or DISTINCT");
  }
}

void CheckTriggers(CheckContext& cx) {
  for (const ir::Capability& capability : cx.program.capabilities) {
    if (!capability.write) continue;
    const ir::Write& write = *capability.write;
    const schema::Table* table = PhysicalTable(write.target);
    if (table == nullptr) continue;
    for (const schema::Trigger& trigger : table->triggers) {
      if (!trigger.may_write_elsewhere || !Fires(trigger, write)) continue;
      Report(cx.sink, capability, Kind::kTriggerWritesElsewhere, write.syntax->target.span,
             fmt::format("trigger `{}` may change more than the one row", trigger.name))
          .WithSchema(ir::SchemaPlace(write.target),
                      fmt::format("trigger {}{}", trigger.name,
                                  trigger.function.empty() ? "" : ", " + trigger.function.substr(0, 80)))
          .WithHelp(
              "reviewers see one row: make sure that what the trigger does is meant, and allow this finding with the reason");
    }
  }
}

void CheckCascades(CheckContext& cx) {
  for (const ir::Capability& capability : cx.program.capabilities) {
    if (!capability.write || capability.write->operation == ast::Operation::kInsert) continue;
    const ir::Write& write = *capability.write;
    const schema::Table* table = PhysicalTable(write.target);
    if (table == nullptr) continue;
    const bool deletes = write.operation == ast::Operation::kDelete;
    for (const schema::ForeignKey& key : table->referenced_by) {
      const std::string_view action = ActionWords(deletes ? key.on_delete : key.on_update);
      if (action.empty() || !key.enforced) continue;
      const auto written = std::find_if(key.columns.begin(), key.columns.end(),
                                        [&](const auto& column) { return FindWritten(write, column) != nullptr; });
      if (!deletes && written == key.columns.end()) continue;
      const std::string_view column = deletes ? std::string_view() : std::string_view(*written);
      const ir::WriteColumn* at = column.empty() ? nullptr : FindWritten(write, column);
      Report(cx.sink, capability, Kind::kCascadingWrite, at ? at->column.span : write.syntax->operation_span,
             fmt::format("{} reaches rows of `{}` by ON {} {}",
                         deletes ? std::string("the DELETE") : fmt::format("writing `{}`", column), key.target_table,
                         deletes ? "DELETE" : "UPDATE", action))
          .WithSchema(ir::SchemaPlace(write.target), fmt::format("foreign key {} of {}", key.name, key.target_table))
          .WithHelp("reviewers see one row: leave the referenced column alone, or make sure that the cascade is meant");
    }
  }
}

void CheckPartitionKey(CheckContext& cx) {
  for (const ir::Capability& capability : cx.program.capabilities) {
    if (!capability.write || !IsUpdate(*capability.write)) continue;
    const schema::Table* table = PhysicalTable(capability.write->target);
    if (table == nullptr) continue;
    for (const std::string& column : table->partition_key) {
      const ir::WriteColumn* written = FindWritten(*capability.write, column);
      if (written == nullptr) continue;
      Report(cx.sink, capability, Kind::kPartitionKeyWritten, written->column.span,
             fmt::format("`{}` is the partition key: the row may move to another partition", column))
          .WithPhrase("a moved row is deleted and inserted, and concurrent writers fail")
          .WithHelp("leave the partition key out of COLUMNS");
    }
  }
}

void CheckAuditTable(CheckContext& cx) {
  for (const ir::Capability& capability : cx.program.capabilities) {
    if (!capability.write || !capability.write->audit) continue;
    const ir::Write& write = *capability.write;
    const ir::TableUse& audit = *write.audit;
    const Span span = write.syntax->audit.span;
    if (!write.target.poisoned && ir::SameTable(audit, write.target) && !audit.poisoned) {
      Report(cx.sink, capability, Kind::kAuditTableShape, span, "the audit table is the table that is written")
          .WithHelp("name a table of its own, to which rows are only ever added");
      continue;
    }
    if (audit.poisoned) {
      Report(cx.sink, capability, Kind::kUnknownAuditTable, span,
             fmt::format("there is no audit table `{}` in the schema", audit.syntax.table.text))
          .WithHelp(
              fmt::format("create it with columns {}, or drop the AUDIT clause: the ledger records every event anyway",
                          ir::ListNames(kAuditColumns)));
      continue;
    }
    if (audit.resolved.table == nullptr) continue;
    const schema::Table& table = *audit.resolved.table;
    const auto has = [&](std::string_view column) { return table.FindColumn(column) != nullptr; };
    const bool known = has("capability") || has("action") || has("resource") || has("principal");
    const auto unfilled = std::find_if(table.columns.begin(), table.columns.end(), [&](const schema::Column& column) {
      const bool key =
          std::find(table.primary_key.begin(), table.primary_key.end(), column.name) != table.primary_key.end();
      return !key && !column.nullable && !column.default_expression && column.identity == schema::Identity::kNo &&
             column.generated == schema::Generated::kNo && !Contains(kAuditColumns, column.name);
    });
    if (known && unfilled == table.columns.end()) continue;
    diag::Finding& finding =
        Report(cx.sink, capability, Kind::kAuditTableShape, span,
               known ? fmt::format("the audit table `{}` needs a value for `{}`, which nothing gives",
                                   ir::TableName(audit), unfilled->name)
                     : fmt::format("`{}` does not have the shape of an audit table", ir::TableName(audit)));
    if (known) finding.WithSchema(ir::SchemaPlace(audit, *unfilled), ir::DescribeColumn(*unfilled));
    finding.WithHelp(fmt::format("rows are written to those of {} that exist; give other columns a default",
                                 ir::ListNames(kAuditColumns)));
  }
}

}  // namespace synapsor::check
