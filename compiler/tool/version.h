// The version that `--version`, reports and bundles state: the one in the top CMakeLists.txt.
#pragma once

#include <string_view>

namespace synapsor::tool {

inline constexpr std::string_view kVersion = SYNAPSOR_VERSION;

}  // namespace synapsor::tool
