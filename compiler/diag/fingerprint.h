// What makes two findings of two runs the same one: code, entity and message, never a line number.
#pragma once

#include <string>

#include "compiler/diag/finding.h"

namespace synapsor::diag {

// 32 lower-case hex digits; stable when code moves within a file or between files.
std::string Fingerprint(const Finding& finding);

}  // namespace synapsor::diag
