// How many callers one commit serves, on a SQLite ledger whose commits take long.
#include "runtime/ledger/group_commit.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "runtime/ledger/sqlite_store.h"
#include "tests/unit/ledger/support.h"

namespace synapsor::ledger {
namespace {

constexpr std::chrono::milliseconds kCommit{20};

// Everything as the session that it holds does it, but commits take longer and are counted.
class SlowSession final : public Session {
 public:
  SlowSession(std::unique_ptr<Session> real, std::atomic<int>& commits) : real_(std::move(real)), commits_(commits) {}
  Status Begin(Access access) override { return real_->Begin(access); }
  Status Commit() override {
    ++commits_;
    std::this_thread::sleep_for(kCommit);
    return real_->Commit();
  }
  void Rollback() override { real_->Rollback(); }
  Status Do(std::string_view sql, Params params) override { return real_->Do(sql, params); }
  using Session::Get;
  Result<Rows> Get(std::string_view sql, const Param* params, std::size_t count) override {
    return real_->Get(sql, params, count);
  }

 private:
  std::unique_ptr<Session> real_;
  std::atomic<int>& commits_;
};

class GroupCommitTest : public ::testing::Test {
 protected:
  GroupCommitTest()
      : store_(std::move(*OpenSqliteStore(folder_.File("ledger.db"), SystemClock()))),
        group_(*store_, std::make_unique<SlowSession>(std::move(*store_->Connect()), commits_), clock_) {}

  void Call(int times) {
    for (int i = 0; i < times; ++i) {
      const Status done = group_.Run([&](Tx&) -> Status {
        ++runs_;
        return {};
      });
      EXPECT_TRUE(done) << done.error().message;
    }
  }

  Folder folder_;
  const Clock& clock_ = SystemClock();
  std::atomic<int> commits_ = 0, runs_ = 0;
  std::unique_ptr<Store> store_;
  GroupCommit group_;
};

TEST_F(GroupCommitTest, CallersThatComeTogetherShareEachCommit) {
  constexpr int kCallers = 8, kTimes = 20;
  std::vector<std::thread> threads;
  for (int i = 0; i < kCallers; ++i) threads.emplace_back([this] { Call(kTimes); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(runs_, kCallers * kTimes);
  // In two halves that wait for each other it would be 40.
  EXPECT_LE(commits_, 32);
  EXPECT_GE(commits_, kTimes);
}

TEST_F(GroupCommitTest, WhoCallsAloneWaitsForNobody) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([this] { Call(3); });
  for (std::thread& thread : threads) thread.join();
  Call(1);  // may still wait for the others
  const auto start = std::chrono::steady_clock::now();
  Call(10);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 10 * kCommit + 5 * kCommit);
}

}  // namespace
}  // namespace synapsor::ledger
