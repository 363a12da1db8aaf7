// `sync build`: DDL to bundle.
#include <fmt/format.h>

#include "compiler/tool/command.h"
#include "compiler/tool/compile.h"
#include "compiler/tool/output.h"
#include "compiler/tool/plan_run.h"
#include "runtime/base/replace_file.h"

namespace synapsor::tool {
namespace {

constexpr OptionSpec kOptions[] = {
    kConfigOption,
    kSchemaOption,
    kEngineOption,
    kLiveOption,
    {.name = "--output",
     .value_name = "FILE",
     .help = "where to write the bundle (`-`: standard output)",
     .short_name = "-o"},
};

Result<int> Run(const Arguments& arguments) {
  const std::optional<std::string> output = arguments.Value("--output");
  if (!output) return Fail(ErrorKind::kUsage, "`sync build` needs `-o FILE`", "for instance `-o app.bundle.json`");
  SYN_ASSIGN_OR_RETURN(const PlanRun run, MakePlan(CompileOptionsFrom(arguments)));
  if (run.refused) {
    PrintRefusal(run, "nothing was built");
    return kExitFindings;
  }
  RemarkWarnings(run);
  if (*output == "-") {
    SYN_RETURN_IF_ERROR(WriteData(run.bytes));
  } else {
    SYN_RETURN_IF_ERROR(ReplaceFile(*output, run.bytes));
  }
  const auto count = [](std::size_t n, std::string_view one, std::string_view many) {
    return fmt::format("{} {}", n, n == 1 ? one : many);
  };
  PrintRemark(fmt::format("{}: {}, {}, {}, {} bytes", run.bundle.digest,
                          count(run.bundle.capabilities.size(), "capability", "capabilities"),
                          count(run.bundle.contexts.size(), "context", "contexts"),
                          count(run.bundle.workflows.size(), "workflow", "workflows"), run.bytes.size()));
  return kExitFine;
}

}  // namespace

const Command kBuildCommand = {
    .name = "build",
    .summary = "compile the DDL into the bundle that the runtime loads",
    .usage = "[FILE...] -o BUNDLE [--config FILE | --schema FILE --engine ENGINE]",
    .description =
        "Checks as `sync check` does and writes nothing if there is an error. The same input gives the same bytes,\n"
        "whatever the folder, the machine and the order of the files. An existing bundle is replaced as a whole.",
    .example = "sync build agent.ddl.sql --schema schema.sql --engine postgres -o app.bundle.json",
    .options = kOptions,
    .run = Run,
};

}  // namespace synapsor::tool
