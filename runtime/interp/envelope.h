// The one shape of every answer: docs/envelope.md. Made in two steps, because the ledger stores the answer before it gives
// out the handles that belong into it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "runtime/interp/call_plan.h"
#include "runtime/interp/propose.h"
#include "runtime/interp/read.h"
#include "runtime/interp/refusals.h"

namespace synapsor::interp {

// Handles still to come are 0.
struct Handles {
  ledger::RunId run = 0;
  ledger::EvidenceId evidence = 0;
  ledger::ProposalId proposal = 0;
};

// The answer of a read without its handles. Refuses a result that RETURNS JSON does not allow; where it departs goes to
// `log`.
Checked<nlohmann::json> ReadAnswer(const CallPlan& plan, const Snapshot& snapshot, const LogSink& log);

// The same for a proposal. A model sees the change only of columns that are slots of its context.
Checked<nlohmann::json> ProposalAnswer(const CallPlan& plan, const Snapshot& snapshot, const ledger::Proposal& proposal,
                                       bool with_branch, const LogSink& log);

// Puts the handles where they belong.
void PutHandles(nlohmann::json& answer, const Handles& handles);

// The answer that a recorded call gave, with its handles; null when it cannot be read.
nlohmann::json RecordedAnswer(const ledger::Run& run);

nlohmann::json RefusalAnswer(const Refusal& refusal, ledger::RunId run);

}  // namespace synapsor::interp
