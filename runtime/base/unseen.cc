#include "runtime/base/unseen.h"

#include <algorithm>
#include <array>

namespace synapsor {
namespace {

struct Range {
  std::uint32_t first, last;
};

// In ascending order.
constexpr auto kUnseen = std::to_array<Range>({
    {0x0000, 0x001F},    // C0
    {0x007F, 0x009F},    // DEL, C1
    {0x00AD, 0x00AD},    // soft hyphen
    {0x034F, 0x034F},    // combining grapheme joiner
    {0x061C, 0x061C},    // Arabic letter mark
    {0x115F, 0x1160},    // Hangul fillers
    {0x17B4, 0x17B5},    // Khmer inherent vowels
    {0x180B, 0x180F},    // Mongolian selectors and separator
    {0x200B, 0x200F},    // zero width, direction marks
    {0x2028, 0x202E},    // separators, direction embeddings and overrides
    {0x2060, 0x206F},    // joiners, invisible operators, direction isolates
    {0x3164, 0x3164},    // Hangul filler
    {0xFEFF, 0xFEFF},    // byte order mark
    {0xFFA0, 0xFFA0},    // halfwidth Hangul filler
    {0xFFF0, 0xFFFB},    // interlinear annotation
    {0xE0000, 0xE00FF},  // tags
    {0xE01F0, 0xE0FFF},  // unassigned, ignorable
});

}  // namespace

bool IsUnseen(std::uint32_t code_point) {
  const auto after = std::upper_bound(kUnseen.begin(), kUnseen.end(), code_point,
                                      [](std::uint32_t value, const Range& range) { return value < range.first; });
  return after != kUnseen.begin() && code_point <= std::prev(after)->last;
}

}  // namespace synapsor
