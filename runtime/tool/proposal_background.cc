#include "runtime/tool/proposal_background.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "runtime/proposal/policy.h"
#include "runtime/proposal/statement.h"
#include "runtime/tool/proposal_view.h"

namespace synapsor::runner {
namespace {

using nlohmann::json;

std::string EvidenceRows(const Background& background, const Style& style) {
  if (!background.evidence) return {};
  if (background.evidence->removed_at.micros != 0)
    return fmt::format("\n{}\n", style.Dim("the evidence was removed by retention"));
  std::string out = fmt::format("\n{}\n", style.Bold("evidence it rests on"));
  for (const ledger::EvidenceItem& item : background.evidence->items) {
    out += fmt::format("  {} of {}:{}", item.kind, item.source, item.table);
    for (const auto& key : item.key) out += fmt::format("  {} = {}", key.name, Shown(key.value));
    out += '\n';
    for (const auto& value : item.values) out += fmt::format("    {:<22} {}\n", value.name, Shown(value.value));
  }
  return out;
}

std::string StatementText(const bundle::PatchPlan& patch, const ledger::Proposal& proposal, const Style& style) {
  std::string out = fmt::format("\n{}\n", style.Bold("statement that will run"));
  std::string_view rest = patch.update.sql;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    out += fmt::format("  {}\n", line);
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  }
  int position = 0;
  for (const auto& parameter : proposal::ShownParameters(patch, proposal)) {
    out +=
        fmt::format("  {:>3}  {}  {}\n", ++position, parameter.value ? Shown(*parameter.value) : "decided when it runs",
                    ChosenText(parameter.provenance, style));
  }
  return out;
}

bool InScope(const bundle::Policy& policy, const ledger::Proposal& proposal) {
  return policy.scope == (policy.for_workflow ? proposal.workflow : proposal.capability);
}

std::string PoliciesText(const bundle::Bundle& bundle, const ledger::Proposal& proposal, const Style& style) {
  std::string out;
  for (const bundle::Policy& policy : bundle.policies) {
    if (!InScope(policy, proposal)) continue;
    out += fmt::format("\n{} {}\n", style.Bold("policy"), policy.name);
    for (const auto& outcome : proposal::EvaluateConditions(policy, proposal)) {
      const std::string line = fmt::format("  {}: {}", Shown(outcome.text), outcome.outcome);
      out += (outcome.holds() ? style.Dim(line) : style.Red(line)) + "\n";
    }
    for (const auto& limit : policy.limits)
      out += style.Dim(fmt::format("  {}: counted when it is asked", proposal::LimitText(limit))) + "\n";
  }
  return out;
}

}  // namespace

std::string BackgroundText(const ledger::Proposal& proposal, const Background& background, const Style& style) {
  std::string out = EvidenceRows(background, style);
  if (background.bundle == nullptr)
    return out + style.Dim("\nadd `--bundle FILE` to see the statement that will run\n");
  const bundle::Capability* plan = proposal::PlanOf(*background.bundle, proposal);
  if (plan == nullptr) return out + style.Red("\nthe given bundle is not the one that made this proposal") + "\n";
  return out + StatementText(*plan->patch, proposal, style) + PoliciesText(*background.bundle, proposal, style);
}

json BackgroundJson(const ledger::Proposal& proposal, const Background& background) {
  json shown = json::object();
  if (background.evidence) {
    json items = json::array();
    for (const ledger::EvidenceItem& item : background.evidence->items) {
      json key = json::object(), values = json::object();
      for (const auto& part : item.key) key[part.name] = ToJson(part.value);
      for (const auto& part : item.values) values[part.name] = ToJson(part.value);
      items.push_back({{"kind", item.kind},
                       {"source", item.source},
                       {"table", item.table},
                       {"key", std::move(key)},
                       {"values", std::move(values)}});
    }
    shown["evidence_items"] = std::move(items);
  }
  const bundle::Capability* plan =
      background.bundle == nullptr ? nullptr : proposal::PlanOf(*background.bundle, proposal);
  if (plan == nullptr) return shown;
  json parameters = json::array();
  for (const auto& parameter : proposal::ShownParameters(*plan->patch, proposal)) {
    parameters.push_back({{"value", parameter.value ? ToJson(*parameter.value) : json()},
                          {"provenance", parameter.provenance},
                          {"type", parameter.database_type}});
  }
  shown["statement"] = {{"sql", plan->patch->update.sql}, {"parameters", std::move(parameters)}};
  json policies = json::array();
  for (const bundle::Policy& policy : background.bundle->policies) {
    if (!InScope(policy, proposal)) continue;
    json conditions = json::array();
    for (const auto& outcome : proposal::EvaluateConditions(policy, proposal))
      conditions.push_back({{"condition", outcome.text}, {"outcome", outcome.outcome}});
    policies.push_back({{"name", policy.name}, {"digest", policy.digest}, {"conditions", std::move(conditions)}});
  }
  shown["policies"] = std::move(policies);
  return shown;
}

}  // namespace synapsor::runner
