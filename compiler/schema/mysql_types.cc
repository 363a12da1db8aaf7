#include "compiler/schema/mysql_types.h"

#include <fmt/format.h>

#include <charconv>
#include <vector>

#include "compiler/schema/sql_lexer.h"
#include "runtime/base/utf8.h"

namespace synapsor::schema {
namespace {

constexpr auto kDialect = sql::Dialect::kMysql;

struct Row {
  std::string_view name, shown;
  TypeKind kind;
  int bits = 0;
};

constexpr Row kRows[] = {
    {"tinyint", "tinyint", TypeKind::kInteger, 8},
    {"int1", "tinyint", TypeKind::kInteger, 8},
    {"int2", "smallint", TypeKind::kInteger, 16},
    {"int3", "mediumint", TypeKind::kInteger, 24},
    {"middleint", "mediumint", TypeKind::kInteger, 24},
    {"int4", "int", TypeKind::kInteger, 32},
    {"int8", "bigint", TypeKind::kInteger, 64},
    {"smallint", "smallint", TypeKind::kInteger, 16},
    {"mediumint", "mediumint", TypeKind::kInteger, 24},
    {"int", "int", TypeKind::kInteger, 32},
    {"integer", "int", TypeKind::kInteger, 32},
    {"bigint", "bigint", TypeKind::kInteger, 64},
    {"int64", "bigint", TypeKind::kInteger, 64},
    {"year", "year", TypeKind::kInteger, 16},
    {"decimal", "decimal", TypeKind::kDecimal},
    {"dec", "decimal", TypeKind::kDecimal},
    {"numeric", "decimal", TypeKind::kDecimal},
    {"fixed", "decimal", TypeKind::kDecimal},
    {"float", "float", TypeKind::kFloat, 32},
    {"float4", "float", TypeKind::kFloat, 32},
    {"double", "double", TypeKind::kFloat, 64},
    {"float8", "double", TypeKind::kFloat, 64},
    {"real", "double", TypeKind::kFloat, 64},
    {"char", "char", TypeKind::kText},
    {"character", "char", TypeKind::kText},
    {"nchar", "char", TypeKind::kText},
    {"varchar", "varchar", TypeKind::kText},
    {"varcharacter", "varchar", TypeKind::kText},
    {"nvarchar", "varchar", TypeKind::kText},
    {"tinytext", "tinytext", TypeKind::kText},
    {"text", "text", TypeKind::kText},
    {"mediumtext", "mediumtext", TypeKind::kText},
    {"longtext", "longtext", TypeKind::kText},
    {"binary", "binary", TypeKind::kBytes},
    {"varbinary", "varbinary", TypeKind::kBytes},
    {"tinyblob", "tinyblob", TypeKind::kBytes},
    {"blob", "blob", TypeKind::kBytes},
    {"mediumblob", "mediumblob", TypeKind::kBytes},
    {"longblob", "longblob", TypeKind::kBytes},
    {"date", "date", TypeKind::kDate},
    {"time", "time", TypeKind::kTime},
    {"datetime", "datetime", TypeKind::kTimestamp},
    {"timestamp", "timestamp", TypeKind::kTimestampTz},  // an instant; sessions here are in UTC
    {"json", "json", TypeKind::kJson},
    {"uuid", "uuid", TypeKind::kUuid},
    {"enum", "enum", TypeKind::kEnum},
};

bool IsNumeric(TypeKind kind) {
  return kind == TypeKind::kInteger || kind == TypeKind::kDecimal || kind == TypeKind::kFloat ||
         kind == TypeKind::kBoolean;
}

bool IsNumber(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  const std::vector<sql::Token> tokens = sql::Tokens(text, kDialect);
  return tokens.size() == 1 && tokens[0].kind == sql::TokenKind::kNumber && tokens[0].text.size() == text.size();
}

// The bytes that the characters stand for; the text itself where they are not UTF-8.
std::string WithoutDoubleEncoding(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto first = static_cast<unsigned char>(text[i]);
    if (first < 0x80) {
      bytes += text[i];
      continue;
    }
    // C2 and C3 begin the characters up to FF.
    if ((first != 0xC2 && first != 0xC3) || i + 1 >= text.size()) return std::string(text);
    bytes += static_cast<char>((first & 3) << 6 | (static_cast<unsigned char>(text[++i]) & 0x3F));
  }
  return IsUtf8(bytes) ? bytes : std::string(text);
}

}  // namespace

Type MysqlType(std::string_view spelling) {
  const std::vector<sql::Token> tokens = sql::Tokens(spelling, kDialect);
  Type type;
  if (tokens.empty()) return type;
  const bool varying = tokens.size() > 1 && tokens[1].IsWord("VARYING");
  std::string base = varying ? std::string("varchar") : sql::Lower(tokens[0].text);
  std::vector<std::int64_t> numbers;
  std::vector<std::string> values;
  bool in_parentheses = false;
  for (std::size_t i = 1; i < tokens.size(); ++i) {
    if (tokens[i].IsSymbol("(")) in_parentheses = true;
    if (tokens[i].IsSymbol(")")) in_parentheses = false;
    if (tokens[i].IsWord("UNSIGNED") || tokens[i].IsWord("ZEROFILL")) type.is_unsigned = true;
    if (!in_parentheses) continue;
    std::int64_t number = 0;
    if (tokens[i].kind == sql::TokenKind::kNumber &&
        std::from_chars(tokens[i].text.data(), tokens[i].text.data() + tokens[i].text.size(), number).ec ==
            std::errc()) {
      numbers.push_back(number);
    }
    if (tokens[i].kind == sql::TokenKind::kString) values.push_back(sql::Unquote(tokens[i], kDialect));
  }
  constexpr std::int64_t kMostFloatBits = 24;
  if (base == "float" && numbers.size() == 1 && numbers[0] > kMostFloatBits) base = "double";
  const bool boolean = base == "bool" || base == "boolean" ||
                       (base == "tinyint" && numbers.size() == 1 && numbers[0] == 1 && !type.is_unsigned);
  if (boolean) return {.kind = TypeKind::kBoolean, .declared = "tinyint(1)"};
  // Bits travel as an unsigned number.
  if (base == "bit") {
    const std::int64_t width = numbers.empty() ? 1 : numbers[0];
    if (width == 1) return {.kind = TypeKind::kBoolean, .declared = "bit(1)"};
    type = {.kind = TypeKind::kInteger, .declared = fmt::format("bit({})", width), .bits = 64};
    type.is_unsigned = true;
    return type;
  }
  for (const Row& row : kRows) {
    if (row.name != base) continue;
    type.kind = row.kind;
    type.bits = row.bits;
    type.declared = row.shown;
    switch (row.kind) {
      case TypeKind::kInteger: break;
      case TypeKind::kDecimal:
        if (numbers.empty()) numbers.push_back(10);
        if (numbers.size() == 1) numbers.push_back(0);
        type.precision = static_cast<int>(numbers[0]);
        type.scale = static_cast<int>(numbers[1]);
        type.declared += fmt::format("({},{})", numbers[0], numbers[1]);
        break;
      case TypeKind::kText:
      case TypeKind::kBytes:
        if (numbers.empty() && (row.shown == "char" || row.shown == "binary")) numbers.push_back(1);
        if (numbers.empty()) break;
        type.length = numbers[0];
        if (base == "text" || base == "blob") break;
        type.declared += fmt::format("({})", numbers[0]);
        break;
      case TypeKind::kTime:
      case TypeKind::kTimestamp:
      case TypeKind::kTimestampTz:
        type.fractional_digits = numbers.empty() ? 0 : static_cast<int>(numbers[0]);
        if (*type.fractional_digits > 0) type.declared += fmt::format("({})", *type.fractional_digits);
        break;
      case TypeKind::kEnum:
        type.enum_values = values;
        type.declared += "(";
        for (std::size_t i = 0; i < values.size(); ++i) {
          std::string quoted;
          for (const char c : values[i]) quoted += c == '\'' ? std::string("''") : std::string(1, c);
          type.declared += fmt::format("{}'{}'", i > 0 ? "," : "", quoted);
        }
        type.declared += ")";
        break;
      default: break;
    }
    if (type.is_unsigned) type.declared += " unsigned";
    return type;
  }
  type.declared = sql::Lower(base);
  if (!numbers.empty()) type.declared += fmt::format("({})", fmt::join(numbers, ","));
  if (!values.empty()) type.declared += fmt::format("('{}')", fmt::join(values, "','"));
  return type;
}

std::string MysqlExpression(std::string_view text) {
  std::string kept = sql::Normalize(text, kDialect);
  const std::vector<sql::Token> tokens = sql::Tokens(kept, kDialect);
  const bool now = !tokens.empty() && (tokens[0].IsWord("CURRENT_TIMESTAMP") || tokens[0].IsWord("NOW") ||
                                       tokens[0].IsWord("LOCALTIMESTAMP") || tokens[0].IsWord("LOCALTIME"));
  if (!now || tokens.size() == 2 || tokens.size() > 4 || (tokens.size() > 1 && !tokens[1].IsSymbol("("))) return kept;
  if (tokens.size() == 4 && tokens[2].text != "0") return fmt::format("CURRENT_TIMESTAMP({})", tokens[2].text);
  return "CURRENT_TIMESTAMP";
}

std::string MysqlCatalogText(std::string_view told) {
  const std::string text = WithoutDoubleEncoding(told);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escaped = text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '\\' || text[i + 1] == '\'');
    out += text[escaped ? ++i : i];
  }
  return out;
}

std::string MysqlWithoutAnsiQuotes(std::string_view body) {
  std::string out;
  std::size_t copied = 0;
  for (const sql::Token& token : sql::Tokens(body, kDialect)) {
    if (token.kind != sql::TokenKind::kString || !token.text.starts_with('"')) continue;
    out += body.substr(copied, token.offset - copied);
    out += '`';
    for (const char c : sql::Unquote(token, kDialect)) out += c == '`' ? std::string("``") : std::string(1, c);
    out += '`';
    copied = token.offset + token.text.size();
  }
  return out.append(body.substr(copied));
}

std::string MysqlValueDefault(std::string_view value, const Type& type) {
  const bool instant = type.kind == TypeKind::kTimestamp || type.kind == TypeKind::kTimestampTz;
  if (IsNumeric(type.kind) || (instant && sql::Lower(value).starts_with("current_timestamp")) ||
      (type.kind == TypeKind::kBytes && value.starts_with("0x"))) {
    return MysqlExpression(value);
  }
  std::string quoted = "'";
  for (const char c : value) {
    switch (c) {
      case '\'': quoted += "''"; break;
      case '\\': quoted += "\\\\"; break;
      case '\n': quoted += "\\n"; break;
      case '\r': quoted += "\\r"; break;
      case '\0': quoted += "\\0"; break;
      default: quoted += c;
    }
  }
  return quoted + "'";
}

std::string MysqlWrittenDefault(std::string expression, const Type& type) {
  const std::vector<sql::Token> tokens = sql::Tokens(expression, kDialect);
  if (!IsNumeric(type.kind) || tokens.size() != 1 || tokens[0].kind != sql::TokenKind::kString) return expression;
  std::string number = sql::Unquote(tokens[0], kDialect);
  return IsNumber(number) ? number : expression;
}

}  // namespace synapsor::schema
