#include "runtime/bundle/bundle.h"

namespace synapsor::bundle {
namespace {

template <typename T>
const T* Find(const std::vector<T>& items, const std::unordered_map<std::string_view, std::size_t>& index,
              std::string_view name) {
  const auto found = index.find(name);
  return found == index.end() ? nullptr : &items[found->second];
}

}  // namespace

void Bundle::Index() {
  capability_index.clear();
  context_index.clear();
  workflow_index.clear();
  tool_index.clear();
  for (std::size_t i = 0; i < capabilities.size(); ++i) {
    capability_index.emplace(capabilities[i].name, i);
    tool_index.emplace(capabilities[i].tool_name, i);
  }
  for (std::size_t i = 0; i < contexts.size(); ++i) context_index.emplace(contexts[i].name, i);
  for (std::size_t i = 0; i < workflows.size(); ++i) workflow_index.emplace(workflows[i].name, i);
}

const Capability* Bundle::FindCapability(std::string_view name) const {
  return Find(capabilities, capability_index, name);
}
const Capability* Bundle::FindTool(std::string_view tool_name) const {
  return Find(capabilities, tool_index, tool_name);
}
const Context* Bundle::FindContext(std::string_view name) const { return Find(contexts, context_index, name); }
const Workflow* Bundle::FindWorkflow(std::string_view name) const { return Find(workflows, workflow_index, name); }

}  // namespace synapsor::bundle
