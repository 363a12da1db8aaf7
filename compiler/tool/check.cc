// `sync check`: the findings of a set of DDL files.
#include <fmt/format.h>

#include "compiler/diag/fixes.h"
#include "compiler/diag/suppression.h"
#include "compiler/tool/command.h"
#include "compiler/tool/compile.h"
#include "compiler/tool/output.h"
#include "compiler/tool/report.h"
#include "runtime/base/replace_file.h"

namespace synapsor::tool {
namespace {

// A fix may make room for another; more rounds than this would mean that two fixes undo each other.
constexpr int kMostFixRounds = 10;
constexpr int kDefaultMaxFindings = 20;

constexpr OptionSpec kOptions[] = {
    kConfigOption,
    kSchemaOption,
    kEngineOption,
    {.name = "--live",
     .value_name = "",
     .help = "also compare the schemas with the sources' databases and prepare every statement there"},
    {.name = "--explain",
     .value_name = "",
     .help = "with --live: warn of lookups that no index serves (EXPLAIN, nothing is run)"},
    {.name = "--format",
     .value_name = "FORMAT",
     .help = "how to print (default text)",
     .choices = "text|json|sarif|github"},
    {.name = "--strict", .value_name = "", .help = "warnings give exit code 1 too"},
    kMaxFindingsOption,
    {.name = "--baseline", .value_name = "FILE", .help = "hide the warnings that FILE holds"},
    {.name = "--write-baseline", .value_name = "FILE", .help = "write the present warnings to FILE and hide them"},
    {.name = "--fix", .value_name = "", .help = "apply fixes that keep or narrow authority"},
    {.name = "--dry-run", .value_name = "", .help = "with --fix: print the diff, write nothing"},
};

Status CheckCombination(const Arguments& arguments) {
  if (arguments.Has("--dry-run") && !arguments.Has("--fix")) {
    return Fail(ErrorKind::kUsage, "`--dry-run` goes with `--fix`");
  }
  if (arguments.Has("--baseline") && arguments.Has("--write-baseline")) {
    return Fail(ErrorKind::kUsage, "`--baseline` and `--write-baseline` exclude each other");
  }
  if (arguments.Has("--explain") && !arguments.Has("--live")) {
    return Fail(ErrorKind::kUsage, "`--explain` goes with `--live`");
  }
  return {};
}

CompileOptions OptionsFrom(const Arguments& arguments) {
  CompileOptions options = CompileOptionsFrom(arguments);
  if (arguments.Has("--live")) options.live = Live::kCompare;
  options.explain_live = arguments.Has("--explain");
  return options;
}

// Applies fixes until none is left and compiles anew after each round.
Result<std::unique_ptr<Compilation>> CompileFixed(const CompileOptions& options) {
  SYN_ASSIGN_OR_RETURN(std::unique_ptr<Compilation> run, Compile(options));
  int applied = 0;
  for (int round = 0; round < kMostFixRounds; ++round) {
    const diag::FixPlan plan = diag::PlanFixes(run->sources, run->sink.findings());
    if (plan.files.empty()) break;
    SYN_RETURN_IF_ERROR(diag::WriteFixes(run->sources, plan));
    applied += plan.applied;
    SYN_ASSIGN_OR_RETURN(run, Compile(options));
  }
  PrintRemark(fmt::format("applied {} fix{}", applied, applied == 1 ? "" : "es"));
  return run;
}

// Hides what the baseline holds; returns how many findings that were.
Result<int> UseBaseline(const Arguments& arguments, Compilation& run) {
  std::optional<std::string> path = arguments.Value("--baseline");
  if (const auto written = arguments.Value("--write-baseline")) {
    SYN_RETURN_IF_ERROR(ReplaceFile(*written, diag::WriteBaseline(run.sink.findings())));
    path = written;
  }
  if (!path) return 0;
  SYN_ASSIGN_OR_RETURN(const FileId file, run.sources.Load(*path));
  const int before = static_cast<int>(run.sink.findings().size());
  SYN_ASSIGN_OR_RETURN(const int hidden,
                       diag::ApplyBaseline(run.sources, file, run.catalog->has_any_snapshot(), run.sink));
  if (hidden != 0 || before != static_cast<int>(run.sink.findings().size())) run.sink.Sort();
  return hidden;
}

Result<int> Run(const Arguments& arguments) {
  SYN_RETURN_IF_ERROR(CheckCombination(arguments));
  SYN_ASSIGN_OR_RETURN(const std::optional<int> max_findings, arguments.Number("--max-findings", 0));
  const CompileOptions options = OptionsFrom(arguments);
  const bool dry_run = arguments.Has("--dry-run");
  SYN_ASSIGN_OR_RETURN(const std::unique_ptr<Compilation> run,
                       arguments.Has("--fix") && !dry_run ? CompileFixed(options) : Compile(options));
  SYN_ASSIGN_OR_RETURN(const int baselined, UseBaseline(arguments, *run));
  const std::deque<diag::Finding>& findings = run->sink.findings();
  const diag::Summary summary =
      diag::Summarize(findings, static_cast<int>(run->files.size()), run->suppressed, baselined);
  if (dry_run) {
    SYN_RETURN_IF_ERROR(WriteData(diag::FixDiff(run->sources, diag::PlanFixes(run->sources, findings))));
  } else {
    SYN_RETURN_IF_ERROR(WriteReport(run->sources, findings, summary, arguments.ValueOr("--format", "text"),
                                    max_findings.value_or(kDefaultMaxFindings)));
  }
  for (const std::string& remark : run->remarks) PrintRemark(remark);
  const bool bad = summary.errors > 0 || (arguments.Has("--strict") && summary.warnings > 0);
  return bad ? kExitFindings : kExitFine;
}

}  // namespace

const Command kCheckCommand = {
    .name = "check",
    .summary = "prove that every read and write of the DDL is bounded; list what is not",
    .usage = "[FILE...] [--config FILE | --schema FILE --engine ENGINE] [OPTION...]",
    .description =
        "Checks FILEs (`-` is standard input), or the files that the configuration's `ddl` globs "
        "match. Without a\n"
        "schema, rules that need one stay silent. Exit code 1 if there is an error (with --strict: "
        "or a warning).\n"
        "With --live the database of each source that has a `read` is compared with its `schema`, "
        "as far as the DDL\n"
        "uses it; nothing is run there and no row is read.",
    .example =
        "sync check agent.ddl.sql --schema schema.sql --engine postgres\n"
        "sync check --config synapsor.json --format sarif > findings.sarif\n"
        "sync check --live --explain\n"
        "sync check --fix --dry-run",
    .options = kOptions,
    .run = Run,
};

}  // namespace synapsor::tool
