#include "compiler/diag/fingerprint.h"

#include "runtime/base/digest.h"

namespace synapsor::diag {

std::string Fingerprint(const Finding& finding) {
  constexpr std::size_t kDigits = 32;
  std::string key(Info(finding.kind).code);
  key += '\n';
  key += finding.context;
  key += '\n';
  key += finding.message;
  return Sha256Hex(key).substr(0, kDigits);
}

}  // namespace synapsor::diag
