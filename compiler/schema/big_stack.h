// Runs a function on a thread with a stack of its own, for parsers that recurse. Private to compiler/schema.
#pragma once

#include <functional>

#include "runtime/base/result.h"

namespace synapsor::schema {

// Returns when `run` has returned. `run` must not throw.
Status RunOnBigStack(std::size_t bytes, const std::function<void()>& run);

// The same on several threads at once, of which at least one could be started.
Status RunOnBigStacks(std::size_t bytes, unsigned threads, const std::function<void()>& run);

}  // namespace synapsor::schema
