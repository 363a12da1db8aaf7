// The schema of an open SQLite database, from sqlite_master and pragmas: what a file loaded into memory and a live
// database have in common. Private to compiler/schema.
#pragma once

#include <string>

#include "compiler/schema/snapshot.h"
#include "runtime/base/result.h"

struct sqlite3;

namespace synapsor::schema {

// A declared type by SQLite's affinity rules, sharpened by the usual names (VARCHAR(40), DECIMAL(12,2), BOOLEAN…).
// `strict` tables hold what their type says; others may hold anything.
Type SqliteType(const std::string& declared);

// Reads the schema `main`. Errors name `what`, never a path or value.
Result<Snapshot> ReadSqliteDatabase(sqlite3* database, const std::string& what);

}  // namespace synapsor::schema
