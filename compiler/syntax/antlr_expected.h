// Words for what the grammar would have taken at a place.
#pragma once

#include <antlr4-runtime.h>

#include <string>
#include <string_view>
#include <vector>

#include "compiler/syntax/token.h"

namespace synapsor::syntax {

// The kinds in the set, without the runtime's own markers.
std::vector<TokenKind> KindsOf(const antlr4::misc::IntervalSet& set);

// "a name", "`FROM`", "`,` or `)`"; empty for an empty set. Wide sets are named by what they stand
// for.
std::string DescribeExpected(const std::vector<TokenKind>& kinds);

// "`FORM`", "a text", "the end of the statement".
std::string DescribeFound(std::string_view text, const Token& token);

}  // namespace synapsor::syntax
