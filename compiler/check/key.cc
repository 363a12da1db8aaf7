// Whether a look-up finds at most one row, and finds it by an index. The tenant predicate is always part of it.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/check/rules.h"
#include "compiler/check/support.h"

namespace synapsor::check {
namespace {

struct Key {
  const schema::Table* table = nullptr;  // physical; null: nothing is known
  std::string_view column, tenant;       // physical names; tenant may be empty
};

Key KeyOf(const ir::TableUse& table, const ir::ColumnUse& column, std::string_view tenant_name) {
  if (column.poisoned || column.column == nullptr) return {};
  const Physical physical = PhysicalColumn(table, column.column);
  if (physical.column == nullptr) return {};
  // A view over several tables may repeat the rows of each: its keys are unknown.
  if (physical.table != table.resolved.table && PhysicalTable(table) == nullptr) return {};
  Key key{physical.table, physical.column->name, {}};
  if (tenant_name.empty()) return key;
  const schema::Column* tenant = table.resolved.table->FindColumn(tenant_name);
  if (tenant == nullptr) return {};  // reported where the tenant column is looked for
  const Physical base = PhysicalColumn(table, tenant);
  if (base.column != nullptr) key.tenant = base.column->name;
  return key;
}

bool InKey(const Key& key, std::string_view column) {
  return ir::SameName(column, key.column) || (!key.tenant.empty() && ir::SameName(column, key.tenant));
}

bool IsUnique(const Key& key) {
  const auto covers = [&](const std::vector<std::string>& columns) {
    return !columns.empty() &&
           std::all_of(columns.begin(), columns.end(), [&](const std::string& c) { return InKey(key, c); });
  };
  if (covers(key.table->primary_key)) return true;
  return std::any_of(key.table->indexes.begin(), key.table->indexes.end(), [&](const schema::Index& index) {
    return index.unique && index.valid && !index.partial && covers(index.columns);
  });
}

// An index that begins with the looked-up column, or with the tenant and then that column.
bool HasIndex(const Key& key) {
  const auto serves = [&](const std::vector<std::string>& columns) {
    for (const std::string& column : columns) {
      if (ir::SameName(column, key.column)) return true;
      if (!InKey(key, column)) return false;
    }
    return false;
  };
  if (serves(key.table->primary_key)) return true;
  return std::any_of(key.table->indexes.begin(), key.table->indexes.end(), [&](const schema::Index& index) {
    return index.valid && !index.partial && serves(index.columns);
  });
}

// A unique key over the looked-up column and one that is not the tenant's.
const schema::Index* UniqueUnderOtherScope(const Key& key) {
  if (ir::SameName(key.column, key.tenant)) return nullptr;  // every row of the tenant is meant
  const auto found =
      std::find_if(key.table->indexes.begin(), key.table->indexes.end(), [&](const schema::Index& index) {
        return index.unique && !index.partial && index.columns.size() > 1 &&
               std::any_of(index.columns.begin(), index.columns.end(),
                           [&](const auto& c) { return ir::SameName(c, key.column); });
      });
  return found == key.table->indexes.end() ? nullptr : &*found;
}

std::string KeysOf(const schema::Table& table) {
  std::string text;
  for (const schema::Index& index : table.indexes) {
    if (!index.unique || index.partial) continue;
    text += fmt::format("{}({})", text.empty() ? "" : ", ", fmt::join(index.columns, ", "));
  }
  if (text.empty() && !table.primary_key.empty()) text = fmt::format("({})", fmt::join(table.primary_key, ", "));
  return text.empty() ? "has no unique key" : "unique: " + text;
}

template <typename Entity>
void ReportNotUnique(CheckContext& cx, const Entity& entity, const ir::TableUse& table, const ir::ColumnUse& column,
                     const Key& key, Kind kind) {
  if (const schema::Index* other = UniqueUnderOtherScope(key)) {
    Report(cx.sink, entity, Kind::kKeyUniqueUnderOtherScope, column.span,
           fmt::format("`{}` is unique only together with columns that are not the tenant's", column.name))
        .WithPhrase("more than one row of a tenant may match")
        .WithSchema(ir::SchemaPlace(table),
                    fmt::format("unique index {} ({})", other->name, fmt::join(other->columns, ", ")))
        .WithHelp("look the row up by a key that is unique within the tenant");
    return;
  }
  Report(cx.sink, entity, kind, column.span,
         fmt::format("`{}` is not a unique key of `{}`", column.name, ir::TableName(table)))
      .WithPhrase("more than one row of a tenant may match")
      .WithSchema(ir::SchemaPlace(table), KeysOf(*key.table))
      .WithHelp("look the row up by its primary key or another unique key");
}

template <typename Entity>
void ReportNoIndex(CheckContext& cx, const Entity& entity, const ir::TableUse& table, const ir::ColumnUse& column) {
  Report(cx.sink, entity, Kind::kLookupWithoutIndex, column.span,
         fmt::format("no index of `{}` serves a look-up by `{}`", ir::TableName(table), column.name))
      .WithPhrase("every call would read the whole tenant or table")
      .WithHelp(table.tenant_column.empty()
                    ? fmt::format("create an index on ({})", column.name)
                    : fmt::format("create an index on ({}, {})", table.tenant_column, column.name));
}

}  // namespace

void CheckWriteKey(CheckContext& cx) {
  for (const ir::Capability& capability : cx.program.capabilities) {
    if (!capability.write || capability.write->target.poisoned) continue;
    const ir::Write& write = *capability.write;
    // TENANT may name another column, which is a fault of its own.
    const std::string_view tenant = write.target.tenant != nullptr   ? std::string_view(write.target.tenant->name)
                                    : write.tenant.column != nullptr ? std::string_view(write.tenant.column->name)
                                                                     : std::string_view(write.target.tenant_column);
    const Key key = KeyOf(write.target, write.key, tenant);
    if (key.table == nullptr || IsUnique(key)) continue;
    ReportNotUnique(cx, capability, write.target, write.key, key, Kind::kWriteKeyNotUnique);
  }
}

void CheckRootKey(CheckContext& cx) {
  for (const ir::Context& context : cx.program.contexts) {
    if (context.poisoned) continue;
    if (context.lookup.table == 0) {
      const ir::TableUse& root = context.tables[0];
      const Key key = KeyOf(root, context.lookup, root.tenant_column);
      if (key.table != nullptr && !IsUnique(key)) {
        ReportNotUnique(cx, context, root, context.lookup, key, Kind::kRootLookupNotUnique);
        if (!HasIndex(key)) ReportNoIndex(cx, context, root, context.lookup);
      }
    }
    for (const ir::Include& include : context.includes) {
      const ir::ColumnUse& joined = include.left.table == include.table ? include.left : include.right;
      const ir::ColumnUse& other = include.left.table == include.table ? include.right : include.left;
      if (joined.table != include.table || other.table < 0 || other.table >= include.table) continue;
      const ir::TableUse& table = context.tables[static_cast<std::size_t>(include.table)];
      const Key key = KeyOf(table, joined, table.tenant_column);
      if (key.table != nullptr && !HasIndex(key)) ReportNoIndex(cx, context, table, joined);
    }
  }
}

}  // namespace synapsor::check
