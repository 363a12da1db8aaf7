#include "compiler/plan/grants.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/ir/report.h"
#include "compiler/plan/grants_print.h"
#include "compiler/plan/grants_views.h"
#include "compiler/plan/uniqueness.h"

namespace synapsor::plan {
namespace {

TableName NameOf(const ir::TableUse& table) { return {table.resolved.schema, table.resolved.name}; }

// Every column that a context's statement mentions: what it shows, orders, joins, looks up and
// scopes by.
void AddContextRights(const ir::Context& context, RoleRights& reader) {
  const auto add = [&](const ir::ColumnUse& use) {
    if (use.table < 0 || use.column == nullptr) return;
    reader[NameOf(context.tables[static_cast<std::size_t>(use.table)])].select.insert(use.column->name);
  };
  for (const ir::TableUse& table : context.tables) {
    std::set<std::string>& select = reader[NameOf(table)].select;
    if (table.tenant != nullptr && !table.single_tenant) select.insert(table.tenant->name);
    for (const schema::Column* key : RowKey(*table.resolved.source->snapshot, *table.resolved.table))
      select.insert(key->name);
  }
  add(context.lookup);
  for (const ir::Include& include : context.includes) {
    add(include.left);
    add(include.right);
  }
  for (const ir::Slot& slot : context.slots) add(slot.column);
}

// What anchors and compares the row: read by both roles.
void AddRowRights(const bundle::PatchPlan& patch, const bundle::Statement& image, ColumnRights& rights) {
  for (const bundle::ResultColumn& column : image.columns) rights.select.insert(column.column);
  rights.select.insert(patch.key_column);
  if (!patch.tenant_column.empty()) rights.select.insert(patch.tenant_column);
  if (!patch.guard.column.empty()) rights.select.insert(patch.guard.column);
  rights.select.insert(patch.guard.compared.begin(), patch.guard.compared.end());
}

// Columns that the runtime compares with the catalog before it serves or applies.
void AddKnown(const bundle::Source& source, bool targets_only, RoleRights& role) {
  for (const bundle::TableFingerprint& table : source.tables) {
    const auto found = role.find({table.schema, table.table});
    const bool is_target = found != role.end() && !found->second.update.empty();
    if (targets_only && !is_target) continue;
    ColumnRights& rights = role[{table.schema, table.table}];
    for (const std::string& column : table.columns) {
      if (!rights.select.contains(column)) rights.known.insert(column);
    }
  }
}

void AddSerials(const ir::TableUse& audit, RoleRights& writer) {
  ColumnRights& rights = writer[NameOf(audit)];
  for (const schema::Column& column : audit.resolved.table->columns) {
    const bool draws = column.identity == schema::Identity::kByDefault ||
                       (column.default_expression && column.default_expression->find("nextval") != std::string::npos);
    if (draws && !rights.insert.contains(column.name)) rights.serial.insert(column.name);
  }
}

// What fires on the writer's statements with the writer's own rights.
void RemarkTriggers(const ir::TableUse& table, bool on_insert, std::vector<std::string>& remarks) {
  for (const schema::Trigger& trigger : table.resolved.table->triggers) {
    if (!trigger.enabled || !(on_insert ? trigger.on_insert : trigger.on_update)) continue;
    remarks.push_back(
        fmt::format("trigger {} of {} runs with the rights of the writer: what it does beyond the "
                    "row at hand needs "
                    "grants of its own, or a function that is SECURITY DEFINER",
                    trigger.name, ir::TableName(table)));
  }
}

// Whose rights a view reads with is not in the snapshot.
void RemarkView(const ir::TableUse& table, schema::Engine engine, std::vector<std::string>& remarks) {
  if (table.resolved.table->kind != schema::TableKind::kView) return;
  remarks.push_back(
      fmt::format("{} is a view: {} the roles need rights on what stands behind it too, which are not given here",
                  ir::TableName(table),
                  engine == schema::Engine::kPostgres ? "with security_invoker" : "with SQL SECURITY INVOKER"));
}

class Collector {
 public:
  Collector(const ir::Program& program, const bundle::Bundle& bundle, std::string_view source)
      : program_(program), bundle_(bundle) {
    grants_.source = source;
  }

  SourceGrants Collect() {
    for (const ir::Context& context : program_.contexts) {
      const bundle::Context* built = bundle_.FindContext(context.name);
      if (built != nullptr && built->query.source == grants_.source) AddContext(context);
    }
    for (const ir::Capability& capability : program_.capabilities) {
      const bundle::Capability* built = bundle_.FindCapability(capability.name);
      if (built != nullptr && built->patch && built->patch->source == grants_.source)
        AddWrite(*capability.write, *built->patch);
    }
    for (const bundle::Source& source : bundle_.sources) {
      if (source.name != grants_.source || grants_.engine == schema::Engine::kPostgres) continue;
      AddKnown(source, false, grants_.reader);
      AddKnown(source, true, grants_.writer);
    }
    std::sort(grants_.views.begin(), grants_.views.end(),
              [](const SafeView& a, const SafeView& b) { return a.context < b.context; });
    NameViews(grants_.engine, grants_.views);
    for (auto& [name, table] : tenant_tables_) grants_.tenant_tables.push_back(std::move(table));
    std::sort(grants_.remarks.begin(), grants_.remarks.end());
    grants_.remarks.erase(std::unique(grants_.remarks.begin(), grants_.remarks.end()), grants_.remarks.end());
    return std::move(grants_);
  }

 private:
  void AddContext(const ir::Context& context) {
    grants_.engine = context.tables[0].resolved.source->engine;
    AddContextRights(context, grants_.reader);
    for (const ir::TableUse& table : context.tables) {
      AddTenantTable(table);
      RemarkView(table, grants_.engine, grants_.remarks);
    }
    grants_.views.push_back(MakeSafeView(context));
  }

  void AddWrite(const ir::Write& write, const bundle::PatchPlan& patch) {
    grants_.engine = write.target.resolved.source->engine;
    grants_.writes = true;
    AddTenantTable(write.target);
    RemarkView(write.target, grants_.engine, grants_.remarks);
    AddRowRights(patch, patch.before, grants_.reader[NameOf(write.target)]);
    AddWriterRights(patch, grants_.writer);
    const bool postgres = grants_.engine == schema::Engine::kPostgres;
    if (postgres) RemarkTriggers(write.target, false, grants_.remarks);
    if (!patch.audit || !patch.audit->insert) return;
    AddAuditRights(NameOf(*write.audit), *patch.audit->insert, grants_.writer);
    if (!postgres) return;
    AddSerials(*write.audit, grants_.writer);
    RemarkTriggers(*write.audit, true, grants_.remarks);
  }

  void AddTenantTable(const ir::TableUse& table) {
    if (table.single_tenant || table.tenant == nullptr || grants_.engine != schema::Engine::kPostgres) return;
    const schema::TableKind kind = table.resolved.table->kind;
    if (kind != schema::TableKind::kTable && kind != schema::TableKind::kPartitionedTable) {
      grants_.remarks.push_back(
          fmt::format("row-level security cannot stand on {}, which is no plain table", ir::TableName(table)));
      return;
    }
    tenant_tables_[NameOf(table)] = {NameOf(table), TenantPredicate(*table.tenant, {})};
  }

  const ir::Program& program_;
  const bundle::Bundle& bundle_;
  SourceGrants grants_;
  std::map<TableName, TenantTable> tenant_tables_;
};

}  // namespace

void AddWriterRights(const bundle::PatchPlan& patch, RoleRights& writer) {
  ColumnRights& rights = writer[{patch.schema, patch.table}];
  AddRowRights(patch, patch.lock, rights);
  for (const bundle::SetColumn& set : patch.set) rights.update.insert(set.column);
  if (patch.guard.advanced_by_statement) rights.update.insert(patch.guard.column);
}

void AddAuditRights(const TableName& table, const bundle::Statement& insert, RoleRights& writer) {
  for (const bundle::Param& param : insert.params) writer[table].insert.insert(param.value.name);
}

SourceGrants GrantsOf(const ir::Program& program, const bundle::Bundle& bundle, std::string_view source) {
  return Collector(program, bundle, source).Collect();
}

GrantNames DefaultGrantNames(std::string_view source) {
  const std::string prefix = fmt::format("synapsor_{}_", source);
  return {prefix + "reader", prefix + "writer", prefix + "viewer", prefix + "views", "%"};
}

Status CheckGrantNames(schema::Engine engine, const GrantNames& names) {
  // Bytes that an engine keeps of a name; MySQL's accounts are shorter than MariaDB's.
  const std::size_t most = engine == schema::Engine::kMysql ? 32 : engine == schema::Engine::kMariadb ? 80 : 63;
  const std::size_t most_views = engine == schema::Engine::kPostgres ? most : 33;  // a view's own name follows
  const std::pair<std::string_view, const std::string&> all[] = {
      {"--reader", names.reader}, {"--writer", names.writer}, {"--viewer", names.viewer}, {"--views", names.views}};
  for (const auto& [option, name] : all) {
    if (name.empty()) return Fail(ErrorKind::kUsage, fmt::format("`{}` is empty", option));
    const std::size_t limit = option == "--views" ? most_views : most;
    if (name.size() <= limit) continue;
    return Fail(
        ErrorKind::kUsage,
        fmt::format("`{}` is longer than the {} bytes that {} leaves for it", name, limit, schema::EngineName(engine)),
        fmt::format("choose a shorter one with `{}`", option));
  }
  if (names.reader == names.writer || names.reader == names.viewer || names.writer == names.viewer) {
    return Fail(ErrorKind::kUsage, "reader, writer and viewer need three names",
                "who serves a model must not hold the rights of who applies changes");
  }
  return {};
}

std::string PrintGrants(const SourceGrants& grants, const GrantNames& names, const GrantOptions& options) {
  return grants.engine == schema::Engine::kPostgres ? PrintPostgresGrants(grants, names, options)
                                                    : PrintMysqlGrants(grants, names, options);
}

}  // namespace synapsor::plan
