#include "compiler/diag/fixes.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "runtime/base/replace_file.h"

namespace synapsor::diag {
namespace {

constexpr int kContextLines = 3;

bool SameEdit(const Edit& a, const Edit& b) { return a.span == b.span && a.replacement == b.replacement; }

// Two insertions at one place overlap too: their order would be chance.
bool Overlap(Span a, Span b) {
  if (a.begin == b.begin) return true;
  return a.begin < b.end && b.begin < a.end;
}

bool Fits(const std::map<FileId, std::vector<Edit>>& planned, const Edit& edit) {
  if (!edit.span.has_value()) return false;
  const auto file = planned.find(edit.span.file);
  if (file == planned.end()) return true;
  return std::none_of(file->second.begin(), file->second.end(),
                      [&](const Edit& other) { return Overlap(other.span, edit.span) && !SameEdit(other, edit); });
}

void Plan(const Edit& edit, std::map<FileId, std::vector<Edit>>& planned) {
  std::vector<Edit>& edits = planned[edit.span.file];
  if (std::none_of(edits.begin(), edits.end(), [&](const Edit& other) { return SameEdit(other, edit); })) {
    edits.push_back(edit);
  }
}

std::string Apply(std::string_view text, const std::vector<Edit>& edits) {
  std::string out;
  std::uint32_t at = 0;
  for (const Edit& edit : edits) {
    out += text.substr(at, edit.span.begin - at);
    out += edit.replacement;
    at = edit.span.end;
  }
  return out += text.substr(at);
}

// A range of old lines (0-based, half-open) and the text that takes its place.
struct Change {
  int first = 0;
  int last = 0;
  std::string text;
};

// Whole lines with their line breaks.
std::vector<std::string_view> Lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

void AppendDiffLine(char sign, std::string_view line, std::string& out) {
  out += sign;
  out += line;
  if (line.empty() || line.back() != '\n') out += "\n\\ No newline at end of file\n";
}

// Drops lines at both ends that the change leaves as they are.
void Trim(const std::vector<std::string_view>& old, Change& change) {
  std::vector<std::string_view> lines = Lines(change.text);
  while (change.first < change.last && !lines.empty() &&
         old[static_cast<std::size_t>(change.last) - 1] == lines.back()) {
    lines.pop_back();
    --change.last;
  }
  std::size_t same = 0;
  while (change.first < change.last && same < lines.size() &&
         old[static_cast<std::size_t>(change.first)] == lines[same]) {
    ++same;
    ++change.first;
  }
  std::string text;
  for (std::size_t i = same; i < lines.size(); ++i) text += lines[i];
  change.text = std::move(text);
}

// Edits widened to whole lines; those that touch the same line become one change.
std::vector<Change> Changes(const SourceFile& file, const std::vector<Edit>& edits,
                            const std::vector<std::string_view>& old) {
  const auto size = static_cast<int>(old.size());
  const auto offset_of = [&](int line) {
    return line < size ? static_cast<std::size_t>(old[static_cast<std::size_t>(line)].data() - file.text().data())
                       : file.text().size();
  };
  const auto line_of = [&](std::uint32_t offset) { return std::min(file.Locate(offset).line - 1, size); };
  std::vector<Change> changes;
  for (std::size_t i = 0; i < edits.size();) {
    Change change{line_of(edits[i].span.begin), 0, ""};
    std::size_t at = offset_of(change.first);
    do {
      change.text += file.text().substr(at, edits[i].span.begin - at);
      change.text += edits[i].replacement;
      at = edits[i].span.end;
      change.last = std::min(line_of(edits[i].span.end) + 1, size);
      ++i;
    } while (i < edits.size() && line_of(edits[i].span.begin) < change.last);
    change.text += file.text().substr(at, offset_of(change.last) - at);
    Trim(old, change);
    if (change.first != change.last || !change.text.empty()) changes.push_back(std::move(change));
  }
  return changes;
}

void AppendHunk(const std::vector<std::string_view>& old, const std::vector<Change>& changes, std::size_t begin,
                std::size_t end, int* shift, std::string& out) {
  const int size = static_cast<int>(old.size());
  const int first = std::max(0, changes[begin].first - kContextLines);
  const int last = std::min(size, changes[end - 1].last + kContextLines);
  std::string body;
  int added = 0;
  int removed = 0;
  int at = first;
  const auto keep_until = [&](int line) {
    for (; at < line; ++at) AppendDiffLine(' ', old[static_cast<std::size_t>(at)], body);
  };
  for (std::size_t i = begin; i < end; ++i) {
    keep_until(changes[i].first);
    for (; at < changes[i].last; ++at, ++removed) AppendDiffLine('-', old[static_cast<std::size_t>(at)], body);
    for (const std::string_view line : Lines(changes[i].text)) {
      AppendDiffLine('+', line, body);
      ++added;
    }
  }
  keep_until(last);
  const int old_count = last - first;
  const int new_count = old_count - removed + added;
  out += fmt::format("@@ -{},{} +{},{} @@\n", old_count == 0 ? first : first + 1, old_count,
                     new_count == 0 ? first + *shift : first + *shift + 1, new_count);
  out += body;
  *shift += added - removed;
}

}  // namespace

FixPlan PlanFixes(const SourceStore& sources, const std::deque<Finding>& findings) {
  FixPlan plan;
  std::map<FileId, std::vector<Edit>> planned;
  for (const Finding& finding : findings) {
    const auto fix = std::find_if(finding.fixes.begin(), finding.fixes.end(), [](const Fix& f) { return f.safe; });
    if (fix == finding.fixes.end() || fix->edits.empty()) continue;
    const bool fits =
        std::all_of(fix->edits.begin(), fix->edits.end(), [&](const Edit& edit) { return Fits(planned, edit); });
    if (fits) {
      for (const Edit& edit : fix->edits) Plan(edit, planned);
    }
    ++(fits ? plan.applied : plan.left);
  }
  for (auto& [file, edits] : planned) {
    std::sort(edits.begin(), edits.end(), [](const Edit& a, const Edit& b) { return a.span.begin < b.span.begin; });
    std::string text = Apply(sources.Get(file).text(), edits);
    if (text != sources.Get(file).text()) plan.files.push_back({file, std::move(text), edits});
  }
  return plan;
}

Status WriteFixes(const SourceStore& sources, const FixPlan& plan) {
  for (const FixedFile& fixed : plan.files) {
    if (sources.Get(fixed.file).path() == "<stdin>") {
      return Fail(ErrorKind::kUsage, "`--fix` cannot write to standard input", "`--fix --dry-run` prints the diff");
    }
  }
  for (const FixedFile& fixed : plan.files)
    SYN_RETURN_IF_ERROR(ReplaceFile(sources.Get(fixed.file).path(), fixed.text));
  return {};
}

std::string FixDiff(const SourceStore& sources, const FixPlan& plan) {
  std::string out;
  for (const FixedFile& fixed : plan.files) {
    const SourceFile& file = sources.Get(fixed.file);
    const std::vector<std::string_view> old = Lines(file.text());
    const std::vector<Change> changes = Changes(file, fixed.edits, old);
    out += fmt::format("--- {}\n+++ {}\n", file.path(), file.path());
    int shift = 0;
    for (std::size_t i = 0; i < changes.size();) {
      std::size_t j = i + 1;
      while (j < changes.size() && changes[j].first - changes[j - 1].last <= 2 * kContextLines) ++j;
      AppendHunk(old, changes, i, j, &shift, out);
      i = j;
    }
  }
  return out;
}

}  // namespace synapsor::diag
