#include "runtime/base/scalar.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "runtime/base/scalar_text.h"

namespace synapsor {
namespace {

using nlohmann::json;

constexpr std::int64_t kExactInDouble = std::int64_t{1} << 53;

constexpr std::array<std::pair<ScalarType, std::string_view>, 13> kNames = {{
    {ScalarType::kText, "text"},
    {ScalarType::kInt64, "int64"},
    {ScalarType::kUInt64, "uint64"},
    {ScalarType::kBoolean, "boolean"},
    {ScalarType::kDouble, "double"},
    {ScalarType::kDecimal, "decimal"},
    {ScalarType::kDate, "date"},
    {ScalarType::kTime, "time"},
    {ScalarType::kTimestamp, "timestamp"},
    {ScalarType::kTimestampTz, "timestamptz"},
    {ScalarType::kUuid, "uuid"},
    {ScalarType::kBytes, "bytes"},
    {ScalarType::kJson, "json"},
}};

template <typename Number>
std::optional<Number> ParseNumber(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Notices numbers that a JSON value cannot carry without rounding.
class ExactNumbers : public nlohmann::json_sax<json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t value, const string_t& spelled) override {
    // A fraction that reads back as spelled is exact enough to be shown and stored as a number.
    return std::isfinite(value) && json(value).dump() == spelled;
  }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return true; }
  bool key(string_t&) override { return true; }
  bool end_object() override { return true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }
};

// A JSON document that would change when it is carried as a JSON value; it is carried as a string instead.
bool MustStayText(std::string_view text) {
  if (!json::accept(text)) return false;
  ExactNumbers numbers;
  return !json::sax_parse(text, &numbers);
}

json JsonDocument(const std::string& text) {
  if (!json::accept(text) || MustStayText(text)) return text;
  return json::parse(text, nullptr, false);
}

tl::unexpected<Error> NotOfType(ScalarType type) {
  return Fail(ErrorKind::kUsage,
              fmt::format("not a value of type {}: {} is expected", ScalarTypeName(type), scalar_text::Expected(type)));
}

Result<Scalar> Checked(std::string_view text, ScalarType type) {
  auto kept = scalar_text::Canonical(text, type);
  if (!kept) return NotOfType(type);
  return Scalar::Of(type, std::move(*kept));
}

bool BeyondDouble(const std::string& text, ScalarType type) {
  if (type == ScalarType::kUInt64) {
    const auto value = ParseNumber<std::uint64_t>(text);
    return value && *value > static_cast<std::uint64_t>(kExactInDouble);
  }
  const auto value = ParseNumber<std::int64_t>(text);
  return value && (*value > kExactInDouble || *value < -kExactInDouble);
}

Result<Scalar> IntegerFromJson(const json& value, ScalarType type) {
  if (value.is_number_integer()) return Checked(value.dump(), type);
  // Only numbers that JSON readers round travel as strings.
  if (value.is_string() && BeyondDouble(value.get_ref<const std::string&>(), type)) {
    return Checked(value.get_ref<const std::string&>(), type);
  }
  return NotOfType(type);
}

Result<Scalar> DoubleFromJson(const json& value) {
  if (value.is_number_integer() &&
      BeyondDouble(value.dump(), value.is_number_unsigned() ? ScalarType::kUInt64 : ScalarType::kInt64)) {
    return NotOfType(ScalarType::kDouble);
  }
  if (!value.is_number()) return NotOfType(ScalarType::kDouble);
  return Checked(value.dump(), ScalarType::kDouble);
}

Result<Scalar> JsonFromJson(const json& value) {
  if (value.is_string() && MustStayText(value.get_ref<const std::string&>())) {
    return Scalar::Of(ScalarType::kJson, value.get<std::string>());
  }
  try {
    return Scalar::Of(ScalarType::kJson, value.dump());
  } catch (const json::exception&) {
    return NotOfType(ScalarType::kJson);
  }
}

}  // namespace

std::string_view ScalarTypeName(ScalarType type) {
  for (const auto& [candidate, name] : kNames) {
    if (candidate == type) return name;
  }
  return "text";
}

Result<ScalarType> ParseScalarType(std::string_view name) {
  for (const auto& [type, candidate] : kNames) {
    if (candidate == name) return type;
  }
  return Fail(ErrorKind::kInvalid, fmt::format("`{}` is not a scalar type", name));
}

json ToJson(const Scalar& scalar) {
  if (scalar.is_null) return nullptr;
  switch (scalar.type) {
    case ScalarType::kInt64:
      if (const auto value = ParseNumber<std::int64_t>(scalar.text); value && !BeyondDouble(scalar.text, scalar.type)) {
        return *value;
      }
      return scalar.text;
    case ScalarType::kUInt64:
      if (const auto value = ParseNumber<std::uint64_t>(scalar.text);
          value && !BeyondDouble(scalar.text, scalar.type)) {
        return *value;
      }
      return scalar.text;
    case ScalarType::kBoolean:
      if (scalar.text == "true") return true;
      if (scalar.text == "false") return false;
      return scalar.text;
    case ScalarType::kDouble:
      if (const auto value = ParseNumber<double>(scalar.text); value && std::isfinite(*value)) {
        return *value;
      }
      return scalar.text;
    case ScalarType::kBytes: return scalar_text::EncodeBase64(scalar.text);
    case ScalarType::kJson: return JsonDocument(scalar.text);
    default: return scalar.text;
  }
}

Result<Scalar> FromJson(const json& value, ScalarType type) {
  if (value.is_null()) return Scalar::Null(type);
  switch (type) {
    case ScalarType::kInt64:
    case ScalarType::kUInt64: return IntegerFromJson(value, type);
    case ScalarType::kBoolean:
      if (!value.is_boolean()) return NotOfType(type);
      return Scalar::Of(type, value.get<bool>() ? "true" : "false");
    case ScalarType::kDouble: return DoubleFromJson(value);
    case ScalarType::kDecimal:
      // A JSON fraction has been through a double already; a whole number has not.
      if (value.is_number_integer()) return Checked(value.dump(), type);
      break;
    case ScalarType::kJson: return JsonFromJson(value);
    default: break;
  }
  if (!value.is_string()) return NotOfType(type);
  return FromText(value.get_ref<const std::string&>(), type);
}

Result<Scalar> FromText(std::string_view text, ScalarType type) {
  if (type == ScalarType::kBytes) {
    auto bytes = scalar_text::DecodeBase64(text);
    if (!bytes) return NotOfType(type);
    return Scalar::Of(type, std::move(*bytes));
  }
  return Checked(text, type);
}

}  // namespace synapsor
