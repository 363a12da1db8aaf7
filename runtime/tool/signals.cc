#include "runtime/tool/signals.h"

#include <csignal>

namespace synapsor::runner {
namespace {

std::atomic<bool> stop_asked{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may only touch lock-free atomics");

extern "C" void OnSignal(int) { stop_asked.store(true); }

}  // namespace

void StopOnSignals() {
  struct sigaction action {};
  action.sa_handler = OnSignal;
  sigemptyset(&action.sa_mask);
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
}

void AskToStop() { stop_asked.store(true); }

bool StopAsked() { return stop_asked.load(); }

const std::atomic<bool>& StopFlag() { return stop_asked; }

}  // namespace synapsor::runner
