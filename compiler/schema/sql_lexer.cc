#include "compiler/schema/sql_lexer.h"

#include <algorithm>

namespace synapsor::schema::sql {
namespace {

constexpr auto npos = std::string_view::npos;

bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsWordStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
bool IsWordPart(char c) { return IsWordStart(c) || IsDigit(c) || c == '$'; }
char Upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

}  // namespace

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return Upper(x) == Upper(y); });
}

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

bool Token::IsWord(std::string_view upper) const { return kind == TokenKind::kWord && EqualsIgnoringCase(text, upper); }

Token Lexer::Make(TokenKind kind, std::size_t end) {
  Token token{kind, text_.substr(at_, end - at_), at_};
  at_ = end;
  return token;
}

void Lexer::SkipSpace() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    const std::string_view two = text_.substr(at_, 2);
    if (IsSpace(c)) {
      ++at_;
    } else if (two == "--" || (c == '#' && dialect_ == Dialect::kMysql)) {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (two == "*/" && dialect_ == Dialect::kMysql) {
      at_ += 2;  // closes a versioned comment
    } else if (two == "/*") {
      const bool versioned =
          dialect_ == Dialect::kMysql && (text_.substr(at_, 3) == "/*!" || text_.substr(at_, 4) == "/*M!");
      if (versioned) {
        std::size_t behind = at_ + (text_[at_ + 2] == '!' ? 3 : 4);
        const std::size_t digits = behind;
        while (behind < text_.size() && IsDigit(text_[behind])) ++behind;
        // /*M!999999 … */ is for no server at all.
        if (text_.substr(digits, 2) != "99") {
          at_ = behind;
          continue;
        }
      }
      int depth = 1;
      std::size_t at = at_ + 2;
      while (depth > 0 && at < text_.size()) {
        if (text_.substr(at, 2) == "*/") {
          --depth;
          at += 2;
        } else if (dialect_ == Dialect::kPostgres && text_.substr(at, 2) == "/*") {
          ++depth;
          at += 2;
        } else {
          ++at;
        }
      }
      if (depth > 0) return;  // Next reports it
      at_ = at;
    } else {
      return;
    }
  }
}

std::size_t Lexer::StringEnd(std::size_t from, char quote, bool backslashes) const {
  for (std::size_t i = from; i < text_.size(); ++i) {
    if (backslashes && text_[i] == '\\') {
      ++i;
    } else if (text_[i] == quote) {
      if (i + 1 < text_.size() && text_[i + 1] == quote) {
        ++i;
      } else {
        return i + 1;
      }
    }
  }
  return npos;
}

Token Lexer::Next() {
  SkipSpace();
  if (at_ >= text_.size()) return {TokenKind::kEnd, {}, text_.size()};
  const char c = text_[at_];
  const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
  const auto quoted = [&](TokenKind kind, std::size_t from, char quote, bool backslashes) {
    const std::size_t end = StringEnd(from, quote, backslashes);
    return end == npos ? Make(TokenKind::kUnclosed, text_.size()) : Make(kind, end);
  };
  if (c == '/' && next == '*') return Make(TokenKind::kUnclosed, text_.size());
  if (c == '\'') return quoted(TokenKind::kString, at_ + 1, '\'', dialect_ == Dialect::kMysql);
  if (dialect_ == Dialect::kPostgres && (c == 'E' || c == 'e') && next == '\'') {
    return quoted(TokenKind::kString, at_ + 2, '\'', true);
  }
  if (c == '"') {
    const bool string = dialect_ == Dialect::kMysql;
    return quoted(string ? TokenKind::kString : TokenKind::kQuotedName, at_ + 1, '"', string);
  }
  if (c == '`' && dialect_ != Dialect::kPostgres) return quoted(TokenKind::kQuotedName, at_ + 1, '`', false);
  if (c == '[' && dialect_ == Dialect::kSqlite) {
    const std::size_t end = text_.find(']', at_);
    return end == npos ? Make(TokenKind::kUnclosed, text_.size()) : Make(TokenKind::kQuotedName, end + 1);
  }
  if (c == '$' && dialect_ == Dialect::kPostgres && (next == '$' || IsWordStart(next))) {
    std::size_t tag = at_ + 1;
    while (tag < text_.size() && text_[tag] != '$' && IsWordPart(text_[tag])) ++tag;
    if (tag < text_.size() && text_[tag] == '$') {
      const std::string_view mark = text_.substr(at_, tag + 1 - at_);
      const std::size_t end = text_.find(mark, tag + 1);
      return end == npos ? Make(TokenKind::kUnclosed, text_.size()) : Make(TokenKind::kString, end + mark.size());
    }
  }
  if (IsWordStart(c)) {
    std::size_t end = at_ + 1;
    while (end < text_.size() && IsWordPart(text_[end])) ++end;
    return Make(TokenKind::kWord, end);
  }
  if (IsDigit(c) || (c == '.' && IsDigit(next))) {
    std::size_t end = at_ + 1;
    while (end < text_.size() && (IsWordPart(text_[end]) || text_[end] == '.' ||
                                  ((text_[end] == '+' || text_[end] == '-') && Upper(text_[end - 1]) == 'E' &&
                                   text_.substr(at_, 2) != "0x"))) {
      ++end;
    }
    return Make(TokenKind::kNumber, end);
  }
  static constexpr std::string_view kPairs[] = {"<=", ">=", "<>", "!=", "::", ":=", "||"};
  for (const std::string_view pair : kPairs) {
    if (text_.substr(at_, 2) == pair) return Make(TokenKind::kSymbol, at_ + 2);
  }
  return Make(TokenKind::kSymbol, at_ + 1);
}

std::vector<Token> Tokens(std::string_view text, Dialect dialect) {
  std::vector<Token> tokens;
  Lexer lexer(text, dialect);
  for (Token token = lexer.Next(); token.kind != TokenKind::kEnd; token = lexer.Next()) {
    tokens.push_back(token);
  }
  return tokens;
}

std::string Unquote(const Token& token, Dialect dialect) {
  std::string_view text = token.text;
  if (token.kind != TokenKind::kString && token.kind != TokenKind::kQuotedName) return std::string(text);
  if (text.front() == '$') {
    const std::size_t tag = text.find('$', 1) + 1;
    return std::string(text.substr(tag, text.size() - 2 * tag));
  }
  bool backslashes = dialect == Dialect::kMysql && token.kind == TokenKind::kString;
  if (text.front() == 'E' || text.front() == 'e') {
    backslashes = true;
    text.remove_prefix(1);
  }
  const char close = text.back();
  text = text.substr(1, text.size() - 2);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (backslashes && text[i] == '\\' && i + 1 < text.size()) {
      static constexpr std::string_view kFrom = "ntrb0", kTo("\n\t\r\b\0", 5);
      const std::size_t known = kFrom.find(text[++i]);
      out += known == npos ? text[i] : kTo[known];
    } else {
      out += text[i];
      if (text[i] == close && i + 1 < text.size() && text[i + 1] == close) ++i;
    }
  }
  return out;
}

std::string Normalize(std::string_view expression, Dialect dialect) {
  const auto once = [&](std::string_view text) {
    std::string out;
    Lexer lexer(text, dialect);
    std::size_t end = 0;
    for (Token token = lexer.Next(); token.kind != TokenKind::kEnd; token = lexer.Next()) {
      if (!out.empty() && token.offset > end) out += ' ';
      out += token.text;
      end = token.offset + token.text.size();
    }
    return out;
  };
  std::string text = once(expression);
  while (text.size() >= 2 && text.front() == '(' && AfterParentheses(text, 0, dialect) == text.size()) {
    text = once(std::string_view(text).substr(1, text.size() - 2));
  }
  return text;
}

std::size_t AfterParentheses(std::string_view text, std::size_t from, Dialect dialect) {
  Lexer lexer(text, dialect);
  lexer.Seek(from);
  int depth = 0;
  for (Token token = lexer.Next(); token.kind != TokenKind::kEnd; token = lexer.Next()) {
    if (token.IsSymbol("(")) ++depth;
    if (token.IsSymbol(")") && --depth <= 0) return token.offset + 1;
  }
  return npos;
}

}  // namespace synapsor::schema::sql
