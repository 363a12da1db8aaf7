#include "compiler/diag/suppression.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "compiler/base/edit_distance.h"

namespace synapsor::diag {
namespace {

bool Covers(Span statement, Span place) {
  return statement.has_value() && place.file == statement.file && place.begin >= statement.begin &&
         place.begin < statement.end;
}

// The comment with its line if it stands alone there, with the blanks before it otherwise.
Span WholeComment(const SourceStore& sources, Span comment) {
  const std::string_view text = sources.Get(comment.file).text();
  Span whole = comment;
  while (whole.begin > 0 && (text[whole.begin - 1] == ' ' || text[whole.begin - 1] == '\t'))
    --whole.begin;
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
  const std::size_t at =
      text.find(comment.code, keyword == std::string_view::npos ? 0 : keyword + 10);
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
  Finding& finding =
      sink.Report(Kind::kUnknownAllowedCode, at,
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
                fmt::format("{} ({}) is an error of soundness and cannot be allowed", info->code,
                            info->slug))
        .WithHelp("remove the comment and mend what the finding names");
    return nullptr;
  }
  if (comment.reason.empty()) {
    sink.Report(Kind::kAllowWithoutReason, comment.span,
                fmt::format("`sync:allow {}` gives no reason", comment.code))
        .WithHelp(
            "say after the code why the finding is acceptable here; without a reason it is not "
            "hidden");
    return nullptr;
  }
  return info;
}

bool StatementHasErrors(Span statement, const std::deque<Finding>& findings) {
  return std::any_of(findings.begin(), findings.end(), [&](const Finding& f) {
    return f.severity == Severity::kError && Covers(statement, f.span);
  });
}

}  // namespace

bool MayBeHidden(const KindInfo& info) {
  return info.severity == Severity::kWarning || info.finding_class == Class::kAdvice;
}

int ApplyAllowComments(const SourceStore& sources, std::span<const AllowComment> comments,
                       bool all_checks_ran, Sink& sink) {
  Sink hygiene;
  int hidden = 0;
  for (const AllowComment& comment : comments) {
    const KindInfo* info = Admit(sources, comment, hygiene);
    if (info == nullptr) continue;
    const auto removed =
        static_cast<int>(std::erase_if(sink.findings(), [&](const Finding& finding) {
          return finding.kind == info->kind && Covers(comment.covers, finding.span);
        }));
    hidden += removed;
    if (removed > 0 || !all_checks_ran || StatementHasErrors(comment.covers, sink.findings()))
      continue;
    hygiene
        .Report(Kind::kUnusedAllow, comment.span,
                comment.covers.has_value()
                    ? fmt::format("`sync:allow {}` covers no such finding", comment.code)
                    : fmt::format("`sync:allow {}` stands before no statement", comment.code))
        .WithHelp("remove the comment, or it hides the next mistake of that kind")
        .WithFix({"remove the comment", {{WholeComment(sources, comment.span), ""}}, true});
  }
  sink.Take(std::move(hygiene));
  return hidden;
}

}  // namespace synapsor::diag
