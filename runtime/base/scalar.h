// One scalar as it travels between arguments, trusted session values, database columns, evidence and
// proposals. What is decided here: which types exist and how each is written as text and as JSON, so that
// no value is rounded on its way. What is not: which SQL type a column has (compiler/schema).
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "runtime/base/result.h"

namespace synapsor {

// The types that an ARG can declare and that plans carry for slots and columns.
enum class ScalarType {
  kText,
  kInt64,
  kUInt64,  // MySQL BIGINT UNSIGNED
  kBoolean,
  kDouble,
  kDecimal,      // exact; held as its decimal text
  kDate,         // YYYY-MM-DD
  kTime,         // [-]HH:MM:SS[.ffffff]
  kTimestamp,    // without time zone: YYYY-MM-DD HH:MM:SS[.ffffff]
  kTimestampTz,  // an instant: YYYY-MM-DDTHH:MM:SS.ffffffZ, always UTC
  kUuid,
  kBytes,  // held as raw bytes, written as base64
  kJson,   // held as the database's text
};

std::string_view ScalarTypeName(ScalarType type);  // "text", "int64", "timestamptz", …: the bundle's spelling
Result<ScalarType> ParseScalarType(std::string_view name);

// A value or NULL. The text form is exact for every type (doubles round-trip) and has one spelling, the one that
// FromText and FromJson keep: times carry no fraction or six digits of it, UUIDs are lower case, no -0. Two scalars
// of one type are the same value iff null-ness and text are equal, which is what conflict guards compare. Decimals
// keep their scale (1.10 is not 1.1: one column always answers with one scale), json its white space.
struct Scalar {
  ScalarType type = ScalarType::kText;
  bool is_null = true;
  std::string text;

  static Scalar Null(ScalarType type) { return {type, true, {}}; }
  static Scalar Text(std::string value) { return {ScalarType::kText, false, std::move(value)}; }
  static Scalar Int(std::int64_t value) { return {ScalarType::kInt64, false, std::to_string(value)}; }
  static Scalar Of(ScalarType type, std::string value) { return {type, false, std::move(value)}; }

  bool operator==(const Scalar&) const = default;
};

// JSON as models and reviewers see it: integers up to 2^53 as numbers, larger ones and decimals as strings,
// bytes as base64, json as a JSON value unless a number in it would be rounded (then as a string holding the
// document). Lossless together with the type, except for the white space of json.
nlohmann::json ToJson(const Scalar& scalar);

// The inverse for a declared type. Refuses a JSON kind or text that is not of that type; never rounds or coerces
// ("5" is not an int64; 5.0 is not an int64; 2^63 is refused; a decimal is a string or a whole number; NaN and
// the infinities are refused). Null is the NULL of every type. Messages never hold the value.
Result<Scalar> FromJson(const nlohmann::json& value, ScalarType type);

// Parses text (a command line's `--arg k=v`, an environment value, a database's text) as `type`, with the same
// strictness. Bytes are given as base64; timestamps may have a `T` or a space, instants any offset.
Result<Scalar> FromText(std::string_view text, ScalarType type);

}  // namespace synapsor
