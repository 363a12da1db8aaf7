// What somebody did to the target database between the approval and the apply: rows, triggers, rules, types, keys, policies,
// constraints, locks. In the end there is the whole change once, or nothing of it and nothing of what hangs on it.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <thread>

#include "runtime/db/writer.h"
#include "scene.h"

namespace synapsor::writeback {
namespace {

using ledger::ApplyStatus;
using ledger::ProposalState;

const Effects kOnce{0, 4, 1, 1, "first 'late' fee"};
const Effects kUntouched{5500, 3, 0, 0, ""};
const Effects kConflicting{5500, 3, 0, 1, ""};

class DriftTest : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const SceneOptions options{.engine = GetParam()};
    if (!Scene::Available(options)) GTEST_SKIP() << "no server for " << GetParam();
    scene = std::make_unique<Scene>(options);
    scene->config.sources.at("app").statement_timeout_ms = 3000;
    scene->config.sources.at("app").lock_timeout_ms = 1000;
    Sql("DROP TABLE IF EXISTS apply_side");
    Sql(fmt::format("CREATE TABLE apply_side (what {})", IsSqlite() ? "TEXT" : "VARCHAR(200)"));
    if (IsPostgres()) Sql("GRANT INSERT ON apply_side TO apply_writer");
  }
  void TearDown() override {
    if (!scene) return;
    if (IsMysql()) Sql("SET GLOBAL read_only = 0");
    for (const char* sql : {"DROP VIEW IF EXISTS apply_invoices", "DROP TABLE IF EXISTS apply_base"}) {
      try {
        Sql(sql);
      } catch (const std::exception&) {  // it is a table, as it was
      }
    }
  }

  bool IsSqlite() const { return std::string_view(GetParam()) == "sqlite"; }
  bool IsPostgres() const { return std::string_view(GetParam()) == "postgres"; }
  bool IsMysql() const { return !IsSqlite() && !IsPostgres(); }
  void Sql(const std::string& sql) { scene->Sql(sql); }
  std::int64_t SideEffects() { return scene->Count("SELECT count(*) FROM apply_side"); }

  // A trigger before an update of the invoices; the body in the engine's language. A function of PostgreSQL returns for itself.
  void OnUpdate(const std::string& body) {
    if (!IsPostgres()) return Sql("CREATE TRIGGER apply_drift BEFORE UPDATE ON apply_invoices FOR EACH ROW " + body);
    Sql("CREATE OR REPLACE FUNCTION apply_drift() RETURNS trigger LANGUAGE plpgsql AS $f$ " + body + " $f$");
    Sql("CREATE TRIGGER apply_drift BEFORE UPDATE ON apply_invoices FOR EACH ROW EXECUTE FUNCTION apply_drift()");
  }

  void Expect(ledger::ProposalId id, ApplyStatus status, std::string_view code, ProposalState state) {
    const auto receipt = scene->Apply();
    ASSERT_TRUE(receipt) << receipt.error().message;
    ASSERT_TRUE(*receipt) << "no job";
    EXPECT_EQ((*receipt)->status, status) << (*receipt)->safe_error_code;
    EXPECT_EQ((*receipt)->safe_error_code, code);
    EXPECT_EQ(scene->StateOf(id), state);
    EXPECT_TRUE(scene->ledger->VerifyChain()->intact);
  }
  void ExpectConflict(ledger::ProposalId id, std::string_view code) {
    Expect(id, ApplyStatus::kConflict, code, ProposalState::kConflict);
  }
  void ExpectFailed(ledger::ProposalId id, std::string_view code) {
    Expect(id, ApplyStatus::kFailed, code, ProposalState::kFailed);
  }
  void ExpectApplied(ledger::ProposalId id) { Expect(id, ApplyStatus::kApplied, "", ProposalState::kApplied); }
  // Nothing is done now, and the job waits.
  void ExpectPutOff(ledger::ProposalId id, const char* why) {
    const auto receipt = scene->Apply();
    ASSERT_FALSE(receipt);
    EXPECT_NE(receipt.error().message.find(why), std::string::npos) << receipt.error().message;
    EXPECT_EQ(scene->StateOf(id), ProposalState::kApproved);
    scene->clock.Skew(120);
  }

  std::unique_ptr<Scene> scene;
};

// ---- rows ----

TEST_P(DriftTest, ARowThatWasMadeAnewIsTheReviewedOneOnlyIfItLooksTheSame) {
  const auto other_version = scene->ProposeApproved("INV-1");
  Sql("DELETE FROM apply_invoices WHERE id = 'INV-1'");
  Sql("INSERT INTO apply_invoices VALUES ('INV-1', 'acme', 5500, NULL, 1)");
  ExpectConflict(other_version, "VERSION_CONFLICT");
  const auto other_fee = scene->ProposeApproved("INV-2");
  Sql("DELETE FROM apply_invoices WHERE id = 'INV-2'");
  Sql("INSERT INTO apply_invoices VALUES ('INV-2', 'acme', 100, NULL, 3)");
  ExpectConflict(other_fee, "BEFORE_IMAGE_CONFLICT");
  const auto other_tenant = scene->ProposeApproved("INV-3");
  Sql("DELETE FROM apply_invoices WHERE id = 'INV-3'");
  Sql("INSERT INTO apply_invoices VALUES ('INV-3', 'globex', 5500, NULL, 3)");
  ExpectConflict(other_tenant, "ROW_NOT_FOUND");
  EXPECT_EQ(scene->Look("INV-3", other_tenant), kConflicting);
  // Changed and put back: nobody can tell, and what was reviewed is what is there.
  const auto put_back = scene->ProposeApproved("INV-4");
  Sql("UPDATE apply_invoices SET late_fee_cents = 1, row_version = 4 WHERE id = 'INV-4'");
  Sql("UPDATE apply_invoices SET late_fee_cents = 5500, row_version = 3 WHERE id = 'INV-4'");
  ExpectApplied(put_back);
  EXPECT_EQ(scene->Look("INV-4", put_back), kOnce);
}

TEST_P(DriftTest, AVersionThatBecameNullIsAConflict) {
  if (IsSqlite()) {
    Sql("DROP TABLE apply_invoices");
    Sql("CREATE TABLE apply_invoices (id TEXT PRIMARY KEY, tenant_id TEXT, late_fee_cents INTEGER, note TEXT, "
        "row_version INTEGER)");
  } else {
    Sql(IsPostgres() ? "ALTER TABLE apply_invoices ALTER COLUMN row_version DROP NOT NULL"
                     : "ALTER TABLE apply_invoices MODIFY row_version BIGINT NULL");
  }
  const auto id = scene->ProposeApproved("INV-1");
  Sql("UPDATE apply_invoices SET row_version = NULL WHERE id = 'INV-1'");
  ExpectConflict(id, "VERSION_CONFLICT");
  EXPECT_EQ(scene->Count("SELECT count(*) FROM apply_invoices WHERE row_version IS NULL AND late_fee_cents = 5500"), 1);
}

TEST_P(DriftTest, AKeyThatIsNoKeyAnyMoreChangesNothing) {
  const auto id = scene->ProposeApproved("INV-1");
  if (IsSqlite()) {
    Sql("CREATE TABLE apply_copy AS SELECT * FROM apply_invoices");
    Sql("DROP TABLE apply_invoices");
    Sql("ALTER TABLE apply_copy RENAME TO apply_invoices");
  } else {
    Sql(IsPostgres() ? "ALTER TABLE apply_invoices DROP CONSTRAINT apply_invoices_pkey"
                     : "ALTER TABLE apply_invoices DROP PRIMARY KEY");
  }
  Sql("INSERT INTO apply_invoices SELECT * FROM apply_invoices");
  ExpectFailed(id, "MULTI_ROW_WRITE_BLOCKED");
  EXPECT_EQ(scene->Count("SELECT count(*) FROM apply_invoices WHERE late_fee_cents = 5500 AND row_version = 3"), 2);
}

// ---- the table ----

TEST_P(DriftTest, AColumnThatIsGoneOrOfAnotherTypeFails) {
  const auto gone = scene->ProposeApproved("INV-1");
  Sql("ALTER TABLE apply_invoices DROP COLUMN note");
  ExpectFailed(gone, "SCHEMA_CHANGED");
  Sql("ALTER TABLE apply_invoices ADD COLUMN note VARCHAR(200)");
  EXPECT_EQ(scene->Look("INV-1", gone), kUntouched);
  if (IsSqlite()) return;  // it has no types to alter
  if (IsPostgres()) Sql("GRANT SELECT (note), UPDATE (note) ON apply_invoices TO apply_writer");
  scene->Grant();
  const auto typed = scene->ProposeApproved("INV-2");
  Sql(IsPostgres() ? "ALTER TABLE apply_invoices ALTER COLUMN row_version TYPE varchar(20)"
                   : "ALTER TABLE apply_invoices MODIFY row_version VARCHAR(20) NOT NULL");
  ExpectFailed(typed, "SCHEMA_CHANGED");
  EXPECT_EQ(scene->Count("SELECT late_fee_cents FROM apply_invoices WHERE id = 'INV-2'"), 5500);
}

TEST_P(DriftTest, AColumnThatTheDatabaseComputesFails) {
  if (IsSqlite()) GTEST_SKIP() << "a column cannot become one there";
  const auto id = scene->ProposeApproved("INV-1");
  Sql("ALTER TABLE apply_invoices DROP COLUMN late_fee_cents");
  Sql("ALTER TABLE apply_invoices ADD COLUMN late_fee_cents BIGINT GENERATED ALWAYS AS (5500) STORED");
  scene->Grant();
  const auto receipt = scene->Apply();
  ASSERT_TRUE(receipt && *receipt);
  EXPECT_EQ((*receipt)->status, ApplyStatus::kFailed) << (*receipt)->safe_error_code;
  EXPECT_EQ(scene->Look("INV-1", id), kUntouched);
}

// On MySQL rights hang on names, and a view of the whole table is the table.
TEST_P(DriftTest, AViewInThePlaceOfTheTable) {
  const auto id = scene->ProposeApproved("INV-1");
  Sql("ALTER TABLE apply_invoices RENAME TO apply_base");
  Sql("CREATE VIEW apply_invoices AS SELECT * FROM apply_base");
  const auto receipt = scene->Apply();
  ASSERT_TRUE(receipt && *receipt);
  EXPECT_EQ((*receipt)->status, IsMysql() ? ApplyStatus::kApplied : ApplyStatus::kFailed);
  EXPECT_EQ(scene->Look("INV-1", id), IsMysql() ? kOnce : kUntouched);
}

// The view's trigger takes the update, does something else, and no row is counted: nothing of that stays.
TEST_P(DriftTest, AViewThatDoesSomethingElseInsteadLeavesNothingBehind) {
  if (IsMysql()) GTEST_SKIP() << "views have no triggers there";
  const auto id = scene->ProposeApproved("INV-1");
  Sql("ALTER TABLE apply_invoices RENAME TO apply_base");
  Sql("CREATE VIEW apply_invoices AS SELECT * FROM apply_base");
  if (IsSqlite()) {
    Sql("CREATE TRIGGER instead INSTEAD OF UPDATE ON apply_invoices BEGIN INSERT INTO apply_side VALUES ('x'); END");
  } else {
    Sql("CREATE OR REPLACE FUNCTION apply_instead() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN INSERT INTO apply_side VALUES (''x''); RETURN NULL; END'");
    Sql("CREATE TRIGGER instead INSTEAD OF UPDATE ON apply_invoices FOR EACH ROW EXECUTE FUNCTION apply_instead()");
    Sql("GRANT SELECT, UPDATE ON apply_invoices TO apply_writer");
  }
  ExpectConflict(id, "VERSION_CONFLICT");
  EXPECT_EQ(SideEffects(), 0);
  EXPECT_EQ(scene->Look("INV-1", id), kConflicting);
}

TEST_P(DriftTest, ARowThatMovesToAnotherPartitionIsChangedOnce) {
  if (IsSqlite()) GTEST_SKIP() << "no partitions there";
  Sql("DROP TABLE apply_invoices");
  Sql(fmt::format(
      "CREATE TABLE apply_invoices (id VARCHAR(200) NOT NULL, tenant_id VARCHAR(200) NOT NULL, "
      "late_fee_cents BIGINT NOT NULL, note VARCHAR(200), row_version BIGINT NOT NULL, "
      "PRIMARY KEY (id, late_fee_cents)) PARTITION BY RANGE (late_fee_cents){}",
      IsPostgres() ? "" : " (PARTITION low VALUES LESS THAN (1000), PARTITION high VALUES LESS THAN MAXVALUE)"));
  if (IsPostgres()) {
    Sql("CREATE TABLE apply_low PARTITION OF apply_invoices FOR VALUES FROM (0) TO (1000)");
    Sql("CREATE TABLE apply_high PARTITION OF apply_invoices FOR VALUES FROM (1000) TO (MAXVALUE)");
  }
  scene->Grant();
  const auto id = scene->ProposeApproved("INV-1");
  ExpectApplied(id);
  EXPECT_EQ(scene->Look("INV-1", id), kOnce);
  EXPECT_EQ(scene->Count("SELECT count(*) FROM apply_invoices"), 1);
}

// ---- triggers and rules ----

TEST_P(DriftTest, ATriggerThatSwallowsTheUpdateLeavesNothingBehind) {
  if (IsMysql()) GTEST_SKIP() << "no trigger can do that there";
  const auto id = scene->ProposeApproved("INV-1");
  OnUpdate(IsSqlite() ? "BEGIN INSERT INTO apply_side VALUES ('x'); SELECT RAISE(IGNORE); END"
                      : "BEGIN INSERT INTO apply_side VALUES ('x'); RETURN NULL; END");
  ExpectConflict(id, "VERSION_CONFLICT");
  EXPECT_EQ(SideEffects(), 0);
  EXPECT_EQ(scene->Look("INV-1", id), kConflicting);
}

TEST_P(DriftTest, ARuleThatWritesElsewhereLeavesNothingBehind) {
  if (!IsPostgres()) GTEST_SKIP() << "no rules there";
  const auto instead = scene->ProposeApproved("INV-1");
  Sql("CREATE RULE elsewhere AS ON UPDATE TO apply_invoices DO INSTEAD INSERT INTO apply_side VALUES ('x')");
  ExpectConflict(instead, "VERSION_CONFLICT");
  EXPECT_EQ(SideEffects(), 0);
  Sql("DROP RULE elsewhere ON apply_invoices");
  const auto nothing = scene->ProposeApproved("INV-2");
  Sql("CREATE RULE elsewhere AS ON UPDATE TO apply_invoices DO INSTEAD NOTHING");
  ExpectConflict(nothing, "VERSION_CONFLICT");
  Sql("DROP RULE elsewhere ON apply_invoices");
  EXPECT_EQ(scene->Look("INV-2", nothing), kConflicting);
}

TEST_P(DriftTest, ATriggerThatMovesTheRowAwayIsRolledBack) {
  for (const char* column : {"tenant_id", "id"}) {
    const std::string key = fmt::format("INV-{}", column);
    const auto id = scene->ProposeApproved(key);
    if (IsPostgres()) {
      OnUpdate(fmt::format("BEGIN new.{} := 'globex'; RETURN new; END", column));
    } else if (IsSqlite()) {
      Sql(
          fmt::format("CREATE TRIGGER apply_drift AFTER UPDATE OF note ON apply_invoices BEGIN UPDATE apply_invoices "
                      "SET {} = 'globex' WHERE id = new.id; END",
                      column));
    } else {
      OnUpdate(fmt::format("SET new.{} = 'globex'", column));
    }
    // Row-level security says it first.
    const bool held = IsPostgres() && std::string_view(column) == "tenant_id";
    ExpectFailed(id, held ? "PERMISSION_DENIED" : "AFTER_IMAGE_DIFFERS");
    EXPECT_EQ(scene->Look(key, id), kUntouched);
    EXPECT_EQ(scene->Count("SELECT count(*) FROM apply_invoices WHERE tenant_id = 'globex' OR id = 'globex'"), 0);
    Sql(IsPostgres() ? "DROP TRIGGER apply_drift ON apply_invoices" : "DROP TRIGGER apply_drift");
  }
}

TEST_P(DriftTest, AVersionThatIsSetBackIsRolledBack) {
  const auto id = scene->ProposeApproved("INV-1");
  if (IsSqlite()) {
    Sql("CREATE TRIGGER apply_drift AFTER UPDATE OF note ON apply_invoices BEGIN UPDATE apply_invoices SET "
        "row_version = 1 WHERE id = new.id; END");
  } else {
    OnUpdate(IsPostgres() ? "BEGIN new.row_version := 1; RETURN new; END" : "SET new.row_version = 1");
  }
  ExpectFailed(id, "VERSION_DID_NOT_ADVANCE");
  EXPECT_EQ(scene->Look("INV-1", id), kUntouched);
}

TEST_P(DriftTest, ATriggerThatRefusesIsAFailureAndLeavesNothingBehind) {
  const auto id = scene->ProposeApproved("INV-1");
  OnUpdate(IsSqlite()     ? "BEGIN INSERT INTO apply_side VALUES ('x'); SELECT RAISE(FAIL, 'no'); END"
           : IsPostgres() ? "BEGIN INSERT INTO apply_side VALUES ('x'); RAISE EXCEPTION 'no'; END"
                          : "BEGIN INSERT INTO apply_side VALUES ('x'); SIGNAL SQLSTATE '45000'; END");
  if (IsMysql()) Sql("GRANT INSERT ON apply_side TO apply_writer@'%'");
  ExpectFailed(id, "CONSTRAINT_VIOLATION");
  EXPECT_EQ(SideEffects(), 0);
  EXPECT_EQ(scene->Look("INV-1", id), kUntouched);
}

// ---- policies ----

TEST_P(DriftTest, APolicyThatHidesTheRowOrItsChange) {
  if (!IsPostgres()) GTEST_SKIP() << "no row-level security there";
  const auto hidden = scene->ProposeApproved("INV-1");
  Sql("CREATE POLICY hide ON apply_invoices AS RESTRICTIVE USING (id <> 'INV-1')");
  ExpectConflict(hidden, "ROW_NOT_FOUND");
  const auto kept = scene->ProposeApproved("INV-2");
  Sql("CREATE POLICY keep ON apply_invoices AS RESTRICTIVE FOR UPDATE USING (true) WITH CHECK (late_fee_cents > 0)");
  ExpectFailed(kept, "PERMISSION_DENIED");
  const auto readable = scene->ProposeApproved("INV-3");
  Sql("CREATE POLICY read_only ON apply_invoices AS RESTRICTIVE FOR UPDATE USING (id <> 'INV-3')");
  ExpectConflict(readable, "ROW_NOT_FOUND");
  EXPECT_EQ(scene->Look("INV-2", kept), kUntouched);
  EXPECT_EQ(scene->Look("INV-3", readable), kConflicting);
}

// ---- what COMMIT says ----

TEST_P(DriftTest, AConstraintThatFailsAtCommitChangesNothing) {
  if (IsMysql()) GTEST_SKIP() << "nothing is deferred there";
  const auto id = scene->ProposeApproved("INV-1");
  if (IsPostgres()) {
    Sql("CREATE OR REPLACE FUNCTION apply_late() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN RAISE EXCEPTION USING ERRCODE = ''23514''; END'");
    Sql("CREATE CONSTRAINT TRIGGER late AFTER UPDATE ON apply_invoices DEFERRABLE INITIALLY DEFERRED FOR EACH ROW "
        "EXECUTE FUNCTION apply_late()");
  } else {
    Sql("CREATE TABLE apply_child (parent TEXT REFERENCES apply_invoices (id) DEFERRABLE INITIALLY DEFERRED)");
    Sql("CREATE TRIGGER late AFTER UPDATE ON apply_invoices BEGIN INSERT INTO apply_child VALUES ('nobody'); END");
  }
  ExpectFailed(id, "CONSTRAINT_VIOLATION");
  EXPECT_EQ(scene->Look("INV-1", id), kUntouched);
}

TEST_P(DriftTest, ASerializationFailureAtCommitIsTriedAgain) {
  if (!IsPostgres()) GTEST_SKIP() << "not to be had there";
  for (const char* code : {"40001", "40P01"}) {
    const std::string key = fmt::format("INV-{}", code);
    const auto id = scene->ProposeApproved(key);
    Sql("DROP SEQUENCE IF EXISTS apply_times");
    Sql("CREATE SEQUENCE apply_times");
    Sql("GRANT USAGE ON SEQUENCE apply_times TO apply_writer");
    Sql(
        fmt::format("CREATE OR REPLACE FUNCTION apply_late() RETURNS trigger LANGUAGE plpgsql AS "
                    "'BEGIN IF nextval(''apply_times'') < 3 THEN RAISE EXCEPTION USING ERRCODE = ''{}''; END IF; "
                    "RETURN new; END'",
                    code));
    Sql("CREATE CONSTRAINT TRIGGER late AFTER UPDATE ON apply_invoices DEFERRABLE INITIALLY DEFERRED FOR EACH ROW "
        "EXECUTE FUNCTION apply_late()");
    ExpectApplied(id);
    EXPECT_EQ(scene->Look(key, id), kOnce);
    EXPECT_EQ(scene->Count("SELECT last_value FROM apply_times"), 3);
    // For ever: the job waits, and nothing is changed.
    const std::string stuck_key = key + "-stuck";
    const auto stuck = scene->ProposeApproved(stuck_key);
    Sql("ALTER SEQUENCE apply_times RESTART MINVALUE -1000 START -1000");
    ExpectPutOff(stuck, "SERIALIZATION");
    EXPECT_EQ(scene->Look(stuck_key, stuck), kUntouched);
    EXPECT_EQ(scene->Count("SELECT last_value FROM apply_times"), -997) << "four times at once";
    Sql("DROP TRIGGER late ON apply_invoices");
    ExpectApplied(stuck);
  }
}

// ---- time, locks and servers that take no writes ----

TEST_P(DriftTest, AStatementThatTakesTooLongIsPutOff) {
  if (IsSqlite()) GTEST_SKIP() << "no server";
  scene->config.sources.at("app").statement_timeout_ms = 500;
  const auto id = scene->ProposeApproved("INV-1");
  if (IsMysql()) {
    Sql("CREATE TRIGGER apply_drift BEFORE UPDATE ON apply_invoices FOR EACH ROW SET @slept = SLEEP(3)");
  } else {
    OnUpdate("BEGIN PERFORM pg_sleep(3); RETURN new; END");
  }
  if (IsMysql() &&
      scene->Count("SELECT count(*) FROM information_schema.engines WHERE version() LIKE '%MariaDB%'") == 0) {
    ExpectApplied(id);  // MySQL bounds SELECT alone
    EXPECT_EQ(scene->Look("INV-1", id), kOnce);
    return;
  }
  ExpectPutOff(id, "TIMEOUT");
  EXPECT_EQ(scene->Look("INV-1", id), kUntouched);
  Sql(IsPostgres() ? "DROP TRIGGER apply_drift ON apply_invoices" : "DROP TRIGGER apply_drift");
  ExpectApplied(id);
  EXPECT_EQ(scene->Look("INV-1", id), kOnce);
}

TEST_P(DriftTest, ARowThatSomebodyHoldsIsPutOff) {
  const auto id = scene->ProposeApproved("INV-1");
  auto credential = db::WriteCredential::FromConfig(scene->config.sources.at("app"));
  auto holder = db::OpenWriter(*credential);
  ASSERT_TRUE(holder);
  auto connection = (*holder)->Acquire(5000);
  ASSERT_TRUE(connection);
  ASSERT_TRUE((*connection)->Begin(db::TxMode::kReadWrite, 30000, 1000));
  (*connection)->SetTenant("acme");
  const Scalar place[] = {Scalar::Text("INV-1"), Scalar::Text("acme")};
  ASSERT_TRUE((*connection)->Query(scene->bundle.capabilities[0].patch->lock, place, 2));
  ExpectPutOff(id, "TIMEOUT");
  (*connection)->Rollback();
  ExpectApplied(id);
  EXPECT_EQ(scene->Look("INV-1", id), kOnce);
}

TEST_P(DriftTest, AServerThatTakesNoWritesIsWaitedFor) {
  const auto id = scene->ProposeApproved("INV-1");
  if (IsPostgres()) {
    // Ours are read-write whatever the default; a role whose transactions are turned read-only meets the same refusal as a standby's.
    OnUpdate("BEGIN RAISE EXCEPTION USING ERRCODE = '25006'; END");
    ExpectPutOff(id, "READ_ONLY");
    Sql("DROP TRIGGER apply_drift ON apply_invoices");
    Sql("ALTER ROLE apply_writer SET default_transaction_read_only = on");
    scene->Close();
    scene->Open();
    ExpectApplied(id);
    Sql("ALTER ROLE apply_writer RESET default_transaction_read_only");
  } else if (IsMysql()) {
    Sql("SET GLOBAL read_only = 1");
    ExpectPutOff(id, "READ_ONLY");
    Sql("SET GLOBAL read_only = 0");
    ExpectApplied(id);
  } else {
    GTEST_SKIP() << "no server";
  }
  EXPECT_EQ(scene->Look("INV-1", id), kOnce);
}

INSTANTIATE_TEST_SUITE_P(Engines, DriftTest, ::testing::Values("sqlite", "postgres", "mariadb"),
                         [](const auto& engine) { return std::string(engine.param); });

}  // namespace
}  // namespace synapsor::writeback
