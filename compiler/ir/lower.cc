#include "compiler/ir/lower.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/ir/lowering.h"

namespace synapsor::ir {
namespace {

using diag::Kind;

template <typename Entity>
void CheckQualified(Lowering& lowering, const Entity& entity, const ast::QualifiedName& name) {
  if (name.space.present()) return;
  Report(lowering.sink, entity, Kind::kNameNotQualified, name.span, fmt::format("`{}` has no namespace", name.full))
      .WithHelp(fmt::format("write it as `namespace.{}`", name.full));
}

// Adds an entity and its name; a second definition of a name is reported and stays out of the name table.
template <typename Entity, typename Syntax>
Id<Entity> Declare(Lowering& lowering, ValueStore<Entity>& store,
                   std::unordered_map<std::string_view, Id<Entity>>& names, const Syntax& syntax) {
  Entity entity;
  entity.name = syntax.name.full;
  entity.syntax = &syntax;
  const Id<Entity> id = store.Add(std::move(entity));
  const Entity& added = store.Get(id);
  CheckQualified(lowering, added, syntax.name);
  const auto [existing, is_new] = names.emplace(added.name, id);
  if (!is_new) {
    Report(lowering.sink, added, Kind::kDuplicateName, syntax.name.span,
           fmt::format("`{}` is defined more than once", added.name))
        .WithPhrase("defined again here")
        .WithLabel(store.Get(existing->second).syntax->name.span, "first defined here")
        .WithHelp("rename one of them or remove it; nothing is ever overridden");
  }
  return id;
}

void DeclareAll(Lowering& lowering, std::span<const ast::File> files) {
  Program& program = lowering.program;
  for (const ast::File& file : files) {
    for (const auto& syntax : file.workflows) Declare(lowering, program.workflows, program.workflow_names, syntax);
    for (const auto& syntax : file.contexts) Declare(lowering, program.contexts, program.context_names, syntax);
    for (const auto& syntax : file.capabilities)
      Declare(lowering, program.capabilities, program.capability_names, syntax);
    for (const auto& syntax : file.policies) {
      if (!syntax.is_alter) {
        Declare(lowering, program.policies, program.policy_names, syntax);
        continue;
      }
      Policy altered;
      altered.name = syntax.name.full;
      altered.syntax = &syntax;
      program.policies.Add(std::move(altered));
    }
  }
}

}  // namespace

bool IsDeclaredInText(const Lowering& lowering, std::string_view keyword, std::string_view name) {
  const SourceStore& sources = *lowering.program.sources;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const std::string_view text = sources.Get(FileId{static_cast<std::int32_t>(i)}).text();
    for (std::size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
      std::size_t end = at;
      while (end > 0 &&
             (text[end - 1] == ' ' || text[end - 1] == '\n' || text[end - 1] == '\r' || text[end - 1] == '\t'))
        --end;
      if (end == at || end < keyword.size()) continue;
      if (SameName(text.substr(end - keyword.size(), keyword.size()), keyword)) return true;
    }
  }
  return false;
}

Program Lower(std::span<const ast::File> files, const SourceStore& sources, const schema::Catalog& catalog,
              diag::Sink& sink) {
  Program program;
  program.sources = &sources;
  program.catalog = &catalog;
  const bool syntax_errors = std::any_of(sink.findings().begin(), sink.findings().end(), [](const diag::Finding& f) {
    return diag::Info(f.kind).number < 100 && f.severity == diag::Severity::kError;
  });
  program.incomplete = syntax_errors;
  Lowering lowering{program, catalog, sink, syntax_errors, {}};
  DeclareAll(lowering, files);
  // Contexts before the capabilities that use them, and both before what lists capabilities.
  for (Context& context : program.contexts) LowerContext(lowering, context);
  for (Capability& capability : program.capabilities) LowerCapability(lowering, capability);
  for (std::size_t i = 0; i < program.workflows.size(); ++i)
    LowerWorkflow(lowering, WorkflowId{static_cast<std::int32_t>(i)});
  for (std::size_t i = 0; i < program.policies.size(); ++i)
    LowerPolicy(lowering, PolicyId{static_cast<std::int32_t>(i)});
  return program;
}

const Binding* Capability::FindBinding(std::string_view binding) const {
  const auto found =
      std::find_if(bindings.begin(), bindings.end(), [&](const Binding& b) { return b.name == binding; });
  return found == bindings.end() ? nullptr : &*found;
}

int Capability::FindArg(std::string_view arg) const {
  const auto found = std::find_if(args.begin(), args.end(), [&](const Arg& a) { return a.name == arg; });
  return found == args.end() ? -1 : static_cast<int>(found - args.begin());
}

}  // namespace synapsor::ir
