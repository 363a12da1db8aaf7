// The wording of mistakes that are found at more than one place.
#pragma once

#include <string>
#include <string_view>

#include "compiler/diag/finding.h"

namespace synapsor::syntax {

void ReportEmptyName(diag::Sink& sink, Span at);
void ReportCountTooLarge(diag::Sink& sink, Span at, std::string_view digits);
// `phrase` is the clause or part that stands twice; the places are at least its first words.
void ReportRepeat(diag::Sink& sink, std::string_view phrase, Span first, Span again);
void ReportMissingClause(diag::Sink& sink, Span at, std::string_view phrase, std::string_view where);

// "`a`", "`a` or `b`", "`a`, `b` or `c`".
std::string QuotedList(const std::vector<std::string_view>& words);
std::string Quoted(std::string_view word);

}  // namespace synapsor::syntax
