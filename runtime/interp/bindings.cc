#include "runtime/interp/bindings.h"

#include <fmt/format.h>

#include "runtime/base/text.h"

namespace synapsor::interp {
namespace {

constexpr std::size_t kMaxSessionValue = 1000;

tl::unexpected<Refusal> RefuseMissing(const std::string& key) {
  return Refuse("SESSION_VALUE_MISSING",
                fmt::format("the session carries no `{}`: the application must set it before the call", key));
}

tl::unexpected<Refusal> RefuseInvalid(const std::string& key) {
  return Refuse("SESSION_VALUE_INVALID",
                fmt::format("the session's `{}` is not a value of the kind that is needed", key));
}

Checked<const std::string*> FindValue(const session::Session& session, const std::string& key) {
  const std::string* value = session.Find(key);
  if (!value || value->empty()) return RefuseMissing(key);
  const TextFacts facts = Examine(*value);
  if (!facts.valid || facts.has_control || facts.code_points > kMaxSessionValue) return RefuseInvalid(key);
  return value;
}

}  // namespace

Checked<std::vector<const std::string*>> BindSession(const CallPlan& plan, const bundle::Workflow* workflow,
                                                     const session::Session& session) {
  std::vector<const std::string*> values;
  for (const std::string& key : plan.session_keys) {
    const auto value = FindValue(session, key);
    if (!value) return tl::unexpected(value.error());
    values.push_back(*value);
  }
  if (!workflow) return values;
  for (const std::string& key : workflow->session_keys) {
    const auto value = FindValue(session, key);
    if (!value) return tl::unexpected(value.error());
  }
  return values;
}

Checked<Scalar> Resolve(const ValueSource& source, const CallPlan& plan, const CallValues& values) {
  const auto convert = [&](const Scalar& value) -> Result<Scalar> {
    if (value.is_null) return Scalar::Null(source.type);
    if (value.type == source.type) return value;
    return FromText(value.text, source.type);
  };
  switch (source.kind) {
    case ValueSource::Kind::kSession: {
      auto value = FromText(*values.session[source.index], source.type);
      if (!value) return RefuseInvalid(plan.session_keys[source.index]);
      return *std::move(value);
    }
    case ValueSource::Kind::kArg: {
      const std::optional<Scalar>& argument = values.args[source.index];
      auto value = argument ? convert(*argument) : Result<Scalar>(Scalar::Null(source.type));
      const std::string& name = plan.capability->args[source.index].name;
      if (!value) return RefuseArgument(name, fmt::format("argument `{}` does not fit what it is used for", name));
      return *std::move(value);
    }
    case ValueSource::Kind::kFixed: {
      auto value = convert(*source.fixed);
      if (!value) return tl::unexpected(Internal("a value of the contract does not fit its column: tell the operator"));
      return *std::move(value);
    }
    case ValueSource::Kind::kKey: return values.key;
    case ValueSource::Kind::kTenant: return values.tenant;
  }
  return tl::unexpected(Internal("a value has no source"));
}

Checked<std::vector<Scalar>> ResolveAll(const std::vector<ValueSource>& sources, const CallPlan& plan,
                                        const CallValues& values) {
  std::vector<Scalar> resolved;
  resolved.reserve(sources.size());
  for (const ValueSource& source : sources) {
    auto value = Resolve(source, plan, values);
    if (!value) return tl::unexpected(std::move(value.error()));
    resolved.push_back(*std::move(value));
  }
  return resolved;
}

}  // namespace synapsor::interp
