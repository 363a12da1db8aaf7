#include "compiler/syntax/format.h"

#include <algorithm>

#include "compiler/syntax/antlr_layout.h"
#include "compiler/syntax/encoding.h"
#include "compiler/syntax/keywords.h"
#include "compiler/syntax/statement.h"

namespace synapsor::syntax {
namespace {

bool HasNewline(std::string_view text) { return text.find('\n') != std::string_view::npos; }
bool HasBlankLine(std::string_view text) { return std::count(text.begin(), text.end(), '\n') > 1; }

std::string_view TrimRight(std::string_view text) {
  const std::size_t last = text.find_last_not_of(" \t\r\n\f\v");
  return last == std::string_view::npos ? std::string_view() : text.substr(0, last + 1);
}

class Formatter {
 public:
  explicit Formatter(std::string_view text) : text_(text), reader_(text, &comments_) {}

  std::string Run() {
    Statement statement;
    while (reader_.Next(statement)) {
      CommentsBefore(statement.begin);
      const bool formatted = statement.mistake.kind == kEnd && !statement.too_long && statement.terminated &&
                             IsAgentDdl(statement.kind) && layout_parser_.LayOut(statement, layout_);
      Separate(statement.begin, after_statement_ && (formatted || after_formatted_));
      if (formatted) {
        Print(statement);
      } else {
        out_ += text_.substr(statement.begin, statement.end - statement.begin);
        SkipComments(statement.end);
      }
      last_ = statement.end;
      after_statement_ = true;
      after_formatted_ = formatted;
    }
    CommentsBefore(static_cast<std::uint32_t>(text_.size()));
    if (!out_.empty() && out_.back() != '\n') out_ += '\n';
    return std::move(out_);
  }

 private:
  std::string_view Gap(std::uint32_t begin, std::uint32_t end) const {
    return begin < end ? text_.substr(begin, end - begin) : std::string_view();
  }

  // ---- between statements ----

  // A new line after what was printed, and a blank one where there was one or `blank` asks for it.
  void Separate(std::uint32_t begin, bool blank) {
    if (out_.empty()) return;
    out_ += '\n';
    if (blank || HasBlankLine(Gap(last_, begin))) out_ += '\n';
  }

  void CommentsBefore(std::uint32_t end) {
    for (; next_ < comments_.size() && comments_[next_].begin < end; ++next_) {
      const Token& comment = comments_[next_];
      const bool trailing = !out_.empty() && !HasNewline(Gap(last_, comment.begin));
      if (trailing) {
        out_ += ' ';
      } else {
        Separate(comment.begin, after_formatted_);
        after_statement_ = false;
        after_formatted_ = false;
      }
      out_ += TrimRight(TextOf(text_, comment));
      last_ = comment.end;
    }
  }

  void SkipComments(std::uint32_t end) {
    while (next_ < comments_.size() && comments_[next_].begin < end) ++next_;
  }

  // ---- inside a statement ----

  void Print(const Statement& statement) {
    const auto& tokens = statement.tokens;
    indent_ = 0;
    fresh_line_ = true;
    must_break_ = false;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (i > 0) CommentsInside(tokens[i - 1].end, tokens[i].begin, layout_.indent[i]);
      Place(tokens, i);
      const bool is_word = IsKeyword(tokens[i].kind) && !layout_.is_name[i];
      out_ += is_word ? KeywordText(tokens[i].kind) : TextOf(text_, tokens[i]);
      fresh_line_ = false;
    }
  }

  void Place(const std::vector<Token>& tokens, std::size_t i) {
    if (i == 0) return;
    const int wanted = layout_.indent[i];
    if (wanted != kSameLine || must_break_) {
      if (wanted != kSameLine) indent_ = wanted;
      if (!fresh_line_) NewLine(wanted != kSameLine ? wanted : indent_ + 2);
      must_break_ = false;
      return;
    }
    if (!fresh_line_ && SpaceBetween(tokens, i)) out_ += ' ';
  }

  void NewLine(int indent) {
    out_ += '\n';
    out_.append(static_cast<std::size_t>(indent), ' ');
    fresh_line_ = true;
  }

  // Comments between two tokens: behind the first if they stand on its line, otherwise on lines of
  // their own at the indent of the second.
  void CommentsInside(std::uint32_t begin, std::uint32_t end, int next_indent) {
    for (; next_ < comments_.size() && comments_[next_].begin < end; ++next_) {
      const Token& comment = comments_[next_];
      const int indent = next_indent != kSameLine ? next_indent : indent_ + 2;
      if (HasNewline(Gap(begin, comment.begin)) || must_break_) {
        if (!fresh_line_) NewLine(indent);
        must_break_ = true;
      } else {
        out_ += ' ';
      }
      out_ += TrimRight(TextOf(text_, comment));
      if (comment.kind == kLineComment) must_break_ = true;
      fresh_line_ = false;
      begin = comment.end;
    }
  }

  bool SpaceBetween(const std::vector<Token>& tokens, std::size_t i) const {
    const TokenKind before = tokens[i - 1].kind;
    const TokenKind now = tokens[i].kind;
    if (now == kComma || now == kSemi || now == kRightParen || now == kDot) return false;
    if (before == kLeftParen || before == kDot || before == kMinus || before == kPlus) return false;
    if (now != kLeftParen) return true;
    return before == K_CAPABILITIES || before == K_ACTIONS || before == K_ENUM;
  }

  std::string_view text_;
  std::vector<Token> comments_;
  StatementReader reader_;
  LayoutParser layout_parser_;
  Layout layout_;
  std::string out_;
  std::size_t next_ = 0;     // comment not yet printed
  std::uint32_t last_ = 0;   // end of what was printed last
  int indent_ = 0;           // of the current clause
  bool fresh_line_ = false;  // nothing but blanks on the current line
  bool must_break_ = false;  // a line comment stands on the current line
  bool after_statement_ = false;
  bool after_formatted_ = false;
};

}  // namespace

std::string Format(std::string_view text) {
  diag::Sink ignored;
  if (!CheckEncoding(text, FileId{0}, ignored)) return std::string(text);
  return Formatter(text).Run();
}

}  // namespace synapsor::syntax
