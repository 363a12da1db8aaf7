// PostgreSQL's own types by their catalog names, in the model's terms. The same table serves files and live
// databases, so that both describe a column with the same words. Private to compiler/schema.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "compiler/schema/snapshot.h"

namespace synapsor::schema::pg {

// `name` as in pg_type.typname (int8, varchar, …) or a spelling that the agent DDL's native tables use (INT64,
// DATETIME); `modifiers` as written in parentheses. `declared` is what format_type prints. Nothing for a type that
// is not PostgreSQL's own.
std::optional<Type> BuiltinType(std::string_view name, const std::vector<int>& modifiers);

// A type that PostgreSQL does not ship, by its name: citext is text, the rest is read as text and never written.
Type ExtensionType(std::string_view qualified_name, std::string_view name);

// The array of an element type.
Type ArrayOf(const Type& element);

}  // namespace synapsor::schema::pg
