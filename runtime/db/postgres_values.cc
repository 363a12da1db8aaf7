#include "runtime/db/postgres_values.h"

#include <array>
#include <cctype>
#include <optional>
#include <string>
#include <utility>

#include "runtime/db/values.h"

namespace synapsor::db {
namespace {

// OIDs of built-in types never change (pg_type.dat).
constexpr PostgresOid kBool = 16, kBytea = 17, kInt8 = 20, kInt2 = 21, kInt4 = 23, kText = 25, kOid = 26, kJson = 114,
                      kFloat4 = 700, kFloat8 = 701, kBpchar = 1042, kVarchar = 1043, kDate = 1082, kTime = 1083,
                      kTimestamp = 1114, kTimestampTz = 1184, kNumeric = 1700, kUuid = 2950, kJsonb = 3802;

constexpr std::array<std::pair<std::string_view, PostgresOid>, 33> kOids = {{
    {"boolean", kBool},
    {"bool", kBool},
    {"bytea", kBytea},
    {"bigint", kInt8},
    {"int8", kInt8},
    {"smallint", kInt2},
    {"int2", kInt2},
    {"integer", kInt4},
    {"int", kInt4},
    {"int4", kInt4},
    {"text", kText},
    {"json", kJson},
    {"jsonb", kJsonb},
    {"real", kFloat4},
    {"float4", kFloat4},
    {"double precision", kFloat8},
    {"float8", kFloat8},
    {"character", kBpchar},
    {"char", kBpchar},
    {"bpchar", kBpchar},
    {"character varying", kVarchar},
    {"varchar", kVarchar},
    {"date", kDate},
    {"time without time zone", kTime},
    {"time", kTime},
    {"timestamp without time zone", kTimestamp},
    {"timestamp", kTimestamp},
    {"timestamp with time zone", kTimestampTz},
    {"timestamptz", kTimestampTz},
    {"numeric", kNumeric},
    {"decimal", kNumeric},
    {"uuid", kUuid},
    {"oid", kOid},
}};

// "timestamp(3) without time zone" -> "timestamp without time zone"
std::string WithoutModifiers(std::string_view type) {
  std::string name;
  int depth = 0;
  for (const char c : type) {
    if (c == '(') ++depth;
    if (depth == 0) name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (c == ')') --depth;
  }
  return name;
}

std::optional<ScalarType> ScalarOf(PostgresOid oid) {
  switch (oid) {
    case kBool: return ScalarType::kBoolean;
    case kBytea: return ScalarType::kBytes;
    case kInt2:
    case kInt4:
    case kInt8:
    case kOid: return ScalarType::kInt64;
    case kFloat4:
    case kFloat8: return ScalarType::kDouble;
    case kNumeric: return ScalarType::kDecimal;
    case kDate: return ScalarType::kDate;
    case kTime: return ScalarType::kTime;
    case kTimestamp: return ScalarType::kTimestamp;
    case kTimestampTz: return ScalarType::kTimestampTz;
    case kUuid: return ScalarType::kUuid;
    case kJson:
    case kJsonb: return ScalarType::kJson;
    default: return std::nullopt;
  }
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

std::optional<std::string> FromHex(std::string_view text) {
  if (!text.starts_with("\\x") || text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 2 - 1);
  for (std::size_t i = 2; i < text.size(); i += 2) {
    const int high = HexDigit(text[i]), low = HexDigit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(high << 4 | low);
  }
  return bytes;
}

struct ClassOfState {
  std::string_view prefix;  // the longest match comes first
  FailureKind kind;
};

constexpr ClassOfState kStates[] = {
    {"57014", FailureKind::kTimeout},         // query_canceled: statement_timeout
    {"55P03", FailureKind::kTimeout},         // lock_not_available: lock_timeout
    {"55006", FailureKind::kConflict},        // object_in_use
    {"40003", FailureKind::kOutcomeUnknown},  // statement_completion_unknown
    {"40", FailureKind::kConflict},           // serialization_failure, deadlock_detected
    {"25P02", FailureKind::kConflict},        // in_failed_sql_transaction
    {"25006", FailureKind::kPermission},      // read_only_sql_transaction
    {"42501", FailureKind::kPermission},      // insufficient_privilege, row-level security
    {"28", FailureKind::kPermission},
    {"42", FailureKind::kSchema},  // undefined table, column, function; datatype mismatch
    {"3F", FailureKind::kSchema},
    {"3D", FailureKind::kSchema},
    {"0A000", FailureKind::kSchema},  // cached plan must not change result type
    {"26000", FailureKind::kSchema},  // a prepared statement that is gone
    {"23", FailureKind::kConstraint},
    {"22", FailureKind::kConstraint},     // a value that does not fit its type
    {"44", FailureKind::kConstraint},     // WITH CHECK OPTION
    {"27", FailureKind::kConstraint},     // triggered data change violation
    {"P0001", FailureKind::kConstraint},  // a trigger's RAISE
    {"08", FailureKind::kUnavailable},
    {"57P", FailureKind::kUnavailable},    // shutdown, crash, cannot connect now
    {"25P03", FailureKind::kUnavailable},  // idle in transaction: the session is ended
    {"25P04", FailureKind::kUnavailable},  // transaction_timeout: so too
    {"53", FailureKind::kUnavailable},     // too many connections, out of memory or disk
};

}  // namespace

PostgresOid ParameterOid(const bundle::Param& param) {
  const std::string name = WithoutModifiers(param.database_type);
  for (const auto& [candidate, oid] : kOids) {
    if (candidate == name) return oid;
  }
  // Raw bytes are sent in binary, which must not be taken for another type.
  return param.type == ScalarType::kBytes ? kBytea : 0;
}

bool ColumnTypeMatches(PostgresOid found, ScalarType declared) {
  return ScalarOf(found).value_or(ScalarType::kText) == declared;
}

DbResult<Scalar> ReadPostgres(PostgresOid oid, std::string_view text, const bundle::ResultColumn& column) {
  switch (oid) {
    case kBool: return Scalar::Of(ScalarType::kBoolean, text == "t" ? "true" : "false");
    case kBytea: {
      auto bytes = FromHex(text);
      if (!bytes) return tl::unexpected(Mismatch(column, "bytes in another spelling"));
      return Scalar::Of(ScalarType::kBytes, std::move(*bytes));
    }
    // The server's word for these needs no second look.
    case kInt2:
    case kInt4:
    case kInt8:
    case kOid: return Scalar::Of(ScalarType::kInt64, std::string(text));
    case kUuid: return Scalar::Of(ScalarType::kUuid, std::string(text));
    case kJson:
    case kJsonb: return Scalar::Of(ScalarType::kJson, std::string(text));
    default: return FromColumnText(column, text);
  }
}

FailureKind KindOfSqlState(std::string_view state) {
  for (const ClassOfState& row : kStates) {
    if (state.starts_with(row.prefix)) return row.kind;
  }
  return FailureKind::kOther;
}

}  // namespace synapsor::db
