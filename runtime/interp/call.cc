#include "runtime/interp/call.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "runtime/base/digest.h"
#include "runtime/interp/evidence.h"
#include "runtime/base/text.h"

namespace synapsor::interp {
namespace {

using nlohmann::json;

Outcome Succeeded(json answer, const Handles& handles) {
  Outcome outcome;
  outcome.envelope = std::make_shared<const json>(std::move(answer));
  outcome.run = handles.run;
  outcome.evidence = handles.evidence;
  outcome.proposal = handles.proposal;
  return outcome;
}

class Call {
 public:
  explicit Call(const CallFrame& frame) : frame_(frame), plan_(frame.plan) {}

  Result<Outcome> Run(const json& arguments) {
    if (auto refusal = Prepare(arguments)) return Turned(*std::move(refusal));
    if (auto stored = FindStoredStep()) return *std::move(stored);
    if (auto refusal = CheckSource()) return Turned(*std::move(refusal));
    if (auto refusal = BindTarget()) return Turned(*std::move(refusal));
    if (auto refusal = ReadSnapshot(plan_, values_, frame_.log, snapshot_)) return Recorded(*std::move(refusal));
    std::optional<ledger::Proposal> proposal;
    auto answer = Compute(proposal);
    if (!answer) return Recorded(std::move(answer.error()));
    return Record(*std::move(answer), std::move(proposal));
  }

 private:
  // Everything that needs no database.
  std::optional<Refusal> Prepare(const json& arguments) {
    auto place = FindPlace(frame_.bundle, frame_.ledger, *plan_.capability, frame_.options);
    if (!place) return LedgerFailed(place.error());
    if (!*place) return std::move(place->error());
    place_ = *std::move(*place);
    auto args = CheckArguments(plan_, arguments);
    if (!args) return std::move(args.error());
    values_.args = *std::move(args);
    auto session = BindSession(plan_, place_.workflow, frame_.session);
    if (!session) return std::move(session.error());
    values_.session = *std::move(session);
    if (place_.run && !OwnsRun(*place_.run, plan_, values_)) return RunNotFound();
    if (place_.workflow && place_.workflow->evidence_required && !plan_.context->evidence) {
      return Refusal{"POLICY_VIOLATION",
                     "EVIDENCE_REQUIRED",
                     "the workflow requires evidence and this capability's context records none",
                     {},
                     false};
    }
    arguments_json_ = CanonicalJson(arguments);
    return std::nullopt;
  }

  std::optional<Result<Outcome>> FindStoredStep() {
    if (!place_.run || frame_.options.step_key.empty()) return std::nullopt;
    auto step = frame_.ledger.FindStep(place_.run->id, frame_.options.step_key);
    if (!step) return Turned(LedgerFailed(step.error()));
    if (!*step) return std::nullopt;
    const bool same = (*step)->capability == plan_.capability->name && (*step)->arguments_digest == CallDigest();
    return same ? Stored(**step) : Turned(StepKeyReused());
  }

  // The answer that the step got when it ran.
  Result<Outcome> Stored(const ledger::Run& step) {
    json answer = RecordedAnswer(step);
    if (answer.is_null()) return Turned(Internal("the stored step cannot be read: tell the operator"));
    return Succeeded(std::move(answer), {step.id, step.evidence, step.proposal});
  }

  std::optional<Refusal> CheckSource() {
    const auto disabled = frame_.ledger.IsSourceDisabled(plan_.source->name);
    if (!disabled) return LedgerFailed(disabled.error());
    if (!*disabled) return std::nullopt;
    return Refusal{"TEMPORARILY_UNAVAILABLE", "SOURCE_DISABLED", "the operator has switched this source off", {}, true};
  }

  std::optional<Refusal> BindTarget() {
    if (!plan_.capability->patch) return std::nullopt;
    auto key = Resolve(plan_.key, plan_, values_);
    if (!key) return std::move(key.error());
    auto tenant = Resolve(plan_.tenant, plan_, values_);
    if (!tenant) return std::move(tenant.error());
    if (key->is_null) return NotFound();
    values_.key = *std::move(key);
    values_.tenant = *std::move(tenant);
    return std::nullopt;
  }

  Checked<json> Compute(std::optional<ledger::Proposal>& proposal) {
    if (!plan_.capability->patch) return ReadAnswer(plan_, snapshot_, frame_.log);
    ProposalFrame frame{&frame_.bundle, place_.workflow, NeededApproval(place_.workflow, frame_.config.approval),
                        frame_.clock.Now(), frame_.config.approval.proposal_ttl_hours};
    auto made = MakeProposal(plan_, values_, snapshot_, frame);
    if (!made) return tl::unexpected(std::move(made.error()));
    proposal = *std::move(made);
    const bool with_branch = frame_.options.auto_branch || (place_.workflow && place_.workflow->auto_branch);
    return ProposalAnswer(plan_, snapshot_, *proposal, with_branch, frame_.log);
  }

  ledger::CallRecord NewRecord() const {
    ledger::CallRecord record;
    ledger::Run& run = record.run;
    run.parent = place_.run ? place_.run->id : 0;
    run.kind = "call";
    run.workflow = place_.workflow ? place_.workflow->name : std::string();
    run.capability = plan_.capability->name;
    run.tenant = *values_.session[plan_.tenant_key];
    run.principal = *values_.session[plan_.principal_key];
    run.bundle_digest = frame_.bundle.digest;
    run.arguments_json = arguments_json_;
    run.arguments_digest = CallDigest();
    run.session_json = SessionJson(plan_, frame_.session);
    run.at = frame_.clock.Now();
    record.audits = MakeAudits(plan_, snapshot_, frame_.ledger);
    return record;
  }

  Result<Outcome> Record(json answer, std::optional<ledger::Proposal> proposal) {
    ledger::CallRecord record = NewRecord();
    if (place_.run) record.run.kind = "step", record.run.step_key = frame_.options.step_key;
    record.run.status = "ok";
    record.run.result_json = answer.dump(-1, ' ', false, json::error_handler_t::replace);
    if (plan_.context->evidence) {
      record.evidence = MakeEvidence(plan_, values_, snapshot_, frame_.bundle.digest, record.run.at);
    }
    record.proposal = std::move(proposal);
    auto recorded = frame_.ledger.RecordCall(std::move(record));
    if (!recorded) return Turned(LedgerFailed(recorded.error()));
    switch (recorded->problem) {
      case ledger::RecordProblem::kNone: break;
      case ledger::RecordProblem::kOpenProposalExists:
        return Recorded(
            {"PROPOSAL_ALREADY_EXISTS", {}, "another proposal for this object still waits for its end", {}, false});
      case ledger::RecordProblem::kStepDiffers: return Turned(StepKeyReused());
      case ledger::RecordProblem::kStepExists: {
        const auto step = frame_.ledger.FindRun(recorded->existing_run);
        if (!step) return Turned(LedgerFailed(step.error()));
        if (!*step) return Turned(Internal("the stored step cannot be read: tell the operator"));
        return Stored(**step);
      }
    }
    const Handles handles{recorded->run, recorded->evidence, recorded->proposal};
    PutHandles(answer, handles);
    return Succeeded(std::move(answer), handles);
  }

  // A refusal after a database was asked: run and query audit are kept, under no step key, so that the step may be
  // tried again.
  Result<Outcome> Recorded(Refusal refusal) {
    if (snapshot_.queries.empty()) return Turned(std::move(refusal));
    ledger::CallRecord record = NewRecord();
    record.run.status = refusal.retryable || refusal.code == "INTERNAL" ? "failed" : "refused";
    record.run.status_code = refusal.code;
    record.run.result_json = RefusalAnswer(refusal, 0).dump();
    const auto recorded = frame_.ledger.RecordCall(std::move(record));
    if (!recorded) return Turned(LedgerFailed(recorded.error()));
    return Refused(std::move(refusal), recorded->run);
  }

  // A refusal before any database was asked.
  Result<Outcome> Turned(Refusal refusal) {
    frame_.log(RefusalLine(refusal, plan_.capability->name, frame_.options));
    return Refused(std::move(refusal));
  }

  Refusal LedgerFailed(const Error& error) const {
    frame_.log("ledger: " + error.message);
    return LedgerAway();
  }

  std::string CallDigest() const { return ArgumentsDigest(*plan_.capability, arguments_json_, frame_.options.mode); }

  const CallFrame& frame_;
  const CallPlan& plan_;
  StepPlace place_;
  CallValues values_;
  std::string arguments_json_;
  Snapshot snapshot_;
};

}  // namespace

Outcome Refused(Refusal refusal, ledger::RunId run) {
  Outcome outcome;
  outcome.envelope = std::make_shared<const json>(RefusalAnswer(refusal, run));
  outcome.run = run;
  outcome.refusal = std::move(refusal);
  return outcome;
}

std::string RefusalLine(const Refusal& refusal, std::string_view capability, const CallOptions& options) {
  return fmt::format("refused capability={} code={} detail={} request={}", Visible(capability, 128), refusal.code,
                     refusal.detail.empty() ? "-" : refusal.detail,
                     options.request_id.empty() ? "-" : Visible(options.request_id, 128));
}

Result<Outcome> RunCall(const CallFrame& frame, const json& arguments) { return Call(frame).Run(arguments); }

}  // namespace synapsor::interp
