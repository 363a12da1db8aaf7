#include "runtime/interp/drift.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "runtime/bundle/fingerprint.h"
#include "runtime/db/catalog.h"

namespace synapsor::interp {
namespace {

constexpr int kAcquireMs = 5000;
constexpr int kReadMs = 10000;

tl::unexpected<Error> Away(const bundle::Source& source, const db::Failure& failure) {
  return Fail(ErrorKind::kDatabase,
              fmt::format("source `{}` does not tell its schema: {}", source.name, failure.operator_message),
              "see that the database runs and that the credential may connect");
}

// Empty, or how the table differs.
Result<std::string> FindTableDrift(const bundle::Source& source, const bundle::TableFingerprint& table,
                                   db::Connection& connection) {
  auto live = db::ReadLiveTable(connection, source.engine, table.schema, table.table);
  if (!live) return Away(source, live.error());
  const std::string name = table.schema.empty() ? table.table : table.schema + "." + table.table;
  if (!live->exists) return fmt::format("table `{}` does not exist, or is hidden from this role", name);
  std::vector<bundle::ColumnFacts> used;
  for (const std::string& wanted : table.columns) {
    const auto column = std::find_if(live->columns.begin(), live->columns.end(),
                                     [&](const bundle::ColumnFacts& facts) { return facts.name == wanted; });
    if (column == live->columns.end()) return fmt::format("table `{}` has no column `{}`", name, wanted);
    used.push_back(*column);
  }
  if (!live->facts_are_known) return std::string();
  if (bundle::FingerprintColumns(source.engine, std::move(used)) == table.fingerprint) return std::string();
  return fmt::format("table `{}` has other types, nullability or keys than when the bundle was built, in {}", name,
                     fmt::join(table.columns, ", "));
}

using Concerns = std::function<bool(const bundle::TableFingerprint&)>;

Result<std::string> FindDriftOn(const bundle::Source& source, const Concerns& concerns, db::Connection& connection) {
  for (const bundle::TableFingerprint& table : source.tables) {
    if (!concerns(table)) continue;
    SYN_ASSIGN_OR_RETURN(std::string drift, FindTableDrift(source, table, connection));
    if (!drift.empty()) return drift;
  }
  return std::string();
}

Result<std::string> FindDriftAmong(const bundle::Source& source, const Concerns& concerns, db::Database& database) {
  auto connection = database.Acquire(kAcquireMs);
  if (!connection) return Away(source, connection.error());
  if (auto begun = (*connection)->Begin(db::TxMode::kReadOnly, kReadMs, kReadMs); !begun) {
    return Away(source, begun.error());
  }
  auto drift = FindDriftOn(source, concerns, **connection);
  (*connection)->Rollback();
  return drift;
}

}  // namespace

Result<std::string> FindDrift(const bundle::Source& source, db::Database& database) {
  return FindDriftAmong(
      source, [](const bundle::TableFingerprint&) { return true; }, database);
}

Result<std::string> FindTargetDrift(const bundle::Bundle& bundle, const bundle::Source& source,
                                    db::Database& database) {
  const Concerns is_target = [&](const bundle::TableFingerprint& table) {
    return std::any_of(
        bundle.capabilities.begin(), bundle.capabilities.end(), [&](const bundle::Capability& capability) {
          const auto& patch = capability.patch;
          return patch && patch->source == source.name && patch->schema == table.schema && patch->table == table.table;
        });
  };
  return FindDriftAmong(source, is_target, database);
}

Status CheckDrift(const bundle::Bundle& bundle, const Readers& readers) {
  for (const bundle::Source& source : bundle.sources) {
    const auto reader = readers.find(source.name);
    if (reader == readers.end()) continue;
    SYN_ASSIGN_OR_RETURN(const std::string drift, FindDrift(source, *reader->second));
    if (drift.empty()) continue;
    return Fail(ErrorKind::kInvalid, fmt::format("the bundle does not fit source `{}`: {}", source.name, drift),
                "introspect or correct the schema, run `sync check`, and build the bundle again");
  }
  return {};
}

}  // namespace synapsor::interp
