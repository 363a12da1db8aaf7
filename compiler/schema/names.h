// The spelling in snapshot files of every enumeration of the model. Private to compiler/schema.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "compiler/schema/snapshot.h"

namespace synapsor::schema::names {

template <typename E, std::size_t N>
using Names = std::array<std::pair<E, std::string_view>, N>;

inline constexpr Names<TypeKind, 16> kTypeKinds = {{
    {TypeKind::kText, "text"},
    {TypeKind::kInteger, "integer"},
    {TypeKind::kDecimal, "decimal"},
    {TypeKind::kFloat, "float"},
    {TypeKind::kBoolean, "boolean"},
    {TypeKind::kDate, "date"},
    {TypeKind::kTime, "time"},
    {TypeKind::kTimestamp, "timestamp"},
    {TypeKind::kTimestampTz, "timestamptz"},
    {TypeKind::kInterval, "interval"},
    {TypeKind::kUuid, "uuid"},
    {TypeKind::kBytes, "bytes"},
    {TypeKind::kJson, "json"},
    {TypeKind::kEnum, "enum"},
    {TypeKind::kArray, "array"},
    {TypeKind::kOther, "other"},
}};

inline constexpr Names<Generated, 3> kGenerated = {{
    {Generated::kNo, "no"},
    {Generated::kStored, "stored"},
    {Generated::kVirtual, "virtual"},
}};

inline constexpr Names<Identity, 3> kIdentities = {{
    {Identity::kNo, "no"},
    {Identity::kByDefault, "by default"},
    {Identity::kAlways, "always"},
}};

inline constexpr Names<IndexOrigin, 3> kIndexOrigins = {{
    {IndexOrigin::kIndex, "index"},
    {IndexOrigin::kUnique, "unique constraint"},
    {IndexOrigin::kPrimaryKey, "primary key"},
}};

inline constexpr Names<ReferentialAction, 5> kActions = {{
    {ReferentialAction::kNoAction, "no action"},
    {ReferentialAction::kRestrict, "restrict"},
    {ReferentialAction::kCascade, "cascade"},
    {ReferentialAction::kSetNull, "set null"},
    {ReferentialAction::kSetDefault, "set default"},
}};

inline constexpr Names<TableKind, 5> kTableKinds = {{
    {TableKind::kTable, "table"},
    {TableKind::kView, "view"},
    {TableKind::kMaterializedView, "materialized view"},
    {TableKind::kPartitionedTable, "partitioned table"},
    {TableKind::kForeignTable, "foreign table"},
}};

template <typename E, std::size_t N>
constexpr std::string_view NameOf(const Names<E, N>& table, E value) {
  for (const auto& [candidate, name] : table) {
    if (candidate == value) return name;
  }
  return table.back().second;
}

template <typename E, std::size_t N>
constexpr std::optional<E> ValueOf(const Names<E, N>& table, std::string_view name) {
  for (const auto& [value, candidate] : table) {
    if (candidate == name) return value;
  }
  return std::nullopt;
}

}  // namespace synapsor::schema::names
