// Tenant binding as the DDL states it; what the schema says of tenant columns is in tenant_schema.cc.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/check/rules.h"
#include "compiler/check/support.h"

namespace synapsor::check {
namespace {

bool AllSingleTenant(const ir::Context& context) {
  return std::all_of(context.tables.begin(), context.tables.end(),
                     [](const ir::TableUse& table) { return table.single_tenant; });
}

// The name by which a context knows its tenant, or empty.
std::string_view TenantBindingName(const ir::Context* context) {
  if (context == nullptr || context->tenant_binding < 0) return {};
  return context->bindings[static_cast<std::size_t>(context->tenant_binding)].name;
}

const ir::Binding* TenantBindingOf(const CheckContext& cx, const ir::Capability& capability) {
  const auto found = std::find_if(capability.bindings.begin(), capability.bindings.end(),
                                  [&](const ir::Binding& b) { return IsTenantKey(cx, b.session_key); });
  return found == capability.bindings.end() ? nullptr : &*found;
}

std::string DescribeUntrusted(const ir::Value& value) {
  return value.provenance.kind == ir::ProvenanceKind::kModelArg ? "the model chooses this value"
                                                                : "a fixed value names one tenant for every caller";
}

// A comparison of a tenant column: whether it scopes by the tenant of the session.
bool ScopesByTenant(const CheckContext& cx, const ir::Value& value) {
  return IsTrusted(value) && IsTenantKey(cx, value.provenance.session_key);
}

bool IsTenantColumn(const ir::TableUse& table, const ir::ColumnUse& column) {
  if (table.tenant != nullptr && column.column != nullptr) return table.tenant == column.column;
  return ir::SameName(column.name, table.tenant_column);
}

}  // namespace

void CheckTenantBound(CheckContext& cx) {
  const std::string& key = cx.catalog.config().session.tenant_key;
  for (const ir::Context& context : cx.program.contexts) {
    if (context.tenant_binding >= 0 || AllSingleTenant(context)) continue;
    diag::Finding& finding = Report(cx.sink, context, Kind::kTenantNotBound, context.syntax->name.span,
                                    fmt::format("context `{}` binds no tenant", context.name))
                                 .WithPhrase("its rows would be read without a tenant")
                                 .WithHelp(fmt::format("add `BIND {0} FROM SESSION {0}`", key));
    for (const ir::Binding& binding : context.bindings) {
      if (!IsTrustedName(cx, binding.name) || IsPrincipalKey(cx, binding.session_key)) continue;
      finding.WithLabel(binding.span,
                        fmt::format("this comes from session key `{}`, not from `{}`", binding.session_key, key));
      finding.WithHelp(
          fmt::format("bind it from `{}`, or name the tenant's session key as `session.tenant_key` in the "
                      "configuration",
                      key));
    }
  }
}

void CheckPrincipalBinding(CheckContext& cx) {
  const auto check = [&](const auto& entity, const std::vector<ir::Binding>& bindings) {
    for (const ir::Binding& binding : bindings) {
      const bool named_principal = ir::SameName(binding.name, "principal") || IsPrincipalKey(cx, binding.name);
      if (!named_principal || !IsTenantKey(cx, binding.session_key)) continue;
      Report(cx.sink, entity, Kind::kPrincipalFromTenantKey, binding.span,
             fmt::format("`{}` is bound from the tenant's session key", binding.name))
          .WithPhrase("every user of a tenant would be the same principal")
          .WithHelp(fmt::format("bind it from `SESSION {}`", cx.catalog.config().session.principal_key));
    }
  };
  for (const ir::Context& context : cx.program.contexts) check(context, context.bindings);
  for (const ir::Capability& capability : cx.program.capabilities) check(capability, capability.hidden);
}

void CheckTenantClause(CheckContext& cx) {
  for (const ir::Capability& capability : cx.program.capabilities) {
    if (!capability.write || capability.write->target.single_tenant) continue;
    const ir::Write& write = *capability.write;
    const ast::WriteProposal& syntax = *write.syntax;
    const ir::Binding* tenant = TenantBindingOf(cx, capability);
    const std::string name = tenant ? std::string(tenant->name) : cx.catalog.config().session.tenant_key;
    if (!syntax.tenant_column.present()) {
      Report(cx.sink, capability, Kind::kTenantClauseMissing, syntax.target.span,
             fmt::format("the write to `{}` has no TENANT clause", syntax.target.table.text))
          .WithPhrase("a row of any tenant could be written")
          .WithHelp(fmt::format("add `TENANT {0} FROM BINDING {0}` after LOOKUP", name));
      continue;
    }
    const ir::Value& value = write.tenant_value;
    if (value.poisoned) continue;
    if (!IsTrusted(value)) {
      Report(cx.sink, capability, Kind::kTenantFromUntrustedValue, value.span,
             "the tenant guard does not come from the session")
          .WithPhrase(DescribeUntrusted(value))
          .WithHelp(fmt::format("write `TENANT {} FROM BINDING {}`", syntax.tenant_column.text, name));
    } else if (!IsTenantKey(cx, value.provenance.session_key)) {
      diag::Finding& finding =
          Report(cx.sink, capability, Kind::kWrongTenantBinding, syntax.tenant_source.name.span,
                 fmt::format("`{}` is not the tenant: it comes from session key `{}`", value.provenance.binding,
                             value.provenance.session_key))
              .WithLabel(value.provenance.binding_span, "bound here")
              .WithHelp(fmt::format("write `TENANT {} FROM BINDING {}`", syntax.tenant_column.text, name));
      if (tenant != nullptr)
        finding.WithFix(
            {"use the tenant binding", {{syntax.tenant_source.name.span, std::string(tenant->name)}}, true});
    }
  }
}

void CheckSearchFilters(CheckContext& cx) {
  for (const ir::Context& context : cx.program.contexts) {
    for (const ir::Search& search : context.searches) {
      const ir::TableUse& table = context.tables[static_cast<std::size_t>(search.table)];
      if (table.poisoned || table.single_tenant) continue;
      bool scoped = false, reported = false;
      for (const ir::SearchFilter& filter : search.filters) {
        if (filter.column.table != search.table || !IsTenantColumn(table, filter.column)) continue;
        scoped = scoped || ScopesByTenant(cx, filter.value);
        if (ScopesByTenant(cx, filter.value) || filter.value.poisoned) continue;
        reported = true;
        Report(cx.sink, context, Kind::kTenantFromUntrustedValue, filter.value.span,
               fmt::format("the search filters `{}` by a value that is not the tenant's", filter.column.name))
            .WithPhrase(IsTrusted(filter.value) ? "another session key" : DescribeUntrusted(filter.value))
            .WithHelp(fmt::format("write `SESSION {}`", cx.catalog.config().session.tenant_key));
      }
      if (scoped || reported) continue;
      const std::string filter = fmt::format("{}.{} = SESSION {}", search.syntax->table.table.text, table.tenant_column,
                                             cx.catalog.config().session.tenant_key);
      Report(cx.sink, context, Kind::kSearchWithoutTenant, search.syntax->table.span,
             fmt::format("the search in `{}` is not filtered by tenant", search.syntax->table.table.text))
          .WithPhrase("ranking would see rows of every tenant")
          .WithHelp(search.filters.empty() ? fmt::format("add `FILTER {}`", filter)
                                           : fmt::format("add `{}` to its FILTER", filter));
    }
  }
}

void CheckPlanScans(CheckContext& cx) {
  for (const ir::Capability& capability : cx.program.capabilities) {
    if (!capability.plan) continue;
    const std::string_view tenant = TenantBindingName(ContextOf(cx, capability));
    for (const ir::PlanStep& step : capability.plan->steps) {
      const ir::TableUse& table = capability.plan->tables[static_cast<std::size_t>(step.table)];
      if (table.poisoned || table.single_tenant) continue;
      bool scoped = false, reported = false;
      for (const ir::PlanStep::Predicate& predicate : step.where) {
        if (predicate.column.table != step.table || !IsTenantColumn(table, predicate.column)) continue;
        // Equal to the tenant column of an earlier step's row is scoped as that step is.
        const ir::ColumnUse& other = predicate.value_field;
        const bool chained = other.table >= 0 && other.table != step.table &&
                             IsTenantColumn(capability.plan->tables[static_cast<std::size_t>(other.table)], other);
        const bool ok = ScopesByTenant(cx, predicate.value) || chained;
        scoped = scoped || ok;
        if (ok || predicate.value.poisoned) continue;
        reported = true;
        Report(cx.sink, capability, Kind::kTenantFromUntrustedValue, predicate.value.span,
               fmt::format("the step `{}` compares `{}` with a value that is not the tenant's", step.syntax->name.text,
                           predicate.column.name))
            .WithPhrase(IsModelChosen(predicate.value) ? "the model chooses this value"
                                                       : "not the tenant of the session")
            .WithHelp(fmt::format("compare it with the HIDDEN tenant, `ARG {}`",
                                  tenant.empty() ? std::string_view(cx.catalog.config().session.tenant_key) : tenant));
      }
      if (scoped || reported) continue;
      Report(cx.sink, capability, Kind::kScanWithoutTenant, step.syntax->table.span,
             fmt::format("the step `{}` reads `{}` without comparing its tenant", step.syntax->name.text,
                         step.syntax->table.table.text))
          .WithHelp(fmt::format("add `FIELD {}.{} = ARG {}`", table.alias, table.tenant_column,
                                tenant.empty() ? std::string_view(cx.catalog.config().session.tenant_key) : tenant));
    }
  }
}

void CheckTenantColumnNamed(CheckContext& cx) {
  for (const ir::Capability& capability : cx.program.capabilities) {
    if (!capability.write || !capability.write->syntax->tenant_column.present()) continue;
    const ir::Write& write = *capability.write;
    if (write.target.poisoned || write.tenant.poisoned || write.target.single_tenant) continue;
    const config::Table* mapping = write.target.resolved.mapping;
    std::string expected;
    std::string reason;
    if (mapping != nullptr && !mapping->tenant_column.empty()) {
      expected = mapping->tenant_column;
      reason = "the configuration names it as the table's tenant column";
    } else if (const std::string_view name = TenantBindingName(ContextOf(cx, capability));
               !name.empty() && write.target.resolved.table != nullptr &&
               write.target.resolved.table->FindColumn(name) != nullptr) {
      expected = name;
      reason = "reads of this table are scoped by it";
    }
    if (expected.empty() || ir::SameName(expected, write.tenant.name)) continue;
    Report(cx.sink, capability, Kind::kWrongTenantColumn, write.tenant.span,
           fmt::format("TENANT guards by `{}`, but the tenant column of `{}` is `{}`", write.tenant.name,
                       ir::TableName(write.target), expected))
        .WithNote(fmt::format("`{}`: {}", expected, reason))
        .WithHelp(
            fmt::format("write `TENANT {} FROM …`, or name another tenant column in the configuration", expected));
  }
}

}  // namespace synapsor::check
