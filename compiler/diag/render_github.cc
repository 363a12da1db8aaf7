#include "compiler/diag/render_github.h"

#include <fmt/format.h>

#include "compiler/diag/display.h"
#include "compiler/diag/render_text.h"

namespace synapsor::diag {
namespace {

constexpr std::size_t kMostSummaryBytes = 900'000;

std::string_view Level(Severity severity) { return severity == Severity::kError ? "error" : "warning"; }

// Percent-encodes what would end the message, and in properties also what separates them.
std::string Escaped(std::string_view text, bool property) {
  std::string out;
  for (const char c : text) {
    const bool special = c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','));
    out += special ? fmt::format("%{:02X}", static_cast<unsigned char>(c)) : std::string(1, c);
  }
  return out;
}

// A Markdown table cell: control characters made visible, markup characters escaped.
std::string Cell(std::string_view text) {
  std::string out;
  for (const char c : Printable(text)) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '&') {
      out += "&amp;";
    } else {
      if (std::string_view("\\`*_{}[]()#+!|~@>").find(c) != std::string_view::npos) out += '\\';
      out += c;
    }
  }
  return out;
}

std::string Place(const SourceStore& sources, Span span) {
  const SourceFile& file = sources.Get(span.file);
  const LineColumn begin = file.Locate(span.begin);
  const LineColumn end = file.Locate(span.end);
  std::string text = fmt::format(" file={},line={}", Escaped(file.path(), true), begin.line);
  if (begin.line == end.line) return text + fmt::format(",col={},endColumn={},", begin.column, end.column);
  return text + fmt::format(",endLine={},", end.line);
}

}  // namespace

std::string RenderGithub(const SourceStore& sources, const std::deque<Finding>& findings, const Summary& summary) {
  std::string out;
  for (const Finding& finding : findings) {
    const KindInfo& info = Info(finding.kind);
    std::string text = finding.message;
    if (!finding.context.empty()) text += "\n" + finding.context;
    if (!finding.help.empty()) text += "\nhelp: " + finding.help;
    text += fmt::format("\nsync explain {}", info.code);
    out += fmt::format("::{}{}title={} {}::{}\n", Level(finding.severity),
                       finding.span.has_value() ? Place(sources, finding.span) : " ", info.code, info.slug,
                       Escaped(text, false));
  }
  return out + SummaryLine(summary) + "\n";
}

std::string RenderGithubSummary(const SourceStore& sources, const std::deque<Finding>& findings,
                                const Summary& summary) {
  std::string out = fmt::format("### sync check: {}\n", SummaryLine(summary));
  if (!findings.empty()) out += "\n| | rule | where | finding |\n|---|---|---|---|\n";
  std::size_t shown = 0;
  for (const Finding& finding : findings) {
    const KindInfo& info = Info(finding.kind);
    std::string where;
    if (finding.span.has_value()) {
      const SourceFile& file = sources.Get(finding.span.file);
      where = fmt::format("{}:{}", Cell(file.path()), file.Locate(finding.span.begin).line);
    }
    const std::string row = fmt::format("| {} | {} {} | {} | {} |\n", Level(finding.severity), info.code, info.slug,
                                        where, Cell(finding.message));
    if (out.size() + row.size() > kMostSummaryBytes) break;
    out += row;
    ++shown;
  }
  if (shown < findings.size()) out += fmt::format("\n... and {} more\n", findings.size() - shown);
  return out + "\n";
}

}  // namespace synapsor::diag
