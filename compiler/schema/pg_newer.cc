#include "compiler/schema/pg_newer.h"

#include <algorithm>

#include "compiler/schema/sql_lexer.h"

namespace synapsor::schema::pg {
namespace {

constexpr auto kDialect = sql::Dialect::kPostgres;

using Words = std::vector<sql::Token>;

bool IsTableDefinition(const Words& words) {
  if (words.size() < 3 || !(words[0].IsWord("CREATE") || words[0].IsWord("ALTER"))) return false;
  const auto modifies = [](const sql::Token& word) {
    return word.IsWord("GLOBAL") || word.IsWord("LOCAL") || word.IsWord("TEMP") || word.IsWord("TEMPORARY") ||
           word.IsWord("UNLOGGED") || word.IsWord("FOREIGN");
  };
  std::size_t i = 1;
  while (i < words.size() && modifies(words[i])) ++i;
  return i < words.size() && words[i].IsWord("TABLE");
}

struct NotNull {
  std::size_t begin, end;  // of its words
  std::string column;
  bool valid = true;
};

class Table {
 public:
  explicit Table(std::string_view text) : text_(text), words_(sql::Tokens(text, kDialect)) {
    if (!IsTableDefinition(words_)) return;
    alters_ = words_[0].IsWord("ALTER");
    int depth = 0;
    for (const sql::Token& word : words_) {
      if (word.IsSymbol(")")) --depth;
      depths_.push_back(depth);
      if (word.IsSymbol("(")) ++depth;
    }
    elements_depth_ = alters_ ? 0 : 1;
  }
  bool known() const { return !depths_.empty(); }

  std::string AsPostgres15() const {
    std::string out(text_);
    for (std::size_t i = 0; i < words_.size(); ++i) {
      if (OpensGenerated(i)) Virtual(out, i);
      if (AtElements(i) && Is(i, "ENFORCED") && i > 0 && EndsConstraint(i - 1)) {
        if (Is(i - 1, "NOT")) Blank(out, i - 1, i);
        Blank(out, i, i + 1);
      }
      if (Is(i, "WITHOUT") && Is(i + 1, "OVERLAPS") && InKey(i)) Blank(out, i, i + 2);
      if (Is(i, "PERIOD") && InKey(i) && BeginsElement(i) && i + 1 < words_.size() && words_[i + 1].IsName())
        Blank(out, i, i + 1);
      if (AtElements(i) && Is(i, "NOT") && Is(i + 1, "NULL") && Is(i + 2, "NO") && Is(i + 3, "INHERIT"))
        Blank(out, i + 2, i + 4);
    }
    for (const NotNull& item : NotNulls()) Remove(out, item);
    return out;
  }

  std::vector<NotNull> NotNulls() const {
    std::vector<NotNull> found;
    for (std::size_t i = 1; i < words_.size(); ++i) {
      if (!AtElements(i) || !(BeginsElement(i) || Is(i - 1, "ADD"))) continue;
      const std::size_t at = Is(i, "CONSTRAINT") ? i + 2 : i;
      if (!Is(at, "NOT") || !Is(at + 1, "NULL") || at + 2 >= words_.size() || !words_[at + 2].IsName()) continue;
      NotNull item{alters_ ? i - 1 : i, at + 3, Name(words_[at + 2])};
      while (item.end < words_.size() && AtElements(item.end) && !words_[item.end].IsSymbol(",") &&
             !words_[item.end].IsSymbol(")"))
        ++item.end;
      for (std::size_t k = at + 3; k < item.end; ++k) item.valid = item.valid && !Is(k, "VALID");
      found.push_back(std::move(item));
    }
    return found;
  }

 private:
  bool Is(std::size_t i, std::string_view word) const { return i < words_.size() && words_[i].IsWord(word); }
  bool AtElements(std::size_t i) const { return depths_[i] == elements_depth_; }
  bool BeginsElement(std::size_t i) const {
    return i > 0 && (words_[i - 1].IsSymbol(",") || words_[i - 1].IsSymbol("("));
  }
  // What may stand before [NOT] ENFORCED; never before a column of that name.
  bool EndsConstraint(std::size_t i) const {
    return words_[i].IsSymbol(")") || Is(i, "NOT") || Is(i, "DEFERRABLE") || Is(i, "DEFERRED") || Is(i, "IMMEDIATE") ||
           Is(i, "CASCADE") || Is(i, "RESTRICT") || Is(i, "ACTION");
  }
  static std::string Name(const sql::Token& word) {
    return word.kind == sql::TokenKind::kWord ? sql::Lower(word.text) : sql::Unquote(word, kDialect);
  }
  std::size_t CloseOf(std::size_t open) const {
    std::size_t i = open + 1;
    while (i < words_.size() && !(words_[i].IsSymbol(")") && depths_[i] == depths_[open])) ++i;
    return i;
  }
  bool OpensGenerated(std::size_t i) const {
    return Is(i, "GENERATED") && Is(i + 1, "ALWAYS") && Is(i + 2, "AS") && i + 3 < words_.size() &&
           words_[i + 3].IsSymbol("(") && !Is(CloseOf(i + 3) + 1, "STORED");
  }
  // Inside the columns of PRIMARY KEY (…), UNIQUE (…), FOREIGN KEY (…) REFERENCES t (…).
  bool InKey(std::size_t i) const {
    if (depths_[i] != elements_depth_ + 1) return false;
    std::size_t open = i;
    while (open > 0 && !(words_[open].IsSymbol("(") && depths_[open] == elements_depth_)) --open;
    for (std::size_t back = 1; back <= 4 && back <= open; ++back) {  // REFERENCES schema . table (
      const std::size_t before = open - back;
      if (back == 1 && (Is(before, "KEY") || Is(before, "UNIQUE"))) return true;
      if (Is(before, "REFERENCES")) return true;
    }
    return false;
  }

  void Fill(std::string& out, std::size_t from, std::size_t to, std::string_view with) const {
    const std::size_t begin = words_[from].offset, end = words_[to - 1].offset + words_[to - 1].text.size();
    for (std::size_t k = begin; k < end; ++k) out[k] = k - begin < with.size() ? with[k - begin] : ' ';
  }
  void Blank(std::string& out, std::size_t from, std::size_t to) const { Fill(out, from, to, ""); }
  void Virtual(std::string& out, std::size_t i) const {
    Fill(out, i, i + 3, "DEFAULT");
    const std::size_t behind = CloseOf(i + 3) + 1;
    if (Is(behind, "VIRTUAL")) Blank(out, behind, behind + 1);
  }
  // An element goes with the comma before it, or else behind it; a command becomes one that says nothing about columns.
  void Remove(std::string& out, const NotNull& item) const {
    if (alters_) return Fill(out, item.begin, item.end, "SET LOGGED");
    Blank(out, item.begin, item.end);
    if (words_[item.begin - 1].IsSymbol(",")) return Blank(out, item.begin - 1, item.begin);
    if (item.end < words_.size() && words_[item.end].IsSymbol(",")) Blank(out, item.end, item.end + 1);
  }

  std::string_view text_;
  Words words_;
  std::vector<int> depths_;  // a parenthesis has the depth of what it stands in
  int elements_depth_ = 0;
  bool alters_ = false;
};

}  // namespace

std::string AsPostgres15(std::string_view text) {
  const Table table(text);
  return table.known() ? table.AsPostgres15() : std::string(text);
}

bool IsGenerated(std::string_view text, std::size_t at) {
  sql::Lexer lexer(text, kDialect);
  lexer.Seek(at);
  return lexer.Next().IsWord("GENERATED");
}

bool IsNotEnforced(std::string_view text, std::size_t from, std::size_t stop) {
  sql::Lexer lexer(text, kDialect);
  lexer.Seek(from);
  int depth = 0;
  sql::Token before;
  for (sql::Token token = lexer.Next(); token.kind != sql::TokenKind::kEnd && token.offset < stop;
       before = token, token = lexer.Next()) {
    if (token.IsSymbol("(")) ++depth;
    if (token.IsSymbol(")")) --depth;
    if (depth < 0 || (depth == 0 && token.IsSymbol(","))) return false;
    if (depth == 0 && token.IsWord("ENFORCED") && before.IsWord("NOT")) return true;
  }
  return false;
}

std::vector<std::string> NotNullConstraints(std::string_view text) {
  const Table table(text);
  std::vector<std::string> columns;
  if (!table.known()) return columns;
  for (NotNull& item : table.NotNulls()) {
    if (item.valid) columns.push_back(std::move(item.column));
  }
  return columns;
}

}  // namespace synapsor::schema::pg
