// Builds the small parts of the AST - names, literals, value sources - from the labels of parsed
// rules.
#pragma once

#include <AgentDdlParser.h>

#include <string_view>

#include "compiler/diag/finding.h"
#include "compiler/syntax/antlr_stream.h"
#include "compiler/syntax/ast.h"

namespace synapsor::syntax {

using Grammar = agentddl::AgentDdlParser;

// Every builder takes a rule that parsed without a mistake. What the grammar cannot say (a count
// too large, an empty quoted name, a clause twice) is reported, and `failed` is set.
class Values {
 public:
  Values(std::string_view text, ast::File& file, diag::Sink& sink) : text_(text), file_(file), sink_(sink) {}

  bool failed = false;

  Span SpanOf(const syntax::Token& token) const { return {file_.file, token.begin, token.end}; }
  Span SpanOf(const antlr4::Token* token) const { return SpanOf(TokenOf(token)); }
  Span SpanOf(const antlr4::ParserRuleContext* rule) const {
    return {file_.file, TokenOf(rule->start).begin, TokenOf(rule->stop).end};
  }
  // The whole rule, if it is there.
  Span SpanIf(const antlr4::ParserRuleContext* rule) const { return rule == nullptr ? Span::None() : SpanOf(rule); }

  ast::Name Name(const Grammar::IdentContext* rule);
  ast::QualifiedName Qualified(const Grammar::QualifiedNameContext* rule);
  ast::TableRef Table(const Grammar::TableRefContext* rule);
  ast::FieldRef Field(const Grammar::FieldRefContext* rule);
  ast::String Text(const antlr4::Token* token);
  ast::Integer Count(const antlr4::Token* token);
  ast::Literal Literal(const Grammar::LiteralContext* rule);
  ast::Literal IntegerLiteral(const antlr4::Token* token) {
    return {ast::LiteralKind::kInteger, Raw(TokenOf(token)), SpanOf(token)};
  }
  ast::Literal Number(const Grammar::NumberContext* rule);
  ast::ValueSource Source(const Grammar::ValueSourceContext* rule);
  ast::ValueSource Query(const Grammar::SearchQueryContext* rule);
  ast::Relation Relation(const Grammar::RelopContext* rule) const;

  // True the first time; reports `phrase` as a repeat when `seen` has a place already, which it
  // then keeps.
  bool Once(Span& seen, Span now, std::string_view phrase);
  // Reports that `phrase` should stand behind `before`.
  void MissingClause(const antlr4::ParserRuleContext* before, std::string_view phrase, std::string_view where);
  // Reports the IMAGE of CONFLICT GUARD name IMAGE.
  void UnexpectedImage(const antlr4::Token* image);

 private:
  std::string_view Raw(const syntax::Token& token) const { return TextOf(text_, token); }
  std::string_view Unquote(std::string_view quoted);

  std::string_view text_;
  ast::File& file_;
  diag::Sink& sink_;
};

}  // namespace synapsor::syntax
