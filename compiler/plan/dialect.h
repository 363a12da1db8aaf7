// How one engine spells names, parameters and comparisons. Decides everything that differs between the engines in the
// text of a statement; not which statements there are.
//
// A parameter is never compared with a converted column where an index could serve, only with the column itself;
// where the column's collation would also accept other spellings, an exact comparison stands beside it.
#pragma once

#include <string>
#include <string_view>

#include "compiler/schema/snapshot.h"

namespace synapsor::plan {

std::string QuoteName(schema::Engine engine, std::string_view name);
// "public"."invoices"; without the schema where none is known.
std::string QuoteTable(schema::Engine engine, std::string_view schema, std::string_view table);

// "$3" or "?".
std::string Placeholder(schema::Engine engine, int position);

// The column as it is selected. MySQL's JSON goes as its text: its driver cannot fetch the type from a prepared statement.
std::string SelectedColumn(schema::Engine engine, const schema::Column& column, const std::string& quoted_column);

// The parameter as the right side of `column = …`.
std::string ComparedParam(schema::Engine engine, const schema::Column& column, const std::string& placeholder);
// The parameter as a value that the column is set to. Never a cast that would cut or round silently.
std::string AssignedParam(schema::Engine engine, const schema::Column& column, const std::string& placeholder);

// The type that a parameter has in the database's eyes: on PostgreSQL what PREPARE reports, elsewhere the column's own.
enum class ParamUse { kCompared, kAssigned, kExact, kSameValue };
std::string ParamDatabaseType(schema::Engine engine, const schema::Column& column, ParamUse use);

// Whether `column = parameter` may also hold for a value that is not the same text (case, accents, trailing blanks).
bool EqualityIsLoose(schema::Engine engine, const schema::Column& column);
// Equality of the very same bytes; for loose columns, beside the indexable comparison.
std::string ExactEquality(schema::Engine engine, const std::string& column, const std::string& placeholder);

// NULL-safe equality of the very same value, for before images.
std::string SameValue(schema::Engine engine, const schema::Column& column, const std::string& quoted_column,
                      const std::string& placeholder);

bool HasForUpdate(schema::Engine engine);

}  // namespace synapsor::plan
