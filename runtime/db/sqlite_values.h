// How scalars travel to and from SQLite statements. Private to runtime/db/sqlite.cc.
#pragma once

#include "runtime/db/database.h"

struct sqlite3_stmt;

namespace synapsor::db {

// Binds parameter `position` (1-based). Text and blobs are bound without a copy: `value` outlives
// the step.
DbResult<void> BindSqlite(sqlite3_stmt* statement, int position, const Scalar& value);

// The value in column `index` (0-based) of the current row, as `column` declares it.
DbResult<Scalar> ReadSqlite(sqlite3_stmt* statement, int index, const bundle::ResultColumn& column);

}  // namespace synapsor::db
