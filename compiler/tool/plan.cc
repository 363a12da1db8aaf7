// `sync plan`: what the DDL would do, and what authority it adds.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "compiler/diag/render_text.h"
#include "compiler/tool/against.h"
#include "compiler/tool/authority_report.h"
#include "compiler/tool/command.h"
#include "compiler/tool/compile.h"
#include "compiler/tool/output.h"
#include "compiler/tool/plan_run.h"
#include "compiler/tool/plan_view.h"

namespace synapsor::tool {
namespace {

constexpr int kExitChanged = 3;
constexpr int kExitBroadened = 4;

constexpr OptionSpec kOptions[] = {
    kConfigOption,
    kSchemaOption,
    kEngineOption,
    kLiveOption,
    {.name = "--explain-live",
     .value_name = "",
     .help = "compare with the sources' databases and say which lookups no index serves"},
    {.name = "--format",
     .value_name = "FORMAT",
     .help = "how to print (default text)",
     .choices = "text|json|markdown"},
    {.name = "--against",
     .value_name = "BUNDLE|REF",
     .help = "show the changes of authority since a bundle or git commit"},
    {.name = "--detailed-exitcode",
     .value_name = "",
     .help = "with --against: 3 for changes, 4 if any broadens authority"},
    {.name = "--approval",
     .value_name = "FILE",
     .help = "with --detailed-exitcode: an approved step gives 3 instead of 4"},
};

nlohmann::json FactsAsJson(const std::vector<bundle::AuthorityFact>& facts) {
  nlohmann::json list = nlohmann::json::array();
  for (const bundle::AuthorityFact& fact : facts) {
    list.push_back({{"subject", fact.subject},
                    {"verb", fact.verb},
                    {"object", fact.object},
                    {"qualifier", fact.qualifier},
                    {"place", fact.place}});
  }
  return list;
}

std::string Render(const PlanRun& run, const std::optional<AuthorityReport>& report, const std::string& format) {
  const Compilation& compilation = *run.compilation;
  const std::string& role = compilation.config.approval.default_role;
  if (format == "json") {
    nlohmann::json object = PlanAsJson(run.bundle);
    object["authority"] = report ? ChangesAsJson(*report) : nlohmann::json::object();
    object["authority"]["facts"] = FactsAsJson(run.bundle.authority);
    return object.dump(2) + "\n";
  }
  if (format == "markdown") {
    const std::string plan = PlanAsMarkdown(run.bundle, compilation.program, role);
    return report ? ChangesAsMarkdown(*report) + "\n" + plan : plan;
  }
  std::string text = PlanAsText(run.bundle, compilation.program, role);
  if (report) text += "\n" + ChangesAsText(*report);
  return text;
}

// What EXPLAIN told, beside the plan.
void RemarkLookups(const PlanRun& run) {
  std::deque<diag::Finding> scans;
  for (const diag::Finding& finding : run.compilation->sink.findings()) {
    if (finding.kind == diag::Kind::kLookupScansTable) scans.push_back(finding);
  }
  for (const std::string& remark : run.compilation->remarks) PrintRemark(remark);
  if (scans.empty()) {
    PrintRemark("an index serves each lookup");
    return;
  }
  const diag::Summary summary = diag::Summarize(scans, static_cast<int>(run.compilation->files.size()), 0);
  WriteToStandardError(diag::RenderText(run.compilation->sources, scans, summary, {}));
}

int DetailedExit(const AuthorityReport& report, bool approved) {
  if (report.changes.empty()) return kExitFine;
  return report.broadens() && !approved ? kExitBroadened : kExitChanged;
}

Result<int> Run(const Arguments& arguments) {
  const std::optional<std::string> against = arguments.Value("--against");
  if (arguments.Has("--detailed-exitcode") && !against) {
    return Fail(ErrorKind::kUsage, "`--detailed-exitcode` needs `--against`");
  }
  const std::optional<std::string> approval = arguments.Value("--approval");
  if (approval && !arguments.Has("--detailed-exitcode")) {
    return Fail(ErrorKind::kUsage, "`--approval` needs `--detailed-exitcode`");
  }
  CompileOptions options = CompileOptionsFrom(arguments);
  options.explain_live = arguments.Has("--explain-live");
  if (options.explain_live && options.live != Live::kNo) {
    return Fail(ErrorKind::kUsage, "`--live` and `--explain-live` exclude each other",
                "`--explain-live` compares the schema files with the databases, `--live` does without the files");
  }
  if (options.explain_live) options.live = Live::kCompare;
  SYN_ASSIGN_OR_RETURN(const PlanRun run, MakePlan(options));
  if (run.refused) {
    PrintRefusal(run, "there is no plan until the errors are mended");
    return kExitFindings;
  }
  RemarkWarnings(run);
  if (options.explain_live) RemarkLookups(run);
  std::optional<AuthorityReport> report;
  if (against) {
    SYN_ASSIGN_OR_RETURN(Baseline baseline, LoadBaseline(*against, options));
    report =
        CompareAuthority(baseline.name, baseline.digest, run.bundle.digest, baseline.authority, run.bundle.authority);
  }
  bool approved = false;
  if (approval) {
    SYN_ASSIGN_OR_RETURN(approved, IsApproved(*approval, *report));
  }
  SYN_RETURN_IF_ERROR(WriteData(Render(run, report, arguments.ValueOr("--format", "text"))));
  return report && arguments.Has("--detailed-exitcode") ? DetailedExit(*report, approved) : kExitFine;
}

}  // namespace

const Command kPlanCommand = {
    .name = "plan",
    .summary = "show the exact SQL, tools and approvals, and what authority a change adds",
    .usage = "[FILE...] [--against BUNDLE|REF] [--format text|json|markdown] [OPTION...]",
    .description =
        "Needs a schema. With --against, the changes of authority are listed and classed; a bundle file is read as it is,\n"
        "for a git commit the DDL, configuration and schema of that commit are built. Exit code 1 if the check has errors.",
    .example =
        "sync plan agent.ddl.sql --schema schema.sql --engine postgres\n"
        "sync plan --against origin/main --format markdown --detailed-exitcode",
    .options = kOptions,
    .run = Run,
};

}  // namespace synapsor::tool
