// `synapsor-runner retention`: removes from the ledger what the workflows' RETENTION lets go. A command of its own, so that
// the process which models talk to never deletes.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "runtime/cli/output.h"
#include "runtime/tool/command.h"
#include "runtime/tool/parts.h"
#include "runtime/tool/retain.h"
#include "runtime/tool/signals.h"

namespace synapsor::runner {
namespace {

using nlohmann::json;

constexpr cli::OptionSpec kOptions[] = {
    kBundleOption,
    kConfigOption,
    {"--dry-run", "", "only say what would be removed"},
    kFormatOption,
};

json RuleJson(const ledger::RetentionRule& rule, const ledger::RetentionCount& count, bool looked_only) {
  return {{"workflow", rule.workflow}, {"what", ledger::RetainedName(rule.what)},
          {"days", rule.days},         {looked_only ? "would_be_removed" : "removed", count.removed},
          {"held", count.held},        {"damaged", count.damaged}};
}

Result<int> Run(const cli::Arguments& arguments) {
  if (!arguments.positional().empty()) return Fail(ErrorKind::kUsage, "`retention` takes no words, only options");
  SYN_ASSIGN_OR_RETURN(const config::Config config, LoadConfig(arguments));
  SYN_ASSIGN_OR_RETURN(const bundle::Bundle bundle, LoadBundle(arguments));
  SYN_ASSIGN_OR_RETURN(const auto ledger, OpenLedger(config));
  StopOnSignals();
  const bool look_only = arguments.Has("--dry-run");
  json rules = json::array();
  std::string text;
  bool damaged = false;
  for (const ledger::RetentionRule& rule : RetentionRules(bundle)) {
    if (StopAsked()) break;
    SYN_ASSIGN_OR_RETURN(const auto count, look_only ? ledger->CountDue(rule) : RetainAll(*ledger, rule));
    rules.push_back(RuleJson(rule, count, look_only));
    text += RetentionText(rule, count, look_only) + "\n";
    damaged = damaged || count.damaged > 0;
  }
  if (text.empty()) text = "no workflow of this bundle says RETENTION: nothing is ever removed\n";
  SYN_RETURN_IF_ERROR(
      cli::WriteData(WantsJson(arguments) ? json{{"retention", std::move(rules)}}.dump(2) + "\n" : text));
  return damaged ? kExitRefused : kExitFine;
}

}  // namespace

const Command kRetentionCommand = {
    "retention",
    "remove runs and evidence that their workflow no longer keeps",
    "--bundle FILE [--dry-run]",
    "Takes the content of runs (arguments, session, result, query audit) and of evidence (the rows that were read) when it\n"
    "is older than the RETENTION of its workflow. Ids, digests, proposals, decisions, receipts and events stay, and the\n"
    "chain stays verifiable: an event names each removed record with its digest. What an open proposal or an unfinished\n"
    "job needs is kept until it is done. Safe to kill and to run again; others may work on the ledger meanwhile.\n"
    "Exit code 1 when records are not as they were recorded: those are left for `audit verify`.",
    "synapsor-runner retention --bundle app.bundle.json --dry-run\n"
    "synapsor-runner retention --bundle app.bundle.json",
    kOptions,
    Run,
};

}  // namespace synapsor::runner
