#include "compiler/plan/uniqueness.h"

#include <algorithm>

namespace synapsor::plan {
namespace {

using schema::Index;
using schema::Table;

bool Holds(const Index& index) { return index.unique && !index.partial && index.valid && !index.columns.empty(); }

template <typename Names>
bool Within(const std::vector<std::string>& key, const Names& columns) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [&](const std::string& name) {
    return std::find(columns.begin(), columns.end(), name) != columns.end();
  });
}

bool TableMatchesOneRow(const Table& table, const std::vector<std::string_view>& columns) {
  if (Within(table.primary_key, columns)) return true;
  return std::any_of(table.indexes.begin(), table.indexes.end(),
                     [&](const Index& index) { return Holds(index) && Within(index.columns, columns); });
}

// The base columns behind view columns; empty when they do not all belong to one table, or the view may repeat its rows.
const Table* BaseOf(const schema::Snapshot& snapshot, const Table& view, const std::vector<std::string_view>& columns,
                    std::vector<std::string_view>& base_columns) {
  if (view.kind != schema::TableKind::kView || !view.updatable) return nullptr;
  const Table* base = nullptr;
  for (const std::string_view name : columns) {
    const schema::Column* column = view.FindColumn(name);
    if (column == nullptr || column->base_table.empty()) continue;
    const Table* found = snapshot.FindTable(column->base_schema, column->base_table);
    if (found == nullptr || (base != nullptr && base != found)) return nullptr;
    base = found;
    base_columns.push_back(column->base_column);
  }
  return base;
}

const schema::Column* NotNull(const Table& table, const std::string& name) {
  const schema::Column* column = table.FindColumn(name);
  return column == nullptr || column->nullable ? nullptr : column;
}

std::vector<const schema::Column*> KeyOfTable(const Table& table) {
  std::vector<const schema::Column*> key;
  for (const std::string& name : table.primary_key) {
    if (const schema::Column* column = table.FindColumn(name)) key.push_back(column);
  }
  if (!key.empty()) return key;
  for (const Index& index : table.indexes) {
    if (!Holds(index)) continue;
    for (const std::string& name : index.columns) {
      if (const schema::Column* column = NotNull(table, name)) key.push_back(column);
    }
    if (key.size() == index.columns.size()) return key;
    key.clear();
  }
  return key;
}

}  // namespace

bool MatchesOneRow(const schema::Snapshot& snapshot, const Table& table, const std::vector<std::string_view>& columns) {
  if (TableMatchesOneRow(table, columns)) return true;
  std::vector<std::string_view> base_columns;
  const Table* base = BaseOf(snapshot, table, columns, base_columns);
  return base != nullptr && TableMatchesOneRow(*base, base_columns);
}

std::vector<const schema::Column*> RowKey(const schema::Snapshot& snapshot, const Table& table) {
  if (table.kind != schema::TableKind::kView || !table.updatable) return KeyOfTable(table);
  const Table* base = nullptr;
  for (const schema::Column& column : table.columns) {
    if (base == nullptr && !column.base_table.empty()) base = snapshot.FindTable(column.base_schema, column.base_table);
  }
  std::vector<const schema::Column*> key;
  if (base == nullptr) return key;
  const std::vector<const schema::Column*> base_key = KeyOfTable(*base);
  for (const schema::Column* part : base_key) {
    const auto shown = std::find_if(table.columns.begin(), table.columns.end(), [&](const schema::Column& column) {
      return column.base_table == base->name && column.base_schema == base->schema && column.base_column == part->name;
    });
    if (shown != table.columns.end()) key.push_back(&*shown);
  }
  if (key.size() != base_key.size()) key.clear();
  return key;
}

bool InPrimaryKey(const Table& table, std::string_view column) {
  return std::find(table.primary_key.begin(), table.primary_key.end(), column) != table.primary_key.end();
}

bool InUniqueKey(const Table& table, std::string_view column) {
  return InPrimaryKey(table, column) ||
         std::any_of(table.indexes.begin(), table.indexes.end(), [&](const Index& index) {
           return Holds(index) && std::find(index.columns.begin(), index.columns.end(), column) != index.columns.end();
         });
}

}  // namespace synapsor::plan
