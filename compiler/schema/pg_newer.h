// Words of PostgreSQL 16 to 18 in the definition of a table, for a parser that is PostgreSQL 15's: what stands in their
// place for it, and what they say. Decided by tokens alone; whatever else is newer stays as it is, and is refused.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace synapsor::schema::pg {

// A CREATE TABLE or ALTER TABLE with other words of the same length, so that all places stay the same; any other
// statement unchanged. A virtual generated column becomes one with a DEFAULT; NOT ENFORCED, WITHOUT OVERLAPS, PERIOD and the
// NO INHERIT of a NOT NULL become blanks; NOT NULL as a constraint of the table becomes nothing.
std::string AsPostgres15(std::string_view text);

// Of the statement as it was written, where the parser saw a DEFAULT.
bool IsGenerated(std::string_view text, std::size_t at);

// Whether the constraint that begins at `from` and ends before `stop` or the next element is declared NOT ENFORCED.
bool IsNotEnforced(std::string_view text, std::size_t from, std::size_t stop);

// The columns that constraints of the table declare NOT NULL, for every row.
std::vector<std::string> NotNullConstraints(std::string_view text);

}  // namespace synapsor::schema::pg
