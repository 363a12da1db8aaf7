#include "compiler/plan/tool_schema.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "runtime/base/digest.h"

namespace synapsor::plan {
namespace {

using nlohmann::json;

// A bound or enumerated value as the JSON of its type: integers exact, decimals as texts.
json Number(const std::string& text) {
  json value = json::parse(text, nullptr, false);
  return value.is_discarded() ? json(text) : value;
}

json EnumValue(const bundle::Arg& arg, const std::string& text) {
  switch (arg.type) {
    case ScalarType::kInt64:
    case ScalarType::kDouble: return Number(text);
    case ScalarType::kBoolean: return text == "true";
    default: return text;
  }
}

// Bounds that JSON Schema cannot state for a text are said in words.
std::string DecimalRange(const bundle::Arg& arg) {
  if (arg.min && arg.max) return fmt::format("From {} to {}.", *arg.min, *arg.max);
  if (arg.min) return fmt::format("At least {}.", *arg.min);
  if (arg.max) return fmt::format("At most {}.", *arg.max);
  return "";
}

void AddDecimal(const bundle::Arg& arg, json& schema, std::string& description) {
  schema["type"] = "string";
  const int scale = arg.scale.value_or(-1);
  const std::string whole =
      arg.precision ? fmt::format("{{1,{}}}", std::max(1, *arg.precision - std::max(scale, 0))) : "+";
  const std::string fraction =
      scale == 0 ? "" : fmt::format("(\\.[0-9]{})?", scale > 0 ? fmt::format("{{1,{}}}", scale) : "+");
  schema["pattern"] = fmt::format("^-?[0-9]{}{}$", whole, fraction);
  const std::string range = DecimalRange(arg);
  if (!range.empty()) description += (description.empty() ? "" : " ") + range;
}

json Envelope(const bundle::Capability& capability) {
  const json object = {{"type", "object"}};
  json properties = {{"status", {{"type", "string"}}}};
  properties[capability.is_proposal ? "proposal" : "payload"] = object;
  return {{"type", "object"}, {"properties", std::move(properties)}, {"required", {"status"}}};
}

}  // namespace

json ArgSchema(const bundle::Arg& arg) {
  json schema = json::object();
  std::string description = arg.description;
  switch (arg.type) {
    case ScalarType::kInt64:
    case ScalarType::kUInt64: schema["type"] = "integer"; break;
    case ScalarType::kDouble: schema["type"] = "number"; break;
    case ScalarType::kBoolean: schema["type"] = "boolean"; break;
    case ScalarType::kDecimal: AddDecimal(arg, schema, description); break;
    case ScalarType::kDate:
      schema["type"] = "string";
      schema["format"] = "date";
      break;
    case ScalarType::kTimestampTz:
      schema["type"] = "string";
      schema["format"] = "date-time";
      break;
    case ScalarType::kTimestamp:
      schema["type"] = "string";
      schema["pattern"] = "^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?$";
      break;
    case ScalarType::kUuid:
      schema["type"] = "string";
      schema["format"] = "uuid";
      break;
    default:
      schema["type"] = "string";
      if (arg.max_length) schema["maxLength"] = *arg.max_length;
  }
  if (arg.type == ScalarType::kInt64 || arg.type == ScalarType::kDouble) {
    if (arg.min) schema["minimum"] = Number(*arg.min);
    if (arg.max) schema["maximum"] = Number(*arg.max);
  }
  for (const std::string& value : arg.one_of) schema["enum"].push_back(EnumValue(arg, value));
  if (!description.empty()) schema["description"] = description;
  return schema;
}

std::string ToolDefinition(const bundle::Capability& capability) {
  json properties = json::object();
  json required = json::array();
  for (const bundle::Arg& arg : capability.args) {
    properties[arg.name] = ArgSchema(arg);
    if (arg.required) required.push_back(arg.name);
  }
  json input = {{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (!required.empty()) input["required"] = std::move(required);
  // A read changes nothing; a proposal changes nothing either until a person approves it, but repeating it is a second
  // request, which the runtime answers with a refusal.
  const json annotations = {{"readOnlyHint", !capability.is_proposal},
                            {"destructiveHint", false},
                            {"idempotentHint", !capability.is_proposal},
                            {"openWorldHint", false}};
  return CanonicalJson({{"name", capability.tool_name},
                        {"title", capability.name},
                        {"description", capability.description},
                        {"inputSchema", std::move(input)},
                        {"outputSchema", Envelope(capability)},
                        {"annotations", annotations}});
}

}  // namespace synapsor::plan
