#include "compiler/schema/view_text.h"

namespace synapsor::schema {
namespace {

using sql::Token;

// Outside of parentheses.
std::size_t FindWord(const std::vector<Token>& tokens, std::size_t from, std::string_view word) {
  int depth = 0;
  for (std::size_t i = from; i < tokens.size(); ++i) {
    if (tokens[i].IsSymbol("(")) ++depth;
    if (tokens[i].IsSymbol(")")) --depth;
    if (depth == 0 && tokens[i].IsWord(word)) return i;
  }
  return tokens.size();
}

bool Is(const Token& token, std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words) {
    if (token.IsWord(word)) return true;
  }
  return false;
}

const Table* FindBase(const Snapshot& snapshot, const SimpleView& shape) {
  for (const Table& table : snapshot.tables) {
    if (sql::EqualsIgnoringCase(table.name, shape.table) &&
        (shape.schema.empty() ? table.schema == snapshot.default_schema
                              : sql::EqualsIgnoringCase(table.schema, shape.schema))) {
      return &table;
    }
  }
  return nullptr;
}

}  // namespace

SimpleView ReadSimpleView(std::string_view text, sql::Dialect dialect) {
  SimpleView view;
  std::vector<Token> tokens = sql::Tokens(text, dialect);
  std::size_t at = FindWord(tokens, 0, "SELECT");
  const std::size_t with = FindWord(tokens, 0, "WITH");
  const bool has_cte = with < at;
  if (at == tokens.size()) return view;
  const std::size_t from = FindWord(tokens, at, "FROM");
  // Table: [schema .] name [AS] [alias], then nothing but WHERE and ORDER BY.
  std::string alias;
  std::size_t rest = from + 1;
  bool parenthesized = rest < tokens.size() && tokens[rest].IsSymbol("(");
  if (!has_cte && !parenthesized && rest < tokens.size() && tokens[rest].IsName()) {
    view.table = sql::Unquote(tokens[rest++], dialect);
    if (rest + 1 < tokens.size() && tokens[rest].IsSymbol(".")) {
      view.schema = view.table;
      view.table = sql::Unquote(tokens[rest + 1], dialect);
      rest += 2;
    }
    alias = view.table;
    if (rest < tokens.size() && tokens[rest].IsWord("AS")) ++rest;
    if (rest < tokens.size() && tokens[rest].IsName() &&
        !Is(tokens[rest], {"WHERE", "ORDER", "GROUP",   "LIMIT",         "JOIN",    "UNION", "HAVING", "LEFT",
                           "INNER", "CROSS", "NATURAL", "STRAIGHT_JOIN", "RIGHT",   "FULL",  "EXCEPT", "INTERSECT",
                           "USE",   "FORCE", "IGNORE",  "WITH",          "INDEXED", "NOT"})) {
      alias = sql::Unquote(tokens[rest++], dialect);
    }
    if (rest < tokens.size() && !Is(tokens[rest], {"WHERE", "ORDER", "GROUP", "LIMIT", "HAVING", "WITH"}) &&
        !tokens[rest].IsSymbol(";")) {
      view.table.clear();
    }
  }
  view.one_row_each = !view.table.empty();
  for (const std::string_view word : {"UNION", "EXCEPT", "INTERSECT"}) {
    if (FindWord(tokens, at, word) < tokens.size()) view.table.clear();
  }
  for (const std::string_view word : {"GROUP", "HAVING", "LIMIT"}) {
    if (FindWord(tokens, from, word) < tokens.size()) view.one_row_each = false;
  }
  if (view.table.empty()) view.one_row_each = false;
  std::vector<std::vector<Token>> outputs(1);
  int depth = 0;
  for (++at; at < from; ++at) {
    if (outputs.size() == 1 && outputs[0].empty() && Is(tokens[at], {"DISTINCT", "DISTINCTROW"})) {
      view.one_row_each = false;
      continue;
    }
    if (outputs.size() == 1 && outputs[0].empty() && tokens[at].IsWord("ALL")) continue;
    if (tokens[at].IsSymbol("(")) ++depth;
    if (tokens[at].IsSymbol(")")) --depth;
    for (const std::string_view aggregate :
         {"COUNT", "SUM", "AVG", "MIN", "MAX", "GROUP_CONCAT", "TOTAL", "JSON_ARRAYAGG"}) {
      if (tokens[at].IsWord(aggregate) && at + 1 < from && tokens[at + 1].IsSymbol("(")) view.one_row_each = false;
    }
    if (depth == 0 && tokens[at].IsSymbol(","))
      outputs.emplace_back();
    else
      outputs.back().push_back(tokens[at]);
  }
  for (std::vector<Token>& output : outputs) {
    SimpleView::Output out;
    if (output.size() >= 3 && output[output.size() - 2].IsWord("AS")) {
      out.name = sql::Unquote(output.back(), dialect);
      output.resize(output.size() - 2);
    }
    const Token* last = output.empty() ? nullptr : &output.back();
    out.star =
        last != nullptr && last->IsSymbol("*") && (output.size() == 1 || output[output.size() - 2].IsSymbol("."));
    const bool plain =
        last != nullptr && last->IsName() && (output.size() == 1 || output.size() == 3 || output.size() == 5);
    bool dotted = plain;
    for (std::size_t i = 1; plain && i < output.size(); i += 2) dotted = dotted && output[i].IsSymbol(".");
    if (dotted && out.name.empty()) out.name = sql::Unquote(*last, dialect);
    const bool own =
        dotted && !view.table.empty() &&
        (output.size() == 1 || sql::EqualsIgnoringCase(sql::Unquote(output[output.size() - 3], dialect), alias) ||
         (output.size() == 5 && sql::EqualsIgnoringCase(sql::Unquote(output[2], dialect), view.table)));
    if (own) out.column = sql::Unquote(*last, dialect);
    view.outputs.push_back(std::move(out));
  }
  return view;
}

void MapViewColumns(const Snapshot& snapshot, Table& view, const SimpleView& shape) {
  const Table* base = shape.table.empty() ? nullptr : FindBase(snapshot, shape);
  view.updatable = base != nullptr && shape.one_row_each && base->updatable;
  std::vector<std::string> columns;
  for (const SimpleView::Output& output : shape.outputs) {
    if (!output.star) {
      columns.push_back(output.column);
    } else if (base != nullptr) {
      for (const Column& column : base->columns) columns.push_back(column.name);
    }
  }
  for (std::size_t i = 0; i < view.columns.size(); ++i) {
    Column& column = view.columns[i];
    column.updatable = false;
    if (base == nullptr || columns.size() != view.columns.size() || columns[i].empty()) continue;
    for (const Column& source : base->columns) {
      if (!sql::EqualsIgnoringCase(source.name, columns[i])) continue;
      const bool beneath = base->kind == TableKind::kView;
      column.base_schema = beneath ? source.base_schema : base->schema;
      column.base_table = beneath ? source.base_table : base->name;
      column.base_column = beneath ? source.base_column : source.name;
      column.nullable = source.nullable;
      column.type = source.type;
      column.collation = source.collation;
      column.updatable =
          view.updatable && source.updatable && source.generated == Generated::kNo && !column.base_column.empty();
    }
  }
}

}  // namespace synapsor::schema
