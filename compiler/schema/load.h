// A schema from a file: a snapshot (`.json`), or SQL read offline - PostgreSQL's dialect through libpg_query, SQLite's by
// loading it into an in-memory SQLite, MySQL's by our own reader of CREATE TABLE and CREATE INDEX.
#pragma once

#include <string>
#include <string_view>

#include "compiler/schema/snapshot.h"
#include "runtime/base/result.h"

namespace synapsor::schema {

// A statement that the reader does not understand is an error that names its line; statements without bearing on
// tables (GRANT, SET, COMMENT, INSERT, …) are passed over. A `.json` path is a snapshot and must be of `engine`'s
// family. Never touches another file, never connects; any bytes give a snapshot or an error.
Result<Snapshot> LoadSchemaFile(const std::string& path, Engine engine);

// A snapshot file of whatever engine.
Result<Snapshot> LoadSnapshotFile(const std::string& path);

Result<Snapshot> ReadPostgresSql(std::string_view sql, const std::string& path);
Result<Snapshot> ReadSqliteSql(std::string_view sql, const std::string& path);
Result<Snapshot> ReadMysqlSql(std::string_view sql, const std::string& path);

}  // namespace synapsor::schema
