// Routes that call capabilities and read what was recorded.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "runtime/base/digest.h"
#include "runtime/http/api.h"
#include "runtime/interp/entitlement.h"
#include "runtime/interp/envelope.h"
#include "runtime/mcp/resources.h"

namespace synapsor::http {
namespace {

using nlohmann::json;

ApiError Unavailable() { return {"TEMPORARILY_UNAVAILABLE", "the ledger does not answer; nothing was done", {}, true}; }

ApiAnswer Invoke(const ApiCall& call, interp::CallOptions options) {
  const auto capability = TextMember(call.body, "capability", true);
  if (!capability) return tl::unexpected(capability.error());
  const auto mode = TextMember(call.body, "mode", false);
  if (!mode) return tl::unexpected(mode.error());
  const auto auto_branch = BoolMember(call.body, "auto_branch");
  if (!auto_branch) return tl::unexpected(auto_branch.error());
  const auto whole = BoolMember(call.body, "response_envelope");
  if (!whole) return tl::unexpected(whole.error());
  const bool payload_only = call.body.contains("response_envelope") && !*whole;
  const json arguments = call.body.value("arguments", json::object());
  if (!arguments.is_object()) {
    return tl::unexpected(ApiError{"INVALID_ARGUMENT", "`arguments` is an object", "arguments", false});
  }
  options.mode = *mode;
  options.auto_branch = *auto_branch;
  options.request_id = call.request_id;
  const auto outcome = call.context.runtime.Invoke(*capability, arguments, call.session, options);
  if (!outcome) return ApiFail("INTERNAL", "the call could not be carried out; the operator's log says why");
  if (const auto& refusal = outcome->refusal) {
    return tl::unexpected(ApiError{refusal->code, refusal->message, refusal->argument, refusal->retryable});
  }
  return payload_only ? outcome->envelope->at("payload") : *outcome->envelope;
}

// The caller's own agent run; another's is as absent as one that does not exist.
ApiResult<ledger::Run> OwnRun(const ApiCall& call, ledger::RunId id) {
  auto run = call.context.runtime.ledger().FindRun(id);
  if (!run) return tl::unexpected(Unavailable());
  if (!*run || (*run)->tenant != TenantOf(call) || (*run)->principal != PrincipalOf(call)) {
    return ApiFail("NOT_FOUND", "no such run");
  }
  return std::move(**run);
}

json RunJson(const ledger::Run& run) {
  const bool gone = run.removed_at.micros != 0;  // by retention
  json body = {{"run_id", run.id},
               {"run_resource", ledger::RunHandle(run.id)},
               {"kind", gone ? "removed" : run.kind},
               {"workflow", run.workflow},
               {"capability", run.capability},
               {"status", gone ? "removed" : run.status},
               {"status_code", run.status_code},
               {"bundle_digest", run.bundle_digest},
               {"at", FormatInstant(run.at)}};
  if (gone) body["removed_at"] = FormatInstant(run.removed_at);
  if (!run.step_key.empty()) body["step_key"] = run.step_key;
  if (run.evidence != 0) body["evidence_bundle_id"] = ledger::EvidenceHandle(run.evidence);
  if (run.proposal != 0) body["proposal_id"] = ledger::ProposalHandle(run.proposal);
  const json arguments = json::parse(run.arguments_json, nullptr, false);
  if (!arguments.is_discarded()) body["arguments"] = arguments;
  if (json result = interp::RecordedAnswer(run); !result.is_null()) body["result"] = std::move(result);
  return body;
}

}  // namespace

ApiAnswer InvokeRoute(const ApiCall& call) {
  const auto workflow = TextMember(call.body, "workflow", false);
  if (!workflow) return tl::unexpected(workflow.error());
  interp::CallOptions options;
  options.workflow = *workflow;
  return Invoke(call, std::move(options));
}

ApiAnswer StartRunRoute(const ApiCall& call) {
  const auto name = TextMember(call.body, "workflow", true);
  if (!name) return tl::unexpected(name.error());
  const auto version = TextMember(call.body, "version", false);
  if (!version) return tl::unexpected(version.error());
  const bundle::Workflow* workflow = call.context.runtime.bundle().FindWorkflow(*name);
  const bool theirs = call.context.runtime.entitlements().MayUse(call.session, *name);
  if (workflow == nullptr || !theirs) return ApiFail("WORKFLOW_NOT_FOUND", fmt::format("no workflow `{}`", *name));
  if (!version->empty() && *version != workflow->version) {
    return ApiFail("WORKFLOW_NOT_FOUND", fmt::format("workflow `{}` is served in another version", *name));
  }
  for (const std::string& key : workflow->session_keys) {
    if (call.session.Find(key) == nullptr) {
      return ApiFail("SESSION_VALUE_MISSING", fmt::format("the session has no `{}`, which `{}` requires", key, *name));
    }
  }
  ledger::Run run;
  run.kind = "agent_run";
  run.workflow = *name;
  run.tenant = TenantOf(call);
  run.principal = PrincipalOf(call);
  run.bundle_digest = call.context.runtime.bundle().digest;
  run.arguments_json = CanonicalJson(call.body.value("input", json::object()));
  run.session_json = "{}";
  run.result_json = "{}";
  run.status = "open";
  run.at = call.context.clock.Now();
  const auto id = call.context.runtime.ledger().StartRun(std::move(run));
  if (!id) return tl::unexpected(Unavailable());
  return json{{"status", "ok"},
              {"agent_run_id", *id},
              {"run_resource", ledger::RunHandle(*id)},
              {"workflow", *name},
              {"capabilities", workflow->capabilities}};
}

ApiAnswer StepRoute(const ApiCall& call) {
  const std::int64_t id = ledger::ParseHandle(call.path_id, ledger::kRunScheme);
  if (id <= 0) return ApiFail("NOT_FOUND", "no such run");
  const auto run = OwnRun(call, id);
  if (!run) return tl::unexpected(run.error());
  if (run->kind != "agent_run") return ApiFail("NOT_FOUND", "no such run");
  const auto step_key = TextMember(call.body, "step_key", true);
  if (!step_key) return tl::unexpected(step_key.error());
  interp::CallOptions options;
  options.workflow = run->workflow;
  options.run = id;
  options.step_key = *step_key;
  return Invoke(call, std::move(options));
}

// All proposals of the caller's run that wait, or none of them.
ApiAnswer SettleRunRoute(const ApiCall& call) {
  const std::int64_t id = ledger::ParseHandle(call.path_id, ledger::kRunScheme);
  if (id <= 0) return ApiFail("NOT_FOUND", "no such run");
  const auto run = OwnRun(call, id);
  if (!run) return tl::unexpected(run.error());
  const auto policy = TextMember(call.body, "settlement_policy", true);
  if (!policy) return tl::unexpected(policy.error());
  return SettlementAnswer(proposal::SettleRun(call.context.runtime.bundle(), call.context.runtime.ledger(), id, *policy,
                                              {PrincipalOf(call), call.session.roles}));
}

ApiAnswer ReplayRoute(const ApiCall& call) {
  const auto id = HandleMember(call.body, "run_id", ledger::kRunScheme);
  if (!id) return tl::unexpected(id.error());
  const auto run = OwnRun(call, *id);
  if (!run) return tl::unexpected(run.error());
  json body = RunJson(*run);
  json steps = json::array();
  const auto recorded = call.context.runtime.ledger().Steps(*id);
  if (!recorded) return tl::unexpected(Unavailable());
  for (const ledger::Run& step : *recorded) steps.push_back(RunJson(step));
  body["steps"] = std::move(steps);
  return body;
}

ApiAnswer ReadResourceRoute(const ApiCall& call) {
  const auto uri = TextMember(call.body, "uri", true);
  if (!uri) return tl::unexpected(uri.error());
  const auto text = mcp::ReadRecord(call.context.runtime, call.context.config, call.session, *uri);
  if (!text) return tl::unexpected(Unavailable());
  if (!*text) return ApiFail("NOT_FOUND", "no such resource");
  return json{{"uri", *uri}, {"contents", json::parse(**text)}};
}

}  // namespace synapsor::http
