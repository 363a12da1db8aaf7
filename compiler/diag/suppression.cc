#include "compiler/diag/suppression.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>
#include <utility>
#include <vector>

#include "compiler/base/edit_distance.h"

namespace synapsor::diag {
namespace {

// Findings by place, so that the cost of a comment is that of the findings of its statement.
class Index {
 public:
  explicit Index(const std::deque<Finding>& findings) {
    for (const Finding& finding : findings) {
      if (finding.span.has_value()) by_place_.push_back(&finding);
    }
    std::stable_sort(by_place_.begin(), by_place_.end(),
                     [](const Finding* a, const Finding* b) { return Key(a->span) < Key(b->span); });
  }

  // Those whose place begins inside the statement.
  std::span<const Finding* const> In(Span statement) const {
    if (!statement.has_value()) return {};
    const auto at = [&](std::uint32_t offset) {
      return std::lower_bound(by_place_.begin(), by_place_.end(), std::pair(statement.file.index, offset),
                              [](const Finding* f, auto key) { return Key(f->span) < key; });
    };
    return {at(statement.begin), at(statement.end)};
  }

 private:
  static std::pair<std::int32_t, std::uint32_t> Key(Span span) { return {span.file.index, span.begin}; }

  std::vector<const Finding*> by_place_;
};

// The comment with its line if it stands alone there, with the blanks before it otherwise.
Span WholeComment(const SourceStore& sources, Span comment) {
  const std::string_view text = sources.Get(comment.file).text();
  Span whole = comment;
  while (whole.begin > 0 && (text[whole.begin - 1] == ' ' || text[whole.begin - 1] == '\t')) --whole.begin;
  const bool alone = whole.begin == 0 || text[whole.begin - 1] == '\n';
  if (alone && whole.end < text.size() && text[whole.end] == '\r') ++whole.end;
  if (alone && whole.end < text.size() && text[whole.end] == '\n') ++whole.end;
  return whole;
}

// Where the code stands inside its comment; the whole comment if there is no code.
Span CodeSpan(const SourceStore& sources, const AllowComment& comment) {
  if (comment.code.empty()) return comment.span;
  const std::string_view text = sources.Text(comment.span);
  const std::size_t keyword = text.find("sync:allow");
  const std::size_t at = text.find(comment.code, keyword == std::string_view::npos ? 0 : keyword + 10);
  if (at == std::string_view::npos) return comment.span;
  const auto begin = comment.span.begin + static_cast<std::uint32_t>(at);
  return {comment.span.file, begin, begin + static_cast<std::uint32_t>(comment.code.size())};
}

void ReportUnknownCode(const SourceStore& sources, const AllowComment& comment, Sink& sink) {
  const Span at = CodeSpan(sources, comment);
  if (comment.code.empty()) {
    sink.Report(Kind::kUnknownAllowedCode, at, "`sync:allow` names no code")
        .WithHelp("write `-- sync:allow CODE reason`");
    return;
  }
  std::vector<std::string_view> names;
  for (const KindInfo& info : AllKinds()) {
    if (!MayBeHidden(info)) continue;
    names.push_back(info.code);
    names.push_back(info.slug);
  }
  Finding& finding = sink.Report(Kind::kUnknownAllowedCode, at,
                                 fmt::format("`sync:allow` names `{}`, which is no rule", comment.code));
  if (const auto nearest = NearestName(comment.code, names)) {
    finding.WithHelp(fmt::format("did you mean `{}`?", *nearest));
  } else {
    finding.WithHelp("`sync rules` lists the rules");
  }
}

// Whether the comment may hide anything; reports why not.
const KindInfo* Admit(const SourceStore& sources, const AllowComment& comment, Sink& sink) {
  const KindInfo* info = FindKind(comment.code);
  if (info == nullptr) {
    ReportUnknownCode(sources, comment, sink);
    return nullptr;
  }
  if (!MayBeHidden(*info)) {
    sink.Report(Kind::kSoundnessErrorAllowed, CodeSpan(sources, comment),
                fmt::format("{} ({}) is an error of soundness and cannot be allowed", info->code, info->slug))
        .WithHelp("remove the comment and mend what the finding names");
    return nullptr;
  }
  if (comment.reason.empty()) {
    sink.Report(Kind::kAllowWithoutReason, comment.span, fmt::format("`sync:allow {}` gives no reason", comment.code))
        .WithHelp(
            "say after the code why the finding is acceptable here; without a reason it is not "
            "hidden");
    return nullptr;
  }
  return info;
}

void ReportUnused(const SourceStore& sources, const AllowComment& comment, Sink& sink) {
  sink.Report(Kind::kUnusedAllow, comment.span,
              comment.covers.has_value() ? fmt::format("`sync:allow {}` covers no such finding", comment.code)
                                         : fmt::format("`sync:allow {}` stands before no statement", comment.code))
      .WithHelp("remove the comment, or it hides the next mistake of that kind")
      .WithFix({"remove the comment", {{WholeComment(sources, comment.span), ""}}, true});
}

}  // namespace

bool MayBeHidden(const KindInfo& info) {
  return info.severity == Severity::kWarning || info.finding_class == Class::kAdvice;
}

// Found by comparing with a live database only, which most runs do not do: such a comment is never called unused.
static bool NeedsDatabase(const KindInfo& info) { return info.number > 700 && info.number < 750; }

int ApplyAllowComments(const SourceStore& sources, std::span<const AllowComment> comments, bool all_checks_ran,
                       Sink& sink) {
  Sink hygiene;
  const Index index(sink.findings());
  std::unordered_set<const Finding*> hidden;
  for (const AllowComment& comment : comments) {
    const KindInfo* info = Admit(sources, comment, hygiene);
    if (info == nullptr) continue;
    bool used = false;
    bool has_errors = false;
    for (const Finding* finding : index.In(comment.covers)) {
      has_errors |= finding->severity == Severity::kError;
      if (finding->kind == info->kind) used |= hidden.insert(finding).second;
    }
    if (!used && !has_errors && all_checks_ran && !NeedsDatabase(*info)) ReportUnused(sources, comment, hygiene);
  }
  std::erase_if(sink.findings(), [&](const Finding& finding) { return hidden.contains(&finding); });
  sink.Take(std::move(hygiene));
  return static_cast<int>(hidden.size());
}

}  // namespace synapsor::diag
