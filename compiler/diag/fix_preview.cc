#include "compiler/diag/fix_preview.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "compiler/diag/display.h"

namespace synapsor::diag {
namespace {

constexpr std::size_t kMostLines = 8;

std::vector<std::string_view> Lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    if (!lines.back().empty() && lines.back().back() == '\r') lines.back().remove_suffix(1);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string Shown(std::string_view line, int max_cells) {
  const DisplayLine shown = LayOut(line.substr(0, 4 * static_cast<std::size_t>(max_cells)));
  if (shown.cells() <= max_cells) return shown.text;
  int first = 0;
  return std::string(shown.Cut(0, max_cells, &first)) + "...";
}

void AppendSide(const std::vector<std::string_view>& lines, int first_line, char sign, Style style,
                const SnippetOptions& options, std::string& out) {
  for (std::size_t i = 0; i < std::min(lines.size(), kMostLines); ++i) {
    options.painter.Append(Style::kGutter, fmt::format("{:>{}} ", first_line + static_cast<int>(i), options.gutter),
                           out);
    std::string text = fmt::format("{} {}", sign, Shown(lines[i], options.max_cells));
    while (text.back() == ' ') text.pop_back();
    options.painter.Append(style, text, out);
    out += '\n';
  }
  if (lines.size() > kMostLines) out += fmt::format("...{} more lines\n", lines.size() - kMostLines);
}

// The edits [first, last) touch neighbouring lines of one file.
void AppendGroup(const SourceFile& file, const std::vector<Edit>& edits, std::size_t first, std::size_t last,
                 const SnippetOptions& options, std::string& out) {
  const int begin_line = file.Locate(edits[first].span.begin).line;
  const auto start = static_cast<std::uint32_t>(file.Line(begin_line).data() - file.text().data());
  const std::size_t stop = std::min(file.text().find('\n', edits[last - 1].span.end), file.text().size());
  std::string after;
  std::uint32_t at = start;
  for (std::size_t i = first; i < last; ++i) {
    after += file.text().substr(at, edits[i].span.begin - at);
    after += edits[i].replacement;
    at = edits[i].span.end;
  }
  after += file.text().substr(at, stop - at);
  std::vector<std::string_view> removed = Lines(file.text().substr(start, stop - start));
  std::vector<std::string_view> added = Lines(after);
  std::size_t same = 0;
  while (same < removed.size() && same < added.size() && removed[same] == added[same]) ++same;
  removed.erase(removed.begin(), removed.begin() + static_cast<std::ptrdiff_t>(same));
  added.erase(added.begin(), added.begin() + static_cast<std::ptrdiff_t>(same));
  while (!removed.empty() && !added.empty() && removed.back() == added.back()) {
    removed.pop_back();
    added.pop_back();
  }
  const int line = begin_line + static_cast<int>(same);
  AppendSide(removed, line, '-', Style::kRemoved, options, out);
  AppendSide(added, line, '+', Style::kAdded, options, out);
}

}  // namespace

void AppendFixPreview(const SourceStore& sources, const Fix& fix, const SnippetOptions& options, std::string& out) {
  std::vector<Edit> edits;
  std::copy_if(fix.edits.begin(), fix.edits.end(), std::back_inserter(edits),
               [](const Edit& edit) { return edit.span.has_value(); });
  if (edits.empty()) return;
  std::stable_sort(edits.begin(), edits.end(), [](const Edit& a, const Edit& b) {
    return std::pair(a.span.file, a.span.begin) < std::pair(b.span.file, b.span.begin);
  });
  AppendGutterLine(options, 0, "", out);
  for (std::size_t i = 0; i < edits.size();) {
    const SourceFile& file = sources.Get(edits[i].span.file);
    std::size_t j = i + 1;
    while (j < edits.size() && edits[j].span.file == edits[i].span.file &&
           file.Locate(edits[j].span.begin).line <= file.Locate(edits[j - 1].span.end).line) {
      ++j;
    }
    AppendGroup(file, edits, i, j, options, out);
    i = j;
  }
  AppendGutterLine(options, 0, "", out);
}

}  // namespace synapsor::diag
