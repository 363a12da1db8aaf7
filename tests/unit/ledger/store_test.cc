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

TEST_F(LedgerTest, IsReadableByItsOwnerOnly) {
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

TEST_F(LedgerTest, SaysThatItIsLocked) {
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

TEST_F(LedgerTest, ThreadsShareCommitsAndLoseNothing) {
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

TEST_F(LedgerTest, SixteenProposersAndApproversOnTheSameRows) {
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
        auto verdict = ledger->Decide(decision, [&](const ProposalView& seen) {
          return proposal::Judge(seen, decision, clock.Now());
        });
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

TEST_F(LedgerTest, AFailingCallTakesNoOtherWithIt) {
  Propose("INV-1");
  Tamper("CREATE TRIGGER no_second BEFORE INSERT ON proposals WHEN new.object = 'POISON' "
         "BEGIN SELECT RAISE(ABORT, 'poisoned'); END; UPDATE head SET id = 1");
  std::vector<std::thread> threads;
  std::atomic<int> good{0}, bad{0};
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 10; ++i) {
        const bool poison = t == 0;
        auto recorded = poison ? ledger->RecordCall(SampleProposalCall(clock.Now(), "POISON"))
                               : ledger->RecordCall(SampleCall());
        ++(recorded ? good : bad);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 70);
  EXPECT_EQ(bad, 10);
  EXPECT_TRUE(Verify().intact);
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
