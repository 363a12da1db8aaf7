// What a run found, in numbers; every output format states them.
#pragma once

#include <deque>
#include <map>
#include <string_view>

#include "compiler/diag/finding.h"

namespace synapsor::diag {

struct Summary {
  int errors = 0;
  int warnings = 0;
  int files = 0;       // DDL files read
  int suppressed = 0;  // findings hidden by `sync:allow`
  int baselined = 0;   // findings hidden by `--baseline`
  std::map<std::string_view, int> by_code = {};
};

// Counts `findings`; the other numbers are the caller's.
Summary Summarize(const std::deque<Finding>& findings, int files, int suppressed = 0, int baselined = 0);

}  // namespace synapsor::diag
