#include "runtime/interp/drift.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/bundle/fingerprint.h"
#include "runtime/db/catalog.h"
#include "runtime/objects/receipts.h"

namespace synapsor::interp {
namespace {

constexpr int kAcquireMs = 5000;
constexpr int kReadMs = 10000;

tl::unexpected<Error> Away(const bundle::Source& source, const db::Failure& failure) {
  return Fail(ErrorKind::kDatabase,
              fmt::format("source `{}` does not tell its schema: {}", source.name, failure.operator_message),
              "see that the database runs and that the credential may connect");
}

bool IsTarget(const bundle::Bundle& bundle, const bundle::Source& source, const bundle::TableFingerprint& table) {
  return std::any_of(bundle.capabilities.begin(), bundle.capabilities.end(), [&](const bundle::Capability& capability) {
    const auto& patch = capability.patch;
    return patch && patch->source == source.name && patch->schema == table.schema && patch->table == table.table;
  });
}

std::string KeepsWhatIsRolledBack(std::string_view table) {
  return fmt::format("table `{}` keeps what is rolled back: ALTER TABLE … ENGINE = InnoDB", table);
}

// Empty, or how the table differs.
Result<std::string> FindTableDrift(const bundle::Source& source, const bundle::TableFingerprint& table, bool is_target,
                                   db::Connection& connection) {
  auto live = db::ReadLiveTable(connection, source.engine, table.schema, table.table);
  if (!live) return Away(source, live.error());
  const std::string name = table.schema.empty() ? table.table : table.schema + "." + table.table;
  if (!live->exists) return fmt::format("table `{}` does not exist, or is hidden from this role", name);
  if (is_target && !live->rolls_back) return KeepsWhatIsRolledBack(name);
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

Result<std::string> FindDriftOn(const bundle::Bundle& bundle, const bundle::Source& source, bool targets_only,
                                db::Connection& connection) {
  for (const bundle::TableFingerprint& table : source.tables) {
    const bool is_target = IsTarget(bundle, source, table);
    if (targets_only && !is_target) continue;
    SYN_ASSIGN_OR_RETURN(std::string drift, FindTableDrift(source, table, is_target, connection));
    if (!drift.empty()) return drift;
  }
  if (!targets_only || (source.engine != "mysql" && source.engine != "mariadb")) return std::string();
  auto receipts = db::ReadLiveTable(connection, source.engine, "", std::string(objects::kReceiptsTable));
  if (!receipts) return Away(source, receipts.error());
  return receipts->rolls_back ? std::string() : KeepsWhatIsRolledBack(objects::kReceiptsTable);
}

Result<std::string> FindDrift(const bundle::Bundle& bundle, const bundle::Source& source, bool targets_only,
                              db::Database& database) {
  auto connection = database.Acquire(kAcquireMs);
  if (!connection) return Away(source, connection.error());
  if (auto begun = (*connection)->Begin(db::TxMode::kReadOnly, kReadMs, kReadMs); !begun) {
    return Away(source, begun.error());
  }
  auto drift = FindDriftOn(bundle, source, targets_only, **connection);
  (*connection)->Rollback();
  return drift;
}

}  // namespace

Result<std::string> FindTargetDrift(const bundle::Bundle& bundle, const bundle::Source& source,
                                    db::Database& database) {
  return FindDrift(bundle, source, true, database);
}

Status CheckDrift(const bundle::Bundle& bundle, const Readers& readers) {
  for (const bundle::Source& source : bundle.sources) {
    const auto reader = readers.find(source.name);
    if (reader == readers.end()) continue;
    SYN_ASSIGN_OR_RETURN(const std::string drift, FindDrift(bundle, source, false, *reader->second));
    if (drift.empty()) continue;
    return Fail(ErrorKind::kInvalid, fmt::format("the bundle does not fit source `{}`: {}", source.name, drift),
                "introspect or correct the schema, run `sync check`, and build the bundle again");
  }
  return {};
}

}  // namespace synapsor::interp
