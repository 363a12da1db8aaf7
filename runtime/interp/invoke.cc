#include "runtime/interp/invoke.h"

#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "runtime/interp/call.h"

namespace synapsor::interp {
namespace {

void LogToStderr(const std::string& line) { fmt::print(stderr, "{}\n", line); }

}  // namespace

Runtime::Runtime(const bundle::Bundle& bundle, const config::Config& config, const Readers& readers,
                 ledger::Ledger& ledger, const Clock& clock, LogSink log)
    : bundle_(bundle),
      config_(config),
      readers_(readers),
      ledger_(ledger),
      clock_(clock),
      log_(log ? std::move(log) : LogSink(LogToStderr)),
      plans_(std::make_unique<CallPlans>(bundle, config, readers)) {}

Runtime::~Runtime() = default;

Result<Outcome> Runtime::Invoke(std::string_view capability, const nlohmann::json& arguments,
                                const session::Session& session, const CallOptions& options) {
  SYN_ASSIGN_OR_RETURN(const CallPlan* plan, plans_->Find(capability));
  if (!plan) {
    Refusal refusal{"CAPABILITY_NOT_FOUND", {}, "there is no such capability", {}, false};
    log_(RefusalLine(refusal, capability, options));
    return Refused(std::move(refusal));
  }
  return RunCall({bundle_, config_, ledger_, clock_, log_, *plan, session, options}, arguments);
}

}  // namespace synapsor::interp
