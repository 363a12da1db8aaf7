// `synapsor-runner source disable|enable`: the switch that stops all use of a source at once.
#include <fmt/format.h>

#include <algorithm>

#include "runtime/cli/output.h"
#include "runtime/tool/command.h"
#include "runtime/tool/parts.h"
#include "runtime/tool/style.h"

namespace synapsor::runner {
namespace {

constexpr cli::OptionSpec kOptions[] = {
    kConfigOption,
    {"--as", "SUBJECT", "who switches; recorded"},
};

Result<int> Run(const cli::Arguments& arguments) {
  const auto& words = arguments.positional();
  const bool known = words.size() == 2 && (words[0] == "disable" || words[0] == "enable");
  if (!known) return Fail(ErrorKind::kUsage, "say `source disable NAME` or `source enable NAME`");
  const std::string& name = words[1];
  SYN_ASSIGN_OR_RETURN(const config::Config config, LoadConfig(arguments));
  if (!config.sources.contains(name)) {
    std::vector<std::string> names;
    for (const auto& [source, ignored] : config.sources) names.push_back(source);
    return Fail(
        ErrorKind::kUsage, fmt::format("the configuration has no source `{}`", Shown(name, 60)),
        names.empty() ? "name it under `sources` in synapsor.json" : fmt::format("it has {}", fmt::join(names, ", ")));
  }
  const auto actor = arguments.Value("--as");
  if (!actor || actor->empty()) return Fail(ErrorKind::kUsage, "who switches is not said", "add `--as SUBJECT`");
  SYN_ASSIGN_OR_RETURN(const auto ledger, OpenLedger(config));
  const bool disable = words[0] == "disable";
  SYN_RETURN_IF_ERROR(ledger->SetSourceDisabled(name, disable, *actor));
  SYN_RETURN_IF_ERROR(cli::WriteData(fmt::format(
      "source `{}` is {}\n", name, disable ? "disabled: no call reads it, no job is applied to it" : "enabled")));
  return kExitFine;
}

}  // namespace

const Command kSourceCommand = {
    "source",
    "switch a source off or on, everywhere at once",
    "disable|enable NAME --as SUBJECT",
    "While a source is disabled every call that needs it is refused and no approved change is applied to it. The switch\n"
    "lies in the ledger, so it holds for every process that shares it.",
    "synapsor-runner source disable app --as operator_1",
    kOptions,
    Run,
};

}  // namespace synapsor::runner
