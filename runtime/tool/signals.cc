#include "runtime/tool/signals.h"

#include <unistd.h>

#include <csignal>

namespace synapsor::runner {
namespace {

std::atomic<bool> stop_asked{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may only touch lock-free atomics");

std::atomic<int> signals_seen{0};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may only touch lock-free atomics");

// Whoever asks twice does not want to wait.
extern "C" void OnSignal(int signal) {
  stop_asked.store(true);
  if (signals_seen.fetch_add(1) > 0) ::_exit(128 + signal);
}

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
