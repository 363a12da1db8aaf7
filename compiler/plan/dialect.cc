#include "compiler/plan/dialect.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/bundle/fingerprint.h"

namespace synapsor::plan {
namespace {

using schema::Column;
using schema::Engine;
using schema::TypeKind;

bool IsMysql(Engine engine) { return engine == Engine::kMysql || engine == Engine::kMariadb; }

std::string Quoted(std::string_view name, char quote) {
  std::string out(1, quote);
  for (const char c : name) {
    out += c;
    if (c == quote) out += c;
  }
  return out += quote;
}

std::string PostgresDeclared(const Column& column) {
  return bundle::NormalizeDeclaredType("postgres", column.type.declared);
}

// The cast that fixes a parameter's type without length or scale, which would cut the value. Empty where PostgreSQL infers
// the column's own type (enumerations, domains, extension types).
std::string_view PostgresCast(const Column& column) {
  const std::string declared = PostgresDeclared(column);
  switch (column.type.kind) {
    case TypeKind::kText:
      if (!column.type.domain.empty()) return "";
      if (declared == "text" || declared.starts_with("character varying")) return "text";
      if (declared.starts_with("character") || declared == "bpchar") return "bpchar";
      return "";
    case TypeKind::kInteger: return "bigint";
    case TypeKind::kDecimal: return "numeric";
    case TypeKind::kFloat: return column.type.bits == 32 ? "real" : "double precision";
    case TypeKind::kBoolean: return "boolean";
    case TypeKind::kDate: return "date";
    case TypeKind::kTime: return declared.ends_with("with time zone") ? "timetz" : "time";
    case TypeKind::kTimestamp: return "timestamp";
    case TypeKind::kTimestampTz: return "timestamptz";
    case TypeKind::kUuid: return "uuid";
    case TypeKind::kBytes: return "bytea";
    case TypeKind::kJson: return declared == "jsonb" ? "jsonb" : "json";
    default: return "";
  }
}

std::string PostgresParam(const Column& column, const std::string& placeholder) {
  const std::string_view cast = PostgresCast(column);
  return cast.empty() ? placeholder : fmt::format("{}::{}", placeholder, cast);
}

// Digits enough for any value that could equal one of the column.
std::string MysqlDecimal(const Column& column) {
  const int precision = column.type.precision.value_or(10);
  const int scale = column.type.scale.value_or(0);
  return fmt::format("DECIMAL(65,{})", std::min(30, 65 - (precision - scale)));
}

std::string MysqlCompared(const Column& column, const std::string& placeholder) {
  switch (column.type.kind) {
    case TypeKind::kInteger:
      return fmt::format("CAST({} AS {})", placeholder, column.type.is_unsigned ? "UNSIGNED" : "SIGNED");
    case TypeKind::kDecimal: return fmt::format("CAST({} AS {})", placeholder, MysqlDecimal(column));
    case TypeKind::kDate: return fmt::format("CAST({} AS DATE)", placeholder);
    case TypeKind::kTime: return fmt::format("CAST({} AS TIME(6))", placeholder);
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz: return fmt::format("CAST({} AS DATETIME(6))", placeholder);
    default: return placeholder;
  }
}

std::string MysqlBytes(const std::string& text) {
  return fmt::format("CAST(CONVERT({} USING utf8mb4) AS BINARY)", text);
}

bool IsTextual(const Column& column) {
  return column.type.kind == TypeKind::kText || column.type.kind == TypeKind::kEnum;
}

// PostgreSQL types without an equality of their own, or with one that levels differences.
bool ComparesAsText(const Column& column) {
  switch (column.type.kind) {
    case TypeKind::kJson:
    case TypeKind::kArray:
    case TypeKind::kInterval:
    case TypeKind::kOther: return true;
    case TypeKind::kText: return PostgresCast(column) != "bpchar";
    default: return false;
  }
}

std::string PostgresSameValue(const Column& column, const std::string& name, const std::string& placeholder) {
  if (ComparesAsText(column)) {
    return fmt::format("{}::text COLLATE \"C\" IS NOT DISTINCT FROM {}::text", name, placeholder);
  }
  return fmt::format("{} IS NOT DISTINCT FROM {}", name, PostgresParam(column, placeholder));
}

std::string MysqlSameValue(const Column& column, const std::string& name, const std::string& placeholder) {
  if (IsTextual(column) || column.type.kind == TypeKind::kJson) {
    return fmt::format("{} <=> {}", MysqlBytes(name), MysqlBytes(placeholder));
  }
  return fmt::format("{} <=> {}", name, MysqlCompared(column, placeholder));
}

}  // namespace

std::string QuoteName(Engine engine, std::string_view name) { return Quoted(name, IsMysql(engine) ? '`' : '"'); }

std::string QuoteTable(Engine engine, std::string_view schema, std::string_view table) {
  if (schema.empty()) return QuoteName(engine, table);
  return QuoteName(engine, schema) + "." + QuoteName(engine, table);
}

std::string Placeholder(Engine engine, int position) {
  return engine == Engine::kPostgres ? fmt::format("${}", position) : "?";
}

std::string SelectedColumn(Engine engine, const Column& column, const std::string& quoted_column) {
  if (!IsMysql(engine) || column.type.kind != TypeKind::kJson) return quoted_column;
  return fmt::format("CONVERT({} USING utf8mb4)", quoted_column);
}

std::string ComparedParam(Engine engine, const Column& column, const std::string& placeholder) {
  if (engine == Engine::kPostgres) return PostgresParam(column, placeholder);
  return IsMysql(engine) ? MysqlCompared(column, placeholder) : placeholder;
}

std::string AssignedParam(Engine engine, const Column& column, const std::string& placeholder) {
  return engine == Engine::kPostgres ? PostgresParam(column, placeholder) : placeholder;
}

std::string ParamDatabaseType(Engine engine, const Column& column, ParamUse use) {
  if (engine != Engine::kPostgres) return column.type.declared;
  if (use == ParamUse::kExact || (use == ParamUse::kSameValue && ComparesAsText(column))) return "text";
  const std::string_view cast = PostgresCast(column);
  return cast.empty() ? column.type.declared : std::string(cast);
}

bool EqualityIsLoose(Engine engine, const Column& column) {
  if (!IsTextual(column)) return false;
  if (engine == Engine::kPostgres) return PostgresDeclared(column) == "citext";
  if (engine == Engine::kSqlite) return column.collation == "NOCASE" || column.collation == "RTRIM";
  // utf8mb4_bin and its like still level trailing blanks.
  return !(column.collation == "binary" || column.collation.ends_with("_0900_bin") ||
           column.collation.ends_with("_nopad_bin"));
}

std::string ExactEquality(Engine engine, const std::string& column, const std::string& placeholder) {
  if (engine == Engine::kPostgres) return fmt::format("{}::text = {}::text", column, placeholder);
  if (IsMysql(engine)) return fmt::format("{} = {}", MysqlBytes(column), MysqlBytes(placeholder));
  return fmt::format("{} COLLATE BINARY = {}", column, placeholder);
}

std::string SameValue(Engine engine, const Column& column, const std::string& quoted_column,
                      const std::string& placeholder) {
  if (engine == Engine::kPostgres) return PostgresSameValue(column, quoted_column, placeholder);
  if (IsMysql(engine)) return MysqlSameValue(column, quoted_column, placeholder);
  if (IsTextual(column)) return fmt::format("{} COLLATE BINARY IS {}", quoted_column, placeholder);
  return fmt::format("{} IS {}", quoted_column, placeholder);
}

bool HasForUpdate(Engine engine) { return engine != Engine::kSqlite; }

}  // namespace synapsor::plan
