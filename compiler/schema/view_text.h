// The base columns behind a view's columns, from the text of a SELECT in SQLite's or MySQL's spelling. Errs towards
// "computed" and "not updatable". Private to compiler/schema.
#pragma once

#include <string>
#include <vector>

#include "compiler/schema/snapshot.h"
#include "compiler/schema/sql_lexer.h"

namespace synapsor::schema {

struct SimpleView {
  struct Output {
    std::string name;    // may be empty: an expression without a name
    std::string column;  // of the one table; empty: computed
    bool star = false;
  };
  std::string schema, table;  // the one table that it reads; empty: another form
  std::vector<Output> outputs;
  bool one_row_each = false;  // every row is one row of the table, without DISTINCT, GROUP BY, LIMIT or UNION
};

// `text` may begin with CREATE … VIEW … AS.
SimpleView ReadSimpleView(std::string_view text, sql::Dialect dialect);

// Gives the columns of `view` (by position, all present) their base columns in `snapshot`, through views beneath,
// and its `updatable`.
void MapViewColumns(const Snapshot& snapshot, Table& view, const SimpleView& shape);

}  // namespace synapsor::schema
