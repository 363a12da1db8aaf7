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
    real_names_.emplace(Lower(table.real_name.empty() ? name : table.real_name), &table);
  }
}

bool Catalog::has_any_snapshot() const {
  return std::any_of(sources_.begin(), sources_.end(), [](const CatalogSource& s) { return s.snapshot.has_value(); });
}

const config::Table* Catalog::MappingOf(std::string_view real_schema, std::string_view real_name) const {
  const auto [first, last] = real_names_.equal_range(Lower(real_name));
  for (auto it = first; it != last; ++it)
    if (it->second->real_schema.empty() || it->second->real_schema == real_schema) return it->second;
  return nullptr;
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

Lookup Catalog::Find(std::string_view schema, std::string_view table) const {
  auto mapped = mappings_.find(Lower(Qualified(schema, table)));
  if (mapped == mappings_.end() && schema.empty()) mapped = mappings_.find(Lower(table));
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
    lookup.table.mapping = mapping;
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
  result.table.mapping = mapping;
  if (result.table.table == nullptr)
    result.problem = has_any_snapshot() ? LookupProblem::kUnknownTable : LookupProblem::kAmbiguousSource;
  return result;
}

}  // namespace synapsor::schema
