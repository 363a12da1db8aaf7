// Strict UTF-8: surrogates, overlong forms and values beyond U+10FFFF are not valid.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace synapsor {

struct CodePoint {
  std::uint32_t value = 0;
  std::size_t length = 1;  // bytes consumed; 1 for an invalid byte
  bool valid = false;
};

// `at` < text.size().
CodePoint DecodeUtf8(std::string_view text, std::size_t at);

bool IsUtf8(std::string_view text);

}  // namespace synapsor
