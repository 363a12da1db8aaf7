#include "runtime/interp/drift.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/bundle/fingerprint.h"
#include "runtime/db/catalog.h"

namespace synapsor::interp {
namespace {

constexpr int kAcquireMs = 5000;
constexpr int kReadMs = 10000;

tl::unexpected<Error> Drifted(const bundle::Source& source, const bundle::TableFingerprint& table, std::string how) {
  const std::string name = table.schema.empty() ? table.table : table.schema + "." + table.table;
  return Fail(ErrorKind::kInvalid, fmt::format("the bundle does not fit source `{}`: table `{}` {}", source.name, name, how),
              "introspect or correct the schema, run `sync check`, and build the bundle again");
}

tl::unexpected<Error> Away(const bundle::Source& source, const db::Failure& failure) {
  return Fail(ErrorKind::kDatabase,
              fmt::format("source `{}` does not tell its schema: {}", source.name, failure.operator_message),
              "see that the database runs and that the read credential may connect");
}

Status CheckTable(const bundle::Source& source, const bundle::TableFingerprint& table, db::Connection& connection) {
  auto live = db::ReadLiveTable(connection, source.engine, table.schema, table.table);
  if (!live) return Away(source, live.error());
  if (!live->exists) return Drifted(source, table, "does not exist, or is hidden from the reader");
  std::vector<bundle::ColumnFacts> used;
  for (const std::string& name : table.columns) {
    const auto column = std::find_if(live->columns.begin(), live->columns.end(),
                                     [&](const bundle::ColumnFacts& facts) { return facts.name == name; });
    if (column == live->columns.end()) return Drifted(source, table, fmt::format("has no column `{}`", name));
    used.push_back(*column);
  }
  if (!live->facts_are_known) return {};
  if (bundle::FingerprintColumns(source.engine, std::move(used)) == table.fingerprint) return {};
  return Drifted(source, table, fmt::format("has other types, nullability or keys than when the bundle was built, in {}",
                                            fmt::join(table.columns, ", ")));
}

}  // namespace

Status CheckDrift(const bundle::Bundle& bundle, const Readers& readers) {
  for (const bundle::Source& source : bundle.sources) {
    const auto reader = readers.find(source.name);
    if (reader == readers.end()) continue;
    auto connection = reader->second->Acquire(kAcquireMs);
    if (!connection) return Away(source, connection.error());
    if (auto begun = (*connection)->Begin(db::TxMode::kReadOnly, kReadMs, kReadMs); !begun) return Away(source, begun.error());
    for (const bundle::TableFingerprint& table : source.tables) {
      if (auto checked = CheckTable(source, table, **connection); !checked) {
        (*connection)->Rollback();
        return checked;
      }
    }
    if (auto ended = (*connection)->Commit(); !ended) return Away(source, ended.error());
  }
  return {};
}

}  // namespace synapsor::interp
