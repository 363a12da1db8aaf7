// One call through the pipeline, step by step: place, arguments, trusted values, stored step, snapshot, change, record.
#pragma once

#include "runtime/interp/call_plan.h"
#include "runtime/interp/envelope.h"
#include "runtime/interp/step.h"

namespace synapsor::interp {

// What the pipeline works with; all borrowed from the runtime and the caller.
struct CallFrame {
  const bundle::Bundle& bundle;
  const config::Config& config;
  ledger::Ledger& ledger;
  const Clock& clock;
  const LogSink& log;
  const CallPlan& plan;
  const session::Session& session;
  const CallOptions& options;
};

Result<Outcome> RunCall(const CallFrame& frame, const nlohmann::json& arguments);

// The outcome of a refusal that left no record.
Outcome Refused(Refusal refusal, ledger::RunId run = 0);

// "code, detail, capability, request" for the operator's log: no value of a call.
std::string RefusalLine(const Refusal& refusal, std::string_view capability, const CallOptions& options);

}  // namespace synapsor::interp
