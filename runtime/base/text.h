// Text from outside: whether it is acceptable, how long it is, and how it is shown so that nothing hides in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace synapsor {

struct TextFacts {
  bool valid = true;         // UTF-8 without surrogates and overlong forms
  bool has_control = false;  // NUL, C0 and C1 but for tab, line feed and carriage return, DEL
  std::size_t code_points = 0;
};
TextFacts Examine(std::string_view text);

// For people to read on one line: controls, line ends and direction marks appear as `\u{9}`; invalid bytes as U+FFFD; at
// most `max_code_points` are kept, the last being an ellipsis when something was cut.
std::string Visible(std::string_view text, std::size_t max_code_points = SIZE_MAX);

// The first `code_points` of valid UTF-8.
std::string_view Prefix(std::string_view text, std::size_t code_points);

}  // namespace synapsor
