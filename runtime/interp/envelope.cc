#include "runtime/interp/envelope.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "runtime/interp/budget.h"
#include "runtime/interp/returns.h"

namespace synapsor::interp {
namespace {

using nlohmann::json;

constexpr int kDefaultInlineItems = 20;

// In the payload of a proposal, whatever its members are called, until the ledger has given out the handles.
constexpr std::string_view kProposalToCome = "wrp://0", kEvidenceToCome = "evidence://bundle/0",
                           kBranchToCome = "review/0";

json Slots(const CallPlan& plan, const db::Row& row) {
  json slots = json::object();
  for (const std::size_t i : plan.visible) {
    slots[plan.context->query.statement.columns[i].name] = ToJson(row[i]);
  }
  return slots;
}

void Fill(json& payload, std::string_view to_come, const std::string& handle) {
  for (json& member : payload) {
    if (member.is_string() && member.get_ref<const std::string&>() == to_come) member = handle;
  }
}

void RenameMembers(json& object, const CallPlan& plan) {
  for (const auto& [name, alias] : plan.capability->aliases) {
    const auto member = object.find(name);
    if (member == object.end() || name == alias) continue;
    json value = std::move(*member);
    object.erase(member);
    object[alias] = std::move(value);
  }
}

void RenamePayload(json& payload, const CallPlan& plan) {
  if (plan.capability->aliases.empty()) return;
  RenameMembers(payload, plan);
  const auto rows = payload.find("rows");
  if (!plan.context->query.many_rows || rows == payload.end()) return;
  for (json& row : *rows) RenameMembers(row, plan);
}

std::optional<Refusal> CheckReturns(const CallPlan& plan, const json& payload, const LogSink& log) {
  if (!plan.returns) return std::nullopt;
  const std::string mismatch = FindMismatch(payload, *plan.returns);
  if (mismatch.empty()) return std::nullopt;
  log(fmt::format("capability `{}`: RETURNS JSON: {}", plan.capability->name, mismatch));
  return Internal("the result is not of the declared shape: tell the operator");
}

// Member by member: lists of initializers are copied twice on their way into an object.
json Frame(const CallPlan& plan, json payload) {
  json answer(json::value_t::object);
  answer["status"] = "ok";
  answer["payload"] = std::move(payload);
  answer["source_database_changed"] = false;
  answer["evidence_bundle_id"] = nullptr;
  answer["agent_run_id"] = nullptr;
  json& action = answer["action"] = json::object();
  for (const char* handle : {"branch", "proposal", "evidence", "replay"}) action[handle] = nullptr;
  if (!plan.capability->minimal_profile) answer["capability"] = plan.capability->name;
  return answer;
}

json ReadPayload(const CallPlan& plan, const Snapshot& snapshot) {
  if (!plan.context->query.many_rows) return Slots(plan, snapshot.rows.front());
  json rows = json::array();
  for (const db::Row& row : snapshot.rows) rows.push_back(Slots(plan, row));
  return {{"rows", std::move(rows)}, {"complete", !snapshot.cap_reached}};
}

// Rows that a proposal rests on, unless the contract asks for handles only.
void PutInlineEvidence(json& answer, const CallPlan& plan, const Snapshot& snapshot) {
  const bundle::Capability& capability = *plan.capability;
  const bool prefer_handles = capability.budget && capability.budget->prefer_handles;
  if (!plan.context->evidence || capability.evidence_handles_only || capability.minimal_profile || prefer_handles)
    return;
  int limit = kDefaultInlineItems;
  if (capability.budget) limit = capability.budget->max_inline_evidence_items.value_or(limit);
  json items = json::array();
  for (const db::Row& row : snapshot.rows) {
    if (static_cast<int>(items.size()) >= limit) break;
    items.push_back(Slots(plan, row));
  }
  answer["evidence"] = {{"items", std::move(items)},
                        {"complete", static_cast<int>(snapshot.rows.size()) <= limit && !snapshot.cap_reached}};
}

json VisibleChanges(const CallPlan& plan, const ledger::Proposal& proposal) {
  json changes = json::object();
  for (std::size_t i = 0; i < plan.set.size(); ++i) {
    const ledger::ProposedColumn& column = proposal.columns[i];
    if (plan.set[i].slot.empty() || column.before == column.after) continue;
    changes[plan.set[i].slot] = {{"before", ToJson(column.before)}, {"proposed", ToJson(column.after)}};
  }
  return changes;
}

}  // namespace

Checked<json> ReadAnswer(const CallPlan& plan, const Snapshot& snapshot, const LogSink& log) {
  json payload = ReadPayload(plan, snapshot);
  if (auto refusal = CheckReturns(plan, payload, log)) return tl::unexpected(*std::move(refusal));
  json left_out;
  if (plan.capability->budget) left_out = FitPayload(payload, *plan.capability->budget);
  RenamePayload(payload, plan);
  json answer = Frame(plan, std::move(payload));
  if (!left_out.is_null()) answer["truncated"] = std::move(left_out);
  return answer;
}

Checked<json> ProposalAnswer(const CallPlan& plan, const Snapshot& snapshot, const ledger::Proposal& proposal,
                             bool with_branch, const LogSink& log) {
  json payload = {{"proposal", kProposalToCome}, {"evidence_bundle", nullptr}, {"branch", nullptr}};
  if (plan.context->evidence) payload["evidence_bundle"] = kEvidenceToCome;
  if (with_branch) payload["branch"] = kBranchToCome;
  if (auto refusal = CheckReturns(plan, payload, log)) return tl::unexpected(*std::move(refusal));
  RenamePayload(payload, plan);
  json answer = Frame(plan, std::move(payload));
  answer["proposal"] = {{"proposal_id", nullptr}, {"status", "pending_review"}, {"approval_required", true}};
  if (with_branch) answer["action"]["branch"] = {{"id", nullptr}, {"kind", "review"}};
  if (!plan.capability->minimal_profile) {
    answer["proposal"]["changes"] = VisibleChanges(plan, proposal);
    answer["proposal"]["expires_at"] = FormatInstant(proposal.expires_at);
  }
  PutInlineEvidence(answer, plan, snapshot);
  return answer;
}

void PutHandles(json& answer, const Handles& handles) {
  json& action = answer["action"];
  if (handles.run != 0) {
    answer["agent_run_id"] = handles.run;
    action["replay"]["run_resource"] = ledger::RunHandle(handles.run);
  }
  if (handles.evidence != 0) {
    const std::string handle = ledger::EvidenceHandle(handles.evidence);
    answer["evidence_bundle_id"] = handle;
    action["evidence"]["bundle"] = handle;
  }
  if (handles.proposal == 0) return;
  json& payload = answer["payload"];
  const std::string handle = ledger::ProposalHandle(handles.proposal);
  answer["proposal"]["proposal_id"] = handle;
  action["proposal"] = {{"handle", handle}};
  Fill(payload, kProposalToCome, handle);
  if (handles.evidence != 0) Fill(payload, kEvidenceToCome, ledger::EvidenceHandle(handles.evidence));
  if (!action["branch"].is_object()) return;
  const std::string branch = fmt::format("review/{}", handles.proposal);
  action["branch"]["id"] = branch;
  Fill(payload, kBranchToCome, branch);
}

json RecordedAnswer(const ledger::Run& run) {
  json answer = json::parse(run.result_json, nullptr, /*allow_exceptions=*/false);
  if (!answer.is_object() || !answer.contains("status")) return answer.is_discarded() ? json() : answer;
  PutHandles(answer, {run.id, run.evidence, run.proposal});
  return answer;
}

json RefusalAnswer(const Refusal& refusal, ledger::RunId run) {
  json error = {{"code", refusal.code}, {"message", refusal.message}, {"retryable", refusal.retryable}};
  if (!refusal.detail.empty()) error["detail"] = refusal.detail;
  if (!refusal.argument.empty()) error["argument"] = refusal.argument;
  json answer = {{"status", "refused"}, {"error", std::move(error)}, {"source_database_changed", false}};
  if (run != 0) {
    answer["agent_run_id"] = run;
    answer["action"] = {{"replay", {{"run_resource", ledger::RunHandle(run)}}}};
  }
  return answer;
}

}  // namespace synapsor::interp
