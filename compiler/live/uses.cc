#include "compiler/live/uses.h"

#include <algorithm>
#include <tuple>

namespace synapsor::live {
namespace {

class Collector {
 public:
  void Add(const ir::Context& context) {
    for (const ir::TableUse& table : context.tables) AddTable(table, false);
    AddColumn(context.tables, context.lookup);
    for (const ir::Include& include : context.includes) {
      AddColumn(context.tables, include.left);
      AddColumn(context.tables, include.right);
    }
    for (const ir::Search& search : context.searches) {
      AddColumn(context.tables, search.column);
      for (const ir::SearchFilter& filter : search.filters) AddColumn(context.tables, filter.column);
    }
    for (const ir::Slot& slot : context.slots) AddColumn(context.tables, slot.column);
  }

  void Add(const ir::Write& write) {
    AddTable(write.target, true);
    for (const ir::ColumnUse* use : {&write.key, &write.tenant, &write.guard_column})
      AddColumn(write.target, *use, false);
    for (const ir::WriteColumn& column : write.columns) AddColumn(write.target, column.column, true);
    if (write.audit) AddTable(*write.audit, true);
  }

  void Add(const ir::Plan& plan) {
    for (const ir::TableUse& table : plan.tables) AddTable(table, false);
    for (const ir::PlanStep& step : plan.steps) {
      for (const ir::PlanStep::Predicate& predicate : step.where) AddColumn(plan.tables, predicate.column);
      for (const ir::PlanStep::Output& output : step.outputs) AddColumn(plan.tables, output.column);
    }
  }

  std::vector<UsedTable> Finish() {
    std::vector<UsedTable> sorted;
    for (auto& [table, use] : uses_) sorted.push_back(std::move(use));
    std::sort(sorted.begin(), sorted.end(), [](const UsedTable& a, const UsedTable& b) {
      return std::tie(a.source->name, a.table->schema, a.table->name) <
             std::tie(b.source->name, b.table->schema, b.table->name);
    });
    return sorted;
  }

 private:
  UsedTable* AddTable(const ir::TableUse& use, bool written) {
    if (use.poisoned || use.resolved.table == nullptr) return nullptr;
    UsedTable& entry = uses_[use.resolved.table];
    if (entry.table == nullptr) {
      entry.source = use.resolved.source;
      entry.table = use.resolved.table;
      entry.span = use.syntax.span;
    }
    if (written && !entry.written) entry.write_span = use.syntax.span;
    entry.written = entry.written || written;
    if (use.tenant != nullptr) {
      UsedColumn& column = Column(entry, *use.tenant, use.syntax.span);
      column.tenant = true;
    }
    return &entry;
  }

  void AddColumn(const std::vector<ir::TableUse>& tables, const ir::ColumnUse& use) {
    if (use.table >= 0) AddColumn(tables[static_cast<std::size_t>(use.table)], use, false);
  }

  void AddColumn(const ir::TableUse& table, const ir::ColumnUse& use, bool written) {
    if (use.poisoned || use.column == nullptr || table.poisoned || table.resolved.table == nullptr) return;
    UsedColumn& column =
        Column(*AddTable(table, false), *use.column, use.span.has_value() ? use.span : table.syntax.span);
    column.written = column.written || written;
  }

  static UsedColumn& Column(UsedTable& table, const schema::Column& column, Span span) {
    UsedColumn& entry = table.columns[column.name];
    if (entry.column == nullptr) {
      entry.column = &column;
      entry.span = span;
    }
    return entry;
  }

  std::map<const schema::Table*, UsedTable> uses_;
};

void AddName(std::vector<NamedPlace>& places, std::string_view name, Span span) {
  if (!name.empty() && span.has_value()) places.push_back({name, span});
}

void AddColumnName(std::vector<NamedPlace>& places, const ir::ColumnUse& use) {
  AddName(places, use.column != nullptr ? std::string_view(use.column->name) : use.name, use.span);
}

void AddTableNames(std::vector<NamedPlace>& places, const ir::TableUse& table) {
  AddName(places, table.tenant_column, table.syntax.span);
  AddName(places, table.alias, table.syntax.span);
  AddName(places, table.resolved.name, table.syntax.span);
}

}  // namespace

Span UsedTable::SpanOf(std::string_view column) const {
  const auto found = columns.find(std::string(column));
  return found == columns.end() ? span : found->second.span;
}

std::vector<UsedTable> CollectUses(const ir::Program& program) {
  Collector collector;
  for (const ir::Context& context : program.contexts) collector.Add(context);
  for (const ir::Capability& capability : program.capabilities) {
    if (capability.write) collector.Add(*capability.write);
    if (capability.plan) collector.Add(*capability.plan);
  }
  return collector.Finish();
}

std::vector<NamedPlace> PlacesOf(const ir::Context& context) {
  std::vector<NamedPlace> places;
  AddColumnName(places, context.lookup);
  for (const ir::Slot& slot : context.slots) AddColumnName(places, slot.column);
  for (const ir::Include& include : context.includes) {
    AddColumnName(places, include.left);
    AddColumnName(places, include.right);
  }
  for (const ir::TableUse& table : context.tables) AddTableNames(places, table);
  return places;
}

std::vector<NamedPlace> PlacesOf(const ir::Write& write) {
  std::vector<NamedPlace> places;
  for (const ir::ColumnUse* use : {&write.key, &write.tenant, &write.guard_column}) AddColumnName(places, *use);
  for (const ir::WriteColumn& column : write.columns) AddColumnName(places, column.column);
  if (write.audit) AddTableNames(places, *write.audit);
  AddTableNames(places, write.target);
  return places;
}

}  // namespace synapsor::live
