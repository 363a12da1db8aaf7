#include "scene.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include "compiler/plan/grants.h"
#include "runtime/base/digest.h"
#include "runtime/db/writer.h"
#include "runtime/proposal/lifecycle.h"
#include "runtime/writeback/receipts.h"
#include "target_admin.h"

namespace synapsor::writeback {
namespace {

using bundle::Origin;
using bundle::Param;
using bundle::ResultColumn;

// A failure of the scene itself is a failure of the test.
template <typename T>
T Must(Result<T> result, const char* what) {
  if (!result) throw std::runtime_error(fmt::format("{}: {}", what, result.error().message));
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}
template <typename T>
T MustDb(db::DbResult<T> result, const std::string& what) {
  if (!result) throw std::runtime_error(fmt::format("{}: {}", what, result.error().operator_message));
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

Param Part(const char* name, ScalarType type, const char* database_type) {
  Param param;
  param.value.origin = Origin::kProposal;
  param.value.name = name;
  param.type = type;
  param.database_type = database_type;
  return param;
}

Param EventPart(const char* name) {
  Param param = Part(name, ScalarType::kText, "text");
  param.value.origin = Origin::kEvent;
  return param;
}

ResultColumn Column(const char* name, ScalarType type, const char* database_type) {
  ResultColumn column;
  column.name = column.column = name;
  column.table = "apply_invoices";
  column.type = type;
  column.database_type = database_type;
  return column;
}

const char* UrlVariable(const std::string& engine) {
  return engine == "postgres" ? "SYNAPSOR_TEST_POSTGRES_URL" : "SYNAPSOR_TEST_MARIADB_URL";
}

// The URL of one of our roles where the owner's is known. MariaDB's accounts have a password.
std::string UrlAs(const std::string& owner_url, const std::string& role) {
  const std::size_t from = owner_url.find("//") + 2, at = owner_url.find('@');
  const std::string account = owner_url.starts_with("mysql:") ? role + ":secret" : role;
  return owner_url.substr(0, from) + account + owner_url.substr(at);
}

constexpr const char* kWriterVariable = "SYNAPSOR_TEST_APPLY_WRITER_URL";
constexpr const char* kLedgerVariable = "SYNAPSOR_TEST_APPLY_LEDGER_URL";
const plan::GrantNames kNames = {"apply_reader", "apply_writer", "apply_viewer", "apply_views", "%"};

const char* g_step = nullptr;
void DieAtStep(const char* step) {
  if (std::string_view(step) == g_step) ::kill(::getpid(), SIGKILL);
}

}  // namespace

bool Scene::Available(const SceneOptions& options) {
  if (options.engine != "sqlite" && std::getenv(UrlVariable(options.engine)) == nullptr) return false;
  return !options.postgres_ledger || std::getenv("SYNAPSOR_TEST_POSTGRES_URL") != nullptr;
}

Scene::Scene(const SceneOptions& options) : options_(options) {
  std::string pattern = std::filesystem::temp_directory_path() / "synapsor-apply-XXXXXX";
  folder_ = ::mkdtemp(pattern.data());
  config = config::Defaults();
  config::Source source;
  source.name = "app";
  source.engine = options.engine;
  source.tls = config::TlsMode::kOff;
  source.receipts = options.receipts_in_ledger ? "ledger" : "table";
  source.lock_timeout_ms = 2000;
  if (options.engine == "sqlite") {
    source.sqlite_path = folder_ + "/app.db";
    std::fclose(std::fopen(source.sqlite_path.c_str(), "w"));
  } else {
    source.write.variable = kWriterVariable;
    source.row_level_security = options.engine == "postgres";
    const char* base = options.url_variable.empty() ? UrlVariable(options.engine) : options.url_variable.c_str();
    ::setenv(kWriterVariable, UrlAs(std::getenv(base), kNames.writer).c_str(), 1);
  }
  config.sources["app"] = source;
  ledger_location = "sqlite:" + folder_ + "/ledger.db";
  BuildBundle();
  CreateTables();
  Grant();
  if (options.postgres_ledger) MakeLedgerRoles();
  Open();
}

Scene::~Scene() {
  Close();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void Scene::Open() {
  auto credential = Must(db::WriteCredential::FromConfig(config.sources.at("app")), "write credential");
  writers["app"] = Must(db::OpenWriter(credential), "writer");
  config::Source as_owner = config.sources.at("app");
  if (options_.engine != "sqlite") as_owner.write.variable = UrlVariable(options_.engine);
  as_owner.row_level_security = false;
  owner_ = Must(db::OpenWriter(Must(db::WriteCredential::FromConfig(as_owner), "owner's credential")), "owner");
  ledger = Must(ledger::Open(ledger_location, clock), "ledger");
}

void Scene::Close() {
  writers.clear();
  owner_.reset();
  ledger.reset();
}

bundle::Statement Scene::Make(std::string sql, std::vector<Param> params, std::vector<ResultColumn> columns) const {
  if (options_.engine != "postgres") {
    for (std::size_t at = sql.find('$'); at != std::string::npos; at = sql.find('$', at)) sql.replace(at, 2, "?");
  }
  bundle::Statement statement;
  statement.fingerprint = Digest(options_.engine + "\n" + sql);
  statement.sql = std::move(sql);
  statement.params = std::move(params);
  statement.columns = std::move(columns);
  return statement;
}

void Scene::BuildBundle() {
  const char* text = options_.engine == "sqlite" ? "text" : "varchar(200)";
  const char* number = options_.engine == "sqlite" ? "integer" : "bigint";
  bundle::PatchPlan plan;
  plan.source = "app";
  plan.table = "apply_invoices";
  plan.key_column = "id";
  plan.tenant_column = "tenant_id";
  const bool image = !options_.before_image_guard.empty();
  plan.guard = {bundle::GuardKind::kIntegerVersion, "row_version", {}, true};
  if (image) plan.guard = {bundle::GuardKind::kBeforeImage, "", {"late_fee_cents", "note"}, false};
  const bool timestamp = !options_.timestamp_guard.empty();
  if (timestamp) plan.guard = {bundle::GuardKind::kTimestamp, "updated_at", {}, false};
  const ScalarType time = options_.engine == "postgres" ? ScalarType::kTimestampTz : ScalarType::kTimestamp;
  const char* time_type = options_.engine == "postgres" ? "timestamptz"
                          : options_.engine == "sqlite" ? "timestamp"
                                                        : "datetime(6)";
  bundle::SetColumn fee, note;
  fee.column = "late_fee_cents";
  fee.type = ScalarType::kInt64;
  fee.database_type = number;
  fee.value.fixed = Scalar::Int(0);
  note.column = "note";
  note.database_type = text;
  note.value = {Origin::kArg, "note", Scalar::Null(ScalarType::kText)};
  plan.set = {fee, note};
  plan.allowed_columns = {"late_fee_cents", "note"};
  const std::vector<Param> row_params = {Part("key", ScalarType::kText, text), Part("tenant", ScalarType::kText, text)};
  std::vector<ResultColumn> row_columns = {
      Column("id", ScalarType::kText, text), Column("tenant_id", ScalarType::kText, text),
      Column("late_fee_cents", ScalarType::kInt64, number), Column("note", ScalarType::kText, text),
      Column("row_version", ScalarType::kInt64, number)};
  if (timestamp) row_columns.push_back(Column("updated_at", time, time_type));
  const std::string read = fmt::format(
      "SELECT id, tenant_id, late_fee_cents, note, row_version{} FROM apply_invoices WHERE "
      "id = $1 AND tenant_id = $2",
      timestamp ? ", updated_at" : "");
  plan.before = Make(read, row_params, row_columns);
  plan.lock = Make(options_.engine == "sqlite" ? read : read + " FOR UPDATE", row_params, row_columns);
  std::vector<Param> update_params = {Part("set:late_fee_cents", ScalarType::kInt64, number),
                                      Part("set:note", ScalarType::kText, text), Part("key", ScalarType::kText, text),
                                      Part("tenant", ScalarType::kText, text)};
  if (image) {
    update_params.push_back(Part("before:late_fee_cents", ScalarType::kInt64, number));
    plan.update = Make(
        "UPDATE apply_invoices SET late_fee_cents = $1, note = $2 WHERE id = $3 AND tenant_id = $4 "
        "AND late_fee_cents = $5",
        update_params, {});
  } else if (timestamp) {
    update_params.push_back(Part("guard", time, time_type));
    const char* guard = options_.engine == "mariadb" ? "CAST($5 AS DATETIME(6))" : "$5";
    plan.update = Make(fmt::format("UPDATE apply_invoices SET late_fee_cents = $1, note = $2 WHERE id = $3 AND "
                                   "tenant_id = $4 AND updated_at = {}",
                                   guard),
                       update_params, {});
  } else {
    update_params.push_back(Part("guard", ScalarType::kInt64, number));
    plan.update = Make(
        "UPDATE apply_invoices SET late_fee_cents = $1, note = $2, row_version = row_version + 1 "
        "WHERE id = $3 AND tenant_id = $4 AND row_version = $5",
        update_params, {});
  }
  bundle::Audit audit;
  audit.stream = "billing_audit";
  audit.insert = Make("INSERT INTO apply_audit (tenant_id, resource, payload) VALUES ($1, $2, $3)",
                      {EventPart("tenant_id"), EventPart("resource"), EventPart("payload")}, {});
  plan.audit = audit;
  bundle::Capability capability;
  capability.name = "billing.propose_fee_waiver";
  capability.tool_name = "billing__propose_fee_waiver";
  capability.is_proposal = true;
  capability.patch = plan;
  bundle.capabilities = {capability};
  bundle.sources = {{"app", options_.engine, {}}};
  bundle.digest = "sha256:scene";
  bundle.Index();
}

void Scene::CreateTables() {
  const bool sqlite = options_.engine == "sqlite";
  const char* text = sqlite ? "TEXT" : "VARCHAR(200)";
  const char* number = sqlite ? "INTEGER" : "BIGINT";
  Sql("DROP TABLE IF EXISTS apply_invoices");
  Sql("DROP TABLE IF EXISTS apply_audit");
  Sql(fmt::format(
      "CREATE TABLE apply_invoices (id {0} NOT NULL PRIMARY KEY, tenant_id {0} NOT NULL, late_fee_cents {1} "
      "NOT NULL CHECK (late_fee_cents >= 0), note {0}, row_version {1} NOT NULL)",
      text, number));
  if (!options_.timestamp_guard.empty()) AddTime();
  Sql(fmt::format("CREATE TABLE apply_audit (tenant_id {0}, resource {0}, payload TEXT)", text));
}

// The column that the timestamp guard compares. Rows begin with a time long past.
void Scene::AddTime() {
  const bool moved = options_.timestamp_guard == "moved";
  if (options_.engine == "mariadb") {
    Sql(
        fmt::format("ALTER TABLE apply_invoices ADD COLUMN updated_at DATETIME(6) NOT NULL DEFAULT '2026-01-02 "
                    "03:04:05.678901'{}",
                    moved ? " ON UPDATE CURRENT_TIMESTAMP(6)" : ""));
  } else if (options_.engine == "postgres") {
    Sql("ALTER TABLE apply_invoices ADD COLUMN updated_at TIMESTAMPTZ NOT NULL DEFAULT '2026-01-02 03:04:05.678901+00'");
    Sql("CREATE OR REPLACE FUNCTION apply_touch() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN new.updated_at := clock_timestamp(); RETURN new; END'");
    if (moved) Sql("CREATE TRIGGER touch BEFORE UPDATE ON apply_invoices FOR EACH ROW EXECUTE FUNCTION apply_touch()");
  } else {
    Sql("ALTER TABLE apply_invoices ADD COLUMN updated_at TIMESTAMP NOT NULL DEFAULT '2026-01-02 03:04:05.678'");
    if (moved) {
      Sql("CREATE TRIGGER touch AFTER UPDATE ON apply_invoices BEGIN UPDATE apply_invoices SET updated_at = "
          "strftime('%Y-%m-%d %H:%M:%f', 'now') WHERE id = new.id; END");
    }
  }
}

std::string Scene::OwnerUrl() const {
  const config::Source& source = config.sources.at("app");
  return source.sqlite_path.empty() ? std::getenv(UrlVariable(options_.engine)) : source.sqlite_path;
}

void Scene::Grant() {
  Sql(ReceiptsDdl(options_.engine));
  if (options_.engine == "sqlite") return;
  bundle::PatchPlan patch = *bundle.capabilities[0].patch;
  // The statements find their tables in the connection's own schema; a grant names it.
  if (options_.engine == "postgres") patch.schema = "public";
  plan::SourceGrants grants;
  grants.source = "app";
  grants.engine = options_.engine == "postgres" ? schema::Engine::kPostgres : schema::Engine::kMariadb;
  grants.writes = true;
  plan::AddWriterRights(patch, grants.writer);
  plan::AddAuditRights({patch.schema, "apply_audit"}, *patch.audit->insert, grants.writer);
  grants.reader[{patch.schema, patch.table}].select = {"id"};
  const plan::TableName target{patch.schema, patch.table};
  grants.tenant_tables = {{target, "tenant_id = nullif(current_setting('synapsor.tenant_id', true), '')"}};
  const plan::GrantOptions options{.receipts_in_target = !options_.receipts_in_ledger,
                                   .row_level_security = options_.engine == "postgres"};
  RunScript(options_.engine, OwnerUrl(), plan::PrintGrants(grants, kNames, options));
  if (options_.engine == "postgres") return;
  Sql(fmt::format("ALTER USER {}@'%' IDENTIFIED BY 'secret' ACCOUNT UNLOCK", kNames.writer));
}

// The owner makes the tables; from then on the ledger is opened under the role that may use them.
void Scene::MakeLedgerRoles() {
  const std::string url = std::getenv("SYNAPSOR_TEST_POSTGRES_URL");
  RunSql("postgres", url, "DROP SCHEMA IF EXISTS synapsor_ledger CASCADE");
  const plan::LedgerNames names{"apply_ledger", "apply_ledger_owner", "apply_ledger_keeper"};
  RunScript("postgres", url, plan::PrintLedgerGrants(names));
  Must(ledger::Open(UrlAs(url, names.owner), clock), "tables of the ledger");
  RunScript("postgres", url, plan::PrintLedgerGrants(names));
  ::setenv(kLedgerVariable, UrlAs(url, names.role).c_str(), 1);
  ledger_location = fmt::format("env:{}", kLedgerVariable);
}

void Scene::Sql(const std::string& sql) { RunSql(options_.engine, OwnerUrl(), sql); }

void Scene::OnLedger(const std::string& sql) {
  if (!options_.postgres_ledger) return RunSql("sqlite", ledger_location.substr(std::string("sqlite:").size()), sql);
  RunSql("postgres", std::getenv("SYNAPSOR_TEST_POSTGRES_URL"), "SET search_path = synapsor_ledger; " + sql);
}

std::int64_t Scene::Count(const std::string& sql) {
  auto lease = MustDb(target().Acquire(5000), "connection");
  auto rows = MustDb(lease->Query(Make(sql, {}, {Column("n", ScalarType::kInt64, "bigint")}), {}, 2), sql);
  return rows.empty() || rows[0][0].is_null ? -1 : std::stoll(rows[0][0].text);
}

Effects Scene::Look(const std::string& key, ledger::ProposalId id) {
  Effects effects;
  effects.fee = Count(fmt::format("SELECT late_fee_cents FROM apply_invoices WHERE id = '{}'", key));
  effects.version = Count(fmt::format("SELECT row_version FROM apply_invoices WHERE id = '{}'", key));
  effects.audits = Count(fmt::format("SELECT count(*) FROM apply_audit WHERE resource = 'apply_invoices:{}'", key));
  const auto view = Must(ledger->FindProposal(id), "proposal");
  effects.receipts = Count(fmt::format("SELECT count(*) FROM synapsor_receipts WHERE idempotency_key = '{}'",
                                       view ? view->proposal.idempotency_key : ""));
  auto lease = MustDb(target().Acquire(5000), "connection");
  auto rows = MustDb(lease->Query(Make(fmt::format("SELECT note FROM apply_invoices WHERE id = '{}'", key), {},
                                       {Column("note", ScalarType::kText, "text")}),
                                  {}, 2),
                     "note");
  if (!rows.empty() && !rows[0][0].is_null) effects.note = rows[0][0].text;
  return effects;
}

ledger::CallRecord Scene::CallFor(const std::string& key, const Effects& row, const std::string& note) {
  const Scalar old_note = row.note.empty() ? Scalar::Null(ScalarType::kText) : Scalar::Text(row.note);
  const bundle::PatchPlan& plan = *bundle.capabilities[0].patch;
  ledger::CallRecord call;
  call.run.kind = "call";
  call.run.capability = bundle.capabilities[0].name;
  call.run.tenant = "acme";
  call.run.principal = "agent-7";
  call.run.status = "ok";
  ledger::Proposal p;
  p.capability = call.run.capability;
  p.tenant = "acme";
  p.principal = "agent-7";
  p.source = plan.source;
  p.table = plan.table;
  p.operation = "update";
  p.key_column = plan.key_column;
  p.tenant_column = plan.tenant_column;
  p.key = Scalar::Text(key);
  p.tenant_value = Scalar::Text("acme");
  p.columns = {{"late_fee_cents", Scalar::Int(row.fee), Scalar::Int(0), "fixed"},
               {"note", old_note, Scalar::Text(note), "arg:note"}};
  if (plan.guard.kind == bundle::GuardKind::kBeforeImage) {
    p.guard_kind = "before_image";
    p.before_image = {{"late_fee_cents", Scalar::Int(row.fee)}, {"note", old_note}};
  } else if (plan.guard.kind == bundle::GuardKind::kTimestamp) {
    p.guard_kind = "timestamp";
    p.guard_column = plan.guard.column;
    const Scalar place[] = {Scalar::Text(key), Scalar::Text("acme")};
    auto lease = MustDb(target().Acquire(5000), "connection");
    p.guard_value = MustDb(lease->Query(plan.before, place, 2), "time of the row").at(0).back();
  } else {
    p.guard_kind = "integer_version";
    p.guard_column = plan.guard.column;
    p.guard_value = Scalar::Int(row.version);
  }
  p.summary = "Waive";
  p.risk = "medium";
  p.required_role = "lead";
  p.bundle_digest = bundle.digest;
  p.update_fingerprint = plan.update.fingerprint;
  p.created_at = clock.Now();
  p.expires_at = {clock.Now().micros + 3'600'000'000};
  call.proposal = p;
  return call;
}

ledger::ProposalId Scene::Propose(const std::string& key) {
  Sql(fmt::format("DELETE FROM apply_invoices WHERE id = '{}'", key));
  Sql(fmt::format(
      "INSERT INTO apply_invoices (id, tenant_id, late_fee_cents, note, row_version) VALUES ('{}', 'acme', 5500, "
      "NULL, 3)",
      key));
  return Must(ledger->RecordCall(CallFor(key, {.fee = 5500, .version = 3}, "first 'late' fee")), "record").proposal;
}

void Scene::Approve(ledger::ProposalId id, const std::string& subject) {
  const auto view = Must(ledger->FindProposal(id), "proposal");
  ledger::Decision decision;
  decision.proposal = id;
  decision.proposal_hash = view->proposal.hash;
  decision.subject = subject;
  decision.roles = {"lead"};
  const auto verdict = Must(ledger->Decide(decision, [&](const ledger::ProposalView& seen,
                                                         Instant now) { return proposal::Judge(seen, decision, now); }),
                            "decide");
  if (!verdict.accepted) throw std::runtime_error("approval refused: " + verdict.refusal_code);
}

ledger::ProposalId Scene::ProposeApproved(const std::string& key) {
  const auto id = Propose(key);
  Approve(id);
  return id;
}

Result<std::optional<ledger::Receipt>> Scene::Apply(const Options& options) {
  return ApplyOne(bundle, config, writers, *ledger, clock, options);
}

bool Scene::ApplyAndDieAt(std::string_view step, int lease_seconds) {
  Close();
  const std::string name(step);
  const pid_t child = ::fork();
  if (child == 0) {
    try {
      Open();
      g_step = name.c_str();
      Options options{.runner = "doomed", .lease_seconds = lease_seconds};
      options.on_step = DieAtStep;
      (void)Apply(options);
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());
    }
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  Open();
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

void Scene::WaitForLease() {
  if (options_.postgres_ledger) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  } else {
    clock.Skew(2);
  }
}

ledger::ProposalState Scene::StateOf(ledger::ProposalId id) {
  return Must(ledger->FindProposal(id), "proposal")->state;
}

}  // namespace synapsor::writeback
