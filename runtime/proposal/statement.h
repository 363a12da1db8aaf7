// The statement that an approval lets run, with the value and the origin of each parameter: what the page and the terminal
// show a reviewer. Pure; the trusted runner binds for itself.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/bundle/bundle.h"
#include "runtime/ledger/records.h"

namespace synapsor::proposal {

struct ShownParameter {
  std::optional<Scalar> value;  // nothing: decided when the statement runs
  std::string provenance;       // arg:reason, session:tenant_id, fixed, row:COLUMN
  std::string database_type;
};

// In the order of the statement's positions.
std::vector<ShownParameter> ShownParameters(const bundle::PatchPlan& patch, const ledger::Proposal& proposal);

// The plan that made the proposal; null when this bundle is another one.
const bundle::Capability* PlanOf(const bundle::Bundle& bundle, const ledger::Proposal& proposal);

}  // namespace synapsor::proposal
