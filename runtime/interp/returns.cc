#include "runtime/interp/returns.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>

#include "runtime/base/text.h"

namespace synapsor::interp {
namespace {

using nlohmann::json;

const std::set<std::string_view>& Keywords() {
  static const std::set<std::string_view> keywords = {"type", "properties", "required", "additionalProperties", "items",
                                                      "enum", "const", "minimum", "maximum", "minLength", "maxLength",
                                                      // annotations
                                                      "title", "description", "default", "examples", "format",
                                                      "$schema", "$id", "$comment"};
  return keywords;
}

bool HasType(const json& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  if (type == "boolean") return value.is_boolean();
  return type == "null" && value.is_null();
}

bool HasAnyType(const json& value, const json& types) {
  if (types.is_string()) return HasType(value, types.get_ref<const std::string&>());
  return std::any_of(types.begin(), types.end(),
                     [&](const json& type) { return type.is_string() && HasType(value, type); });
}

std::string Describe(const std::string& place) { return place.empty() ? "the result" : "`" + place + "`"; }

std::string FindMismatchAt(const json& value, const json& schema, const std::string& place);

std::string FindObjectMismatch(const json& value, const json& schema, const std::string& place) {
  for (const json& name : schema.value("required", json::array())) {
    if (name.is_string() && !value.contains(name.get_ref<const std::string&>())) {
      return Describe(place) + " lacks `" + name.get<std::string>() + "`";
    }
  }
  const json properties = schema.value("properties", json::object());
  const auto rest = schema.find("additionalProperties");
  for (const auto& [name, member] : value.items()) {
    const std::string inner = place.empty() ? name : place + "." + name;
    const auto known = properties.find(name);
    if (known == properties.end() && rest == schema.end()) continue;
    std::string mismatch = FindMismatchAt(member, known != properties.end() ? *known : *rest, inner);
    if (!mismatch.empty()) return mismatch;
  }
  return {};
}

std::string FindArrayMismatch(const json& value, const json& schema, const std::string& place) {
  const auto items = schema.find("items");
  if (items == schema.end()) return {};
  for (const json& item : value) {
    std::string mismatch = FindMismatchAt(item, *items, place + "[]");
    if (!mismatch.empty()) return mismatch;
  }
  return {};
}

std::string FindRangeMismatch(const json& value, const json& schema, const std::string& place) {
  if (value.is_number()) {
    const double number = value.get<double>();
    const bool low = schema.contains("minimum") && number < schema["minimum"].get<double>();
    const bool high = schema.contains("maximum") && number > schema["maximum"].get<double>();
    if (low || high) return Describe(place) + " is out of its range";
  }
  if (value.is_string()) {
    const std::size_t length = Examine(value.get_ref<const std::string&>()).code_points;
    const bool low = schema.contains("minLength") && length < schema["minLength"].get<std::size_t>();
    const bool high = schema.contains("maxLength") && length > schema["maxLength"].get<std::size_t>();
    if (low || high) return Describe(place) + " has another length than declared";
  }
  return {};
}

std::string FindMismatchAt(const json& value, const json& schema, const std::string& place) {
  if (schema.is_boolean()) return schema.get<bool>() ? std::string() : Describe(place) + " is not declared";
  if (schema.contains("type") && !HasAnyType(value, schema["type"])) {
    return Describe(place) + " is of another kind than declared";
  }
  if (schema.contains("const") && value != schema["const"]) return Describe(place) + " is another constant";
  if (schema.contains("enum")) {
    const json& options = schema["enum"];
    if (std::find(options.begin(), options.end(), value) == options.end()) {
      return Describe(place) + " is none of the declared values";
    }
  }
  if (value.is_object()) return FindObjectMismatch(value, schema, place);
  if (value.is_array()) return FindArrayMismatch(value, schema, place);
  return FindRangeMismatch(value, schema, place);
}

bool IsWellFormed(const std::string& keyword, const json& value) {
  if (keyword == "type") return value.is_string() || value.is_array();
  if (keyword == "properties") return value.is_object();
  if (keyword == "required" || keyword == "enum") return value.is_array();
  if (keyword == "minimum" || keyword == "maximum") return value.is_number();
  if (keyword == "minLength" || keyword == "maxLength") return value.is_number_unsigned();
  return true;
}

std::string FindUnsupportedAt(const json& schema, const std::string& place, int depth) {
  if (schema.is_boolean()) return {};
  if (!schema.is_object() || depth > 32) return Describe(place) + " is not a schema";
  for (const auto& [keyword, value] : schema.items()) {
    if (!Keywords().contains(keyword)) return Describe(place) + " uses `" + keyword + "`, which is not supported";
    if (!IsWellFormed(keyword, value)) return "`" + keyword + "` of " + Describe(place) + " is not well formed";
    std::string problem;
    if (keyword == "properties") {
      for (const auto& [name, inner] : value.items()) {
        problem = FindUnsupportedAt(inner, place.empty() ? name : place + "." + name, depth + 1);
        if (!problem.empty()) return problem;
      }
    } else if (keyword == "items" || keyword == "additionalProperties") {
      problem = FindUnsupportedAt(value, place + "[]", depth + 1);
    }
    if (!problem.empty()) return problem;
  }
  return {};
}

}  // namespace

std::string FindUnsupported(const json& schema) { return FindUnsupportedAt(schema, {}, 0); }

std::string FindMismatch(const json& value, const json& schema) { return FindMismatchAt(value, schema, {}); }

}  // namespace synapsor::interp
