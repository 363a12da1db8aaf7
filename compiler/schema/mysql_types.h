// MySQL's and MariaDB's types and expressions in the model's terms, from the spelling of files and of
// information_schema alike. Private to compiler/schema.
#pragma once

#include <string>
#include <string_view>

#include "compiler/schema/snapshot.h"

namespace synapsor::schema {

// `spelling` as in information_schema.columns.column_type: "bigint(20) unsigned", "enum('a','b')". Display widths
// of integers are dropped, but tinyint(1) is boolean.
Type MysqlType(std::string_view spelling);

// An expression as both servers and people write it: CURRENT_TIMESTAMP(6) for every spelling of it.
std::string MysqlExpression(std::string_view text);

}  // namespace synapsor::schema
