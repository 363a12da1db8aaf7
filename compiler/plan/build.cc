#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "compiler/ir/report.h"
#include "compiler/plan/contracts.h"
#include "compiler/plan/patch_plan.h"
#include "compiler/plan/plan.h"
#include "compiler/plan/policy_plan.h"
#include "compiler/plan/query_plan.h"
#include "compiler/plan/refuse.h"
#include "compiler/plan/tool_name.h"
#include "compiler/plan/tool_schema.h"
#include "compiler/plan/used_columns.h"
#include "runtime/base/digest.h"
#include "runtime/base/version.h"

namespace synapsor::plan {
namespace {

// Entities by name, so that nothing in the bundle depends on the order of files or statements.
template <typename T>
std::vector<const T*> ByName(const ValueStore<T>& store) {
  std::vector<const T*> sorted;
  for (const T& entity : store) sorted.push_back(&entity);
  std::sort(sorted.begin(), sorted.end(), [](const T* a, const T* b) { return a->name < b->name; });
  return sorted;
}

std::string_view BaseName(std::string_view path) {
  const std::size_t slash = path.find_last_of('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

// Of the files that define something.
std::vector<bundle::DdlDigest> DdlDigests(const ir::Program& program) {
  std::set<FileId> files;
  const auto add = [&](const auto& store) {
    for (const auto& entity : store) files.insert(entity.syntax->span.file);
  };
  add(program.workflows);
  add(program.contexts);
  add(program.capabilities);
  add(program.policies);
  std::vector<bundle::DdlDigest> digests;
  for (const FileId id : files) {
    const SourceFile& file = program.sources->Get(id);
    digests.push_back({std::string(BaseName(file.path())), Digest(file.text())});
  }
  std::sort(digests.begin(), digests.end(), [](const bundle::DdlDigest& a, const bundle::DdlDigest& b) {
    return std::tie(a.name, a.digest) < std::tie(b.name, b.digest);
  });
  return digests;
}

// Root columns that writes compare with, by context.
using ComparedRoots = std::map<const ir::Context*, std::vector<const schema::Column*>>;

ComparedRoots CollectComparedRoots(const ir::Program& program, const std::vector<const ir::Capability*>& capabilities) {
  ComparedRoots roots;
  for (const ir::Capability* capability : capabilities) {
    if (!capability->context.has_value()) continue;
    const ir::Context& context = program.contexts.Get(capability->context);
    if (const schema::Column* column = ComparedRootColumn(*capability, context)) {
      std::vector<const schema::Column*>& columns = roots[&context];
      if (std::find(columns.begin(), columns.end(), column) == columns.end()) columns.push_back(column);
    }
  }
  for (auto& [context, columns] : roots) {
    std::sort(columns.begin(), columns.end(),
              [](const schema::Column* a, const schema::Column* b) { return a->name < b->name; });
  }
  return roots;
}

void BuildContexts(const ir::Program& program, const ComparedRoots& roots, bundle::Bundle& bundle, diag::Sink& sink) {
  for (const ir::Context* context : ByName(program.contexts)) {
    const auto compared = roots.find(context);
    auto query =
        PlanQuery(*context, compared == roots.end() ? std::vector<const schema::Column*>{} : compared->second, sink);
    if (!query) continue;
    bundle::Context made;
    made.name = context->name;
    made.bindings = MakeBindings(context->bindings);
    if (context->tenant_binding >= 0) {
      made.tenant_session_key = context->bindings[static_cast<std::size_t>(context->tenant_binding)].session_key;
    }
    made.evidence = context->evidence;
    made.query = std::move(*query);
    bundle.contexts.push_back(std::move(made));
  }
}

void BuildCapabilities(const ir::Program& program, const std::vector<const ir::Capability*>& capabilities,
                       bundle::Bundle& bundle, diag::Sink& sink) {
  std::vector<std::string_view> names;
  for (const ir::Capability* capability : capabilities) names.push_back(capability->name);
  const std::vector<std::string> tool_names = ToolNames(names);
  for (std::size_t i = 0; i < capabilities.size(); ++i) {
    const ir::Capability& capability = *capabilities[i];
    if (capability.poisoned || !capability.context.has_value()) continue;
    bundle::Capability made = MakeCapability(program, capability);
    made.tool_name = tool_names[i];
    made.tool = ToolDefinition(made);
    if (capability.write) {
      made.patch =
          PlanPatch(capability, program.contexts.Get(capability.context), ObservedColumns(program, capability), sink);
      if (!made.patch) continue;
    }
    bundle.capabilities.push_back(std::move(made));
  }
}

}  // namespace

bundle::Bundle BuildBundle(const ir::Program& program, diag::Sink& sink) {
  bundle::Bundle bundle;
  bundle.compiler_version = kVersion;
  bundle.ddl = DdlDigests(program);
  RefuseConstructs(program, sink);
  const std::vector<const ir::Capability*> capabilities = ByName(program.capabilities);
  BuildContexts(program, CollectComparedRoots(program, capabilities), bundle, sink);
  BuildCapabilities(program, capabilities, bundle, sink);
  for (const ir::Workflow* workflow : ByName(program.workflows)) {
    bundle.workflows.push_back(MakeWorkflow(program, *workflow));
  }
  bundle.policies = PlanPolicies(program, sink);
  bundle.Index();
  bundle.sources = UsedSources(program, bundle);
  return bundle;
}

}  // namespace synapsor::plan
