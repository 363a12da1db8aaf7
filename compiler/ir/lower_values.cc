// Arguments with their types and bounds, bindings, and values with their provenance.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "compiler/base/decimal.h"
#include "compiler/ir/lowering.h"

namespace synapsor::ir {
namespace {

using diag::Kind;

constexpr std::int64_t kDefaultMaxLength = 4000;  // characters, of texts without a written bound

struct TypeName {
  std::string_view name;
  ScalarType type;
};

constexpr auto kTypeNames = std::to_array<TypeName>({
    {"VARCHAR", ScalarType::kText},
    {"TEXT", ScalarType::kText},
    {"CHAR", ScalarType::kText},
    {"STRING", ScalarType::kText},
    {"INT64", ScalarType::kInt64},
    {"INT", ScalarType::kInt64},
    {"INTEGER", ScalarType::kInt64},
    {"BIGINT", ScalarType::kInt64},
    {"BOOLEAN", ScalarType::kBoolean},
    {"BOOL", ScalarType::kBoolean},
    {"DOUBLE", ScalarType::kDouble},
    {"FLOAT64", ScalarType::kDouble},
    {"DECIMAL", ScalarType::kDecimal},
    {"NUMERIC", ScalarType::kDecimal},
    {"DATE", ScalarType::kDate},
    {"TIMESTAMP", ScalarType::kTimestamp},
    {"TIMESTAMPTZ", ScalarType::kTimestampTz},
    {"UUID", ScalarType::kUuid},
});

bool IsNumeric(ScalarType type) {
  return type == ScalarType::kInt64 || type == ScalarType::kDouble || type == ScalarType::kDecimal;
}

bool FitsInt64(std::string_view text) {
  return CompareDecimals(text, "-9223372036854775808") >= 0 && CompareDecimals(text, "9223372036854775807") <= 0;
}

// Whether a literal may bound an argument of this type or stand in its ENUM.
bool LiteralFits(const ast::Literal& literal, ScalarType type) {
  switch (type) {
    case ScalarType::kInt64: return literal.kind == ast::LiteralKind::kInteger && FitsInt64(literal.text);
    case ScalarType::kDouble:
    case ScalarType::kDecimal:
      return literal.kind == ast::LiteralKind::kInteger || literal.kind == ast::LiteralKind::kDecimal;
    case ScalarType::kBoolean: return literal.kind == ast::LiteralKind::kBoolean;
    default: return literal.kind == ast::LiteralKind::kString;
  }
}

struct ArgLowering {
  Lowering& lowering;
  const Capability& capability;
  Arg& arg;

  void Complain(Span span, std::string message, std::string help) {
    Report(lowering.sink, capability, Kind::kInvalidArgumentBound, span, std::move(message)).WithHelp(std::move(help));
    arg.poisoned = true;
  }
};

void LowerType(ArgLowering& state) {
  const ast::Name& name = state.arg.syntax->type;
  const auto found = std::find_if(kTypeNames.begin(), kTypeNames.end(),
                                  [&](const TypeName& known) { return SameName(known.name, name.text); });
  if (found != kTypeNames.end()) {
    state.arg.type = found->type;
    return;
  }
  std::vector<std::string_view> names;
  for (const TypeName& known : kTypeNames) names.push_back(known.name);
  Report(state.lowering.sink, state.capability, Kind::kUnknownType, name.span,
         fmt::format("`{}` is not an argument type", name.text))
      .WithHelp(DidYouMean(name.text, names, "use VARCHAR, INT64, BOOLEAN, DOUBLE, DECIMAL, DATE, TIMESTAMP or UUID"));
  state.arg.poisoned = true;
}

void LowerLength(ArgLowering& state) {
  Arg& arg = state.arg;
  const ast::Arg& syntax = *arg.syntax;
  if (arg.type == ScalarType::kDecimal) {
    if (syntax.type_length.present()) arg.precision = static_cast<int>(syntax.type_length.value);
    if (syntax.type_length.present()) arg.scale = static_cast<int>(syntax.type_scale.value);
    if (arg.precision && (*arg.precision < 1 || *arg.scale > *arg.precision))
      state.Complain(
          syntax.type_length.span,
          fmt::format("`{}` cannot have {} digits after the point of {} in all", arg.name, *arg.scale, *arg.precision),
          "write DECIMAL(precision, scale) with scale no larger than precision");
  } else if (syntax.type_length.present() && arg.type != ScalarType::kText) {
    state.Complain(syntax.type_length.span, fmt::format("{} takes no length", syntax.type.text),
                   "use MIN and MAX to bound a number");
  }
  if (arg.type != ScalarType::kText) {
    if (syntax.max_length.present())
      state.Complain(syntax.max_length.span, fmt::format("MAX LENGTH on `{}`, which is no text", arg.name),
                     "use MAX to bound a number");
    return;
  }
  arg.max_length = kDefaultMaxLength;
  for (const ast::Integer& written : {syntax.type_length, syntax.max_length}) {
    if (!written.present()) continue;
    if (written.value < 1)
      state.Complain(written.span, fmt::format("`{}` may never have a character", arg.name), "a length is at least 1");
    arg.max_length = arg.max_length_written ? std::min(*arg.max_length, written.value) : written.value;
    arg.max_length_written = true;
  }
}

void LowerRange(ArgLowering& state) {
  Arg& arg = state.arg;
  const ast::Arg& syntax = *arg.syntax;
  for (const ast::Literal* bound : {&syntax.min, &syntax.max}) {
    if (!bound->present()) continue;
    if (!IsNumeric(arg.type)) {
      state.Complain(bound->span,
                     fmt::format("{} on `{}`, which is no number", bound == &syntax.min ? "MIN" : "MAX", arg.name),
                     arg.type == ScalarType::kText ? "use MAX LENGTH to bound a text" : "remove the bound");
    } else if (!LiteralFits(*bound, arg.type)) {
      state.Complain(bound->span,
                     fmt::format("`{}` does not bound an argument of type {}", bound->text, syntax.type.text),
                     "write a number of the argument's own type");
    } else {
      (bound == &syntax.min ? arg.min : arg.max) = std::string(bound->text);
    }
  }
  if (arg.min && arg.max && CompareDecimals(*arg.min, *arg.max) > 0)
    state.Complain(syntax.min.span,
                   fmt::format("MIN {} is above MAX {}: no value of `{}` is possible", *arg.min, *arg.max, arg.name),
                   "swap the bounds or correct one of them");
}

void LowerEnum(ArgLowering& state) {
  Arg& arg = state.arg;
  for (const ast::Literal& literal : arg.syntax->one_of) {
    if (!LiteralFits(literal, arg.type)) {
      state.Complain(literal.span, fmt::format("`{}` is not a value of type {}", literal.text, arg.syntax->type.text),
                     "list values of the argument's own type");
      continue;
    }
    if (std::find(arg.one_of.begin(), arg.one_of.end(), literal.text) != arg.one_of.end())
      state.Complain(literal.span, fmt::format("`{}` is listed twice", literal.text), "remove one of them");
    if (arg.max_length && static_cast<std::int64_t>(literal.text.size()) > *arg.max_length * 4)
      state.Complain(literal.span, fmt::format("`{}` is longer than `{}` may be", literal.text, arg.name),
                     "raise MAX LENGTH");
    if ((arg.min && CompareDecimals(literal.text, *arg.min) < 0) ||
        (arg.max && CompareDecimals(literal.text, *arg.max) > 0))
      state.Complain(literal.span, fmt::format("`{}` lies outside MIN and MAX of `{}`", literal.text, arg.name),
                     "remove the value or widen the bound");
    arg.one_of.emplace_back(literal.text);
  }
}

}  // namespace

std::vector<Arg> LowerArgs(Lowering& lowering, const Capability& capability) {
  std::vector<Arg> args;
  for (const ast::Arg& syntax : capability.syntax->args) {
    const auto earlier =
        std::find_if(args.begin(), args.end(), [&](const Arg& a) { return a.name == syntax.name.text; });
    if (earlier != args.end()) {
      Report(lowering.sink, capability, Kind::kDuplicateArgument, syntax.name.span,
             fmt::format("ARG `{}` is declared more than once", syntax.name.text))
          .WithLabel(earlier->syntax->name.span, "first declared here")
          .WithHelp("remove or rename one of them");
      continue;
    }
    Arg arg;
    arg.name = syntax.name.text;
    arg.required = syntax.required;
    arg.syntax = &syntax;
    ArgLowering state{lowering, capability, arg};
    LowerType(state);
    if (!arg.poisoned) {
      LowerLength(state);
      LowerRange(state);
      LowerEnum(state);
    }
    args.push_back(std::move(arg));
  }
  return args;
}

template <typename Entity>
std::vector<Binding> LowerBindings(Lowering& lowering, const Entity& entity,
                                   const std::vector<ast::SessionBinding>& syntax, bool is_hidden) {
  std::vector<Binding> bindings;
  bindings.reserve(syntax.size());
  for (const ast::SessionBinding& bind : syntax) {
    const auto earlier =
        std::find_if(bindings.begin(), bindings.end(), [&](const Binding& b) { return b.name == bind.name.text; });
    if (earlier == bindings.end()) {
      bindings.push_back({bind.name.text, bind.session_key.text, bind.span, is_hidden});
      continue;
    }
    Report(lowering.sink, entity, Kind::kDuplicateBinding, bind.name.span,
           fmt::format("{} `{}` is declared more than once", is_hidden ? "HIDDEN" : "BIND", bind.name.text))
        .WithLabel(earlier->span, "first declared here")
        .WithHelp("remove or rename one of them");
  }
  return bindings;
}

template std::vector<Binding> LowerBindings(Lowering&, const Context&, const std::vector<ast::SessionBinding>&, bool);
template std::vector<Binding> LowerBindings(Lowering&, const Capability&, const std::vector<ast::SessionBinding>&,
                                            bool);

Value TrustedValue(const Binding& binding, Span span) {
  Value value;
  value.span = span;
  value.provenance.kind = ProvenanceKind::kTrusted;
  value.provenance.session_key = binding.session_key;
  value.provenance.binding = binding.name;
  value.provenance.binding_span = binding.span;
  return value;
}

Value SessionValue(const ast::ValueSource& source) {
  Value value;
  value.span = source.span;
  value.provenance.kind = ProvenanceKind::kTrusted;
  value.provenance.session_key = source.name.text;
  return value;
}

Value LiteralValue(const ast::Literal& literal, Span span) {
  Value value;
  value.span = span;
  value.provenance.kind = ProvenanceKind::kFixed;
  value.provenance.literal = &literal;
  return value;
}

Value PoisonedValue(Span span) {
  Value value;
  value.span = span;
  value.poisoned = true;
  return value;
}

namespace {

Value ArgValue(const Capability& capability, int index, const ast::ValueSource& source) {
  Value value;
  value.span = source.span;
  value.provenance.kind = ProvenanceKind::kModelArg;
  value.provenance.arg = index;
  value.poisoned = capability.args[static_cast<std::size_t>(index)].poisoned;
  return value;
}

std::vector<std::string_view> ArgNames(const Capability& capability) {
  std::vector<std::string_view> names;
  for (const Arg& arg : capability.args) names.push_back(arg.name);
  return names;
}

std::vector<std::string_view> BindingNames(const Capability& capability) {
  std::vector<std::string_view> names;
  for (const Binding& binding : capability.bindings) names.push_back(binding.name);
  return names;
}

Value ResolveArg(Lowering& lowering, const Capability& capability, const ast::ValueSource& source, bool hidden_as_arg) {
  if (const int index = capability.FindArg(source.name.text); index >= 0) return ArgValue(capability, index, source);
  if (const Binding* binding = capability.FindBinding(source.name.text)) {
    if (hidden_as_arg) return TrustedValue(*binding, source.span);
    Report(lowering.sink, capability, Kind::kHiddenUsedAsArgument, source.span,
           fmt::format("`{}` is a trusted binding, not an ARG", source.name.text))
        .WithLabel(binding->span, "bound from the session here")
        .WithHelp(fmt::format("write `BINDING {}`", source.name.text))
        .WithFix({"use BINDING", {{source.span, fmt::format("BINDING {}", source.name.text)}}, true});
    return PoisonedValue(source.span);
  }
  const auto names = ArgNames(capability);
  Report(lowering.sink, capability, Kind::kUnknownArgument, source.name.span,
         fmt::format("this capability has no ARG `{}`", source.name.text))
      .WithHelp(DidYouMean(source.name.text, names,
                           names.empty() ? std::string("declare it with ARG")
                                         : fmt::format("declare it with ARG, or use one of {}", ListNames(names))));
  return PoisonedValue(source.span);
}

Value ResolveBinding(Lowering& lowering, const Capability& capability, const ast::ValueSource& source) {
  if (const Binding* binding = capability.FindBinding(source.name.text)) return TrustedValue(*binding, source.span);
  if (capability.poisoned) return PoisonedValue(source.span);
  const auto names = BindingNames(capability);
  diag::Finding& finding = Report(lowering.sink, capability, Kind::kUnknownBinding, source.name.span,
                                  fmt::format("no BIND or HIDDEN is named `{}`", source.name.text));
  if (const int arg = capability.FindArg(source.name.text); arg >= 0)
    finding.WithLabel(capability.args[static_cast<std::size_t>(arg)].syntax->name.span,
                      "this is an ARG: the model chooses it");
  finding.WithHelp(
      DidYouMean(source.name.text, names,
                 fmt::format("bind it from the session: `HIDDEN {0} FROM SESSION {0}`", source.name.text)));
  return PoisonedValue(source.span);
}

}  // namespace

Value CapabilityValue(Lowering& lowering, const Capability& capability, const ast::ValueSource& source,
                      bool hidden_as_arg) {
  switch (source.kind) {
    case ast::SourceKind::kSession: return SessionValue(source);
    case ast::SourceKind::kArg: return ResolveArg(lowering, capability, source, hidden_as_arg);
    case ast::SourceKind::kBinding: return ResolveBinding(lowering, capability, source);
    case ast::SourceKind::kValue: return LiteralValue(source.literal, source.span);
    case ast::SourceKind::kField: break;
  }
  Value value;
  value.span = source.span;
  value.provenance.kind = ProvenanceKind::kRow;
  value.provenance.row_field = source.field;
  return value;
}

}  // namespace synapsor::ir
