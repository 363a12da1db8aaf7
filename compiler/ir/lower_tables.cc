// Tables, aliases and columns, with their tenant columns and visibility.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/ir/lowering.h"

namespace synapsor::ir {
namespace {

using diag::Kind;
using schema::LookupProblem;

const schema::Lookup& FindTable(Lowering& lowering, const ast::TableRef& syntax) {
  std::string key;
  if (syntax.schema.present()) key.append(syntax.schema.text).push_back('.');
  key.append(syntax.table.text);
  const auto found = lowering.tables.find(key);
  if (found != lowering.tables.end()) return found->second;
  schema::Lookup lookup = lowering.catalog.Find(syntax.schema.text, syntax.table.text);
  return lowering.tables.emplace(std::move(key), std::move(lookup)).first->second;
}

std::string ProblemMessage(const ast::TableRef& syntax, const schema::Lookup& lookup) {
  const std::string_view name = syntax.table.text;
  switch (lookup.problem) {
    case LookupProblem::kAmbiguousSource: return fmt::format("`{}` may lie in more than one source", name);
    case LookupProblem::kAmbiguousSchema: return fmt::format("more than one schema has a table `{}`", name);
    case LookupProblem::kUnknownSource: return fmt::format("the source of `{}` is not configured", name);
    default: break;
  }
  // Where the configuration gives it another name, that is the one to correct.
  const config::Table* mapping = lookup.table.mapping;
  if (mapping == nullptr || (mapping->real_name.empty() && mapping->real_schema.empty()))
    return fmt::format("there is no table `{}` in the schema", name);
  return fmt::format("the configuration says that `{}` is `{}{}{}`, and there is no such table in the schema", name,
                     lookup.table.schema, lookup.table.schema.empty() ? "" : ".", lookup.table.name);
}

Kind ProblemKind(LookupProblem problem) {
  switch (problem) {
    case LookupProblem::kAmbiguousSource:
    case LookupProblem::kAmbiguousSchema:
    case LookupProblem::kUnknownSource: return Kind::kAmbiguousTable;
    default: return Kind::kUnknownTable;
  }
}

std::string ProblemHelp(const schema::Lookup& lookup) {
  switch (lookup.problem) {
    case LookupProblem::kAmbiguousSource: return "name its source under `tables` in the configuration";
    case LookupProblem::kAmbiguousSchema: return "write the schema before the table, `schema.table`";
    case LookupProblem::kUnknownSource:
      return fmt::format("`tables` names the source `{}`, which `sources` does not have", lookup.nearest);
    default:
      return lookup.nearest.empty() ? "check the name, or read the schema again if the table is new"
                                    : fmt::format("did you mean `{}`?", lookup.nearest);
  }
}

bool IsKeptOut(const config::Table* mapping, std::string_view column) {
  return mapping != nullptr && std::any_of(mapping->keep_out.begin(), mapping->keep_out.end(),
                                           [&](const std::string& name) { return SameName(name, column); });
}

// A view does not launder a column that is kept out of its base table.
bool IsKeptOutColumn(const Lowering& lowering, const TableUse& table, const ColumnUse& use) {
  if (lowering.config().tables.empty()) return false;
  if (IsKeptOut(table.resolved.mapping, use.name)) return true;
  const std::string_view name = use.column != nullptr ? use.column->name : use.name;
  if (lowering.catalog.IsKeptOut(table.resolved.schema, table.resolved.name, name)) return true;
  return use.column != nullptr && !use.column->base_table.empty() &&
         lowering.catalog.IsKeptOut(use.column->base_schema, use.column->base_table, use.column->base_column);
}

}  // namespace

const schema::Column* FindColumn(const schema::Table& table, std::string_view name) {
  const auto exact =
      std::find_if(table.columns.begin(), table.columns.end(), [&](const schema::Column& c) { return c.name == name; });
  if (exact != table.columns.end()) return &*exact;
  const auto folded = std::find_if(table.columns.begin(), table.columns.end(),
                                   [&](const schema::Column& c) { return SameName(c.name, name); });
  return folded == table.columns.end() ? nullptr : &*folded;
}

template <typename Entity>
TableUse UseTable(Lowering& lowering, const Entity& entity, const ast::TableRef& syntax, const ast::Name& alias,
                  std::string_view tenant_name, bool report) {
  TableUse use;
  use.syntax = syntax;
  use.alias = alias.present() ? alias.text : syntax.table.text;
  use.alias_span = alias.present() ? alias.span : syntax.table.span;
  const schema::Lookup& lookup = FindTable(lowering, syntax);
  use.resolved = lookup.table;
  if (lookup.problem != LookupProblem::kNone) {
    use.poisoned = true;
    if (report) {
      Report(lowering.sink, entity, ProblemKind(lookup.problem), syntax.span, ProblemMessage(syntax, lookup))
          .WithHelp(ProblemHelp(lookup));
    }
    return use;
  }
  const config::Table* mapping = use.resolved.mapping;
  use.single_tenant = mapping != nullptr && mapping->single_tenant;
  if (use.single_tenant) return use;
  use.tenant_column = mapping != nullptr && !mapping->tenant_column.empty() ? mapping->tenant_column : tenant_name;
  if (use.resolved.table != nullptr && !use.tenant_column.empty()) {
    use.tenant = FindColumn(*use.resolved.table, use.tenant_column);
    if (use.tenant != nullptr) use.tenant_column = use.tenant->name;
  }
  return use;
}

template <typename Entity>
ColumnUse UseColumn(Lowering& lowering, const Entity& entity, const std::vector<TableUse>& tables, int index,
                    const ast::Name& name, Visibility visibility) {
  ColumnUse use;
  use.table = index;
  use.name = name.text;
  use.span = name.span;
  use.visibility = visibility;
  const TableUse& table = tables[static_cast<std::size_t>(index)];
  use.poisoned = table.poisoned;
  if (!use.poisoned && table.resolved.table != nullptr) {
    use.column = FindColumn(*table.resolved.table, name.text);
    if (use.column == nullptr) {
      use.poisoned = true;
      std::vector<std::string_view> columns;
      for (const schema::Column& column : table.resolved.table->columns) columns.push_back(column.name);
      Report(lowering.sink, entity, Kind::kUnknownColumn, name.span,
             fmt::format("`{}` has no column `{}`", TableName(table), name.text))
          .WithPhrase("no such column")
          .WithSchema(SchemaPlace(table), fmt::format("has {}", ListNames(columns, 12)))
          .WithHelp(DidYouMean(
              name.text, columns,
              fmt::format("name an existing column, or add `{}` to the table and read the schema again", name.text)));
    }
  }
  if (IsKeptOutColumn(lowering, table, use)) use.visibility = Visibility::kKeptOut;
  return use;
}

template <typename Entity>
ColumnUse UseField(Lowering& lowering, const Entity& entity, const std::vector<TableUse>& tables,
                   const ast::FieldRef& field, Visibility visibility, bool by_table_name) {
  for (std::size_t i = 0; i < tables.size(); ++i) {
    if (SameName(tables[i].alias, field.alias.text))
      return UseColumn(lowering, entity, tables, static_cast<int>(i), field.column, visibility);
  }
  for (std::size_t i = tables.size(); by_table_name && i-- > 0;) {
    if (SameName(tables[i].syntax.table.text, field.alias.text))
      return UseColumn(lowering, entity, tables, static_cast<int>(i), field.column, visibility);
  }
  std::vector<std::string_view> aliases;
  for (const TableUse& table : tables) aliases.push_back(table.alias);
  Report(lowering.sink, entity, Kind::kUnknownAlias, field.alias.span,
         fmt::format("no table here has the alias `{}`", field.alias.text))
      .WithHelp(DidYouMean(field.alias.text, aliases,
                           aliases.empty() ? std::string("no table is declared before this clause")
                                           : fmt::format("the aliases are {}", ListNames(aliases))));
  ColumnUse use;
  use.name = field.column.text;
  use.span = field.column.span;
  use.visibility = visibility;
  use.poisoned = true;
  return use;
}

template TableUse UseTable(Lowering&, const Context&, const ast::TableRef&, const ast::Name&, std::string_view, bool);
template TableUse UseTable(Lowering&, const Capability&, const ast::TableRef&, const ast::Name&, std::string_view,
                           bool);
template ColumnUse UseColumn(Lowering&, const Context&, const std::vector<TableUse>&, int, const ast::Name&,
                             Visibility);
template ColumnUse UseColumn(Lowering&, const Capability&, const std::vector<TableUse>&, int, const ast::Name&,
                             Visibility);
template ColumnUse UseField(Lowering&, const Context&, const std::vector<TableUse>&, const ast::FieldRef&, Visibility,
                            bool);
template ColumnUse UseField(Lowering&, const Capability&, const std::vector<TableUse>&, const ast::FieldRef&,
                            Visibility, bool);

}  // namespace synapsor::ir
