// `sync diff`: what authority one bundle has over another.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "compiler/tool/authority_report.h"
#include "compiler/tool/command.h"
#include "compiler/tool/output.h"
#include "runtime/bundle/load.h"

namespace synapsor::tool {
namespace {

constexpr OptionSpec kOptions[] = {
    {.name = "--format",
     .value_name = "FORMAT",
     .help = "how to print (default text)",
     .choices = "text|json|markdown"},
    {.name = "--approval", .value_name = "FILE", .help = "file that approves broadening steps, by both digests"},
};

std::string Render(const AuthorityReport& report, const std::string& format) {
  if (format == "json") return ChangesAsJson(report).dump(2) + "\n";
  return format == "markdown" ? ChangesAsMarkdown(report) : ChangesAsText(report);
}

Result<int> Run(const Arguments& arguments) {
  if (arguments.positional().size() != 2) {
    return Fail(ErrorKind::kUsage, "`sync diff` compares two bundles", "sync diff OLD.bundle.json NEW.bundle.json");
  }
  SYN_ASSIGN_OR_RETURN(const bundle::Bundle before, bundle::Load(arguments.positional()[0]));
  SYN_ASSIGN_OR_RETURN(const bundle::Bundle after, bundle::Load(arguments.positional()[1]));
  const AuthorityReport report =
      CompareAuthority(arguments.positional()[0], before.digest, after.digest, before.authority, after.authority);
  bool approved = false;
  if (const auto path = arguments.Value("--approval")) {
    SYN_ASSIGN_OR_RETURN(approved, IsApproved(*path, report));
  }
  SYN_RETURN_IF_ERROR(WriteData(Render(report, arguments.ValueOr("--format", "text"))));
  if (!report.broadens()) return kExitFine;
  if (approved) {
    PrintRemark("the broadening is approved");
    return kExitFine;
  }
  PrintRemark(fmt::format("authority broadens from {} to {} and is not approved", before.digest, after.digest));
  return kExitFindings;
}

}  // namespace

const Command kDiffCommand = {
    .name = "diff",
    .summary = "compare the authority of two bundles",
    .usage = "OLD NEW [--approval FILE] [--format text|json|markdown]",
    .description =
        "Each change is classed: broadens, narrows, neutral. A change that cannot be ordered, such as another tenant\n"
        "column, broadens in either direction. Exit code 1 if something broadens, unless the approval file names both\n"
        "digests: {\"approved\": [{\"from\": \"sha256:…\", \"to\": \"sha256:…\", \"by\": \"…\", \"reason\": \"…\"}]}",
    .example = "sync diff main.bundle.json pr.bundle.json --format markdown",
    .options = kOptions,
    .run = Run,
};

}  // namespace synapsor::tool
