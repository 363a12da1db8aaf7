// What is declared and never used.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "lint/rules.h"

namespace synapsor::lint {
namespace {

// Names of ARGs and bindings to which a capability refers, its context's searches included.
struct References {
  std::unordered_set<std::string_view> bindings;
  std::unordered_set<std::string_view> args;
  bool incomplete = false;  // something did not resolve, or a part is missing: what is unused is not known
};

void Note(References& references, const ir::Capability& capability, const ir::Value& value) {
  references.incomplete = references.incomplete || value.poisoned;
  if (value.provenance.kind == ir::ProvenanceKind::kTrusted) references.bindings.insert(value.provenance.binding);
  if (value.provenance.kind == ir::ProvenanceKind::kModelArg && value.provenance.arg >= 0)
    references.args.insert(capability.args[static_cast<std::size_t>(value.provenance.arg)].name);
}

References ReferencesOf(const ir::Program& program, const ir::Capability& capability) {
  References references;
  references.incomplete = capability.poisoned || (capability.is_proposal && !capability.write);
  if (capability.write) {
    const ir::Write& write = *capability.write;
    Note(references, capability, write.key_value);
    Note(references, capability, write.tenant_value);
    for (const ir::WriteColumn& column : write.columns) Note(references, capability, column.value);
    for (const ir::Write::SummaryPart& part : write.summary)
      if (!part.placeholder.empty()) Note(references, capability, part.value);
  }
  if (capability.plan) {
    for (const ir::PlanStep& step : capability.plan->steps) {
      Note(references, capability, step.query);
      for (const ir::PlanStep::Predicate& predicate : step.where) Note(references, capability, predicate.value);
    }
  }
  if (!capability.context.has_value()) return references;
  for (const ir::Search& search : program.contexts.Get(capability.context).searches) {
    references.args.insert(search.query_arg);
    for (const ast::SearchFilter& filter : search.syntax->filters)
      if (filter.source.kind == ast::SourceKind::kArg) references.args.insert(filter.source.name.text);
  }
  return references;
}

}  // namespace

void LintUnused(const ir::Program& program, diag::Sink& sink) {
  std::vector<std::unordered_set<std::string_view>> used_bindings(program.contexts.size());
  std::vector<bool> used(program.contexts.size(), false), incomplete(program.contexts.size(), false);
  bool any_poisoned = false;
  const config::Session& session = program.catalog->config().session;
  for (const ir::Capability& capability : program.capabilities) {
    const References references = ReferencesOf(program, capability);
    if (capability.context.has_value()) {
      const auto index = static_cast<std::size_t>(capability.context.index);
      used[index] = true;
      used_bindings[index].insert(references.bindings.begin(), references.bindings.end());
      incomplete[index] = incomplete[index] || references.incomplete;
    }
    any_poisoned = any_poisoned || capability.poisoned;
    if (references.incomplete) continue;
    for (const ir::Binding& hidden : capability.hidden) {
      if (references.bindings.contains(hidden.name)) continue;
      Report(sink, capability, Kind::kUnusedHidden, hidden.span, fmt::format("HIDDEN `{}` is never used", hidden.name))
          .WithHelp("remove it; what the context binds is known here without it");
    }
    for (const ir::Arg& arg : capability.args) {
      if (references.args.contains(arg.name)) continue;
      Report(sink, capability, Kind::kUnusedArgument, arg.syntax->name.span,
             fmt::format("ARG `{}` is never used", arg.name))
          .WithHelp("remove it: a model would spend tokens on a value that changes nothing");
    }
  }
  // Contexts alone are a part of something larger.
  if (program.capabilities.size() == 0 || program.incomplete) return;
  std::size_t index = 0;
  for (const ir::Context& context : program.contexts) {
    const std::size_t i = index++;
    if (!used[i]) {
      // The one that was meant may be behind a misspelt name, or behind a second definition.
      const auto meant = program.context_names.find(context.name);
      if (any_poisoned || meant == program.context_names.end() || &program.contexts.Get(meant->second) != &context)
        continue;
      Report(sink, context, Kind::kUnusedContext, context.syntax->name.span,
             fmt::format("no capability uses context `{}`", context.name))
          .WithHelp("use it or remove it");
      continue;
    }
    if (incomplete[i]) continue;
    for (const ir::Binding& bind : context.bindings) {
      const bool filters = std::any_of(context.searches.begin(), context.searches.end(), [&](const ir::Search& search) {
        return std::any_of(search.filters.begin(), search.filters.end(),
                           [&](const auto& f) { return f.value.provenance.binding == bind.name; });
      });
      if (filters || used_bindings[i].contains(bind.name)) continue;
      // The tenant scopes every read, and the principal is recorded with every run.
      if (bind.session_key == session.tenant_key || bind.session_key == session.principal_key) continue;
      Report(sink, context, Kind::kUnusedBinding, bind.span,
             fmt::format("no capability uses the binding `{}`", bind.name))
          .WithHelp("remove it, or use it: `LOOKUP id FROM BINDING …`");
    }
  }
}

}  // namespace synapsor::lint
