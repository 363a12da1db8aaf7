// How untrusted text is shown on a terminal: tabs become spaces, control and invisible characters
// become visible ones, bytes that are not UTF-8 become U+FFFD, and every character knows how many
// cells it takes. Decides nothing about layout.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace synapsor::diag {

// One character of a source line as it is printed.
struct Glyph {
  std::uint32_t source = 0;  // byte offset in the source line
  std::uint32_t output = 0;  // byte offset in DisplayLine::text
  int cell = 0;              // first terminal cell, 0-based
};

// A source line ready to be printed. `glyphs` closes with a sentinel one past the end.
struct DisplayLine {
  std::string text;
  std::vector<Glyph> glyphs;

  int cells() const { return glyphs.back().cell; }
  // The cell of the character at or around the byte offset `source`; the end of the line for larger
  // offsets.
  int CellAt(std::uint32_t source) const;
  // The text of the characters that lie wholly in the cells [from, to), and where the first of them
  // begins.
  std::string_view Cut(int from, int to, int* first_cell) const;
};

DisplayLine LayOut(std::string_view line);

// The same for text without layout (messages, names, paths); line breaks are made visible too.
std::string Printable(std::string_view text);

// Terminal cells that Printable(text) takes.
int CellCount(std::string_view text);

}  // namespace synapsor::diag
