// JSON from outside - requests, configuration, bundles - read strictly: bounded size and depth, no duplicate keys, valid
// UTF-8. Decides what counts as acceptable JSON, not what it means.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "runtime/base/result.h"

namespace synapsor {

struct JsonLimits {
  std::size_t max_bytes = std::size_t{4} << 20;
  std::size_t max_depth = 64;
  bool allow_comments = false;
};

// Fails with kInvalid and a message that names the place ("line 3, column 9") and the reason; the message never repeats
// the text. Numbers that fit neither 64-bit integers nor a finite double are refused.
Result<nlohmann::json> ParseStrictJson(std::string_view text, const JsonLimits& limits = {});

}  // namespace synapsor
