#include "compiler/plan/used_columns.h"

#include <map>
#include <set>

#include "compiler/plan/uniqueness.h"
#include "runtime/bundle/fingerprint.h"

namespace synapsor::plan {
namespace {

struct Uses {
  std::map<const schema::CatalogSource*, std::map<const schema::Table*, std::set<std::string>>> columns;

  void Add(const ir::TableUse& table, const schema::Column* column) {
    if (table.resolved.table != nullptr && column != nullptr)
      columns[table.resolved.source][table.resolved.table].insert(column->name);
  }
};

void AddContext(Uses& uses, const ir::Context& context) {
  const auto add = [&](const ir::ColumnUse& use) {
    if (use.table >= 0) uses.Add(context.tables[static_cast<std::size_t>(use.table)], use.column);
  };
  for (const ir::TableUse& table : context.tables) {
    uses.Add(table, table.tenant);
    if (table.resolved.table == nullptr) continue;
    const schema::Snapshot& snapshot = *table.resolved.source->snapshot;
    for (const schema::Column* key : RowKey(snapshot, *table.resolved.table)) uses.Add(table, key);
  }
  add(context.lookup);
  for (const ir::Include& include : context.includes) {
    add(include.left);
    add(include.right);
  }
  for (const ir::Slot& slot : context.slots) add(slot.column);
}

void AddWrite(Uses& uses, const ir::Write& write, const bundle::PatchPlan& patch) {
  for (const bundle::ResultColumn& column : patch.before.columns) {
    uses.Add(write.target, write.target.resolved.table->FindColumn(column.column));
  }
  if (!patch.audit || !patch.audit->insert) return;
  for (const bundle::Param& param : patch.audit->insert->params) {
    uses.Add(*write.audit, write.audit->resolved.table->FindColumn(param.value.name));
  }
}

bundle::TableFingerprint Fingerprint(schema::Engine engine, const schema::Table& table,
                                     const std::set<std::string>& used) {
  bundle::TableFingerprint result;
  result.schema = table.schema;
  result.table = table.name;
  std::vector<bundle::ColumnFacts> facts;
  for (const std::string& name : used) {
    const schema::Column& column = *table.FindColumn(name);
    result.columns.push_back(name);
    facts.push_back({name, column.type.declared, column.nullable, InPrimaryKey(table, name), InUniqueKey(table, name)});
  }
  result.fingerprint = bundle::FingerprintColumns(schema::EngineName(engine), std::move(facts));
  return result;
}

}  // namespace

std::vector<bundle::Source> UsedSources(const ir::Program& program, const bundle::Bundle& bundle) {
  Uses uses;
  for (const ir::Context& context : program.contexts) {
    if (bundle.FindContext(context.name) != nullptr) AddContext(uses, context);
  }
  for (const ir::Capability& capability : program.capabilities) {
    const bundle::Capability* built = bundle.FindCapability(capability.name);
    if (built != nullptr && built->patch) AddWrite(uses, *capability.write, *built->patch);
  }
  std::map<std::string, bundle::Source> by_name;
  for (const auto& [source, tables] : uses.columns) {
    bundle::Source& built = by_name[source->name];
    built.name = source->name;
    built.engine = schema::EngineName(source->engine);
    std::map<std::pair<std::string, std::string>, bundle::TableFingerprint> sorted;
    for (const auto& [table, columns] : tables) {
      sorted.emplace(std::pair(table->schema, table->name), Fingerprint(source->engine, *table, columns));
    }
    for (auto& [name, fingerprint] : sorted) built.tables.push_back(std::move(fingerprint));
  }
  std::vector<bundle::Source> sources;
  for (auto& [name, source] : by_name) sources.push_back(std::move(source));
  return sources;
}

}  // namespace synapsor::plan
