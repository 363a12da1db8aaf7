// Findings as SARIF 2.1.0 for code scanning. Regions count code points.
#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "compiler/diag/finding.h"
#include "compiler/diag/summary.h"
#include "compiler/source/source.h"

namespace synapsor::diag {

// One run with every rule of kinds.def in its driver, every finding (never capped) in the order
// given, and the counts of the summary in the run's property bag.
std::string RenderSarif(const SourceStore& sources, const std::deque<Finding>& findings, const Summary& summary,
                        std::string_view version);

}  // namespace synapsor::diag
