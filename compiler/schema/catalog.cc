#include "compiler/schema/catalog.h"

#include <algorithm>
#include <cctype>

#include "compiler/base/edit_distance.h"

namespace synapsor::schema {
namespace {

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

std::string Qualified(std::string_view schema, std::string_view table) {
  return schema.empty() ? std::string(table) : std::string(schema) + "." + std::string(table);
}

std::string Nearest(const Snapshot& snapshot, std::string_view table) {
  std::vector<std::string_view> names;
  names.reserve(snapshot.tables.size());
  for (const Table& candidate : snapshot.tables) names.push_back(candidate.name);
  return NearestName(table, names).value_or("");
}

bool IsBaseOfAView(const Snapshot& snapshot, std::string_view name) {
  return std::any_of(snapshot.tables.begin(), snapshot.tables.end(), [&](const Table& table) {
    return std::any_of(table.columns.begin(), table.columns.end(),
                       [&](const Column& column) { return Lower(column.base_table) == Lower(name); });
  });
}

Lookup Problem(LookupProblem problem, const config::Table* mapping) {
  Lookup lookup;
  lookup.table.mapping = mapping;
  lookup.problem = problem;
  return lookup;
}

}  // namespace

Catalog::Catalog(const config::Config& config, std::vector<CatalogSource> sources)
    : config_(config), sources_(std::move(sources)) {
  if (sources_.empty()) sources_.push_back({.name = "main", .snapshot = std::nullopt, .snapshot_path = {}});
  for (const CatalogSource& source : sources_) {
    TableIndex& index = indexes_.emplace_back();
    if (!source.snapshot) continue;
    for (const Table& table : source.snapshot->tables) index[Lower(table.name)].push_back(&table);
  }
  for (const auto& [name, table] : config_.tables) {
    mappings_.emplace(Lower(name), &table);
    AddEntry(table);
  }
}

// `customers` and `public.customers` are the same table, whichever of them the configuration says and whichever the DDL.
void Catalog::AddEntry(const config::Table& mapping) {
  const std::string& name = mapping.real_name.empty() ? mapping.name : mapping.real_name;
  const std::size_t dot = mapping.real_name.empty() && mapping.real_schema.empty() ? name.rfind('.') : name.npos;
  const std::string after_dot = dot == name.npos ? name : name.substr(dot + 1);
  const std::string schema = dot == name.npos ? mapping.real_schema : name.substr(0, dot);
  const CatalogSource* source = !mapping.source.empty() ? FindSource(mapping.source)
                                : sources_.size() == 1  ? &sources_.front()
                                                        : nullptr;
  if (source == nullptr || !source->snapshot) {
    entries_.emplace(Lower(after_dot), Entry{&mapping, schema, nullptr});
    return;
  }
  Lookup found = FindIn(*source, mapping.real_schema, name);
  if (found.table.table == nullptr && dot != name.npos) found = FindIn(*source, schema, after_dot);
  if (found.table.table != nullptr) {
    entries_.emplace(Lower(found.table.name), Entry{&mapping, found.table.schema, found.table.table});
    return;
  }
  // What it says still holds for the base of a view whose own table this snapshot may not show.
  entries_.emplace(Lower(after_dot), Entry{&mapping, schema, nullptr});
  if (found.problem == LookupProblem::kUnknownTable && !IsBaseOfAView(*source->snapshot, after_dot))
    unknown_entries_.push_back({&mapping, source, std::move(found.nearest)});
}

bool Catalog::has_any_snapshot() const {
  return std::any_of(sources_.begin(), sources_.end(), [](const CatalogSource& s) { return s.snapshot.has_value(); });
}

template <typename Visit>
void Catalog::ForEachEntry(std::string_view real_schema, std::string_view real_name, Visit visit) const {
  const auto [first, last] = entries_.equal_range(Lower(real_name));
  for (auto it = first; it != last; ++it) {
    const Entry& entry = it->second;
    if (entry.schema.empty() || real_schema.empty() || Lower(entry.schema) == Lower(real_schema)) visit(entry);
  }
}

// Of several, one that binds its rows to a tenant.
const config::Table* Catalog::MappingOf(std::string_view real_schema, std::string_view real_name) const {
  const config::Table* found = nullptr;
  ForEachEntry(real_schema, real_name, [&](const Entry& entry) {
    if (found == nullptr || (found->single_tenant && !entry.mapping->single_tenant)) found = entry.mapping;
  });
  return found;
}

bool Catalog::IsKeptOut(std::string_view real_schema, std::string_view real_name, std::string_view column) const {
  bool kept_out = false;
  ForEachEntry(real_schema, real_name, [&](const Entry& entry) {
    kept_out |= std::any_of(entry.mapping->keep_out.begin(), entry.mapping->keep_out.end(),
                            [&](const std::string& name) { return Lower(name) == Lower(column); });
  });
  return kept_out;
}

const CatalogSource* Catalog::FindSource(std::string_view name) const {
  const auto found =
      std::find_if(sources_.begin(), sources_.end(), [&](const CatalogSource& source) { return source.name == name; });
  return found == sources_.end() ? nullptr : &*found;
}

// Exact spelling before spelling that differs in case; the default schema before others.
const Table* Catalog::FindTable(const CatalogSource& source, std::string_view schema, std::string_view table,
                                bool& ambiguous) const {
  const TableIndex& index = indexes_[static_cast<std::size_t>(&source - sources_.data())];
  const auto found = index.find(Lower(table));
  if (found == index.end()) return nullptr;
  const std::string wanted_schema = Lower(schema);
  const Table* best = nullptr;
  int best_rank = 0;
  for (const Table* candidate : found->second) {
    if (!schema.empty() && Lower(candidate->schema) != wanted_schema) continue;
    const int rank = 1 + (candidate->name == table ? 2 : 0) +
                     (schema.empty() && candidate->schema == source.snapshot->default_schema ? 4 : 0);
    if (rank == best_rank) ambiguous = true;
    if (rank <= best_rank) continue;
    best = candidate;
    best_rank = rank;
    ambiguous = false;
  }
  return best;
}

Lookup Catalog::FindIn(const CatalogSource& source, std::string_view schema, std::string_view table) const {
  Lookup lookup;
  lookup.table.source = &source;
  lookup.table.schema = schema;
  lookup.table.name = table;
  if (!source.snapshot) return lookup;
  bool ambiguous = false;
  const Table* found = FindTable(source, schema, table, ambiguous);
  if (ambiguous) {
    lookup.problem = LookupProblem::kAmbiguousSchema;
    return lookup;
  }
  if (found == nullptr) {
    lookup.problem = LookupProblem::kUnknownTable;
    lookup.nearest = Nearest(*source.snapshot, table);
    return lookup;
  }
  lookup.table.table = found;
  lookup.table.schema = found->schema;
  lookup.table.name = found->name;
  return lookup;
}

// For a table that the schema has, and that the configuration calls otherwise than the DDL.
const config::Table* Catalog::MappingOf(const ResolvedTable& found) const {
  const config::Table* mapping = nullptr;
  if (found.table == nullptr) return mapping;
  ForEachEntry(found.schema, found.name, [&](const Entry& entry) {
    if (entry.table != found.table) return;
    if (mapping == nullptr || (mapping->single_tenant && !entry.mapping->single_tenant)) mapping = entry.mapping;
  });
  return mapping;
}

Lookup Catalog::Find(std::string_view schema, std::string_view table) const {
  const auto mapped = mappings_.find(Lower(Qualified(schema, table)));
  const config::Table* mapping = mapped == mappings_.end() ? nullptr : mapped->second;

  const CatalogSource* source = nullptr;
  if (mapping != nullptr && !mapping->source.empty()) {
    source = FindSource(mapping->source);
    if (source == nullptr) return Problem(LookupProblem::kUnknownSource, mapping);
  } else if (sources_.size() == 1) {
    source = &sources_.front();
  }
  const std::string_view real_schema = mapping && !mapping->real_schema.empty() ? mapping->real_schema : schema;
  const std::string_view real_name = mapping && !mapping->real_name.empty() ? mapping->real_name : table;
  if (source != nullptr) {
    Lookup lookup = FindIn(*source, real_schema, real_name);
    lookup.table.mapping = mapping != nullptr ? mapping : MappingOf(lookup.table);
    return lookup;
  }

  // Several sources and none named: the one whose schema has the table, if it is the only one.
  Lookup result;
  for (const CatalogSource& candidate : sources_) {
    Lookup lookup = FindIn(candidate, real_schema, real_name);
    if (lookup.table.table == nullptr) {
      if (result.nearest.empty()) result.nearest = lookup.nearest;
      continue;
    }
    if (result.table.table != nullptr) return Problem(LookupProblem::kAmbiguousSource, mapping);
    result = std::move(lookup);
  }
  result.table.mapping = mapping != nullptr ? mapping : MappingOf(result.table);
  if (result.table.table == nullptr)
    result.problem = has_any_snapshot() ? LookupProblem::kUnknownTable : LookupProblem::kAmbiguousSource;
  return result;
}

}  // namespace synapsor::schema
