#include "compiler/check/support.h"

#include <algorithm>

#include "stdlib/stdlib.h"

namespace synapsor::check {

const ir::Context* ContextOf(const CheckContext& cx, const ir::Capability& capability) {
  return capability.context.has_value() ? &cx.program.contexts.Get(capability.context) : nullptr;
}

const ir::Arg* ArgOf(const ir::Capability& capability, const ir::Value& value) {
  if (!IsModelChosen(value) || value.provenance.arg < 0) return nullptr;
  return &capability.args[static_cast<std::size_t>(value.provenance.arg)];
}

bool IsObjectId(const CheckContext& cx, std::string_view session_key) {
  if (IsTenantKey(cx, session_key) || IsPrincipalKey(cx, session_key)) return false;
  return session_key.starts_with("current_") || session_key.ends_with("_id") || session_key.ends_with("_number") ||
         session_key.ends_with("_ref");
}

bool SameMeaning(std::string_view a, std::string_view b) { return stdlib::SnakeCase(a) == stdlib::SnakeCase(b); }

bool Contains(std::span<const std::string_view> names, std::string_view name) {
  return std::any_of(names.begin(), names.end(), [&](std::string_view known) { return ir::SameName(known, name); });
}

bool IsTrustedName(const CheckContext& cx, std::string_view name) {
  const config::Config& config = cx.catalog.config();
  const std::string snake = stdlib::SnakeCase(name);  // `tenantId` means what `tenant_id` does
  return Contains(stdlib::TrustedNames(), snake) || SameMeaning(name, config.session.tenant_key) ||
         SameMeaning(name, config.session.principal_key) ||
         std::any_of(config.markers.trusted_names.begin(), config.markers.trusted_names.end(),
                     [&](const std::string& pattern) { return stdlib::MatchesPattern(name, pattern); });
}

Physical PhysicalColumn(const ir::TableUse& table, const schema::Column* column) {
  const schema::Table* own = table.resolved.table;
  if (own == nullptr || column == nullptr) return {};
  const bool is_view = own->kind == schema::TableKind::kView || own->kind == schema::TableKind::kMaterializedView;
  if (!is_view) return {own, column};
  if (column->base_table.empty() || !table.resolved.source->snapshot) return {};
  const schema::Table* base = table.resolved.source->snapshot->FindTable(column->base_schema, column->base_table);
  if (base == nullptr) return {};
  return {base, base->FindColumn(column->base_column)};
}

const schema::Table* PhysicalTable(const ir::TableUse& table) {
  const schema::Table* own = table.resolved.table;
  if (own == nullptr || own->kind != schema::TableKind::kView) return own;
  const schema::Table* base = nullptr;
  for (const schema::Column& column : own->columns) {
    const schema::Table* behind = PhysicalColumn(table, &column).table;
    if (behind == nullptr) continue;
    if (base != nullptr && base != behind) return nullptr;
    base = behind;
  }
  return base;
}

schema::Engine EngineOf(const ir::TableUse& table) {
  return table.resolved.source == nullptr ? schema::Engine::kPostgres : table.resolved.source->engine;
}

bool KnowsEngine(const CheckContext& cx, const ir::TableUse& table) {
  const schema::CatalogSource* source = table.resolved.source;
  return source != nullptr && (source->snapshot || cx.catalog.config().sources.contains(source->name));
}

bool IsWritable(const ir::TableUse& table) {
  const schema::Table* real = table.resolved.table;
  return real == nullptr || (real->updatable && real->kind != schema::TableKind::kMaterializedView);
}

const ir::WriteColumn* FindWritten(const ir::Write& write, std::string_view column) {
  const auto found = std::find_if(write.columns.begin(), write.columns.end(), [&](const ir::WriteColumn& written) {
    return ir::SameName(written.column.name, column);
  });
  return found == write.columns.end() ? nullptr : &*found;
}

}  // namespace synapsor::check
