// Approve, reject, cancel and reconcile from the operator's command line.
#pragma once

#include <string>

#include "runtime/cli/options.h"
#include "runtime/config/config.h"
#include "runtime/ledger/ledger.h"

namespace synapsor::runner {

// `action`: approve, reject, cancel or reconcile. The exit code.
Result<int> Decide(const cli::Arguments& arguments, const config::Config& config, ledger::Ledger& ledger,
                   const std::string& action, ledger::ProposalId id);

}  // namespace synapsor::runner
