// Whether a bundle's parts fit together: every reference resolves, every list is sorted and without repeats, every
// parameter has a source that can be filled. Decides nothing about policy: that was the compiler's.
#pragma once

#include <string>

#include "runtime/bundle/bundle.h"

namespace synapsor::bundle {

// Empty, or what does not fit, with the name of the part. Needs Index().
std::string FindMisfit(const Bundle& bundle);

}  // namespace synapsor::bundle
