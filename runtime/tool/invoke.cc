// `synapsor-runner invoke`: one call, for operators and development. The session is the operator's word.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "runtime/base/edit_distance.h"
#include "runtime/base/strict_json.h"
#include "runtime/cli/output.h"
#include "runtime/interp/drift.h"
#include "runtime/session/session.h"
#include "runtime/tool/command.h"
#include "runtime/tool/parts.h"
#include "runtime/tool/style.h"

namespace synapsor::runner {
namespace {

using nlohmann::json;

constexpr cli::OptionSpec kOptions[] = {
    kBundleOption,
    kConfigOption,
    {"--arg", "NAME=VALUE", "an argument, as a model would give it", "", "", true},
    {"--arguments", "JSON", "all arguments as one JSON object, instead of --arg"},
    {"--session", "KEY=VALUE", "a trusted value", "", "", true},
    {"--workflow", "NAME", "call under this workflow's contract"},
    {"--run", "ID", "agent run that this is a step of"},
    {"--step-key", "KEY", "makes the step repeatable: the same key gives the stored answer"},
    {"--mode", "MODE", "insist on the kind of capability", "", "read_only|propose_only"},
    kFormatOption,
};

tl::unexpected<Error> UnknownCapability(const bundle::Bundle& bundle, const std::string& name) {
  std::vector<std::string_view> names;
  for (const bundle::Capability& capability : bundle.capabilities) names.push_back(capability.name);
  const auto nearest = NearestName(name, names);
  return Fail(ErrorKind::kUsage, fmt::format("the bundle has no capability `{}`", name),
              nearest ? fmt::format("did you mean `{}`?", *nearest)
                      : fmt::format("it has {}",
                                    fmt::join(names.begin(),
                                              names.begin() + std::min<std::ptrdiff_t>(10, std::ssize(names)), ", ")));
}

// A value in the ARG's type where the text is one; otherwise the text itself, which the interpreter refuses by name.
json ValueOf(const bundle::Capability& capability, const std::string& name, const std::string& text) {
  for (const bundle::Arg& arg : capability.args) {
    if (arg.name != name) continue;
    const auto value = FromText(text, arg.type);
    if (value) return ToJson(*value);
  }
  return text;
}

Result<json> ArgumentsOf(const cli::Arguments& arguments, const bundle::Capability& capability) {
  if (const auto whole = arguments.Value("--arguments")) {
    if (arguments.Has("--arg")) return Fail(ErrorKind::kUsage, "`--arg` and `--arguments` exclude each other");
    auto parsed = ParseStrictJson(*whole);
    if (!parsed) return Fail(ErrorKind::kUsage, "`--arguments`: " + parsed.error().message);
    return *std::move(parsed);
  }
  json object = json::object();
  for (const std::string& assignment : arguments.Values("--arg")) {
    const std::size_t equals = assignment.find('=');
    if (equals == 0 || equals == std::string::npos) {
      return Fail(ErrorKind::kUsage, "an argument is given as `--arg name=value`");
    }
    const std::string name = assignment.substr(0, equals);
    if (object.contains(name)) return Fail(ErrorKind::kUsage, fmt::format("argument `{}` is given twice", name));
    object[name] = ValueOf(capability, name, assignment.substr(equals + 1));
  }
  return object;
}

std::string ShownJson(const json& value) {
  return Shown(value.is_string() ? value.get_ref<const std::string&>()
                                 : value.dump(-1, ' ', false, json::error_handler_t::replace));
}

void AppendHandles(const json& answer, const Style& style, std::string& out) {
  const auto line = [&](std::string_view name, const json& value, std::string_view remark) {
    if (!value.is_null()) out += fmt::format("{:<10} {}{}\n", name, ShownJson(value), style.Dim(remark));
  };
  if (answer.contains("proposal")) {
    line("proposal", answer["proposal"]["proposal_id"], "  pending review; the source is unchanged");
  }
  line("evidence", answer.value("evidence_bundle_id", json()), "");
  const json action = answer.value("action", json::object());
  if (action.contains("branch") && action["branch"].is_object()) line("branch", action["branch"]["id"], "");
  if (action.contains("replay") && action["replay"].is_object()) line("run", action["replay"]["run_resource"], "");
}

std::string Report(const json& answer, const Style& style) {
  std::string out;
  if (!answer.contains("proposal")) {
    for (const auto& [name, value] : answer["payload"].items()) {
      if (name == "rows" && value.is_array()) {
        for (const json& row : value) out += "  " + ShownJson(row) + "\n";
      } else {
        out += fmt::format("  {:<20} {}\n", Shown(name), ShownJson(value));
      }
    }
  }
  AppendHandles(answer, style, out);
  return out;
}

Result<int> Finish(const interp::Outcome& outcome, bool as_json) {
  if (as_json) {
    SYN_RETURN_IF_ERROR(cli::WriteData(outcome.envelope->dump(2, ' ', false, json::error_handler_t::replace) + "\n"));
  } else if (outcome.refusal) {
    const interp::Refusal& refusal = *outcome.refusal;
    PrintRefusal(refusal.detail.empty() ? refusal.code : refusal.code + " (" + refusal.detail + ")", refusal.message);
    if (outcome.run != 0) cli::PrintRemark(kProgram, "recorded as " + ledger::RunHandle(outcome.run));
  } else {
    SYN_RETURN_IF_ERROR(cli::WriteData(Report(*outcome.envelope, TerminalStyle())));
  }
  if (!outcome.refusal) return kExitFine;
  // What this program or its ledger could not do is not a refusal of the call.
  return outcome.refusal->code == "INTERNAL" || outcome.refusal->detail == "LEDGER" ? kExitFailed : kExitRefused;
}

Result<int> Run(const cli::Arguments& arguments) {
  if (arguments.positional().size() != 1) return Fail(ErrorKind::kUsage, "name one capability");
  const std::string& name = arguments.positional().front();
  SYN_ASSIGN_OR_RETURN(const config::Config config, LoadConfig(arguments));
  SYN_ASSIGN_OR_RETURN(const bundle::Bundle bundle, LoadBundle(arguments));
  const bundle::Capability* capability = bundle.FindCapability(name);
  if (!capability) {
    cli::PrintError(kProgram, UnknownCapability(bundle, name).value());
    return kExitRefused;
  }
  SYN_ASSIGN_OR_RETURN(const json values, ArgumentsOf(arguments, *capability));
  SYN_ASSIGN_OR_RETURN(const session::Session session, session::FromOperator(arguments.Values("--session")));
  interp::CallOptions options;
  options.workflow = arguments.ValueOr("--workflow", "");
  options.step_key = arguments.ValueOr("--step-key", "");
  options.mode = arguments.ValueOr("--mode", "");
  if (const auto run = arguments.Value("--run")) {
    SYN_ASSIGN_OR_RETURN(options.run, ParseId(*run, "agent-run://", "a run"));
  }
  SYN_ASSIGN_OR_RETURN(const interp::Readers readers, OpenReaders(bundle, config));
  SYN_RETURN_IF_ERROR(interp::CheckDrift(bundle, readers));
  SYN_ASSIGN_OR_RETURN(const auto ledger, OpenLedger(config));
  interp::Runtime runtime(bundle, config, readers, *ledger, SystemClock(), [](const std::string& line) {
    if (!line.starts_with("refused ")) cli::PrintRemark(kProgram, Shown(line));
  });
  SYN_ASSIGN_OR_RETURN(const interp::Outcome outcome, runtime.Invoke(name, values, session, options));
  return Finish(outcome, WantsJson(arguments));
}

}  // namespace

const Command kInvokeCommand = {
    "invoke",
    "call one capability",
    "CAPABILITY --bundle FILE [--arg NAME=VALUE]... [--session KEY=VALUE]...",
    "Calls a capability as an agent would, with the operator's word for the trusted values. A read prints the slots;\n"
    "a proposal prints its handle and changes nothing. The call is recorded like any other.",
    "synapsor-runner invoke billing.propose_late_fee_waiver --bundle app.bundle.json \\\n"
    "  --workflow billing.late_fee_waiver_flow --session tenant_id=acme --session principal=agent_7 \\\n"
    "  --session current_invoice_id=3001 --arg invoice_id=3001 --arg reason='card update failure'",
    kOptions,
    Run,
};

}  // namespace synapsor::runner
