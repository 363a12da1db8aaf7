// `synapsor-runner audit verify`: walks the ledger's chain of events.
#include <fmt/format.h>

#include <filesystem>
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

// Opening makes an empty ledger where there is none; an audit of a mistyped or lost one must not find it whole.
Status MustExist(const config::Config& config) {
  constexpr std::string_view kScheme = "sqlite:";
  if (!config.ledger.starts_with(kScheme)) return {};
  const std::string path = config.ledger.substr(kScheme.size());
  std::error_code problem;
  if (const auto size = std::filesystem::file_size(path, problem); !problem && size > 0) return {};
  if (problem && problem != std::errc::no_such_file_or_directory) return {};
  return Fail(
      ErrorKind::kIo, fmt::format("there is no ledger `{}` to verify", path),
      "name the right one under `ledger` in synapsor.json; a ledger that was there has been removed or emptied");
}

Result<int> Run(const cli::Arguments& arguments) {
  const auto& words = arguments.positional();
  if (words.size() != 1 || words[0] != "verify") return Fail(ErrorKind::kUsage, "say `audit verify`");
  SYN_ASSIGN_OR_RETURN(const config::Config config, LoadConfig(arguments));
  SYN_RETURN_IF_ERROR(MustExist(config));
  SYN_ASSIGN_OR_RETURN(const auto ledger, OpenLedger(config));
  SYN_ASSIGN_OR_RETURN(const auto report, ledger->VerifyChain(arguments.ValueOr("--head", "")));
  if (WantsJson(arguments)) {
    const nlohmann::json object = {{"intact", report.intact},
                                   {"events", report.events},
                                   {"head", report.head},
                                   {"first_bad_sequence", report.first_bad_sequence},
                                   {"problem", report.problem}};
    SYN_RETURN_IF_ERROR(cli::WriteData(object.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n"));
  } else if (report.intact) {
    const Style style = TerminalStyle();
    SYN_RETURN_IF_ERROR(
        cli::WriteData(fmt::format("{}: {} event{}\nhead {}\n", style.Green("the chain is whole"), report.events,
                                   report.events == 1 ? "" : "s", report.head.empty() ? "(none)" : report.head)));
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
