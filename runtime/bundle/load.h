// Bytes to bundle, verified: format version, digest, no unknown or repeated key, every reference resolves. A bundle that
// was cut, edited or written by an incompatible version is refused with the reason.
#pragma once

#include <string>
#include <string_view>

#include "runtime/base/result.h"
#include "runtime/bundle/bundle.h"

namespace synapsor::bundle {

// Authority facts are for comparing bundles; the runtime does not need them. Skipped ones are still read strictly.
enum class AuthorityFacts { kKeep, kSkip };

Result<Bundle> Parse(std::string_view bytes, const std::string& path, AuthorityFacts facts = AuthorityFacts::kKeep);
Result<Bundle> Load(const std::string& path, AuthorityFacts facts = AuthorityFacts::kKeep);

}  // namespace synapsor::bundle
