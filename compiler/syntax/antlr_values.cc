#include "compiler/syntax/antlr_values.h"

#include <charconv>

#include "compiler/syntax/mistakes.h"

namespace synapsor::syntax {

// Without the quotes, and doubled quotes as one.
std::string_view Values::Unquote(std::string_view quoted) {
  const char quote = quoted.front();
  const std::string_view inner = quoted.substr(1, quoted.size() - 2);
  if (inner.find(quote) == std::string_view::npos) return inner;
  std::string& plain = file_.unescaped.emplace_back();
  plain.reserve(inner.size());
  for (std::size_t i = 0; i < inner.size(); ++i) {
    plain.push_back(inner[i]);
    if (inner[i] == quote) ++i;
  }
  return plain;
}

ast::Name Values::Name(const Grammar::IdentContext* rule) {
  const syntax::Token& token = TokenOf(rule->start);
  const std::string_view raw = Raw(token);
  if (token.kind != kQuotedIdent && token.kind != kBacktickIdent) return {raw, SpanOf(token)};
  const ast::Name name{Unquote(raw), SpanOf(token)};
  if (name.text.empty()) {
    failed = true;
    ReportEmptyName(sink_, name.span);
  }
  return name;
}

ast::QualifiedName Values::Qualified(const Grammar::QualifiedNameContext* rule) {
  ast::QualifiedName result;
  result.span = SpanOf(rule);
  result.name = Name(rule->first);
  if (rule->second == nullptr) {
    result.full = result.name.text;
    return result;
  }
  result.space = result.name;
  result.name = Name(rule->second);
  const std::size_t plain_size = result.space.text.size() + 1 + result.name.text.size();
  if (result.span.end - result.span.begin == plain_size) {
    result.full = text_.substr(result.span.begin, plain_size);
  } else {
    std::string& full = file_.unescaped.emplace_back(result.space.text);
    full.append(".").append(result.name.text);
    result.full = full;
  }
  return result;
}

ast::TableRef Values::Table(const Grammar::TableRefContext* rule) {
  ast::TableRef result;
  result.span = SpanOf(rule);
  result.table = Name(rule->first);
  if (rule->second != nullptr) {
    result.schema = result.table;
    result.table = Name(rule->second);
  }
  return result;
}

ast::FieldRef Values::Field(const Grammar::FieldRefContext* rule) {
  return {Name(rule->alias), Name(rule->column), SpanOf(rule)};
}

ast::String Values::Text(const antlr4::Token* token) { return {Unquote(Raw(TokenOf(token))), SpanOf(token)}; }

ast::Integer Values::Count(const antlr4::Token* token) {
  const std::string_view digits = Raw(TokenOf(token));
  ast::Integer result{0, SpanOf(token)};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), result.value);
  if (error != std::errc() || end != digits.data() + digits.size()) {
    failed = true;
    ReportCountTooLarge(sink_, result.span, digits);
  }
  return result;
}

ast::Literal Values::Literal(const Grammar::LiteralContext* rule) {
  if (rule->value != nullptr) return Number(rule->value);
  if (rule->text != nullptr) {
    const ast::String text = Text(rule->text);
    return {ast::LiteralKind::kString, text.value, text.span};
  }
  const Span span = SpanOf(rule->word);
  switch (TokenOf(rule->word).kind) {
    case K_TRUE: return {ast::LiteralKind::kBoolean, "true", span};
    case K_FALSE: return {ast::LiteralKind::kBoolean, "false", span};
    default: return {ast::LiteralKind::kNull, "null", span};
  }
}

// A plus sign is dropped, and blanks between sign and digits do not count.
ast::Literal Values::Number(const Grammar::NumberContext* rule) {
  ast::Literal result;
  const syntax::Token& digits = TokenOf(rule->digits);
  result.kind = digits.kind == kDecimal ? ast::LiteralKind::kDecimal : ast::LiteralKind::kInteger;
  result.span = SpanOf(rule);
  result.text = Raw(digits);
  if (rule->sign == nullptr || TokenOf(rule->sign).kind == kPlus) return result;
  if (TokenOf(rule->sign).end == digits.begin) {
    result.text = text_.substr(result.span.begin, result.span.end - result.span.begin);
  } else {
    result.text = file_.unescaped.emplace_back("-").append(result.text);
  }
  return result;
}

ast::ValueSource Values::Source(const Grammar::ValueSourceContext* rule) {
  ast::ValueSource result;
  result.span = SpanOf(rule);
  if (rule->value != nullptr) {
    result.kind = ast::SourceKind::kValue;
    result.literal = Literal(rule->value);
    return result;
  }
  const TokenKind key = TokenOf(rule->key).kind;
  result.kind = key == K_SESSION ? ast::SourceKind::kSession
                : key == K_ARG   ? ast::SourceKind::kArg
                                 : ast::SourceKind::kBinding;
  result.name = Name(rule->name);
  return result;
}

ast::ValueSource Values::Query(const Grammar::SearchQueryContext* rule) {
  ast::ValueSource result;
  result.span = SpanOf(rule);
  if (rule->name != nullptr) {
    result.kind = ast::SourceKind::kArg;
    result.name = Name(rule->name);
  } else if (rule->value != nullptr) {
    result.literal = Literal(rule->value);
  } else {
    const ast::String text = Text(rule->text);
    result.literal = {ast::LiteralKind::kString, text.value, text.span};
  }
  return result;
}

ast::Relation Values::Relation(const Grammar::RelopContext* rule) const {
  switch (TokenOf(rule->start).kind) {
    case kNotEqual: return ast::Relation::kNotEqual;
    case kLess: return ast::Relation::kLess;
    case kLessEqual: return ast::Relation::kLessEqual;
    case kGreater: return ast::Relation::kGreater;
    case kGreaterEqual: return ast::Relation::kGreaterEqual;
    default: return ast::Relation::kEqual;
  }
}

bool Values::Once(Span& seen, Span now, std::string_view phrase) {
  if (!seen.has_value()) {
    seen = now;
    return true;
  }
  failed = true;
  ReportRepeat(sink_, phrase, seen, now);
  return false;
}

void Values::MissingClause(const antlr4::ParserRuleContext* before, std::string_view phrase, std::string_view where) {
  failed = true;
  Span at = SpanOf(before);
  at.begin = at.end;
  ReportMissingClause(sink_, at, phrase, where);
}

void Values::UnexpectedImage(const antlr4::Token* image) {
  failed = true;
  sink_.Report(diag::Kind::kSyntaxError, SpanOf(image), "expected `BEFORE` before `IMAGE`")
      .WithHelp("write `CONFLICT GUARD BEFORE IMAGE`, or only the name of the version column");
}

}  // namespace synapsor::syntax
