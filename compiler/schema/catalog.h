// From a table name of the DDL to a table of a source: configuration plus snapshots. The only place that knows how
// unnamed tables find their source, schema and tenant column.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/schema/snapshot.h"
#include "runtime/config/config.h"

namespace synapsor::schema {

// A source as one run sees it. `snapshot` is absent when no schema was given: checks that need one stay silent.
struct CatalogSource {
  std::string name;  // "main" when there is no configuration
  Engine engine = Engine::kPostgres;
  std::optional<Snapshot> snapshot;
  std::string snapshot_path;  // as shown in findings
};

struct ResolvedTable {
  const CatalogSource* source = nullptr;   // never null after a successful look-up
  const config::Table* mapping = nullptr;  // null: not named in the configuration
  std::string schema, name;                // real names; schema may be empty without a snapshot
  const Table* table = nullptr;            // null: no snapshot, or the snapshot lacks it
};

enum class LookupProblem { kNone, kUnknownTable, kAmbiguousSource, kUnknownSource, kAmbiguousSchema };

struct Lookup {
  ResolvedTable table;
  LookupProblem problem = LookupProblem::kNone;
  std::string nearest;  // a likely meant name, or empty
};

// Immutable after construction; thread-safe. Look-ups point into it, so it is neither copied nor moved.
class Catalog {
 public:
  // Without any source there is one named "main", whose schema is unknown.
  Catalog(const config::Config& config, std::vector<CatalogSource> sources);
  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;

  // `schema` is empty when the DDL does not write one. A name is matched exactly first, then ignoring case.
  Lookup Find(std::string_view schema, std::string_view table) const;
  const std::vector<CatalogSource>& sources() const { return sources_; }
  const config::Config& config() const { return config_; }
  bool has_any_snapshot() const;
  // What the configuration says of a real table, under whatever name it says it; null when nothing.
  const config::Table* MappingOf(std::string_view real_schema, std::string_view real_name) const;
  // Whether any entry for a real table keeps this column out; a view's base columns inherit what is said of them.
  bool IsKeptOut(std::string_view real_schema, std::string_view real_name, std::string_view column) const;

  // Entries of the configuration for tables that the schema of their source does not have.
  struct UnknownEntry {
    const config::Table* entry;
    const CatalogSource* source;
    std::string nearest;  // a likely meant name, or empty
  };
  const std::vector<UnknownEntry>& unknown_entries() const { return unknown_entries_; }

 private:
  // An entry of the configuration and the real table that it is about.
  struct Entry {
    const config::Table* mapping;
    std::string schema;  // empty: any
    const Table* table;  // null: its source has no snapshot
  };
  void AddEntry(const config::Table& mapping);
  const config::Table* MappingOf(const ResolvedTable& found) const;
  template <typename Visit>
  void ForEachEntry(std::string_view real_schema, std::string_view real_name, Visit visit) const;
  // Tables of one source by lower-case name.
  using TableIndex = std::unordered_map<std::string, std::vector<const Table*>>;

  const CatalogSource* FindSource(std::string_view name) const;
  Lookup FindIn(const CatalogSource& source, std::string_view schema, std::string_view table) const;
  const Table* FindTable(const CatalogSource& source, std::string_view schema, std::string_view table,
                         bool& ambiguous) const;

  const config::Config& config_;
  std::vector<CatalogSource> sources_;
  std::vector<TableIndex> indexes_;                                 // as sources_
  std::unordered_map<std::string, const config::Table*> mappings_;  // by lower-case DDL name
  std::unordered_multimap<std::string, Entry> entries_;             // by lower-case real name
  std::vector<UnknownEntry> unknown_entries_;
};

}  // namespace synapsor::schema
