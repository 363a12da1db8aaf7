// Ledgers of earlier versions: opened, brought to this version with everything in them, and whole afterwards.
#include "runtime/ledger/migrations.h"

#include "support.h"

namespace synapsor::ledger {
namespace {

// Undoes versions 5, 4 and 3.
constexpr const char* kBackTo2 =
    "DROP INDEX proposals_of_capability; DROP INDEX proposals_of_principal; DROP INDEX proposals_of_object; DROP INDEX proposals_of_time;"
    "CREATE INDEX proposals_capability ON proposals (capability, id); CREATE INDEX proposals_principal ON proposals (principal, id);"
    "CREATE INDEX proposals_object ON proposals (object, id); CREATE INDEX proposals_created ON proposals (created_at);"
    "DROP TABLE set_aside; DROP INDEX runs_removed; DROP INDEX evidence_removed; ALTER TABLE runs DROP COLUMN removed;"
    "ALTER TABLE evidence DROP COLUMN removed; DROP TABLE retention; DROP TABLE retention_deferred;";

class MigrationTest : public LedgerTest {
 protected:
  // The ledger's owner migrates it.
  void Change(const std::string& sql) {
    if (IsPostgres()) {
      url = UrlAs(kNames.owner);
      return OnServer(sql);
    }
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(file.c_str(), &db), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
    sqlite3_close(db);
  }

  // A ledger with one proposal, as a program of version 1 left it; `index` is what it had for the inbox.
  void MakeVersion1(const std::string& index) {
    id = Propose();
    EXPECT_TRUE(Decide(id, "lead").accepted);
    ledger.reset();
    Change("DROP INDEX proposals_review;" + std::string(kBackTo2) + index +
           (IsPostgres() ? "UPDATE meta SET version = 1" : "PRAGMA user_version = 1"));
  }

  void ExpectMigrated() {
    Reopen();
    ASSERT_TRUE(ledger);
    EXPECT_EQ(StateOf(id), ProposalState::kApproved);
    EXPECT_TRUE(Verify().intact);
    EXPECT_EQ(ledger->ListProposals({.tenant = "acme"})->size(), 1u);
    Propose("INV-2");
    Reopen();
    EXPECT_EQ(ledger->ListProposals({.tenant = "acme"})->size(), 2u);
  }

  ProposalId id = 0;
};

TEST_P(MigrationTest, OfVersion1) {
  MakeVersion1("CREATE INDEX proposals_tenant ON proposals (tenant, id);");
  ExpectMigrated();
}

TEST_P(MigrationTest, OfVersion1WithTheOtherIndex) {
  MakeVersion1(
      "CREATE INDEX proposals_inbox ON proposals (tenant, id, state, capability, principal, object, created_at);");
  ExpectMigrated();
}

TEST_P(MigrationTest, OfVersion2) {
  id = Propose();
  EXPECT_TRUE(Decide(id, "lead").accepted);
  ledger.reset();
  Change(std::string(kBackTo2) + (IsPostgres() ? "UPDATE meta SET version = 2" : "PRAGMA user_version = 2"));
  ExpectMigrated();
  clock.Advance(86'400);
  RetentionCursor cursor;
  EXPECT_TRUE(ledger->RemoveDue({"billing.flow", Retained::kRuns, 1, "sha256:b", "operator"}, cursor));
}

TEST_P(MigrationTest, IsOnePerVersion) {
  EXPECT_EQ(SqliteMigrations().size(), static_cast<std::size_t>(kLedgerVersion));
  EXPECT_EQ(PostgresMigrations().size(), static_cast<std::size_t>(kLedgerVersion));
}

INSTANTIATE_TEST_SUITE_P(Stores, MigrationTest, ::testing::Values("sqlite", "postgres"),
                         [](const auto& store) { return std::string(store.param); });

}  // namespace
}  // namespace synapsor::ledger
