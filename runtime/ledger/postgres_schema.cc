#include <array>

#include "runtime/ledger/migrations.h"

namespace synapsor::ledger {
namespace {

// Statements end with ";\n". The same tables as in SQLite.
constexpr std::string_view kVersion1 = R"sql(
CREATE TABLE meta (version BIGINT NOT NULL);

CREATE TABLE head (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  sequence BIGINT NOT NULL, hash TEXT NOT NULL, salt TEXT NOT NULL, ledger_id TEXT NOT NULL,
  last_run BIGINT NOT NULL, last_evidence BIGINT NOT NULL, last_proposal BIGINT NOT NULL,
  last_decision BIGINT NOT NULL, last_job BIGINT NOT NULL, last_receipt BIGINT NOT NULL) WITH (fillfactor = 20);

CREATE TABLE events (
  sequence BIGINT PRIMARY KEY, at BIGINT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, ref TEXT,
  actor TEXT NOT NULL, tenant TEXT NOT NULL, payload TEXT NOT NULL, hash TEXT NOT NULL);
CREATE INDEX events_ref ON events (ref, sequence) WHERE ref IS NOT NULL;
CREATE FUNCTION events_append_only() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'events are append-only'; END $$;
CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE ON events FOR EACH ROW EXECUTE FUNCTION events_append_only();

CREATE TABLE runs (
  id BIGINT PRIMARY KEY, parent BIGINT NOT NULL, step_key TEXT NOT NULL, event BIGINT NOT NULL, document TEXT NOT NULL);
CREATE UNIQUE INDEX runs_step ON runs (parent, step_key) WHERE parent > 0 AND step_key <> '';
CREATE INDEX runs_parent ON runs (parent, id) WHERE parent > 0;

CREATE TABLE evidence (id BIGINT PRIMARY KEY, run BIGINT NOT NULL, document TEXT NOT NULL);

CREATE TABLE proposals (
  id BIGINT PRIMARY KEY, state TEXT NOT NULL, tenant TEXT NOT NULL, source TEXT NOT NULL, schema_name TEXT NOT NULL,
  table_name TEXT NOT NULL, object TEXT NOT NULL, capability TEXT NOT NULL, principal TEXT NOT NULL,
  created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, hash TEXT NOT NULL, document TEXT NOT NULL);
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
  id BIGINT PRIMARY KEY, proposal BIGINT NOT NULL, integrity TEXT NOT NULL, document TEXT NOT NULL);
CREATE INDEX decisions_proposal ON decisions (proposal, id);

CREATE TABLE jobs (
  id BIGINT PRIMARY KEY, proposal BIGINT NOT NULL UNIQUE, source TEXT NOT NULL, proposal_hash TEXT NOT NULL,
  idempotency_key TEXT NOT NULL, state TEXT NOT NULL, attempt BIGINT NOT NULL, runner TEXT NOT NULL, lease TEXT NOT NULL,
  due_at BIGINT, intent BIGINT NOT NULL, uncertain BIGINT NOT NULL);
CREATE INDEX jobs_due ON jobs (due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX jobs_source_due ON jobs (source, due_at, id) WHERE due_at IS NOT NULL;

CREATE TABLE receipts (
  id BIGINT PRIMARY KEY, job BIGINT NOT NULL, proposal BIGINT NOT NULL, hash TEXT NOT NULL, document TEXT NOT NULL);
CREATE INDEX receipts_proposal ON receipts (proposal, id);

CREATE TABLE sources (name TEXT PRIMARY KEY, disabled BIGINT NOT NULL);
)sql";

// Retention, as in SQLite.
constexpr std::string_view kVersion3 = R"sql(
ALTER TABLE runs ADD COLUMN removed BIGINT;
ALTER TABLE evidence ADD COLUMN removed BIGINT;
CREATE INDEX runs_removed ON runs (removed) WHERE removed IS NOT NULL;
CREATE INDEX evidence_removed ON evidence (removed) WHERE removed IS NOT NULL;
CREATE TABLE retention (workflow TEXT NOT NULL, what TEXT NOT NULL, upto BIGINT NOT NULL, PRIMARY KEY (workflow, what));
CREATE TABLE retention_deferred (
  workflow TEXT NOT NULL, what TEXT NOT NULL, id BIGINT NOT NULL, PRIMARY KEY (workflow, what, id));
)sql";

// Jobs whose rows were found edited are passed over for a while, and left as they are.
constexpr std::string_view kVersion4 = R"sql(
CREATE TABLE set_aside (job BIGINT PRIMARY KEY, until BIGINT NOT NULL);
)sql";

constexpr std::array<std::string_view, kLedgerVersion> kMigrations = {kVersion1, kInboxIndex, kVersion3, kVersion4,
                                                                      kInboxFilters};

}  // namespace

std::span<const std::string_view> PostgresMigrations() { return kMigrations; }

}  // namespace synapsor::ledger
