// Approve, reject, cancel and reconcile from the operator's command line.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/cli/options.h"
#include "runtime/config/config.h"
#include "runtime/ledger/ledger.h"

namespace synapsor::runner {

// Who decides, as far as the configuration vouches for it.
struct Decider {
  std::string subject, reason;
  std::vector<std::string> roles;
};

// From --as and --role. Nothing when the configuration does not list the subject for a role; the refusal is printed then.
// Without `needs_reason` the reason stays empty.
Result<std::optional<Decider>> WhoDecides(const cli::Arguments& arguments, const config::Config& config,
                                          bool needs_reason);

// `action`: approve, reject, cancel or reconcile. The exit code.
Result<int> Decide(const cli::Arguments& arguments, const config::Config& config, ledger::Ledger& ledger,
                   const std::string& action, ledger::ProposalId id);

}  // namespace synapsor::runner
