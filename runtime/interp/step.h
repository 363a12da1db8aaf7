// Steps of an agent run: which run a call belongs to, and that one step key stands for one call.
#pragma once

#include <optional>

#include "runtime/interp/bindings.h"
#include "runtime/interp/refusals.h"

namespace synapsor::interp {

struct StepPlace {
  const bundle::Workflow* workflow = nullptr;  // null outside one
  std::optional<ledger::Run> run;              // the agent run, when the call is a step
};

// Finds workflow and run of the call and refuses what does not fit: unknown workflow, capability outside it, a mode that
// contradicts the capability, a run of somebody else, of another workflow or bundle.
Result<Checked<StepPlace>> FindPlace(const bundle::Bundle& bundle, ledger::Ledger& ledger,
                                     const bundle::Capability& capability, const CallOptions& options);

// A run answers only to the tenant and principal that started it.
bool OwnsRun(const ledger::Run& run, const CallPlan& plan, const CallValues& values);

Refusal RunNotFound();
Refusal StepKeyReused();

}  // namespace synapsor::interp
