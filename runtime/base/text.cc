#include "runtime/base/text.h"

#include <fmt/format.h>

#include <cstdint>

#include "runtime/base/unseen.h"
#include "runtime/base/utf8.h"

namespace synapsor {
namespace {

bool IsControl(std::uint32_t c) { return c < 0x20 || (c >= 0x7F && c <= 0x9F); }

}  // namespace

TextFacts Examine(std::string_view text) {
  TextFacts facts;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint next = DecodeUtf8(text, at);
    if (!next.valid) facts.valid = false;
    const std::uint32_t c = next.value;
    if (next.valid && IsControl(c) && c != '\t' && c != '\n' && c != '\r') facts.has_control = true;
    ++facts.code_points;
    at += next.length;
  }
  return facts;
}

std::string Visible(std::string_view text, std::size_t max_code_points) {
  std::string shown;
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) {
    const CodePoint next = DecodeUtf8(text, at);
    const bool last_place = count + 1 >= max_code_points;
    if (last_place && at + next.length < text.size()) return shown + "…";
    if (!next.valid) {
      shown += "\xEF\xBF\xBD";
    } else if (IsUnseen(next.value)) {
      shown += fmt::format("\\u{{{:X}}}", next.value);
    } else {
      shown += text.substr(at, next.length);
    }
    at += next.length;
  }
  return shown;
}

std::string_view Prefix(std::string_view text, std::size_t code_points) {
  std::size_t at = 0;
  for (; at < text.size() && code_points > 0; --code_points) at += DecodeUtf8(text, at).length;
  return text.substr(0, at);
}

}  // namespace synapsor
