// Words, names, strings and symbols of SQL as the three engines write them, and the split of a file into
// statements. Decides no grammar. Linear in the text, never copies it, reads any bytes without failing: what is
// never closed runs to the end and says so. Private to compiler/schema.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/result.h"

namespace synapsor::schema::sql {

enum class Dialect { kPostgres, kMysql, kSqlite };

enum class TokenKind { kWord, kQuotedName, kString, kNumber, kSymbol, kUnclosed, kEnd };

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string_view text;   // as written, with its quotes
  std::size_t offset = 0;  // in the text that is lexed

  bool IsWord(std::string_view upper) const;  // case-insensitive, never a quoted name
  bool IsSymbol(std::string_view symbol) const { return kind == TokenKind::kSymbol && text == symbol; }
  bool IsName() const { return kind == TokenKind::kWord || kind == TokenKind::kQuotedName; }
};

bool EqualsIgnoringCase(std::string_view a, std::string_view b);
std::string Lower(std::string_view text);

// A string's or name's content without its quotes. Unquoted names come as written.
std::string Unquote(const Token& token, Dialect dialect);

class Lexer {
 public:
  Lexer(std::string_view text, Dialect dialect) : text_(text), dialect_(dialect) {}

  // kEnd for ever at the end. White space and comments are passed over; the inside of MySQL's /*!40101 … */ is text.
  Token Next();
  std::size_t position() const { return at_; }
  void Seek(std::size_t offset) { at_ = offset; }

 private:
  void SkipSpace();
  std::size_t StringEnd(std::size_t from, char quote, bool backslashes) const;
  Token Make(TokenKind kind, std::size_t end);

  std::string_view text_;
  Dialect dialect_;
  std::size_t at_ = 0;
};

std::vector<Token> Tokens(std::string_view text, Dialect dialect);  // without the kEnd

struct Statement {
  std::string_view text;   // from its first word, without the terminator
  std::size_t offset = 0;  // in the file
  int line = 1;            // of its first word
};

// Passes over COPY data, psql's backslash commands and MySQL's DELIMITER, and keeps the bodies of triggers and
// functions together. The error names file and line of a string, comment or parenthesis that is never closed.
Result<std::vector<Statement>> Split(std::string_view text, Dialect dialect, const std::string& path);

int LineAt(const Statement& statement, std::size_t offset_in_statement);

// The text with one space between words and without comments and needless outer parentheses: how expressions
// are kept.
std::string Normalize(std::string_view expression, Dialect dialect);

// The position behind the parenthesis that closes the first "(" at or after `from`; npos when there is none.
std::size_t AfterParentheses(std::string_view text, std::size_t from, Dialect dialect);

}  // namespace synapsor::schema::sql
