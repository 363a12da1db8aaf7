// What the scripts of the engines share in spelling. Private to grants*.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/plan/grants.h"

namespace synapsor::plan {

std::string PrintPostgresGrants(const SourceGrants& grants, const GrantNames& names, const GrantOptions& options);
std::string PrintMysqlGrants(const SourceGrants& grants, const GrantNames& names, const GrantOptions& options);

// One or more lines of comment, wrapped; whatever stands in a name, it stays a comment.
std::string Comment(std::string_view text);
// A heading: an empty line, then a comment.
std::string Section(std::string_view text);

// ("id", "tenant_id")
std::string ColumnList(schema::Engine engine, const std::set<std::string>& columns);

// BEGIN and what the rest relies on: literals are read as they stand, nothing is found in a schema
// where others may create.
std::string BeginPostgres();

// PostgreSQL with standard_conforming_strings: 'it''s'.
std::string TextLiteral(std::string_view text);
// MySQL and MariaDB with backslash escapes: 'it''s'. It holds neither the beginning nor the end of a comment.
std::string MysqlLiteral(std::string_view text);
// DO with a body that no name in it can end.
std::string DoBlock(const std::string& body);
// Makes each role (name, whether it logs in), refuses one that somebody else made or that is above
// all grants, and lets it connect. `mark` is the comment by which a role is known as made here, for
// this very purpose.
std::string PostgresRoles(const std::vector<std::pair<std::string, bool>>& roles, std::string_view mark);

}  // namespace synapsor::plan
