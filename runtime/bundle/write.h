// Bundle to bytes.
#pragma once

#include <string>

#include "runtime/base/result.h"
#include "runtime/bundle/bundle.h"

namespace synapsor::bundle {

// Sets `bundle.digest` and returns the canonical bytes, one line ended by a line feed. Equal bundles give equal bytes.
std::string Write(Bundle& bundle);

// Through a temporary file beside `path` and a rename: the old file or the whole new one, never a part.
Status WriteFile(Bundle& bundle, const std::string& path);

// What Policy::digest must be: over everything that the policy says.
std::string PolicyDigest(Policy policy);

}  // namespace synapsor::bundle
