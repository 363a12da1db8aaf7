// Findings about an entity of the program, with the words in which all rooms speak of entities, tables and columns.
#pragma once

#include <string>
#include <string_view>

#include "compiler/diag/finding.h"
#include "compiler/ir/ir.h"

namespace synapsor::ir {

// Reports with the context "while checking capability `a.b`". Cheap until a finding exists.
diag::Finding& Report(diag::Sink& sink, const Workflow& entity, diag::Kind kind, Span span, std::string message);
diag::Finding& Report(diag::Sink& sink, const Context& entity, diag::Kind kind, Span span, std::string message);
diag::Finding& Report(diag::Sink& sink, const Capability& entity, diag::Kind kind, Span span, std::string message);
diag::Finding& Report(diag::Sink& sink, const Policy& entity, diag::Kind kind, Span span, std::string message);

// "public.invoices", or the name as written where no schema is known.
std::string TableName(const TableUse& table);
// "schema.sql: public.invoices.tenant_id" and "text, nullable": the arguments of Finding::WithSchema.
std::string SchemaPlace(const TableUse& table);
std::string SchemaPlace(const TableUse& table, const schema::Column& column);
std::string DescribeColumn(const schema::Column& column);

// "`a`, `b`, `c` and 4 more".
std::string ListNames(std::span<const std::string_view> names, std::size_t most = 8);

// Names of SQL are compared ignoring the case of ASCII letters.
bool SameName(std::string_view a, std::string_view b);
// Whether two uses mean one column of one table: by schema entry where known, else by name.
bool SameColumn(const ColumnUse& a, const ColumnUse& b);
bool SameTable(const TableUse& a, const TableUse& b);

// "`x` (did you mean …)" as a help text: "did you mean `y`?" or, without a near name, `otherwise`.
std::string DidYouMean(std::string_view name, std::span<const std::string_view> candidates, std::string otherwise);

}  // namespace synapsor::ir
