// Runs another program without a shell.
#pragma once

#include <string>
#include <vector>

#include "runtime/base/result.h"

namespace synapsor::tool {

struct ProcessResult {
  int exit_code = 0;
  std::string output;  // standard output
  std::string errors;  // standard error
};

// `words[0]` is looked up on PATH. `folder` is the process's working directory; empty: this one's. Standard input is empty.
Result<ProcessResult> RunProcess(const std::vector<std::string>& words, const std::string& folder);

}  // namespace synapsor::tool
