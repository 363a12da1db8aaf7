// Refuses to compile when the hand-written lexer and the grammar number their tokens differently.
#include <AgentDdlParser.h>

#include "compiler/syntax/token.h"

namespace synapsor::syntax {
namespace {

using Grammar = agentddl::AgentDdlParser;

#define AGENT_KEYWORD(word) static_assert(int{K_##word} == int{Grammar::K_##word});
#include "grammar/keywords.def"

static_assert(int{kIdent} == int{Grammar::IDENT});
static_assert(int{kQuotedIdent} == int{Grammar::QUOTED_IDENT});
static_assert(int{kBacktickIdent} == int{Grammar::BACKTICK_IDENT});
static_assert(int{kString} == int{Grammar::STRING});
static_assert(int{kInteger} == int{Grammar::INTEGER});
static_assert(int{kDecimal} == int{Grammar::DECIMAL});
static_assert(int{kSemi} == int{Grammar::SEMI});
static_assert(int{kComma} == int{Grammar::COMMA});
static_assert(int{kDot} == int{Grammar::DOT});
static_assert(int{kLeftParen} == int{Grammar::LPAREN});
static_assert(int{kRightParen} == int{Grammar::RPAREN});
static_assert(int{kEqual} == int{Grammar::EQ});
static_assert(int{kNotEqual} == int{Grammar::NE});
static_assert(int{kLess} == int{Grammar::LT});
static_assert(int{kLessEqual} == int{Grammar::LE});
static_assert(int{kGreater} == int{Grammar::GT});
static_assert(int{kGreaterEqual} == int{Grammar::GE});
static_assert(int{kPlus} == int{Grammar::PLUS});
static_assert(int{kMinus} == int{Grammar::MINUS});
static_assert(int{kDollarString} == int{Grammar::DOLLAR_STRING});
static_assert(int{kBadNumber} == int{Grammar::BAD_NUMBER});
static_assert(int{kUnterminatedString} == int{Grammar::UNTERMINATED_STRING});
static_assert(int{kUnterminatedIdent} == int{Grammar::UNTERMINATED_IDENT});
static_assert(int{kUnterminatedComment} == int{Grammar::UNTERMINATED_COMMENT});
static_assert(int{kLineComment} == int{Grammar::LINE_COMMENT});
static_assert(int{kBlockComment} == int{Grammar::BLOCK_COMMENT});
static_assert(int{kBadCharacter} == int{Grammar::BAD_CHARACTER});

}  // namespace
}  // namespace synapsor::syntax
