// `sync rules`: the table of everything the compiler can find.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "compiler/diag/rule_pages.h"
#include "compiler/tool/command.h"
#include "compiler/tool/output.h"

namespace synapsor::tool {
namespace {

constexpr OptionSpec kOptions[] = {
    {.name = "--format", .value_name = "FORMAT", .help = "how to print (default text)", .choices = "text|json"},
};

std::string_view SeverityName(diag::Severity severity) {
  return severity == diag::Severity::kError ? "error" : "warning";
}

bool MayBeAllowed(const diag::KindInfo& info) {
  return info.severity == diag::Severity::kWarning || info.finding_class == diag::Class::kAdvice;
}

std::string Text() {
  std::string out;
  for (const diag::KindInfo& info : diag::AllKinds()) {
    out += fmt::format("{}  {:<7}  {}  {}\n", info.code, SeverityName(info.severity),
                       MayBeAllowed(info) ? "may be allowed  " : "never suppressed", info.slug);
  }
  return out;
}

std::string Json() {
  nlohmann::ordered_json rules = nlohmann::ordered_json::array();
  for (const diag::KindInfo& info : diag::AllKinds()) {
    rules.push_back({{"code", info.code},
                     {"slug", info.slug},
                     {"severity", SeverityName(info.severity)},
                     {"suppressible", MayBeAllowed(info)},
                     {"summary", diag::Gist(diag::PageOf(info.kind))}});
  }
  return nlohmann::ordered_json{{"rules", std::move(rules)}}.dump(2) + "\n";
}

Result<int> Run(const Arguments& arguments) {
  if (!arguments.positional().empty()) {
    return Fail(ErrorKind::kUsage, fmt::format("`sync rules` takes no `{}`", arguments.positional().front()));
  }
  SYN_RETURN_IF_ERROR(WriteData(arguments.ValueOr("--format", "text") == "json" ? Json() : Text()));
  return kExitFine;
}

}  // namespace

const Command kRulesCommand = {
    .name = "rules",
    .summary = "list every rule with its severity",
    .usage = "[--format text|json]",
    .description =
        "One line a rule: code, severity, whether `-- sync:allow CODE reason` or a baseline may "
        "hide it, name.\n"
        "`sync explain CODE` tells the rest.",
    .example = "sync rules --format json",
    .options = kOptions,
    .run = Run,
};

}  // namespace synapsor::tool
