#include "compiler/syntax/antlr_expected.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/syntax/keywords.h"

namespace synapsor::syntax {
namespace {

std::string_view Symbol(TokenKind kind) {
  switch (kind) {
    case kSemi: return "`;`";
    case kComma: return "`,`";
    case kDot: return "`.`";
    case kLeftParen: return "`(`";
    case kRightParen: return "`)`";
    case kEqual: return "`=`";
    case kString: return "a text in single quotes";
    case kInteger: return "a whole number";
    default: return {};
  }
}

bool Has(const std::vector<TokenKind>& kinds, TokenKind kind) {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

}  // namespace

std::vector<TokenKind> KindsOf(const antlr4::misc::IntervalSet& set) {
  std::vector<TokenKind> kinds;
  for (std::size_t kind = kFirstKeyword; kind < kDollarString; ++kind) {
    if (set.contains(kind)) kinds.push_back(static_cast<TokenKind>(kind));
  }
  return kinds;
}

std::string DescribeExpected(const std::vector<TokenKind>& kinds) {
  std::vector<std::string> parts;
  const bool name = Has(kinds, kIdent);
  const bool number = Has(kinds, kDecimal);
  const bool literal = number && Has(kinds, kString);
  const bool comparison = Has(kinds, kLessEqual);
  if (name) parts.emplace_back("a name");
  if (literal) {
    parts.emplace_back("a value");
  } else if (number) {
    parts.emplace_back("a number");
  }
  if (comparison) parts.emplace_back("a comparison");
  for (const TokenKind kind : kinds) {
    if (kind == kDot && kinds.size() > 1) continue;  // that a name could be longer helps nobody
    if (IsKeyword(kind)) {
      if (name || (literal && (kind == K_TRUE || kind == K_FALSE || kind == K_NULL))) continue;
      parts.push_back(fmt::format("`{}`", KeywordText(kind)));
      continue;
    }
    if ((number && (kind == kInteger || kind == kString)) || (comparison && kind == kEqual)) continue;
    if (const auto symbol = Symbol(kind); !symbol.empty()) parts.emplace_back(symbol);
  }
  std::string joined;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) joined += i + 1 == parts.size() ? " or " : ", ";
    joined += parts[i];
  }
  return joined;
}

std::string DescribeFound(std::string_view text, const Token& token) {
  switch (token.kind) {
    case kEnd:
    case kSemi: return "the end of the statement";
    case kString: return "a text";
    case kDollarString: return "a dollar-quoted text";
    default: return fmt::format("`{}`", TextOf(text, token));
  }
}

}  // namespace synapsor::syntax
