// `synapsor-runner replay`: a recorded run as it was; for reads, what the same call gives now.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "runtime/cli/output.h"
#include "runtime/interp/envelope.h"
#include "runtime/tool/command.h"
#include "runtime/tool/parts.h"
#include "runtime/tool/proposal_view.h"
#include "runtime/tool/style.h"

namespace synapsor::runner {
namespace {

using nlohmann::json;

constexpr cli::OptionSpec kOptions[] = {
    kBundleOption,
    kConfigOption,
    {"--recorded", "", "only what was recorded; nothing is read now, no bundle is needed"},
    kFormatOption,
};

json ParseOr(const std::string& text, json otherwise) {
  json value = json::parse(text, nullptr, false);
  return value.is_discarded() ? otherwise : value;
}

// What the same read gives now. Null when there is nothing to compare, with the reason in `why_not`.
struct Comparison {
  json now, differences;
  ledger::RunId run = 0;
  std::string why_not;
};

json Flat(const json& value) {
  return value.is_object() || value.is_array() ? value.flatten() : json::object({{"", value}});
}

json Differences(const json& then, const json& now) {
  json differences = json::array();
  const json before = Flat(then);
  const json after = Flat(now);
  for (const auto& [place, value] : before.items()) {
    if (!after.contains(place) || after[place] != value) {
      differences.push_back({{"place", place}, {"then", value}, {"now", after.value(place, json())}});
    }
  }
  for (const auto& [place, value] : after.items()) {
    if (!before.contains(place)) differences.push_back({{"place", place}, {"then", nullptr}, {"now", value}});
  }
  return differences;
}

session::Session SessionOf(const ledger::Run& run) {
  session::Session session;
  session.provider = "operator";
  const json values = ParseOr(run.session_json, json::object());
  for (const auto& [key, value] : values.items()) {
    if (value.is_string()) session.values.emplace(key, value.get<std::string>());
  }
  return session;
}

std::string WhyNotComparable(const ledger::Run& run, const bundle::Bundle& bundle) {
  if (run.kind == "agent_run") return "an agent run is compared step by step";
  if (run.status != "ok") return "the call did not succeed";
  const bundle::Capability* capability = bundle.FindCapability(run.capability);
  if (!capability) return "the bundle no longer has the capability";
  return capability->is_proposal ? "a proposal is not made again" : "";
}

// The comparing read is a call like any other: it is recorded.
Result<Comparison> Compare(const ledger::Run& run, const bundle::Bundle& bundle, const config::Config& config,
                           ledger::Ledger& ledger) {
  Comparison comparison;
  comparison.why_not = WhyNotComparable(run, bundle);
  if (!comparison.why_not.empty()) return comparison;
  SYN_ASSIGN_OR_RETURN(const interp::Readers readers, OpenReaders(bundle, config));
  interp::Runtime runtime(bundle, config, readers, ledger, SystemClock());
  interp::CallOptions options;
  options.workflow = run.workflow;
  SYN_ASSIGN_OR_RETURN(const auto outcome, runtime.Invoke(run.capability, ParseOr(run.arguments_json, json::object()),
                                                          SessionOf(run), options));
  comparison.run = outcome.run;
  if (outcome.refusal) {
    comparison.why_not = fmt::format("the same call is refused now: {}", outcome.refusal->code);
    return comparison;
  }
  comparison.now = outcome.envelope->at("payload");
  comparison.differences =
      Differences(ParseOr(run.result_json, json::object()).value("payload", json()), comparison.now);
  return comparison;
}

json RunJson(const ledger::Run& run) {
  json object = {{"run", ledger::RunHandle(run.id)},
                 {"kind", run.kind},
                 {"workflow", run.workflow},
                 {"capability", run.capability},
                 {"tenant", run.tenant},
                 {"principal", run.principal},
                 {"status", run.status},
                 {"status_code", run.status_code},
                 {"at", FormatInstant(run.at)},
                 {"bundle_digest", run.bundle_digest},
                 {"arguments", ParseOr(run.arguments_json, json())},
                 {"session", ParseOr(run.session_json, json())},
                 {"result", interp::RecordedAnswer(run)}};
  if (run.removed_at.micros != 0) object["removed_at"] = FormatInstant(run.removed_at);
  if (run.parent != 0) object["parent"] = ledger::RunHandle(run.parent);
  if (!run.step_key.empty()) object["step_key"] = run.step_key;
  if (run.evidence != 0) object["evidence"] = ledger::EvidenceHandle(run.evidence);
  if (run.proposal != 0) object["proposal"] = ledger::ProposalHandle(run.proposal);
  return object;
}

std::string ShownJson(const json& value) {
  return Shown(value.dump(-1, ' ', false, json::error_handler_t::replace), 300);
}

std::string RunText(const json& run, const Style& style) {
  std::string out =
      fmt::format("{}  {} {}\n", style.Bold(run["run"].get<std::string>()), run["at"].get<std::string>(),
                  run.contains("removed_at")
                      ? style.Dim(fmt::format("removed by retention on {}", run["removed_at"].get<std::string>()))
                  : run["status"] == "ok"
                      ? style.Green("ok")
                      : style.Red(run["status"].get<std::string>() + " " + run["status_code"].get<std::string>()));
  for (const char* name : {"capability", "workflow", "parent", "step_key", "tenant", "principal", "arguments",
                           "evidence", "proposal", "bundle_digest"}) {
    if (!run.contains(name) || run[name].is_null() || run[name] == "") continue;
    out += fmt::format("  {:<14} {}\n", name,
                       run[name].is_string() ? Shown(run[name].get_ref<const std::string&>()) : ShownJson(run[name]));
  }
  const json& result = run["result"];
  if (result.is_object() && result.contains("payload"))
    out += fmt::format("  {:<14} {}\n", "result", ShownJson(result["payload"]));
  return out;
}

std::string ComparisonText(const Comparison& comparison, const Style& style) {
  if (!comparison.why_not.empty()) return fmt::format("\nnow: not compared: {}\n", comparison.why_not);
  std::string out = fmt::format("\nnow ({}): ", ledger::RunHandle(comparison.run));
  if (comparison.differences.empty()) return out + style.Green("the same") + "\n";
  out += fmt::format("{} difference{}\n", comparison.differences.size(), comparison.differences.size() == 1 ? "" : "s");
  for (const json& difference : comparison.differences) {
    out += fmt::format("  {:<24} {} -> {}\n", Shown(difference["place"].get_ref<const std::string&>(), 80),
                       style.Red(ShownJson(difference["then"])), style.Green(ShownJson(difference["now"])));
  }
  return out;
}

Result<int> Run(const cli::Arguments& arguments) {
  if (arguments.positional().size() != 1) return Fail(ErrorKind::kUsage, "name one run, such as agent-run://7");
  SYN_ASSIGN_OR_RETURN(const ledger::RunId id, ParseId(arguments.positional()[0], "agent-run://", "a run"));
  SYN_ASSIGN_OR_RETURN(const config::Config config, LoadConfig(arguments));
  SYN_ASSIGN_OR_RETURN(const auto ledger, OpenLedger(config));
  SYN_ASSIGN_OR_RETURN(const auto run, ledger->FindRun(id));
  if (!run) {
    PrintRefusal("NOT_FOUND", fmt::format("there is no run {}", ledger::RunHandle(id)));
    return kExitRefused;
  }
  if (run->removed_at.micros != 0) {
    PrintRefusal("REMOVED_BY_RETENTION", RemovedText(ledger::RunHandle(id), run->removed_at));
    return kExitRefused;
  }
  Comparison comparison;
  comparison.why_not = "only the record was asked for";
  if (!arguments.Has("--recorded")) {
    SYN_ASSIGN_OR_RETURN(const bundle::Bundle bundle, LoadBundle(arguments));
    SYN_ASSIGN_OR_RETURN(comparison, Compare(*run, bundle, config, *ledger));
    if (comparison.why_not.empty() && run->bundle_digest != bundle.digest) {
      cli::PrintRemark(kProgram, "the run was made under another bundle: the contract may mean something else now");
    }
  }
  SYN_ASSIGN_OR_RETURN(const auto steps, ledger->Steps(id));
  std::optional<ledger::ProposalView> proposal;
  if (run->proposal != 0) {
    SYN_ASSIGN_OR_RETURN(proposal, ledger->FindProposal(run->proposal));
  }
  json object = RunJson(*run);
  object["steps"] = json::array();
  for (const ledger::Run& step : steps) object["steps"].push_back(RunJson(step));
  if (proposal) object["proposal_state"] = ProposalJson(*proposal);
  const Style style = TerminalStyle();
  std::string out;
  if (WantsJson(arguments)) {
    object["now"] = {
        {"payload", comparison.now}, {"differences", comparison.differences}, {"not_compared", comparison.why_not}};
    out = object.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
  } else {
    out = RunText(object, style);
    for (const json& step : object["steps"]) out += "\n" + RunText(step, style);
    if (proposal) out += "\n" + ProposalText(*proposal, style);
    if (!proposal) out += ComparisonText(comparison, style);
  }
  SYN_RETURN_IF_ERROR(cli::WriteData(out));
  return kExitFine;
}

}  // namespace

const Command kReplayCommand = {
    "replay",
    "show a recorded run, and how the same read differs now",
    "RUN --bundle FILE | RUN --recorded",
    "Prints the run as the ledger holds it: arguments, evidence, result, steps, proposal. For a read the same call is made\n"
    "again with the recorded trusted values, recorded as a run of its own, and compared. Proposals are never made again.",
    "synapsor-runner replay agent-run://1 --bundle app.bundle.json",
    kOptions,
    Run,
};

}  // namespace synapsor::runner
