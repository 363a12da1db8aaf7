// `synapsor-runner settle`: has a compiled settlement policy decide, because an operator asks for it. Nothing settles by
// itself, and no model can ask.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "runtime/cli/output.h"
#include "runtime/proposal/settle.h"
#include "runtime/tool/command.h"
#include "runtime/tool/decide.h"
#include "runtime/tool/parts.h"

namespace synapsor::runner {
namespace {

constexpr cli::OptionSpec kOptions[] = {
    kConfigOption,
    kBundleOption,
    {"--policy", "NAME", "the settlement policy that decides"},
    {"--run", "RUN", "all pending proposals of this agent run, instead of one proposal"},
    {"--as", "SUBJECT", "who asks; the configuration must list the name for the role"},
    {"--role", "ROLE", "in which role: the one that the proposal asks for, or operator", "", "", true},
    kFormatOption,
};

std::string Text(const proposal::Settlement& settlement) {
  std::string text;
  for (const ledger::SettlementStep& step : settlement.steps) {
    text += fmt::format("{} {}\n", ledger::ProposalHandle(step.decision.proposal),
                        settlement.approved ? "is approved; `synapsor-runner apply --once` carries it out"
                                            : "is left proposed and waits for a reviewer");
    for (const std::string& condition : step.decision.conditions) text += fmt::format("  {}\n", condition);
  }
  return text + fmt::format("policy {} {}\n", settlement.policy->name, settlement.policy->digest);
}

Result<proposal::Settlement> Settle(const cli::Arguments& arguments, const bundle::Bundle& bundle,
                                    ledger::Ledger& ledger, const std::string& policy, const proposal::Asker& asker) {
  if (const auto run = arguments.Value("--run")) {
    SYN_ASSIGN_OR_RETURN(const ledger::RunId id, ParseId(*run, ledger::kRunScheme, "a run"));
    return proposal::SettleRun(bundle, ledger, id, policy, asker);
  }
  SYN_ASSIGN_OR_RETURN(const ledger::ProposalId id,
                       ParseId(arguments.positional().front(), ledger::kProposalScheme, "a proposal"));
  return proposal::SettleProposal(bundle, ledger, id, policy, asker);
}

Result<int> Run(const cli::Arguments& arguments) {
  const std::size_t words = arguments.positional().size();
  if (words + (arguments.Has("--run") ? 1 : 0) != 1) {
    return Fail(ErrorKind::kUsage, "`settle` needs one proposal, or `--run RUN`",
                "such as `settle wrp://7 --policy NAME`");
  }
  const auto policy = arguments.Value("--policy");
  if (!policy) return Fail(ErrorKind::kUsage, "no policy given", "add `--policy NAME`");
  SYN_ASSIGN_OR_RETURN(const config::Config config, LoadConfig(arguments));
  SYN_ASSIGN_OR_RETURN(const auto decider, WhoDecides(arguments, config, false));
  if (!decider) return kExitRefused;
  SYN_ASSIGN_OR_RETURN(const bundle::Bundle bundle, LoadBundle(arguments));
  SYN_ASSIGN_OR_RETURN(const auto ledger, OpenLedger(config));
  SYN_ASSIGN_OR_RETURN(const proposal::Settlement settlement,
                       Settle(arguments, bundle, *ledger, *policy, {decider->subject, decider->roles}));
  if (!settlement.refusal_code.empty()) {
    PrintRefusal(settlement.refusal_code, settlement.refusal_message);
    return kExitRefused;
  }
  const std::string out = WantsJson(arguments)
                              ? ToJson(settlement).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n"
                              : Text(settlement);
  SYN_RETURN_IF_ERROR(cli::WriteData(out));
  return settlement.approved ? kExitFine : kExitRefused;
}

}  // namespace

const Command kSettleCommand = {
    "settle",
    "have a settlement policy decide on a proposal or on a run",
    "wrp://N | --run RUN --policy NAME --bundle FILE --as SUBJECT --role ROLE",
    "A policy approves only when somebody asks for it, and only what meets every condition and limit that it was compiled\n"
    "with. A run is settled as a whole: all of its pending proposals are approved, or all are left proposed. A policy\n"
    "never stands for the reviewer that ON RISK demands, nor for several. The decision names the policy's version and the\n"
    "outcome of each condition. Exit code 1 where proposals are left proposed.",
    "synapsor-runner settle wrp://7 --policy billing.small_fee --bundle app.bundle.json --as lead_7 --role operator\n"
    "synapsor-runner settle --run agent-run://3 --policy billing.small_run --bundle app.bundle.json --as lead_7 --role operator",
    kOptions,
    Run,
};

}  // namespace synapsor::runner
