#include "compiler/diag/snippet.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "compiler/diag/display.h"

namespace synapsor::diag {
namespace {

// A longer line is cut to this many bytes before it is laid out, so that one line of megabytes
// costs nothing.
constexpr std::uint32_t kLongestLaidOut = 4096;
constexpr std::string_view kEllipsis = "...";

// A mark with its place inside its lines, in bytes from the line's start.
struct Placed {
  const Mark* mark = nullptr;
  int begin_line = 0;
  int end_line = 0;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  int slot = -1;  // column of the margin, for marks over several lines
  bool multi() const { return slot >= 0; }
};

std::uint32_t LineStart(const SourceFile& file, int line) {
  return static_cast<std::uint32_t>(file.Line(line).data() - file.text().data());
}

Placed Place(const SourceFile& file, const Mark& mark) {
  const auto size = static_cast<std::uint32_t>(file.text().size());
  const std::uint32_t begin = std::min(mark.span.begin, size);
  std::uint32_t end = std::clamp(mark.span.end, begin, size);
  while (end > begin + 1 && (file.text()[end - 1] == '\n' || file.text()[end - 1] == '\r')) --end;
  Placed placed;
  placed.mark = &mark;
  placed.begin_line = file.Locate(begin).line;
  placed.end_line = end > begin ? file.Locate(end - 1).line : placed.begin_line;
  placed.begin = begin - LineStart(file, placed.begin_line);
  placed.end = end - LineStart(file, placed.end_line);
  return placed;
}

// A row of ASCII drawing under a source line, with a style for every cell and a phrase at the end.
class Canvas {
 public:
  void Put(int cell, char c, Style style) {
    const auto index = static_cast<std::size_t>(cell);
    if (cells_.size() <= index) {
      cells_.resize(index + 1, ' ');
      styles_.resize(index + 1, Style::kPlain);
    }
    cells_[index] = c;
    styles_[index] = style;
  }
  void Say(int cell, std::string_view text, Style style) {
    if (static_cast<std::size_t>(cell) > cells_.size()) Put(cell - 1, ' ', Style::kPlain);
    text_ = Printable(text);
    text_style_ = style;
  }
  std::string Finish(const Painter& painter) const {
    std::string out;
    for (std::size_t i = 0; i < cells_.size();) {
      std::size_t j = i + 1;
      while (j < cells_.size() && styles_[j] == styles_[i]) ++j;
      painter.Append(styles_[i], std::string_view(cells_).substr(i, j - i), out);
      i = j;
    }
    painter.Append(text_style_, text_, out);
    return out;
  }

 private:
  std::string cells_;
  std::vector<Style> styles_;
  std::string text_;
  Style text_style_ = Style::kPlain;
};

// The part of a source line that is shown, in cells of the printed text.
struct Window {
  DisplayLine line;
  std::uint32_t slice = 0;  // where the laid-out bytes begin in the source line
  int from = 0;
  int to = 0;
  bool cut_left = false;
  bool cut_right = false;

  int indent() const { return cut_left ? static_cast<int>(kEllipsis.size()) : 0; }
  // Where a byte offset of the source line stands in the printed text.
  int Column(std::uint32_t offset) const {
    const int cell = line.CellAt(offset < slice ? 0 : offset - slice);
    return std::clamp(cell, from, to) - from + indent();
  }
  std::string Text() const {
    int first = 0;
    const std::string_view shown = line.Cut(from, to, &first);
    std::string out(cut_left ? kEllipsis : "");
    out.append(static_cast<std::size_t>(first - from), ' ');
    out += shown;
    if (cut_right) out += kEllipsis;
    return out;
  }
};

class Snippet {
 public:
  Snippet(const SourceFile& file, const std::vector<Mark>& marks, const SnippetOptions& options, std::string& out)
      : file_(file), options_(options), out_(out) {
    for (const Mark& mark : marks) {
      Placed placed = Place(file, mark);
      if (placed.begin_line != placed.end_line) placed.slot = slots_++;
      placed_.push_back(placed);
    }
    margin_.assign(static_cast<std::size_t>(2 * slots_), ' ');
    margin_styles_.assign(margin_.size(), Style::kPlain);
  }

  void Run() {
    std::map<int, bool> lines;
    for (const Placed& p : placed_) lines[p.begin_line] = lines[p.end_line] = true;
    int previous = 0;
    for (const auto& [line, _] : lines) {
      if (previous != 0 && line == previous + 2) AppendRow(previous + 1, Margin() + Uncut(previous + 1).Text());
      if (previous != 0 && line > previous + 2) AppendElision();
      AppendLine(line);
      previous = line;
    }
  }

 private:
  Style StyleOf(const Placed& p) const { return p.mark->primary ? options_.primary_style : Style::kSecondary; }
  static char Underline(const Placed& p) { return p.mark->primary ? '^' : '-'; }

  std::string Margin() const {
    Canvas canvas;
    for (std::size_t i = 0; i < margin_.size(); ++i) canvas.Put(static_cast<int>(i), margin_[i], margin_styles_[i]);
    return canvas.Finish(options_.painter);
  }
  void SetMargin(const Placed& p, char c) {
    margin_[static_cast<std::size_t>(2 * p.slot)] = c;
    margin_styles_[static_cast<std::size_t>(2 * p.slot)] = StyleOf(p);
  }
  Canvas MarginCanvas() const {
    Canvas canvas;
    for (std::size_t i = 0; i < margin_.size(); ++i) canvas.Put(static_cast<int>(i), margin_[i], margin_styles_[i]);
    return canvas;
  }

  void AppendRow(int line_or_zero, std::string_view rest) { AppendGutterLine(options_, line_or_zero, rest, out_); }
  void AppendElision() {
    options_.painter.Append(Style::kGutter, kEllipsis, out_);
    const std::string margin = Margin();
    if (margin.find('|') != std::string::npos) {
      const int used = static_cast<int>(kEllipsis.size());
      out_.append(static_cast<std::size_t>(std::max(0, options_.gutter + 3 - used)), ' ');
      out_ += margin;
      while (out_.back() == ' ') out_.pop_back();
    }
    out_ += '\n';
  }

  // The whole line or, where it is too long, its beginning.
  Window Uncut(int line) const { return WindowFor(line, 0, 0); }

  // A window around the bytes [begin, end) of the line.
  Window WindowFor(int line, std::uint32_t begin, std::uint32_t end) const {
    std::string_view text = file_.Line(line);
    Window window;
    if (text.size() > kLongestLaidOut) {
      const auto size = static_cast<std::uint32_t>(text.size());
      window.slice = std::min(begin > kLongestLaidOut / 2 ? begin - kLongestLaidOut / 2 : 0, size - kLongestLaidOut);
      while (window.slice > 0 && (static_cast<unsigned char>(text[window.slice]) & 0xC0) == 0x80) --window.slice;
    }
    const std::string_view laid_out = text.substr(window.slice, kLongestLaidOut);
    window.line = LayOut(laid_out);
    const int all = window.line.cells();
    window.to = all;
    if (all > options_.max_cells) {
      const int first = window.line.CellAt(begin - std::min(begin, window.slice));
      const int last = window.line.CellAt(end - std::min(end, window.slice));
      const int spare = std::max(0, options_.max_cells - (last - first));
      window.from = last <= options_.max_cells ? 0 : std::clamp(first - spare / 2, 0, all - options_.max_cells);
      window.to = window.from + options_.max_cells;
    }
    window.cut_left = window.slice > 0 || window.from > 0;
    window.cut_right = window.slice + laid_out.size() < text.size() || window.to < all;
    return window;
  }

  void AppendLine(int line) {
    std::vector<const Placed*> singles;
    for (const Placed& p : placed_) {
      if (!p.multi() && p.begin_line == line) singles.push_back(&p);
    }
    std::stable_sort(singles.begin(), singles.end(),
                     [](const Placed* a, const Placed* b) { return a->begin < b->begin; });
    OpenAtLineStart(line);
    if (singles.empty()) AppendRow(line, Margin() + Edge(line).Text());
    for (std::size_t i = 0; i < singles.size();) {
      const std::size_t j = EndOfGroup(line, singles, i);
      const std::vector<const Placed*> group(singles.begin() + static_cast<std::ptrdiff_t>(i),
                                             singles.begin() + static_cast<std::ptrdiff_t>(j));
      const Window window = WindowOf(line, group);
      AppendRow(line, Margin() + window.Text());
      AppendMarks(window, group);
      i = j;
    }
    Open(line);
    Close(line);
  }

  // The window of a line that only begins or ends marks over several lines.
  Window Edge(int line) const {
    for (const Placed& p : placed_) {
      if (p.multi() && p.begin_line == line) return WindowFor(line, p.begin, p.begin);
      if (p.multi() && p.end_line == line) return WindowFor(line, p.end, p.end);
    }
    return Uncut(line);
  }

  Window WindowOf(int line, const std::vector<const Placed*>& group) const {
    std::uint32_t end = 0;
    for (const Placed* p : group) end = std::max(end, p->end);
    return WindowFor(line, group.front()->begin, end);
  }

  // Marks too far apart for one window of a long line get the line a second time.
  std::size_t EndOfGroup(int line, const std::vector<const Placed*>& singles, std::size_t first) const {
    if (static_cast<int>(file_.Line(line).size()) <= options_.max_cells) return singles.size();
    std::size_t last = first + 1;
    while (last < singles.size() &&
           singles[last]->end - singles[first]->begin < static_cast<std::uint32_t>(options_.max_cells)) {
      ++last;
    }
    return last;
  }

  void AppendDrawing(const Canvas& canvas) { AppendRow(0, Margin() + canvas.Finish(options_.painter)); }

  // Underlines; the rightmost phrase stands beside them, the others hang below, from right to left.
  void AppendMarks(const Window& window, const std::vector<const Placed*>& group) {
    Canvas underlines;
    int right = 0;
    for (const bool primary : {false, true}) {
      for (const Placed* p : group) {
        if (p->mark->primary != primary) continue;
        const int begin = window.Column(p->begin);
        const int end = std::max(begin + 1, window.Column(p->end));
        for (int cell = begin; cell < end; ++cell) underlines.Put(cell, Underline(*p), StyleOf(*p));
        right = std::max(right, end);
      }
    }
    std::vector<const Placed*> hanging;
    for (const Placed* p : group) {
      if (!p->mark->text.empty()) hanging.push_back(p);
    }
    if (!hanging.empty()) {
      const Placed* beside = hanging.back();
      const bool alone = hanging.size() == 1 || hanging[hanging.size() - 2]->begin < beside->begin;
      if (alone && std::max(window.Column(beside->begin) + 1, window.Column(beside->end)) == right) {
        underlines.Say(right + 1, beside->mark->text, StyleOf(*beside));
        hanging.pop_back();
      }
    }
    AppendDrawing(underlines);
    if (!hanging.empty()) AppendDrawing(Bars(window, hanging, hanging.size()));
    for (std::size_t i = hanging.size(); i-- > 0;) {
      Canvas row = Bars(window, hanging, i);
      row.Say(window.Column(hanging[i]->begin), hanging[i]->mark->text, StyleOf(*hanging[i]));
      AppendDrawing(row);
    }
  }

  // A bar under each of the first `count` marks that begins left of the mark after them.
  Canvas Bars(const Window& window, const std::vector<const Placed*>& hanging, std::size_t count) const {
    Canvas canvas;
    for (std::size_t i = 0; i < count; ++i) {
      const int cell = window.Column(hanging[i]->begin);
      if (count < hanging.size() && cell >= window.Column(hanging[count]->begin)) continue;
      canvas.Put(cell, '|', StyleOf(*hanging[i]));
    }
    return canvas;
  }

  bool AtLineStart(const Placed& p) const {
    return file_.Line(p.begin_line).substr(0, p.begin).find_first_not_of(" \t") == std::string_view::npos;
  }
  void OpenAtLineStart(int line) {
    for (const Placed& p : placed_) {
      if (p.multi() && p.begin_line == line && AtLineStart(p)) SetMargin(p, '/');
    }
  }
  void Open(int line) {
    for (const Placed& p : placed_) {
      if (!p.multi() || p.begin_line != line) continue;
      if (!AtLineStart(p)) {
        const int column = static_cast<int>(margin_.size()) + Edge(line).Column(p.begin);
        AppendReach(p, column);
      }
      SetMargin(p, '|');
    }
  }
  void Close(int line) {
    for (const Placed& p : placed_) {
      if (!p.multi() || p.end_line != line) continue;
      const Window window = Edge(line);
      const int column = static_cast<int>(margin_.size()) + std::max(0, window.Column(p.end) - 1);
      AppendReach(p, column);
      SetMargin(p, ' ');
    }
  }
  // From the mark's margin column to `column`: ` |____^ phrase` at the end, ` ____^` at the start.
  void AppendReach(const Placed& p, int column) {
    const bool closing = margin_[static_cast<std::size_t>(2 * p.slot)] != ' ';
    Canvas canvas = MarginCanvas();
    for (int cell = 2 * p.slot + 1; cell < column; ++cell) canvas.Put(cell, '_', StyleOf(p));
    canvas.Put(column, Underline(p), StyleOf(p));
    if (closing && !p.mark->text.empty()) canvas.Say(column + 2, p.mark->text, StyleOf(p));
    AppendRow(0, canvas.Finish(options_.painter));
  }

  const SourceFile& file_;
  const SnippetOptions& options_;
  std::string& out_;
  std::vector<Placed> placed_;
  int slots_ = 0;
  std::string margin_;
  std::vector<Style> margin_styles_;
};

}  // namespace

void AppendGutterLine(const SnippetOptions& options, int line_or_zero, std::string_view rest, std::string& out) {
  const std::string number = line_or_zero > 0 ? fmt::format("{}", line_or_zero) : "";
  std::string gutter = fmt::format("{:>{}} |", number, options.gutter);
  options.painter.Append(Style::kGutter, gutter, out);
  while (!rest.empty() && rest.back() == ' ') rest.remove_suffix(1);
  if (!rest.empty()) out += ' ';
  out += rest;
  out += '\n';
}

void AppendSnippet(const SourceFile& file, const std::vector<Mark>& marks, const SnippetOptions& options,
                   std::string& out) {
  Snippet(file, marks, options, out).Run();
}

}  // namespace synapsor::diag
