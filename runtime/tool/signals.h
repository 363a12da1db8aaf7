// SIGTERM and SIGINT as a question that long-running subcommands ask themselves: what is under way is finished first.
// A second signal ends the process at once.
#pragma once

#include <atomic>

namespace synapsor::runner {

void StopOnSignals();
void AskToStop();  // as a signal does
bool StopAsked();
const std::atomic<bool>& StopFlag();

}  // namespace synapsor::runner
