#include "runtime/writeback/attempt.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "runtime/base/decimal.h"
#include "runtime/writeback/receipts.h"
#include "runtime/writeback/values.h"

namespace synapsor::writeback {
namespace {

using bundle::GuardKind;
using db::FailureKind;

AttemptResult Ended(AttemptKind kind, std::string code, std::string log_message = {}) {
  AttemptResult result;
  result.kind = kind;
  result.code = std::move(code);
  result.log_message = std::move(log_message);
  return result;
}

// A server that takes no writes now, whoever asks: a standby after a failover, or one that is being maintained.
bool IsReadOnly(const db::Failure& failure) {
  constexpr std::array<std::string_view, 3> kCodes = {"25006", "1290", "1836"};  // PostgreSQL; MySQL and MariaDB
  return std::find(kCodes.begin(), kCodes.end(), failure.code) != kCodes.end();
}

// What a failed statement means for the job. Nothing was committed.
AttemptResult FromFailure(const db::Failure& failure) {
  const std::string words = fmt::format("{} ({})", failure.operator_message, failure.code);
  if (IsReadOnly(failure)) return Ended(AttemptKind::kNothingDone, "DATABASE_READ_ONLY", words);
  switch (failure.kind) {
    case FailureKind::kUnavailable: return Ended(AttemptKind::kNothingDone, "DATABASE_UNAVAILABLE", words);
    case FailureKind::kTimeout: return Ended(AttemptKind::kNothingDone, "TIMEOUT", words);
    case FailureKind::kConflict: return Ended(AttemptKind::kNothingDone, "SERIALIZATION", words);
    case FailureKind::kConstraint: return Ended(AttemptKind::kFailed, "CONSTRAINT_VIOLATION", words);
    case FailureKind::kPermission: return Ended(AttemptKind::kFailed, "PERMISSION_DENIED", words);
    case FailureKind::kSchema: return Ended(AttemptKind::kFailed, "SCHEMA_CHANGED", words);
    case FailureKind::kOutcomeUnknown: return Ended(AttemptKind::kUnknown, "OUTCOME_UNKNOWN", words);
    case FailureKind::kOther: return Ended(AttemptKind::kFailed, "DATABASE_ERROR", words);
  }
  return Ended(AttemptKind::kFailed, "DATABASE_ERROR", words);
}

AttemptResult FromReceiptFailure(const db::Failure& failure) {
  AttemptResult result = FromFailure(failure);
  if (failure.kind == FailureKind::kSchema) result.kind = AttemptKind::kNoReceipts;
  return result;
}

AttemptResult FromReceipt(const FoundReceipt& receipt) {
  if (!receipt.ours) return Ended(AttemptKind::kForeignReceipt, "RECEIPT_MISMATCH");
  AttemptResult result = Ended(AttemptKind::kFailed, "IDEMPOTENT_FAILED");
  if (receipt.status == ReceiptStatus::kApplied) result = Ended(AttemptKind::kAlreadyApplied, "");
  if (receipt.status == ReceiptStatus::kConflict) result = Ended(AttemptKind::kConflict, "IDEMPOTENT_CONFLICT");
  result.fenced = receipt.status != ReceiptStatus::kApplied;
  return result;
}

// Whether the version of an advancing guard moved as it must: numbers grow, times differ.
bool HasMoved(GuardKind kind, const Scalar& from, const Scalar& to) {
  if (to.is_null || to == from) return false;
  if (kind != GuardKind::kIntegerVersion || from.is_null) return true;
  const auto order = CompareNumbers(to.text, from.text);
  return order && *order > 0;
}

class Transaction {
 public:
  Transaction(db::Connection& connection, const AttemptInput& input) : connection_(connection), in_(input) {}

  AttemptResult Apply() {
    if (auto begun = Begin()) return *begun;
    AttemptResult result = Change();
    if (result.kind == AttemptKind::kApplied) return Close(result);
    const bool conflict = result.kind == AttemptKind::kConflict && !result.fenced;
    if (conflict && !updated_) return Close(result);
    connection_.Rollback();
    // An update that met no row may have moved others through triggers and rules: none of that is committed, and the
    // receipt of the conflict stands alone.
    if (!conflict || !in_.receipts_in_target) return result;
    AttemptResult fenced = Fence(AttemptKind::kConflict, result.code);
    if (fenced.log_message.empty()) fenced.log_message = std::move(result.log_message);
    return fenced;
  }

  AttemptResult Fence(AttemptKind outcome, std::string code) {
    if (auto begun = Begin()) return *begun;
    if (auto receipt = ReadReceipt()) {
      connection_.Rollback();
      return *receipt;
    }
    return Close(Ended(outcome, std::move(code)));
  }

 private:
  using Stop = std::optional<AttemptResult>;

  Stop Begin() {
    auto begun = connection_.Begin(db::TxMode::kReadWrite, in_.statement_timeout_ms, in_.lock_timeout_ms);
    if (!begun) return FromFailure(begun.error());
    connection_.SetTenant(in_.proposal.tenant);
    in_.step("begun");
    return std::nullopt;
  }

  // Everything between BEGIN and the receipt.
  AttemptResult Change() {
    if (auto receipt = ReadReceipt()) return *receipt;
    in_.step("receipt_read");
    auto locked = ReadRow();
    if (!locked) return std::move(locked.error());
    in_.step("locked");
    if (!*locked) return Ended(AttemptKind::kConflict, "ROW_NOT_FOUND");
    if (auto stale = CompareBefore(**locked)) return *stale;
    in_.step("compared");
    if (auto stopped = Update()) return *stopped;
    in_.step("updated");
    auto changed = ReadRow();
    if (!changed) return std::move(changed.error());
    AttemptResult result = CompareAfter(*changed);
    if (result.kind != AttemptKind::kApplied) return result;
    in_.step("verified");
    if (auto stopped = WriteAudit()) return *stopped;
    in_.step("audited");
    return result;
  }

  Stop ReadReceipt() {
    if (!in_.receipts_in_target) return std::nullopt;
    auto found = FindReceipt(connection_, in_.engine, in_.proposal);
    if (!found) return FromReceiptFailure(found.error());
    if (*found) return FromReceipt(**found);
    return std::nullopt;
  }

  tl::expected<std::optional<db::Row>, AttemptResult> ReadRow() {
    auto values = BindProposal(in_.plan.lock, in_.proposal, in_.now);
    if (!values) return tl::unexpected(Ended(AttemptKind::kFailed, "PLAN_INCOMPLETE", values.error().message));
    auto rows = connection_.Query(in_.plan.lock, *values, 2);
    if (!rows) return tl::unexpected(FromFailure(rows.error()));
    if (rows->empty()) return std::nullopt;
    if (rows->size() > 1) {
      return tl::unexpected(
          Ended(AttemptKind::kFailed, "MULTI_ROW_WRITE_BLOCKED", "key and tenant match several rows"));
    }
    return std::move(rows->front());
  }

  // The row must be exactly as the reviewer saw it: its version, and every column whose before value was shown or was
  // what a policy decided by.
  Stop CompareBefore(const db::Row& row) {
    if (in_.plan.guard.kind != GuardKind::kBeforeImage) {
      const Scalar* version = ColumnOf(in_.plan.lock, row, in_.plan.guard.column);
      if (version == nullptr) return Ended(AttemptKind::kFailed, "PLAN_INCOMPLETE");
      previous_ = *version;
      if (*version != in_.proposal.guard_value) return Ended(AttemptKind::kConflict, "VERSION_CONFLICT");
    }
    for (const auto* values : {&in_.proposal.before_image, &in_.proposal.observed}) {
      for (const auto& value : *values) {
        const Scalar* live = ColumnOf(in_.plan.lock, row, value.name);
        if (live == nullptr) return Ended(AttemptKind::kFailed, "PLAN_INCOMPLETE");
        if (*live != value.value) return Ended(AttemptKind::kConflict, "BEFORE_IMAGE_CONFLICT");
      }
    }
    for (const auto& column : in_.proposal.columns) {
      const Scalar* live = ColumnOf(in_.plan.lock, row, column.column);
      if (live == nullptr) return Ended(AttemptKind::kFailed, "PLAN_INCOMPLETE");
      if (*live != column.before) return Ended(AttemptKind::kConflict, "BEFORE_IMAGE_CONFLICT");
    }
    return std::nullopt;
  }

  Stop Update() {
    auto values = BindProposal(in_.plan.update, in_.proposal, in_.now);
    if (!values) return Ended(AttemptKind::kFailed, "PLAN_INCOMPLETE", values.error().message);
    updated_ = true;
    auto rows = connection_.Execute(in_.plan.update, *values);
    if (!rows) return FromFailure(rows.error());
    rows_ = *rows;
    if (rows_ == 0) {
      return Ended(AttemptKind::kConflict, "VERSION_CONFLICT",
                   "the row was as reviewed and the statement changed none: a trigger, a rule or a policy kept it out");
    }
    if (rows_ != 1) return Ended(AttemptKind::kFailed, "MULTI_ROW_WRITE_BLOCKED");
    return std::nullopt;
  }

  AttemptResult CompareAfter(const std::optional<db::Row>& row) {
    if (!row) {
      return Ended(AttemptKind::kFailed, "AFTER_IMAGE_DIFFERS",
                   "the row is not under its key and tenant any more: a trigger, a rule or a policy moved it");
    }
    AttemptResult result = Ended(AttemptKind::kApplied, "");
    result.rows = rows_;
    if (in_.plan.guard.kind != GuardKind::kBeforeImage) {
      const Scalar* version = ColumnOf(in_.plan.lock, *row, in_.plan.guard.column);
      if (version == nullptr || !HasMoved(in_.plan.guard.kind, previous_, *version)) {
        return Ended(AttemptKind::kFailed, "VERSION_DID_NOT_ADVANCE");
      }
      result.previous_version = previous_;
      result.new_version = *version;
    }
    for (const auto& column : in_.proposal.columns) {
      const Scalar* live = ColumnOf(in_.plan.lock, *row, column.column);
      if (live == nullptr || !SameStored(column.after, *live, DatabaseType(column.column))) {
        return Ended(
            AttemptKind::kFailed, "AFTER_IMAGE_DIFFERS",
            fmt::format("`{}` is not what was written: a trigger or the column's type changed it", column.column));
      }
    }
    return result;
  }

  std::string_view DatabaseType(std::string_view column) const {
    for (const auto& set : in_.plan.set) {
      if (set.column == column) return set.database_type;
    }
    return {};
  }

  Stop WriteAudit() {
    if (!in_.plan.audit || !in_.plan.audit->insert) return std::nullopt;
    auto values = BindProposal(*in_.plan.audit->insert, in_.proposal, in_.now);
    if (!values) return Ended(AttemptKind::kFailed, "PLAN_INCOMPLETE", values.error().message);
    auto rows = connection_.Execute(*in_.plan.audit->insert, *values);
    if (!rows) return FromFailure(rows.error());
    return std::nullopt;
  }

  // The receipt with the outcome's own status, and COMMIT.
  AttemptResult Close(AttemptResult result) {
    if (in_.receipts_in_target) {
      const ReceiptStatus status = result.kind == AttemptKind::kApplied    ? ReceiptStatus::kApplied
                                   : result.kind == AttemptKind::kConflict ? ReceiptStatus::kConflict
                                                                           : ReceiptStatus::kFailed;
      auto inserted = InsertReceipt(connection_, in_.engine, in_.job, in_.proposal, status);
      if (!inserted) {
        connection_.Rollback();
        return FromReceiptFailure(inserted.error());
      }
      if (*inserted == Inserted::kTaken) return AfterTaken();
    }
    in_.step("receipt_written");
    if (!in_.still_leased()) {
      connection_.Rollback();
      return Ended(AttemptKind::kLeaseLost, "LEASE_LOST");
    }
    auto committed = connection_.Commit();
    if (!committed) {
      AttemptResult failed = FromFailure(committed.error());
      if (failed.kind != AttemptKind::kUnknown) connection_.Rollback();
      failed.previous_version = result.previous_version;
      failed.new_version = result.new_version;
      return failed;
    }
    in_.step("committed");
    result.fenced = in_.receipts_in_target && result.kind != AttemptKind::kApplied;
    return result;
  }

  // Another runner ended this job while we were at it; what it committed decides.
  AttemptResult AfterTaken() {
    connection_.Rollback();
    auto found = FindReceipt(connection_, in_.engine, in_.proposal);
    if (!found) return FromReceiptFailure(found.error());
    if (!*found) return Ended(AttemptKind::kNothingDone, "RECEIPT_TAKEN");
    return FromReceipt(**found);
  }

  db::Connection& connection_;
  const AttemptInput& in_;
  Scalar previous_ = Scalar::Null(ScalarType::kText);
  std::int64_t rows_ = 0;
  bool updated_ = false;  // the update was sent
};

}  // namespace

AttemptResult Attempt(db::Connection& connection, const AttemptInput& input) {
  return Transaction(connection, input).Apply();
}

AttemptResult Fence(db::Connection& connection, const AttemptInput& input, AttemptKind outcome, std::string code) {
  return Transaction(connection, input).Fence(outcome, std::move(code));
}

}  // namespace synapsor::writeback
