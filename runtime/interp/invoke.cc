#include "runtime/interp/invoke.h"

#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "runtime/interp/call.h"
#include "runtime/interp/entitlement.h"

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
      plans_(std::make_unique<CallPlans>(bundle, config, readers)),
      entitlements_(std::make_unique<const Entitlements>(config.session, bundle)) {}

Runtime::~Runtime() = default;

Result<Outcome> Runtime::Invoke(std::string_view capability, const nlohmann::json& arguments,
                                const session::Session& session, const CallOptions& options) {
  const auto turned = [&](Refusal refusal) {
    log_(RefusalLine(refusal, capability, options));
    return Refused(std::move(refusal));
  };
  const auto found = bundle_.capability_index.find(capability);
  if (found == bundle_.capability_index.end()) return turned(CapabilityNotFound());
  auto workflow = entitlements_->WorkflowOf(session, found->second, options.workflow);
  if (!workflow) return turned(std::move(workflow.error()));
  SYN_ASSIGN_OR_RETURN(const CallPlan* plan, plans_->Find(capability));
  if (!plan) return turned(CapabilityNotFound());
  CallOptions held = options;
  held.workflow = *std::move(workflow);
  return RunCall({bundle_, config_, ledger_, clock_, log_, *plan, session, held}, arguments);
}

}  // namespace synapsor::interp
