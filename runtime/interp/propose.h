// From a before image and the call's values to the exact change that a reviewer decides on.
#pragma once

#include "runtime/base/clock.h"
#include "runtime/interp/bindings.h"
#include "runtime/interp/read.h"
#include "runtime/interp/risk.h"

namespace synapsor::interp {

struct ProposalFrame {
  const bundle::Bundle* bundle = nullptr;
  const bundle::Workflow* workflow = nullptr;  // null outside one
  ApprovalNeed need;
  Instant now;
  int ttl_hours = 0;
};

// Checks every written value against its column, bounds and transitions. An optional argument that was not given leaves
// its column as it is; one given as null writes NULL where the column allows it. Ids are the ledger's.
Checked<ledger::Proposal> MakeProposal(const CallPlan& plan, const CallValues& values, const Snapshot& snapshot,
                                       const ProposalFrame& frame);

}  // namespace synapsor::interp
