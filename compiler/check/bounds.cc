// BOUND and TRANSITION against the values that the proposal can write and the column can hold.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/base/decimal.h"
#include "compiler/check/rules.h"
#include "compiler/check/type_fit.h"

namespace synapsor::check {
namespace {

void Contradiction(CheckContext& cx, const ir::Capability& capability, Span span, std::string message,
                   std::string help) {
  Report(cx.sink, capability, Kind::kContradictoryBound, span, std::move(message))
      .WithPhrase("every call would be refused")
      .WithHelp(std::move(help));
}

bool IsNumber(const ast::Literal& literal) {
  return literal.kind == ast::LiteralKind::kInteger || literal.kind == ast::LiteralKind::kDecimal;
}

// Whether [a_min, a_max] and the bound have no value in common. Absent ends are open.
bool Disjoint(const std::optional<std::string>& min, const std::optional<std::string>& max,
              const ast::ColumnBound& bound) {
  return (max && bound.min.present() && CompareDecimals(*max, bound.min.text) < 0) ||
         (min && bound.max.present() && CompareDecimals(*min, bound.max.text) > 0);
}

void CheckBound(CheckContext& cx, const ir::Capability& capability, const ast::ColumnBound& bound) {
  const ir::Write& write = *capability.write;
  const ir::WriteColumn* written = FindWritten(write, bound.column.text);
  if (written == nullptr) {
    return Contradiction(cx, capability, bound.column.span,
                         fmt::format("BOUND on `{}`, which COLUMNS does not write", bound.column.text),
                         "name a written column, or remove the BOUND");
  }
  for (const ast::Literal* end : {&bound.min, &bound.max}) {
    if (end->present() && !IsNumber(*end))
      return Contradiction(cx, capability, end->span, fmt::format("`{}` does not bound a number", end->text),
                           "write a number");
  }
  if (bound.min.present() && bound.max.present() && CompareDecimals(bound.min.text, bound.max.text) > 0)
    return Contradiction(cx, capability, bound.span, fmt::format("BOUND on `{}` has MIN above MAX", bound.column.text),
                         "swap them or correct one");
  const ir::Value& value = written->value;
  if (IsFixed(value)) {
    const ast::Literal& literal = *value.provenance.literal;
    if (!IsNumber(literal) || !Disjoint(std::string(literal.text), std::string(literal.text), bound)) return;
    Report(cx.sink, capability, Kind::kContradictoryBound, bound.span,
           fmt::format("the fixed value of `{}` lies outside its BOUND", bound.column.text))
        .WithPhrase("every call would be refused")
        .WithLabel(value.span, "written here")
        .WithHelp("correct the value or the BOUND");
    return;
  }
  const ir::Arg* arg = ArgOf(capability, value);
  const bool all_outside =
      arg != nullptr &&
      (Disjoint(arg->min, arg->max, bound) ||
       (!arg->one_of.empty() && std::all_of(arg->one_of.begin(), arg->one_of.end(), [&](const std::string& v) {
         return IsDecimal(v) && Disjoint(v, v, bound);
       })));
  if (all_outside) {
    Report(cx.sink, capability, Kind::kContradictoryBound, bound.span,
           fmt::format("no value of `{}` lies within the BOUND of `{}`", arg->name, bound.column.text))
        .WithPhrase("every call would be refused")
        .WithLabel(arg->syntax->span, "its range")
        .WithHelp("correct MIN and MAX of the ARG, or the BOUND");
    return;
  }
  if (written->column.column == nullptr) return;
  const Admitted admitted = AdmittedBy(write.target, *written->column.column);
  if (Disjoint(admitted.min, admitted.max, bound))
    Contradiction(cx, capability, bound.span,
                  fmt::format("the CHECK of `{}` admits no value within its BOUND", bound.column.text),
                  "correct the BOUND");
}

void ReportTransition(CheckContext& cx, const ir::Capability& capability, Span span, std::string message,
                      std::string help) {
  Report(cx.sink, capability, Kind::kImpossibleTransition, span, std::move(message)).WithHelp(std::move(help));
}

bool AllowsTarget(const ast::Transition& transition, std::string_view value) {
  return std::any_of(transition.steps.begin(), transition.steps.end(),
                     [&](const auto& step) { return step.to.value == value; });
}

void CheckTransition(CheckContext& cx, const ir::Capability& capability, const ast::Transition& transition) {
  const ir::Write& write = *capability.write;
  const ir::WriteColumn* written = FindWritten(write, transition.column.text);
  if (written == nullptr) {
    return ReportTransition(cx, capability, transition.column.span,
                            fmt::format("TRANSITION of `{}`, which COLUMNS does not write", transition.column.text),
                            "name a written column, or remove the TRANSITION");
  }
  const ir::Value& value = written->value;
  if (IsFixed(value) && !AllowsTarget(transition, value.provenance.literal->text)) {
    Report(cx.sink, capability, Kind::kImpossibleTransition, transition.span,
           fmt::format("no transition of `{}` leads to `{}`", transition.column.text, value.provenance.literal->text))
        .WithPhrase("every call would be refused")
        .WithLabel(value.span, "always written")
        .WithHelp("allow a transition to this value, or write another one");
  }
  const ir::Arg* arg = ArgOf(capability, value);
  if (arg != nullptr && !arg->one_of.empty()) {
    for (const ast::TransitionStep& step : transition.steps) {
      if (std::find(arg->one_of.begin(), arg->one_of.end(), step.to.value) != arg->one_of.end()) continue;
      ReportTransition(
          cx, capability, step.to.span,
          fmt::format("`{}` is no value of ARG `{}`: this transition cannot happen", step.to.value, arg->name),
          "add the value to the ENUM, or remove the transition");
    }
    for (const ast::Literal& choice : arg->syntax->one_of) {
      if (AllowsTarget(transition, choice.text)) continue;
      ReportTransition(cx, capability, choice.span,
                       fmt::format("no transition leads to `{}`: a call with it is always refused", choice.text),
                       "allow a transition to it, or remove it from the ENUM");
    }
  }
  if (written->column.column == nullptr) return;
  const auto require = [&](const ast::String& end, RowsMeant rows) {
    if (Admits(AdmittedBy(write.target, *written->column.column, rows), end.value)) return;
    ReportTransition(cx, capability, end.span,
                     fmt::format("`{}` is no value that `{}` can hold", end.value, transition.column.text),
                     "correct the value or remove the transition");
  };
  for (const ast::TransitionStep& step : transition.steps) {
    require(step.from, RowsMeant::kAny);
    require(step.to, RowsMeant::kWritten);
  }
}

}  // namespace

void CheckBounds(CheckContext& cx) {
  for (const ir::Capability& capability : cx.program.capabilities) {
    if (!capability.write) continue;
    for (const ast::ColumnBound& bound : capability.write->syntax->bounds) CheckBound(cx, capability, bound);
  }
}

void CheckTransitions(CheckContext& cx) {
  for (const ir::Capability& capability : cx.program.capabilities) {
    if (!capability.write) continue;
    for (const ast::Transition& transition : capability.write->syntax->transitions)
      CheckTransition(cx, capability, transition);
  }
}

}  // namespace synapsor::check
