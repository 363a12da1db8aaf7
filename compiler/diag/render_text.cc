#include "compiler/diag/render_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "compiler/diag/display.h"
#include "compiler/diag/fix_preview.h"
#include "compiler/diag/snippet.h"

namespace synapsor::diag {
namespace {

std::string_view SeverityName(Severity severity) { return severity == Severity::kError ? "error" : "warning"; }

std::string Count(int n, std::string_view noun) { return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s"); }

// The marks of a finding by file, the primary one's file first and the others in order of
// appearance.
std::vector<std::vector<Mark>> MarksByFile(const Finding& finding) {
  std::vector<std::vector<Mark>> groups;
  const auto add = [&](Mark mark) {
    if (!mark.span.has_value()) return;
    const auto group = std::find_if(groups.begin(), groups.end(), [&](const std::vector<Mark>& marks) {
      return marks.front().span.file == mark.span.file;
    });
    if (group == groups.end()) {
      groups.push_back({std::move(mark)});
    } else {
      group->push_back(std::move(mark));
    }
  };
  add({finding.span, finding.label_text, true});
  for (const Label& label : finding.labels) add({label.span, label.text, false});
  return groups;
}

int LargestLine(const SourceStore& sources, const Finding& finding) {
  int largest = 0;
  const auto see = [&](Span span) {
    if (span.has_value()) largest = std::max(largest, sources.Get(span.file).Locate(span.end).line);
  };
  see(finding.span);
  for (const Label& label : finding.labels) see(label.span);
  for (const Fix& fix : finding.fixes) {
    for (const Edit& edit : fix.edits) see(edit.span);
  }
  return largest;
}

class FindingRenderer {
 public:
  FindingRenderer(const SourceStore& sources, const Finding& finding, const TextOptions& options, std::string& out)
      : sources_(sources), finding_(finding), out_(out) {
    snippet_.painter = Painter(options.color);
    snippet_.primary_style = finding.severity == Severity::kError ? Style::kError : Style::kWarning;
    snippet_.gutter = static_cast<int>(fmt::formatted_size("{}", LargestLine(sources, finding)));
    snippet_.max_cells = options.max_cells;
  }

  void Run() {
    const KindInfo& info = Info(finding_.kind);
    Paint(snippet_.primary_style, fmt::format("{}[{}]", SeverityName(finding_.severity), info.code));
    Paint(Style::kBold, ": " + Printable(finding_.message));
    out_ += '\n';
    AppendPlaces();
    for (const SchemaNote& note : finding_.schema_notes) {
      Paint(Style::kGutter, Pad() + "::: ");
      out_ += Printable(note.where) + (note.text.empty() ? "" : "  " + Printable(note.text)) + '\n';
    }
    if (!finding_.context.empty()) AppendRemark(Style::kBold, "note", finding_.context);
    for (const std::string& note : finding_.notes) AppendRemark(Style::kBold, "note", note);
    if (!finding_.help.empty()) AppendRemark(Style::kHelp, "help", finding_.help);
    for (const Fix& fix : finding_.fixes) {
      AppendRemark(Style::kHelp, "fix", fix.title + (fix.safe ? " (applied by `--fix`)" : ""));
      AppendFixPreview(sources_, fix, snippet_, out_);
    }
    AppendRemark(Style::kBold, "explain", fmt::format("sync explain {}", info.code));
    out_ += '\n';
  }

 private:
  void Paint(Style style, std::string_view text) { snippet_.painter.Append(style, text, out_); }
  std::string Pad() const { return std::string(static_cast<std::size_t>(snippet_.gutter), ' '); }

  void AppendPlaces() {
    bool first = true;
    for (const std::vector<Mark>& marks : MarksByFile(finding_)) {
      const SourceFile& file = sources_.Get(marks.front().span.file);
      const LineColumn at = file.Locate(marks.front().span.begin);
      Paint(Style::kGutter, Pad() + (first ? "--> " : "::: "));
      out_ += fmt::format("{}:{}:{}\n", Printable(file.path()), at.line, at.column);
      AppendGutterLine(snippet_, 0, "", out_);
      AppendSnippet(file, marks, snippet_, out_);
      AppendGutterLine(snippet_, 0, "", out_);
      first = false;
    }
  }

  // " = help: text"; further lines of the text stand under its first.
  void AppendRemark(Style style, std::string_view word, std::string_view text) {
    const std::string indent = Pad() + " = ";
    Paint(Style::kGutter, indent);
    Paint(style, word);
    out_ += ": ";
    for (std::size_t line = 0; line != std::string_view::npos && line <= text.size();) {
      const std::size_t end = text.find('\n', line);
      if (line > 0) out_.append(indent.size() + word.size() + 2, ' ');
      out_ += Printable(text.substr(line, end == std::string_view::npos ? end : end - line));
      out_ += '\n';
      line = end == std::string_view::npos ? end : end + 1;
    }
  }

  const SourceStore& sources_;
  const Finding& finding_;
  std::string& out_;
  SnippetOptions snippet_;
};

}  // namespace

std::string SummaryLine(const Summary& summary) {
  std::string line;
  if (summary.errors > 0) line += Count(summary.errors, "error");
  if (summary.warnings > 0) line += (line.empty() ? "" : ", ") + Count(summary.warnings, "warning");
  if (line.empty()) line = "no findings";
  line += " in " + Count(summary.files, "file");
  if (summary.suppressed > 0) line += fmt::format("; {} suppressed", summary.suppressed);
  if (summary.baselined > 0) {
    line += fmt::format("{} {} in the baseline", summary.suppressed > 0 ? "," : ";", summary.baselined);
  }
  return line;
}

std::string RenderText(const SourceStore& sources, const std::deque<Finding>& findings, const Summary& summary,
                       const TextOptions& options) {
  std::string out;
  std::map<Kind, int> seen;
  for (const Finding& finding : findings) {
    if (++seen[finding.kind] > options.max_per_code && options.max_per_code > 0) continue;
    FindingRenderer(sources, finding, options, out).Run();
  }
  bool left_out = false;
  for (const auto& [kind, count] : seen) {
    if (options.max_per_code <= 0 || count <= options.max_per_code) continue;
    out += fmt::format("... and {} more of {} ({})\n", count - options.max_per_code, Info(kind).code, Info(kind).slug);
    left_out = true;
  }
  if (left_out) out += '\n';
  out += SummaryLine(summary) + '\n';
  return out;
}

}  // namespace synapsor::diag
