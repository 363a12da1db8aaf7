// Feeds the tokens of one statement to the generated parser. Only files named antlr_* include this.
#pragma once

#include <antlr4-runtime.h>

#include <vector>

#include "compiler/syntax/token.h"

namespace synapsor::syntax {

// A token of ours in the runtime's clothes.
class StreamToken final : public antlr4::Token {
 public:
  StreamToken(const syntax::Token& token, std::size_t index) : token_(token), index_(index) {}

  const syntax::Token& token() const { return token_; }

  std::size_t getType() const override { return token_.kind == kEnd ? Token::EOF : std::size_t{token_.kind}; }
  std::size_t getTokenIndex() const override { return index_; }
  std::size_t getStartIndex() const override { return token_.begin; }
  std::size_t getStopIndex() const override { return token_.end; }
  std::size_t getChannel() const override { return DEFAULT_CHANNEL; }
  // Places are worked out from offsets when a finding is shown.
  std::size_t getLine() const override { return 0; }
  std::size_t getCharPositionInLine() const override { return 0; }
  std::string getText() const override { return {}; }
  std::string toString() const override { return {}; }
  antlr4::TokenSource* getTokenSource() const override { return nullptr; }
  antlr4::CharStream* getInputStream() const override { return nullptr; }

 private:
  syntax::Token token_;
  std::size_t index_;
};

// The token behind a label of the grammar.
inline const syntax::Token& TokenOf(const antlr4::Token* token) {
  return static_cast<const StreamToken*>(token)->token();
}

class StatementStream final : public antlr4::TokenStream {
 public:
  // Replaces the tokens; pointers handed out before are void.
  void Load(const std::vector<syntax::Token>& tokens) {
    tokens_.clear();
    tokens_.reserve(tokens.size() + 1);
    for (const auto& token : tokens) tokens_.emplace_back(token, tokens_.size());
    const std::uint32_t end = tokens.empty() ? 0 : tokens.back().end;
    tokens_.emplace_back(syntax::Token{kEnd, end, end}, tokens_.size());
    at_ = 0;
  }

  std::size_t LA(ssize_t distance) override { return LT(distance)->getType(); }
  antlr4::Token* LT(ssize_t distance) override {
    if (distance < 0) {
      const auto back = static_cast<std::size_t>(-distance);
      return back > at_ ? nullptr : &tokens_[at_ - back];
    }
    const std::size_t index = at_ + static_cast<std::size_t>(distance) - 1;
    return &tokens_[index < tokens_.size() ? index : tokens_.size() - 1];
  }
  void consume() override {
    if (at_ + 1 < tokens_.size()) ++at_;
  }
  antlr4::Token* get(std::size_t index) const override { return const_cast<StreamToken*>(&tokens_[index]); }
  std::size_t index() override { return at_; }
  void seek(std::size_t index) override { at_ = index; }
  std::size_t size() override { return tokens_.size(); }
  // Nothing is buffered, so nothing has to be kept.
  ssize_t mark() override { return 0; }
  void release(ssize_t) override {}

  std::string getSourceName() const override { return {}; }
  antlr4::TokenSource* getTokenSource() const override { return nullptr; }
  std::string getText(const antlr4::misc::Interval&) override { return {}; }
  std::string getText() override { return {}; }
  std::string getText(antlr4::RuleContext*) override { return {}; }
  std::string getText(antlr4::Token*, antlr4::Token*) override { return {}; }

 private:
  std::vector<StreamToken> tokens_;
  std::size_t at_ = 0;
};

}  // namespace synapsor::syntax
