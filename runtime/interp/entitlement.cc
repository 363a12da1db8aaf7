#include "runtime/interp/entitlement.h"

#include <algorithm>

namespace synapsor::interp {
namespace {

bool Holds(const std::vector<std::string>& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

}  // namespace

Entitlements::Entitlements(const config::Session& config, const bundle::Bundle& bundle)
    : config_(config), bundle_(bundle), workflows_of_(bundle.capabilities.size()) {
  if (!config.workflows) return;
  for (std::size_t i = 0; i < bundle.workflows.size(); ++i) {
    for (const std::string& name : bundle.workflows[i].capabilities) {
      if (const auto at = bundle.capability_index.find(name); at != bundle.capability_index.end()) {
        workflows_of_[at->second].push_back(i);
      }
    }
  }
}

bool Entitlements::Restrict(const session::Session& session) const {
  return config_.workflows.has_value() && session.provider != "operator";
}

bool Entitlements::MayUse(const session::Session& session, std::string_view workflow) const {
  if (!Restrict(session)) return true;
  const auto users = config_.workflows->find(std::string(workflow));
  if (users == config_.workflows->end()) return false;
  const std::string* principal = session.Find(config_.principal_key);
  if (principal != nullptr && Holds(users->second.principals, *principal)) return true;
  return std::any_of(session.roles.begin(), session.roles.end(),
                     [&](const std::string& role) { return Holds(users->second.roles, role); });
}

Checked<std::string> Entitlements::WorkflowOf(const session::Session& session, std::size_t capability,
                                              std::string_view named) const {
  if (!Restrict(session)) return std::string(named);
  if (!named.empty()) {
    if (MayUse(session, named)) return std::string(named);
    return tl::unexpected(Refusal{"WORKFLOW_NOT_FOUND", {}, "there is no such workflow", {}, false});
  }
  const bundle::Workflow* only = nullptr;
  for (const std::size_t i : workflows_of_[capability]) {
    if (!MayUse(session, bundle_.workflows[i].name)) continue;
    if (only != nullptr) {
      return tl::unexpected(
          Refusal{"WORKFLOW_REQUIRED", {}, "several workflows have this capability: name one", "workflow", false});
    }
    only = &bundle_.workflows[i];
  }
  if (only == nullptr) return tl::unexpected(CapabilityNotFound());
  return only->name;
}

std::string FindUnknownWorkflow(const config::Session& config, const bundle::Bundle& bundle) {
  if (!config.workflows) return {};
  for (const auto& [name, users] : *config.workflows) {
    if (bundle.FindWorkflow(name) == nullptr) return name;
  }
  return {};
}

}  // namespace synapsor::interp
