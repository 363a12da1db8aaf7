// WRITE PROPOSAL: target, key, tenant guard, columns, conflict guard, audit table, summary.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "compiler/ir/lowering.h"
#include "stdlib/stdlib.h"

namespace synapsor::ir {
namespace {

using diag::Kind;

struct WriteLowering {
  Lowering& lowering;
  const Capability& capability;
  Write& write;
  const std::vector<TableUse> tables;  // the target alone: columns of a write index into it

  ColumnUse Column(const ast::Name& name, Visibility visibility) {
    if (!name.present()) return {};
    return UseColumn(lowering, capability, tables, 0, name, visibility);
  }
};

void LowerColumns(WriteLowering& state) {
  Write& write = state.write;
  write.columns.reserve(write.syntax->columns.size());
  for (const ast::WriteColumn& syntax : write.syntax->columns) {
    const auto earlier = std::find_if(write.columns.begin(), write.columns.end(), [&](const WriteColumn& other) {
      return SameName(other.column.name, syntax.column.text);
    });
    if (earlier != write.columns.end()) {
      Report(state.lowering.sink, state.capability, Kind::kDuplicateColumn, syntax.column.span,
             fmt::format("`{}` is written more than once", syntax.column.text))
          .WithLabel(earlier->column.span, "first written here")
          .WithHelp("keep one of them");
      continue;
    }
    write.columns.push_back({state.Column(syntax.column, Visibility::kWrite),
                             CapabilityValue(state.lowering, state.capability, syntax.source, false), &syntax});
  }
}

bool EndsWith(std::string_view name, std::string_view end) {
  return name.size() >= end.size() && SameName(name.substr(name.size() - end.size()), end);
}

// What a guard column of this type can do. Without a schema its name decides.
GuardKind KindOfGuard(const WriteLowering& state, const ColumnUse& guard) {
  if (guard.column == nullptr) {
    const bool is_time = EndsWith(guard.name, "_at") || EndsWith(guard.name, "_on") || EndsWith(guard.name, "_time") ||
                         EndsWith(guard.name, "timestamp") || EndsWith(guard.name, "modified");
    return is_time ? GuardKind::kTimestamp : GuardKind::kIntegerVersion;
  }
  switch (guard.column->type.kind) {
    case schema::TypeKind::kInteger: return GuardKind::kIntegerVersion;
    case schema::TypeKind::kTimestamp:
    case schema::TypeKind::kTimestampTz: return GuardKind::kTimestamp;
    case schema::TypeKind::kText:
      // SQLite keeps timestamps as text.
      return state.write.target.resolved.source->engine == schema::Engine::kSqlite ? GuardKind::kTimestamp
                                                                                   : GuardKind::kNone;
    default: return GuardKind::kNone;
  }
}

void InferGuard(WriteLowering& state) {
  Write& write = state.write;
  write.guard_inferred = true;
  const schema::Table* table = write.target.resolved.table;
  const config::Table* mapping = write.target.resolved.mapping;
  const Span at = write.syntax->target.span;
  if (mapping != nullptr && !mapping->guard_column.empty()) {
    write.guard_column = state.Column({mapping->guard_column, at}, Visibility::kRead);
    if (!write.guard_column.poisoned) write.guard = KindOfGuard(state, write.guard_column);
    return;
  }
  if (table == nullptr) return;
  for (const std::string_view name : stdlib::GuardNames()) {
    const schema::Column* column = FindColumn(*table, name);
    if (column == nullptr) continue;
    ColumnUse use = state.Column({column->name, at}, Visibility::kRead);
    const GuardKind kind = KindOfGuard(state, use);
    if (kind == GuardKind::kNone) continue;
    write.guard_column = std::move(use);
    write.guard = kind;
    return;
  }
}

void LowerGuard(WriteLowering& state) {
  Write& write = state.write;
  switch (write.syntax->guard) {
    case ast::GuardKind::kBeforeImage: write.guard = GuardKind::kBeforeImage; return;
    case ast::GuardKind::kColumn:
      write.guard_column = state.Column(write.syntax->guard_column, Visibility::kRead);
      if (!write.guard_column.poisoned) write.guard = KindOfGuard(state, write.guard_column);
      return;
    case ast::GuardKind::kInferred:
      if (write.operation != ast::Operation::kInsert && !write.target.poisoned) InferGuard(state);
  }
}

// Offset in the file of character `index` of an unescaped string, whose quotes may stand doubled in the text.
std::uint32_t OffsetInFile(std::string_view raw, Span span, std::size_t index) {
  std::size_t at = 1;
  for (std::size_t i = 0; i < index && at + 1 < raw.size(); ++i) at += raw[at] == '\'' ? 2 : 1;
  return span.begin + static_cast<std::uint32_t>(at);
}

bool IsIdentifier(std::string_view text) {
  return !text.empty() && !std::isdigit(static_cast<unsigned char>(text[0])) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return c == '_' || std::isalnum(static_cast<unsigned char>(c)); });
}

Value PlaceholderValue(WriteLowering& state, std::string_view name, Span span) {
  ast::ValueSource source;
  source.name = {name, span};
  source.span = span;
  if (const int arg = state.capability.FindArg(name); arg >= 0) {
    source.kind = ast::SourceKind::kArg;
    return CapabilityValue(state.lowering, state.capability, source, false);
  }
  if (const Binding* binding = state.capability.FindBinding(name)) return TrustedValue(*binding, span);
  if (state.capability.poisoned) return PoisonedValue(span);
  std::vector<std::string_view> names;
  for (const Arg& arg : state.capability.args) names.push_back(arg.name);
  for (const Binding& binding : state.capability.bindings) names.push_back(binding.name);
  Report(state.lowering.sink, state.capability, Kind::kUnknownPlaceholder, span,
         fmt::format("`{{{}}}` in the summary is no ARG, HIDDEN or BIND", name))
      .WithHelp(DidYouMean(name, names, fmt::format("use one of {}", ListNames(names))));
  return PoisonedValue(span);
}

void LowerSummary(WriteLowering& state) {
  const ast::String& summary = state.write.syntax->summary;
  if (!summary.present()) return;
  const std::string_view text = summary.value;
  const std::string_view raw = state.lowering.program.sources->Text(summary.span);
  std::size_t done = 0;
  for (std::size_t open = text.find('{'); open != std::string_view::npos; open = text.find('{', open + 1)) {
    const std::size_t close = text.find('}', open);
    const std::string_view name =
        close == std::string_view::npos ? text.substr(open + 1) : text.substr(open + 1, close - open - 1);
    const Span span{summary.span.file, OffsetInFile(raw, summary.span, open + 1),
                    OffsetInFile(raw, summary.span, open + 1 + name.size())};
    if (close == std::string_view::npos || !IsIdentifier(name)) {
      Report(state.lowering.sink, state.capability, Kind::kUnknownPlaceholder, span,
             "a `{` in the summary opens no placeholder")
          .WithHelp("write `{name}` with the name of an ARG, HIDDEN or BIND");
      continue;
    }
    if (open > done) state.write.summary.push_back({std::string(text.substr(done, open - done)), {}, {}, Span::None()});
    state.write.summary.push_back({{}, name, PlaceholderValue(state, name, span), span});
    done = close + 1;
  }
  if (done < text.size()) state.write.summary.push_back({std::string(text.substr(done)), {}, {}, Span::None()});
}

}  // namespace

Write LowerWrite(Lowering& lowering, const Capability& capability, const Context* context) {
  Write write;
  write.syntax = &*capability.syntax->write;
  write.operation = write.syntax->operation;
  std::string_view tenant_name = write.syntax->tenant_column.text;
  if (tenant_name.empty() && context != nullptr && context->tenant_binding >= 0)
    tenant_name = context->bindings[static_cast<std::size_t>(context->tenant_binding)].name;
  write.target = UseTable(lowering, capability, write.syntax->target, {}, tenant_name);

  WriteLowering state{lowering, capability, write, {write.target}};
  write.key = state.Column(write.syntax->lookup_column, Visibility::kRead);
  if (write.syntax->lookup_column.present())
    write.key_value = CapabilityValue(lowering, capability, write.syntax->lookup_source, false);
  if (write.syntax->tenant_column.present()) {
    write.tenant = state.Column(write.syntax->tenant_column, Visibility::kRead);
    write.tenant_value = CapabilityValue(lowering, capability, write.syntax->tenant_source, false);
  }
  LowerColumns(state);
  LowerGuard(state);
  if (write.syntax->audit.present()) write.audit = UseTable(lowering, capability, write.syntax->audit, {}, {}, false);
  LowerSummary(state);
  write.target_is_context_root = context != nullptr && !context->tables[0].poisoned && !write.target.poisoned &&
                                 SameTable(context->tables[0], write.target);
  return write;
}

}  // namespace synapsor::ir
