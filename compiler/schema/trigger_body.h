// What a trigger's body is seen to do, from its text: which columns of the new row it assigns, and whether it may
// write anything else. Errs towards "may write elsewhere". Private to compiler/schema.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/schema/snapshot.h"
#include "compiler/schema/sql_lexer.h"

namespace synapsor::schema {

// Fills `assigns`, `may_write_elsewhere` and `function` (the body, shortened, unless a name stands there) of
// `trigger` on `table`. Names in `assigns` are the table's own spelling where it has the column.
void ReadTriggerBody(Trigger& trigger, const Table& table, std::string_view body, sql::Dialect dialect);

// The same for the trigger functions of PostgreSQL and its extensions that have no body to read, by name (without the
// schema) and arguments. False when `function` is none of them.
bool ReadKnownTriggerFunction(Trigger& trigger, const Table& table, std::string_view function,
                              const std::vector<std::string>& arguments);

}  // namespace synapsor::schema
