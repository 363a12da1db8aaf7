#include "compiler/plan/query_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/ir/report.h"
#include "compiler/plan/refuse.h"
#include "compiler/plan/statement.h"
#include "compiler/plan/uniqueness.h"
#include "compiler/plan/values.h"

namespace synapsor::plan {
namespace {

using diag::Kind;
using schema::Column;

constexpr int kRowCap = 100;

struct Planner {
  const ir::Context& context;
  diag::Sink& sink;
  StatementBuilder builder;
  bundle::QueryPlan plan;

  const ir::TableUse& Table(int index) const { return context.tables[static_cast<std::size_t>(index)]; }
  const schema::Snapshot& Snapshot() const { return *context.tables[0].resolved.source->snapshot; }
  schema::Engine engine() const { return builder.engine(); }
};

bool CanBePlanned(const ir::Context& context, diag::Sink& sink) {
  if (context.poisoned || context.lookup.poisoned || context.lookup_value.poisoned || !context.searches.empty())
    return false;
  bool plannable = true;
  for (const ir::TableUse& table : context.tables) {
    plannable = TableIsPlannable(context, table, sink) && plannable;
    if (plannable && !table.single_tenant && context.tenant_binding < 0) {
      ir::Report(sink, context, Kind::kPlanUnscoped, table.syntax.span,
                 fmt::format("no BIND gives the tenant for `{}`, so no statement is made for it", ir::TableName(table)))
          .WithHelp("bind it: `BIND tenant_id FROM SESSION tenant_id`");
      plannable = false;
    }
  }
  return plannable &&
         std::none_of(context.slots.begin(), context.slots.end(),
                      [](const ir::Slot& slot) { return slot.column.poisoned || slot.column.column == nullptr; }) &&
         context.lookup.column != nullptr;
}

bundle::ValueRef Tenant(const ir::Context& context) {
  return FromSession(context.bindings[static_cast<std::size_t>(context.tenant_binding)].session_key);
}

void SelectColumn(Planner& planner, const ir::TableUse& table, const Column& column, std::string_view slot) {
  const bool first = planner.plan.statement.columns.empty();
  planner.builder.Add(first ? "SELECT " : ",\n       ")
      .Add(SelectedColumn(planner.engine(), column,
                          QuoteName(planner.engine(), table.alias) + "." + QuoteName(planner.engine(), column.name)));
  bundle::ResultColumn result = MakeResultColumn(std::string(slot), table.resolved.name, column);
  if (slot.empty()) {
    result.name = fmt::format("{}.{}", table.alias, column.name);
    result.visible = false;
  } else {
    planner.builder.Add(" AS ").Add(QuoteName(planner.engine(), slot));
  }
  planner.plan.statement.columns.push_back(std::move(result));
}

// Keys that no slot shows already, each once.
void SelectKeys(Planner& planner, int table, const std::vector<const Column*>& keys) {
  for (const Column* key : keys) {
    const auto shown = [&](const ir::Slot& slot) { return slot.column.table == table && slot.column.column == key; };
    if (std::any_of(planner.context.slots.begin(), planner.context.slots.end(), shown)) continue;
    const std::string name = fmt::format("{}.{}", planner.Table(table).alias, key->name);
    const auto& columns = planner.plan.statement.columns;
    if (std::any_of(columns.begin(), columns.end(), [&](const auto& column) { return column.name == name; })) continue;
    SelectColumn(planner, planner.Table(table), *key, {});
  }
}

std::string From(const Planner& planner, const ir::TableUse& table) {
  return fmt::format("{} AS {}", QuoteTable(planner.engine(), table.resolved.schema, table.resolved.name),
                     QuoteName(planner.engine(), table.alias));
}

void AddTenant(Planner& planner, const ir::TableUse& table) {
  if (table.single_tenant) return;
  planner.builder.Add("\n  AND ").AddEquality(table.alias, *table.tenant, Tenant(planner.context));
}

std::string FieldName(const Planner& planner, const ir::ColumnUse& use) {
  return QuoteName(planner.engine(), planner.Table(use.table).alias) + "." +
         QuoteName(planner.engine(), use.column->name);
}

// The side of the include's equality that belongs to the included table.
const ir::ColumnUse& IncludedSide(const ir::Include& include) {
  return include.left.table == include.table ? include.left : include.right;
}

void AddInclude(Planner& planner, const ir::Include& include) {
  const ir::TableUse& table = planner.Table(include.table);
  planner.builder.Add("\nLEFT JOIN ").Add(From(planner, table)).Add("\n   ON ");
  planner.builder.Add(FieldName(planner, include.left) + " = " + FieldName(planner, include.right));
  AddTenant(planner, table);
}

bool OneRow(const Planner& planner, const ir::TableUse& table, const Column& column) {
  std::vector<std::string_view> equal = {column.name};
  if (!table.single_tenant) equal.push_back(table.tenant->name);
  return MatchesOneRow(planner.Snapshot(), *table.resolved.table, equal);
}

// Ties can only remain between rows of tables without any key.
void AddOrder(Planner& planner) {
  std::string order;
  const auto add = [&](int table, const Column& key) {
    order += order.empty() ? "\nORDER BY " : ", ";
    order += QuoteName(planner.engine(), planner.Table(table).alias) + "." + QuoteName(planner.engine(), key.name);
  };
  std::vector<int> tables = {0};
  for (const ir::Include& include : planner.context.includes) tables.push_back(include.table);
  for (const int table : tables) {
    for (const Column* key : RowKey(planner.Snapshot(), *planner.Table(table).resolved.table)) add(table, *key);
  }
  planner.builder.Add(order);
}

}  // namespace

std::string RootColumnName(const ir::Context& context, const Column& column) {
  for (const ir::Slot& slot : context.slots) {
    if (slot.column.table == 0 && slot.column.column == &column) return std::string(slot.name);
  }
  return fmt::format("{}.{}", context.tables[0].alias, column.name);
}

std::optional<bundle::QueryPlan> PlanQuery(const ir::Context& context, const std::vector<const Column*>& root_keys,
                                           diag::Sink& sink) {
  if (!CanBePlanned(context, sink)) return std::nullopt;
  const ir::TableUse& root = context.tables[0];
  const schema::CatalogSource& source = *root.resolved.source;
  Planner planner{context, sink, StatementBuilder(source.engine), {}};
  planner.plan.source = source.name;
  if (const auto found = ToValueRef(nullptr, context.lookup_value, TravelType(*context.lookup.column)); !found) {
    ir::Report(sink, context, Kind::kPlanValueUnusable, context.lookup_value.span, found.error().message);
    return std::nullopt;
  }

  for (const ir::Slot& slot : context.slots)
    SelectColumn(planner, planner.Table(slot.column.table), *slot.column.column, slot.name);
  SelectKeys(planner, 0, RowKey(planner.Snapshot(), *root.resolved.table));
  SelectKeys(planner, 0, root_keys);
  for (const ir::Include& include : context.includes) {
    SelectKeys(planner, include.table, RowKey(planner.Snapshot(), *planner.Table(include.table).resolved.table));
  }

  planner.builder.Add("\nFROM ").Add(From(planner, root));
  planner.plan.many_rows = !OneRow(planner, root, *context.lookup.column);
  planner.plan.tables.push_back(root.resolved.name);
  for (const ir::Include& include : context.includes) {
    if (include.left.column == nullptr || include.right.column == nullptr) return std::nullopt;
    AddInclude(planner, include);
    planner.plan.many_rows |= !OneRow(planner, planner.Table(include.table), *IncludedSide(include).column);
    planner.plan.tables.push_back(planner.Table(include.table).resolved.name);
  }
  planner.builder.Add("\nWHERE ")
      .AddEquality(root.alias, *context.lookup.column,
                   *ToValueRef(nullptr, context.lookup_value, TravelType(*context.lookup.column)));
  AddTenant(planner, root);
  planner.plan.row_cap = planner.plan.many_rows ? kRowCap : 1;
  if (planner.plan.many_rows) AddOrder(planner);
  planner.builder.Add(fmt::format("\nLIMIT {}", planner.plan.row_cap + 1));

  std::vector<bundle::ResultColumn> columns = std::move(planner.plan.statement.columns);
  planner.plan.statement = std::move(planner.builder).Finish();
  planner.plan.statement.columns = std::move(columns);
  return std::move(planner.plan);
}

}  // namespace synapsor::plan
