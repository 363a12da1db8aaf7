#include <fmt/format.h>

#include <algorithm>

#include "compiler/schema/sql_lexer.h"

namespace synapsor::schema::sql {
namespace {

constexpr int kMaxDepth = 500;

class Splitter {
 public:
  Splitter(std::string_view text, Dialect dialect, const std::string& path)
      : text_(text), dialect_(dialect), path_(path), lexer_(text, dialect) {}

  Result<std::vector<Statement>> Run() {
    if (text_.substr(0, 3) == "\xEF\xBB\xBF") lexer_.Seek(3);
    while (true) {
      const Token first = lexer_.Next();
      if (first.kind == TokenKind::kEnd) return std::move(statements_);
      if (first.IsSymbol(";")) continue;
      if (first.IsSymbol("\\") && dialect_ == Dialect::kPostgres) {
        SkipLine(first.offset);
        continue;
      }
      if (first.IsWord("DELIMITER") && dialect_ == Dialect::kMysql) {
        ReadDelimiter(first);
        continue;
      }
      SYN_RETURN_IF_ERROR(ReadStatement(first));
    }
  }

 private:
  tl::unexpected<Error> Wrong(std::size_t offset, std::string_view what) {
    return Fail(ErrorKind::kUsage, fmt::format("{}:{}: {}", path_, Line(offset), what));
  }

  // Offsets come in rising order.
  int Line(std::size_t offset) {
    if (offset < counted_) counted_ = 0, line_ = 1;
    line_ += static_cast<int>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(counted_),
                                         text_.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
    counted_ = offset;
    return line_;
  }

  void SkipLine(std::size_t from) { lexer_.Seek(std::min(text_.find('\n', from), text_.size())); }

  void ReadDelimiter(const Token& word) {
    const std::size_t end = std::min(text_.find('\n', word.offset), text_.size());
    std::string_view rest = text_.substr(word.offset + word.text.size(), end - word.offset - word.text.size());
    while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\t')) rest.remove_prefix(1);
    while (!rest.empty() && (rest.back() == ' ' || rest.back() == '\t' || rest.back() == '\r')) rest.remove_suffix(1);
    if (!rest.empty()) delimiter_ = rest;
    lexer_.Seek(end);
  }

  Status ReadStatement(const Token& first) {
    const int line = Line(first.offset);
    int depth = 0, cases = 0, blocks = 0, words = 0;
    std::size_t opened = 0;
    bool has_body = false, last_was_begin = false;
    bool copies = first.IsWord("COPY"), from_stdin = false;
    for (Token token = first;; token = lexer_.Next()) {
      if (token.kind == TokenKind::kUnclosed) {
        return Wrong(token.offset, token.text.substr(0, 2) == "/*" ? "this comment is never closed"
                                                                   : "this string or quoted name is never closed");
      }
      if (token.kind == TokenKind::kEnd && depth > 0) return Wrong(opened, "this `(` is never closed");
      const bool ends = token.kind == TokenKind::kEnd || IsDelimiter(token);
      if (ends && (token.kind == TokenKind::kEnd || (depth <= 0 && (blocks == 0 || delimiter_ != ";")))) {
        Add(first.offset, token.offset, line);
        if (token.kind != TokenKind::kEnd) lexer_.Seek(token.offset + delimiter_.size());
        if (copies && from_stdin) SkipCopyData();
        return {};
      }
      if (token.IsSymbol("(")) {
        if (++depth > kMaxDepth) return Wrong(token.offset, fmt::format("more than {} nested parentheses", kMaxDepth));
        if (depth == 1) opened = token.offset;
      } else if (token.IsSymbol(")")) {
        --depth;
      } else if (token.kind == TokenKind::kWord) {
        ++words;
        // Bodies hold semicolons: CREATE TRIGGER … BEGIN … END, and PostgreSQL's BEGIN ATOMIC … END.
        if (words <= 8 && first.IsWord("CREATE") &&
            (token.IsWord("TRIGGER") || token.IsWord("FUNCTION") || token.IsWord("PROCEDURE"))) {
          has_body = true;
        }
        if (has_body) {
          if (dialect_ == Dialect::kPostgres ? token.IsWord("ATOMIC") && last_was_begin : token.IsWord("BEGIN"))
            ++blocks;
          if (token.IsWord("CASE") && blocks > 0) ++cases;
          if (token.IsWord("END")) {
            const bool control = dialect_ == Dialect::kMysql && TakeControlWord();
            if (cases > 0) {
              if (!control || control_was_case_) --cases;
            } else if (blocks > 0 && !control) {
              --blocks;
            }
          }
        }
        if (token.IsWord("STDIN")) from_stdin = true;
        last_was_begin = token.IsWord("BEGIN");
      }
    }
  }

  // MySQL's END IF, END LOOP and the like: takes the second word.
  bool TakeControlWord() {
    const std::size_t here = lexer_.position();
    const Token next = lexer_.Next();
    control_was_case_ = next.IsWord("CASE");
    if (control_was_case_ || next.IsWord("IF") || next.IsWord("LOOP") || next.IsWord("WHILE") ||
        next.IsWord("REPEAT")) {
      return true;
    }
    lexer_.Seek(here);
    return false;
  }

  bool IsDelimiter(const Token& token) const { return text_.substr(token.offset, delimiter_.size()) == delimiter_; }

  void Add(std::size_t start, std::size_t end, int line) {
    std::string_view statement = text_.substr(start, end - start);
    while (!statement.empty() && (statement.back() <= ' ')) statement.remove_suffix(1);
    statements_.push_back({statement, start, line});
  }

  void SkipCopyData() {
    std::size_t at = lexer_.position();
    while (at < text_.size()) {
      const std::size_t end = std::min(text_.find('\n', at), text_.size());
      std::string_view row = text_.substr(at, end - at);
      if (!row.empty() && row.back() == '\r') row.remove_suffix(1);
      at = std::min(end + 1, text_.size());
      if (row == "\\.") break;
    }
    lexer_.Seek(at);
  }

  std::string_view text_;
  Dialect dialect_;
  const std::string& path_;
  Lexer lexer_;
  std::string_view delimiter_ = ";";
  std::vector<Statement> statements_;
  std::size_t counted_ = 0;
  bool control_was_case_ = false;
  int line_ = 1;
};

}  // namespace

Result<std::vector<Statement>> Split(std::string_view text, Dialect dialect, const std::string& path) {
  return Splitter(text, dialect, path).Run();
}

int LineAt(const Statement& statement, std::size_t offset) {
  const auto end = statement.text.begin() + static_cast<std::ptrdiff_t>(std::min(offset, statement.text.size()));
  return statement.line + static_cast<int>(std::count(statement.text.begin(), end, '\n'));
}

}  // namespace synapsor::schema::sql
