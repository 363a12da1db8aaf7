// Everything that must hold before a job may touch the target database, checked again from the records themselves: what
// was approved, by whom, and that this bundle still means the same by it. Pure.
#pragma once

#include <string>

#include "runtime/base/result.h"
#include "runtime/bundle/bundle.h"
#include "runtime/ledger/ledger.h"

namespace synapsor::writeback {

// A reason against a job. `code` goes into the receipt, `message` to the operator's log.
struct Objection {
  std::string code;
  std::string message;
  bool any() const { return !code.empty(); }
};

// Codes: JOB_MISMATCH, APPROVAL_INVALID, LOCAL_AUTHORITY_REJECTED.
Objection ValidateJob(const ledger::Job& job, const ledger::ProposalView& view, const bundle::Bundle& bundle);

// The plan that the proposal was made with; null when this bundle does not have it.
const bundle::PatchPlan* FindPlan(const ledger::Proposal& proposal, const bundle::Bundle& bundle);

}  // namespace synapsor::writeback
