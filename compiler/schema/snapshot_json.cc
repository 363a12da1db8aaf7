#include "compiler/schema/snapshot_json.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "compiler/schema/json_writer.h"
#include "runtime/base/digest.h"

namespace synapsor::schema {
namespace {

template <typename T, typename Key>
void SortBy(std::vector<T>& items, Key key) {
  const auto before = [&](const T& a, const T& b) { return key(a) < key(b); };
  // What was written by this program is in order; sorting it again would move every table.
  if (!std::is_sorted(items.begin(), items.end(), before)) {
    std::stable_sort(items.begin(), items.end(), before);
  }
}

// The keys of other tables that point at a table, named by the referring side.
void LinkReferences(Snapshot& snapshot) {
  std::map<std::pair<std::string_view, std::string_view>, Table*> by_name;
  for (Table& table : snapshot.tables) {
    table.referenced_by.clear();
    by_name[{table.schema, table.name}] = &table;
  }
  for (const Table& table : snapshot.tables) {
    for (const ForeignKey& key : table.foreign_keys) {
      const auto target = by_name.find({key.target_schema, key.target_table});
      if (target == by_name.end()) continue;
      ForeignKey reverse = key;
      reverse.columns = key.target_columns;
      reverse.target_schema = table.schema;
      reverse.target_table = table.name;
      reverse.target_columns = key.columns;
      target->second->referenced_by.push_back(std::move(reverse));
    }
  }
}

}  // namespace

std::string ToJson(const Snapshot& snapshot) {
  std::string out = "{\n  \"format\": \"synapsor.schema.v1\",\n  \"engine\": ";
  AppendJsonString(out, EngineName(snapshot.engine));
  if (!snapshot.server_version.empty()) {
    AppendJsonString(out += ",\n  \"server_version\": ", snapshot.server_version);
  }
  AppendJsonString(out += ",\n  \"default_schema\": ", snapshot.default_schema);
  if (snapshot.role) {
    AppendJsonString(out += ",\n  \"role\": {\"name\":", snapshot.role->name);
    if (snapshot.role->superuser) out += ",\"superuser\":true";
    if (snapshot.role->bypass_rls) out += ",\"bypass_rls\":true";
    out += '}';
  }
  out += ",\n  \"tables\": [";
  for (std::size_t i = 0; i < snapshot.tables.size(); ++i) {
    out += i == 0 ? "\n" : ",\n";
    AppendTableJson(out, snapshot.tables[i], TableForm::kFile);
  }
  out += snapshot.tables.empty() ? "]\n}\n" : "\n  ]\n}\n";
  return out;
}

void Arrange(Snapshot& snapshot) {
  LinkReferences(snapshot);
  SortBy(snapshot.tables, [](const Table& t) { return std::tie(t.schema, t.name); });
  for (Table& table : snapshot.tables) {
    SortBy(table.indexes, [](const Index& i) { return std::tie(i.name, i.columns); });
    const auto by_name = [](const ForeignKey& k) {
      return std::tie(k.name, k.target_schema, k.target_table, k.columns);
    };
    SortBy(table.foreign_keys, by_name);
    SortBy(table.referenced_by, by_name);
    SortBy(table.checks, [](const CheckConstraint& c) { return std::tie(c.name, c.column, c.expression); });
    SortBy(table.triggers, [](const Trigger& t) { return std::tie(t.name); });
    SortBy(table.policies, [](const Policy& p) { return std::tie(p.name); });
  }
}

void AddFingerprints(Snapshot& snapshot) {
  std::string text;
  for (Table& table : snapshot.tables) {
    text.clear();
    AppendTableJson(text, table, TableForm::kFingerprint);
    table.fingerprint = Digest(text);
  }
}

void Finish(Snapshot& snapshot) {
  Arrange(snapshot);
  AddFingerprints(snapshot);
}

}  // namespace synapsor::schema
