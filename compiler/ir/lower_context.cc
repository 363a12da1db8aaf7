#include <fmt/format.h>

#include <algorithm>

#include "compiler/ir/lowering.h"

namespace synapsor::ir {
namespace {

using diag::Kind;

int TenantBinding(const Lowering& lowering, const Context& context) {
  for (std::size_t i = 0; i < context.bindings.size(); ++i)
    if (context.bindings[i].session_key == lowering.config().session.tenant_key) return static_cast<int>(i);
  return -1;
}

// Adds a table under its alias; a repeated alias is reported, and references keep meaning the first.
int AddTable(Lowering& lowering, Context& context, const ast::TableRef& syntax, const ast::Name& alias,
             std::string_view tenant_name) {
  TableUse use = UseTable(lowering, context, syntax, alias, tenant_name);
  const auto earlier = std::find_if(context.tables.begin(), context.tables.end(),
                                    [&](const TableUse& other) { return SameName(other.alias, use.alias); });
  if (earlier != context.tables.end()) {
    Report(lowering.sink, context, Kind::kDuplicateAlias, use.alias_span,
           fmt::format("the alias `{}` is used more than once", use.alias))
        .WithLabel(earlier->alias_span, "first used here")
        .WithHelp("give this table an alias of its own");
    use.poisoned = true;
  }
  context.tables.push_back(std::move(use));
  return static_cast<int>(context.tables.size()) - 1;
}

Value ContextValue(Lowering& lowering, const Context& context, const ast::ValueSource& source) {
  switch (source.kind) {
    case ast::SourceKind::kSession: return SessionValue(source);
    case ast::SourceKind::kValue: return LiteralValue(source.literal, source.span);
    case ast::SourceKind::kBinding: {
      const auto found = std::find_if(context.bindings.begin(), context.bindings.end(),
                                      [&](const Binding& b) { return b.name == source.name.text; });
      if (found != context.bindings.end()) return TrustedValue(*found, source.span);
      Report(lowering.sink, context, Kind::kUnknownBinding, source.name.span,
             fmt::format("no BIND of this context is named `{}`", source.name.text))
          .WithHelp(fmt::format("bind it: `BIND {0} FROM SESSION {0}`", source.name.text));
      return PoisonedValue(source.span);
    }
    default: break;
  }
  Value value;
  value.span = source.span;
  value.provenance.kind = ProvenanceKind::kModelArg;
  return value;
}

void LowerInclude(Lowering& lowering, Context& context, const ast::Include& syntax, std::string_view tenant_name) {
  Include include;
  include.syntax = &syntax;
  include.table = AddTable(lowering, context, syntax.table, syntax.alias, tenant_name);
  include.left = UseField(lowering, context, context.tables, syntax.left, Visibility::kRead);
  include.right = UseField(lowering, context, context.tables, syntax.right, Visibility::kRead);
  context.includes.push_back(std::move(include));
}

void LowerSearch(Lowering& lowering, Context& context, const ast::Search& syntax, std::string_view tenant_name) {
  Search search;
  search.syntax = &syntax;
  search.table = AddTable(lowering, context, syntax.table, syntax.alias, tenant_name);
  search.column = UseField(lowering, context, context.tables, syntax.column, Visibility::kRead, true);
  if (syntax.query.kind == ast::SourceKind::kArg) search.query_arg = syntax.query.name.text;
  for (const ast::SearchFilter& filter : syntax.filters) {
    search.filters.push_back({UseField(lowering, context, context.tables, filter.field, Visibility::kRead, true),
                              ContextValue(lowering, context, filter.source)});
  }
  context.searches.push_back(std::move(search));
}

void LowerSlots(Lowering& lowering, Context& context) {
  for (const ast::OutputSlot& syntax : context.syntax->slots) {
    Slot slot;
    slot.name = syntax.name.text;
    slot.span = syntax.name.span;
    slot.column = UseField(lowering, context, context.tables, syntax.field, Visibility::kRead);
    const auto earlier = std::find_if(context.slots.begin(), context.slots.end(),
                                      [&](const Slot& other) { return other.name == slot.name; });
    if (earlier != context.slots.end()) {
      Report(lowering.sink, context, Kind::kDuplicateSlot, slot.span,
             fmt::format("the slot `{}` is declared more than once", slot.name))
          .WithLabel(earlier->span, "first declared here")
          .WithHelp("rename or remove one of them");
    }
    context.slots.push_back(std::move(slot));
  }
}

}  // namespace

void LowerContext(Lowering& lowering, Context& context) {
  const ast::Context& syntax = *context.syntax;
  context.evidence = syntax.evidence == ast::Toggle::kOn;
  context.bindings = LowerBindings(lowering, context, syntax.binds, false);
  context.tenant_binding = TenantBinding(lowering, context);
  // Without a tenant binding, which is reported by its own rule, tables are scoped as the default binding would.
  const std::string_view tenant_name = context.tenant_binding >= 0
                                           ? context.bindings[static_cast<std::size_t>(context.tenant_binding)].name
                                           : std::string_view(lowering.config().session.tenant_key);
  context.tables.reserve(1 + syntax.includes.size() + syntax.searches.size());
  AddTable(lowering, context, syntax.root, syntax.root_alias, tenant_name);
  context.lookup = UseField(lowering, context, context.tables, syntax.lookup_field, Visibility::kRead);
  context.lookup_value = ContextValue(lowering, context, syntax.lookup_source);
  for (const ast::Include& include : syntax.includes) LowerInclude(lowering, context, include, tenant_name);
  for (const ast::Search& search : syntax.searches) LowerSearch(lowering, context, search, tenant_name);
  LowerSlots(lowering, context);
  context.poisoned = context.tables[0].poisoned;
}

}  // namespace synapsor::ir
