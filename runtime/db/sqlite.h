// SQLite files as sources. Private to runtime/db and its tests.
#pragma once

#include <memory>
#include <string>

#include "runtime/db/connector.h"

namespace synapsor::db {

// The file must exist: nothing is ever created. A reader opens it read-only; only to undo the change
// of a writer that died is the file opened with the right to write. SQLite has no column
// types that bind, so each value read is checked against the declared type; text forms of dates,
// decimals and UUIDs are returned as stored, because guards compare the stored text.
std::unique_ptr<Connector> MakeSqliteConnector(std::string path, const ConnectOptions& options);

}  // namespace synapsor::db
