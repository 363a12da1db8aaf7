// Which tables and columns of a source the DDL uses, each with the first clause that does. Private to compiler/live.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ir/ir.h"

namespace synapsor::live {

struct UsedColumn {
  const schema::Column* column = nullptr;
  Span span = Span::None();
  bool written = false, tenant = false;
};

struct UsedTable {
  const schema::CatalogSource* source = nullptr;
  const schema::Table* table = nullptr;  // of the snapshot
  Span span = Span::None();
  Span write_span = Span::None();  // of the first write
  bool written = false;
  std::map<std::string, UsedColumn> columns;  // by name

  Span SpanOf(std::string_view column) const;  // of the table where the column is not used itself
};

// Sorted by source, schema and name. Tables that the snapshot lacks are left out: they are reported already.
std::vector<UsedTable> CollectUses(const ir::Program& program);

// A name that a statement may contain, and the clause that put it there.
struct NamedPlace {
  std::string_view name;
  Span span = Span::None();
};

// Columns first, then aliases and tables; the clauses that decide a context's query or a capability's write.
std::vector<NamedPlace> PlacesOf(const ir::Context& context);
std::vector<NamedPlace> PlacesOf(const ir::Write& write);

}  // namespace synapsor::live
