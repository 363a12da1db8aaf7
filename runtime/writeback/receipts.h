// The receipts table in the target database: one row for each job that has ended there, written in the transaction of the
// effect. It decides after a crash or a lost answer whether the effect exists. Rows are only ever inserted and read.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "runtime/bundle/plan.h"
#include "runtime/db/database.h"
#include "runtime/ledger/records.h"
#include "runtime/objects/receipts.h"

namespace synapsor::writeback {

using objects::kReceiptsTable;

// The CREATE TABLE for an engine (postgres, mysql, mariadb, sqlite), one statement without a semicolon. On PostgreSQL it
// stands in schema `public`, on MySQL in the connection's database.
std::string ReceiptsDdl(std::string_view engine);

// Statements of our own for the same engines. Parameters of the insert: idempotency key, job, proposal, tenant, status,
// result hash; of the lookup: idempotency key. The lookup yields job, proposal, status, result hash.
bundle::Statement InsertReceiptStatement(std::string_view engine);
bundle::Statement FindReceiptStatement(std::string_view engine);
bundle::Statement CreateReceiptsStatement(std::string_view engine);

enum class ReceiptStatus { kApplied, kConflict, kFailed };
std::string_view ReceiptStatusName(ReceiptStatus status);

// What stands under a key. `ours` is false when the row is not about this very proposal: forged, or a key used twice.
struct FoundReceipt {
  ReceiptStatus status = ReceiptStatus::kFailed;
  bool ours = false;
};

db::DbResult<std::optional<FoundReceipt>> FindReceipt(db::Connection& connection, std::string_view engine,
                                                      const ledger::Proposal& proposal);

enum class Inserted { kYes, kTaken };

// kTaken: another transaction has committed a row under this key. On MySQL that ends the transaction's use: roll
// back and look the receipt up.
db::DbResult<Inserted> InsertReceipt(db::Connection& connection, std::string_view engine, const ledger::Job& job,
                                     const ledger::Proposal& proposal, ReceiptStatus status);

}  // namespace synapsor::writeback
