// How far a JSON text runs without anything that needs a look: eight bytes at a time. Pure.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace synapsor {

enum class RunBytes { kAny, kAsciiOnly };

// Length of what stands at the beginning of `text` before a quote, a backslash or a control character (and, for kAsciiOnly,
// before a byte of 0x80 or more). A byte below a limit is found as in "Bit Twiddling Hacks" (S. Anderson): it borrows, and
// did not have its high bit before; a borrow may flag bytes above the first that is found, never one below it.
inline std::size_t JsonRunLength(std::string_view text, RunBytes bytes = RunBytes::kAny) {
  static_assert(std::endian::native == std::endian::little, "the first byte must be the lowest");
  constexpr std::uint64_t kOnes = 0x0101010101010101, kHigh = 0x8080808080808080;
  const auto below = [](std::uint64_t word, std::uint64_t limit) { return (word - kOnes * limit) & ~word; };
  const std::uint64_t high_bit = bytes == RunBytes::kAsciiOnly ? ~std::uint64_t{0} : 0;
  std::size_t length = 0;
  std::uint64_t word = 0;
  for (; length + sizeof word <= text.size(); length += sizeof word) {
    std::memcpy(&word, text.data() + length, sizeof word);
    const std::uint64_t found =
        (below(word, 0x20) | below(word ^ (kOnes * '"'), 1) | below(word ^ (kOnes * '\\'), 1) | (word & high_bit)) &
        kHigh;
    if (found != 0) return length + static_cast<std::size_t>(std::countr_zero(found)) / 8;
  }
  for (; length < text.size(); ++length) {
    const auto c = static_cast<unsigned char>(text[length]);
    if (c < 0x20 || c == '"' || c == '\\' || (c >= 0x80 && bytes == RunBytes::kAsciiOnly)) break;
  }
  return length;
}

}  // namespace synapsor
