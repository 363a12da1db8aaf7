// Which base columns a PostgreSQL view's columns are, and whether it takes an UPDATE, from its query's parse tree.
// Errs towards "computed" and "not updatable". Private to compiler/schema.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "compiler/schema/pg_tree.h"
#include "compiler/schema/snapshot.h"

namespace synapsor::schema::pg {

// A table by the names that a query writes; the schema may be empty. Null: not known.
using FindTableFn = std::function<const Table*(const std::string& schema, const std::string& table)>;

struct ViewShape {
  std::vector<Column> columns;  // names, types and base columns, as far as the query shows them
  bool updatable = false;
};

ViewShape ReadView(Node select_statement, const FindTableFn& find);

}  // namespace synapsor::schema::pg
