// `synapsor-runner evidence show`: the rows that a call read, and the statements that read them.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "runtime/cli/output.h"
#include "runtime/tool/command.h"
#include "runtime/tool/parts.h"
#include "runtime/tool/style.h"

namespace synapsor::runner {
namespace {

using nlohmann::json;

constexpr cli::OptionSpec kOptions[] = {kConfigOption, kFormatOption};

json Named(const std::vector<ledger::NamedScalar>& values) {
  json object = json::object();
  for (const auto& value : values) object[value.name] = ToJson(value.value);
  return object;
}

json EvidenceJson(const ledger::Evidence& evidence, const std::vector<ledger::QueryAudit>& audits) {
  json items = json::array();
  for (const auto& item : evidence.items) {
    items.push_back({{"kind", item.kind},
                     {"source", item.source},
                     {"table", item.table},
                     {"key", Named(item.key)},
                     {"values", Named(item.values)}});
  }
  json queries = json::array();
  for (const auto& audit : audits) {
    queries.push_back({{"source", audit.source},
                       {"table", audit.table},
                       {"fingerprint", audit.fingerprint},
                       {"parameters_fingerprint", audit.parameters_fingerprint},
                       {"rows", audit.rows},
                       {"micros", audit.micros}});
  }
  return {{"evidence", ledger::EvidenceHandle(evidence.id)},
          {"run", ledger::RunHandle(evidence.run)},
          {"capability", evidence.capability},
          {"context", evidence.context},
          {"tenant", evidence.tenant},
          {"principal", evidence.principal},
          {"bundle_digest", evidence.bundle_digest},
          {"at", FormatInstant(evidence.at)},
          {"items", std::move(items)},
          {"queries", std::move(queries)}};
}

std::string EvidenceText(const ledger::Evidence& evidence, const std::vector<ledger::QueryAudit>& audits,
                         const Style& style) {
  std::string out =
      fmt::format("{}  {}\n", style.Bold(ledger::EvidenceHandle(evidence.id)), FormatInstant(evidence.at));
  out += fmt::format("{:<11} {}\n{:<11} {}\n{:<11} {}\n{:<11} {}\n", "capability", evidence.capability, "tenant",
                     Shown(evidence.tenant), "principal", Shown(evidence.principal), "run",
                     ledger::RunHandle(evidence.run));
  for (const auto& item : evidence.items) {
    out += fmt::format("\n{} of {}:{}", item.kind, item.source, item.table);
    for (const auto& key : item.key) out += fmt::format("  {} = {}", key.name, Shown(key.value));
    out += '\n';
    for (const auto& value : item.values) out += fmt::format("  {:<24} {}\n", value.name, Shown(value.value));
  }
  if (!audits.empty()) out += "\nstatements sent (parameters are kept as salted fingerprints)\n";
  for (const auto& audit : audits) {
    out += fmt::format("  {}:{}  {} row{}  {}\n", audit.source, audit.table, audit.rows, audit.rows == 1 ? "" : "s",
                       audit.fingerprint);
  }
  return out;
}

Result<int> Run(const cli::Arguments& arguments) {
  const auto& words = arguments.positional();
  if (words.size() != 2 || words[0] != "show") return Fail(ErrorKind::kUsage, "say `evidence show ID`");
  SYN_ASSIGN_OR_RETURN(const ledger::EvidenceId id, ParseId(words[1], "evidence://bundle/", "an evidence bundle"));
  SYN_ASSIGN_OR_RETURN(const config::Config config, LoadConfig(arguments));
  SYN_ASSIGN_OR_RETURN(const auto ledger, OpenLedger(config));
  SYN_ASSIGN_OR_RETURN(const auto evidence, ledger->FindEvidence(id));
  if (!evidence) {
    PrintRefusal("NOT_FOUND", fmt::format("there is no evidence {}", ledger::EvidenceHandle(id)));
    return kExitRefused;
  }
  if (evidence->removed_at.micros != 0) {
    PrintRefusal("REMOVED_BY_RETENTION", RemovedText(ledger::EvidenceHandle(id), evidence->removed_at));
    return kExitRefused;
  }
  SYN_ASSIGN_OR_RETURN(const auto audits, ledger->AuditsOf(evidence->run));
  SYN_RETURN_IF_ERROR(cli::WriteData(
      WantsJson(arguments) ? EvidenceJson(*evidence, audits).dump(2, ' ', false, json::error_handler_t::replace) + "\n"
                           : EvidenceText(*evidence, audits, TerminalStyle())));
  return kExitFine;
}

}  // namespace

const Command kEvidenceCommand = {
    "evidence",
    "show the rows that a call read",
    "show ID",
    "Prints what was recorded when a capability read its context: the rows by slot, their keys, and the fingerprints of\n"
    "the statements. Nothing is read from the source.",
    "synapsor-runner evidence show evidence://bundle/1",
    kOptions,
    Run,
};

}  // namespace synapsor::runner
