// The stdio transport: one message a line on standard input, answers on standard output, nothing else on either. Calls run
// on worker threads, so that a slow one delays no other; answers come in any order, as the protocol allows.
#pragma once

#include <atomic>
#include <string>

#include "runtime/mcp/server.h"

namespace synapsor::mcp {

struct StdioOptions {
  int input = 0;  // file descriptors
  int output = 1;
  std::size_t max_message_bytes = std::size_t{1} << 20;  // longer lines are refused and skipped, not buffered
  int workers = 8;
  std::size_t max_waiting = 256;  // calls beyond it are refused as busy
};

// Serves until end of input or until `stop` is set by a signal handler; calls that are under way are finished and
// answered. Fails when the output is gone.
Status ServeStdio(Service& service, const Caller& caller, const StdioOptions& options, const std::atomic<bool>& stop);

}  // namespace synapsor::mcp
