// `synapsor-runner proposals`: the reviewer's terminal. Deciding needs a subject that the configuration lists for the role:
// a name on a command line proves nothing by itself.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "runtime/cli/output.h"
#include "runtime/tool/command.h"
#include "runtime/tool/decide.h"
#include "runtime/tool/parts.h"
#include "runtime/tool/proposal_background.h"
#include "runtime/tool/proposal_view.h"
#include "runtime/tool/style.h"

namespace synapsor::runner {
namespace {

using nlohmann::json;

constexpr cli::OptionSpec kOptions[] = {
    kConfigOption,
    {"--bundle", "FILE",
     "show: the statement and the policies, too; when deciding: insist that the proposal was made under it"},
    {"--as", "SUBJECT", "who decides; the configuration must list the name for the role"},
    {"--role", "ROLE", "in which role", "", "", true},
    {"--reason", "TEXT", "why; kept with the decision"},
    {"--state", "STATE", "list: pending_review, approved, pending_worker, applied, conflict, failed, rejected, ..."},
    {"--tenant", "TENANT", "list: of this tenant"},
    {"--capability", "NAME", "list: of this capability"},
    {"--principal", "NAME", "list: proposed by this principal"},
    {"--object", "KEY", "list: for this row key"},
    {"--limit", "N", "list: at most so many; default 50"},
    {"--outcome", "OUTCOME", "reconcile: what really happened", "", "applied|conflict|failed"},
    kFormatOption,
};

Result<ledger::ProposalFilter> FilterOf(const cli::Arguments& arguments) {
  ledger::ProposalFilter filter;
  if (const auto state = arguments.Value("--state")) {
    filter.state = ledger::ParseState(*state);
    if (!filter.state)
      return Fail(ErrorKind::kUsage, fmt::format("`{}` is no state of a proposal", *state),
                  "try pending_review, approved, applied, conflict, failed, rejected, canceled or expired");
  }
  filter.tenant = arguments.ValueOr("--tenant", "");
  filter.capability = arguments.ValueOr("--capability", "");
  filter.principal = arguments.ValueOr("--principal", "");
  filter.object = arguments.ValueOr("--object", "");
  SYN_ASSIGN_OR_RETURN(const auto limit, arguments.Number("--limit", 1));
  filter.limit = limit.value_or(50);
  return filter;
}

Result<int> List(const cli::Arguments& arguments, ledger::Ledger& ledger) {
  SYN_ASSIGN_OR_RETURN(const ledger::ProposalFilter filter, FilterOf(arguments));
  SYN_RETURN_IF_ERROR(ledger.ExpireProposals());
  SYN_ASSIGN_OR_RETURN(const auto views, ledger.ListProposals(filter));
  std::string out;
  if (WantsJson(arguments)) {
    json list = json::array();
    for (const auto& view : views) list.push_back(ProposalJson(view));
    out = json{{"proposals", std::move(list)}}.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
  } else {
    out = ProposalTable(views, TerminalStyle());
  }
  SYN_RETURN_IF_ERROR(cli::WriteData(out));
  return kExitFine;
}

// What policies said that did not approve: events of the ledger, for they decide nothing.
json LeftProposed(const std::vector<ledger::Event>& events) {
  json list = json::array();
  for (const ledger::Event& event : events) {
    if (event.kind != "policy.left_proposed") continue;
    const json said = json::parse(event.payload_json, nullptr, false);
    if (!said.is_object()) continue;
    list.push_back({{"policy", said.value("policy", "")},
                    {"policy_digest", said.value("digest", "")},
                    {"condition", said.value("condition", "")},
                    {"asked_by", said.value("asked_by", "")},
                    {"at", FormatInstant(event.at)}});
  }
  return list;
}

std::string LeftProposedText(const json& list) {
  std::string out;
  for (const json& left : list) {
    out += fmt::format(
        "  {} left proposed by policy {}, asked by {}\n    version {}\n    {}\n", left["at"].get<std::string>(),
        Shown(left["policy"].get<std::string>(), 120), Shown(left["asked_by"].get<std::string>(), 80),
        Shown(left["policy_digest"].get<std::string>(), 80), Shown(left["condition"].get<std::string>(), 400));
  }
  return out.empty() ? out : "\n" + out;
}

Result<int> Show(const cli::Arguments& arguments, ledger::Ledger& ledger, ledger::ProposalId id) {
  SYN_ASSIGN_OR_RETURN(const auto view, ledger.FindProposal(id));
  if (!view) {
    PrintRefusal("NOT_FOUND", fmt::format("there is no proposal {}", ledger::ProposalHandle(id)));
    return kExitRefused;
  }
  SYN_ASSIGN_OR_RETURN(const std::vector<ledger::Event> events, ledger.EventsOf(ledger::ProposalHandle(id)));
  const json left = LeftProposed(events);
  Background background;
  if (view->proposal.evidence > 0) {
    SYN_ASSIGN_OR_RETURN(background.evidence, ledger.FindEvidence(view->proposal.evidence));
  }
  bundle::Bundle bundle;
  if (arguments.Has("--bundle")) {
    SYN_ASSIGN_OR_RETURN(bundle, LoadBundle(arguments));
    background.bundle = &bundle;
  }
  json shown = ProposalJson(*view);
  shown.update(BackgroundJson(view->proposal, background));
  if (!left.empty()) shown["left_proposed"] = left;
  const std::string out = WantsJson(arguments) ? shown.dump(2, ' ', false, json::error_handler_t::replace) + "\n"
                                               : ProposalText(*view, TerminalStyle()) + LeftProposedText(left) +
                                                     BackgroundText(view->proposal, background, TerminalStyle());
  SYN_RETURN_IF_ERROR(cli::WriteData(out));
  return kExitFine;
}

Result<int> Run(const cli::Arguments& arguments) {
  const auto& words = arguments.positional();
  const std::string action = words.empty() ? "list" : words.front();
  SYN_ASSIGN_OR_RETURN(const config::Config config, LoadConfig(arguments));
  if (action == "list") {
    if (words.size() > 1) return Fail(ErrorKind::kUsage, "`proposals list` takes no further word");
    SYN_ASSIGN_OR_RETURN(const auto ledger, OpenLedger(config));
    return List(arguments, *ledger);
  }
  const bool known =
      action == "show" || action == "approve" || action == "reject" || action == "cancel" || action == "reconcile";
  if (!known)
    return Fail(ErrorKind::kUsage, fmt::format("`proposals` cannot `{}`", Shown(action, 40)),
                "it can list, show, approve, reject, cancel and reconcile");
  if (words.size() != 2)
    return Fail(ErrorKind::kUsage, fmt::format("`proposals {}` needs one proposal, such as wrp://7", action));
  SYN_ASSIGN_OR_RETURN(const ledger::ProposalId id, ParseId(words[1], "wrp://", "a proposal"));
  SYN_ASSIGN_OR_RETURN(const auto ledger, OpenLedger(config));
  if (action == "show") return Show(arguments, *ledger, id);
  return Decide(arguments, config, *ledger, action, id);
}

}  // namespace

const Command kProposalsCommand = {
    "proposals",
    "list, show, approve, reject or cancel proposed changes",
    "list | show ID | approve|reject|cancel ID --as SUBJECT --role ROLE --reason TEXT",
    "A proposal is an exact change of one row that waits for a decision. `show` prints it column by column: before and\n"
    "after, who or what chose each value, and the evidence; with --bundle also the exact statement, its parameters and what\n"
    "policies say. A decision is bound to what was shown: it is refused if the proposal is not\n"
    "pending, if the subject proposed it, or if the configuration does not list the subject for the role.\n"
    "`reconcile ID --outcome ...` settles a change whose outcome the runner could not find out.",
    "synapsor-runner proposals show wrp://1 --bundle app.bundle.json\n"
    "synapsor-runner proposals approve wrp://1 --as lead_7 --role billing_reviewer --reason 'first late fee'",
    kOptions,
    Run,
};

}  // namespace synapsor::runner
