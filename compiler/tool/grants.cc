// `sync grants`: the database roles that a bundle needs, as a script.
#include "compiler/plan/grants.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>

#include "compiler/tool/command.h"
#include "compiler/tool/compile.h"
#include "compiler/tool/output.h"
#include "compiler/tool/plan_run.h"
#include "runtime/base/replace_file.h"

namespace synapsor::tool {
namespace {

using nlohmann::json;

constexpr OptionSpec kOptions[] = {
    {.name = "--source", .value_name = "NAME", .help = "the source to print roles for (default: the only one)"},
    {.name = "--ledger", .value_name = "", .help = "print the roles of the PostgreSQL ledger instead"},
    {.name = "--reader", .value_name = "ROLE", .help = "name of the reading role (default: synapsor_SOURCE_reader)"},
    {.name = "--writer", .value_name = "ROLE", .help = "name of the writing role (default: synapsor_SOURCE_writer)"},
    {.name = "--viewer",
     .value_name = "ROLE",
     .help = "name of the role that sees the views (default: synapsor_SOURCE_viewer)"},
    {.name = "--views",
     .value_name = "NAME",
     .help = "schema of the views; MySQL: how their names begin (default: synapsor_SOURCE_views)"},
    {.name = "--host", .value_name = "PATTERN", .help = "MySQL, MariaDB: from where the accounts connect (default: %)"},
    {.name = "--ledger-role",
     .value_name = "ROLE",
     .help = "with --ledger: the role that programs use (default: synapsor_ledger)"},
    {.name = "--ledger-owner",
     .value_name = "ROLE",
     .help = "with --ledger: who makes and migrates the tables (default: synapsor_ledger_owner)"},
    {.name = "--ledger-keeper",
     .value_name = "ROLE",
     .help = "with --ledger: who removes old content (default: synapsor_ledger_keeper)"},
    kConfigOption,
    kSchemaOption,
    kEngineOption,
    kLiveOption,
    {.name = "--output",
     .value_name = "FILE",
     .help = "where to write the script (default: standard output)",
     .short_name = "-o"},
    {.name = "--format", .value_name = "FORMAT", .help = "how to print", .choices = "text|json"},
};

constexpr std::string_view kForSource[] = {"--source", "--reader", "--writer", "--viewer", "--views",
                                           "--host",   "--schema", "--engine", "--live"};
constexpr std::string_view kForLedger[] = {"--ledger-role", "--ledger-owner", "--ledger-keeper"};

json RightsAsJson(const plan::RoleRights& rights) {
  json tables = json::array();
  for (const auto& [table, columns] : rights) {
    json entry = {{"table", table.second}};
    if (!table.first.empty()) entry["schema"] = table.first;
    const auto add = [&](const char* privilege, const std::set<std::string>& names) {
      if (!names.empty()) entry[privilege] = names;
    };
    add("select", columns.select);
    add("insert", columns.insert);
    add("update", columns.update);
    add("known", columns.known);
    tables.push_back(std::move(entry));
  }
  return tables;
}

json AsJson(const plan::SourceGrants& grants, const plan::GrantNames& names, const plan::GrantOptions& options,
            const std::string& script) {
  json views = json::array();
  for (const plan::SafeView& view : grants.views) {
    views.push_back({{"context", view.context},
                     {"name", view.name},
                     {"select", view.select},
                     {"tenant_filtered", view.tenant_filtered}});
  }
  json policies = json::array();
  for (const plan::TenantTable& tenant : grants.tenant_tables) {
    if (options.row_level_security)
      policies.push_back(
          {{"schema", tenant.table.first}, {"table", tenant.table.second}, {"predicate", tenant.predicate}});
  }
  json out = {{"source", grants.source},
              {"engine", schema::EngineName(grants.engine)},
              {"reader", {{"role", names.reader}, {"tables", RightsAsJson(grants.reader)}}},
              {"viewer", {{"role", names.viewer}, {"place", names.views}, {"views", std::move(views)}}},
              {"receipts", grants.writes && options.receipts_in_target},
              {"row_level_security", std::move(policies)},
              {"remarks", grants.remarks},
              {"script", script}};
  if (grants.writes) out["writer"] = {{"role", names.writer}, {"tables", RightsAsJson(grants.writer)}};
  return out;
}

Status Write(const Arguments& arguments, const json& data, const std::string& script) {
  const bool text = arguments.ValueOr("--format", "text") == "text";
  const std::string out = text ? script : data.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
  const std::string file = arguments.ValueOr("--output", "-");
  return file == "-" ? WriteData(out) : ReplaceFile(file, out);
}

template <std::size_t N>
Status RefuseAny(const Arguments& arguments, const std::string_view (&options)[N], std::string_view why) {
  for (const std::string_view option : options) {
    if (arguments.Has(option)) return Fail(ErrorKind::kUsage, fmt::format("`{}` {}", option, why));
  }
  return {};
}

Result<int> PrintLedger(const Arguments& arguments) {
  SYN_RETURN_IF_ERROR(RefuseAny(arguments, kForSource, "is not for a ledger"));
  if (!arguments.positional().empty())
    return Fail(ErrorKind::kUsage, "`--ledger` takes no DDL files: a ledger is the same for every contract");
  SYN_ASSIGN_OR_RETURN(const config::Config config, LoadConfig(arguments.Value("--config")));
  if (config.ledger.starts_with("sqlite:")) {
    PrintRemark(
        "the ledger is a SQLite file, which has no roles: let one account own the file and its "
        "folder, without rights for others "
        "(mode 0600 and 0700), and run every command that uses it under that account");
    return kExitFindings;
  }
  plan::LedgerNames names;
  names.role = arguments.ValueOr("--ledger-role", names.role);
  names.owner = arguments.ValueOr("--ledger-owner", names.owner);
  names.keeper = arguments.ValueOr("--ledger-keeper", names.keeper);
  const std::set<std::string_view> different = {names.role, names.owner, names.keeper};
  if (different.size() != 3 || different.contains("")) {
    return Fail(ErrorKind::kUsage, "`--ledger-role`, `--ledger-owner` and `--ledger-keeper` need three names",
                "who uses the ledger must not own its tables");
  }
  const std::string script = plan::PrintLedgerGrants(names);
  SYN_RETURN_IF_ERROR(Write(
      arguments, {{"role", names.role}, {"owner", names.owner}, {"keeper", names.keeper}, {"script", script}}, script));
  return kExitFine;
}

Result<std::string> SourceName(const Arguments& arguments, const bundle::Bundle& bundle) {
  const auto known = [&](std::string_view name) {
    return std::any_of(bundle.sources.begin(), bundle.sources.end(),
                       [&](const bundle::Source& source) { return source.name == name; });
  };
  std::string names;
  for (const bundle::Source& source : bundle.sources)
    names += fmt::format("{}`{}`", names.empty() ? "" : ", ", source.name);
  const std::string hint = names.empty() ? "no contract uses any source" : "the contracts use " + names;
  if (const auto given = arguments.Value("--source")) {
    if (known(*given)) return *given;
    return Fail(ErrorKind::kUsage, fmt::format("no contract uses a source `{}`", *given), hint);
  }
  if (bundle.sources.size() == 1) return bundle.sources.front().name;
  return Fail(ErrorKind::kUsage,
              bundle.sources.empty() ? "there is nothing to grant" : "`sync grants` needs `--source NAME`", hint);
}

Result<int> Run(const Arguments& arguments) {
  if (arguments.Has("--ledger")) return PrintLedger(arguments);
  SYN_RETURN_IF_ERROR(RefuseAny(arguments, kForLedger, "belongs to `--ledger`"));
  SYN_ASSIGN_OR_RETURN(const PlanRun run, MakePlan(CompileOptionsFrom(arguments)));
  if (run.refused) {
    PrintRefusal(run, "nothing was printed");
    return kExitFindings;
  }
  SYN_ASSIGN_OR_RETURN(const std::string source, SourceName(arguments, run.bundle));
  const plan::SourceGrants grants = plan::GrantsOf(run.compilation->program, run.bundle, source);
  if (grants.engine == schema::Engine::kSqlite) {
    PrintRemark(
        fmt::format("source `{}` is SQLite, which has no roles: give `serve` an account of the operating "
                    "system that may only read the "
                    "file and `apply` one that may write it; a reader is opened read-only in any case",
                    source));
    return kExitFindings;
  }
  plan::GrantNames names = plan::DefaultGrantNames(source);
  names.reader = arguments.ValueOr("--reader", names.reader);
  names.writer = arguments.ValueOr("--writer", names.writer);
  names.viewer = arguments.ValueOr("--viewer", names.viewer);
  names.views = arguments.ValueOr("--views", names.views);
  names.host = arguments.ValueOr("--host", names.host);
  SYN_RETURN_IF_ERROR(plan::CheckGrantNames(grants.engine, names));
  if (arguments.Has("--host") && grants.engine == schema::Engine::kPostgres) {
    return Fail(ErrorKind::kUsage, "`--host` is for MySQL and MariaDB",
                "on PostgreSQL, pg_hba.conf says from where a role connects");
  }
  plan::GrantOptions options;
  if (const auto found = run.compilation->config.sources.find(source); found != run.compilation->config.sources.end()) {
    options.receipts_in_target = found->second.receipts == "table";
    options.row_level_security = found->second.row_level_security;
  }
  RemarkWarnings(run);
  const std::string script = plan::PrintGrants(grants, names, options);
  SYN_RETURN_IF_ERROR(Write(arguments, AsJson(grants, names, options, script), script));
  return kExitFine;
}

}  // namespace

const Command kGrantsCommand = {
    .name = "grants",
    .summary = "print least-privilege database roles, safe views and the receipts table as SQL",
    .usage =
        "[FILE...] [--source NAME] [-o FILE] [--config FILE | --schema FILE --engine ENGINE]\n     "
        "  sync grants --ledger",
    .description =
        "The script is for a database administrator to read and run; nothing is changed in any "
        "database here. It gives a\n"
        "reader and a writer the columns that the contracts' statements use and nothing else, and "
        "may be run again after\n"
        "each change of a contract. With `row_level_security` in the configuration it also holds "
        "the policies. Roles of one\n"
        "database that serve two bundles need different names.",
    .example =
        "sync grants --source billing -o grants.sql && psql -v ON_ERROR_STOP=1 -f grants.sql "
        "billing\n"
        "sync grants --ledger -o ledger.sql",
    .options = kOptions,
    .run = Run,
};

}  // namespace synapsor::tool
