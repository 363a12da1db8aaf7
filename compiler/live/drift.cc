// What a snapshot says of the tables and columns that the DDL uses, against what the database says now.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "compiler/ir/report.h"
#include "compiler/live/live.h"
#include "compiler/live/uses.h"

namespace synapsor::live {
namespace {

using diag::Kind;

constexpr std::string_view kRenew =
    "write the snapshot anew with `sync introspect`, review what changed, and check again";

// One used table beside its live counterpart. `exact`: both sides come from a database, so that its own spelling of
// expressions can be compared; a schema.sql is compared by what it means.
struct Pair {
  const UsedTable& use;
  const schema::Table& old;
  const schema::Table& now;
  const Database& database;
  bool exact = false;

  std::string Name() const { return old.schema.empty() ? old.name : old.schema + "." + old.name; }
  std::string Place() const { return use.source->snapshot_path + ": " + Name(); }
};

diag::Finding& Report(const Pair& pair, Kind kind, Span span, std::string message, std::string was, std::string is,
                      diag::Sink& sink) {
  return sink.Report(kind, span, std::move(message))
      .WithSchema(pair.Place(), std::move(was))
      .WithSchema(fmt::format("live {}: {}", pair.database.name, pair.Name()), std::move(is))
      .WithHelp(std::string(kRenew));
}

// ---- columns ----

std::string GenerationOf(const schema::Column& column) {
  if (column.generated != schema::Generated::kNo) return "generated";
  switch (column.identity) {
    case schema::Identity::kAlways: return "identity, always";
    case schema::Identity::kByDefault: return "identity";
    case schema::Identity::kNo: return "plain";
  }
  return "plain";
}

// "invoices.status": 'IN (…)' and ranges that constrain this column, in a form that both readers give alike.
std::set<std::string> ChecksOf(const schema::Table& table, const std::string& column) {
  std::set<std::string> found;
  for (const schema::CheckConstraint& check : table.checks) {
    if (check.column != column) continue;
    std::string text;
    if (check.one_of) {
      std::vector<std::string> values = *check.one_of;
      std::sort(values.begin(), values.end());
      text += fmt::format("one of {}; ", fmt::join(values, ", "));
    }
    if (check.min) text += fmt::format("{} {}; ", check.min_exclusive ? "above" : "from", *check.min);
    if (check.max) text += fmt::format("{} {}; ", check.max_exclusive ? "below" : "up to", *check.max);
    if (check.max_length) text += fmt::format("at most {} characters; ", *check.max_length);
    if (!text.empty()) found.insert(text.substr(0, text.size() - 2));
  }
  return found;
}

std::string Listed(const std::set<std::string>& items) {
  return items.empty() ? "none" : fmt::format("{}", fmt::join(items, " and "));
}

struct Aspect {
  std::string_view what;
  std::string was, is;
};

std::vector<Aspect> ChangedAspects(const Pair& pair, const UsedColumn& use, const schema::Column& now) {
  const schema::Column& old = *use.column;
  std::vector<Aspect> changed;
  const auto compare = [&](std::string_view what, std::string was, std::string is) {
    if (was != is) changed.push_back({what, std::move(was), std::move(is)});
  };
  compare("type", old.type.declared, now.type.declared);
  compare("list of values", fmt::format("{}", fmt::join(old.type.enum_values, ", ")),
          fmt::format("{}", fmt::join(now.type.enum_values, ", ")));
  compare("nullability", old.nullable ? "nullable" : "not null", now.nullable ? "nullable" : "not null");
  if (pair.exact) compare("collation", old.collation, now.collation);
  if (old.base_table.empty() && now.base_table.empty()) compare("generation", GenerationOf(old), GenerationOf(now));
  compare("view column's base", fmt::format("{}.{}", old.base_table, old.base_column),
          fmt::format("{}.{}", now.base_table, now.base_column));
  compare("ON UPDATE", old.on_update ? "set" : "none", now.on_update ? "set" : "none");
  if (use.written) compare("CHECK", Listed(ChecksOf(pair.old, old.name)), Listed(ChecksOf(pair.now, now.name)));
  return changed;
}

void CompareColumns(const Pair& pair, diag::Sink& sink) {
  for (const auto& [name, use] : pair.use.columns) {
    const schema::Column* now = pair.now.FindColumn(name);
    const std::string_view role = use.tenant ? "tenant column" : "column";
    if (now == nullptr) {
      sink.Report(Kind::kLiveColumnMissing, use.span,
                  fmt::format("{} `{}` of `{}` is not in the live database", role, name, pair.Name()))
          .WithSchema(fmt::format("{}.{}", pair.Place(), name), ir::DescribeColumn(*use.column))
          .WithHelp(std::string(kRenew));
      continue;
    }
    for (Aspect& aspect : ChangedAspects(pair, use, *now)) {
      Report(
          pair, Kind::kLiveColumnDiffers, use.span,
          fmt::format("the {} of {} `{}` of `{}` differs in the live database", aspect.what, role, name, pair.Name()),
          fmt::format("{}: {}", name, aspect.was), fmt::format("{}: {}", name, aspect.is), sink);
    }
  }
}

// ---- keys ----

std::set<std::set<std::string>> UniqueKeys(const schema::Table& table) {
  std::set<std::set<std::string>> keys;
  for (const schema::Index& index : table.indexes) {
    if (index.unique && !index.partial && index.valid) keys.insert({index.columns.begin(), index.columns.end()});
  }
  return keys;
}

// A key that a used column was part of and that no longer holds. A new key takes nothing away.
void CompareKeys(const Pair& pair, diag::Sink& sink) {
  const std::set<std::set<std::string>> now = UniqueKeys(pair.now);
  for (const std::set<std::string>& key : UniqueKeys(pair.old)) {
    const auto used = std::find_if(key.begin(), key.end(),
                                   [&](const std::string& column) { return pair.use.columns.contains(column); });
    if (used == key.end() || now.contains(key)) continue;
    Report(pair, Kind::kLiveKeyDiffers, pair.use.SpanOf(*used),
           fmt::format("`{}` has no unique key on ({}) in the live database", pair.Name(), fmt::join(key, ", ")),
           fmt::format("unique ({})", fmt::join(key, ", ")), "no such key", sink);
  }
  const auto list = [](const std::vector<std::string>& columns) {
    return columns.empty() ? std::string("none") : fmt::format("({})", fmt::join(columns, ", "));
  };
  if (pair.old.primary_key != pair.now.primary_key) {
    const Span span = pair.old.primary_key.empty() ? pair.use.span : pair.use.SpanOf(pair.old.primary_key.front());
    Report(pair, Kind::kLiveKeyDiffers, span,
           fmt::format("the primary key of `{}` differs in the live database", pair.Name()),
           "primary key: " + list(pair.old.primary_key), "primary key: " + list(pair.now.primary_key), sink);
  }
}

// ---- what else a write sets off ----

std::string Describe(const schema::Trigger& trigger, bool exact) {
  std::string text = fmt::format("trigger {} {}{}{}{}{}", trigger.name, trigger.before ? "before" : "after",
                                 trigger.on_insert ? " insert" : "", trigger.on_update ? " update" : "",
                                 trigger.on_delete ? " delete" : "", trigger.enabled ? "" : ", disabled");
  if (!trigger.update_columns.empty()) text += fmt::format(" of {}", fmt::join(trigger.update_columns, ", "));
  if (!trigger.assigns.empty()) text += fmt::format(", assigns {}", fmt::join(trigger.assigns, ", "));
  if (exact) text += fmt::format(", runs {}", trigger.function);
  return text;
}

std::set<std::string> SideEffects(const schema::Table& table, bool exact) {
  std::set<std::string> effects;
  for (const schema::Trigger& trigger : table.triggers) effects.insert(Describe(trigger, exact));
  for (const schema::ForeignKey& key : table.referenced_by) {
    if (key.on_update == schema::ReferentialAction::kNoAction || key.on_update == schema::ReferentialAction::kRestrict)
      continue;
    effects.insert(fmt::format("a change of ({}) changes {} ({})", fmt::join(key.columns, ", "), key.target_table,
                               fmt::join(key.target_columns, ", ")));
  }
  return effects;
}

void Difference(const std::set<std::string>& a, const std::set<std::string>& b, std::set<std::string>& only_a,
                std::set<std::string>& only_b) {
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::inserter(only_a, only_a.end()));
  std::set_difference(b.begin(), b.end(), a.begin(), a.end(), std::inserter(only_b, only_b.end()));
}

void CompareSideEffects(const Pair& pair, diag::Sink& sink) {
  if (!pair.use.written) return;
  std::set<std::string> was, is;
  Difference(SideEffects(pair.old, pair.exact), SideEffects(pair.now, pair.exact), was, is);
  if (was.empty() && is.empty()) return;
  Report(pair, Kind::kLiveSideEffectDiffers, pair.use.write_span,
         fmt::format("a write to `{}` sets off other triggers or cascades in the live database", pair.Name()),
         Listed(was), Listed(is), sink);
}

// ---- row security and the table itself ----

std::set<std::string> RowSecurity(const schema::Table& table, bool exact) {
  std::set<std::string> facts;
  facts.insert(!table.row_security         ? "row security off"
               : table.row_security_forced ? "row security forced"
                                           : "row security on");
  for (const schema::Policy& policy : table.policies) {
    std::string text = fmt::format("policy {} for {} to {}, {}", policy.name, policy.command,
                                   fmt::join(policy.roles, ", "), policy.permissive ? "permissive" : "restrictive");
    if (exact) text += fmt::format(", using {} check {}", policy.using_expression, policy.check_expression);
    facts.insert(std::move(text));
  }
  return facts;
}

void CompareRowSecurity(const Pair& pair, diag::Sink& sink) {
  std::set<std::string> was, is;
  Difference(RowSecurity(pair.old, pair.exact), RowSecurity(pair.now, pair.exact), was, is);
  if (was.empty() && is.empty()) return;
  Report(pair, Kind::kLiveRowSecurityDiffers, pair.use.span,
         fmt::format("row security of `{}` differs in the live database", pair.Name()), Listed(was), Listed(is), sink);
}

std::string_view KindName(schema::TableKind kind) {
  switch (kind) {
    case schema::TableKind::kTable: return "table";
    case schema::TableKind::kView: return "view";
    case schema::TableKind::kMaterializedView: return "materialized view";
    case schema::TableKind::kPartitionedTable: return "partitioned table";
    case schema::TableKind::kForeignTable: return "foreign table";
  }
  return "table";
}

void CompareTable(const Pair& pair, diag::Sink& sink) {
  const auto compare = [&](std::string_view what, std::string was, std::string is) {
    if (was == is) return;
    Report(pair, Kind::kLiveTableDiffers, pair.use.span,
           fmt::format("the {} of `{}` differs in the live database", what, pair.Name()), std::move(was), std::move(is),
           sink);
  };
  compare("kind", std::string(KindName(pair.old.kind)), std::string(KindName(pair.now.kind)));
  if (pair.use.written)
    compare("updatability", pair.old.updatable ? "updatable" : "not updatable",
            pair.now.updatable ? "updatable" : "not updatable");
  if (pair.exact) compare("definition", pair.old.view_definition, pair.now.view_definition);
  compare("partition key", fmt::format("({})", fmt::join(pair.old.partition_key, ", ")),
          fmt::format("({})", fmt::join(pair.now.partition_key, ", ")));
}

// ---- one source ----

// The default schema stands for the default schema: a schema.sql does not know the name of a MySQL database.
const schema::Table* Counterpart(const schema::Snapshot& from, const schema::Table& table, const schema::Snapshot& to) {
  return to.FindTable(table.schema == from.default_schema ? to.default_schema : table.schema, table.name);
}

std::optional<std::string> UnusedDrift(const schema::CatalogSource& source, const Database& database,
                                       const std::set<const schema::Table*>& used) {
  int gone = 0, changed = 0, added = 0;
  const schema::Snapshot& old = *source.snapshot;
  const bool exact = !old.server_version.empty();
  for (const schema::Table& table : old.tables) {
    if (used.contains(&table)) continue;
    const schema::Table* now = Counterpart(old, table, database.snapshot);
    if (now == nullptr)
      ++gone;
    else if (exact && now->fingerprint != table.fingerprint)
      ++changed;
  }
  for (const schema::Table& table : database.snapshot.tables) {
    if (Counterpart(database.snapshot, table, old) == nullptr) ++added;
  }
  if (gone + changed + added == 0) return std::nullopt;
  return fmt::format(
      "source `{}`: among the tables that the DDL does not use, {} changed, {} gone and {} new since the snapshot",
      source.name, changed, gone, added);
}

}  // namespace

std::vector<std::string> ReportDrift(const ir::Program& program, const Databases& databases, diag::Sink& sink) {
  const std::vector<UsedTable> uses = CollectUses(program);
  std::map<const schema::CatalogSource*, std::set<const schema::Table*>> used;
  for (const UsedTable& use : uses) {
    const auto database = databases.find(use.source->name);
    if (database == databases.end()) continue;
    used[use.source].insert(use.table);
    const schema::Table* now = Counterpart(*use.source->snapshot, *use.table, database->second.snapshot);
    if (now == nullptr) {
      sink.Report(
              Kind::kLiveTableMissing, use.span,
              fmt::format("table `{}` is not in the live database of source `{}`", use.table->name, use.source->name))
          .WithNote("the `read` role sees a table only if it may use it or its schema")
          .WithHelp(std::string(kRenew));
      continue;
    }
    const Pair pair{use, *use.table, *now, database->second, !use.source->snapshot->server_version.empty()};
    CompareTable(pair, sink);
    CompareColumns(pair, sink);
    CompareKeys(pair, sink);
    CompareSideEffects(pair, sink);
    CompareRowSecurity(pair, sink);
  }
  std::vector<std::string> remarks;
  for (const schema::CatalogSource& source : program.catalog->sources()) {
    const auto database = databases.find(source.name);
    if (database == databases.end() || !source.snapshot) continue;
    if (auto remark = UnusedDrift(source, database->second, used[&source])) remarks.push_back(std::move(*remark));
  }
  return remarks;
}

}  // namespace synapsor::live
