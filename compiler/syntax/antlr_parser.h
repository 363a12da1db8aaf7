// The generated parser behind a plain face: one statement in, one AST node or findings out. No
// header of ANTLR is seen by those who include this.
#pragma once

#include <memory>
#include <string_view>

#include "compiler/diag/finding.h"
#include "compiler/syntax/ast.h"
#include "compiler/syntax/statement.h"

namespace synapsor::syntax {

class GrammarParser {
 public:
  // All of them outlive the parser. Results go to `file`, mistakes to `sink`.
  GrammarParser(std::string_view text, ast::File& file, diag::Sink& sink);
  ~GrammarParser();

  // Parses a statement of the agent DDL that has no lexical mistake. False when it has a mistake:
  // then at least one error was reported, and nothing was added.
  bool Parse(const Statement& statement);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace synapsor::syntax
