#include <array>

#include "runtime/ledger/migrations.h"

namespace synapsor::ledger {
namespace {

// Documents carry the record; the other columns repeat what is looked up, and are covered by the record's digest.
constexpr std::string_view kVersion1 = R"sql(
CREATE TABLE head (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  sequence INTEGER NOT NULL, hash TEXT NOT NULL, salt TEXT NOT NULL, ledger_id TEXT NOT NULL,
  last_run INTEGER NOT NULL, last_evidence INTEGER NOT NULL, last_proposal INTEGER NOT NULL,
  last_decision INTEGER NOT NULL, last_job INTEGER NOT NULL, last_receipt INTEGER NOT NULL);

CREATE TABLE events (
  sequence INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, ref TEXT,
  actor TEXT NOT NULL, tenant TEXT NOT NULL, payload TEXT NOT NULL, hash TEXT NOT NULL);
CREATE INDEX events_ref ON events (ref, sequence) WHERE ref IS NOT NULL;
CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER events_no_delete BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;

CREATE TABLE runs (
  id INTEGER PRIMARY KEY, parent INTEGER NOT NULL, step_key TEXT NOT NULL, event INTEGER NOT NULL, document TEXT NOT NULL);
CREATE UNIQUE INDEX runs_step ON runs (parent, step_key) WHERE parent > 0 AND step_key <> '';
CREATE INDEX runs_parent ON runs (parent, id) WHERE parent > 0;

CREATE TABLE evidence (id INTEGER PRIMARY KEY, run INTEGER NOT NULL, document TEXT NOT NULL);

CREATE TABLE proposals (
  id INTEGER PRIMARY KEY, state TEXT NOT NULL, tenant TEXT NOT NULL, source TEXT NOT NULL, schema_name TEXT NOT NULL,
  table_name TEXT NOT NULL, object TEXT NOT NULL, capability TEXT NOT NULL, principal TEXT NOT NULL,
  created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, hash TEXT NOT NULL, document TEXT NOT NULL);
CREATE UNIQUE INDEX proposals_open ON proposals (tenant, source, schema_name, table_name, object)
  WHERE state IN ('pending_review', 'approved', 'pending_worker', 'reconciliation_required');
CREATE INDEX proposals_state ON proposals (state, id);
CREATE INDEX proposals_tenant ON proposals (tenant, id);
CREATE INDEX proposals_capability ON proposals (capability, id);
CREATE INDEX proposals_principal ON proposals (principal, id);
CREATE INDEX proposals_object ON proposals (object, id);
CREATE INDEX proposals_created ON proposals (created_at);
CREATE INDEX proposals_expiry ON proposals (expires_at) WHERE state = 'pending_review';

CREATE TABLE decisions (
  id INTEGER PRIMARY KEY, proposal INTEGER NOT NULL, integrity TEXT NOT NULL, document TEXT NOT NULL);
CREATE INDEX decisions_proposal ON decisions (proposal, id);

CREATE TABLE jobs (
  id INTEGER PRIMARY KEY, proposal INTEGER NOT NULL UNIQUE, source TEXT NOT NULL, proposal_hash TEXT NOT NULL,
  idempotency_key TEXT NOT NULL, state TEXT NOT NULL, attempt INTEGER NOT NULL, runner TEXT NOT NULL, lease TEXT NOT NULL,
  due_at INTEGER, intent INTEGER NOT NULL, uncertain INTEGER NOT NULL);
CREATE INDEX jobs_due ON jobs (due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX jobs_source_due ON jobs (source, due_at, id) WHERE due_at IS NOT NULL;

CREATE TABLE receipts (
  id INTEGER PRIMARY KEY, job INTEGER NOT NULL, proposal INTEGER NOT NULL, hash TEXT NOT NULL, document TEXT NOT NULL);
CREATE INDEX receipts_proposal ON receipts (proposal, id);

CREATE TABLE sources (name TEXT PRIMARY KEY, disabled INTEGER NOT NULL);
)sql";

// Retention: `removed` is the event that took a row's content. How far a workflow was looked through, and what was passed
// over because it was still needed, only save work; nothing rests on them.
constexpr std::string_view kVersion3 = R"sql(
ALTER TABLE runs ADD COLUMN removed INTEGER;
ALTER TABLE evidence ADD COLUMN removed INTEGER;
CREATE INDEX runs_removed ON runs (removed) WHERE removed IS NOT NULL;
CREATE INDEX evidence_removed ON evidence (removed) WHERE removed IS NOT NULL;
CREATE TABLE retention (workflow TEXT NOT NULL, what TEXT NOT NULL, upto INTEGER NOT NULL, PRIMARY KEY (workflow, what));
CREATE TABLE retention_deferred (
  workflow TEXT NOT NULL, what TEXT NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (workflow, what, id));
)sql";

// Jobs whose rows were found edited are passed over for a while, and left as they are.
constexpr std::string_view kVersion4 = R"sql(
CREATE TABLE set_aside (job INTEGER PRIMARY KEY, until INTEGER NOT NULL);
)sql";

constexpr std::array<std::string_view, kLedgerVersion> kMigrations = {kVersion1, kInboxIndex, kVersion3, kVersion4,
                                                                      kInboxFilters};

}  // namespace

std::span<const std::string_view> SqliteMigrations() { return kMigrations; }

}  // namespace synapsor::ledger
