// A place in the tokens of one MySQL statement, and what reading on from it takes: words, names, lists. Decides nothing
// about what statements mean. Private to compiler/schema.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/schema/mysql_types.h"
#include "compiler/schema/snapshot.h"
#include "compiler/schema/sql_lexer.h"

namespace synapsor::schema::mysql {

// Thrown where a statement cannot be read on; caught by the reader that began it.
struct Bad {
  std::size_t offset;
  std::string what;
};

class Cursor {
 protected:
  // The statement outlives its reading.
  void Begin(const sql::Statement& statement) {
    statement_ = &statement;
    tokens_ = sql::Tokens(statement.text, sql::Dialect::kMysql);
    at_ = 0;
  }
  const sql::Token& Peek(std::size_t ahead = 0) const {
    static const sql::Token end;
    return at_ + ahead < tokens_.size() ? tokens_[at_ + ahead] : end;
  }
  bool AtEnd() const { return at_ >= tokens_.size(); }
  bool Take(std::string_view word) {
    const bool is = Peek().IsWord(word) || Peek().IsSymbol(word);
    if (is) ++at_;
    return is;
  }
  [[noreturn]] void Wrong(std::string what) const {
    throw Bad{AtEnd() ? statement_->text.size() : Peek().offset, std::move(what)};
  }
  void Expect(std::string_view word) {
    if (!Take(word))
      Wrong(fmt::format("`{}` is expected {}", word,
                        AtEnd() ? "at the end" : fmt::format("instead of `{}`", Peek().text)));
  }
  std::string TakeName(std::string_view what) {
    if (!Peek().IsName())
      Wrong(fmt::format("the name of {} is expected {}", what,
                        AtEnd() ? "at the end" : fmt::format("instead of `{}`", Peek().text)));
    return sql::Unquote(tokens_[at_++], sql::Dialect::kMysql);
  }
  struct Qualified {
    std::string schema, name;
  };
  Qualified TakeQualified(std::string_view what) {
    Qualified out{{}, TakeName(what)};
    if (Take(".")) {
      out.schema = out.name;
      out.name = TakeName(what);
    }
    return out;
  }
  // From `(` to behind its `)`; the inside as text.
  std::string TakeParenthesized() {
    const std::size_t open = Peek().offset;
    Expect("(");
    for (int depth = 1; depth > 0; ++at_) {
      if (AtEnd()) Wrong("`)` is expected at the end");
      if (Peek().IsSymbol("(")) ++depth;
      if (Peek().IsSymbol(")")) --depth;
    }
    const sql::Token& close = tokens_[at_ - 1];
    return MysqlExpression(statement_->text.substr(open, close.offset + 1 - open));
  }
  // (a, b(10) DESC, (expression)); into `names` the columns of those parts that are not expressions.
  std::vector<std::string> TakeKeyParts(const Table& table, std::vector<std::string>* names = nullptr) {
    std::vector<std::string> parts;
    Expect("(");
    do {
      if (Peek().IsSymbol("(")) {
        TakeParenthesized();
        parts.emplace_back("(expression)");
      } else {
        parts.push_back(ColumnOf(table, TakeName("a column")));
        if (names != nullptr) names->push_back(parts.back());
        // A prefix is unique of other values than the column's.
        if (Peek().IsSymbol("(")) {
          TakeParenthesized();
          parts.back() = "(expression)";
        }
      }
      if (!Take("ASC")) Take("DESC");
    } while (Take(","));
    Expect(")");
    return parts;
  }
  std::string ColumnOf(const Table& table, const std::string& name) const {
    for (const Column& column : table.columns) {
      if (sql::EqualsIgnoringCase(column.name, name)) return column.name;
    }
    Wrong(fmt::format("table `{}` has no column `{}`", table.name, name));
  }

  const sql::Statement* statement_ = nullptr;
  std::vector<sql::Token> tokens_;
  std::size_t at_ = 0;
};

}  // namespace synapsor::schema::mysql
