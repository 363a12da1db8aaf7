// Trusted values on their way out, and values of the model that arrive in a row without a limit.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/check/provenance_flow.h"
#include "compiler/check/rules.h"
#include "compiler/check/support.h"

namespace synapsor::check {
namespace {

const schema::CheckConstraint* FindRangeCheck(const ir::TableUse& table, std::string_view column, bool lower) {
  const schema::Table* real = PhysicalTable(table);
  if (real == nullptr) return nullptr;
  const auto found = std::find_if(real->checks.begin(), real->checks.end(), [&](const schema::CheckConstraint& check) {
    return ir::SameName(check.column, column) && ((lower ? check.min : check.max).has_value() || check.one_of);
  });
  return found == real->checks.end() ? nullptr : &*found;
}

const ast::ColumnBound* FindBound(const ir::Write& write, std::string_view column) {
  const auto found = std::find_if(write.syntax->bounds.begin(), write.syntax->bounds.end(),
                                  [&](const ast::ColumnBound& b) { return ir::SameName(b.column.text, column); });
  return found == write.syntax->bounds.end() ? nullptr : &*found;
}

bool IsNumber(ScalarType type) {
  return type == ScalarType::kInt64 || type == ScalarType::kDouble || type == ScalarType::kDecimal;
}

// Identifiers are limited by what exists, not by a range.
bool IsReference(const ir::Write& write, std::string_view column) {
  if (column.ends_with("_id") || column == "id") return true;
  const schema::Table* table = PhysicalTable(write.target);
  return table != nullptr && std::any_of(table->foreign_keys.begin(), table->foreign_keys.end(), [&](const auto& key) {
           return key.enforced && std::find(key.columns.begin(), key.columns.end(), column) != key.columns.end();
         });
}

void CheckNumber(CheckContext& cx, const ir::Capability& capability, const ir::WriteColumn& column,
                 const ir::Arg& arg) {
  const ir::Write& write = *capability.write;
  if (!arg.one_of.empty() || IsReference(write, column.column.name)) return;
  const ast::ColumnBound* bound = FindBound(write, column.column.name);
  const bool low = arg.min || (bound && bound->min.present()) || FindRangeCheck(write.target, column.column.name, true);
  const bool high =
      arg.max || (bound && bound->max.present()) || FindRangeCheck(write.target, column.column.name, false);
  if (low && high) return;
  diag::Finding& finding = Report(cx.sink, capability, Kind::kUnboundedNumberWritten, column.value.span,
                                  fmt::format("the number `{}` reaches `{}` without {}", arg.name, column.column.name,
                                              low    ? "an upper bound"
                                              : high ? "a lower bound"
                                                     : "a bound"))
                               .WithHelp(fmt::format("add `{}` to ARG {}",
                                                     low    ? "MAX n"
                                                     : high ? "MIN n"
                                                            : "MIN n MAX n",
                                                     arg.name));
  AttachPath(finding,
             PathOf(capability, column.value, column.column.span, fmt::format("COLUMNS {}", column.column.name)));
}

void CheckText(CheckContext& cx, const ir::Capability& capability, const ir::WriteColumn& column, const ir::Arg& arg) {
  if (arg.max_length_written || !arg.one_of.empty()) return;
  const schema::Column* target = column.column.column;
  if (target != nullptr && (target->type.kind != schema::TypeKind::kText || target->type.length)) return;
  diag::Finding& finding =
      Report(cx.sink, capability, Kind::kUnboundedTextWritten, column.value.span,
             fmt::format("the text `{}` reaches `{}` with no length of its own", arg.name, column.column.name))
          .WithNote("the default cap of 4,000 characters applies")
          .WithHelp(fmt::format("add `MAX LENGTH n` to ARG {}", arg.name));
  AttachPath(finding,
             PathOf(capability, column.value, column.column.span, fmt::format("COLUMNS {}", column.column.name)));
}

}  // namespace

void CheckSummaryLeaks(CheckContext& cx) {
  for (const ir::Capability& capability : cx.program.capabilities) {
    if (!capability.write) continue;
    for (const ir::Write::SummaryPart& part : capability.write->summary) {
      if (part.placeholder.empty() || !IsTrusted(part.value) || IsObjectId(cx, part.value.provenance.session_key))
        continue;
      Report(cx.sink, capability, Kind::kSummaryLeaksTrusted, part.span,
             fmt::format("the summary prints `{}`, a value of the session", part.placeholder))
          .WithLabel(part.value.provenance.binding_span, "bound here")
          .WithHelp(
              "summaries are shown and searched widely: name the object, and leave tenant and principal to the "
              "proposal's own fields");
    }
  }
}

void CheckReturnedValues(CheckContext& cx) {
  for (const ir::Context& context : cx.program.contexts) {
    for (const ir::Slot& slot : context.slots) {
      if (slot.column.table < 0 || slot.column.poisoned) continue;
      const ir::TableUse& table = context.tables[static_cast<std::size_t>(slot.column.table)];
      if (table.single_tenant || table.tenant_column.empty() || !ir::SameName(slot.column.name, table.tenant_column))
        continue;
      Report(cx.sink, context, Kind::kTenantColumnReturned, slot.column.span,
             fmt::format("the slot `{}` shows the tenant column `{}` to the model", slot.name, slot.column.name))
          .WithHelp("remove the slot: the tenant is the session's, and the model has no use for it");
    }
  }
}

void CheckUnboundedWrites(CheckContext& cx) {
  for (const ir::Capability& capability : cx.program.capabilities) {
    if (!capability.write) continue;
    for (const ir::WriteColumn& column : capability.write->columns) {
      const ir::Arg* arg = ArgOf(capability, column.value);
      if (arg == nullptr || column.column.poisoned) continue;
      if (IsNumber(arg->type)) CheckNumber(cx, capability, column, *arg);
      if (arg->type == ScalarType::kText) CheckText(cx, capability, column, *arg);
    }
  }
}

}  // namespace synapsor::check
