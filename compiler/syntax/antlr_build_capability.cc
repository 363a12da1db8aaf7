#include "compiler/syntax/antlr_build.h"

namespace synapsor::syntax {
namespace {

ast::Arg BuildArg(Values& values, const Grammar::ArgClauseContext* rule) {
  ast::Arg arg;
  arg.name = values.Name(rule->name);
  arg.type = values.Name(rule->type->name);
  if (rule->type->length != nullptr) arg.type_length = values.Count(rule->type->length);
  if (rule->type->scale != nullptr) arg.type_scale = values.Count(rule->type->scale);
  arg.span = values.SpanOf(rule);
  Span required, length, min, max, description;
  for (const auto* option : rule->settings) {
    const Span span = values.SpanOf(option);
    if (option->required != nullptr) {
      arg.required = values.Once(required, span, "REQUIRED");
    } else if (option->least != nullptr) {
      if (values.Once(min, span, "MIN")) arg.min = values.Literal(option->least);
    } else if (option->most != nullptr && option->most->length != nullptr) {
      if (values.Once(length, span, "MAX LENGTH")) arg.max_length = values.Count(option->most->length);
    } else if (option->most != nullptr) {
      if (values.Once(max, span, "MAX")) arg.max = values.Literal(option->most->value);
    } else if (option->text != nullptr) {
      if (values.Once(description, span, "DESCRIPTION")) arg.description = values.Text(option->text);
    } else if (values.Once(arg.one_of_span, span, "ENUM")) {
      for (const auto* value : option->values) arg.one_of.push_back(values.Literal(value));
    }
  }
  return arg;
}

ast::TokenBudget BuildBudget(Values& values, const Grammar::BudgetClauseContext* rule) {
  ast::TokenBudget budget;
  budget.span = values.SpanOf(rule);
  Span output, inlined, reason;
  for (const auto* item : rule->items) {
    const Span span = values.SpanOf(item);
    if (item->handles != nullptr) {
      values.Once(budget.prefer_handles, span, "PREFER HANDLES");
    } else if (item->limit->output != nullptr) {
      if (values.Once(output, span, "MAX OUTPUT TOKENS")) budget.max_output_tokens = values.Count(item->count);
    } else if (item->limit->inlined != nullptr) {
      if (values.Once(inlined, span, "MAX INLINE EVIDENCE ITEMS")) {
        budget.max_inline_evidence_items = values.Count(item->count);
      }
    } else if (values.Once(reason, span, "MAX REASON COUNT")) {
      budget.max_reason_count = values.Count(item->count);
    }
  }
  return budget;
}

// Places of the tail clauses seen so far.
struct Seen {
  Span budget, plan, returns, profile, aliases, inline_evidence, write;
};

void BuildTail(Values& values, const Grammar::CapabilityTailContext* tail, Seen& seen, ast::Capability& capability) {
  const Span span = values.SpanOf(tail);
  if (tail->budget != nullptr) {
    if (values.Once(seen.budget, span, "TOKEN BUDGET")) capability.budget = BuildBudget(values, tail->budget);
  } else if (tail->decide != nullptr) {
    if (values.Once(seen.plan, span, "PLAN")) capability.plan = BuildPlan(values, tail->decide);
  } else if (tail->shape != nullptr) {
    if (values.Once(seen.returns, span, "RETURNS JSON")) capability.returns_json = values.Text(tail->shape->text);
  } else if (tail->profile != nullptr) {
    if (values.Once(seen.profile, span, "PROFILE")) capability.profile = values.Name(tail->profile->name);
  } else if (tail->evidence != nullptr) {
    if (values.Once(seen.inline_evidence, span, "INLINE EVIDENCE")) {
      capability.inline_evidence = values.Name(tail->evidence->name);
    }
  } else if (tail->write != nullptr) {
    if (values.Once(seen.write, span, "WRITE PROPOSAL")) capability.write = BuildWrite(values, tail->write);
  } else if (values.Once(seen.aliases, span, "FIELD ALIASES")) {
    for (const auto* alias : tail->aliases->aliases) {
      capability.aliases.push_back({values.Name(alias->field), values.Name(alias->alias), values.SpanOf(alias)});
    }
  }
}

}  // namespace

ast::Capability BuildCapability(Values& values, const Grammar::CapabilityContext* rule) {
  ast::Capability capability;
  capability.name = values.Qualified(rule->name);
  if (rule->version != nullptr) capability.version = values.Text(rule->version->text);
  capability.description = values.Text(rule->description->text);
  for (const auto* input : rule->inputs) {
    if (input->visible != nullptr) {
      capability.args.push_back(BuildArg(values, input->visible));
    } else {
      const auto* hidden = input->hidden;
      capability.hidden.push_back({values.Name(hidden->name), values.Name(hidden->key), values.SpanOf(hidden)});
    }
  }
  capability.context = values.Qualified(rule->use->name);
  const bool reads = rule->execution->read != nullptr;
  capability.execution = reads ? ast::Execution::kReadOnly : ast::Execution::kProposal;
  capability.execution_span = values.SpanOf(rule->execution);
  Seen seen;
  for (const auto* tail : rule->tails) BuildTail(values, tail, seen, capability);
  return capability;
}

}  // namespace synapsor::syntax
