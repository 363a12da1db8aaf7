// Where values that the model chooses may not arrive.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/check/provenance_flow.h"
#include "compiler/check/rules.h"
#include "compiler/check/support.h"
#include "stdlib/stdlib.h"

namespace synapsor::check {

void CheckArgumentNames(CheckContext& cx) {
  for (const ir::Capability& capability : cx.program.capabilities) {
    const ir::Context* context = ContextOf(cx, capability);
    for (const ir::Arg& arg : capability.args) {
      const auto shadowed = std::find_if(
          capability.bindings.begin(), capability.bindings.end(),
          [&](const ir::Binding& b) { return SameMeaning(b.name, arg.name) || SameMeaning(b.session_key, arg.name); });
      if (shadowed != capability.bindings.end()) {
        Report(cx.sink, capability, Kind::kArgumentShadowsBinding, arg.syntax->name.span,
               fmt::format("ARG `{}` has the name of a trusted value", arg.name))
            .WithPhrase("the model chooses this")
            .WithLabel(shadowed->span, "the session gives this")
            .WithHelp("remove the ARG and use the binding, or rename it if it means something else");
      } else if (context != nullptr && IsTrusted(context->lookup_value) &&
                 SameMeaning(context->lookup_value.provenance.session_key, arg.name)) {
        Report(cx.sink, capability, Kind::kArgumentShadowsBinding, arg.syntax->name.span,
               fmt::format("ARG `{}` has the name of the session key that chooses the context's row", arg.name))
            .WithLabel(context->lookup_value.span, "the session gives this")
            .WithHelp("remove the ARG, or rename it if it means something else");
      } else if (IsTrustedName(cx, arg.name)) {
        Report(cx.sink, capability, Kind::kArgumentNamedLikeTrust, arg.syntax->name.span,
               fmt::format("ARG `{}` is named like a value that only the session may give", arg.name))
            .WithPhrase("the model chooses this")
            .WithHelp(fmt::format("take it from the session, `HIDDEN {0} FROM SESSION {0}`, or rename it if it means "
                                  "something else",
                                  arg.name));
      }
    }
  }
}

void CheckWrittenFromArgument(CheckContext& cx) {
  for (const ir::Capability& capability : cx.program.capabilities) {
    if (!capability.write) continue;
    const ir::Write& write = *capability.write;
    for (const ir::WriteColumn& column : write.columns) {
      if (ArgOf(capability, column.value) == nullptr) continue;
      const std::string_view name = column.column.name;
      if (ir::SameName(name, write.tenant.name) || ir::SameName(name, write.target.tenant_column)) continue;
      const bool is_attribution = stdlib::IsAttributionName(name);
      if (!is_attribution && !IsTrustedName(cx, name) && capability.FindBinding(name) == nullptr) continue;
      diag::Finding& finding =
          is_attribution ? Report(cx.sink, capability, Kind::kAttributionFromArgument, column.value.span,
                                  fmt::format("`{}` records who acted, and the model chooses its value", name))
                               .WithHelp(fmt::format("write `{} FROM BINDING principal`", name))
                         : Report(cx.sink, capability, Kind::kScopeColumnFromArgument, column.value.span,
                                  fmt::format("`{}` is a trusted column, and the model chooses its value", name))
                               .WithHelp("feed it FROM BINDING, or leave it out of COLUMNS");
      AttachPath(finding, PathOf(capability, column.value, column.column.span, fmt::format("COLUMNS {}", name)));
    }
  }
}

void CheckRootLookup(CheckContext& cx) {
  for (const ir::Context& context : cx.program.contexts) {
    const ir::Value& value = context.lookup_value;
    if (value.poisoned || IsTrusted(value)) continue;
    const bool by_model = value.provenance.kind == ir::ProvenanceKind::kModelArg;
    Report(cx.sink, context, Kind::kRootChosenByModel, value.span,
           by_model ? "the model chooses the row of this context" : "a fixed value chooses the row of this context")
        .WithHelp("take it from the session: `SESSION current_…_id`, set by the application that opens it");
  }
}

namespace {

const ir::TableUse* FindInContext(const ir::Context& context, const ir::TableUse& table) {
  const auto found = std::find_if(context.tables.begin(), context.tables.end(), [&](const ir::TableUse& other) {
    return !other.poisoned && ir::SameTable(other, table);
  });
  return found == context.tables.end() ? nullptr : &*found;
}

// Whether the context's root is a view on the written table, and one session key chooses the row of both.
bool ShowsTargetThroughView(const ir::Context& context, const ir::Write& write) {
  const schema::Table* shown = PhysicalTable(context.tables[0]);
  return shown != nullptr && shown == PhysicalTable(write.target) && IsTrusted(write.key_value) &&
         IsTrusted(context.lookup_value) && ir::SameName(write.key.name, context.lookup.name) &&
         write.key_value.provenance.session_key == context.lookup_value.provenance.session_key;
}

// A binding of the capability fed from the session key that chooses the context's row.
const ir::Binding* RootBinding(const ir::Capability& capability, const ir::Context& context) {
  if (!IsTrusted(context.lookup_value)) return nullptr;
  const auto found = std::find_if(capability.bindings.begin(), capability.bindings.end(), [&](const ir::Binding& b) {
    return b.session_key == context.lookup_value.provenance.session_key;
  });
  return found == capability.bindings.end() ? nullptr : &*found;
}

void ReportTargetFromArgument(CheckContext& cx, const ir::Capability& capability, const ir::Context& context) {
  const ir::Write& write = *capability.write;
  const std::string_view key = context.lookup_value.provenance.session_key;
  diag::Finding& finding =
      Report(cx.sink, capability, Kind::kTargetFromArgument, write.key_value.span,
             fmt::format("the model chooses which row of `{}` is written", write.syntax->target.table.text))
          .WithPhrase(write.target_is_context_root ? "may be another row than the evidence shows"
                                                   : "nothing ties it to the row that the context shows");
  if (!key.empty())
    finding.WithLabel(context.lookup_value.span, fmt::format("the context's row is pinned by session key `{}`", key));
  AttachPath(finding, PathOf(capability, write.key_value, write.key.span, fmt::format("LOOKUP {}", write.key.name)));
  if (!write.target_is_context_root || key.empty()) return;
  if (const ir::Binding* binding = RootBinding(capability, context)) {
    finding.WithHelp(fmt::format("write `LOOKUP {} FROM BINDING {}`", write.key.name, binding->name));
    finding.WithFix(
        {"take the key from the session", {{write.key_value.span, fmt::format("BINDING {}", binding->name)}}, true});
  } else {
    finding.WithHelp(
        fmt::format("bind the key, `BIND {0} FROM SESSION {0}`, and write `LOOKUP {1} FROM BINDING {0}`; "
                    "until then a call for any other row is refused when it runs",
                    key, write.key.name));
  }
}

}  // namespace

void CheckTargetRow(CheckContext& cx) {
  for (const ir::Capability& capability : cx.program.capabilities) {
    const ir::Context* context = ContextOf(cx, capability);
    if (context == nullptr || !capability.write || capability.write->target.poisoned) continue;
    const ir::Write& write = *capability.write;
    if (write.operation == ast::Operation::kInsert || context->tables[0].poisoned) continue;
    if (ArgOf(capability, write.key_value) != nullptr) {
      ReportTargetFromArgument(cx, capability, *context);
    } else if (FindInContext(*context, write.target) == nullptr) {
      if (ShowsTargetThroughView(*context, write)) continue;
      Report(cx.sink, capability, Kind::kTargetNotInContext, write.syntax->target.span,
             fmt::format("the context does not read `{}`, which is written", write.syntax->target.table.text))
          .WithLabel(context->syntax->root.span, "the evidence shows rows of this table")
          .WithHelp(
              "use a context whose root is the target, or INCLUDE it, so that reviewers see what the decision rested on");
    } else if (write.target_is_context_root && IsTrusted(write.key_value) && IsTrusted(context->lookup_value) &&
               ir::SameColumn(write.key, context->lookup) &&
               write.key_value.provenance.session_key != context->lookup_value.provenance.session_key) {
      Report(cx.sink, capability, Kind::kTargetKeyDiffers, write.key_value.span,
             fmt::format("the written row is chosen by session key `{}`, the context's row by `{}`",
                         write.key_value.provenance.session_key, context->lookup_value.provenance.session_key))
          .WithLabel(context->lookup_value.span, "the context's row")
          .WithHelp("use one session key for both; a call in which they differ is refused");
    }
  }
}

void CheckSearchFilterValues(CheckContext& cx) {
  for (const ir::Context& context : cx.program.contexts) {
    for (const ir::Search& search : context.searches) {
      const ir::TableUse& table = context.tables[static_cast<std::size_t>(search.table)];
      for (const ir::SearchFilter& filter : search.filters) {
        if (filter.value.poisoned || filter.value.provenance.kind != ir::ProvenanceKind::kModelArg) continue;
        if (ir::SameName(filter.column.name, table.tenant_column)) continue;
        Report(cx.sink, context, Kind::kSearchFilterFromArgument, filter.value.span,
               fmt::format("the model chooses the filter on `{}`", filter.column.name))
            .WithHelp(
                "a filter that limits what may be seen takes its value from the session; one that only narrows "
                "the question may stay, with `-- sync:allow SYN309` and the reason");
      }
    }
  }
}

void CheckTableNames(CheckContext& cx) {
  for (const ir::Capability& capability : cx.program.capabilities) {
    if (!capability.write) continue;
    for (const ast::TableRef* table : {&capability.write->syntax->target, &capability.write->syntax->audit}) {
      if (!table->present() || capability.FindArg(table->table.text) < 0) continue;
      const bool exists = table == &capability.write->syntax->target
                              ? capability.write->target.resolved.table != nullptr
                              : capability.write->audit->resolved.table != nullptr;
      if (exists) continue;
      Report(cx.sink, capability, Kind::kArgumentAsTable, table->span,
             fmt::format("`{}` names a table here, and an ARG has the same name", table->table.text))
          .WithLabel(capability.args[static_cast<std::size_t>(capability.FindArg(table->table.text))].syntax->name.span,
                     "this ARG is not what is meant")
          .WithHelp("tables are fixed in the contract: name the table itself");
    }
  }
}

}  // namespace synapsor::check
