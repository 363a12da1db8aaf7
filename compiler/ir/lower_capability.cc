#include <fmt/format.h>

#include <algorithm>

#include "compiler/ir/lowering.h"

namespace synapsor::ir {
namespace {

using diag::Kind;

const Context* ResolveContext(Lowering& lowering, Capability& capability) {
  const ast::QualifiedName& name = capability.syntax->context;
  const auto& names = lowering.program.context_names;
  if (const auto found = names.find(name.full); found != names.end()) {
    capability.context = found->second;
    return &lowering.program.contexts.Get(found->second);
  }
  capability.poisoned = true;
  if (lowering.syntax_errors && IsDeclaredInText(lowering, "CONTEXT", name.full)) return nullptr;
  Report(lowering.sink, capability, Kind::kUnknownContext, name.span,
         fmt::format("there is no context `{}`", name.full))
      .WithHelp(SuggestEntity(lowering, lowering.program.contexts, name.full, "define it with CREATE AGENT CONTEXT"));
  return nullptr;
}

// BIND of the context and HIDDEN of the capability are one name space; one name may not mean two session keys.
void MergeBindings(Lowering& lowering, Capability& capability, const Context* context) {
  if (context != nullptr) capability.bindings = context->bindings;
  for (const Binding& hidden : capability.hidden) {
    const Binding* bound = capability.FindBinding(hidden.name);
    if (bound == nullptr) {
      capability.bindings.push_back(hidden);
      continue;
    }
    if (bound->session_key == hidden.session_key) continue;
    Report(lowering.sink, capability, Kind::kConflictingBinding, hidden.span,
           fmt::format("`{}` comes from session key `{}` here and from `{}` in the context", hidden.name,
                       hidden.session_key, bound->session_key))
        .WithLabel(bound->span, "the context binds it here")
        .WithHelp("use one session key for one name, or rename this HIDDEN");
  }
}

void CheckContextArguments(Lowering& lowering, const Capability& capability, const Context& context) {
  std::vector<const ast::ValueSource*> sources;
  for (const Search& search : context.searches) {
    if (!search.query_arg.empty()) sources.push_back(&search.syntax->query);
    for (const ast::SearchFilter& filter : search.syntax->filters)
      if (filter.source.kind == ast::SourceKind::kArg) sources.push_back(&filter.source);
  }
  for (const ast::ValueSource* source : sources) {
    if (capability.FindArg(source->name.text) >= 0) continue;
    Report(lowering.sink, capability, Kind::kContextArgumentMissing, capability.syntax->context.span,
           fmt::format("context `{}` searches with ARG `{}`, which this capability does not declare", context.name,
                       source->name.text))
        .WithLabel(source->span, "used here")
        .WithHelp(fmt::format("add `ARG {} VARCHAR REQUIRED`", source->name.text));
  }
}

}  // namespace

void LowerCapability(Lowering& lowering, Capability& capability) {
  const ast::Capability& syntax = *capability.syntax;
  capability.is_proposal = syntax.execution == ast::Execution::kProposal;
  const Context* context = ResolveContext(lowering, capability);
  capability.args = LowerArgs(lowering, capability);
  capability.hidden = LowerBindings(lowering, capability, syntax.hidden, true);
  MergeBindings(lowering, capability, context);
  if (context != nullptr) CheckContextArguments(lowering, capability, *context);
  if (syntax.plan) capability.plan = LowerPlan(lowering, capability, context);
  if (syntax.write) capability.write = LowerWrite(lowering, capability, context);
}

}  // namespace synapsor::ir
