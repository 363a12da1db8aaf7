#include "compiler/schema/trigger_body.h"

#include <algorithm>
#include <set>

namespace synapsor::schema {
namespace {

using sql::Token;

constexpr std::size_t kShownBody = 200;

std::string ColumnName(const Table& table, const Token& token, sql::Dialect dialect) {
  const std::string name = sql::Unquote(token, dialect);
  for (const Column& column : table.columns) {
    if (sql::EqualsIgnoringCase(column.name, name)) return column.name;
  }
  return name;
}

// SQLite cannot assign NEW; it updates the own row: UPDATE t SET a = …, b = … WHERE id = NEW.id. True when the
// statement at `i` is of that form, with its columns added.
bool UpdatesOwnRow(const std::vector<Token>& tokens, std::size_t i, const Table& table,
                   std::set<std::string>& assigned) {
  const auto dialect = sql::Dialect::kSqlite;
  ++i;
  if (i + 1 < tokens.size() && tokens[i].IsWord("OR")) i += 2;
  if (i >= tokens.size() || !tokens[i].IsName() ||
      !sql::EqualsIgnoringCase(sql::Unquote(tokens[i], dialect), table.name)) {
    return false;
  }
  ++i;
  if (i >= tokens.size() || !tokens[i].IsWord("SET")) return false;
  int depth = 0;
  bool expects_column = true, own_row = false;
  for (++i; i < tokens.size() && !tokens[i].IsSymbol(";"); ++i) {
    if (tokens[i].IsSymbol("(")) ++depth;
    if (tokens[i].IsSymbol(")")) --depth;
    if (depth != 0) continue;
    if (tokens[i].IsWord("WHERE")) {
      const auto row_name = [&](std::size_t k) {
        return k < tokens.size() && tokens[k].IsName() ? sql::Unquote(tokens[k], dialect) : std::string();
      };
      // `key = NEW.key` and nothing else.
      const std::size_t w = i + 1;
      own_row = tokens.size() > w + 4 && tokens[w + 1].IsSymbol("=") &&
                (tokens[w + 2].IsWord("NEW") || tokens[w + 2].IsWord("OLD")) && tokens[w + 3].IsSymbol(".") &&
                sql::EqualsIgnoringCase(row_name(w), row_name(w + 4)) &&
                (tokens.size() == w + 5 || tokens[w + 5].IsSymbol(";"));
      const bool by_key = sql::EqualsIgnoringCase(row_name(w), "rowid") ||
                          (table.primary_key.size() == 1 && sql::EqualsIgnoringCase(table.primary_key[0], row_name(w)));
      return own_row && by_key;
    }
    if (expects_column && tokens[i].IsName()) {
      assigned.insert(ColumnName(table, tokens[i], dialect));
      expects_column = false;
    }
    if (tokens[i].IsSymbol(",")) expects_column = true;
  }
  return false;
}

bool EndsStatement(const Token& token) {
  return token.IsSymbol(";") || token.IsWord("BEGIN") || token.IsWord("THEN") || token.IsWord("ELSE") ||
         token.IsWord("LOOP") || token.IsWord("DO") || token.IsWord("ROW");
}

// `NEW.c := OLD.c`, with `i` at NEW: the column stays as it was.
bool KeepsOld(const std::vector<Token>& tokens, std::size_t i) {
  return tokens.size() > i + 6 && tokens[i + 4].IsWord("OLD") && tokens[i + 5].IsSymbol(".") &&
         sql::EqualsIgnoringCase(tokens[i + 6].text, tokens[i + 2].text) &&
         (tokens.size() == i + 7 || tokens[i + 7].IsSymbol(";"));
}

}  // namespace

bool ReadKnownTriggerFunction(Trigger& trigger, const Table& table, std::string_view function,
                              const std::vector<std::string>& arguments) {
  if (function == "suppress_redundant_updates_trigger") return true;
  const bool assigns_first = function == "moddatetime" || function == "tsvector_update_trigger" ||
                             function == "tsvector_update_trigger_column";
  if (!assigns_first || arguments.empty()) return false;
  if (!trigger.before) return true;
  for (const Column& column : table.columns)
    if (sql::EqualsIgnoringCase(column.name, arguments.front())) trigger.assigns = {column.name};
  return true;
}

void ReadTriggerBody(Trigger& trigger, const Table& table, std::string_view body, sql::Dialect dialect) {
  const std::vector<Token> tokens = sql::Tokens(body, dialect);
  std::set<std::string> assigned;
  const auto word = [&](std::size_t i, std::string_view text) { return i < tokens.size() && tokens[i].IsWord(text); };
  const auto symbol = [&](std::size_t i, std::string_view text) {
    return i < tokens.size() && tokens[i].IsSymbol(text);
  };
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const bool starts = i == 0 || EndsStatement(tokens[i - 1]);
    // NEW.c := …, NEW.c = … as a statement, SET NEW.c = …
    if (tokens[i].IsWord("NEW") && symbol(i + 1, ".") && i + 3 < tokens.size() && tokens[i + 2].IsName()) {
      const bool plain_equals =
          symbol(i + 3, "=") && (starts || (i > 0 && (word(i - 1, "SET") || tokens[i - 1].IsSymbol(","))));
      if ((symbol(i + 3, ":=") || plain_equals) && !KeepsOld(tokens, i))
        assigned.insert(ColumnName(table, tokens[i + 2], dialect));
    }
    // A whole new row, or one from a record, may hold anything.
    if (tokens[i].IsWord("NEW") && (symbol(i + 1, ":=") || (starts && symbol(i + 1, "="))))
      trigger.may_write_elsewhere = true;
    if (word(i, "INTO") && word(i + 1, "NEW")) {
      if (symbol(i + 2, ".") && i + 3 < tokens.size())
        assigned.insert(ColumnName(table, tokens[i + 3], dialect));
      else
        trigger.may_write_elsewhere = true;
    }
    if (dialect == sql::Dialect::kSqlite && starts && tokens[i].IsWord("UPDATE") &&
        UpdatesOwnRow(tokens, i, table, assigned)) {
      continue;
    }
    for (const std::string_view writes :
         {"INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE", "REPLACE", "PERFORM", "EXECUTE", "CALL", "COPY"}) {
      if (starts && tokens[i].IsWord(writes)) trigger.may_write_elsewhere = true;
    }
    // Writes inside of WITH, or behind a label.
    if ((tokens[i].IsWord("INSERT") || tokens[i].IsWord("MERGE")) && word(i + 1, "INTO"))
      trigger.may_write_elsewhere = true;
    if (tokens[i].IsWord("DELETE") && word(i + 1, "FROM")) trigger.may_write_elsewhere = true;
  }
  // Behind the statement, what is assigned to NEW is lost; SQLite has counted the updates of the own row instead.
  if (!trigger.before && dialect != sql::Dialect::kSqlite) assigned.clear();
  trigger.assigns.assign(assigned.begin(), assigned.end());
  if (trigger.function.empty()) {
    trigger.function = sql::Normalize(body, dialect);
    if (trigger.function.size() > kShownBody) {
      std::size_t cut = kShownBody;
      while (cut > 0 && (static_cast<unsigned char>(trigger.function[cut]) & 0xC0) == 0x80) --cut;
      trigger.function = trigger.function.substr(0, cut) + "…";
    }
  }
}

}  // namespace synapsor::schema
