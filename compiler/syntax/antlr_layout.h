// Where the lines of a formatted statement begin, told from its parse tree.
#pragma once

#include <memory>
#include <vector>

#include "compiler/syntax/statement.h"

namespace synapsor::syntax {

inline constexpr int kSameLine = -1;

// One entry a token of the statement.
struct Layout {
  std::vector<int> indent;    // of the line that the token begins, or kSameLine
  std::vector<char> is_name;  // a name, also when it is spelled like a keyword
};

class LayoutParser {
 public:
  LayoutParser();
  ~LayoutParser();

  // False when the statement does not parse.
  bool LayOut(const Statement& statement, Layout& layout);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace synapsor::syntax
