#include "compiler/syntax/antlr_build.h"

namespace synapsor::syntax {
namespace {

// `CONFLICT GUARD BEFORE IMAGE` against `CONFLICT GUARD column`.
void BuildGuard(Values& values, const Grammar::GuardClauseContext* rule, ast::WriteProposal& write) {
  if (rule->image == nullptr) {
    write.guard = ast::GuardKind::kColumn;
    write.guard_column = values.Name(rule->column);
    return;
  }
  write.guard = ast::GuardKind::kBeforeImage;
  const syntax::Token& before = TokenOf(rule->column->start);
  if (before.kind != K_BEFORE) values.UnexpectedImage(rule->image);
}

ast::ColumnBound BuildBound(Values& values, const Grammar::BoundClauseContext* rule) {
  ast::ColumnBound bound;
  bound.column = values.Name(rule->column);
  bound.span = values.SpanOf(rule);
  Span min, max;
  for (const auto* option : rule->settings) {
    const bool is_min = option->least != nullptr;
    if (!values.Once(is_min ? min : max, values.SpanOf(option), is_min ? "MIN" : "MAX")) continue;
    (is_min ? bound.min : bound.max) = values.Literal(is_min ? option->least : option->most);
  }
  return bound;
}

ast::Transition BuildTransition(Values& values, const Grammar::TransitionClauseContext* rule) {
  ast::Transition transition;
  transition.column = values.Name(rule->column);
  for (const auto* step : rule->steps) {
    transition.steps.push_back({values.Text(step->from), values.Text(step->to)});
  }
  transition.span = values.SpanOf(rule);
  return transition;
}

void BuildTail(Values& values, const Grammar::WriteTailContext* tail, Span& audit, Span& summary,
               ast::WriteProposal& write) {
  const Span span = values.SpanOf(tail);
  if (tail->guard != nullptr) {
    if (values.Once(write.guard_span, span, "CONFLICT GUARD")) BuildGuard(values, tail->guard, write);
  } else if (tail->bound != nullptr) {
    write.bounds.push_back(BuildBound(values, tail->bound));
  } else if (tail->transition != nullptr) {
    write.transitions.push_back(BuildTransition(values, tail->transition));
  } else if (tail->audit != nullptr) {
    if (values.Once(audit, span, "AUDIT")) write.audit = values.Table(tail->audit->table);
  } else if (values.Once(summary, span, "SUMMARY TEMPLATE")) {
    write.summary = values.Text(tail->summary->text);
  }
}

ast::Operation OperationOf(TokenKind kind) {
  if (kind == K_INSERT) return ast::Operation::kInsert;
  return kind == K_DELETE ? ast::Operation::kDelete : ast::Operation::kUpdate;
}

}  // namespace

ast::WriteProposal BuildWrite(Values& values, const Grammar::WriteProposalContext* rule) {
  ast::WriteProposal write;
  write.span = values.SpanOf(rule);
  write.target = values.Table(rule->head->table);
  write.operation = OperationOf(TokenOf(rule->operation->what).kind);
  write.operation_span = values.SpanOf(rule->operation);
  if (rule->lookup != nullptr) {
    write.lookup_column = values.Name(rule->lookup->column);
    write.lookup_source = values.Source(rule->lookup->source);
    write.lookup_span = values.SpanOf(rule->lookup);
  } else if (write.operation != ast::Operation::kInsert) {
    values.MissingClause(rule->operation, "LOOKUP", "after `OPERATION`");
  }
  if (rule->tenant != nullptr) {
    write.tenant_column = values.Name(rule->tenant->column);
    write.tenant_source = values.Source(rule->tenant->source);
    write.tenant_span = values.SpanOf(rule->tenant);
  }
  if (rule->columns != nullptr) {
    write.columns_span = values.SpanOf(rule->columns);
    for (const auto* column : rule->columns->columns) {
      write.columns.push_back({values.Name(column->column), values.Source(column->source), values.SpanOf(column)});
    }
  } else if (write.operation != ast::Operation::kDelete) {
    values.MissingClause(rule, "COLUMNS", "in the `WRITE PROPOSAL`");
  }
  Span audit, summary;
  for (const auto* tail : rule->tails) BuildTail(values, tail, audit, summary, write);
  return write;
}

}  // namespace synapsor::syntax
