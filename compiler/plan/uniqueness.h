// Which columns name at most one row of a table.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/schema/snapshot.h"

namespace synapsor::plan {

// Whether equality on `columns` (real names) matches at most one row: a primary key or a unique index that holds for every
// row lies within them. For a view of one table, the keys of that table count.
bool MatchesOneRow(const schema::Snapshot& snapshot, const schema::Table& table,
                   const std::vector<std::string_view>& columns);

// Columns that order the rows of a table without ties: its primary key, else its first unique key without nullable columns,
// else none. For a view of one table, the columns that show that table's key.
std::vector<const schema::Column*> RowKey(const schema::Snapshot& snapshot, const schema::Table& table);

bool InPrimaryKey(const schema::Table& table, std::string_view column);
bool InUniqueKey(const schema::Table& table, std::string_view column);

}  // namespace synapsor::plan
