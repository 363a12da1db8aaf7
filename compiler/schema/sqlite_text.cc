#include "compiler/schema/sqlite_text.h"

#include <algorithm>

#include "compiler/schema/sql_lexer.h"
#include "compiler/schema/trigger_body.h"

namespace synapsor::schema {
namespace {

using sql::Token;
using sql::TokenKind;

constexpr auto kDialect = sql::Dialect::kSqlite;

// Index of the token behind the parenthesis that closes the one at `open`.
std::size_t Behind(const std::vector<Token>& tokens, std::size_t open) {
  int depth = 0;
  for (std::size_t i = open; i < tokens.size(); ++i) {
    if (tokens[i].IsSymbol("(")) ++depth;
    if (tokens[i].IsSymbol(")") && --depth == 0) return i + 1;
  }
  return tokens.size();
}

std::string Inside(const std::string& text, const std::vector<Token>& tokens, std::size_t open) {
  const std::size_t behind = Behind(tokens, open);
  const std::size_t from = tokens[open].offset, to = behind < tokens.size() ? tokens[behind].offset : text.size();
  std::string_view slice = std::string_view(text).substr(from, to - from);
  slice = slice.substr(0, sql::AfterParentheses(slice, 0, kDialect));
  return sql::Normalize(slice, kDialect);
}

}  // namespace

SqliteTableText ReadSqliteTableText(const std::string& create) {
  SqliteTableText out;
  const std::vector<Token> tokens = sql::Tokens(create, kDialect);
  std::size_t open = 0;
  while (open < tokens.size() && !tokens[open].IsSymbol("(")) {
    if (tokens[open].IsWord("VIRTUAL")) out.is_virtual = true;
    if (tokens[open].IsWord("AS")) return out;  // CREATE TABLE … AS SELECT
    ++open;
  }
  if (out.is_virtual || open == tokens.size()) return out;
  const std::size_t end = Behind(tokens, open);
  std::string column, constraint_name;
  bool starts = true;
  int depth = 0;
  for (std::size_t i = open + 1; i + 1 < end; ++i) {
    const Token& token = tokens[i];
    const bool has_next = i + 1 < end;
    if (starts) {
      constraint_name.clear();
      const bool table_level = token.IsWord("CONSTRAINT") || token.IsWord("PRIMARY") || token.IsWord("UNIQUE") ||
                               token.IsWord("CHECK") || token.IsWord("FOREIGN");
      column = table_level ? "" : sql::Lower(sql::Unquote(token, kDialect));
      starts = false;
      if (!table_level) continue;
    }
    if (token.IsSymbol("(")) ++depth;
    if (token.IsSymbol(")")) --depth;
    if (depth > 0) continue;
    if (token.IsSymbol(",")) {
      starts = true;
    } else if (token.IsWord("CONSTRAINT") && has_next) {
      constraint_name = sql::Unquote(tokens[++i], kDialect);
    } else if (token.IsWord("CHECK") && has_next && tokens[i + 1].IsSymbol("(")) {
      out.checks.emplace_back(constraint_name, Inside(create, tokens, i + 1));
      constraint_name.clear();
    } else if (token.IsWord("COLLATE") && has_next && !column.empty()) {
      out.collations[column] = sql::Unquote(tokens[++i], kDialect);
    } else if (token.IsWord("AS") && has_next && tokens[i + 1].IsSymbol("(") && !column.empty()) {
      out.generated[column] = Inside(create, tokens, i + 1);
    }
  }
  for (std::size_t i = end; i < tokens.size(); ++i) {
    if (tokens[i].IsWord("WITHOUT")) out.without_rowid = true;
    if (tokens[i].IsWord("STRICT")) out.strict = true;
  }
  return out;
}

Trigger ReadSqliteTriggerText(const std::string& name, const std::string& create, const Table& table) {
  Trigger trigger;
  trigger.name = name;
  trigger.before = false;
  const std::vector<Token> tokens = sql::Tokens(create, kDialect);
  std::size_t i = 0;
  for (; i < tokens.size() && !tokens[i].IsWord("BEGIN"); ++i) {
    if (tokens[i].IsWord("BEFORE") || tokens[i].IsWord("INSTEAD")) trigger.before = true;
    if (tokens[i].IsWord("INSERT")) trigger.on_insert = true;
    if (tokens[i].IsWord("DELETE")) trigger.on_delete = true;
    if (!tokens[i].IsWord("UPDATE")) continue;
    trigger.on_update = true;
    if (i + 1 >= tokens.size() || !tokens[i + 1].IsWord("OF")) continue;
    for (i += 2; i < tokens.size() && !tokens[i].IsWord("ON"); ++i) {
      if (tokens[i].IsName()) trigger.update_columns.push_back(sql::Unquote(tokens[i], kDialect));
    }
  }
  const std::size_t begin = i < tokens.size() ? tokens[i].offset : create.size();
  ReadTriggerBody(trigger, table, std::string_view(create).substr(begin), kDialect);
  return trigger;
}

}  // namespace synapsor::schema
