#include "compiler/syntax/encoding.h"

#include <fmt/format.h>

#include <cstdint>
#include <cstring>

namespace synapsor::syntax {
namespace {

using diag::Kind;

// At most this many places a file.
constexpr int kMostReported = 20;

bool IsControl(unsigned char c) {
  return (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != '\v') || c == 0x7F;
}

// Eight bytes at once, all of them printable ASCII or blanks that need no further look.
bool AllPlain(const char* bytes) {
  std::uint64_t word;
  std::memcpy(&word, bytes, sizeof word);
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHigh = kOnes * 0x80;
  const std::uint64_t below_blank = (word - kOnes * 0x20) & ~word;
  const std::uint64_t delete_bytes = word ^ (kOnes * 0x7F);
  const std::uint64_t is_delete = (delete_bytes - kOnes) & ~delete_bytes;
  return ((word | below_blank | is_delete) & kHigh) == 0;
}

// The code point at `at` and its length, or length 0 for bytes that are not UTF-8: cut short,
// overlong, surrogates or beyond U+10FFFF.
struct Decoded {
  std::uint32_t code_point;
  std::uint32_t length;
};

Decoded Decode(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) -> std::uint32_t {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0;
  };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const std::uint32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  if (lead >= 0xC2 && lead < 0xE0 && follows(1)) return {(lead & 0x1F) << 6 | (byte(1) & 0x3F), 2};
  if (lead >= 0xE0 && lead < 0xF0 && follows(1) && follows(2)) {
    const std::uint32_t c = (lead & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
    if (c >= 0x800 && (c < 0xD800 || c > 0xDFFF)) return {c, 3};
  }
  if (lead >= 0xF0 && lead < 0xF5 && follows(1) && follows(2) && follows(3)) {
    const std::uint32_t c = (lead & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F);
    if (c >= 0x10000 && c <= 0x10FFFF) return {c, 4};
  }
  return {0, 0};
}

bool ChangesDirection(std::uint32_t c) {
  return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F || c == 0x061C;
}

}  // namespace

bool CheckEncoding(std::string_view text, FileId file, diag::Sink& sink) {
  int reported = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (at + 8 <= text.size() && AllPlain(text.data() + at)) {
      at += 8;
      continue;
    }
    const Decoded next = Decode(text, at);
    const auto begin = static_cast<std::uint32_t>(at);
    if (next.length == 0) {
      sink.Report(Kind::kNotUtf8, {file, begin, begin + 1},
                  fmt::format("byte 0x{:02X} is not UTF-8", static_cast<unsigned char>(text[at])))
          .WithHelp("save the file as UTF-8");
      return false;
    }
    const Span span{file, begin, begin + next.length};
    if (next.length == 1 ? IsControl(static_cast<unsigned char>(next.code_point)) : next.code_point < 0xA0) {
      if (++reported <= kMostReported) {
        sink.Report(Kind::kControlCharacter, span, fmt::format("control character U+{:04X}", next.code_point))
            .WithHelp(next.code_point == 0 ? "save the file as UTF-8 text" : "remove it");
      }
    } else if (next.length > 1 && ChangesDirection(next.code_point)) {
      if (++reported <= kMostReported) {
        sink.Report(Kind::kControlCharacter, span,
                    fmt::format("character U+{:04X} changes the direction of reading", next.code_point))
            .WithHelp("remove it: with it the text can look different from what it says");
      }
    }
    at += next.length;
  }
  return reported == 0;
}

}  // namespace synapsor::syntax
