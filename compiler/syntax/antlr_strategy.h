// What the generated parser does at a mistake: it stops at once, and says where and what it could
// have taken.
#pragma once

#include <antlr4-runtime.h>

namespace synapsor::syntax {

// Thrown at the first token that does not fit. Not one of the runtime's exceptions, so that no rule
// catches it.
struct Mismatch {
  std::size_t index;                   // of the token
  antlr4::misc::IntervalSet expected;  // token kinds
};

class StopAtFirst : public antlr4::ANTLRErrorStrategy {
 public:
  void reset(antlr4::Parser*) override {}
  antlr4::Token* recoverInline(antlr4::Parser* parser) override { Stop(parser); }
  void recover(antlr4::Parser* parser, std::exception_ptr) override { Stop(parser); }
  void sync(antlr4::Parser*) override {}
  bool inErrorRecoveryMode(antlr4::Parser*) override { return false; }
  void reportMatch(antlr4::Parser*) override {}
  void reportError(antlr4::Parser* parser, const antlr4::RecognitionException&) override { Stop(parser); }

 protected:
  virtual antlr4::misc::IntervalSet Expected(antlr4::Parser*) const { return {}; }

 private:
  [[noreturn]] void Stop(antlr4::Parser* parser) {
    throw Mismatch{parser->getTokenStream()->index(), Expected(parser)};
  }
};

// Also remembers what could have come next where an optional part or a repetition ended.
class StopAndExplain final : public StopAtFirst {
 public:
  void sync(antlr4::Parser* parser) override {
    last_index_ = parser->getTokenStream()->index();
    last_state_ = parser->getState();
    last_context_ = parser->getContext();
  }

  // What the last rule could have gone on with at the token `index`; empty if it could not.
  antlr4::misc::IntervalSet Continuation(antlr4::Parser* parser, std::size_t index) const {
    if (last_context_ == nullptr || index != last_index_) return {};
    return parser->getATN().getExpectedTokens(last_state_, last_context_);
  }

  void Forget() { last_context_ = nullptr; }

 protected:
  antlr4::misc::IntervalSet Expected(antlr4::Parser* parser) const override { return parser->getExpectedTokens(); }

 private:
  std::size_t last_index_ = 0;
  std::size_t last_state_ = 0;
  antlr4::RuleContext* last_context_ = nullptr;
};

}  // namespace synapsor::syntax
