#include "compiler/diag/summary.h"

namespace synapsor::diag {

Summary Summarize(const std::deque<Finding>& findings, int files, int suppressed, int baselined) {
  Summary summary;
  summary.files = files;
  summary.suppressed = suppressed;
  summary.baselined = baselined;
  for (const Finding& finding : findings) {
    ++(finding.severity == Severity::kError ? summary.errors : summary.warnings);
    ++summary.by_code[Info(finding.kind).code];
  }
  return summary;
}

}  // namespace synapsor::diag
