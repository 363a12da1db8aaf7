#include "compiler/schema/pg_types.h"

#include <fmt/format.h>

namespace synapsor::schema::pg {
namespace {

struct Row {
  std::string_view name, shown;
  TypeKind kind;
  int bits = 0;
};

// The first row of a kind with equal `shown` is the catalog's name; others are spellings of it.
constexpr Row kRows[] = {
    {"int2", "smallint", TypeKind::kInteger, 16},
    {"int4", "integer", TypeKind::kInteger, 32},
    {"int8", "bigint", TypeKind::kInteger, 64},
    {"int64", "bigint", TypeKind::kInteger, 64},
    {"oid", "oid", TypeKind::kOther},
    {"float4", "real", TypeKind::kFloat, 32},
    {"float8", "double precision", TypeKind::kFloat, 64},
    {"double", "double precision", TypeKind::kFloat, 64},
    {"numeric", "numeric", TypeKind::kDecimal},
    {"bool", "boolean", TypeKind::kBoolean},
    {"text", "text", TypeKind::kText},
    {"varchar", "character varying", TypeKind::kText},
    {"bpchar", "character", TypeKind::kText},
    {"char", "\"char\"", TypeKind::kOther},
    {"name", "name", TypeKind::kText},
    {"date", "date", TypeKind::kDate},
    {"time", "time without time zone", TypeKind::kTime},
    {"timetz", "time with time zone", TypeKind::kOther},
    {"timestamp", "timestamp without time zone", TypeKind::kTimestamp},
    {"datetime", "timestamp without time zone", TypeKind::kTimestamp},
    {"timestamptz", "timestamp with time zone", TypeKind::kTimestampTz},
    {"interval", "interval", TypeKind::kInterval},
    {"uuid", "uuid", TypeKind::kUuid},
    {"bytea", "bytea", TypeKind::kBytes},
    {"json", "json", TypeKind::kJson},
    {"jsonb", "jsonb", TypeKind::kJson},
    {"bit", "bit", TypeKind::kOther},
    {"varbit", "bit varying", TypeKind::kOther},
    {"money", "money", TypeKind::kOther},
    {"xml", "xml", TypeKind::kOther},
    {"inet", "inet", TypeKind::kOther},
    {"cidr", "cidr", TypeKind::kOther},
    {"macaddr", "macaddr", TypeKind::kOther},
    {"macaddr8", "macaddr8", TypeKind::kOther},
    {"point", "point", TypeKind::kOther},
    {"line", "line", TypeKind::kOther},
    {"lseg", "lseg", TypeKind::kOther},
    {"box", "box", TypeKind::kOther},
    {"path", "path", TypeKind::kOther},
    {"polygon", "polygon", TypeKind::kOther},
    {"circle", "circle", TypeKind::kOther},
    {"tsvector", "tsvector", TypeKind::kOther},
    {"tsquery", "tsquery", TypeKind::kOther},
    {"int4range", "int4range", TypeKind::kOther},
    {"int8range", "int8range", TypeKind::kOther},
    {"numrange", "numrange", TypeKind::kOther},
    {"tsrange", "tsrange", TypeKind::kOther},
    {"tstzrange", "tstzrange", TypeKind::kOther},
    {"daterange", "daterange", TypeKind::kOther},
    {"regclass", "regclass", TypeKind::kOther},
    {"regtype", "regtype", TypeKind::kOther},
    {"xid", "xid", TypeKind::kOther},
    {"pg_lsn", "pg_lsn", TypeKind::kOther},
};

// "timestamp(3) without time zone": modifiers stand behind the first word of the times, else at the end.
std::string Shown(const Row& row, const std::vector<int>& modifiers) {
  if (modifiers.empty()) return std::string(row.shown);
  const std::string list = fmt::format("({})", fmt::join(modifiers, ","));
  const std::size_t zone = row.shown.find(" with");
  if (zone == std::string_view::npos) return std::string(row.shown) + list;
  return fmt::format("{}{}{}", row.shown.substr(0, zone), list, row.shown.substr(zone));
}

}  // namespace

std::optional<Type> BuiltinType(std::string_view name, const std::vector<int>& given) {
  for (const Row& row : kRows) {
    if (row.name != name) continue;
    std::vector<int> modifiers = given;
    if (row.kind == TypeKind::kDecimal && modifiers.size() == 1) modifiers.push_back(0);
    if (name == "bit" && modifiers.empty()) modifiers.push_back(1);
    Type type{.kind = row.kind, .declared = Shown(row, modifiers), .bits = row.bits};
    // CHAR is CHAR(1) by the grammar; `bpchar` itself has no limit.
    if (name == "bpchar" && modifiers.empty()) type.declared = "bpchar";
    if (row.kind == TypeKind::kText && !modifiers.empty()) type.length = modifiers[0];
    if (row.kind == TypeKind::kDecimal && modifiers.size() == 2) {
      type.precision = modifiers[0];
      type.scale = modifiers[1];
    }
    if (row.kind == TypeKind::kTime || row.kind == TypeKind::kTimestamp || row.kind == TypeKind::kTimestampTz) {
      type.fractional_digits = modifiers.empty() ? 6 : modifiers[0];
    }
    return type;
  }
  return std::nullopt;
}

Type ExtensionType(std::string_view qualified_name, std::string_view name) {
  return {.kind = name == "citext" ? TypeKind::kText : TypeKind::kOther, .declared = std::string(qualified_name)};
}

Type ArrayOf(const Type& element) { return {.kind = TypeKind::kArray, .declared = element.declared + "[]"}; }

}  // namespace synapsor::schema::pg
