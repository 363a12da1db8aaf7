#include "compiler/schema/snapshot.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

namespace synapsor::schema {
namespace {

constexpr std::array<std::pair<Engine, std::string_view>, 4> kEngines = {{
    {Engine::kPostgres, "postgres"},
    {Engine::kMysql, "mysql"},
    {Engine::kMariadb, "mariadb"},
    {Engine::kSqlite, "sqlite"},
}};

}  // namespace

std::string_view EngineName(Engine engine) {
  for (const auto& [candidate, name] : kEngines) {
    if (candidate == engine) return name;
  }
  return "postgres";
}

std::optional<Engine> ParseEngine(std::string_view name) {
  for (const auto& [engine, candidate] : kEngines) {
    if (candidate == name) return engine;
  }
  return std::nullopt;
}

std::optional<ScalarType> WireType(const Type& type) {
  switch (type.kind) {
    case TypeKind::kText:
    case TypeKind::kEnum: return ScalarType::kText;
    case TypeKind::kInteger: return type.is_unsigned && type.bits == 64 ? ScalarType::kUInt64 : ScalarType::kInt64;
    case TypeKind::kDecimal: return ScalarType::kDecimal;
    case TypeKind::kFloat: return ScalarType::kDouble;
    case TypeKind::kBoolean: return ScalarType::kBoolean;
    case TypeKind::kDate: return ScalarType::kDate;
    case TypeKind::kTime: return ScalarType::kTime;
    case TypeKind::kTimestamp: return ScalarType::kTimestamp;
    case TypeKind::kTimestampTz: return ScalarType::kTimestampTz;
    case TypeKind::kUuid: return ScalarType::kUuid;
    case TypeKind::kBytes: return ScalarType::kBytes;
    case TypeKind::kJson: return ScalarType::kJson;
    case TypeKind::kInterval:
    case TypeKind::kArray:
    case TypeKind::kOther: return std::nullopt;
  }
  return std::nullopt;
}

const Column* Table::FindColumn(std::string_view column) const {
  for (const Column& candidate : columns) {
    if (candidate.name == column) return &candidate;
  }
  return nullptr;
}

const Table* Snapshot::FindTable(std::string_view schema, std::string_view table) const {
  if (schema.empty()) schema = default_schema;
  const auto wanted = std::tie(schema, table);
  const auto before = [](const Table& candidate, const auto& key) {
    return std::tuple<std::string_view, std::string_view>(candidate.schema, candidate.name) < key;
  };
  const auto found = std::lower_bound(tables.begin(), tables.end(), wanted, before);
  if (found == tables.end() || found->schema != schema || found->name != table) return nullptr;
  return &*found;
}

}  // namespace synapsor::schema
