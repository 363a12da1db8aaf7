// A plan, an approved proposal of it and its job, and a database that answers as told and remembers what it was asked.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "runtime/base/digest.h"
#include "runtime/bundle/bundle.h"
#include "runtime/db/database.h"
#include "runtime/ledger/ledger.h"
#include "runtime/writeback/receipts.h"

namespace synapsor::writeback {

inline bundle::Param PartParam(const char* name, ScalarType type) {
  bundle::Param param;
  param.value.origin = bundle::Origin::kProposal;
  param.value.name = name;
  param.type = type;
  return param;
}

inline bundle::ResultColumn ImageColumn(const char* name, ScalarType type) {
  bundle::ResultColumn column;
  column.name = column.column = name;
  column.type = type;
  return column;
}

// Waives a fee under an integer version; a policy decides by `status`.
inline bundle::PatchPlan SamplePlan() {
  bundle::PatchPlan plan;
  plan.source = "app";
  plan.schema = "billing";
  plan.table = "invoices";
  plan.key_column = "id";
  plan.tenant_column = "tenant_id";
  plan.guard = {bundle::GuardKind::kIntegerVersion, "row_version", {}, true};
  bundle::SetColumn fee, note;
  fee.column = "fee";
  fee.type = ScalarType::kInt64;
  fee.value.fixed = Scalar::Int(0);
  fee.nullable = false;
  note.column = "note";
  note.value = {bundle::Origin::kArg, "note", Scalar::Null(ScalarType::kText)};
  note.max_length = 20;
  plan.set = {fee, note};
  plan.allowed_columns = {"fee", "note"};
  plan.observed = {"status"};
  plan.lock.fingerprint = "lock";
  plan.lock.params = {PartParam("key", ScalarType::kText), PartParam("tenant", ScalarType::kText)};
  plan.lock.columns = {ImageColumn("id", ScalarType::kText),           ImageColumn("tenant_id", ScalarType::kText),
                       ImageColumn("row_version", ScalarType::kInt64), ImageColumn("fee", ScalarType::kInt64),
                       ImageColumn("note", ScalarType::kText),         ImageColumn("status", ScalarType::kText)};
  plan.update.fingerprint = "update";
  plan.update.params = {PartParam("set:fee", ScalarType::kInt64), PartParam("set:note", ScalarType::kText),
                        PartParam("key", ScalarType::kText), PartParam("tenant", ScalarType::kText),
                        PartParam("guard", ScalarType::kInt64)};
  bundle::Audit audit;
  audit.stream = "audit";
  audit.insert = bundle::Statement{};
  audit.insert->fingerprint = "audit";
  plan.audit = audit;
  return plan;
}

inline bundle::Bundle SampleBundle() {
  bundle::Bundle bundle;
  bundle::Capability capability;
  capability.name = "billing.waive";
  capability.is_proposal = true;
  capability.patch = SamplePlan();
  bundle.capabilities = {capability};
  bundle.sources = {{"app", "postgres", {}}};
  bundle.digest = "sha256:b";
  bundle.Index();
  return bundle;
}

inline ledger::Proposal SampleProposal() {
  const bundle::PatchPlan plan = SamplePlan();
  ledger::Proposal p;
  p.id = 7;
  p.capability = "billing.waive";
  p.tenant = "acme";
  p.principal = "agent";
  p.source = plan.source;
  p.schema = plan.schema;
  p.table = plan.table;
  p.operation = "update";
  p.key_column = plan.key_column;
  p.tenant_column = plan.tenant_column;
  p.key = Scalar::Text("INV-1");
  p.tenant_value = Scalar::Text("acme");
  p.columns = {{"fee", Scalar::Int(55), Scalar::Int(0), "fixed"},
               {"note", Scalar::Null(ScalarType::kText), Scalar::Text("late"), "arg:note"}};
  p.guard_kind = "integer_version";
  p.guard_column = "row_version";
  p.guard_value = Scalar::Int(3);
  p.observed = {{"status", Scalar::Text("open")}};
  p.required_role = "lead";
  p.bundle_digest = "sha256:b";
  p.update_fingerprint = "update";
  p.idempotency_key = "ledger:7";
  p.expires_at = {1'000'000};
  p.hash = ledger::HashProposal(p);
  return p;
}

inline ledger::ProposalView ApprovedView(ledger::Proposal proposal = SampleProposal()) {
  ledger::ProposalView view;
  view.state = ledger::ProposalState::kPendingWorker;
  proposal.hash = ledger::HashProposal(proposal);
  ledger::Decision decision;
  decision.proposal = proposal.id;
  decision.proposal_hash = proposal.hash;
  decision.subject = "rita";
  decision.roles = {"lead"};
  decision.integrity = ledger::DecisionIntegrity(decision);
  view.decisions = {decision};
  view.proposal = std::move(proposal);
  return view;
}

inline ledger::Job JobOf(const ledger::Proposal& proposal) {
  ledger::Job job;
  job.id = 4;
  job.proposal = proposal.id;
  job.source = proposal.source;
  job.proposal_hash = proposal.hash;
  job.idempotency_key = proposal.idempotency_key;
  job.attempt = 1;
  job.runner = "r";
  job.lease = "l";
  return job;
}

// One connection. What it was asked stands in `asked`: begin, find (a receipt), lock, update, audit, insert (of a receipt),
// create, commit, rollback.
class FakeConnection : public db::Connection {
 public:
  using Rows = std::vector<db::Row>;

  static db::Row Invoice(int version, std::int64_t fee, std::optional<std::string> note) {
    return {Scalar::Text("INV-1"),
            Scalar::Text("acme"),
            Scalar::Int(version),
            Scalar::Int(fee),
            note ? Scalar::Text(*note) : Scalar::Null(ScalarType::kText),
            Scalar::Text("open")};
  }

  Rows before = {Invoice(3, 55, std::nullopt)}, after = {Invoice(4, 0, "late")};
  Rows receipts;                       // what a look-up finds
  std::function<Rows()> receipts_now;  // instead
  std::int64_t updated = 1, inserted = 1;
  std::string fails_at;  // one of `asked`, and which of them counted from 1 ("lock 2"); the first without a number
  db::Failure failure{db::FailureKind::kOther, "words", "X"};
  std::vector<std::string> asked;
  std::vector<Scalar> update_values, insert_values, find_values, lock_values;
  std::string tenant;

  db::DbResult<void> Begin(db::TxMode mode, int statement_timeout_ms, int lock_timeout_ms) override {
    begun_as = {mode == db::TxMode::kReadWrite ? 1 : 0, statement_timeout_ms, lock_timeout_ms};
    locks_ = 0;
    return Say("begin");
  }
  void SetTenant(std::string_view value) override { tenant = value; }
  db::DbResult<void> Commit() override { return Say("commit"); }
  void Rollback() override { asked.emplace_back("rollback"); }
  db::DbResult<Rows> Query(const bundle::Statement& statement, std::span<const Scalar> values, int) override {
    const bool lock = statement.fingerprint == "lock";
    (lock ? lock_values : find_values).assign(values.begin(), values.end());
    if (auto said = Say(lock ? "lock" : "find"); !said) return tl::unexpected(said.error());
    if (!lock) return receipts_now ? receipts_now() : receipts;
    return ++locks_ == 1 ? before : after;
  }
  db::DbResult<std::int64_t> Execute(const bundle::Statement& statement, std::span<const Scalar> values) override {
    const bool ours = statement.fingerprint == "update" || statement.fingerprint == "audit";
    const std::string name = ours ? statement.fingerprint : statement.sql.starts_with("CREA") ? "create" : "insert";
    if (name == "update") update_values.assign(values.begin(), values.end());
    if (name == "insert") insert_values.assign(values.begin(), values.end());
    if (auto said = Say(name); !said) return tl::unexpected(said.error());
    return name == "update" ? updated : name == "insert" ? inserted : 1;
  }
  bool healthy() const override { return true; }

  std::string Asked() const {
    std::string all;
    for (const std::string& one : asked) all += (all.empty() ? "" : " ") + one;
    return all;
  }

  std::vector<int> begun_as;

 private:
  db::DbResult<void> Say(const std::string& what) {
    asked.push_back(what);
    const auto times = std::count(asked.begin(), asked.end(), what);
    if (fails_at == what || fails_at == what + " " + std::to_string(times)) return tl::unexpected(failure);
    return {};
  }
  int locks_ = 0;
};

// A row of the receipts table, by default about the sample.
inline db::Row ReceiptRow(std::string_view status, const ledger::Proposal& p = SampleProposal()) {
  const std::string text(status);
  return {Scalar::Text("4"), Scalar::Text(ledger::ProposalHandle(p.id)), Scalar::Text(text),
          Scalar::Text(Digest(p.idempotency_key + "|" + p.hash + "|" + text))};
}

// Lends the one connection that a test scripts.
class OneDatabase : public db::Database {
 public:
  FakeConnection connection;
  db::DbResult<db::Lease> Acquire(int) override {
    return db::Lease(&connection, [](db::Connection*) {});
  }
  void SetGate(db::Gate) override {}
  const std::string& engine() const override { return name_; }

 private:
  std::string name_ = "postgres";
};

class StillClock : public Clock {
 public:
  Instant Now() const override { return {1'790'000'000'000'000}; }
};

}  // namespace synapsor::writeback
