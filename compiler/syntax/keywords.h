// The keyword table, by word and by kind.
#pragma once

#include <string_view>

#include "compiler/syntax/token.h"

namespace synapsor::syntax {

// The kind of a word in any case: a keyword's, else kIdent.
TokenKind KeywordKind(std::string_view word);

// "CREATE"; empty for what is not a keyword.
std::string_view KeywordText(TokenKind kind);

}  // namespace synapsor::syntax
