// What simple CHECK constraints say, read from their text: lists of values, bounds and lengths of one column, also
// joined by AND. Sound, not complete: what is reported follows from the constraint; anything else is left unsaid.
// A CHECK lets NULL pass; nothing here says otherwise. Private to compiler/schema.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/schema/snapshot.h"
#include "compiler/schema/sql_lexer.h"

namespace synapsor::schema {

// The constraint as entries of a table: one for each column that it constrains simply, all with the whole
// expression, or one without a column. `value_column` stands for VALUE in the CHECK of a domain.
std::vector<CheckConstraint> ReadCheck(const Table& table, std::string name, std::string_view expression,
                                       sql::Dialect dialect, std::string_view value_column = {});

}  // namespace synapsor::schema
