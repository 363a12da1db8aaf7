// From a table name of the DDL to a table of a source: configuration plus snapshots. The only place that knows how
// unnamed tables find their source, schema and tenant column.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/schema/snapshot.h"
#include "runtime/config/config.h"

namespace synapsor::schema {

// A source as one run sees it. `snapshot` is absent when no schema was given: checks that need one stay silent.
struct CatalogSource {
  std::string name;                  // "main" when there is no configuration
  Engine engine = Engine::kPostgres;
  std::optional<Snapshot> snapshot;
  std::string snapshot_path;         // as shown in findings
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

// Immutable after construction; thread-safe.
class Catalog {
 public:
  Catalog(const config::Config& config, std::vector<CatalogSource> sources);

  // `schema` is empty when the DDL does not write one.
  Lookup Find(std::string_view schema, std::string_view table) const;
  const std::vector<CatalogSource>& sources() const { return sources_; }
  const config::Config& config() const { return config_; }
  bool has_any_snapshot() const;

 private:
  const config::Config& config_;
  std::vector<CatalogSource> sources_;
};

}  // namespace synapsor::schema
