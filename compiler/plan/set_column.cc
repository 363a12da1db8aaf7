#include "compiler/plan/set_column.h"

#include "compiler/base/decimal.h"
#include "compiler/ir/report.h"
#include "compiler/plan/statement.h"
#include "compiler/plan/values.h"

namespace synapsor::plan {
namespace {

struct IntegerRange {
  int bits;
  bool is_unsigned;
  std::string_view min, max;
};

// 64 bits hold every INT64.
constexpr IntegerRange kRanges[] = {
    {8, false, "-128", "127"},
    {8, true, "0", "255"},
    {16, false, "-32768", "32767"},
    {16, true, "0", "65535"},
    {24, false, "-8388608", "8388607"},
    {24, true, "0", "16777215"},
    {32, false, "-2147483648", "2147483647"},
    {32, true, "0", "4294967295"},
};

void Raise(std::optional<std::string>& min, std::string_view to) {
  if (!min || CompareDecimals(*min, to) < 0) min = to;
}
void Lower(std::optional<std::string>& max, std::string_view to) {
  if (!max || CompareDecimals(*max, to) > 0) max = to;
}

void AddColumnLimits(const schema::Type& type, bundle::SetColumn& column) {
  if (type.kind == schema::TypeKind::kInteger) {
    for (const IntegerRange& range : kRanges) {
      if (range.bits != type.bits || range.is_unsigned != type.is_unsigned) continue;
      Raise(column.min, range.min);
      Lower(column.max, range.max);
    }
  }
  if (type.kind == schema::TypeKind::kText || type.kind == schema::TypeKind::kBytes) column.max_length = type.length;
  if (type.kind == schema::TypeKind::kDecimal) {
    column.precision = type.precision;
    column.scale = type.scale;
  }
}

void AddBounds(const ast::WriteProposal& syntax, const ir::WriteColumn& set, bundle::SetColumn& column) {
  for (const ast::ColumnBound& bound : syntax.bounds) {
    if (!ir::SameName(bound.column.text, set.column.name)) continue;
    if (bound.min.present()) Raise(column.min, bound.min.text);
    if (bound.max.present()) Lower(column.max, bound.max.text);
  }
  for (const ast::Transition& transition : syntax.transitions) {
    if (!ir::SameName(transition.column.text, set.column.name)) continue;
    for (const ast::TransitionStep& step : transition.steps) {
      column.transitions.emplace_back(step.from.value, step.to.value);
    }
  }
}

}  // namespace

std::optional<bundle::SetColumn> PlanSetColumn(const ir::Capability& capability, const ir::WriteColumn& set,
                                               diag::Sink& sink) {
  const schema::Column& target = *set.column.column;
  bundle::SetColumn column;
  column.column = target.name;
  column.type = TravelType(target);
  column.database_type = target.type.declared;
  column.nullable = target.nullable;
  Result<bundle::ValueRef> value = ToValueRef(&capability, set.value, column.type);
  if (!value) {
    ir::Report(sink, capability, diag::Kind::kPlanValueUnusable, set.value.span, value.error().message)
        .WithHelp("write a value of the column's own type");
    return std::nullopt;
  }
  column.value = std::move(*value);
  AddColumnLimits(target.type, column);
  AddBounds(*capability.write->syntax, set, column);
  return column;
}

}  // namespace synapsor::plan
