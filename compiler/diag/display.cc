#include "compiler/diag/display.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "runtime/base/unseen.h"
#include "runtime/base/utf8.h"

namespace synapsor::diag {
namespace {

constexpr int kTabStop = 4;

struct Range {
  char32_t first;
  char32_t last;
};

// East Asian wide and fullwidth blocks, and the emoji blocks that terminals show in two cells.
constexpr auto kWide = std::to_array<Range>({
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x23E9, 0x23EC},   {0x2614, 0x2615},   {0x26A1, 0x26A1}, {0x2705, 0x2705},
    {0x274C, 0x274C},   {0x2E80, 0x303E},   {0x3041, 0x33FF},   {0x3400, 0x4DBF},   {0x4E00, 0x9FFF}, {0xA000, 0xA4CF},
    {0xA960, 0xA97F},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6},
    {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
});

// Marks that combine with the character before them.
constexpr auto kCombining = std::to_array<Range>({
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD},   {0x05BF, 0x05BF}, {0x05C1, 0x05C2}, {0x0610, 0x061A},
    {0x064B, 0x065F}, {0x0670, 0x0670}, {0x06D6, 0x06DC},   {0x093C, 0x093C}, {0x0941, 0x0948}, {0x0E31, 0x0E31},
    {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E}, {0x1AB0, 0x1AFF},   {0x1DC0, 0x1DFF}, {0x20D0, 0x20FF}, {0x3099, 0x309A},
    {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xE0100, 0xE01EF},
});

template <std::size_t kSize>
bool Contains(const std::array<Range, kSize>& table, char32_t c) {
  const auto after = std::upper_bound(table.begin(), table.end(), c,
                                      [](char32_t value, const Range& range) { return value < range.first; });
  return after != table.begin() && c <= std::prev(after)->last;
}

void AppendUtf8(char32_t c, std::string& out) {  // of the basic plane above U+07FF
  out += static_cast<char>(0xE0 | c >> 12);
  out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
  out += static_cast<char>(0x80 | (c & 0x3F));
}

// Appends what stands for the character and returns the cells it takes.
int AppendShown(const CodePoint& decoded, std::string_view bytes, std::string& out) {
  constexpr char32_t kControlPictures = 0x2400;
  const char32_t c = decoded.value;
  if (!decoded.valid) {
    AppendUtf8(0xFFFD, out);
    return 1;
  }
  if (c < 0x20 || c == 0x7F) {
    AppendUtf8(c == 0x7F ? kControlPictures + 0x21 : kControlPictures + c, out);
    return 1;
  }
  if (c >= 0x80 && IsUnseen(c)) {
    const std::string shown = fmt::format("<U+{:04X}>", static_cast<std::uint32_t>(c));
    out += shown;
    return static_cast<int>(shown.size());
  }
  out += bytes;
  if (c < 0x300) return 1;
  return Contains(kCombining, c) ? 0 : Contains(kWide, c) ? 2 : 1;
}

DisplayLine Lay(std::string_view line, bool expand_tabs) {
  DisplayLine result;
  result.text.reserve(line.size());
  result.glyphs.reserve(line.size() + 1);
  int cell = 0;
  for (std::size_t at = 0; at < line.size();) {
    const CodePoint decoded = DecodeUtf8(line, at);
    result.glyphs.push_back({static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(result.text.size()), cell});
    if (decoded.value == '\t' && expand_tabs) {
      const int width = kTabStop - cell % kTabStop;
      result.text.append(static_cast<std::size_t>(width), ' ');
      cell += width;
    } else {
      cell += AppendShown(decoded, line.substr(at, decoded.length), result.text);
    }
    at += decoded.length;
  }
  result.glyphs.push_back(
      {static_cast<std::uint32_t>(line.size()), static_cast<std::uint32_t>(result.text.size()), cell});
  return result;
}

}  // namespace

int DisplayLine::CellAt(std::uint32_t source) const {
  const auto after = std::upper_bound(glyphs.begin(), glyphs.end(), source,
                                      [](std::uint32_t value, const Glyph& glyph) { return value < glyph.source; });
  return std::prev(after)->cell;
}

std::string_view DisplayLine::Cut(int from, int to, int* first_cell) const {
  const auto by_cell = [](const Glyph& glyph, int cell) { return glyph.cell < cell; };
  const auto first = std::lower_bound(glyphs.begin(), std::prev(glyphs.end()), from, by_cell);
  auto last = std::lower_bound(first, glyphs.end(), to, by_cell);
  if (last == glyphs.end() || last->cell > to) last = std::prev(last);
  *first_cell = first->cell;
  if (last < first) return {};
  return std::string_view(text).substr(first->output, last->output - first->output);
}

DisplayLine LayOut(std::string_view line) { return Lay(line, /*expand_tabs=*/true); }

std::string Printable(std::string_view text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
  return plain ? std::string(text) : Lay(text, /*expand_tabs=*/false).text;
}

int CellCount(std::string_view text) { return Lay(text, /*expand_tabs=*/false).cells(); }

}  // namespace synapsor::diag
