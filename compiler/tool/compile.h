// From a command line to a checked program: what check, plan, build and the others begin with.
// Decides in which order the rooms are called and where the schema comes from.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/diag/finding.h"
#include "compiler/ir/ir.h"
#include "compiler/schema/catalog.h"
#include "compiler/source/source.h"
#include "compiler/syntax/ast.h"
#include "compiler/tool/options.h"
#include "runtime/config/config.h"

namespace synapsor::tool {

// Options that every command with DDL input takes; put them at the head of the command's own.
inline constexpr OptionSpec kConfigOption = {
    .name = "--config", .value_name = "FILE", .help = "configuration (default: ./synapsor.json if it exists)"};
inline constexpr OptionSpec kSchemaOption = {
    .name = "--schema", .value_name = "FILE", .help = "schema.sql or snapshot of the only source"};
inline constexpr OptionSpec kEngineOption = {.name = "--engine",
                                             .value_name = "ENGINE",
                                             .help = "database engine of --schema",
                                             .choices = "postgres|mysql|mariadb|sqlite"};
inline constexpr OptionSpec kLiveOption = {
    .name = "--live", .value_name = "", .help = "read the schema from the sources' databases, not from files"};

// The configuration at `path`; without one ./synapsor.json, or the defaults if that does not exist.
Result<config::Config> LoadConfig(const std::optional<std::string>& path);

enum class Live {
  kNo,
  kReplace,  // the databases' schemas take the place of the files'
  kCompare,  // the files' schemas are what is checked, and the databases are compared with them
};

struct CompileOptions {
  std::vector<std::string> files;
  std::optional<std::string> config, schema, engine;
  Live live = Live::kNo;
  bool explain_live = false;  // with kCompare: also ask for the plans of lookups
};

// `--live` means kReplace.
CompileOptions CompileOptionsFrom(const Arguments& arguments);

// Everything one run holds. The later members point into the earlier ones; it is neither copied nor
// moved.
struct Compilation {
  SourceStore sources;
  config::Config config;
  std::vector<ast::File> files;  // parsed DDL files, in the order read
  std::unique_ptr<schema::Catalog> catalog;
  ir::Program program;
  diag::Sink sink;                   // findings of every pass after suppression, sorted
  int suppressed = 0;                // findings hidden by `sync:allow`
  std::vector<std::string> remarks;  // for the operator, beside the findings

  Compilation() = default;
  Compilation(const Compilation&) = delete;
  Compilation& operator=(const Compilation&) = delete;
};

// Reads, parses, lowers, checks and lints. Mistakes in the DDL are findings in the result; files,
// configuration and schemas that cannot be read are errors.
Result<std::unique_ptr<Compilation>> Compile(const CompileOptions& options);

}  // namespace synapsor::tool
