// One transaction on the target database: look for a receipt, lock the row, compare, update, verify, write the receipt,
// commit. Says exactly what is known afterwards.
#pragma once

#include <functional>
#include <string>

#include "runtime/base/clock.h"
#include "runtime/bundle/plan.h"
#include "runtime/db/database.h"
#include "runtime/ledger/records.h"

namespace synapsor::writeback {

enum class AttemptKind {
  kApplied,         // committed by this attempt
  kAlreadyApplied,  // committed by an earlier one: its receipt stands
  kConflict,        // the row is not as reviewed; nothing of it was written
  kFailed,          // rolled back, and trying again would give the same
  kNothingDone,     // rolled back or never begun; trying again may help
  kUnknown,         // COMMIT was sent and not answered
  kLeaseLost,       // rolled back because another runner has the job
  kNoReceipts,      // the receipts table is missing; nothing was done
  kForeignReceipt,  // a receipt under this key is about something else; nothing was done
};

struct AttemptResult {
  AttemptKind kind = AttemptKind::kNothingDone;
  std::string code;         // VERSION_CONFLICT, ROW_NOT_FOUND, …
  std::string log_message;  // the database's words
  Scalar previous_version = Scalar::Null(ScalarType::kText);
  Scalar new_version = Scalar::Null(ScalarType::kText);
  std::int64_t rows = 0;
  // kConflict, kFailed: a receipt in the target says so, and no other attempt can have its effect.
  bool fenced = false;
};

struct AttemptInput {
  const bundle::PatchPlan& plan;
  const ledger::Proposal& proposal;
  const ledger::Job& job;
  std::string engine;
  bool receipts_in_target = true;
  int statement_timeout_ms = 5000, lock_timeout_ms = 2000;
  Instant now;
  std::function<bool()> still_leased;     // extends the lease when it is time; false: stop
  std::function<void(const char*)> step;  // named step boundaries
};

AttemptResult Attempt(db::Connection& connection, const AttemptInput& input);

// A receipt that keeps any other attempt at this job from having an effect. kConflict/kFailed with `code` when it
// stands; kAlreadyApplied when the effect came first.
AttemptResult Fence(db::Connection& connection, const AttemptInput& input, AttemptKind outcome, std::string code);

}  // namespace synapsor::writeback
