// What the lexer yields. The numbers of the kinds are those of grammar/AgentDdlLexer.g4.
#pragma once

#include <cstdint>
#include <string_view>

namespace synapsor::syntax {

// Named after the rules of the lexer grammar, so that the two can be compared row by row.
enum TokenKind : std::uint8_t {
  kEnd = 0,  // past the last token
#define AGENT_KEYWORD(word) K_##word,
#include "grammar/keywords.def"
  kIdent,
  kQuotedIdent,
  kBacktickIdent,
  kString,
  kInteger,
  kDecimal,
  kSemi,
  kComma,
  kDot,
  kLeftParen,
  kRightParen,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kPlus,
  kMinus,
  kDollarString,
  kBadNumber,
  kUnterminatedString,
  kUnterminatedIdent,
  kUnterminatedComment,
  kLineComment,
  kBlockComment,
  kSpace,  // never yielded
  kBadCharacter,
};

inline constexpr TokenKind kFirstKeyword = K_CREATE;
inline constexpr TokenKind kLastKeyword = static_cast<TokenKind>(kIdent - 1);

inline bool IsKeyword(TokenKind kind) { return kind >= kFirstKeyword && kind <= kLastKeyword; }
// A keyword or a plain name.
inline bool IsWord(TokenKind kind) { return kind >= kFirstKeyword && kind <= kIdent; }
// What the grammar takes where a name must stand.
inline bool IsName(TokenKind kind) { return kind >= kFirstKeyword && kind <= kBacktickIdent; }

// Bytes [begin, end) of the text.
struct Token {
  TokenKind kind = kEnd;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

inline std::string_view TextOf(std::string_view text, const Token& token) {
  return text.substr(token.begin, token.end - token.begin);
}

}  // namespace synapsor::syntax
