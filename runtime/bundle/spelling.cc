#include "runtime/bundle/spelling.h"

#include <array>
#include <nlohmann/json.hpp>

namespace synapsor::bundle {
namespace {

constexpr std::array<std::pair<Origin, std::string_view>, 5> kOrigins = {{
    {Origin::kSession, "session"},
    {Origin::kArg, "arg"},
    {Origin::kFixed, "fixed"},
    {Origin::kProposal, "proposal"},
    {Origin::kEvent, "event"},
}};

constexpr std::array<std::pair<GuardKind, std::string_view>, 3> kGuards = {{
    {GuardKind::kIntegerVersion, "integer_version"},
    {GuardKind::kTimestamp, "timestamp"},
    {GuardKind::kBeforeImage, "before_image"},
}};

Result<ValueRef> FixedFromJson(const nlohmann::json& value, std::string_view where) {
  const std::string prefix(where);
  if (value.size() != 2 || !value.contains("fixed") || !value.contains("type") || !value["type"].is_string()) {
    return Fail(ErrorKind::kInvalid, prefix + ": a fixed value has exactly `fixed` and `type`");
  }
  SYN_ASSIGN_OR_RETURN(const ScalarType type, ParseScalarType(value["type"].get_ref<const std::string&>()));
  const nlohmann::json& fixed = value["fixed"];
  if (fixed.is_null()) return ValueRef{Origin::kFixed, {}, Scalar::Null(type)};
  if (!fixed.is_string()) {
    return Fail(ErrorKind::kInvalid, prefix + ": `fixed` is neither a text nor null");
  }
  return ValueRef{Origin::kFixed, {}, Scalar::Of(type, fixed.get<std::string>())};
}

}  // namespace

std::string_view OriginName(Origin origin) {
  for (const auto& [value, name] : kOrigins) {
    if (value == origin) return name;
  }
  return {};
}

std::string_view GuardKindName(GuardKind kind) {
  for (const auto& [value, name] : kGuards) {
    if (value == kind) return name;
  }
  return {};
}

std::optional<GuardKind> ParseGuardKind(std::string_view text) {
  for (const auto& [value, name] : kGuards) {
    if (name == text) return value;
  }
  return std::nullopt;
}

std::string ProvenanceText(const ValueRef& value) {
  std::string text(OriginName(value.origin));
  if (value.origin != Origin::kFixed) {
    text += ':';
    text += value.name;
  }
  return text;
}

nlohmann::json ToJson(const ValueRef& value) {
  if (value.origin != Origin::kFixed) return ProvenanceText(value);
  nlohmann::json fixed = nullptr;
  if (!value.fixed.is_null) fixed = value.fixed.text;
  return {{"fixed", std::move(fixed)}, {"type", ScalarTypeName(value.fixed.type)}};
}

std::optional<ValueRef> ParseReference(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon + 1 == text.size()) return std::nullopt;
  for (const auto& [origin, name] : kOrigins) {
    if (origin == Origin::kFixed || text.substr(0, colon) != name) continue;
    return ValueRef{origin, std::string(text.substr(colon + 1)), Scalar::Null(ScalarType::kText)};
  }
  return std::nullopt;
}

Result<ValueRef> ValueRefFromJson(const nlohmann::json& value, std::string_view where) {
  if (value.is_object()) return FixedFromJson(value, where);
  if (value.is_string()) {
    if (auto reference = ParseReference(value.get_ref<const std::string&>())) return *std::move(reference);
  }
  return Fail(ErrorKind::kInvalid, std::string(where) + ": not a value reference");
}

}  // namespace synapsor::bundle
