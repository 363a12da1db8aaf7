// Error numbers of MySQL and MariaDB. Private to runtime/db.
#pragma once

#include <string_view>

#include "runtime/db/database.h"

namespace synapsor::db {

FailureKind KindOfMysqlError(int number, std::string_view sql_state);

// After these nothing more can be asked of the connection.
bool MysqlConnectionIsLost(int number);

// Whether a COMMIT that was answered with such a failure has certainly not taken place: the server rolled back, or may
// not write. Of any other, killed and timed out ones among them, it may have.
bool MysqlCommitWasRefused(FailureKind kind);

}  // namespace synapsor::db
