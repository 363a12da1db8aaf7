// How scalars travel to and from PostgreSQL. Private to runtime/db.
#pragma once

#include <string_view>

#include "runtime/db/database.h"

namespace synapsor::db {

using PostgresOid = unsigned int;  // libpq's Oid

// The parameter's type as it is told to the server, or 0 where the server's own inference is right
// (enums, domains, extension types, unknown names). A wrong OID would hide an index or compare in
// another type.
PostgresOid ParameterOid(const bundle::Param& param);

// Whether a result column of that type is what the plan declares. Any type without a scalar of its
// own is text.
bool ColumnTypeMatches(PostgresOid found, ScalarType declared);

// A value as text of that OID under the pinned session settings.
DbResult<Scalar> ReadPostgres(PostgresOid oid, std::string_view text, const bundle::ResultColumn& column);

// SQLSTATE to what callers decide by.
FailureKind KindOfSqlState(std::string_view state);

}  // namespace synapsor::db
