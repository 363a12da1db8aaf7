// The file itself: who made it, which version, locks, a full disk, many threads.
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdio>
#include <thread>

#include "support.h"

namespace synapsor::ledger {
namespace {

void Script(const std::string& file, const std::string& sql) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &db), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
  sqlite3_close(db);
}

class FileTest : public LedgerTest {};
class ThreadTest : public LedgerTest {};
INSTANTIATE_TEST_SUITE_P(Stores, FileTest, ::testing::Values("sqlite"));
INSTANTIATE_TEST_SUITE_P(Stores, ThreadTest, ::testing::Values("sqlite", "postgres"),
                         [](const auto& store) { return std::string(store.param); });

TEST_P(FileTest, IsReadableByItsOwnerOnly) {
  struct stat info {};
  ASSERT_EQ(::stat(file.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST(Store, MakesFolders) {
  const Folder folder;
  EXPECT_TRUE(Open("sqlite:" + folder.File("a/b/ledger.db"), SystemClock()));
}

TEST(Store, RefusesOtherDatabasesAndNewerLedgers) {
  const Folder folder;
  const std::string other = folder.File("other.db");
  Script(other, "CREATE TABLE t (a)");
  auto opened = Open("sqlite:" + other, SystemClock());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::kInvalid);
  EXPECT_NE(opened.error().message.find("not a ledger"), std::string::npos);

  const std::string newer = folder.File("newer.db");
  ASSERT_TRUE(Open("sqlite:" + newer, SystemClock()));
  Script(newer, "PRAGMA user_version = 99");
  opened = Open("sqlite:" + newer, SystemClock());
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("version 99"), std::string::npos) << opened.error().message;

  const std::string text = folder.File("text.db");
  std::FILE* out = std::fopen(text.c_str(), "w");
  for (int i = 0; i < 500; ++i) std::fputs("not a database at all ", out);
  std::fclose(out);
  opened = Open("sqlite:" + text, SystemClock());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::kInvalid);

  EXPECT_FALSE(Open("ledger.db", SystemClock()));
  EXPECT_FALSE(Open("env:SYNAPSOR_NO_SUCH_VARIABLE", SystemClock()));
  EXPECT_FALSE(Open("sqlite:/proc/nowhere/ledger.db", SystemClock()));
}

TEST_P(FileTest, SaysThatItIsLocked) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &db), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(db, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  auto recorded = ledger->RecordCall(SampleCall());
  ASSERT_FALSE(recorded);
  EXPECT_EQ(recorded.error().kind, ErrorKind::kUnavailable);
  EXPECT_NE(recorded.error().message.find("locked"), std::string::npos);
  EXPECT_TRUE(ledger->FindRun(1)) << "readers do not wait for writers";
  sqlite3_close(db);
  EXPECT_TRUE(ledger->RecordCall(SampleCall()));
}

TEST_P(ThreadTest, ThreadsShareCommitsAndLoseNothing) {
  constexpr int kThreads = 16, kCalls = 20;
  std::vector<std::thread> threads;
  std::atomic<int> failures{0};
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kCalls; ++i) {
        if (!ledger->RecordCall(SampleCall())) ++failures;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  const ChainReport report = Verify();
  EXPECT_TRUE(report.intact) << report.problem;
  EXPECT_EQ(report.events, 1 + kThreads * kCalls);
}

TEST_P(ThreadTest, SixteenProposersAndApproversOnTheSameRows) {
  constexpr int kThreads = 16, kRows = 4;
  std::vector<std::thread> threads;
  std::atomic<int> proposed{0}, refused{0}, approved{0}, wrong{0};
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int row = 0; row < kRows; ++row) {
        auto recorded = ledger->RecordCall(SampleProposalCall(clock.Now(), "INV-" + std::to_string(row)));
        if (!recorded) {
          ++wrong;
          continue;
        }
        const bool mine = recorded->problem == RecordProblem::kNone;
        ++(mine ? proposed : refused);
        const ProposalId id = mine ? recorded->proposal : recorded->existing;
        auto view = ledger->FindProposal(id);
        if (!view || !*view) {
          ++wrong;
          continue;
        }
        const Decision decision = Approval((*view)->proposal, "lead-" + std::to_string(t));
        auto verdict = ledger->Decide(
            decision, [&](const ProposalView& seen, Instant now) { return proposal::Judge(seen, decision, now); });
        if (!verdict) ++wrong;
        if (verdict && verdict->accepted) ++approved;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(proposed, kRows);
  EXPECT_EQ(refused, (kThreads - 1) * kRows);
  EXPECT_EQ(approved, kRows);
  int jobs = 0;
  while (ledger->ClaimJob("r", 60, {})->has_value()) ++jobs;
  EXPECT_EQ(jobs, kRows);
  EXPECT_TRUE(Verify().intact);
}

TEST_P(FileTest, AFailingCallTakesNoOtherWithIt) {
  Propose("INV-1");
  Tamper(
      "CREATE TRIGGER no_second BEFORE INSERT ON proposals WHEN new.object = 'POISON' "
      "BEGIN SELECT RAISE(ABORT, 'poisoned'); END; UPDATE head SET id = 1");
  std::vector<std::thread> threads;
  std::atomic<int> good{0}, bad{0};
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 10; ++i) {
        const bool poison = t == 0;
        auto recorded =
            poison ? ledger->RecordCall(SampleProposalCall(clock.Now(), "POISON")) : ledger->RecordCall(SampleCall());
        ++(recorded ? good : bad);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 70);
  EXPECT_EQ(bad, 10);
  EXPECT_TRUE(Verify().intact);
}

// Several processes on one ledger: each with its own connections and its own idea of the head.
TEST_P(ThreadTest, SeveralLedgersOnOneStoreKeepOneChain) {
  constexpr int kLedgers = 4, kCalls = 15;
  std::vector<std::thread> threads;
  std::atomic<int> failures{0}, proposals{0};
  for (int t = 0; t < kLedgers; ++t) {
    threads.emplace_back([&] {
      auto own = OpenAnother();
      if (!own) {
        ++failures;
        return;
      }
      for (int i = 0; i < kCalls; ++i) {
        auto recorded = (*own)->RecordCall(SampleProposalCall(clock.Now(), "INV-" + std::to_string(i)));
        if (!recorded) {
          ++failures;
        } else if (recorded->problem == RecordProblem::kNone) {
          ++proposals;
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(proposals, kCalls);
  const ChainReport report = Verify();
  EXPECT_TRUE(report.intact) << report.problem;
  EXPECT_EQ(report.events, 1 + 2 * kCalls);
}

// Starting together, they make the tables once.
TEST_P(ThreadTest, SeveralProcessesMayOpenAnEmptyStoreAtOnce) {
  ledger.reset();
  if (IsPostgres()) {
    OnServer("DROP SCHEMA synapsor_ledger CASCADE");
    Grant();
    url = UrlAs(kNames.owner);
  } else {
    file = folder.File("fresh.db");
  }
  std::vector<std::thread> threads;
  std::atomic<int> opened{0};
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&] { opened += OpenAnother().has_value() ? 1 : 0; });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(opened, 6);
  Reopen();
  EXPECT_EQ(Verify().events, 1);
}

class ServerTest : public LedgerTest {};
INSTANTIATE_TEST_SUITE_P(Stores, ServerTest, ::testing::Values("postgres"));

TEST_P(ServerTest, RefusesNewerLedgersAndUnverifiedServers) {
  ledger.reset();
  OnServer("UPDATE meta SET version = 99");
  auto newer = OpenAnother();
  ASSERT_FALSE(newer);
  EXPECT_NE(newer.error().message.find("version 99"), std::string::npos);
  auto unverified = Open("postgresql://u@db.example.com/ledger?sslmode=require", clock);
  ASSERT_FALSE(unverified);
  EXPECT_EQ(unverified.error().kind, ErrorKind::kUsage);
  auto nobody = Open("postgresql://u:secret@127.0.0.1:1/ledger", clock);
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(nobody.error().message.find("secret"), std::string::npos);
}

TEST_P(ServerTest, SurvivesALostConnection) {
  ASSERT_TRUE(ledger->RecordCall(SampleCall()));
  OnServer("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'synapsor-ledger'");
  int attempts = 0;
  while (!ledger->RecordCall(SampleCall()) && attempts < 3) ++attempts;
  EXPECT_LE(attempts, 1);
  EXPECT_TRUE(Verify().intact);
}

TEST_P(ServerTest, LeasesGoByTheServersClock) {
  ManualClock skewed;
  skewed.Advance(-1'000'000);
  auto other = Open(url, skewed);
  ASSERT_TRUE(other);
  ledger = std::move(*other);
  const std::int64_t before = SystemClock().Now().micros;
  // To the caller's clock there is time left; the server's says otherwise.
  EXPECT_EQ(Decide(Propose("INV-old"), "lead").refusal_code, "PROPOSAL_EXPIRED");
  const auto proposed = ledger->RecordCall(SampleProposalCall(SystemClock().Now()));
  ASSERT_TRUE(proposed);
  EXPECT_TRUE(Decide(proposed->proposal, "lead").accepted);
  auto job = ledger->ClaimJob("r", 60, {});
  ASSERT_TRUE(job && *job);
  EXPECT_GT((*job)->lease_expires_at.micros, before);
}

// A limit on the size of files makes writes fail as a full disk does, part of the way through a commit.
int FillAndRecover(const std::string& file) {
  auto opened = Open("sqlite:" + file, SystemClock());
  if (!opened) return 10;
  Ledger& ledger = **opened;
  CallRecord large = SampleCall();
  large.evidence->items[0].values.push_back({"body", Scalar::Text(std::string(50'000, 'x'))});
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  ::getrlimit(RLIMIT_FSIZE, &limit);
  const rlimit old = limit;
  limit.rlim_cur = 400'000;
  if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 11;
  int stored = 0;
  std::optional<Error> error;
  while (!error && stored < 100) {
    auto recorded = ledger.RecordCall(large);
    if (recorded) {
      ++stored;
    } else {
      error = recorded.error();
    }
  }
  if (!error || error->kind != ErrorKind::kIo) return 12;
  if (ledger.RecordCall(large)) return 13;
  ::setrlimit(RLIMIT_FSIZE, &old);
  if (!ledger.RecordCall(large)) return 14;
  auto report = ledger.VerifyChain();
  if (!report || !report->intact) return 15;
  return report->events == 1 + stored + 1 ? 0 : 16;
}

TEST(Store, AFullDiskStoresNothingOfACallAndIsSurvived) {
  const Folder folder;
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) ::_exit(FillAndRecover(folder.File("ledger.db")));
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace synapsor::ledger
