// Text to tokens. Never fails: what is not a token becomes one of the mistake kinds, and the reader
// of tokens reports it. Decides where strings, comments and names end; not what they mean.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "compiler/syntax/token.h"

namespace synapsor::syntax {

// Offsets past a leading byte order mark; 0 without one.
std::uint32_t SkipByteOrderMark(std::string_view text);

class Lexer {
 public:
  // `text` is at most 4 GiB and outlives the lexer. Comments are appended to `comments` unless it
  // is null.
  Lexer(std::string_view text, std::uint32_t begin, std::vector<Token>* comments)
      : text_(text), at_(begin), comments_(comments) {}

  // The next token that is not a comment; kEnd, empty and at the end of the text, for ever after
  // the last.
  Token Next();

 private:
  Token Take(TokenKind kind, std::uint32_t length);
  Token Word();
  Token Number();
  Token Quoted(char quote, TokenKind closed, TokenKind open, bool one_line);
  Token Dollar();
  // True when a whole comment was skipped; false when it is not closed.
  bool SkipBlockComment();
  void SkipLineComment();
  char Peek(std::uint32_t ahead) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  std::string_view text_;
  std::uint32_t at_;
  std::vector<Token>* comments_;
};

}  // namespace synapsor::syntax
