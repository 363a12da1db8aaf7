// SUMMARY TEMPLATE: the one line that a reviewer reads first. A model never gets it, since it may hold trusted values.
#pragma once

#include <string>

#include "runtime/interp/bindings.h"

namespace synapsor::interp {

// At most 500 code points, each value at most 120; controls and direction marks are made visible.
Checked<std::string> RenderSummary(const CallPlan& plan, const CallValues& values);

}  // namespace synapsor::interp
