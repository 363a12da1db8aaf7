#include "compiler/syntax/comments.h"

#include <algorithm>

namespace synapsor::syntax {
namespace {

constexpr int kMostNestedTold = 20;
constexpr std::string_view kMark = "sync:allow";
constexpr std::string_view kBlanks = " \t";

std::string_view Trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

Span Covered(std::string_view text, const Token& comment, const std::vector<Span>& statements) {
  const auto next = std::upper_bound(statements.begin(), statements.end(), comment.begin,
                                     [](std::uint32_t at, const Span& s) { return at < s.begin; });
  if (next != statements.begin()) {
    const Span& before = *(next - 1);
    if (comment.begin < before.end) return before;
    const std::string_view gap = text.substr(before.end, comment.begin - before.end);
    if (gap.find('\n') == std::string_view::npos) return before;
  }
  return next == statements.end() ? Span::None() : *next;
}

}  // namespace

void ReadComments(std::string_view text, const std::vector<Token>& comments, const std::vector<Span>& statements,
                  ast::File& file, diag::Sink& sink) {
  int nested_comments = 0;
  for (const Token& comment : comments) {
    const std::string_view inner = TextOf(text, comment).substr(2);
    const Span span{file.file, comment.begin, comment.end};
    if (comment.kind == kBlockComment) {
      const std::size_t nested = inner.find("/*");
      if (nested == std::string_view::npos || ++nested_comments > kMostNestedTold) continue;
      const auto at = static_cast<std::uint32_t>(comment.begin + 2 + nested);
      sink.Report(diag::Kind::kNestedComment, {file.file, at, at + 2}, "a comment opens another comment")
          .WithLabel({file.file, comment.begin, comment.begin + 2}, "inside this one")
          .WithHelp("comments do not nest: the first `*/` closes; use `--` for the lines inside");
      continue;
    }
    std::string_view said = Trim(inner);
    if (!said.starts_with(kMark)) continue;
    said = Trim(said.substr(kMark.size()));
    const std::size_t code_end = std::min(said.find_first_of(kBlanks), said.size());
    file.suppressions.push_back(
        {said.substr(0, code_end), Trim(said.substr(code_end)), span, Covered(text, comment, statements)});
  }
}

}  // namespace synapsor::syntax
