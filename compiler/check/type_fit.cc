#include "compiler/check/type_fit.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/base/decimal.h"

namespace synapsor::check {
namespace {

using schema::Type;
using schema::TypeKind;

struct IntegerRange {
  std::string_view min, max;
};

IntegerRange RangeOf(const Type& type) {
  switch (type.bits) {
    case 8: return type.is_unsigned ? IntegerRange{"0", "255"} : IntegerRange{"-128", "127"};
    case 16: return type.is_unsigned ? IntegerRange{"0", "65535"} : IntegerRange{"-32768", "32767"};
    case 24: return type.is_unsigned ? IntegerRange{"0", "16777215"} : IntegerRange{"-8388608", "8388607"};
    case 32: return type.is_unsigned ? IntegerRange{"0", "4294967295"} : IntegerRange{"-2147483648", "2147483647"};
    default:
      return type.is_unsigned ? IntegerRange{"0", "18446744073709551615"}
                              : IntegerRange{"-9223372036854775808", "9223372036854775807"};
  }
}

bool IsSqlite(const ir::TableUse& table) { return EngineOf(table) == schema::Engine::kSqlite; }

// Boolean columns of MySQL and SQLite are small integers.
bool HoldsBooleans(const ir::TableUse& table, const Type& type) {
  return type.kind == TypeKind::kBoolean ||
         (type.kind == TypeKind::kInteger && EngineOf(table) != schema::Engine::kPostgres);
}

Verdict WrongKind(std::string_view value, const schema::Column& column, std::string help) {
  return {Fit::kWrongKind,
          fmt::format("is {} and cannot take {}",
                      column.type.declared.empty() ? "of another type" : column.type.declared, value),
          std::move(help)};
}

bool IsWritableKind(TypeKind kind) {
  return kind != TypeKind::kOther && kind != TypeKind::kArray && kind != TypeKind::kInterval;
}

bool IsDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// YYYY-MM-DD, by form and by the length of months.
bool IsDate(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  if (!IsDigits(text.substr(0, 4)) || !IsDigits(text.substr(5, 2)) || !IsDigits(text.substr(8, 2))) return false;
  const int month = (text[5] - '0') * 10 + text[6] - '0', day = (text[8] - '0') * 10 + text[9] - '0';
  constexpr int kDays[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month >= 1 && month <= 12 && day >= 1 && day <= kDays[month - 1];
}

bool IsTimestamp(std::string_view text) {
  if (text.size() < 10 || !IsDate(text.substr(0, 10))) return false;
  if (text.size() == 10) return true;
  return text.size() >= 16 && (text[10] == ' ' || text[10] == 'T') && IsDigits(text.substr(11, 2)) && text[13] == ':' &&
         IsDigits(text.substr(14, 2));
}

bool IsUuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const char c = text[i];
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (dash ? c != '-' : !hex) return false;
  }
  return true;
}

// The characters that the column holds at most. TINYTEXT and TEXT of MySQL count bytes, so that more characters than
// this certainly do not fit.
std::optional<std::int64_t> TextRoom(const ir::TableUse& table, const Type& type) {
  if (type.kind != TypeKind::kText || type.length) return type.kind == TypeKind::kText ? type.length : std::nullopt;
  const schema::Engine engine = EngineOf(table);
  if (engine != schema::Engine::kMysql && engine != schema::Engine::kMariadb) return std::nullopt;
  if (ir::SameName(type.declared, "tinytext")) return 255;
  if (ir::SameName(type.declared, "text")) return 65'535;
  return std::nullopt;
}

Verdict FitTextLiteral(std::string_view text, const ir::TableUse& table, const schema::Column& column) {
  const Type& type = column.type;
  switch (type.kind) {
    case TypeKind::kText:
      if (const auto room = TextRoom(table, type); room && Utf8Length(text) > *room)
        return {Fit::kOutOfRange,
                fmt::format("holds at most {} characters, and this text has {}", *room, Utf8Length(text)),
                "shorten the text"};
      return {};
    case TypeKind::kEnum: return {};  // compared with enum_values by AdmittedBy
    case TypeKind::kUuid: return IsUuid(text) ? Verdict{} : WrongKind("this text", column, "write a UUID");
    case TypeKind::kDate:
      return IsDate(text) ? Verdict{} : WrongKind("this text", column, "write a date as 'YYYY-MM-DD'");
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
      return IsTimestamp(text) ? Verdict{} : WrongKind("this text", column, "write a time as 'YYYY-MM-DD HH:MM:SS'");
    case TypeKind::kTime:
    case TypeKind::kJson: return {};
    case TypeKind::kBytes: return WrongKind("a text", column, "bytes cannot be written from DDL");
    default:
      if (IsSqlite(table) && column.type.declared.empty()) return {};
      return WrongKind("a text", column,
                       type.kind == TypeKind::kBoolean ? "write TRUE or FALSE" : "write a number, without quotes");
  }
}

Verdict FitNumberLiteral(std::string_view text, bool is_decimal, const ir::TableUse& table,
                         const schema::Column& column) {
  const Type& type = column.type;
  switch (type.kind) {
    case TypeKind::kInteger: {
      if (is_decimal && ShapeOfDecimal(text).fraction_digits > 0)
        return {Fit::kOutOfRange, "is an integer and would lose the digits after the point", "write a whole number"};
      const IntegerRange range = RangeOf(type);
      if (CompareDecimals(text, range.min) < 0 || CompareDecimals(text, range.max) > 0)
        return {Fit::kOutOfRange, fmt::format("is {} and holds {} to {}", type.declared, range.min, range.max),
                "write a value in its range"};
      return {};
    }
    case TypeKind::kDecimal: {
      const DecimalShape shape = ShapeOfDecimal(text);
      if (type.scale && shape.fraction_digits > *type.scale)
        return {Fit::kOutOfRange, fmt::format("is {} and would round this value", type.declared),
                "write fewer digits after the point"};
      if (type.precision && shape.integer_digits > *type.precision - type.scale.value_or(0))
        return {Fit::kOutOfRange, fmt::format("is {}, too small for this value", type.declared),
                "write a smaller value"};
      return {};
    }
    case TypeKind::kFloat: return {};
    case TypeKind::kBoolean:
      if (EngineOf(table) != schema::Engine::kPostgres && (text == "0" || text == "1")) return {};
      return WrongKind("a number", column, "write TRUE or FALSE");
    default:
      return WrongKind("a number", column,
                       type.kind == TypeKind::kText || type.kind == TypeKind::kEnum
                           ? "write it as a text, in quotes"
                           : "write a value of the column's type");
  }
}

Verdict FitAdmitted(std::string_view text, bool is_number, const Admitted& admitted) {
  if (admitted.one_of != nullptr && !Admits(admitted, text)) {
    std::vector<std::string_view> names(admitted.one_of->begin(), admitted.one_of->end());
    return {Fit::kNotAllowed, fmt::format("admits only {}", ir::ListNames(names)),
            ir::DidYouMean(text, names, "write one of the admitted values")};
  }
  if (!is_number) {
    if (admitted.max_length && Utf8Length(text) > *admitted.max_length)
      return {Fit::kOutOfRange, fmt::format("is checked to have at most {} characters", *admitted.max_length),
              "shorten the text"};
    return {};
  }
  const auto below = [&](const std::string& min) {
    const auto order = CompareDecimals(text, min);
    return order < 0 || (order == 0 && admitted.min_exclusive);
  };
  const auto above = [&](const std::string& max) {
    const auto order = CompareDecimals(text, max);
    return order > 0 || (order == 0 && admitted.max_exclusive);
  };
  if (admitted.min && below(*admitted.min))
    return {Fit::kOutOfRange,
            fmt::format("is checked to be {} {}", admitted.min_exclusive ? "above" : "at least", *admitted.min),
            "write a value that the CHECK admits"};
  if (admitted.max && above(*admitted.max))
    return {Fit::kOutOfRange,
            fmt::format("is checked to be {} {}", admitted.max_exclusive ? "below" : "at most", *admitted.max),
            "write a value that the CHECK admits"};
  return {};
}

// Kinds alone: whether an argument type can feed a column type at all.
Verdict FitArgKind(const ir::Arg& arg, const ir::TableUse& table, const schema::Column& column) {
  const TypeKind kind = column.type.kind;
  const std::string_view name = arg.syntax->type.text;
  const auto wrong = [&](std::string help) {
    return WrongKind(fmt::format("an ARG of type {}", name), column, std::move(help));
  };
  const bool sqlite = IsSqlite(table);
  switch (arg.type) {
    case ScalarType::kText:
      switch (kind) {
        case TypeKind::kText:
        case TypeKind::kEnum: return {};
        case TypeKind::kUuid:
          return {Fit::kMayNotFit, "is a UUID, and this ARG may be any text", "declare the ARG as UUID"};
        case TypeKind::kJson:
          return {Fit::kMayNotFit, "is JSON, and this ARG may be any text",
                  "write columns of plain types, one a value"};
        case TypeKind::kDate: return wrong("declare the ARG as DATE");
        case TypeKind::kTimestamp:
        case TypeKind::kTimestampTz: return wrong("declare the ARG as TIMESTAMP");
        case TypeKind::kInteger: return wrong("declare the ARG as INT64");
        case TypeKind::kDecimal:
        case TypeKind::kFloat: return wrong("declare the ARG as DECIMAL");
        case TypeKind::kBoolean: return wrong("declare the ARG as BOOLEAN");
        default: return wrong("feed this column from elsewhere");
      }
    case ScalarType::kInt64:
      if (kind == TypeKind::kInteger || kind == TypeKind::kDecimal || kind == TypeKind::kFloat) return {};
      if (kind == TypeKind::kBoolean && EngineOf(table) != schema::Engine::kPostgres)
        return {Fit::kMayNotFit, "is a boolean, and this ARG may be any integer", "declare the ARG as BOOLEAN"};
      return wrong(kind == TypeKind::kText      ? "declare the ARG as VARCHAR"
                   : kind == TypeKind::kBoolean ? "declare the ARG as BOOLEAN"
                                                : "declare the ARG with the column's type");
    case ScalarType::kDecimal:
    case ScalarType::kDouble:
      if (kind == TypeKind::kFloat) return {};
      if (kind == TypeKind::kDecimal) {
        if (arg.type == ScalarType::kDouble)
          return {Fit::kMayNotFit, "is exact, and a DOUBLE is not", "declare the ARG as DECIMAL"};
        return {};
      }
      return wrong(kind == TypeKind::kInteger ? "declare the ARG as INT64" : "declare the ARG with the column's type");
    case ScalarType::kBoolean:
      return HoldsBooleans(table, column.type) ? Verdict{} : wrong("declare the ARG with the column's type");
    case ScalarType::kDate:
      if (kind == TypeKind::kDate || kind == TypeKind::kTimestamp || kind == TypeKind::kTimestampTz ||
          (sqlite && kind == TypeKind::kText))
        return {};
      return wrong("declare the ARG with the column's type");
    case ScalarType::kTimestamp:
    case ScalarType::kTimestampTz:
      if (kind == TypeKind::kTimestamp || kind == TypeKind::kTimestampTz || (sqlite && kind == TypeKind::kText))
        return {};
      return wrong(kind == TypeKind::kDate ? "declare the ARG as DATE" : "declare the ARG with the column's type");
    case ScalarType::kUuid:
      if (kind == TypeKind::kUuid || (kind == TypeKind::kText && column.type.length.value_or(36) >= 36)) return {};
      return wrong("declare the ARG with the column's type");
    default: return wrong("declare the ARG with the column's type");
  }
}

// Every value of an ENUM is known: the worst of them decides.
Verdict FitEnumArg(const ir::Arg& arg, const ir::TableUse& table, const schema::Column& column) {
  for (const ast::Literal& literal : arg.syntax->one_of) {
    Verdict verdict = FitLiteral(literal, table, column);
    if (verdict.fit == Fit::kFits) continue;
    verdict.reason += fmt::format("; `{}` of the ENUM does not fit", literal.text);
    return verdict;
  }
  return {};
}

Verdict FitTextArg(const ir::Arg& arg, const ir::TableUse& table, const schema::Column& column,
                   const Admitted& admitted) {
  if (admitted.one_of != nullptr) {
    std::vector<std::string_view> names(admitted.one_of->begin(), admitted.one_of->end());
    return {Fit::kMayNotFit, fmt::format("admits only {}", ir::ListNames(names)),
            fmt::format("declare ENUM (…) on ARG {}", arg.name)};
  }
  std::optional<std::int64_t> room = TextRoom(table, column.type);
  if (admitted.max_length) room = room ? std::min(*room, *admitted.max_length) : *admitted.max_length;
  if (room && arg.max_length.value_or(*room) > *room) {
    return {Fit::kMayNotFit,
            fmt::format("holds at most {} characters, and ARG `{}` may have {}{}", *room, arg.name, *arg.max_length,
                        arg.max_length_written ? "" : " by default"),
            fmt::format("declare `MAX LENGTH {}` on ARG {}", *room, arg.name)};
  }
  return {};
}

// The numbers that a column can hold. Absent ends are open.
struct Range {
  std::optional<std::string> low, high;
  bool above_low = false, below_high = false;  // the end itself is not in it

  bool BeginsAfter(const std::string& number) const {
    if (!low) return false;
    const auto order = CompareDecimals(number, *low);
    return order < 0 || (order == 0 && above_low);
  }
  bool EndsBefore(const std::string& number) const {
    if (!high) return false;
    const auto order = CompareDecimals(number, *high);
    return order > 0 || (order == 0 && below_high);
  }
  std::string Words() const {
    return fmt::format("{}{} to {}{}", above_low ? "above " : "", low.value_or("any"), below_high ? "below " : "",
                       high.value_or("any"));
  }
};

Range RangeOfColumn(const schema::Column& column, const Admitted& admitted) {
  Range range{admitted.min, admitted.max, admitted.min_exclusive, admitted.max_exclusive};
  if (column.type.kind != TypeKind::kInteger) return range;
  const IntegerRange type = RangeOf(column.type);
  if (!range.low || CompareDecimals(*range.low, type.min) < 0)
    range.low = std::string(type.min), range.above_low = false;
  if (!range.high || CompareDecimals(*range.high, type.max) > 0)
    range.high = std::string(type.max), range.below_high = false;
  return range;
}

// A range that is not written does not count here: unbounded numbers have a rule of their own.
Verdict FitNumberArg(const ir::Arg& arg, const schema::Column& column, const Admitted& admitted) {
  const Range range = RangeOfColumn(column, admitted);
  if ((arg.min && range.EndsBefore(*arg.min)) || (arg.max && range.BeginsAfter(*arg.max))) {
    return {Fit::kOutOfRange, fmt::format("admits no value that `{}` may have", arg.name),
            "correct MIN and MAX of the ARG"};
  }
  if ((arg.min && range.BeginsAfter(*arg.min)) || (arg.max && range.EndsBefore(*arg.max))) {
    return {Fit::kMayNotFit, fmt::format("admits {}, and `{}` may lie outside", range.Words(), arg.name),
            "narrow MIN and MAX of the ARG"};
  }
  if (column.type.kind == TypeKind::kDecimal && column.type.scale && arg.scale.value_or(0) > *column.type.scale)
    return {Fit::kMayNotFit, fmt::format("is {} and would round digits of `{}`", column.type.declared, arg.name),
            fmt::format("declare the ARG as DECIMAL({}, {})", column.type.precision.value_or(18), *column.type.scale)};
  return {};
}

}  // namespace

std::int64_t Utf8Length(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

Admitted AdmittedBy(const ir::TableUse& table, const schema::Column& column, RowsMeant rows) {
  Admitted admitted;
  if (!column.type.enum_values.empty()) admitted.one_of = &column.type.enum_values;
  const Physical physical = PhysicalColumn(table, &column);
  if (physical.column == nullptr) return admitted;
  for (const schema::CheckConstraint& check : physical.table->checks) {
    if (check.column != physical.column->name || (rows == RowsMeant::kAny && !check.validated)) continue;
    if (check.one_of) admitted.one_of = &*check.one_of;
    if (check.min && (!admitted.min || CompareDecimals(*check.min, *admitted.min) > 0)) {
      admitted.min = check.min;
      admitted.min_exclusive = check.min_exclusive;
    }
    if (check.max && (!admitted.max || CompareDecimals(*check.max, *admitted.max) < 0)) {
      admitted.max = check.max;
      admitted.max_exclusive = check.max_exclusive;
    }
    if (check.max_length)
      admitted.max_length = std::min(*check.max_length, admitted.max_length.value_or(*check.max_length));
  }
  return admitted;
}

bool Admits(const Admitted& admitted, std::string_view value) {
  return admitted.one_of == nullptr ||
         std::any_of(admitted.one_of->begin(), admitted.one_of->end(), [&](const std::string& known) {
           return known == value || (IsDecimal(known) && IsDecimal(value) && CompareDecimals(known, value) == 0);
         });
}

Verdict FitLiteral(const ast::Literal& literal, const ir::TableUse& table, const schema::Column& column) {
  if (literal.kind == ast::LiteralKind::kNull) return {};
  if (!IsWritableKind(column.type.kind))
    return WrongKind("a value from DDL", column, "a column of this type can be read but not written");
  Verdict verdict;
  bool is_number = false;
  switch (literal.kind) {
    case ast::LiteralKind::kString: verdict = FitTextLiteral(literal.text, table, column); break;
    case ast::LiteralKind::kInteger:
    case ast::LiteralKind::kDecimal:
      is_number = true;
      verdict = FitNumberLiteral(literal.text, literal.kind == ast::LiteralKind::kDecimal, table, column);
      break;
    case ast::LiteralKind::kBoolean:
      if (!HoldsBooleans(table, column.type))
        verdict = WrongKind("TRUE or FALSE", column, "write a value of the column's type");
      return verdict;
    case ast::LiteralKind::kNull: break;
  }
  if (verdict.fit != Fit::kFits) return verdict;
  return FitAdmitted(literal.text, is_number, AdmittedBy(table, column));
}

Verdict FitArg(const ir::Arg& arg, const ir::TableUse& table, const schema::Column& column) {
  if (!IsWritableKind(column.type.kind))
    return WrongKind("a value from DDL", column, "a column of this type can be read but not written");
  const Verdict kind = FitArgKind(arg, table, column);
  if (kind.fit != Fit::kFits) return kind;
  if (!arg.one_of.empty()) return FitEnumArg(arg, table, column);
  const Admitted admitted = AdmittedBy(table, column);
  if (arg.type == ScalarType::kText) return FitTextArg(arg, table, column, admitted);
  if (arg.type == ScalarType::kInt64 || arg.type == ScalarType::kDecimal || arg.type == ScalarType::kDouble)
    return FitNumberArg(arg, column, admitted);
  return {};
}

Verdict FitSession(const schema::Column& column) {
  switch (column.type.kind) {
    case TypeKind::kText:
    case TypeKind::kInteger:
    case TypeKind::kUuid:
    case TypeKind::kDecimal:
    case TypeKind::kDate:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
    case TypeKind::kEnum: return {};
    case TypeKind::kBytes:
      if (column.type.length == 16) return {};
      break;
    default: break;
  }
  return WrongKind("a value of the session", column, "session values are texts, numbers, dates and UUIDs");
}

}  // namespace synapsor::check
