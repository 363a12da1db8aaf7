// `sync introspect`: a live database's schema to a snapshot file.
#include <fmt/format.h>

#include "compiler/schema/introspect.h"
#include "compiler/schema/snapshot_json.h"
#include "compiler/tool/command.h"
#include "compiler/tool/compile.h"
#include "compiler/tool/output.h"
#include "runtime/base/replace_file.h"

namespace synapsor::tool {
namespace {

constexpr OptionSpec kOptions[] = {
    {.name = "--source", .value_name = "NAME", .help = "the source of the configuration to read"},
    {.name = "--url",
     .value_name = "env:NAME",
     .help = "the environment variable that holds the URL (SQLite: the path)"},
    {.name = "--engine",
     .value_name = "ENGINE",
     .help = "database engine of --url",
     .choices = "postgres|mysql|mariadb|sqlite"},
    {.name = "--only", .value_name = "SCHEMA", .help = "read this schema only; may be repeated", .repeatable = true},
    kConfigOption,
    {.name = "--output",
     .value_name = "FILE",
     .help = "where to write the snapshot (default: standard output)",
     .short_name = "-o"},
};

struct Target {
  schema::Engine engine = schema::Engine::kPostgres;
  std::string url;
  schema::IntrospectOptions options;
};

Result<schema::Engine> EngineNamed(const std::string& name) {
  const auto engine = schema::ParseEngine(name);
  if (!engine) return Fail(ErrorKind::kUsage, fmt::format("there is no engine `{}`", name));
  return *engine;
}

Result<Target> FromUrl(const Arguments& arguments) {
  const auto engine = arguments.Value("--engine");
  if (!engine) return Fail(ErrorKind::kUsage, "`--url` needs `--engine`", "postgres, mysql, mariadb or sqlite");
  Target target;
  SYN_ASSIGN_OR_RETURN(target.engine, EngineNamed(*engine));
  SYN_ASSIGN_OR_RETURN(const config::SecretRef secret, config::ParseSecretRef(*arguments.Value("--url"), "`--url`"));
  SYN_ASSIGN_OR_RETURN(target.url, config::ReadSecret(secret, "`--url`"));
  return target;
}

Result<Target> FromSource(const Arguments& arguments) {
  SYN_ASSIGN_OR_RETURN(const config::Config config, LoadConfig(arguments.Value("--config")));
  std::string name = arguments.ValueOr("--source", "");
  if (name.empty() && config.sources.size() == 1) name = config.sources.begin()->first;
  const auto found = config.sources.find(name);
  if (found == config.sources.end()) {
    return Fail(ErrorKind::kUsage, name.empty()
                                       ? "`sync introspect` needs `--source NAME`, or `--url env:NAME --engine ENGINE`"
                                       : fmt::format("the configuration has no source `{}`", name));
  }
  const config::Source& source = found->second;
  Target target;
  SYN_ASSIGN_OR_RETURN(target.engine, EngineNamed(source.engine));
  target.url = source.sqlite_path;
  if (target.url.empty()) {
    SYN_ASSIGN_OR_RETURN(target.url, config::ReadSecret(source.read, fmt::format("source `{}`", source.name)));
  }
  target.options.ca_file = source.tls_ca_file;
  return target;
}

Result<int> Run(const Arguments& arguments) {
  if (arguments.Has("--url") && arguments.Has("--source")) {
    return Fail(ErrorKind::kUsage, "`--url` and `--source` exclude each other");
  }
  if (arguments.Has("--engine") && !arguments.Has("--url")) {
    return Fail(ErrorKind::kUsage, "`--engine` belongs to `--url`; a source has its engine in the configuration");
  }
  SYN_ASSIGN_OR_RETURN(Target target, arguments.Has("--url") ? FromUrl(arguments) : FromSource(arguments));
  target.options.schemas = arguments.Values("--only");
  SYN_ASSIGN_OR_RETURN(const schema::Snapshot snapshot, schema::Introspect(target.engine, target.url, target.options));
  const std::string text = schema::ToJson(snapshot);
  const std::string output = arguments.ValueOr("--output", "-");
  if (output == "-") {
    SYN_RETURN_IF_ERROR(WriteData(text));
  } else {
    SYN_RETURN_IF_ERROR(ReplaceFile(output, text));
    PrintRemark(fmt::format("{}: {} tables and views of {} {}", output, snapshot.tables.size(),
                            schema::EngineName(snapshot.engine), snapshot.server_version));
  }
  return kExitFine;
}

}  // namespace

const Command kIntrospectCommand = {
    .name = "introspect",
    .summary = "write the schema of a live database as a snapshot file",
    .usage = "--source NAME [-o FILE] | --url env:NAME --engine ENGINE [-o FILE]",
    .description =
        "Reads catalogs only, in a read-only transaction; no row of a table is ever read. The same schema gives the\n"
        "same bytes, so that the file shows in a review what changed. A database on another machine is reached over\n"
        "verified TLS or not at all.",
    .example =
        "sync introspect --source billing -o schema/billing.json\n"
        "sync introspect --url env:BILLING_READ_URL --engine postgres -o schema/billing.json",
    .options = kOptions,
    .run = Run,
};

}  // namespace synapsor::tool
