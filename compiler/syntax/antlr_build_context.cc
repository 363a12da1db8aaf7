#include "compiler/syntax/antlr_build.h"

namespace synapsor::syntax {
namespace {

ast::Include BuildInclude(Values& values, const Grammar::IncludeClauseContext* rule) {
  return {values.Table(rule->table), values.Name(rule->alias), values.Field(rule->left), values.Field(rule->right),
          values.SpanOf(rule)};
}

ast::Search BuildSearch(Values& values, const Grammar::SearchClauseContext* rule) {
  ast::Search search;
  search.table = values.Table(rule->table);
  search.alias = values.Name(rule->alias);
  search.column = values.Field(rule->column);
  search.query = values.Query(rule->query);
  for (const auto* filter : rule->filters) {
    search.filters.push_back({values.Field(filter->field), values.Source(filter->source), values.SpanOf(filter)});
  }
  if (rule->top != nullptr) search.top = values.Count(rule->top);
  search.span = values.SpanOf(rule);
  return search;
}

}  // namespace

ast::Context BuildContext(Values& values, const Grammar::ContextContext* rule) {
  ast::Context context;
  context.name = values.Qualified(rule->name);
  context.root = values.Table(rule->root->table);
  context.root_alias = values.Name(rule->root->alias);
  context.lookup_field = values.Field(rule->lookup->field);
  context.lookup_source = values.Source(rule->lookup->source);
  context.lookup_span = values.SpanOf(rule->lookup);
  for (const auto* bind : rule->binds) {
    context.binds.push_back({values.Name(bind->name), values.Name(bind->key), values.SpanOf(bind)});
  }
  for (const auto* related : rule->related) {
    if (related->joined != nullptr) {
      context.includes.push_back(BuildInclude(values, related->joined));
    } else {
      context.searches.push_back(BuildSearch(values, related->found));
    }
  }
  context.slots_span = values.SpanOf(rule->slots);
  context.slots.reserve(rule->slots->slots.size());
  for (const auto* slot : rule->slots->slots) {
    context.slots.push_back({values.Name(slot->name), values.Field(slot->field), values.SpanOf(slot)});
  }
  if (rule->evidence != nullptr) {
    const bool is_on = TokenOf(rule->evidence->toggle).kind == K_ON;
    context.evidence = is_on ? ast::Toggle::kOn : ast::Toggle::kOff;
    context.evidence_span = values.SpanOf(rule->evidence);
  }
  return context;
}

}  // namespace synapsor::syntax
