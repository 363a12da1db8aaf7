#include "compiler/plan/grants_views.h"

#include <fmt/format.h>

#include "compiler/plan/dialect.h"
#include "runtime/base/digest.h"

namespace synapsor::plan {
namespace {

using schema::Engine;

constexpr std::size_t kMostBytes = 63;
constexpr std::size_t kMostPrefixedBytes = 30;  // of the 64 that MySQL keeps

struct Maker {
  const ir::Context& context;
  Engine engine;

  const ir::TableUse& Table(int index) const { return context.tables[static_cast<std::size_t>(index)]; }
  std::string Alias(const ir::TableUse& table) const { return QuoteName(engine, table.alias); }
  std::string Field(int table, const schema::Column& column) const {
    return Alias(Table(table)) + "." + QuoteName(engine, column.name);
  }
  std::string From(const ir::TableUse& table) const {
    return fmt::format("{} AS {}", QuoteTable(engine, table.resolved.schema, table.resolved.name), Alias(table));
  }
};

bool HasTenant(const ir::TableUse& table) { return !table.single_tenant && table.tenant != nullptr; }

// The first table that has tenants: the one that the others are held to where no setting names the
// tenant.
int FirstTenantTable(const ir::Context& context) {
  for (std::size_t i = 0; i < context.tables.size(); ++i) {
    if (HasTenant(context.tables[i])) return static_cast<int>(i);
  }
  return -1;
}

// The very same tenant as that of the first table.
std::string SameTenant(const Maker& maker, int first, int table) {
  const schema::Column& column = *maker.Table(table).tenant;
  const std::string left = maker.Field(table, column), right = maker.Field(first, *maker.Table(first).tenant);
  std::string text = fmt::format("{} = {}", left, right);
  if (EqualityIsLoose(maker.engine, column)) text += " AND " + ExactEquality(maker.engine, left, right);
  return text;
}

std::string TenantOf(const Maker& maker, int first, int table) {
  if (!HasTenant(maker.Table(table))) return {};
  if (maker.engine == Engine::kPostgres)
    return TenantPredicate(*maker.Table(table).tenant, maker.Alias(maker.Table(table)));
  return table == first ? std::string() : SameTenant(maker, first, table);
}

}  // namespace

std::string TenantPredicate(const schema::Column& column, std::string_view quoted_alias) {
  constexpr std::string_view kSetting = "nullif(pg_catalog.current_setting('synapsor.tenant_id', true), '')";
  const std::string name =
      (quoted_alias.empty() ? "" : std::string(quoted_alias) + ".") + QuoteName(Engine::kPostgres, column.name);
  const std::string value = ComparedParam(Engine::kPostgres, column, std::string(kSetting));
  // Types without a cast of their own (enumerations, domains) and loose ones compare as text.
  if (value == kSetting || EqualityIsLoose(Engine::kPostgres, column))
    return fmt::format("{}::text = {}", name, kSetting);
  return fmt::format("{} = {}", name, value);
}

SafeView MakeSafeView(const ir::Context& context) {
  const Maker maker{context, context.tables[0].resolved.source->engine};
  const int first = FirstTenantTable(context);
  SafeView view;
  view.context = context.name;
  view.schema = context.tables[0].resolved.schema;
  view.tenant_filtered = maker.engine == Engine::kPostgres && first >= 0;
  std::string columns;
  if (first >= 0 && !view.tenant_filtered) {
    columns = fmt::format("{} AS {}", maker.Field(first, *maker.Table(first).tenant),
                          QuoteName(maker.engine, "synapsor_tenant"));
  }
  for (const ir::Slot& slot : context.slots) {
    columns += fmt::format("{}{} AS {}", columns.empty() ? "" : ",\n       ",
                           maker.Field(slot.column.table, *slot.column.column), QuoteName(maker.engine, slot.name));
  }
  view.select = fmt::format("SELECT {}\nFROM {}", columns, maker.From(context.tables[0]));
  for (const ir::Include& include : context.includes) {
    const std::string tenant = TenantOf(maker, first, include.table);
    view.select +=
        fmt::format("\nLEFT JOIN {}\n   ON {} = {}{}{}", maker.From(maker.Table(include.table)),
                    maker.Field(include.left.table, *include.left.column),
                    maker.Field(include.right.table, *include.right.column), tenant.empty() ? "" : "\n  AND ", tenant);
  }
  if (const std::string tenant = TenantOf(maker, first, 0); !tenant.empty()) view.select += "\nWHERE " + tenant;
  return view;
}

void NameViews(Engine engine, std::vector<SafeView>& views) {
  const std::size_t most = engine == Engine::kPostgres ? kMostBytes : kMostPrefixedBytes;
  std::set<std::string> taken;
  for (SafeView& view : views) {
    for (const char c : view.context) view.name += c == '.' ? std::string("__") : std::string(1, c);
    if (view.name.size() > most || taken.contains(view.name)) {
      view.name = fmt::format("{}_{}", view.name.substr(0, most - 9), Sha256Hex(view.context).substr(0, 8));
    }
    taken.insert(view.name);
  }
}

}  // namespace synapsor::plan
