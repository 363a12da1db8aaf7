#include "runtime/interp/arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "runtime/base/decimal.h"
#include "runtime/base/text.h"

namespace synapsor::interp {
namespace {

constexpr std::int64_t kDefaultMaxLength = 4000;

std::string_view TypeInWords(ScalarType type) {
  switch (type) {
    case ScalarType::kText: return "a text";
    case ScalarType::kInt64: return "an integer of 64 bits";
    case ScalarType::kUInt64: return "a non-negative integer of 64 bits";
    case ScalarType::kBoolean: return "true or false";
    case ScalarType::kDouble: return "a number";
    case ScalarType::kDecimal: return "a decimal number, best given as a text";
    case ScalarType::kDate: return "a date as YYYY-MM-DD";
    case ScalarType::kTime: return "a time as HH:MM:SS";
    case ScalarType::kTimestamp: return "a time stamp as YYYY-MM-DD HH:MM:SS";
    case ScalarType::kTimestampTz: return "an instant as YYYY-MM-DDTHH:MM:SSZ";
    case ScalarType::kUuid: return "a UUID";
    case ScalarType::kBytes: return "base64";
    case ScalarType::kJson: return "a JSON value";
  }
  return "a value";
}

tl::unexpected<Refusal> RefuseUnknown(const CallPlan& plan, const std::string& name) {
  if (std::find(plan.trusted_names.begin(), plan.trusted_names.end(), name) != plan.trusted_names.end()) {
    return RefuseOverride(name);
  }
  std::string known;
  for (const bundle::Arg& arg : plan.capability->args) known += (known.empty() ? "`" : ", `") + arg.name + "`";
  const std::string shown = Visible(name, 64);
  return RefuseArgument(
      shown, fmt::format("argument `{}` is unknown; this capability takes {}", shown, known.empty() ? "none" : known));
}

Checked<Scalar> CheckText(const bundle::Arg& arg, Scalar value) {
  const TextFacts facts = Examine(value.text);
  const auto refuse = [&](std::string why) {
    return RefuseArgument(arg.name, fmt::format("argument `{}` {}", arg.name, why));
  };
  if (!facts.valid) return refuse("is not valid UTF-8");
  if (facts.has_control) return refuse("holds control characters");
  const auto limit = static_cast<std::size_t>(arg.max_length.value_or(kDefaultMaxLength));
  if (facts.code_points > limit) {
    return refuse(fmt::format("has {} characters; at most {} are allowed", facts.code_points, limit));
  }
  return value;
}

Checked<Scalar> CheckBounds(const bundle::Arg& arg, Scalar value) {
  const auto refuse = [&](std::string why) {
    return RefuseArgument(arg.name, fmt::format("argument `{}` must be {}", arg.name, why));
  };
  if (arg.min || arg.max) {
    const auto low = arg.min ? CompareNumbers(value.text, *arg.min) : std::strong_ordering::equal;
    const auto high = arg.max ? CompareNumbers(value.text, *arg.max) : std::strong_ordering::equal;
    if (!low || *low < 0) return refuse(fmt::format("at least {}", arg.min.value_or("a number")));
    if (!high || *high > 0) return refuse(fmt::format("at most {}", arg.max.value_or("a number")));
  }
  if (arg.precision && value.type == ScalarType::kDecimal) {
    const auto digits = CountDigits(value.text);
    const int scale = arg.scale.value_or(0);
    if (!digits || digits->fraction > scale || digits->integer > *arg.precision - scale) {
      return refuse(fmt::format("a decimal of at most {} digits, {} of them behind the point", *arg.precision, scale));
    }
  }
  const auto& options = arg.one_of;
  if (!options.empty() && std::find(options.begin(), options.end(), value.text) == options.end()) {
    return refuse(fmt::format("one of {}", fmt::join(options, ", ")));
  }
  return value;
}

Checked<Scalar> CheckOne(const bundle::Arg& arg, const nlohmann::json& value) {
  auto scalar = FromJson(value, arg.type);
  if (!scalar) {
    return RefuseArgument(arg.name, fmt::format("argument `{}` must be {}", arg.name, TypeInWords(arg.type)));
  }
  if (arg.type == ScalarType::kText || arg.type == ScalarType::kJson) {
    auto text = CheckText(arg, *std::move(scalar));
    if (!text) return text;
    return CheckBounds(arg, *std::move(text));
  }
  return CheckBounds(arg, *std::move(scalar));
}

}  // namespace

Checked<ArgValues> CheckArguments(const CallPlan& plan, const nlohmann::json& arguments) {
  if (!arguments.is_object()) return RefuseArgument({}, "the arguments must be a JSON object");
  const std::vector<bundle::Arg>& args = plan.capability->args;
  ArgValues values(args.size());
  for (const auto& [name, value] : arguments.items()) {
    std::size_t i = 0;
    while (i < args.size() && args[i].name != name) ++i;
    if (i == args.size()) return RefuseUnknown(plan, name);
    if (value.is_null()) {
      values[i] = Scalar::Null(args[i].type);
      continue;
    }
    auto checked = CheckOne(args[i], value);
    if (!checked) return tl::unexpected(std::move(checked.error()));
    values[i] = *std::move(checked);
  }
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (args[i].required && (!values[i] || values[i]->is_null)) {
      return RefuseArgument(args[i].name, fmt::format("argument `{}` is missing", args[i].name));
    }
  }
  return values;
}

}  // namespace synapsor::interp
