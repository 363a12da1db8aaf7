// What a live source says about one table's columns, in the terms that bundles fingerprint. Read through the same prepared
// statements as everything else; names are parameters.
#pragma once

#include <string>
#include <vector>

#include "runtime/bundle/fingerprint.h"
#include "runtime/db/database.h"

namespace synapsor::db {

struct LiveTable {
  bool exists = false;
  bool facts_are_known = true;  // false: a view of an engine that does not say what its columns are
  // False: MySQL's or MariaDB's storage engine keeps what is rolled back (MyISAM).
  bool rolls_back = true;
  std::vector<bundle::ColumnFacts> columns;
};

// An empty `schema` is SQLite's `main` and the current database of MySQL.
DbResult<LiveTable> ReadLiveTable(Connection& connection, const std::string& engine, const std::string& schema,
                                  const std::string& table);

}  // namespace synapsor::db
