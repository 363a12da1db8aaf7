#include "compiler/syntax/mistakes.h"

#include <fmt/format.h>

namespace synapsor::syntax {

using diag::Kind;

std::string Quoted(std::string_view word) { return fmt::format("`{}`", word); }

std::string QuotedList(const std::vector<std::string_view>& words) {
  std::string list;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) list += i + 1 == words.size() ? " or " : ", ";
    list += Quoted(words[i]);
  }
  return list;
}

void ReportEmptyName(diag::Sink& sink, Span at) {
  sink.Report(Kind::kEmptyName, at, "a quoted name is empty").WithHelp("write the name between the quotes");
}

void ReportCountTooLarge(diag::Sink& sink, Span at, std::string_view digits) {
  constexpr std::size_t kShown = 24;
  const std::string shown =
      digits.size() > kShown ? fmt::format("{}...", digits.substr(0, kShown)) : std::string(digits);
  sink.Report(Kind::kNumberOutOfRange, at, fmt::format("the count `{}` is out of range", shown))
      .WithHelp("a count is at most 9223372036854775807");
}

void ReportRepeat(diag::Sink& sink, std::string_view phrase, Span first, Span again) {
  sink.Report(Kind::kRepeatedClause, again, fmt::format("`{}` is said twice", phrase))
      .WithPhrase("said again here")
      .WithLabel(first, "said here first")
      .WithHelp("keep the one that is meant; neither of them wins");
}

void ReportMissingClause(diag::Sink& sink, Span at, std::string_view phrase, std::string_view where) {
  sink.Report(Kind::kMissingClause, at, fmt::format("expected `{}` {}", phrase, where));
}

}  // namespace synapsor::syntax
