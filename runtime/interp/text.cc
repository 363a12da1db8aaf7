#include "runtime/interp/text.h"

#include <fmt/format.h>

#include <cstdint>

namespace synapsor::interp {
namespace {

struct Decoded {
  std::uint32_t code_point = 0;
  std::size_t length = 1;   // bytes consumed
  bool valid = false;
};

Decoded Decode(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  if (lead < 0x80) return {lead, 1, true};
  std::size_t length = 0;
  std::uint32_t code_point = 0;
  std::uint32_t smallest = 0;
  if ((lead & 0xE0) == 0xC0) {
    length = 2, code_point = lead & 0x1F, smallest = 0x80;
  } else if ((lead & 0xF0) == 0xE0) {
    length = 3, code_point = lead & 0x0F, smallest = 0x800;
  } else if ((lead & 0xF8) == 0xF0) {
    length = 4, code_point = lead & 0x07, smallest = 0x10000;
  } else {
    return {};
  }
  if (at + length > text.size()) return {};
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return {};
    code_point = code_point << 6 | (byte(at + i) & 0x3F);
  }
  const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  if (code_point < smallest || code_point > 0x10FFFF || surrogate) return {};
  return {code_point, length, true};
}

bool IsControl(std::uint32_t c) { return c < 0x20 || (c >= 0x7F && c <= 0x9F); }

// Marks that change the order or visibility of what stands beside them, and line ends.
bool Hides(std::uint32_t c) {
  return IsControl(c) || (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x2069) || c == 0xFEFF || c == 0x061C || (c >= 0xE0000 && c <= 0xE007F);
}

}  // namespace

TextFacts Examine(std::string_view text) {
  TextFacts facts;
  for (std::size_t at = 0; at < text.size();) {
    const Decoded next = Decode(text, at);
    if (!next.valid) facts.valid = false;
    const std::uint32_t c = next.code_point;
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
    const Decoded next = Decode(text, at);
    const bool last_place = count + 1 >= max_code_points;
    if (last_place && at + next.length < text.size()) return shown + "…";
    if (!next.valid) {
      shown += "\xEF\xBF\xBD";
    } else if (Hides(next.code_point)) {
      shown += fmt::format("\\u{{{:X}}}", next.code_point);
    } else {
      shown += text.substr(at, next.length);
    }
    at += next.length;
  }
  return shown;
}

std::string_view Prefix(std::string_view text, std::size_t code_points) {
  std::size_t at = 0;
  for (; at < text.size() && code_points > 0; --code_points) at += Decode(text, at).length;
  return text.substr(0, at);
}

}  // namespace synapsor::interp
