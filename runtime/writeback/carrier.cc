#include "runtime/writeback/carrier.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "runtime/writeback/attempt.h"
#include "runtime/writeback/inspect.h"
#include "runtime/writeback/receipts.h"
#include "runtime/writeback/source_watch.h"
#include "runtime/writeback/validate.h"

namespace synapsor::writeback {
namespace {

using ledger::ApplyStatus;
using ledger::Job;
using ledger::ProposalView;
using ledger::Receipt;
using SteadyClock = std::chrono::steady_clock;

// How often a serialization failure or deadlock is tried again at once.
constexpr int kQuickRetries = 3;
constexpr int kMostDelaySeconds = 60;

class Carrier {
 public:
  Carrier(const CarrierParts& parts, const ledger::ClaimedJob& claimed, SteadyClock::time_point leased_at)
      : parts_(parts),
        options_(parts.options),
        ledger_(parts.ledger),
        job_(claimed.job),
        intended_(claimed.intended),
        leased_at_(leased_at) {
    if (claimed.view) view_ = *claimed.view;
  }

  Ending Run() {
    Step("claimed");
    if (!job_.tampered.empty()) return LeaveAlone();
    if (auto objection = ValidateJob(job_, view_, parts_.bundle); objection.any()) return Refuse(objection);
    plan_ = FindPlan(view_.proposal, parts_.bundle);
    if (!FindWriter()) return GiveBack(fmt::format("this runner has no write access to the source `{}`", job_.source));
    if (!StillLeased()) return LeaseLost{};
    SYN_ASSIGN_OR_RETURN(const bool disabled, parts_.watch.IsDisabled(ledger_, job_.source));
    if (disabled) return GiveBack(fmt::format("the source `{}` is disabled", job_.source));
    if (auto drift = SchemaDrift()) return *drift;
    Step("validated");
    return in_target() ? ApplyWithReceipts() : ApplyWithIntent();
  }

 private:
  bool in_target() const { return source_->receipts != "ledger"; }

  void Step(const char* name) {
    if (options_.on_step != nullptr) options_.on_step(name);
  }

  void Log(std::string_view code, std::string_view message) {
    if (options_.log && !message.empty()) {
      options_.log(fmt::format("{} {}: {}", ledger::ProposalHandle(job_.proposal), code, message));
    }
  }

  // Extends the lease once a third of it is over.
  bool StillLeased() {
    const auto third = std::chrono::seconds(options_.lease_seconds) / 3;
    if (SteadyClock::now() - leased_at_ < third) return true;
    const auto asked = SteadyClock::now();
    const auto held = ledger_.Heartbeat(job_, options_.lease_seconds);
    if (!held || !*held) return false;
    leased_at_ = asked;
    return true;
  }

  AttemptInput Input() {
    return {*plan_,
            view_.proposal,
            job_,
            writer_->engine(),
            in_target(),
            source_->statement_timeout_ms,
            source_->lock_timeout_ms,
            parts_.clock.Now(),
            [this] { return StillLeased(); },
            [this](const char* step) { Step(step); }};
  }

  // Runs `what` on a connection; a database that is away counts as nothing done.
  template <typename F>
  AttemptResult OnConnection(F what) {
    auto connection = writer_->Acquire(source_->connect_timeout_ms);
    if (!connection) {
      AttemptResult away;
      away.code = "DATABASE_UNAVAILABLE";
      away.log_message = connection.error().operator_message;
      return away;
    }
    Step("connected");
    return what(**connection);
  }

  AttemptResult TryOnce() {
    const AttemptInput input = Input();
    return OnConnection([&](db::Connection& connection) {
      AttemptResult result = Attempt(connection, input);
      if (result.kind == AttemptKind::kNoReceipts && writer_->engine() == "sqlite" &&
          connection.Execute(CreateReceiptsStatement("sqlite"), {})) {
        result = Attempt(connection, input);
      }
      return result;
    });
  }

  AttemptResult TryWithRetries() {
    AttemptResult result = TryOnce();
    for (int i = 0; i < kQuickRetries && result.kind == AttemptKind::kNothingDone &&
                    (result.code == "SERIALIZATION" || result.code == "RECEIPT_TAKEN");
         ++i) {
      result = TryOnce();
    }
    return result;
  }

  Ending ApplyWithReceipts() {
    AttemptResult result = TryWithRetries();
    if (result.kind == AttemptKind::kUnknown) result = Settle(std::move(result));
    return Conclude(std::move(result));
  }

  // The answer to COMMIT was lost. A second run of the same transaction decides it: the receipt stands, or the insert
  // of ours waits for the first to end. Only a database that stays away leaves it open.
  AttemptResult Settle(AttemptResult unknown) {
    Log(unknown.code, unknown.log_message);
    const auto deadline = SteadyClock::now() + std::chrono::seconds(options_.settle_seconds);
    for (auto pause = std::chrono::milliseconds(20); SteadyClock::now() < deadline;
         pause = std::min(pause * 2, std::chrono::milliseconds(1000))) {
      if (!StillLeased()) break;
      AttemptResult result = TryOnce();
      if (result.kind == AttemptKind::kAlreadyApplied) {
        result.kind = AttemptKind::kApplied;
        result.rows = 1;
        result.previous_version = unknown.previous_version;
        result.new_version = unknown.new_version;
      }
      if (result.kind != AttemptKind::kUnknown && result.kind != AttemptKind::kNothingDone) return result;
      std::this_thread::sleep_for(pause);
    }
    return unknown;
  }

  // Without a receipt in the target nothing there can tell what an earlier attempt did.
  Ending ApplyWithIntent() {
    if (intended_) return ReportObservation();
    SYN_ASSIGN_OR_RETURN(const bool held, ledger_.RecordIntent(job_));
    if (!held) return LeaseLost{};
    stated_ = true;
    Step("intent");
    AttemptResult result = TryWithRetries();
    if (result.kind == AttemptKind::kUnknown) {
      Log(result.code, result.log_message);
      return ReportObservation();
    }
    return Conclude(std::move(result));
  }

  Ending ReportObservation() {
    const Inspection seen = Inspect(*writer_, *source_, *plan_, view_.proposal, parts_.clock.Now());
    std::string code(ObservationName(seen.observation));
    std::transform(code.begin(), code.end(), code.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    return Report(ApplyStatus::kReconciliationRequired, {.code = std::move(code)});
  }

  std::optional<Ending> SchemaDrift() {
    if (!options_.check_schema) return std::nullopt;
    for (const bundle::Source& source : parts_.bundle.sources) {
      if (source.name != job_.source) continue;
      auto drift = parts_.watch.Drift(options_.check_schema, source);
      if (!drift) return GiveBack(drift.error().message);
      if (!drift->empty()) return Refuse({"SCHEMA_DRIFT", *drift});
    }
    return std::nullopt;
  }

  bool FindWriter() {
    const auto source = parts_.config.sources.find(job_.source);
    const auto writer = parts_.writers.find(job_.source);
    if (source == parts_.config.sources.end() || writer == parts_.writers.end()) return false;
    source_ = &source->second;
    writer_ = writer->second.get();
    return true;
  }

  // The ledger's rows are not what was recorded: nothing is done, and nothing is stored that would state them anew. What is
  // returned is told to the operator alone.
  Ending LeaveAlone() {
    Log("LEDGER_TAMPERED", job_.tampered + "; nothing was done, and the rows are left as they are for `audit verify`");
    return Report(ApplyStatus::kFailed, {.code = "LEDGER_TAMPERED"});
  }

  // The job must not be carried out. Whether nothing happened is certain only if no earlier attempt may have got through;
  // otherwise the target's receipts decide, or are made to.
  Ending Refuse(const Objection& objection) {
    Log(objection.code, objection.message);
    if (!job_.uncertain) return Report(ApplyStatus::kFailed, {.code = objection.code});
    const bool known = FindTarget();
    if (!known || !in_target()) return Report(ApplyStatus::kReconciliationRequired, {.code = objection.code});
    AttemptResult fenced = OnConnection(
        [&](db::Connection& connection) { return Fence(connection, Input(), AttemptKind::kFailed, objection.code); });
    return Conclude(std::move(fenced));
  }

  // Source and plan for a look at the receipts, even if the job was refused before they were found. The receipt is
  // looked up under the proposal's own key, so a proposal that was edited cannot be trusted with it.
  bool FindTarget() {
    plan_ = FindPlan(view_.proposal, parts_.bundle);
    if (plan_ == nullptr || !FindWriter()) return false;
    const auto rows = ledger_.VerifyProposal(job_.proposal);
    return rows && rows->intact;
  }

  Ending Conclude(AttemptResult result) {
    Log(result.code, result.log_message);
    switch (result.kind) {
      case AttemptKind::kApplied: return Report(ApplyStatus::kApplied, std::move(result));
      case AttemptKind::kAlreadyApplied: return Report(ApplyStatus::kAlreadyApplied, std::move(result));
      case AttemptKind::kConflict: return Report(ApplyStatus::kConflict, std::move(result));
      case AttemptKind::kFailed: return ConcludeFailure(std::move(result));
      case AttemptKind::kUnknown:
      case AttemptKind::kForeignReceipt: return Report(ApplyStatus::kReconciliationRequired, std::move(result));
      case AttemptKind::kLeaseLost: return LeaseLost{};
      case AttemptKind::kNoReceipts:
        return GiveBack(fmt::format("the source `{}` has no usable table `{}`", job_.source, kReceiptsTable),
                        fmt::format("create it (see `sync grants`), or set `\"receipts\": \"ledger\"` for this "
                                    "source:\n{};",
                                    ReceiptsDdl(writer_->engine())));
      case AttemptKind::kNothingDone:
        if (job_.attempt >= options_.max_attempts) {
          return Report(job_.uncertain ? ApplyStatus::kReconciliationRequired : ApplyStatus::kFailed,
                        {.code = "ATTEMPTS_EXHAUSTED"});
        }
        return GiveBack(fmt::format("the source `{}` did not take the change now ({})", job_.source, result.code));
    }
    return Fail(ErrorKind::kInternal, "an attempt ended in a way that does not exist");
  }

  // A failure is final. If an earlier runner may still be at it, a receipt keeps its effect out first; where none can be
  // written, nobody knows.
  Ending ConcludeFailure(AttemptResult result) {
    if (result.fenced || !job_.uncertain) return Report(ApplyStatus::kFailed, std::move(result));
    if (!in_target()) return Report(ApplyStatus::kReconciliationRequired, std::move(result));
    AttemptResult fence = OnConnection(
        [&](db::Connection& connection) { return Fence(connection, Input(), AttemptKind::kFailed, result.code); });
    if (fence.kind != AttemptKind::kFailed) return Conclude(std::move(fence));
    Log(fence.code, fence.log_message);
    return Report(fence.fenced ? ApplyStatus::kFailed : ApplyStatus::kReconciliationRequired, std::move(fence));
  }

  Ending Report(ApplyStatus status, AttemptResult result) {
    Receipt receipt;
    receipt.job = job_.id;
    receipt.proposal = job_.proposal;
    receipt.runner = options_.runner;
    receipt.status = status;
    receipt.rows_affected = result.kind == AttemptKind::kApplied ? result.rows : 0;
    receipt.safe_error_code = std::move(result.code);
    receipt.previous_version = std::move(result.previous_version);
    receipt.new_version = std::move(result.new_version);
    receipt.executed_at = parts_.clock.Now();
    receipt.hash = ledger::HashReceipt(receipt);
    return receipt;
  }

  Ending GiveBack(std::string message, std::string hint = {}) {
    const int delay = std::min(kMostDelaySeconds, 1 << std::min(job_.attempt, 6));
    if (hint.empty()) hint = fmt::format("nothing was changed; it is tried again in {} s", delay);
    return PutOff{delay, {ErrorKind::kUnavailable, std::move(message), std::move(hint)}, stated_};
  }

  const CarrierParts& parts_;
  const Options& options_;
  ledger::Ledger& ledger_;
  const Job& job_;
  const bool intended_;
  bool stated_ = false;  // the intent, for this attempt
  ProposalView view_;
  const bundle::PatchPlan* plan_ = nullptr;
  const config::Source* source_ = nullptr;
  db::Database* writer_ = nullptr;
  SteadyClock::time_point leased_at_;
};

}  // namespace

Ending Carry(const CarrierParts& parts, const ledger::ClaimedJob& claimed, SteadyClock::time_point leased_at) {
  return Carrier(parts, claimed, leased_at).Run();
}

Error LeaseLostError(const ledger::Job& job) {
  return {ErrorKind::kUnavailable,
          fmt::format("the lease on `{}` went to another runner", ledger::ProposalHandle(job.proposal)),
          "that runner carries it to its end; nothing is to be done here"};
}

}  // namespace synapsor::writeback
