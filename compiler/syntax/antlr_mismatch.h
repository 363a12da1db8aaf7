// The wording of a token that does not fit where it stands.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/diag/finding.h"
#include "compiler/syntax/token.h"

namespace synapsor::syntax {

// The token `at` of a statement, inside of a clause that begins with the token `begin`.
struct Place {
  std::string_view text;
  FileId file;
  const std::vector<Token>& tokens;
  std::size_t begin;
  std::size_t at;
};

// " after `BIND n`": as much of the clause as is short and on one line. Empty at the first token.
std::string Before(const Place& place);

// Reports one error: what was expected, what stands there, and what was probably meant.
void ReportMismatch(diag::Sink& sink, const Place& place, const std::vector<TokenKind>& expected);

// Help and fix: `phrase` instead of what stands at `span`.
void Suggest(diag::Finding& finding, Span span, const std::string& phrase);

}  // namespace synapsor::syntax
