#include "compiler/schema/pg_view.h"

#include <algorithm>
#include <utility>

namespace synapsor::schema::pg {
namespace {

constexpr int kMaxDepth = 200;

struct Relation {
  std::string alias;
  const Table* table = nullptr;
  bool optional = false;  // the nullable side of an outer join
};

void CollectRelations(Node item, const FindTableFn& find, bool optional, int depth, std::vector<Relation>& out,
                      bool& plain) {
  if (depth > kMaxDepth) return;
  if (const Node range = item.Tagged("RangeVar")) {
    const std::string name(range.Text("relname")), alias(range["alias"].Text("aliasname"));
    if (range["alias"]["colnames"]) plain = false;  // renamed columns
    out.push_back({alias.empty() ? name : alias, find(std::string(range.Text("schemaname")), name), optional});
    return;
  }
  plain = false;
  if (const Node join = item.Tagged("JoinExpr")) {
    const std::string_view type = join.Text("jointype");
    CollectRelations(join["larg"], find, optional || type == "JOIN_RIGHT" || type == "JOIN_FULL", depth + 1, out,
                     plain);
    CollectRelations(join["rarg"], find, optional || type == "JOIN_LEFT" || type == "JOIN_FULL", depth + 1, out, plain);
    return;
  }
  out.push_back({std::string(item.inside()["alias"].Text("aliasname")), nullptr, optional});
}

// Of the query's own column, through the views beneath to the base table.
Column Mapped(const Relation& relation, const Column& base, std::string name) {
  Column column;
  column.name = std::move(name);
  column.type = base.type;
  column.collation = base.collation;
  column.nullable = base.nullable || relation.optional;
  column.updatable = base.updatable && base.generated == Generated::kNo;
  const bool view = relation.table->kind == TableKind::kView || relation.table->kind == TableKind::kMaterializedView;
  column.base_schema = view ? base.base_schema : relation.table->schema;
  column.base_table = view ? base.base_table : relation.table->name;
  column.base_column = view ? base.base_column : base.name;
  if (column.base_column.empty()) column.updatable = false;
  return column;
}

Column Computed(std::string name) {
  Column column;
  column.name = std::move(name);
  column.updatable = false;
  return column;
}

// The name that PostgreSQL gives an unnamed output column.
std::string OutputName(Node value) {
  if (const Node call = value.Tagged("FuncCall")) return LastName(call["funcname"]);
  if (const Node cast = value.Tagged("TypeCast")) {
    const std::string inner = OutputName(cast["arg"]);
    return inner == "?column?" ? LastName(cast["typeName"]["names"]) : inner;
  }
  if (const Node ref = value.Tagged("ColumnRef")) return LastName(ref["fields"]);
  if (value.Tagged("CaseExpr")) return "case";
  if (value.Tagged("CoalesceExpr")) return "coalesce";
  return "?column?";
}

bool IsAggregate(Node value, int depth) {
  static constexpr std::string_view kAggregates[] = {"count",
                                                     "sum",
                                                     "avg",
                                                     "min",
                                                     "max",
                                                     "array_agg",
                                                     "string_agg",
                                                     "json_agg",
                                                     "jsonb_agg",
                                                     "json_object_agg",
                                                     "jsonb_object_agg",
                                                     "bool_and",
                                                     "bool_or",
                                                     "every",
                                                     "unnest",
                                                     "generate_series",
                                                     "xmlagg",
                                                     "stddev",
                                                     "variance"};
  if (const Node call = value.Tagged("FuncCall")) {
    if (call["over"] || call.Bool("agg_star")) return true;
    const std::string name = LastName(call["funcname"]);
    if (std::find(std::begin(kAggregates), std::end(kAggregates), name) != std::end(kAggregates)) return true;
  }
  if (value.Tagged("SubLink") || depth > kMaxDepth) return false;
  for (const Node child : value) {
    if (IsAggregate(child, depth + 1)) return true;
  }
  return false;
}

void AddStar(const Relation& relation, std::vector<Column>& columns) {
  if (relation.table == nullptr) return;
  for (const Column& base : relation.table->columns) columns.push_back(Mapped(relation, base, base.name));
}

void AddTarget(Node target, const std::vector<Relation>& relations, std::vector<Column>& columns) {
  const Node value = target["val"];
  std::string name(target.Text("name"));
  if (name.empty()) name = OutputName(value);
  const Node fields = value.Tagged("ColumnRef")["fields"];
  if (!fields || fields.size() > 2) {
    columns.push_back(Computed(std::move(name)));
    return;
  }
  const std::string qualifier = fields.size() == 2 ? std::string(fields.front().Tagged("String").Text("sval")) : "";
  if (fields.back().tag() == "A_Star") {
    for (const Relation& relation : relations) {
      if (qualifier.empty() || relation.alias == qualifier) AddStar(relation, columns);
    }
    return;
  }
  const std::string field = LastName(fields);
  const Relation* source = nullptr;
  const Column* base = nullptr;
  int candidates = 0;
  for (const Relation& relation : relations) {
    if (!qualifier.empty() && relation.alias != qualifier) continue;
    if (relation.table == nullptr) {
      ++candidates;
      continue;
    }
    if (const Column* found = relation.table->FindColumn(field)) {
      source = &relation;
      base = found;
      ++candidates;
    }
  }
  if (candidates != 1 || base == nullptr) {
    columns.push_back(Computed(std::move(name)));
    return;
  }
  columns.push_back(Mapped(*source, *base, std::move(name)));
}

}  // namespace

ViewShape ReadView(Node select, const FindTableFn& find) {
  ViewShape shape;
  if (select["op"] && select.Text("op") != "SETOP_NONE") {
    // The names come from the leftmost branch.
    Node left = select;
    for (int depth = 0; left["larg"] && depth < kMaxDepth; ++depth) left = left["larg"];
    for (Column& column : ReadView(left, find).columns) shape.columns.push_back(Computed(std::move(column.name)));
    return shape;
  }
  // A common table expression hides a table of the same name.
  const auto visible = [&](const std::string& schema, const std::string& name) -> const Table* {
    for (const Node cte : select["withClause"]["ctes"]) {
      if (schema.empty() && cte.Tagged("CommonTableExpr").Text("ctename") == name) return nullptr;
    }
    return find(schema, name);
  };
  bool plain = true;
  std::vector<Relation> relations;
  for (const Node item : select["fromClause"]) CollectRelations(item, visible, false, 0, relations, plain);
  bool aggregates = false;
  for (const Node item : select["targetList"]) {
    const Node target = item.Tagged("ResTarget");
    AddTarget(target, relations, shape.columns);
    aggregates = aggregates || IsAggregate(target["val"], 0);
  }
  const bool one = plain && relations.size() == 1 && relations[0].table != nullptr;
  shape.updatable =
      one && !aggregates && relations[0].table->updatable && relations[0].table->kind != TableKind::kMaterializedView;
  for (const std::string_view spoils :
       {"withClause", "distinctClause", "groupClause", "havingClause", "limitCount", "limitOffset", "windowClause"}) {
    if (select[spoils]) shape.updatable = false;
  }
  if (!shape.updatable) {
    for (Column& column : shape.columns) column.updatable = false;
  }
  return shape;
}

}  // namespace synapsor::schema::pg
