// MySQL's and MariaDB's types and expressions in the model's terms, from the spelling of files and of
// information_schema alike. Private to compiler/schema.
#pragma once

#include <string>
#include <string_view>

#include "compiler/schema/snapshot.h"

namespace synapsor::schema {

// `spelling` as in information_schema.columns.column_type: "bigint(20) unsigned", "enum('a','b')". Display widths
// of integers are dropped, but tinyint(1) is boolean, and so is bit(1).
Type MysqlType(std::string_view spelling);

// An expression as both servers and people write it: CURRENT_TIMESTAMP(6) for every spelling of it.
std::string MysqlExpression(std::string_view text);

// MySQL's information_schema tells expressions with their quotes and backslashes escaped once more, and with each byte of
// a character outside ASCII as a character of its own; this takes both off.
std::string MysqlCatalogText(std::string_view told);

// A body that was written under ANSI_QUOTES, with its names quoted as ever.
std::string MysqlWithoutAnsiQuotes(std::string_view body);

// A default that MySQL's information_schema tells as a bare value, as an expression.
std::string MysqlValueDefault(std::string_view value, const Type& type);

// A default as files write it, with the quotes off a number's: both servers and people write DEFAULT '0' for INT.
std::string MysqlWrittenDefault(std::string expression, const Type& type);

}  // namespace synapsor::schema
