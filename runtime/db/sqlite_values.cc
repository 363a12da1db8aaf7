#include "runtime/db/sqlite_values.h"

#include <sqlite3.h>

#include <charconv>
#include <cmath>
#include <string_view>

#include "runtime/db/values.h"

namespace synapsor::db {
namespace {

constexpr std::int64_t kExactInDouble = std::int64_t{1} << 53;

template <typename Number>
bool Parse(const std::string& text, Number& value) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end;
}

std::string_view StoredBytes(sqlite3_stmt* statement, int index) {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement, index));
  const int size = sqlite3_column_bytes(statement, index);
  return data == nullptr ? std::string_view() : std::string_view(data, static_cast<std::size_t>(size));
}

std::string_view StorageClassName(int storage) {
  switch (storage) {
    case SQLITE_INTEGER: return "an integer";
    case SQLITE_FLOAT: return "a real number";
    case SQLITE_TEXT: return "text";
    case SQLITE_BLOB: return "a blob";
    default: return "NULL";
  }
}

// Text as stored, when it is of the declared type.
DbResult<Scalar> StoredText(const bundle::ResultColumn& column, std::string_view text) {
  bool valid = FromText(text, column.type).has_value();
  // A column declared TIMESTAMP may hold either spelling; which one is the application's choice.
  if (!valid && column.type == ScalarType::kTimestamp) {
    valid = FromText(text, ScalarType::kTimestampTz).has_value();
  }
  if (!valid) {
    return tl::unexpected(Mismatch(column, "text that this type cannot carry exactly"));
  }
  return Scalar::Of(column.type, std::string(text));
}

DbResult<Scalar> FromInteger(const bundle::ResultColumn& column, std::int64_t value) {
  switch (column.type) {
    case ScalarType::kBoolean:
      if (value == 0 || value == 1) return Scalar::Of(column.type, value == 1 ? "true" : "false");
      return tl::unexpected(Mismatch(column, "an integer other than 0 and 1"));
    case ScalarType::kUInt64:
      if (value < 0) return tl::unexpected(Mismatch(column, "a negative integer"));
      return Scalar::Of(column.type, std::to_string(value));
    case ScalarType::kDouble:
      if (value > kExactInDouble || value < -kExactInDouble) {
        return tl::unexpected(Mismatch(column, "an integer beyond 2^53"));
      }
      return FromColumnDouble(column, static_cast<double>(value));
    case ScalarType::kInt64:
    case ScalarType::kDecimal: return Scalar::Of(column.type, std::to_string(value));
    default: return tl::unexpected(Mismatch(column, "an integer"));
  }
}

// A DECIMAL column of SQLite stores a double: its shortest digits, without an exponent, are what
// was written as long as that had at most 15 digits.
DbResult<Scalar> DecimalFromReal(const bundle::ResultColumn& column, double value) {
  if (!std::isfinite(value)) return tl::unexpected(Mismatch(column, "NaN or infinity"));
  char buffer[400];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::fixed);
  if (error != std::errc()) return tl::unexpected(Mismatch(column, "a real number out of range"));
  return FromColumnText(column, std::string_view(buffer, static_cast<std::size_t>(end - buffer)));
}

}  // namespace

DbResult<void> BindSqlite(sqlite3_stmt* statement, int position, const Scalar& value) {
  const auto where = static_cast<std::size_t>(position);
  const auto size = static_cast<sqlite3_uint64>(value.text.size());
  int status = SQLITE_OK;
  if (value.is_null) {
    status = sqlite3_bind_null(statement, position);
  } else if (value.type == ScalarType::kInt64 || value.type == ScalarType::kUInt64) {
    std::int64_t number = 0;
    if (!Parse(value.text, number)) {
      return tl::unexpected(CannotSend(where, "SQLite stores integers up to 2^63 - 1"));
    }
    status = sqlite3_bind_int64(statement, position, number);
  } else if (value.type == ScalarType::kBoolean) {
    if (value.text != "true" && value.text != "false") {
      return tl::unexpected(CannotSend(where, "not a boolean"));
    }
    status = sqlite3_bind_int(statement, position, value.text == "true" ? 1 : 0);
  } else if (value.type == ScalarType::kDouble) {
    double number = 0;
    // SQLite would store NaN as NULL.
    if (!Parse(value.text, number) || !std::isfinite(number)) {
      return tl::unexpected(CannotSend(where, "not a finite number"));
    }
    status = sqlite3_bind_double(statement, position, number);
  } else if (value.type == ScalarType::kBytes) {
    status = sqlite3_bind_blob64(statement, position, value.text.data(), size, SQLITE_STATIC);
  } else {
    status = sqlite3_bind_text64(statement, position, value.text.data(), size, SQLITE_STATIC, SQLITE_UTF8);
  }
  if (status != SQLITE_OK) return tl::unexpected(CannotSend(where, sqlite3_errstr(status)));
  return {};
}

DbResult<Scalar> ReadSqlite(sqlite3_stmt* statement, int index, const bundle::ResultColumn& column) {
  const int storage = sqlite3_column_type(statement, index);
  switch (storage) {
    case SQLITE_NULL: return Scalar::Null(column.type);
    case SQLITE_INTEGER: return FromInteger(column, sqlite3_column_int64(statement, index));
    case SQLITE_FLOAT: {
      const double value = sqlite3_column_double(statement, index);
      if (column.type == ScalarType::kDouble) return FromColumnDouble(column, value);
      if (column.type == ScalarType::kDecimal) return DecimalFromReal(column, value);
      break;
    }
    case SQLITE_BLOB:
      if (column.type == ScalarType::kBytes) {
        return Scalar::Of(column.type, std::string(StoredBytes(statement, index)));
      }
      break;
    case SQLITE_TEXT: {
      const bool numeric = column.type == ScalarType::kInt64 || column.type == ScalarType::kUInt64 ||
                           column.type == ScalarType::kBoolean || column.type == ScalarType::kDouble;
      if (!numeric && column.type != ScalarType::kBytes) {
        return StoredText(column, StoredBytes(statement, index));
      }
      break;
    }
    default: break;
  }
  return tl::unexpected(Mismatch(column, StorageClassName(storage)));
}

}  // namespace synapsor::db
