// The one style sheet, light and dark. Colours only repeat what words say; every pair of text and ground has a contrast of
// at least 4.5.
#pragma once

#include <string_view>

namespace synapsor::http::review {

std::string_view StyleSheet();

}  // namespace synapsor::http::review
