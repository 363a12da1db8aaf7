// What the schema says of tenant columns. Facts of a table are reported at its first use only.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <unordered_set>

#include "compiler/check/rules.h"
#include "compiler/check/support.h"
#include "stdlib/stdlib.h"

namespace synapsor::check {
namespace {

using schema::TypeKind;

int ScopeRank(std::string_view column) {
  const auto names = stdlib::ScopeNames();
  const auto found =
      std::find_if(names.begin(), names.end(), [&](std::string_view n) { return ir::SameName(n, column); });
  return found == names.end() ? -1 : static_cast<int>(found - names.begin());
}

// A NOT NULL column that divides the table more finely than its tenant column.
const schema::Column* FinerScope(const ir::TableUse& table) {
  const int rank = ScopeRank(table.tenant_column);
  if (rank < 0 || table.resolved.table == nullptr) return nullptr;
  for (const schema::Column& column : table.resolved.table->columns)
    if (!column.nullable && ScopeRank(column.name) > rank) return &column;
  return nullptr;
}

// The names by which the program's tables are divided. The key of the tenants' own table (`accounts.id`) says nothing
// of a column of that name elsewhere.
std::set<std::string> TenantColumnsInUse(CheckContext& cx) {
  std::set<std::string> names;
  ForEachTable(cx.program, [&](const auto&, const ir::TableUse& table, bool) {
    if (table.tenant == nullptr || table.single_tenant) return;
    const std::vector<std::string>& key = table.resolved.table->primary_key;
    if (key.size() != 1 || !ir::SameName(key[0], table.tenant->name)) names.insert(table.tenant->name);
  });
  return names;
}

bool CanHoldTenant(const schema::Type& type) {
  switch (type.kind) {
    case TypeKind::kText:
    case TypeKind::kInteger:
    case TypeKind::kUuid:
    case TypeKind::kEnum: return true;
    case TypeKind::kDecimal: return type.scale.value_or(0) == 0;
    case TypeKind::kBytes: return type.length == 16;  // MySQL keeps UUIDs in BINARY(16)
    default: return false;
  }
}

bool BaseHasColumn(const ir::TableUse& view, std::string_view name) {
  return std::any_of(view.resolved.table->columns.begin(), view.resolved.table->columns.end(),
                     [&](const schema::Column& column) {
                       const schema::Table* base = PhysicalColumn(view, &column).table;
                       return base != nullptr && base->FindColumn(name) != nullptr;
                     });
}

// Reported where a table is read; a write names its tenant column itself.
template <typename Entity>
void ReportMissing(CheckContext& cx, const Entity& entity, const ir::TableUse& table) {
  const config::Table* mapping = table.resolved.mapping;
  const bool is_view = table.resolved.table->kind == schema::TableKind::kView ||
                       table.resolved.table->kind == schema::TableKind::kMaterializedView;
  std::vector<std::string_view> names;
  for (const schema::Column& column : table.resolved.table->columns) names.push_back(column.name);
  if (is_view && BaseHasColumn(table, table.tenant_column)) {
    Report(cx.sink, entity, Kind::kViewDropsTenant, table.syntax.span,
           fmt::format("the view `{}` leaves out the tenant column `{}`", ir::TableName(table), table.tenant_column))
        .WithPhrase("its rows cannot be scoped")
        .WithSchema(ir::SchemaPlace(table), fmt::format("a view with {}", ir::ListNames(names, 12)))
        .WithHelp(fmt::format("add `{}` to the view", table.tenant_column));
    return;
  }
  diag::Finding& finding =
      Report(cx.sink, entity, Kind::kNoTenantColumn, table.syntax.span,
             fmt::format("`{}` has no tenant column `{}`", ir::TableName(table), table.tenant_column))
          .WithPhrase("rows of every tenant would be read")
          .WithSchema(ir::SchemaPlace(table), fmt::format("has {}", ir::ListNames(names, 12)));
  finding.WithHelp(
      mapping != nullptr && !mapping->tenant_column.empty()
          ? fmt::format("correct `tenant` of this table in the configuration")
          : fmt::format("name its tenant column as `tables.{}.tenant` in the configuration, read through a "
                        "view that has one, or declare the table `single_tenant`",
                        table.syntax.table.text));
}

}  // namespace

void CheckTenantColumnExists(CheckContext& cx) {
  ForEachTable(cx.program, [&](const auto& entity, const ir::TableUse& table, bool is_target) {
    if (is_target || table.poisoned || table.single_tenant || table.resolved.table == nullptr) return;
    if (table.tenant == nullptr && !table.tenant_column.empty()) ReportMissing(cx, entity, table);
  });
}

void CheckSingleTenant(CheckContext& cx) {
  std::unordered_set<const schema::Table*> seen;
  const std::set<std::string> tenant_columns = TenantColumnsInUse(cx);
  ForEachTable(cx.program, [&](const auto& entity, const ir::TableUse& table, bool) {
    if (!table.single_tenant || table.resolved.table == nullptr || !seen.insert(table.resolved.table).second) return;
    const std::string& key = cx.catalog.config().session.tenant_key;
    const schema::Column* column = table.resolved.table->FindColumn(key);
    if (column == nullptr && table.resolved.mapping && !table.resolved.mapping->tenant_column.empty())
      column = table.resolved.table->FindColumn(table.resolved.mapping->tenant_column);
    for (auto name = tenant_columns.begin(); column == nullptr && name != tenant_columns.end(); ++name)
      column = table.resolved.table->FindColumn(*name);
    if (column == nullptr) return;
    Report(cx.sink, entity, Kind::kSingleTenantContradicted, table.syntax.span,
           fmt::format("`{}` is configured as single-tenant but has the tenant column `{}`", ir::TableName(table),
                       column->name))
        .WithPhrase("rows of every tenant would be read")
        .WithSchema(ir::SchemaPlace(table, *column), ir::DescribeColumn(*column))
        .WithHelp(fmt::format("replace `single_tenant` by `\"tenant\": \"{}\"` in the configuration", column->name));
  });
}

void CheckTenantColumnType(CheckContext& cx) {
  std::unordered_set<const schema::Column*> seen;
  ForEachTable(cx.program, [&](const auto& entity, const ir::TableUse& table, bool) {
    if (table.tenant == nullptr || !seen.insert(table.tenant).second) return;
    const schema::Column& tenant = *table.tenant;
    if (!CanHoldTenant(tenant.type)) {
      Report(cx.sink, entity, Kind::kTenantTypeMismatch, table.syntax.span,
             fmt::format("the tenant column `{}` of `{}` cannot hold a tenant's name or number", tenant.name,
                         ir::TableName(table)))
          .WithSchema(ir::SchemaPlace(table, tenant), ir::DescribeColumn(tenant))
          .WithHelp("a tenant column is text, an integer or a UUID; name the right one in the configuration");
    }
    // Columns of a view always read as nullable; the base column tells.
    const schema::Column* base = PhysicalColumn(table, table.tenant).column;
    if (base == nullptr || !base->nullable) return;
    const schema::Column* finer = FinerScope(table);
    diag::Finding& finding =
        Report(cx.sink, entity, Kind::kNullableTenantColumn, table.syntax.span,
               fmt::format("the tenant column `{}` of `{}` may be NULL", tenant.name, ir::TableName(table)))
            .WithPhrase("rows without a tenant belong to nobody and are never found")
            .WithSchema(ir::SchemaPlace(table, tenant), ir::DescribeColumn(tenant))
            .WithHelp("declare the column NOT NULL and read the schema again");
    if (finer != nullptr) {
      finding.WithSchema(ir::SchemaPlace(table, *finer), ir::DescribeColumn(*finer))
          .WithHelp(fmt::format("scope this table by `{}`, or declare `{}` NOT NULL", finer->name, tenant.name));
    }
  });
}

// One session value cannot be both a number and a text that differs from its canonical form.
void CheckMixedTenantTypes(CheckContext& cx) {
  const auto differ = [](const ir::TableUse& a, const ir::TableUse& b) {
    return a.tenant != nullptr && b.tenant != nullptr && a.tenant->type.kind != b.tenant->type.kind;
  };
  const auto report = [&](const auto& entity, const ir::TableUse& table, const ir::TableUse& other) {
    Report(cx.sink, entity, Kind::kMixedTenantTypes, table.syntax.span,
           fmt::format("the tenant columns of `{}` and `{}` have different types", ir::TableName(other),
                       ir::TableName(table)))
        .WithLabel(other.syntax.span, "used here")
        .WithSchema(ir::SchemaPlace(other, *other.tenant), ir::DescribeColumn(*other.tenant))
        .WithSchema(ir::SchemaPlace(table, *table.tenant), ir::DescribeColumn(*table.tenant))
        .WithHelp("one session value scopes both: give the columns one type, or make sure both spell a tenant alike");
  };
  for (const ir::Context& context : cx.program.contexts)
    for (std::size_t i = 1; i < context.tables.size(); ++i)
      if (differ(context.tables[0], context.tables[i])) report(context, context.tables[i], context.tables[0]);
  for (const ir::Capability& capability : cx.program.capabilities) {
    const ir::Context* context = ContextOf(cx, capability);
    if (context != nullptr && capability.write && differ(context->tables[0], capability.write->target))
      report(capability, capability.write->target, context->tables[0]);
  }
}

// A finer scope is at hand in the session and in the table, and is not used.
void CheckCoarserTenantColumn(CheckContext& cx) {
  for (const ir::Context& context : cx.program.contexts) {
    for (const ir::TableUse& table : context.tables) {
      if (table.tenant == nullptr || table.tenant->nullable) continue;
      const schema::Column* finer = FinerScope(table);
      if (finer == nullptr) continue;
      const auto binding = std::find_if(context.bindings.begin(), context.bindings.end(), [&](const ir::Binding& b) {
        return ir::SameName(b.name, finer->name) || ir::SameName(b.session_key, finer->name);
      });
      if (binding == context.bindings.end() || context.lookup_value.provenance.session_key == binding->session_key)
        continue;
      Report(cx.sink, context, Kind::kCoarserTenantColumn, table.syntax.span,
             fmt::format("`{}` is scoped by `{}` although `{}` divides it more finely", ir::TableName(table),
                         table.tenant->name, finer->name))
          .WithLabel(binding->span, "the session already tells it")
          .WithSchema(ir::SchemaPlace(table, *finer), ir::DescribeColumn(*finer))
          .WithHelp(fmt::format("name `{}` as the table's tenant column in the configuration", finer->name));
    }
  }
}

void CheckRowSecurity(CheckContext& cx) {
  std::unordered_set<const schema::Table*> seen;
  ForEachTable(cx.program, [&](const auto& entity, const ir::TableUse& table, bool) {
    const schema::Table* real = table.resolved.table;
    if (real == nullptr || !real->row_security || !table.resolved.source->snapshot->role) return;
    if (!seen.insert(real).second) return;
    const schema::Role& role = *table.resolved.source->snapshot->role;
    const bool as_owner = real->owned_by_role.value_or(false) && !real->row_security_forced;
    if (!role.superuser && !role.bypass_rls && !as_owner) return;
    Report(cx.sink, entity, Kind::kRowSecurityBypassed, table.syntax.span,
           fmt::format("`{}` has row-level security, which the connecting role bypasses", ir::TableName(table)))
        .WithSchema(ir::SchemaPlace(table), fmt::format("role `{}` is {}", role.name,
                                                        role.superuser    ? "a superuser"
                                                        : role.bypass_rls ? "BYPASSRLS"
                                                                          : "the table's owner"))
        .WithHelp("connect as a role that is neither superuser, owner nor BYPASSRLS; `sync grants` writes one");
  });
}

}  // namespace synapsor::check
