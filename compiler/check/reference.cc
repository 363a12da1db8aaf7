// References that the model chooses: a foreign key that does not hold the tenant lets a row point at another tenant's.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/check/provenance_flow.h"
#include "compiler/check/rules.h"
#include "compiler/check/support.h"

namespace synapsor::check {
namespace {

bool Names(const std::vector<std::string>& columns, std::string_view name) {
  return std::any_of(columns.begin(), columns.end(),
                     [&](const std::string& column) { return ir::SameName(column, name); });
}

// The tenant column of the table that a foreign key of `from` points at; empty when its rows belong to no tenant, or when
// the schema does not show it.
std::string TenantColumnOf(const CheckContext& cx, const ir::TableUse& from, const schema::ForeignKey& key) {
  const config::Table* mapping = cx.catalog.MappingOf(key.target_schema, key.target_table);
  if (mapping != nullptr && mapping->single_tenant) return {};
  const std::string& name =
      mapping != nullptr && !mapping->tenant_column.empty() ? mapping->tenant_column : from.tenant_column;
  const schema::Table* target = from.resolved.source->snapshot->FindTable(key.target_schema, key.target_table);
  const bool has_it =
      target != nullptr && std::any_of(target->columns.begin(), target->columns.end(),
                                       [&](const schema::Column& column) { return ir::SameName(column.name, name); });
  return has_it ? name : std::string();
}

// A foreign key by which `column` alone decides whose row is referred to, or null. One that is not enforced keeps nothing
// within the tenant.
const schema::ForeignKey* FindLooseReference(const CheckContext& cx, const ir::TableUse& table,
                                             const Physical& written) {
  for (const schema::ForeignKey& key : written.table->foreign_keys) {
    if (!Names(key.columns, written.column->name)) continue;
    const std::string tenant = TenantColumnOf(cx, table, key);
    if (!tenant.empty() && (!key.enforced || !Names(key.target_columns, tenant))) return &key;
  }
  return nullptr;
}

}  // namespace

void CheckReferenceFromArgument(CheckContext& cx) {
  for (const ir::Capability& capability : cx.program.capabilities) {
    if (!capability.write) continue;
    const ir::TableUse& table = capability.write->target;
    if (table.single_tenant || table.tenant_column.empty()) continue;
    for (const ir::WriteColumn& column : capability.write->columns) {
      const ir::Arg* arg = ArgOf(capability, column.value);
      const Physical written = PhysicalColumn(table, column.column.column);
      if (arg == nullptr || !arg->one_of.empty() || column.column.poisoned || written.column == nullptr) continue;
      const schema::ForeignKey* key = FindLooseReference(cx, table, written);
      if (key == nullptr) continue;
      diag::Finding& finding =
          Report(cx.sink, capability, Kind::kReferenceFromArgument, column.value.span,
                 fmt::format("the model chooses which row of `{}` this one refers to, also of another tenant",
                             key->target_table))
              .WithSchema(ir::SchemaPlace(table, *column.column.column),
                          fmt::format("foreign key {} to {} {}", key->name, key->target_table,
                                      key->enforced ? "does not hold the tenant" : "is NOT ENFORCED"))
              .WithHelp(fmt::format(
                  "let an enforced foreign key hold the tenant as well, `FOREIGN KEY ({}, {}) REFERENCES {}`, or take the value FROM BINDING",
                  table.tenant_column, written.column->name, key->target_table));
      AttachPath(finding,
                 PathOf(capability, column.value, column.column.span, fmt::format("COLUMNS {}", column.column.name)));
    }
  }
}

}  // namespace synapsor::check
