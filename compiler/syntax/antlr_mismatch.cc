#include "compiler/syntax/antlr_mismatch.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/base/edit_distance.h"
#include "compiler/syntax/antlr_expected.h"
#include "compiler/syntax/keywords.h"

namespace synapsor::syntax {
namespace {

using diag::Kind;
using Kinds = std::vector<TokenKind>;

bool Has(const Kinds& kinds, TokenKind kind) { return std::find(kinds.begin(), kinds.end(), kind) != kinds.end(); }

// A keyword that was taken for a missing name: BIND FROM SESSION ...
bool TookKeywordForName(const Place& place, const Kinds& expected) {
  if (place.at <= place.begin + 1) return false;
  const TokenKind taken = place.tokens[place.at - 1].kind;
  return IsKeyword(taken) && Has(expected, taken) && !Has(expected, kIdent);
}

bool SuggestKeyword(diag::Finding& finding, const Place& place, const Token& found, const Kinds& expected) {
  if (!IsWord(found.kind) || Has(expected, kIdent)) return false;
  std::vector<std::string_view> words;
  for (const TokenKind kind : expected) {
    if (IsKeyword(kind)) words.push_back(KeywordText(kind));
  }
  const auto near = NearestName(TextOf(place.text, found), words);
  if (near) Suggest(finding, {place.file, found.begin, found.end}, *near);
  return near.has_value();
}

void AddHelp(diag::Finding& finding, const Place& place, const Token& found, const Kinds& expected) {
  if (SuggestKeyword(finding, place, found, expected)) return;
  if (found.kind == kQuotedIdent && Has(expected, kString)) {
    finding.WithHelp("a text stands in single quotes; double quotes are for names");
    return;
  }
  if (found.kind == kDollarString) {
    finding.WithHelp("a text stands in single quotes");
    return;
  }
  const bool is_relation = found.kind >= kEqual && found.kind <= kGreaterEqual;
  if (is_relation && place.at > 0 && place.tokens[place.at - 1].kind == kEqual) {
    finding.WithHelp("comparisons are `=`, `!=`, `<`, `<=`, `>` and `>=`");
    return;
  }
  const bool is_value = found.kind == kString || found.kind == kInteger || found.kind == kDecimal;
  if (is_value && Has(expected, K_VALUE)) {
    const Span before{place.file, found.begin, found.begin};
    finding.WithHelp("a fixed value is written `VALUE` and the value")
        .WithFix({"insert `VALUE`", {{before, "VALUE "}}, false});
  }
}

}  // namespace

std::string Before(const Place& place) {
  constexpr std::uint32_t kShort = 40;
  if (place.at == 0) return {};
  const std::uint32_t end = place.tokens[place.at - 1].end;
  const auto shown = [&](std::size_t from) {
    return place.text.substr(place.tokens[from].begin, end - place.tokens[from].begin);
  };
  const auto fits = [&](std::size_t from) {
    return shown(from).size() <= kShort && shown(from).find('\n') == std::string_view::npos;
  };
  std::size_t from = place.at - 1;
  while (from > place.begin && fits(from - 1)) --from;
  if (shown(from).size() > kShort) {
    return fmt::format(" after {}", DescribeFound(place.text, place.tokens[from]));
  }
  return fmt::format(" after `{}`", shown(from));
}

void ReportMismatch(diag::Sink& sink, const Place& place, const Kinds& expected) {
  if (TookKeywordForName(place, expected)) {
    const Token& taken = place.tokens[place.at - 1];
    sink.Report(Kind::kSyntaxError, {place.file, taken.begin, taken.end},
                fmt::format("expected a name before `{}`", TextOf(place.text, taken)));
    return;
  }
  const Token& found = place.tokens[std::min(place.at, place.tokens.size() - 1)];
  const std::string wanted = DescribeExpected(expected);
  const std::string there = DescribeFound(place.text, found);
  const std::string message = wanted.empty() ? fmt::format("unexpected {}{}", there, Before(place))
                                             : fmt::format("expected {}{}, found {}", wanted, Before(place), there);
  AddHelp(sink.Report(Kind::kSyntaxError, {place.file, found.begin, found.end}, message), place, found, expected);
}

void Suggest(diag::Finding& finding, Span span, const std::string& phrase) {
  finding.WithHelp(fmt::format("did you mean `{}`?", phrase))
      .WithFix({fmt::format("write `{}`", phrase), {{span, phrase}}, false});
}

}  // namespace synapsor::syntax
