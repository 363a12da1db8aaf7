#include "compiler/schema/check_form.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>

namespace synapsor::schema {
namespace {

using sql::Token;
using sql::TokenKind;
using Range = std::span<const Token>;

constexpr int kMaxDepth = 64;

struct Operand {
  enum class Kind { kOther, kColumn, kLength, kText, kNumber, kNull } kind = Kind::kOther;
  std::string value;  // the column's name, or the literal
};

// What one conjunct says of one column.
struct Fact {
  std::string column;
  std::optional<std::vector<std::string>> one_of;
  std::optional<std::string> min, max;
  bool min_exclusive = false, max_exclusive = false;
  std::optional<std::int64_t> max_length;
};

std::optional<long double> Number(std::string_view text) {
  long double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

class Reader {
 public:
  Reader(const Table& table, sql::Dialect dialect, std::string_view value_column)
      : table_(table), dialect_(dialect), value_column_(value_column) {}

  std::vector<Fact> Facts(Range range, int depth = 0) const {
    range = Strip(range);
    if (depth > kMaxDepth || range.empty()) return {};
    const auto conjuncts = SplitAt(range, "AND");
    if (conjuncts.size() > 1) {
      std::vector<Fact> all;
      for (const Range conjunct : conjuncts) {
        for (Fact& fact : Facts(conjunct, depth + 1)) Merge(all, std::move(fact));
      }
      return all;
    }
    const auto choices = SplitAt(range, "OR");
    if (choices.size() > 1) return Either(choices, depth + 1);
    if (auto fact = Comparison(range)) return {*std::move(fact)};
    return {};
  }

 private:
  static bool Opens(const Token& t) { return t.IsSymbol("(") || t.IsSymbol("["); }
  static bool Closes(const Token& t) { return t.IsSymbol(")") || t.IsSymbol("]"); }

  // Index of the bracket that closes the one at `open`, or range.size().
  static std::size_t Closing(Range range, std::size_t open) {
    int depth = 0;
    for (std::size_t i = open; i < range.size(); ++i) {
      if (Opens(range[i])) ++depth;
      if (Closes(range[i]) && --depth == 0) return i;
    }
    return range.size();
  }

  static Range Strip(Range range) {
    while (range.size() >= 2 && range[0].IsSymbol("(") && Closing(range, 0) == range.size() - 1) {
      range = range.subspan(1, range.size() - 2);
    }
    return range;
  }

  // At `word` outside of parentheses; the AND of a BETWEEN does not split.
  static std::vector<Range> SplitAt(Range range, std::string_view word) {
    std::vector<Range> parts;
    int depth = 0;
    std::size_t start = 0;
    bool between = false;
    for (std::size_t i = 0; i < range.size(); ++i) {
      if (Opens(range[i])) ++depth;
      if (Closes(range[i])) --depth;
      if (depth != 0) continue;
      if (range[i].IsWord("BETWEEN")) between = true;
      const bool symbolic =
          word == "AND" && i + 1 < range.size() && range[i].IsSymbol("&") && range[i + 1].IsSymbol("&");
      if (!range[i].IsWord(word) && !symbolic) continue;
      if (word == "AND" && between && !symbolic) {
        between = false;
        continue;
      }
      parts.push_back(range.subspan(start, i - start));
      start = i + (symbolic ? 2 : 1);
    }
    parts.push_back(range.subspan(std::min(start, range.size())));
    return parts;
  }

  static std::vector<Range> SplitCommas(Range range) {
    std::vector<Range> parts;
    int depth = 0;
    std::size_t start = 0;
    for (std::size_t i = 0; i < range.size(); ++i) {
      if (Opens(range[i])) ++depth;
      if (Closes(range[i])) --depth;
      if (depth == 0 && range[i].IsSymbol(",")) {
        parts.push_back(range.subspan(start, i - start));
        start = i + 1;
      }
    }
    parts.push_back(range.subspan(start));
    return parts;
  }

  // `c IS NULL OR …` says of c what the rest says; `c = 1 OR c = 2` is a list.
  std::vector<Fact> Either(const std::vector<Range>& choices, int depth) const {
    std::optional<Fact> joined;
    std::vector<std::string> null_columns;
    std::vector<Fact> whole;
    for (const Range choice : choices) {
      const Range inner = Strip(choice);
      if (inner.size() >= 3 && inner[inner.size() - 2].IsWord("IS") && inner.back().IsWord("NULL")) {
        const Operand tested = Read(inner.first(inner.size() - 2));
        if (tested.kind != Operand::Kind::kColumn) return {};
        null_columns.push_back(tested.value);
        continue;
      }
      std::vector<Fact> facts = Facts(choice, depth);
      if (facts.size() != 1) return {};
      if (!joined) {
        joined = std::move(facts[0]);
      } else if (joined->column == facts[0].column && joined->one_of && facts[0].one_of && !joined->min &&
                 !joined->max && !facts[0].min && !facts[0].max) {
        joined->one_of->insert(joined->one_of->end(), facts[0].one_of->begin(), facts[0].one_of->end());
      } else {
        return {};
      }
    }
    if (!joined) return {};
    for (const std::string& column : null_columns) {
      if (column != joined->column) return {};
    }
    return {*std::move(joined)};
  }

  // A literal or column behind parentheses and casts.
  Operand Read(Range range) const {
    range = Strip(range);
    bool numeric_cast = false, cast = false;
    // Trailing `::type`, outermost last.
    while (true) {
      std::size_t at = range.size();
      int depth = 0;
      for (std::size_t i = 0; i < range.size(); ++i) {
        if (Opens(range[i])) ++depth;
        if (Closes(range[i])) --depth;
        if (depth == 0 && range[i].IsSymbol("::")) at = i;
      }
      if (at == range.size()) break;
      const Range type = range.subspan(at + 1);
      if (type.empty()) return {};
      cast = true;
      static constexpr std::string_view kNumeric[] = {"integer", "bigint", "smallint", "numeric", "double", "real"};
      static constexpr std::string_view kExact[] = {"text",    "character", "varchar", "bpchar",
                                                    "numeric", "bigint",    "double"};
      const auto is = [&](std::string_view name) { return sql::EqualsIgnoringCase(type[0].text, name); };
      numeric_cast = std::any_of(std::begin(kNumeric), std::end(kNumeric), is);
      if (std::none_of(std::begin(kExact), std::end(kExact), is)) inexact_ = true;
      range = Strip(range.first(at));
    }
    const bool inexact = std::exchange(inexact_, false);
    Operand operand = Plain(range);
    if (operand.kind == Operand::Kind::kColumn && inexact) return {};
    if (operand.kind == Operand::Kind::kLength && cast) return {};
    if (operand.kind == Operand::Kind::kText && numeric_cast && Number(operand.value)) {
      operand.kind = Operand::Kind::kNumber;
    }
    return operand;
  }

  Operand Plain(Range range) const {
    bool negative = false;
    if (range.size() >= 2 && (range[0].IsSymbol("-") || range[0].IsSymbol("+"))) {
      negative = range[0].IsSymbol("-");
      range = Strip(range.subspan(1));  // MySQL tells -(5)
      if (range.size() != 1 || range[0].kind != TokenKind::kNumber) return {};
    }
    // MySQL's _utf8mb4'text'.
    if (range.size() == 2 && range[0].kind == TokenKind::kWord && range[0].text.starts_with('_') &&
        range[1].kind == TokenKind::kString) {
      range = range.subspan(1);
    }
    if (range.size() == 1) {
      const Token& token = range[0];
      if (token.kind == TokenKind::kString) return {Operand::Kind::kText, sql::Unquote(token, dialect_)};
      if (token.kind == TokenKind::kNumber && Number(token.text)) {
        return {Operand::Kind::kNumber, (negative ? "-" : "") + std::string(token.text)};
      }
      if (token.IsWord("NULL")) return {Operand::Kind::kNull, {}};
      if (token.IsName()) return ColumnNamed(token);
      return {};
    }
    static constexpr std::string_view kLengths[] = {"char_length", "character_length", "length", "octet_length"};
    if (range.size() >= 4 && range[0].kind == TokenKind::kWord && range[1].IsSymbol("(") &&
        Closing(range, 1) == range.size() - 1 &&
        std::any_of(std::begin(kLengths), std::end(kLengths),
                    [&](std::string_view name) { return sql::EqualsIgnoringCase(range[0].text, name); })) {
      Operand inner = Read(range.subspan(2, range.size() - 3));
      if (inner.kind == Operand::Kind::kColumn) return {Operand::Kind::kLength, inner.value};
    }
    return {};
  }

  Operand ColumnNamed(const Token& token) const {
    if (!value_column_.empty() && token.IsWord("VALUE")) return {Operand::Kind::kColumn, std::string(value_column_)};
    const std::string name = sql::Unquote(token, dialect_);
    for (const Column& column : table_.columns) {
      const bool exact = dialect_ == sql::Dialect::kPostgres && token.kind == TokenKind::kQuotedName;
      if (exact ? column.name == name : sql::EqualsIgnoringCase(column.name, name)) {
        return {Operand::Kind::kColumn, column.name};
      }
    }
    return {};
  }

  std::optional<Fact> Comparison(Range range) const {
    int depth = 0;
    for (std::size_t i = 0; i < range.size(); ++i) {
      if (Opens(range[i])) ++depth;
      if (Closes(range[i])) --depth;
      if (depth != 0) continue;
      if (range[i].IsWord("NOT")) return std::nullopt;
      const Range left = range.first(i), right = range.subspan(i + 1);
      if (range[i].IsWord("IN")) return List(Read(left), Strip(right));
      if (range[i].IsWord("BETWEEN")) return Between(Read(left), right);
      for (const std::string_view op : {"=", "<", "<=", ">", ">="}) {
        if (!range[i].IsSymbol(op)) continue;
        if (op == "=" && !right.empty() && right[0].IsWord("ANY")) return AnyOf(Read(left), right.subspan(1));
        return Compare(Read(left), op, Read(right));
      }
    }
    return std::nullopt;
  }

  std::optional<Fact> List(const Operand& left, Range items) const {
    if (left.kind != Operand::Kind::kColumn || items.empty()) return std::nullopt;
    Fact fact{.column = left.value};
    fact.one_of.emplace();
    for (const Range item : SplitCommas(items)) {
      const Operand value = Read(item);
      if (value.kind == Operand::Kind::kNull) continue;
      if (value.kind != Operand::Kind::kText && value.kind != Operand::Kind::kNumber) return std::nullopt;
      fact.one_of->push_back(value.value);
    }
    return fact;
  }

  // = ANY (ARRAY['a'::text, …]) with casts and parentheses anywhere.
  std::optional<Fact> AnyOf(const Operand& left, Range range) const {
    for (range = Strip(range); !range.empty() && !range[0].IsWord("ARRAY"); range = Strip(range)) {
      if (!range[0].IsSymbol("(")) return std::nullopt;
      const std::size_t close = Closing(range, 0);
      if (close + 1 >= range.size() || !range[close + 1].IsSymbol("::")) return std::nullopt;
      range = range.first(close + 1);
    }
    if (range.size() < 3 || !range[1].IsSymbol("[")) return std::nullopt;
    const std::size_t close = Closing(range, 1);
    if (close == range.size() || (close + 1 < range.size() && !range[close + 1].IsSymbol("::"))) return std::nullopt;
    return List(left, range.subspan(2, close - 2));
  }

  std::optional<Fact> Between(const Operand& left, Range right) const {
    for (std::size_t i = 0, depth = 0; i < right.size(); ++i) {
      if (Opens(right[i])) ++depth;
      if (Closes(right[i])) --depth;
      if (depth != 0 || !right[i].IsWord("AND")) continue;
      std::vector<Fact> both;
      for (const auto& fact :
           {Compare(left, ">=", Read(right.first(i))), Compare(left, "<=", Read(right.subspan(i + 1)))}) {
        if (fact) Merge(both, *fact);
      }
      if (both.size() == 1) return both[0];
      return std::nullopt;
    }
    return std::nullopt;
  }

  std::optional<Fact> Compare(const Operand& left, std::string_view op, const Operand& right) const {
    using Kind = Operand::Kind;
    if (right.kind == Kind::kColumn || right.kind == Kind::kLength) {
      if (left.kind == Kind::kColumn || left.kind == Kind::kLength) return std::nullopt;
      const std::string_view flipped = op == "<" ? ">" : op == "<=" ? ">=" : op == ">" ? "<" : op == ">=" ? "<=" : op;
      return Compare(right, flipped, left);
    }
    if (right.kind != Kind::kText && right.kind != Kind::kNumber) return std::nullopt;
    Fact fact{.column = left.value};
    if (left.kind == Kind::kLength) {
      std::int64_t limit = 0;
      const auto [end, error] = std::from_chars(right.value.data(), right.value.data() + right.value.size(), limit);
      if (error != std::errc() || end != right.value.data() + right.value.size()) return std::nullopt;
      if (op == "<=" || op == "=")
        fact.max_length = limit;
      else if (op == "<")
        fact.max_length = limit - 1;
      else
        return std::nullopt;
      return fact;
    }
    if (left.kind != Kind::kColumn) return std::nullopt;
    if (op == "=") {
      fact.one_of = {right.value};
      return fact;
    }
    if (right.kind != Kind::kNumber) return std::nullopt;
    const bool lower = op.front() == '>';
    (lower ? fact.min : fact.max) = right.value;
    (lower ? fact.min_exclusive : fact.max_exclusive) = op.size() == 1;
    return fact;
  }

  // Both hold: the tighter of each.
  static void Merge(std::vector<Fact>& all, Fact fact) {
    const auto same = std::find_if(all.begin(), all.end(), [&](const Fact& f) { return f.column == fact.column; });
    if (same == all.end()) {
      all.push_back(std::move(fact));
      return;
    }
    if (fact.one_of && same->one_of) {
      std::erase_if(*same->one_of, [&](const std::string& value) {
        return std::find(fact.one_of->begin(), fact.one_of->end(), value) == fact.one_of->end();
      });
    } else if (fact.one_of) {
      same->one_of = std::move(fact.one_of);
    }
    const auto tighter = [](const std::optional<std::string>& now, const std::optional<std::string>& other,
                            bool lower) {
      if (!other) return false;
      if (!now) return true;
      const long double a = Number(*now).value_or(0), b = Number(*other).value_or(0);
      return lower ? b > a : b < a;
    };
    if (tighter(same->min, fact.min, true)) same->min = fact.min, same->min_exclusive = fact.min_exclusive;
    if (tighter(same->max, fact.max, false)) same->max = fact.max, same->max_exclusive = fact.max_exclusive;
    if (fact.max_length) same->max_length = std::min(*fact.max_length, same->max_length.value_or(*fact.max_length));
  }

  const Table& table_;
  sql::Dialect dialect_;
  std::string_view value_column_;
  mutable bool inexact_ = false;
};

}  // namespace

std::vector<CheckConstraint> ReadCheck(const Table& table, std::string name, std::string_view expression,
                                       sql::Dialect dialect, std::string_view value_column) {
  const std::vector<Token> tokens = sql::Tokens(expression, dialect);
  std::vector<CheckConstraint> entries;
  for (Fact& fact : Reader(table, dialect, value_column).Facts(tokens)) {
    entries.push_back({name, std::string(expression), std::move(fact.column), std::move(fact.one_of),
                       std::move(fact.min), std::move(fact.max), fact.min_exclusive, fact.max_exclusive,
                       fact.max_length});
  }
  if (entries.empty()) {
    entries.push_back(
        {std::move(name), std::string(expression), std::string(value_column), {}, {}, {}, false, false, {}});
  }
  return entries;
}

}  // namespace synapsor::schema
