#include "runtime/interp/step.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/base/text.h"

namespace synapsor::interp {
namespace {

constexpr std::size_t kMaxStepKey = 200;

std::optional<Refusal> FindModeFault(const bundle::Capability& capability, const std::string& mode) {
  if (mode.empty()) return std::nullopt;
  if (mode != "read_only" && mode != "propose_only") {
    return Refusal{"INVALID_ARGUMENT", "MODE", "`mode` must be read_only or propose_only", {}, false};
  }
  if ((mode == "propose_only") == capability.is_proposal) return std::nullopt;
  return Refusal{"MODE_MISMATCH",
                 {},
                 capability.is_proposal ? "this capability proposes a change: call it with mode propose_only"
                                        : "this capability only reads: call it with mode read_only",
                 {},
                 false};
}

std::optional<Refusal> FindStepKeyFault(const CallOptions& options) {
  if (options.step_key.empty()) return std::nullopt;
  const TextFacts facts = Examine(options.step_key);
  const bool clean = facts.valid && !facts.has_control && facts.code_points <= kMaxStepKey;
  if (options.run != 0 && clean) return std::nullopt;
  return Refusal{
      "INVALID_ARGUMENT",
      "STEP_KEY",
      options.run == 0 ? "a step key needs a run" : "the step key is longer than 200 characters or not clean text",
      {},
      false};
}

}  // namespace

Result<Checked<StepPlace>> FindPlace(const bundle::Bundle& bundle, ledger::Ledger& ledger,
                                     const bundle::Capability& capability, const CallOptions& options) {
  StepPlace place;
  const auto refuse = [](Refusal refusal) { return Checked<StepPlace>(tl::unexpected(std::move(refusal))); };
  if (auto fault = FindModeFault(capability, options.mode)) return refuse(*std::move(fault));
  if (auto fault = FindStepKeyFault(options)) return refuse(*std::move(fault));
  std::string workflow = options.workflow;
  if (options.run != 0) {
    SYN_ASSIGN_OR_RETURN(place.run, ledger.FindRun(options.run));
    if (!place.run || place.run->kind != "agent_run") return refuse(RunNotFound());
    if (workflow.empty()) workflow = place.run->workflow;
    if (workflow != place.run->workflow) {
      return refuse({"POLICY_VIOLATION", "WORKFLOW", "the run belongs to another workflow", {}, false});
    }
    if (place.run->bundle_digest != bundle.digest) {
      return refuse({"POLICY_VIOLATION",
                     "BUNDLE_CHANGED",
                     "the contracts have changed since the run was started: start a new run",
                     {},
                     false});
    }
  }
  if (workflow.empty()) return Checked<StepPlace>(std::move(place));
  place.workflow = bundle.FindWorkflow(workflow);
  if (!place.workflow) return refuse({"WORKFLOW_NOT_FOUND", {}, "there is no such workflow", {}, false});
  const auto& allowed = place.workflow->capabilities;
  if (std::find(allowed.begin(), allowed.end(), capability.name) == allowed.end()) {
    return refuse({"CAPABILITY_NOT_ALLOWED",
                   {},
                   fmt::format("workflow `{}` does not allow this capability", place.workflow->name),
                   {},
                   false});
  }
  return Checked<StepPlace>(std::move(place));
}

bool OwnsRun(const ledger::Run& run, const CallPlan& plan, const CallValues& values) {
  return run.tenant == *values.session[plan.tenant_key] && run.principal == *values.session[plan.principal_key];
}

Refusal RunNotFound() { return {"RUN_NOT_FOUND", {}, "there is no such run for this session", {}, false}; }

Refusal StepKeyReused() {
  return {"STEP_KEY_REUSED", {}, "this step key already stands for a call with other arguments", {}, false};
}

}  // namespace synapsor::interp
