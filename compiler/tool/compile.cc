#include "compiler/tool/compile.h"

#include <fmt/format.h>

#include <filesystem>

#include "compiler/check/check.h"
#include "compiler/diag/suppression.h"
#include "compiler/ir/lower.h"
#include "compiler/live/live.h"
#include "compiler/plan/plan.h"
#include "compiler/schema/introspect.h"
#include "compiler/schema/load.h"
#include "compiler/syntax/parse.h"
#include "compiler/tool/ddl_files.h"
#include "lint/lint.h"

namespace synapsor::tool {
namespace {

constexpr std::string_view kDefaultConfig = "synapsor.json";

Result<schema::Engine> EngineNamed(std::string_view name) {
  const auto engine = schema::ParseEngine(name);
  if (!engine) return Fail(ErrorKind::kUsage, fmt::format("there is no engine `{}`", name));
  return *engine;
}

bool IsSnapshot(const std::string& path) { return path.ends_with(".json"); }

// `--schema` and `--engine` describe the only source, with a configuration or without.
Result<std::vector<schema::CatalogSource>> SourcesFromOptions(const CompileOptions& options,
                                                              const config::Config& config) {
  if (config.sources.size() > 1) {
    return Fail(ErrorKind::kUsage,
                fmt::format("`--schema` and `--engine` describe one source, but `{}` has {}", config.path,
                            config.sources.size()),
                "give each source its `schema` in the configuration");
  }
  schema::CatalogSource source{.name = "main", .snapshot = std::nullopt, .snapshot_path = {}};
  if (!config.sources.empty()) {
    source.name = config.sources.begin()->first;
    SYN_ASSIGN_OR_RETURN(source.engine, EngineNamed(config.sources.begin()->second.engine));
  }
  if (options.engine) {
    SYN_ASSIGN_OR_RETURN(source.engine, EngineNamed(*options.engine));
  } else if (config.sources.empty() && options.schema && !IsSnapshot(*options.schema)) {
    return Fail(ErrorKind::kUsage, "`--schema` needs `--engine`", "postgres, mysql, mariadb or sqlite");
  }
  if (options.schema) {
    const bool engine_is_known = options.engine || !config.sources.empty();
    SYN_ASSIGN_OR_RETURN(source.snapshot, engine_is_known ? schema::LoadSchemaFile(*options.schema, source.engine)
                                                          : schema::LoadSnapshotFile(*options.schema));
    source.engine = source.snapshot->engine;
    source.snapshot_path = *options.schema;
  }
  std::vector<schema::CatalogSource> sources;
  sources.push_back(std::move(source));
  return sources;
}

bool HasDatabase(const config::Source& source) { return !source.sqlite_path.empty() || !source.read.empty(); }

Result<live::Database> ReadDatabase(const config::Source& source) {
  live::Database database;
  database.name = source.name;
  database.allow_writing_reader = source.allow_writing_reader;
  database.options.ca_file = source.tls_ca_file;
  SYN_ASSIGN_OR_RETURN(database.engine, EngineNamed(source.engine));
  database.url = source.sqlite_path;
  if (database.url.empty()) {
    SYN_ASSIGN_OR_RETURN(database.url, config::ReadSecret(source.read, fmt::format("source `{}`", source.name)));
  }
  SYN_ASSIGN_OR_RETURN(database.snapshot, schema::Introspect(database.engine, database.url, database.options));
  return database;
}

// Adds to `databases` what was read live. A source without a schema file is checked as it is there.
Result<schema::CatalogSource> SourceFromConfig(const config::Source& source, Live live, live::Databases& databases) {
  schema::CatalogSource result{.name = source.name, .snapshot = std::nullopt, .snapshot_path = {}};
  SYN_ASSIGN_OR_RETURN(result.engine, EngineNamed(source.engine));
  const bool has_file = !source.schema_file.empty();
  if (has_file && live != Live::kReplace) {
    SYN_ASSIGN_OR_RETURN(result.snapshot, schema::LoadSchemaFile(source.schema_file, result.engine));
    result.snapshot_path = source.schema_file;
  }
  if (live == Live::kNo || (live == Live::kCompare && has_file && !HasDatabase(source))) return result;
  SYN_ASSIGN_OR_RETURN(live::Database database, ReadDatabase(source));
  if (!result.snapshot) {
    result.snapshot = database.snapshot;
    result.snapshot_path = fmt::format("live {}", source.name);
  }
  databases.emplace(source.name, std::move(database));
  return result;
}

Result<std::vector<schema::CatalogSource>> LoadSources(const CompileOptions& options, const config::Config& config,
                                                       live::Databases& databases) {
  if (options.live != Live::kNo && (options.schema || config.sources.empty())) {
    return Fail(ErrorKind::kUsage, options.schema ? "`--live` and `--schema` exclude each other"
                                                  : "`--live` needs a configuration with `sources`");
  }
  if (options.schema || options.engine) return SourcesFromOptions(options, config);
  std::vector<schema::CatalogSource> sources;
  for (const auto& [name, source] : config.sources) {
    SYN_ASSIGN_OR_RETURN(schema::CatalogSource loaded, SourceFromConfig(source, options.live, databases));
    sources.push_back(std::move(loaded));
  }
  if (options.live == Live::kCompare && databases.empty()) {
    return Fail(ErrorKind::kUsage, "`--live` needs a source with `read`, and there is none",
                "give `\"read\": \"env:NAME\"` in the configuration");
  }
  return sources;
}

// What only the databases can tell. Statements are asked about when the contract itself is sound.
Status CompareWithDatabases(const CompileOptions& options, const live::Databases& databases, Compilation& run) {
  for (const schema::CatalogSource& source : run.catalog->sources()) {
    if (databases.contains(source.name)) continue;
    run.remarks.push_back(fmt::format("source `{}` has no `read`, so it was not compared", source.name));
  }
  const bool sound = !run.sink.has_errors();
  for (std::string& remark : live::ReportDrift(run.program, databases, run.sink)) {
    run.remarks.push_back(std::move(remark));
  }
  live::ReportRoles(run.program, databases, run.sink);
  if (!sound) {
    run.remarks.push_back("no statement was prepared, because the DDL has errors");
    return {};
  }
  diag::Sink refusals;  // what cannot be carried out is `sync build`'s to say
  const bundle::Bundle bundle = plan::BuildBundle(run.program, refusals);
  SYN_ASSIGN_OR_RETURN(std::vector<std::string> remarks,
                       live::ReportStatements(run.program, bundle, databases, options.explain_live, run.sink));
  for (std::string& remark : remarks) run.remarks.push_back(std::move(remark));
  return {};
}

std::vector<diag::AllowComment> AllowComments(const std::vector<ast::File>& files) {
  std::vector<diag::AllowComment> comments;
  for (const ast::File& file : files) {
    for (const ast::Suppression& s : file.suppressions) comments.push_back({s.code, s.reason, s.span, s.statement});
  }
  return comments;
}

}  // namespace

Result<config::Config> LoadConfig(const std::optional<std::string>& path) {
  if (path) return config::Load(*path);
  std::error_code problem;
  if (std::filesystem::exists(kDefaultConfig, problem)) return config::Load(std::string(kDefaultConfig));
  return config::Defaults();
}

CompileOptions CompileOptionsFrom(const Arguments& arguments) {
  return {arguments.positional(), arguments.Value("--config"), arguments.Value("--schema"), arguments.Value("--engine"),
          arguments.Has("--live") ? Live::kReplace : Live::kNo};
}

Result<std::unique_ptr<Compilation>> Compile(const CompileOptions& options) {
  auto run = std::make_unique<Compilation>();
  SYN_ASSIGN_OR_RETURN(run->config, LoadConfig(options.config));
  SYN_ASSIGN_OR_RETURN(const std::vector<std::string> paths, FindDdlFiles(options.files, run->config));
  live::Databases databases;
  SYN_ASSIGN_OR_RETURN(std::vector<schema::CatalogSource> sources, LoadSources(options, run->config, databases));
  run->catalog = std::make_unique<schema::Catalog>(run->config, std::move(sources));
  run->files.reserve(paths.size());
  for (const std::string& path : paths) {
    SYN_ASSIGN_OR_RETURN(const FileId file, run->sources.Load(path));
    run->files.push_back(syntax::ParseFile(run->sources, file, run->sink));
  }
  run->program = ir::Lower(run->files, run->sources, *run->catalog, run->sink);
  check::RunChecks(run->program, run->sink);
  lint::RunLint(run->program, run->sink);
  if (options.live == Live::kCompare) {
    SYN_RETURN_IF_ERROR(CompareWithDatabases(options, databases, *run));
  }
  run->suppressed =
      diag::ApplyAllowComments(run->sources, AllowComments(run->files), run->catalog->has_any_snapshot(), run->sink);
  run->sink.Sort();
  return run;
}

}  // namespace synapsor::tool
