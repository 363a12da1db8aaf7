#include "runtime/interp/call_plan.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "runtime/base/strict_json.h"
#include "runtime/interp/returns.h"

namespace synapsor::interp {
namespace {

std::size_t IndexOf(const std::vector<std::string>& names, std::string_view name) {
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

std::size_t AddKey(std::vector<std::string>& keys, const std::string& key) {
  const std::size_t index = IndexOf(keys, key);
  if (index == keys.size()) keys.push_back(key);
  return index;
}

std::size_t ColumnIndex(const bundle::Statement& statement, std::string_view name) {
  std::size_t index = 0;
  while (index < statement.columns.size() && statement.columns[index].name != name) ++index;
  return index;
}

std::size_t ArgIndex(const bundle::Capability& capability, std::string_view name) {
  std::size_t index = 0;
  while (index < capability.args.size() && capability.args[index].name != name) ++index;
  return index;
}

// The loader has verified that every reference resolves.
ValueSource Source(const bundle::ValueRef& value, ScalarType type, const CallPlan& plan) {
  using Kind = ValueSource::Kind;
  switch (value.origin) {
    case bundle::Origin::kSession: return {Kind::kSession, IndexOf(plan.session_keys, value.name), nullptr, type};
    case bundle::Origin::kArg: return {Kind::kArg, ArgIndex(*plan.capability, value.name), nullptr, type};
    case bundle::Origin::kProposal: return {value.name == "tenant" ? Kind::kTenant : Kind::kKey, 0, nullptr, type};
    case bundle::Origin::kFixed:
    case bundle::Origin::kEvent: break;
  }
  return {Kind::kFixed, 0, &value.fixed, type};
}

std::vector<ValueSource> Sources(const bundle::Statement& statement, const CallPlan& plan) {
  std::vector<ValueSource> sources;
  for (const bundle::Param& param : statement.params) sources.push_back(Source(param.value, param.type, plan));
  return sources;
}

ScalarType SummaryType(const bundle::ValueRef& value, const CallPlan& plan) {
  if (value.origin != bundle::Origin::kArg) return ScalarType::kText;
  return plan.capability->args[ArgIndex(*plan.capability, value.name)].type;
}

// A written column's own visible slot, if the target is the context's root.
std::string SlotOf(const bundle::SetColumn& set, const CallPlan& plan) {
  if (!plan.capability->patch->target_is_context_root) return {};
  for (const bundle::ResultColumn& column : plan.context->query.statement.columns) {
    const bool same = column.table == plan.context->query.tables.front() && column.column == set.column;
    if (same && column.visible) return column.name;
  }
  return {};
}

void AddPatch(const bundle::PatchPlan& patch, CallPlan& plan) {
  plan.key = Source(patch.key, patch.key_type, plan);
  plan.tenant = Source(patch.tenant, patch.tenant_type, plan);
  plan.before_params = Sources(patch.before, plan);
  for (const bundle::SetColumn& set : patch.set) {
    plan.set.push_back({&set, Source(set.value, set.type, plan), ColumnIndex(patch.before, set.column),
                        bundle::ProvenanceText(set.value), SlotOf(set, plan)});
  }
  plan.root_key = ColumnIndex(plan.context->query.statement, patch.root_key_slot);
  plan.guard = ColumnIndex(patch.before, patch.guard.column);
  for (const std::string& column : patch.observed) plan.observed.push_back(ColumnIndex(patch.before, column));
  for (const std::string& column : patch.guard.compared) {
    plan.compared.push_back(ColumnIndex(patch.before, column));
  }
  for (const bundle::SummaryPart& part : plan.capability->summary) {
    if (part.is_value) plan.summary.push_back(Source(part.value, SummaryType(part.value, plan), plan));
  }
}

}  // namespace

CallPlans::CallPlans(const bundle::Bundle& bundle, const config::Config& config, const Readers& readers)
    : bundle_(bundle),
      config_(config),
      readers_(readers),
      entries_(std::make_unique<Entry[]>(bundle.capabilities.size())) {}

Result<const CallPlan*> CallPlans::Find(std::string_view name) {
  const auto found = bundle_.capability_index.find(name);
  if (found == bundle_.capability_index.end()) return nullptr;
  Entry& entry = entries_[found->second];
  std::call_once(entry.made, [&] { entry.error = Make(bundle_.capabilities[found->second], entry.plan); });
  if (entry.error) return tl::unexpected(*entry.error);
  return &entry.plan;
}

std::optional<Error> CallPlans::Make(const bundle::Capability& capability, CallPlan& plan) const {
  plan.capability = &capability;
  plan.context = bundle_.FindContext(capability.context);
  const std::string& source = plan.context->query.source;
  const auto reader = readers_.find(source);
  const auto configured = config_.sources.find(source);
  if (reader == readers_.end() || !reader->second || configured == config_.sources.end()) {
    return Error{ErrorKind::kUsage, "source `" + source + "` of capability `" + capability.name + "` has no reader",
                 "give the source and its `read` in synapsor.json"};
  }
  plan.reader = reader->second.get();
  plan.source = &configured->second;
  plan.session_keys = capability.session_keys;
  plan.tenant_key = AddKey(plan.session_keys, plan.context->tenant_session_key);
  plan.principal_key = AddKey(plan.session_keys, config_.session.principal_key);
  plan.trusted_names = config_.markers.trusted_names;
  plan.trusted_names.insert(plan.trusted_names.end(), plan.session_keys.begin(), plan.session_keys.end());
  for (const bundle::Binding& binding : capability.bindings) plan.trusted_names.push_back(binding.name);
  for (const bundle::Binding& binding : plan.context->bindings) plan.trusted_names.push_back(binding.name);
  plan.trusted_names.push_back(config_.session.tenant_key);
  plan.query_params = Sources(plan.context->query.statement, plan);
  const auto& columns = plan.context->query.statement.columns;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].visible) plan.visible.push_back(i);
  }
  if (!capability.returns_json.empty()) {
    auto schema = ParseStrictJson(capability.returns_json);
    std::string problem = schema ? FindUnsupported(*schema) : schema.error().message;
    if (!problem.empty()) {
      return Error{ErrorKind::kInvalid, "RETURNS JSON of capability `" + capability.name + "`: " + problem,
                   "build the bundle again with a schema of the documented subset"};
    }
    plan.returns = std::make_shared<const nlohmann::json>(*std::move(schema));
  }
  if (capability.patch) AddPatch(*capability.patch, plan);
  return std::nullopt;
}

}  // namespace synapsor::interp
