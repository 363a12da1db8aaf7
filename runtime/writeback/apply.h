// The trusted runner: takes an approved job and makes its one guarded change, once. Validates everything again against
// bundle, proposal and decisions before it touches the database; holds the only write credential.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/base/clock.h"
#include "runtime/bundle/bundle.h"
#include "runtime/config/config.h"
#include "runtime/db/database.h"
#include "runtime/ledger/ledger.h"

namespace synapsor::writeback {

using Writers = std::map<std::string, std::unique_ptr<db::Database>, std::less<>>;

// The named step boundaries, in the order in which an apply that succeeds passes them. `intent` only where receipts are
// kept in the ledger; several jobs of a round are claimed before the first is carried out and reported after the last.
inline constexpr std::array<std::string_view, 14> kSteps = {
    "claimed",  "validated", "intent",   "connected", "begun",           "receipt_read", "locked",
    "compared", "updated",   "verified", "audited",   "receipt_written", "committed",    "reported"};

// Called at each step boundary, from the thread that carries the job; tests kill the process there.
using StepHook = void (*)(const char* step);

// Where the words of databases go: the operator's log, never a receipt. Called from any thread.
using LogSink = std::function<void(const std::string& line)>;

// Whether the live schema is still what the plans were made for: an empty text, or what differs.
using SchemaCheck = std::function<Result<std::string>(const bundle::Source& source)>;

struct Options {
  std::string runner;  // identity of this runner, unique a process
  int lease_seconds = 60;
  // How long an unacknowledged COMMIT is inquired about before a person has to look.
  int settle_seconds = 15;
  int max_attempts = 100;
  StepHook on_step = nullptr;
  LogSink log;               // default: nowhere
  SchemaCheck check_schema;  // default: the statements find out
  // How many changes are carried out at the same time, each on a connection of its own.
  int concurrency = 1;
  // Asked before each change; true: what is claimed and not begun goes back.
  std::function<bool()> stop;
};

// Claims one job of the sources that `writers` holds and carries it to an end. Nothing when there was no job. An error
// means that the job's outcome is not known to the ledger yet; running again is safe. runner.h has the same for many.
//
// Where the ledger's rows are not what was recorded, nothing is done or stored; the receipt says failed, LEDGER_TAMPERED, and
// is not in the ledger.
//
// Outcomes in the receipt: applied, already_applied, conflict (VERSION_CONFLICT, BEFORE_IMAGE_CONFLICT, ROW_NOT_FOUND,
// IDEMPOTENT_CONFLICT), failed (JOB_MISMATCH, APPROVAL_INVALID, LOCAL_AUTHORITY_REJECTED, SCHEMA_DRIFT,
// SCHEMA_CHANGED, CONSTRAINT_VIOLATION, PERMISSION_DENIED, MULTI_ROW_WRITE_BLOCKED, VERSION_DID_NOT_ADVANCE,
// AFTER_IMAGE_DIFFERS, PLAN_INCOMPLETE, DATABASE_ERROR, IDEMPOTENT_FAILED, ATTEMPTS_EXHAUSTED), reconciliation_required
// (OUTCOME_UNKNOWN, RECEIPT_MISMATCH, MATCHES_PROPOSED, MATCHES_REVIEWED_BEFORE, DRIFTED, TARGET_ABSENT, NOT_OBSERVED, and
// the codes of `failed` where an earlier attempt may have had its effect).
Result<std::optional<ledger::Receipt>> ApplyOne(const bundle::Bundle& bundle, const config::Config& config,
                                                const Writers& writers, ledger::Ledger& ledger, const Clock& clock,
                                                const Options& options);

}  // namespace synapsor::writeback
