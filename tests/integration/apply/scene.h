// One table of invoices on any engine, a bundle with the plan that waives a fee, and a ledger: what the tests of the
// trusted runner play in. Writer and PostgreSQL ledger are used under the roles that `sync grants` prints for this bundle, and
// under no other, with row-level security where there is some; the scene itself looks and meddles as the owner.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "runtime/bundle/bundle.h"
#include "runtime/config/config.h"
#include "runtime/db/database.h"
#include "runtime/ledger/ledger.h"
#include "runtime/writeback/apply.h"

namespace synapsor::writeback {

class SkewableClock : public Clock {
 public:
  Instant Now() const override { return {SystemClock().Now().micros + offset_.load()}; }
  void Skew(std::int64_t seconds) { offset_ += seconds * 1'000'000; }

 private:
  std::atomic<std::int64_t> offset_{0};
};

// What is in the target database now.
struct Effects {
  std::int64_t fee = -1, version = -1, audits = -1, receipts = -1;
  std::string note;
  bool operator==(const Effects&) const = default;
};

struct SceneOptions {
  std::string engine = "sqlite";  // postgres and mariadb: by SYNAPSOR_TEST_…_URL
  bool postgres_ledger = false;
  bool receipts_in_ledger = false;
  std::string before_image_guard;  // not empty: compare columns instead of a version
  std::string timestamp_guard;     // not empty: a time that the database moves ("moved") or does not ("stuck")
  std::string url_variable;        // not empty: where the writer's URL stands, instead of the server's own
};

class Scene {
 public:
  explicit Scene(const SceneOptions& options);
  ~Scene();
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

  // False when the engine's server is not there; the test then skips.
  static bool Available(const SceneOptions& options);

  // Opens or closes ledger and writers; closed around a fork.
  void Open();
  void Close();

  // A call that proposes to waive the fee of a row that is as given.
  ledger::CallRecord CallFor(const std::string& key, const Effects& row, const std::string& note);
  // Makes a row at version 3 with a fee of 5500, and proposes to waive it; approved, too.
  ledger::ProposalId Propose(const std::string& key);
  ledger::ProposalId ProposeApproved(const std::string& key);
  void Approve(ledger::ProposalId id, const std::string& subject = "lead-1");

  Result<std::optional<ledger::Receipt>> Apply(const Options& options);
  Result<std::optional<ledger::Receipt>> Apply() { return Apply({.runner = "runner-1", .lease_seconds = 30}); }

  // Runs Apply in a child process that kills itself at `step`. True if it got that far.
  bool ApplyAndDieAt(std::string_view step, int lease_seconds = 1);
  void WaitForLease();

  Effects Look(const std::string& key, ledger::ProposalId id);
  // Makes the receipts table and gives the writer's role its rights, by the printed script.
  void Grant();
  // One statement of the test's own, as the owner.
  void Sql(const std::string& sql);
  // The same on the ledger, behind its back.
  void OnLedger(const std::string& sql);
  std::int64_t Count(const std::string& sql);
  ledger::ProposalState StateOf(ledger::ProposalId id);

  bundle::Bundle bundle;
  config::Config config;
  Writers writers;
  std::unique_ptr<ledger::Ledger> ledger;
  SkewableClock clock;
  std::string ledger_location;

 private:
  bundle::Statement Make(std::string sql, std::vector<bundle::Param> params,
                         std::vector<bundle::ResultColumn> columns) const;
  void BuildBundle();
  void CreateTables();
  void AddTime();
  void MakeLedgerRoles();
  std::string OwnerUrl() const;  // or path
  db::Database& target() { return *owner_; }

  std::unique_ptr<db::Database> owner_;
  SceneOptions options_;
  std::string folder_;
};

// Every engine of the target with every ledger.
struct Setting {
  const char* name;
  const char* engine;
  bool postgres_ledger;
};

inline constexpr Setting kSettings[] = {
    {"sqlite", "sqlite", false},
    {"postgres", "postgres", false},
    {"mariadb", "mariadb", false},
    {"sqlite_with_postgres_ledger", "sqlite", true},
    {"postgres_with_postgres_ledger", "postgres", true},
    {"mariadb_with_postgres_ledger", "mariadb", true},
};

}  // namespace synapsor::writeback
