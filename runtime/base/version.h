// The version of both programs, as they print it and as bundles and protocol answers carry it.
#pragma once

#include <string_view>

namespace synapsor {

inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace synapsor
