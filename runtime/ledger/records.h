// What the ledger keeps, as plain data. Values that a configuration keeps out, secrets and session tokens are never among
// them; parameters of statements appear only as fingerprints.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/clock.h"
#include "runtime/base/scalar.h"

namespace synapsor::ledger {

// Handles: agent-run://N, evidence://bundle/N, wrp://N. Ids are the N, unique in one ledger, ascending.
using RunId = std::int64_t;
using EvidenceId = std::int64_t;
using ProposalId = std::int64_t;

inline constexpr std::string_view kRunScheme = "agent-run://";
inline constexpr std::string_view kEvidenceScheme = "evidence://bundle/";
inline constexpr std::string_view kProposalScheme = "wrp://";
std::string RunHandle(RunId id);
std::string EvidenceHandle(EvidenceId id);
std::string ProposalHandle(ProposalId id);
// Accepts the handle or the bare number; -1 for anything else. `scheme` is one of the above.
std::int64_t ParseHandle(std::string_view text, std::string_view scheme);

struct NamedScalar {
  std::string name;
  Scalar value;
};

// One row that a call read, by slot.
struct EvidenceItem {
  std::string kind;  // row
  std::string source, table;
  std::vector<NamedScalar> key;
  std::vector<NamedScalar> values;
};

struct Evidence {
  EvidenceId id = 0;
  RunId run = 0;
  std::string capability, context, tenant, principal, bundle_digest;
  std::vector<EvidenceItem> items;
  Instant at;
  Instant removed_at;  // by retention: of the fields only ids, capability, tenant, principal and `at` are left; 0: not
};

struct QueryAudit {
  std::string source, table, fingerprint;  // of the statement
  std::string parameters_fingerprint;      // sha256 over the bound values with the ledger's own salt
  std::int64_t rows = 0;
  std::int64_t micros = 0;
};

enum class ProposalState {
  kPendingReview,
  kApproved,
  kPendingWorker,
  kApplied,
  kConflict,
  kFailed,
  kRejected,
  kCanceled,
  kExpired,
  kReconciliationRequired,
};
std::string_view StateName(ProposalState state);  // pending_review, approved, …
std::optional<ProposalState> ParseState(std::string_view name);
bool IsOpen(ProposalState state);  // pending_review, approved, pending_worker, reconciliation_required

struct ProposedColumn {
  std::string column;
  Scalar before, after;
  std::string provenance;  // arg:reason, session:principal, fixed
};

// The exact change that a reviewer decides on. Immutable: `hash` covers every field but id and hash.
struct Proposal {
  ProposalId id = 0;
  int version = 1;
  RunId run = 0;
  EvidenceId evidence = 0;
  std::string capability, workflow, tenant, principal;
  std::string source, schema, table, operation;  // operation: update
  std::string key_column, tenant_column;
  Scalar key, tenant_value;
  std::vector<ProposedColumn> columns;
  std::string guard_kind, guard_column;  // integer_version, timestamp, before_image
  Scalar guard_value;
  std::vector<NamedScalar> before_image;  // before_image guards: every compared column
  std::vector<NamedScalar> observed;      // further columns of the row, read for settlement policies
  std::string summary, risk;              // risk: low, medium, high
  std::string required_role;
  int required_approvals = 1;
  bool policy_may_approve = false;  // no rule of its workflow demands a person at this risk
  std::string bundle_digest, update_fingerprint;
  std::string idempotency_key;  // given by the ledger when empty: unique over all ledgers
  std::string audit_stream;     // or empty
  Instant created_at, expires_at;
  std::string hash;
};

// Computes the hash over the canonical JSON of the proposal.
std::string HashProposal(const Proposal& proposal);
// The exact document that is hashed and stored: canonical JSON, scalars as ["type","text"].
std::string ProposalDocument(const Proposal& proposal);

enum class DecisionKind { kApprove, kReject, kCancel };

struct Decision {
  ProposalId proposal = 0;
  DecisionKind kind = DecisionKind::kApprove;
  std::string proposal_hash;  // what was looked at
  std::string subject;        // verified identity of who decided
  std::vector<std::string> roles;
  std::string reason;
  std::string policy_digest;            // settlement by policy: its version; empty for a person
  std::string policy, asked_by;         // its name, and who asked for the settlement
  std::vector<std::string> conditions;  // its conditions and limits, each with its outcome
  Instant at;
  std::string integrity;  // sha256 over the fields above
};

struct Job {
  std::int64_t id = 0;
  ProposalId proposal = 0;
  std::string source, proposal_hash, idempotency_key;
  int attempt = 0;            // counted from 1 by claims
  std::string runner, lease;  // empty when not leased
  Instant lease_expires_at;   // on the ledger's clock
  bool uncertain = false;     // an earlier lease ran out unreported: its effect may exist
  std::string tampered;       // why it was not leased but set aside: what was wrong with its rows
};

std::string_view DecisionName(DecisionKind kind);  // approve, reject, cancel
// What `Decision::integrity` must be.
std::string DecisionIntegrity(const Decision& decision);

enum class ApplyStatus { kApplied, kAlreadyApplied, kConflict, kFailed, kCanceled, kReconciliationRequired };
std::string_view ApplyStatusName(ApplyStatus status);
std::optional<ApplyStatus> ParseApplyStatus(std::string_view name);

struct Receipt {
  std::int64_t job = 0;
  ProposalId proposal = 0;
  std::string runner;
  ApplyStatus status = ApplyStatus::kFailed;
  std::int64_t rows_affected = 0;
  std::string safe_error_code;  // VERSION_CONFLICT, ROW_NOT_FOUND, …; empty when applied
  Scalar previous_version, new_version;
  Instant executed_at;
  std::string hash;
};
// What `Receipt::hash` must be.
std::string HashReceipt(const Receipt& receipt);

struct Run {
  RunId id = 0;
  RunId parent = 0;  // the agent run that this step belongs to; 0: none
  std::string kind;  // agent_run, step, call
  std::string step_key, arguments_digest;
  std::string workflow, capability, tenant, principal, bundle_digest;
  std::string arguments_json, session_json,
      result_json;                  // session: keys with redacted values but for ids named in the contract
  std::string status, status_code;  // ok | refused | failed, and the refusal's code
  EvidenceId evidence = 0;
  ProposalId proposal = 0;
  Instant at;
  Instant removed_at;  // as of evidence; `kind` is empty then
};

// One link of the hash chain: `hash` = sha256(previous hash, sequence, at, kind, subject, payload).
struct Event {
  std::int64_t sequence = 0;
  Instant at;
  std::string kind;     // call.recorded, proposal.created, proposal.approved, job.claimed, …
  std::string subject;  // handle
  std::string actor, tenant;
  std::string payload_json;  // canonical
  std::string previous_hash, hash;
};

}  // namespace synapsor::ledger
