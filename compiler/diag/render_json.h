// Findings for programs: one JSON object, described by docs/schema/findings.schema.json. The shape
// only grows; a key is never renamed or removed.
#pragma once

#include <deque>
#include <string>

#include "compiler/diag/finding.h"
#include "compiler/diag/summary.h"
#include "compiler/source/source.h"

namespace synapsor::diag {

// Every finding, never capped, in the order given; keys in a fixed order; ends with a line break.
// Bytes that are not UTF-8 become U+FFFD.
std::string RenderJson(const SourceStore& sources, const std::deque<Finding>& findings, const Summary& summary);

}  // namespace synapsor::diag
