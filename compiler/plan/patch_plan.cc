#include "compiler/plan/patch_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/ir/report.h"
#include "compiler/plan/audit_plan.h"
#include "compiler/plan/query_plan.h"
#include "compiler/plan/refuse.h"
#include "compiler/plan/set_column.h"
#include "compiler/plan/statement.h"
#include "compiler/plan/values.h"

namespace synapsor::plan {
namespace {

using bundle::Guard;
using diag::Kind;
using schema::Column;

struct Planner {
  const ir::Capability& capability;
  const ir::Context& context;
  const ir::Write& write;
  diag::Sink& sink;
  bundle::PatchPlan plan;
  std::vector<const Column*> compared;  // before image, sorted by name
  std::vector<const Column*> observed;  // for settlement policies

  schema::Engine engine() const { return write.target.resolved.source->engine; }
  std::string Target() const { return QuoteTable(engine(), write.target.resolved.schema, write.target.resolved.name); }
};

bool IsWritable(Planner& planner, const ir::WriteColumn& set) {
  if (schema::WireType(set.column.column->type)) return true;
  ir::Report(planner.sink, planner.capability, Kind::kColumnNotWritable, set.column.span,
             fmt::format("a column of type `{}` cannot be written", set.column.column->type.declared))
      .WithSchema(ir::SchemaPlace(planner.write.target, *set.column.column), ir::DescribeColumn(*set.column.column))
      .WithHelp("remove it from COLUMNS; arrays, intervals, ranges and composites are read as text only");
  return false;
}

bool CanBePlanned(Planner& planner) {
  const ir::Write& write = planner.write;
  if (write.operation != ast::Operation::kUpdate || write.target.poisoned) return false;
  if (!TableIsPlannable(planner.capability, write.target, planner.sink)) return false;
  const auto unresolved = [](const ir::ColumnUse& use) { return use.poisoned || use.column == nullptr; };
  if (unresolved(write.key) || write.key_value.poisoned) return false;
  if (!write.target.single_tenant && (unresolved(write.tenant) || write.tenant_value.poisoned)) {
    ir::Report(planner.sink, planner.capability, Kind::kPlanUnscoped, write.target.syntax.span,
               fmt::format("the write to `{}` has no tenant guard, so no statement is made for it",
                           ir::TableName(write.target)))
        .WithHelp("write `TENANT column FROM BINDING name`");
    return false;
  }
  bool plannable = !write.columns.empty();
  for (const ir::WriteColumn& set : write.columns) {
    if (unresolved(set.column) || set.value.poisoned) return false;
    plannable = IsWritable(planner, set) && plannable;
  }
  return plannable;
}

std::vector<const Column*> BeforeImageColumns(const Planner& planner) {
  std::vector<const Column*> columns;
  for (const ir::WriteColumn& set : planner.write.columns) columns.push_back(set.column.column);
  if (planner.write.target_is_context_root) {
    for (const ir::Slot& slot : planner.context.slots) {
      if (slot.column.table == 0) columns.push_back(slot.column.column);
    }
  }
  // What a policy decides by must still hold when the change is applied.
  columns.insert(columns.end(), planner.observed.begin(), planner.observed.end());
  std::erase(columns, planner.write.key.column);
  std::sort(columns.begin(), columns.end(), [](const Column* a, const Column* b) { return a->name < b->name; });
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  return columns;
}

bool PlanGuard(Planner& planner) {
  const ir::Write& write = planner.write;
  Guard& guard = planner.plan.guard;
  switch (write.guard) {
    case ir::GuardKind::kNone:
      ir::Report(
          planner.sink, planner.capability, Kind::kPlanUnguarded, write.target.syntax.span,
          fmt::format("no conflict guard for `{}`, so no statement is made for the write", ir::TableName(write.target)))
          .WithHelp("write `CONFLICT GUARD column` or `CONFLICT GUARD BEFORE IMAGE`");
      return false;
    case ir::GuardKind::kIntegerVersion:
      guard.kind = bundle::GuardKind::kIntegerVersion;
      guard.advanced_by_statement = true;
      break;
    case ir::GuardKind::kTimestamp: guard.kind = bundle::GuardKind::kTimestamp; break;
    case ir::GuardKind::kBeforeImage:
      guard.kind = bundle::GuardKind::kBeforeImage;
      planner.compared = BeforeImageColumns(planner);
      for (const Column* column : planner.compared) guard.compared.push_back(column->name);
      return true;
  }
  if (write.guard_column.column == nullptr) return false;
  guard.column = write.guard_column.column->name;
  return true;
}

// Equality as the anchors of a write use it: key and tenant.
void AddAnchor(StatementBuilder& builder, const Planner& planner, bool from_proposal) {
  const ir::Write& write = planner.write;
  const auto value = [&](const char* part, const bundle::ValueRef& own) {
    return from_proposal ? FromProposal(part) : own;
  };
  builder.Add("\nWHERE ").AddEquality({}, *write.key.column, value("key", planner.plan.key));
  if (write.target.single_tenant) return;
  builder.Add("\n  AND ").AddEquality({}, *write.tenant.column, value("tenant", planner.plan.tenant));
}

// Key, tenant, guard, written, compared and observed columns, each once.
std::vector<const Column*> ImageColumns(const Planner& planner) {
  std::vector<const Column*> columns;
  const auto add = [&](const Column* column) {
    if (column != nullptr && std::find(columns.begin(), columns.end(), column) == columns.end())
      columns.push_back(column);
  };
  add(planner.write.key.column);
  if (!planner.write.target.single_tenant) add(planner.write.tenant.column);
  if (planner.write.guard != ir::GuardKind::kBeforeImage) add(planner.write.guard_column.column);
  for (const ir::WriteColumn& set : planner.write.columns) add(set.column.column);
  for (const Column* column : planner.compared) add(column);
  for (const Column* column : planner.observed) add(column);
  return columns;
}

// The reader binds the call's own values, the writer those of the approved proposal.
bundle::Statement PlanImage(const Planner& planner, bool lock) {
  StatementBuilder builder(planner.engine());
  const std::vector<const Column*> columns = ImageColumns(planner);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    builder.Add(i == 0 ? "SELECT " : ", ")
        .Add(SelectedColumn(planner.engine(), *columns[i], QuoteName(planner.engine(), columns[i]->name)));
    builder.AddColumn(MakeResultColumn(columns[i]->name, planner.write.target.resolved.name, *columns[i]));
  }
  builder.Add("\nFROM ").Add(planner.Target());
  AddAnchor(builder, planner, lock);
  if (lock && HasForUpdate(planner.engine())) builder.Add("\nFOR UPDATE");
  return std::move(builder).Finish();
}

void AddGuard(StatementBuilder& builder, const Planner& planner) {
  if (planner.write.guard == ir::GuardKind::kBeforeImage) {
    for (const Column* column : planner.compared) {
      builder.Add("\n  AND ").AddSameValue(*column, FromProposal("before:" + column->name));
    }
    return;
  }
  const Column& guard = *planner.write.guard_column.column;
  builder.Add("\n  AND ");
  if (guard.nullable) {
    builder.AddSameValue(guard, FromProposal("guard"));
  } else {
    builder.AddEquality({}, guard, FromProposal("guard"));
  }
}

void AddAdvance(StatementBuilder& builder, const Planner& planner) {
  const Column& guard = *planner.write.guard_column.column;
  const std::string name = QuoteName(planner.engine(), guard.name);
  const std::string current = guard.nullable ? fmt::format("COALESCE({}, 0)", name) : name;
  builder.Add(fmt::format(",\n    {} = {} + 1", name, current));
}

bundle::Statement PlanUpdate(const Planner& planner) {
  StatementBuilder builder(planner.engine());
  builder.Add("UPDATE ").Add(planner.Target());
  bool first = true;
  for (const ir::WriteColumn& set : planner.write.columns) {
    builder.Add(first ? "\nSET " : ",\n    ");
    builder.AddAssignment(*set.column.column, FromProposal("set:" + set.column.column->name));
    first = false;
  }
  if (planner.plan.guard.advanced_by_statement) AddAdvance(builder, planner);
  AddAnchor(builder, planner, true);
  AddGuard(builder, planner);
  return std::move(builder).Finish();
}

bool PlanAnchors(Planner& planner) {
  const ir::Write& write = planner.write;
  bundle::PatchPlan& plan = planner.plan;
  const auto take = [&](const ir::Value& value, const Column& column, bundle::ValueRef& into, ScalarType& type) {
    type = TravelType(column);
    Result<bundle::ValueRef> found = ToValueRef(&planner.capability, value, type);
    if (found) {
      into = std::move(*found);
      return true;
    }
    ir::Report(planner.sink, planner.capability, Kind::kPlanValueUnusable, value.span, found.error().message);
    return false;
  };
  plan.key_column = write.key.column->name;
  if (!take(write.key_value, *write.key.column, plan.key, plan.key_type)) return false;
  if (write.target.single_tenant) return true;
  plan.tenant_column = write.tenant.column->name;
  return take(write.tenant_value, *write.tenant.column, plan.tenant, plan.tenant_type);
}

bool PlanSet(Planner& planner) {
  for (const ir::WriteColumn& set : planner.write.columns) {
    std::optional<bundle::SetColumn> column = PlanSetColumn(planner.capability, set, planner.sink);
    if (!column) return false;
    planner.plan.set.push_back(std::move(*column));
    planner.plan.allowed_columns.push_back(planner.plan.set.back().column);
  }
  std::sort(planner.plan.allowed_columns.begin(), planner.plan.allowed_columns.end());
  return true;
}

}  // namespace

const Column* ComparedRootColumn(const ir::Capability& capability, const ir::Context& context) {
  if (!capability.write || !capability.write->target_is_context_root || context.tables.empty()) return nullptr;
  return capability.write->key.column;
}

std::optional<bundle::PatchPlan> PlanPatch(const ir::Capability& capability, const ir::Context& context,
                                           const std::vector<const Column*>& observed, diag::Sink& sink) {
  const ir::Write& write = *capability.write;
  Planner planner{capability, context, write, sink, {}, {}, observed};
  if (!CanBePlanned(planner)) return std::nullopt;
  bundle::PatchPlan& plan = planner.plan;
  plan.source = write.target.resolved.source->name;
  plan.schema = write.target.resolved.schema;
  plan.table = write.target.resolved.name;
  if (!PlanAnchors(planner) || !PlanGuard(planner) || !PlanSet(planner)) return std::nullopt;
  for (const Column* column : observed) plan.observed.push_back(column->name);
  plan.before = PlanImage(planner, false);
  plan.lock = PlanImage(planner, true);
  plan.update = PlanUpdate(planner);
  plan.audit = PlanAudit(write);
  plan.target_is_context_root = write.target_is_context_root;
  if (const Column* key = ComparedRootColumn(capability, context)) plan.root_key_slot = RootColumnName(context, *key);
  return std::move(plan);
}

}  // namespace synapsor::plan
