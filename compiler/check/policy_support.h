// What the rules of settlement policies share.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/check/support.h"

namespace synapsor::check {

// The capabilities with a WRITE PROPOSAL that a policy may settle: one, or those of its workflow.
std::vector<const ir::Capability*> ProposalsOf(const CheckContext& cx, const ir::Policy& policy);
// The scope as written, or the name where ALTER writes none.
Span ScopeSpan(const ir::Policy& policy);

// What the conditions on one payload path admit together: an interval of numbers, a set of texts, or nothing.
struct Constraint {
  bool is_text = false;
  std::optional<std::string> min, max;  // decimal text
  bool min_exclusive = false, max_exclusive = false;
  std::optional<std::string> equal;  // of a text
  std::vector<std::string> not_equal;
  bool empty = false;

  // Narrows by one more comparison; NULL admits nothing.
  void Add(ast::Relation relation, const ast::Literal& right);
  bool Admits(std::string_view value) const;
  // Whether every value that `other` admits is admitted here.
  bool Contains(const Constraint& other) const;
};

}  // namespace synapsor::check
