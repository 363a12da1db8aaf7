#include "compiler/syntax/lexer.h"

#include <array>
#include <cstring>

#include "compiler/syntax/keywords.h"

namespace synapsor::syntax {
namespace {

enum CharClass : std::uint8_t { kOther, kBlank, kLetter, kDigit };

constexpr std::array<std::uint8_t, 256> BuildClasses() {
  std::array<std::uint8_t, 256> classes{};
  for (const char c : {' ', '\t', '\r', '\n', '\f', '\v'}) classes[static_cast<unsigned char>(c)] = kBlank;
  for (int c = 'a'; c <= 'z'; ++c) classes[static_cast<std::size_t>(c)] = kLetter;
  for (int c = 'A'; c <= 'Z'; ++c) classes[static_cast<std::size_t>(c)] = kLetter;
  for (int c = '0'; c <= '9'; ++c) classes[static_cast<std::size_t>(c)] = kDigit;
  classes['_'] = kLetter;
  return classes;
}

constexpr auto kClasses = BuildClasses();

CharClass ClassOf(char c) { return static_cast<CharClass>(kClasses[static_cast<unsigned char>(c)]); }
bool IsWordCharacter(char c) { return ClassOf(c) >= kLetter; }

// Bytes of the code point that starts with `lead`; the text is valid UTF-8 by the time anyone
// looks.
std::uint32_t CodePointLength(char lead) {
  const auto c = static_cast<unsigned char>(lead);
  if (c < 0xC0) return 1;
  if (c < 0xE0) return 2;
  return c < 0xF0 ? 3 : 4;
}

}  // namespace

std::uint32_t SkipByteOrderMark(std::string_view text) { return text.starts_with("\xEF\xBB\xBF") ? 3 : 0; }

Token Lexer::Take(TokenKind kind, std::uint32_t length) {
  const Token token{kind, at_, at_ + length};
  at_ += length;
  return token;
}

Token Lexer::Next() {
  const auto size = static_cast<std::uint32_t>(text_.size());
  while (at_ < size) {
    const char c = text_[at_];
    switch (ClassOf(c)) {
      case kBlank: ++at_; continue;
      case kLetter: return Word();
      case kDigit: return Number();
      case kOther: break;
    }
    switch (c) {
      case ';': return Take(kSemi, 1);
      case ',': return Take(kComma, 1);
      case '.': return Take(kDot, 1);
      case '(': return Take(kLeftParen, 1);
      case ')': return Take(kRightParen, 1);
      case '=': return Take(kEqual, 1);
      case '+': return Take(kPlus, 1);
      case '\'': return Quoted('\'', kString, kUnterminatedString, false);
      case '"': return Quoted('"', kQuotedIdent, kUnterminatedIdent, true);
      case '`': return Quoted('`', kBacktickIdent, kUnterminatedIdent, true);
      case '$': return Dollar();
      case '!': return Peek(1) == '=' ? Take(kNotEqual, 2) : Take(kBadCharacter, 1);
      case '<':
        if (Peek(1) == '=') return Take(kLessEqual, 2);
        return Peek(1) == '>' ? Take(kNotEqual, 2) : Take(kLess, 1);
      case '>': return Peek(1) == '=' ? Take(kGreaterEqual, 2) : Take(kGreater, 1);
      case '-':
        if (Peek(1) != '-') return Take(kMinus, 1);
        SkipLineComment();
        continue;
      case '/': {
        if (Peek(1) != '*') return Take(kBadCharacter, 1);
        const std::uint32_t begin = at_;
        if (!SkipBlockComment()) return {kUnterminatedComment, begin, at_};
        continue;
      }
      default: {
        std::uint32_t length = CodePointLength(c);
        if (length > size - at_) length = size - at_;
        return Take(kBadCharacter, length);
      }
    }
  }
  return {kEnd, size, size};
}

Token Lexer::Word() {
  const std::uint32_t begin = at_;
  const auto size = static_cast<std::uint32_t>(text_.size());
  do ++at_;
  while (at_ < size && IsWordCharacter(text_[at_]));
  return {KeywordKind(text_.substr(begin, at_ - begin)), begin, at_};
}

Token Lexer::Number() {
  const std::uint32_t begin = at_;
  TokenKind kind = kInteger;
  while (ClassOf(Peek(0)) == kDigit) ++at_;
  if (Peek(0) == '.' && ClassOf(Peek(1)) == kDigit) {
    kind = kDecimal;
    ++at_;
    while (ClassOf(Peek(0)) == kDigit) ++at_;
  }
  if (ClassOf(Peek(0)) == kLetter) {
    kind = kBadNumber;
    while (IsWordCharacter(Peek(0))) ++at_;
  }
  return {kind, begin, at_};
}

// A doubled quote stands for one. A name ends with its line.
Token Lexer::Quoted(char quote, TokenKind closed, TokenKind open, bool one_line) {
  const std::uint32_t begin = at_++;
  const auto size = static_cast<std::uint32_t>(text_.size());
  while (at_ < size) {
    const char c = text_[at_];
    if (c == quote) {
      if (Peek(1) != quote) {
        ++at_;
        return {closed, begin, at_};
      }
      ++at_;
    } else if (one_line && (c == '\n' || c == '\r')) {
      break;
    }
    ++at_;
  }
  return {open, begin, at_};
}

Token Lexer::Dollar() {
  std::uint32_t tag_end = at_ + 1;
  const auto size = static_cast<std::uint32_t>(text_.size());
  while (tag_end < size && IsWordCharacter(text_[tag_end])) ++tag_end;
  if (tag_end >= size || text_[tag_end] != '$') return Take(kBadCharacter, 1);
  const std::string_view tag = text_.substr(at_, tag_end + 1 - at_);
  const std::size_t close = text_.find(tag, tag_end + 1);
  if (close == std::string_view::npos) return Take(kBadCharacter, 1);
  return Take(kDollarString, static_cast<std::uint32_t>(close + tag.size()) - at_);
}

void Lexer::SkipLineComment() {
  const std::uint32_t begin = at_;
  const auto size = static_cast<std::uint32_t>(text_.size());
  while (at_ < size && text_[at_] != '\n' && text_[at_] != '\r') ++at_;
  if (comments_ != nullptr) comments_->push_back({kLineComment, begin, at_});
}

bool Lexer::SkipBlockComment() {
  const std::uint32_t begin = at_;
  const std::size_t close = text_.find("*/", begin + 2);
  if (close == std::string_view::npos) {
    at_ = static_cast<std::uint32_t>(text_.size());
    return false;
  }
  at_ = static_cast<std::uint32_t>(close) + 2;
  if (comments_ != nullptr) comments_->push_back({kBlockComment, begin, at_});
  return true;
}

}  // namespace synapsor::syntax
