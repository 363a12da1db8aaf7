#include "runtime/writeback/attempt.h"

#include <fmt/format.h>

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

// What a failed statement means for the job. Nothing was committed.
AttemptResult FromFailure(const db::Failure& failure) {
  const std::string words = fmt::format("{} ({})", failure.operator_message, failure.code);
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
  switch (receipt.status) {
    case ReceiptStatus::kApplied: return Ended(AttemptKind::kAlreadyApplied, "");
    case ReceiptStatus::kConflict: return Ended(AttemptKind::kConflict, "IDEMPOTENT_CONFLICT");
    case ReceiptStatus::kFailed: return Ended(AttemptKind::kFailed, "IDEMPOTENT_FAILED");
  }
  return Ended(AttemptKind::kForeignReceipt, "RECEIPT_MISMATCH");
}

class Transaction {
 public:
  Transaction(db::Connection& connection, const AttemptInput& input) : connection_(connection), in_(input) {}

  AttemptResult Apply() {
    if (auto begun = Begin()) return *begun;
    AttemptResult result = Change();
    if (result.kind == AttemptKind::kApplied || result.kind == AttemptKind::kConflict) return Close(result);
    connection_.Rollback();
    return result;
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
    if (!locked) return FromFailure(locked.error());
    in_.step("locked");
    if (!*locked) return Ended(AttemptKind::kConflict, "ROW_NOT_FOUND");
    if (auto stale = CompareBefore(**locked)) return *stale;
    in_.step("compared");
    if (auto stopped = Update()) return *stopped;
    in_.step("updated");
    auto changed = ReadRow();
    if (!changed) return FromFailure(changed.error());
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

  db::DbResult<std::optional<db::Row>> ReadRow() {
    auto values = BindProposal(in_.plan.lock, in_.proposal, in_.now);
    if (!values) return tl::unexpected(db::Failure{FailureKind::kOther, values.error().message, "BIND"});
    auto rows = connection_.Query(in_.plan.lock, *values, 2);
    if (!rows) return tl::unexpected(std::move(rows.error()));
    if (rows->empty()) return std::nullopt;
    if (rows->size() > 1) {
      return tl::unexpected(db::Failure{FailureKind::kOther, "the key matches several rows", "MULTI_ROW"});
    }
    return std::move(rows->front());
  }

  // The row must be exactly as the reviewer saw it: its version, and every column whose before value was shown.
  Stop CompareBefore(const db::Row& row) {
    if (in_.plan.guard.kind != GuardKind::kBeforeImage) {
      const Scalar* version = ColumnOf(in_.plan.lock, row, in_.plan.guard.column);
      if (version == nullptr) return Ended(AttemptKind::kFailed, "PLAN_INCOMPLETE");
      previous_ = *version;
      if (*version != in_.proposal.guard_value) return Ended(AttemptKind::kConflict, "VERSION_CONFLICT");
    }
    for (const auto& value : in_.proposal.before_image) {
      const Scalar* live = ColumnOf(in_.plan.lock, row, value.name);
      if (live == nullptr) return Ended(AttemptKind::kFailed, "PLAN_INCOMPLETE");
      if (*live != value.value) return Ended(AttemptKind::kConflict, "BEFORE_IMAGE_CONFLICT");
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
    auto rows = connection_.Execute(in_.plan.update, *values);
    if (!rows) return FromFailure(rows.error());
    rows_ = *rows;
    if (rows_ == 0) return Ended(AttemptKind::kConflict, "VERSION_CONFLICT");
    if (rows_ != 1) return Ended(AttemptKind::kFailed, "MULTI_ROW_WRITE_BLOCKED");
    return std::nullopt;
  }

  AttemptResult CompareAfter(const std::optional<db::Row>& row) {
    if (!row) return Ended(AttemptKind::kFailed, "AFTER_IMAGE_DIFFERS");
    AttemptResult result = Ended(AttemptKind::kApplied, "");
    result.rows = rows_;
    if (in_.plan.guard.kind != GuardKind::kBeforeImage) {
      const Scalar* version = ColumnOf(in_.plan.lock, *row, in_.plan.guard.column);
      if (version == nullptr || version->is_null || *version == previous_) {
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
};

}  // namespace

AttemptResult Attempt(db::Connection& connection, const AttemptInput& input) {
  return Transaction(connection, input).Apply();
}

AttemptResult Fence(db::Connection& connection, const AttemptInput& input, AttemptKind outcome, std::string code) {
  return Transaction(connection, input).Fence(outcome, std::move(code));
}

}  // namespace synapsor::writeback
