// `synapsor-runner audit verify`: walks the ledger's chain of events.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "runtime/cli/output.h"
#include "runtime/tool/command.h"
#include "runtime/tool/parts.h"
#include "runtime/tool/style.h"

namespace synapsor::runner {
namespace {

constexpr cli::OptionSpec kOptions[] = {
    kConfigOption,
    {"--head", "HASH", "a head noted down earlier: it must still be in the chain"},
    kFormatOption,
};

Result<int> Run(const cli::Arguments& arguments) {
  const auto& words = arguments.positional();
  if (words.size() != 1 || words[0] != "verify") return Fail(ErrorKind::kUsage, "say `audit verify`");
  SYN_ASSIGN_OR_RETURN(const config::Config config, LoadConfig(arguments));
  SYN_ASSIGN_OR_RETURN(const auto ledger, OpenLedger(config));
  SYN_ASSIGN_OR_RETURN(const auto report, ledger->VerifyChain(arguments.ValueOr("--head", "")));
  if (WantsJson(arguments)) {
    const nlohmann::json object = {{"intact", report.intact}, {"events", report.events}, {"head", report.head},
                                   {"first_bad_sequence", report.first_bad_sequence}, {"problem", report.problem}};
    SYN_RETURN_IF_ERROR(cli::WriteData(object.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n"));
  } else if (report.intact) {
    const Style style = TerminalStyle();
    SYN_RETURN_IF_ERROR(cli::WriteData(fmt::format("{}: {} events\nhead {}\n", style.Green("the chain is whole"), report.events,
                                                   report.head.empty() ? "(none)" : report.head)));
  } else {
    PrintRefusal("CHAIN_BROKEN", fmt::format("at event {}: {}", report.first_bad_sequence, Shown(report.problem)));
  }
  return report.intact ? kExitFine : kExitRefused;
}

}  // namespace

const Command kAuditCommand = {
    "audit",
    "verify that nothing in the ledger was edited, removed or reordered",
    "verify [--head HASH]",
    "Recomputes the hash of every event and of every record that an event names. Note the head down somewhere else:\n"
    "with `--head` a later run also shows that no tail was cut off.",
    "synapsor-runner audit verify",
    kOptions,
    Run,
};

}  // namespace synapsor::runner
