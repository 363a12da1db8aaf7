// Types of values against types of columns.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "compiler/check/rules.h"
#include "compiler/check/type_fit.h"

namespace synapsor::check {
namespace {

Verdict FitValue(const ir::Capability& capability, const ir::Value& value, const ir::TableUse& table,
                 const schema::Column& column) {
  if (value.poisoned) return {};
  switch (value.provenance.kind) {
    case ir::ProvenanceKind::kFixed: return FitLiteral(*value.provenance.literal, table, column);
    case ir::ProvenanceKind::kTrusted: return FitSession(column);
    case ir::ProvenanceKind::kModelArg: {
      const ir::Arg* arg = ArgOf(capability, value);
      return arg == nullptr ? Verdict{} : FitArg(*arg, table, column);
    }
    case ir::ProvenanceKind::kRow: break;
  }
  return {};
}

Kind KindOf(Fit fit) {
  switch (fit) {
    case Fit::kMayNotFit: return Kind::kArgumentMayNotFit;
    case Fit::kOutOfRange: return Kind::kValueOutOfRange;
    case Fit::kNotAllowed: return Kind::kValueNotAllowed;
    default: return Kind::kTypeMismatch;
  }
}

void CheckValue(CheckContext& cx, const ir::Capability& capability, const ir::ColumnUse& column,
                const ir::Value& value) {
  if (column.column == nullptr || column.poisoned) return;
  const ir::TableUse& table = capability.write->target;
  const Verdict verdict = FitValue(capability, value, table, *column.column);
  if (verdict.fit == Fit::kFits) return;
  diag::Finding& finding =
      Report(cx.sink, capability, KindOf(verdict.fit), value.span, fmt::format("`{}` {}", column.name, verdict.reason))
          .WithSchema(ir::SchemaPlace(table, *column.column), ir::DescribeColumn(*column.column))
          .WithHelp(verdict.help);
  if (const ir::Arg* arg = ArgOf(capability, value)) finding.WithLabel(arg->syntax->span, "declared here");
  if (value.provenance.binding_span.has_value()) finding.WithLabel(value.provenance.binding_span, "bound here");
}

enum class Family { kText, kNumber, kUuid, kTime, kOther };

Family FamilyOf(const schema::Type& type) {
  switch (type.kind) {
    case schema::TypeKind::kText:
    case schema::TypeKind::kEnum: return Family::kText;
    case schema::TypeKind::kInteger:
    case schema::TypeKind::kDecimal:
    case schema::TypeKind::kFloat: return Family::kNumber;
    case schema::TypeKind::kUuid: return Family::kUuid;
    case schema::TypeKind::kDate:
    case schema::TypeKind::kTimestamp:
    case schema::TypeKind::kTimestampTz: return Family::kTime;
    default: return Family::kOther;
  }
}

// What the driver of MySQL and MariaDB cannot fetch.
bool IsReadable(const ir::TableUse& table, const schema::Column& column) {
  const schema::Engine engine = EngineOf(table);
  if ((engine != schema::Engine::kMysql && engine != schema::Engine::kMariadb) ||
      column.type.kind != schema::TypeKind::kOther)
    return true;
  static constexpr std::string_view kUnreadable[] = {
      "vector",     "geometry",        "point",        "linestring",         "polygon",
      "multipoint", "multilinestring", "multipolygon", "geometrycollection", "geomcollection"};
  const std::string_view base = std::string_view(column.type.declared).substr(0, column.type.declared.find('('));
  return std::find(std::begin(kUnreadable), std::end(kUnreadable), base) == std::end(kUnreadable);
}

}  // namespace

void CheckReadTypes(CheckContext& cx) {
  for (const ir::Context& context : cx.program.contexts) {
    for (const ir::Slot& slot : context.slots) {
      if (slot.column.poisoned || slot.column.column == nullptr) continue;
      const ir::TableUse& table = context.tables[static_cast<std::size_t>(slot.column.table)];
      if (IsReadable(table, *slot.column.column)) continue;
      Report(cx.sink, context, Kind::kTypeMismatch, slot.column.span,
             fmt::format("`{}` is {}, which cannot be read", slot.column.name, slot.column.column->type.declared))
          .WithSchema(ir::SchemaPlace(table, *slot.column.column), ir::DescribeColumn(*slot.column.column))
          .WithHelp("leave it out, or show a view's column that holds it as a text");
    }
  }
}

void CheckWrittenTypes(CheckContext& cx) {
  for (const ir::Capability& capability : cx.program.capabilities) {
    if (!capability.write || capability.write->operation == ast::Operation::kDelete ||
        !IsWritable(capability.write->target))
      continue;
    for (const ir::WriteColumn& written : capability.write->columns)
      CheckValue(cx, capability, written.column, written.value);
  }
}

void CheckKeyTypes(CheckContext& cx) {
  for (const ir::Capability& capability : cx.program.capabilities) {
    if (!capability.write) continue;
    const ir::Write& write = *capability.write;
    // A length that a key may exceed only finds no row.
    const ir::Arg* arg = ArgOf(capability, write.key_value);
    if (arg != nullptr && write.key.column != nullptr &&
        FitArg(*arg, write.target, *write.key.column).fit == Fit::kMayNotFit &&
        FamilyOf(write.key.column->type) != Family::kUuid)
      continue;
    CheckValue(cx, capability, write.key, write.key_value);
  }
  for (const ir::Context& context : cx.program.contexts) {
    if (context.lookup.column == nullptr || context.lookup.poisoned || !IsTrusted(context.lookup_value)) continue;
    const Verdict verdict = FitSession(*context.lookup.column);
    if (verdict.fit == Fit::kFits) continue;
    const ir::TableUse& table = context.tables[static_cast<std::size_t>(context.lookup.table)];
    Report(cx.sink, context, Kind::kTypeMismatch, context.lookup.span,
           fmt::format("`{}` {}", context.lookup.name, verdict.reason))
        .WithSchema(ir::SchemaPlace(table, *context.lookup.column), ir::DescribeColumn(*context.lookup.column))
        .WithHelp("look the row up by its key");
  }
}

void CheckJoinTypes(CheckContext& cx) {
  for (const ir::Context& context : cx.program.contexts) {
    for (const ir::Include& include : context.includes) {
      const schema::Column* left = include.left.column;
      const schema::Column* right = include.right.column;
      if (left == nullptr || right == nullptr || FamilyOf(left->type) == FamilyOf(right->type)) continue;
      const ir::TableUse& left_table = context.tables[static_cast<std::size_t>(include.left.table)];
      const ir::TableUse& right_table = context.tables[static_cast<std::size_t>(include.right.table)];
      if (EngineOf(left_table) == schema::Engine::kSqlite) continue;
      Report(cx.sink, context, Kind::kJoinTypeMismatch, Join(include.syntax->left.span, include.syntax->right.span),
             fmt::format("`{}` and `{}` have different types and cannot be joined", left->name, right->name))
          .WithSchema(ir::SchemaPlace(left_table, *left), ir::DescribeColumn(*left))
          .WithSchema(ir::SchemaPlace(right_table, *right), ir::DescribeColumn(*right))
          .WithHelp("join columns of one type");
    }
  }
}

}  // namespace synapsor::check
