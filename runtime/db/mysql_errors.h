// Error numbers of MySQL and MariaDB. Private to runtime/db.
#pragma once

#include <string_view>

#include "runtime/db/database.h"

namespace synapsor::db {

FailureKind KindOfMysqlError(int number, std::string_view sql_state);

// After these nothing more can be asked of the connection.
bool MysqlConnectionIsLost(int number);

}  // namespace synapsor::db
