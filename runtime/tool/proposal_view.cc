#include "runtime/tool/proposal_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace synapsor::runner {
namespace {

using ledger::ProposalState;
using nlohmann::json;

std::string Painted(ProposalState state, const Style& style) {
  const std::string name(ledger::StateName(state));
  switch (state) {
    case ProposalState::kApplied: return style.Green(name);
    case ProposalState::kConflict:
    case ProposalState::kFailed:
    case ProposalState::kReconciliationRequired: return style.Red(name);
    case ProposalState::kPendingReview:
    case ProposalState::kApproved:
    case ProposalState::kPendingWorker: return style.Yellow(name);
    default: return style.Dim(name);
  }
}

std::string TargetName(const ledger::Proposal& p) {
  std::string name = p.source + ":";
  if (!p.schema.empty()) name += p.schema + ".";
  return name + p.table;
}

// Who or what chose a value.
std::string Chooser(std::string_view provenance) {
  if (provenance.starts_with("arg:")) return fmt::format("the model, as argument `{}`", provenance.substr(4));
  if (provenance.starts_with("session:")) return fmt::format("the trusted session, `{}`", provenance.substr(8));
  if (provenance.starts_with("row:")) return fmt::format("the database, `{}`", provenance.substr(4));
  return provenance == "fixed" ? "the contract" : std::string(provenance);
}

std::string Diff(const ledger::Proposal& p, const Style& style) {
  std::size_t width = 6;
  for (const auto& column : p.columns) width = std::max(width, column.column.size());
  std::string out;
  for (const auto& column : p.columns) {
    const bool same = column.before == column.after;
    out += fmt::format("  {:<{}}  {} {} {}\n", column.column, width,
                       same ? Shown(column.before) : style.Red(Shown(column.before)), same ? "==" : "->",
                       same ? style.Dim("unchanged") : style.Green(Shown(column.after)));
    out += fmt::format("  {:<{}}  {}\n", "", width, ChosenText(column.provenance, style));
  }
  return out;
}

std::string GuardText(const ledger::Proposal& p) {
  if (p.guard_kind == "before_image")
    return fmt::format("all {} columns read or written are unchanged", p.before_image.size());
  return fmt::format("{} is still {}", p.guard_column, Shown(p.guard_value));
}

// Which version of which policy, who asked it, and each condition with its outcome.
std::string PolicyText(const ledger::Decision& decision, const Style& style) {
  std::string out = fmt::format("  {} {} by policy {}, asked by {}\n    version {}\n", FormatInstant(decision.at),
                                ledger::DecisionName(decision.kind), Shown(decision.policy, 120),
                                Shown(decision.asked_by, 80), Shown(decision.policy_digest, 80));
  for (const std::string& condition : decision.conditions)
    out += fmt::format("    {}\n", style.Dim(Shown(condition, 400)));
  return out;
}

std::string DecisionsText(const ledger::ProposalView& view, const Style& style) {
  std::string out;
  for (const auto& decision : view.decisions) {
    if (!decision.policy_digest.empty()) {
      out += PolicyText(decision, style);
      continue;
    }
    out += fmt::format("  {} {} by {} as {}: {}\n", FormatInstant(decision.at), ledger::DecisionName(decision.kind),
                       Shown(decision.subject, 80), Shown(fmt::format("{}", fmt::join(decision.roles, ", ")), 120),
                       Shown(decision.reason, 300));
  }
  for (const auto& receipt : view.receipts) {
    out += fmt::format("  {} {} by runner {}{}\n", FormatInstant(receipt.executed_at),
                       ledger::ApplyStatusName(receipt.status), Shown(receipt.runner, 80),
                       receipt.safe_error_code.empty() ? "" : ": " + receipt.safe_error_code);
  }
  return out;
}

json ValueJson(const Scalar& value) { return ToJson(value); }

}  // namespace

std::string ChosenText(std::string_view provenance, const Style& style) {
  const std::string who = Chooser(provenance);
  return provenance.starts_with("arg:") ? style.Yellow(who) : style.Dim(who);
}

std::string ProposalTable(const std::vector<ledger::ProposalView>& views, const Style& style) {
  if (views.empty()) return "no proposals\n";
  std::string out = style.Bold(fmt::format("{:<10} {:<24} {:<28} {:<12} {:<12} {}\n", "PROPOSAL", "STATE", "MADE",
                                           "TENANT", "OBJECT", "SUMMARY"));
  for (const auto& view : views) {
    const ledger::Proposal& p = view.proposal;
    const std::string_view state = ledger::StateName(view.state);
    const std::string padding(state.size() < 24 ? 24 - state.size() : 0, ' ');
    out += fmt::format("{:<10} {}{} {:<28} {:<12} {:<12} {}\n", ledger::ProposalHandle(p.id),
                       Painted(view.state, style), padding, FormatInstant(p.created_at), Shown(p.tenant, 12),
                       Shown(p.key.text, 12), Shown(p.summary, 80));
  }
  return out;
}

std::string ProposalText(const ledger::ProposalView& view, const Style& style) {
  const ledger::Proposal& p = view.proposal;
  std::string out = fmt::format("{}  {}\n{}\n\n", style.Bold(ledger::ProposalHandle(p.id)), Painted(view.state, style),
                                p.summary.empty() ? style.Dim("(no summary)") : Shown(p.summary));
  out += fmt::format("{} {} where {} = {}\n\n", p.operation, TargetName(p), p.key_column, Shown(p.key));
  out += Diff(p, style);
  const auto line = [&](std::string_view name, const std::string& text) {
    if (!text.empty()) out += fmt::format("{:<11} {}\n", name, text);
  };
  out += '\n';
  line("tenant", Shown(p.tenant));
  line("proposed by",
       fmt::format("{} through {}{}", Shown(p.principal), p.capability, p.workflow.empty() ? "" : " in " + p.workflow));
  line("guard", GuardText(p));
  line("risk", p.risk);
  line("approval", fmt::format("{} of role {}", p.required_approvals, p.required_role));
  line("evidence", p.evidence == 0 ? "" : ledger::EvidenceHandle(p.evidence));
  line("run", ledger::RunHandle(p.run));
  line("made", FormatInstant(p.created_at));
  line("expires", FormatInstant(p.expires_at));
  line("hash", p.hash);
  const std::string decisions = DecisionsText(view, style);
  if (!decisions.empty()) out += "\n" + decisions;
  return out;
}

json ProposalJson(const ledger::ProposalView& view) {
  const ledger::Proposal& p = view.proposal;
  json columns = json::array();
  for (const auto& column : p.columns) {
    columns.push_back({{"column", column.column},
                       {"before", ValueJson(column.before)},
                       {"after", ValueJson(column.after)},
                       {"provenance", column.provenance}});
  }
  json decisions = json::array();
  for (const auto& decision : view.decisions) {
    decisions.push_back({{"kind", ledger::DecisionName(decision.kind)},
                         {"subject", decision.subject},
                         {"roles", decision.roles},
                         {"reason", decision.reason},
                         {"at", FormatInstant(decision.at)}});
    if (!decision.policy_digest.empty()) {
      decisions.back().update({{"policy", decision.policy},
                               {"policy_digest", decision.policy_digest},
                               {"conditions", decision.conditions},
                               {"asked_by", decision.asked_by}});
    }
  }
  json receipts = json::array();
  for (const auto& receipt : view.receipts) {
    receipts.push_back({{"status", ledger::ApplyStatusName(receipt.status)},
                        {"runner", receipt.runner},
                        {"rows_affected", receipt.rows_affected},
                        {"code", receipt.safe_error_code},
                        {"previous_version", ValueJson(receipt.previous_version)},
                        {"new_version", ValueJson(receipt.new_version)},
                        {"at", FormatInstant(receipt.executed_at)}});
  }
  return {{"proposal_id", ledger::ProposalHandle(p.id)},
          {"state", ledger::StateName(view.state)},
          {"summary", p.summary},
          {"capability", p.capability},
          {"workflow", p.workflow},
          {"tenant", p.tenant},
          {"principal", p.principal},
          {"operation", p.operation},
          {"target",
           {{"source", p.source},
            {"schema", p.schema},
            {"table", p.table},
            {"key_column", p.key_column},
            {"key", ValueJson(p.key)}}},
          {"columns", std::move(columns)},
          {"guard", {{"kind", p.guard_kind}, {"column", p.guard_column}, {"value", ValueJson(p.guard_value)}}},
          {"risk", p.risk},
          {"required_role", p.required_role},
          {"required_approvals", p.required_approvals},
          {"evidence", p.evidence == 0 ? json() : json(ledger::EvidenceHandle(p.evidence))},
          {"run", ledger::RunHandle(p.run)},
          {"created_at", FormatInstant(p.created_at)},
          {"expires_at", FormatInstant(p.expires_at)},
          {"hash", p.hash},
          {"bundle_digest", p.bundle_digest},
          {"decisions", std::move(decisions)},
          {"receipts", std::move(receipts)}};
}

}  // namespace synapsor::runner
