// What a plan takes for granted about the columns it uses, as one digest: computed by the compiler from its snapshot and
// by the runtime from the live catalog. Decides what counts as drift; not where the rows come from.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace synapsor::bundle {

// One used column. `declared` is the database's own spelling (format_type on PostgreSQL, column_type on MySQL, the
// declared type on SQLite); differences of spelling that mean the same type are levelled out.
struct ColumnFacts {
  std::string name;
  std::string declared;
  bool nullable = true;
  bool in_primary_key = false;
  bool in_unique_key = false;  // of a unique index or constraint that holds for every row, primary keys included
};

// Order of `columns` does not matter. A column that is missing from the live catalog is left out by the caller, which
// changes the digest.
std::string FingerprintColumns(std::string_view engine, std::vector<ColumnFacts> columns);

// Lower case, single spaces, no schema, aliases resolved: `VARCHAR(40)` is `character varying(40)` on PostgreSQL, `int(11)` is
// `int` on MySQL.
std::string NormalizeDeclaredType(std::string_view engine, std::string_view declared);

}  // namespace synapsor::bundle
