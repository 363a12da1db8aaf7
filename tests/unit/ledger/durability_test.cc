// Which writes are durable when they return.
#include "runtime/ledger/sqlite_store.h"
#include "support.h"

namespace synapsor::ledger {
namespace {

// The accesses of all sessions of a store, in order.
class Watched : public Session {
 public:
  Watched(std::unique_ptr<Session> inner, std::vector<Access>& begun) : inner_(std::move(inner)), begun_(begun) {}

  Status Begin(Access access) override {
    begun_.push_back(access);
    return inner_->Begin(access);
  }
  Status Commit() override { return inner_->Commit(); }
  void Rollback() override { inner_->Rollback(); }
  bool commit_unknown() const override { return inner_->commit_unknown(); }
  bool healthy() const override { return inner_->healthy(); }
  bool in_process() const override { return inner_->in_process(); }
  Status Do(std::string_view sql, Params params) override { return inner_->Do(sql, params); }
  Result<Rows> Get(std::string_view sql, const Param* params, std::size_t count) override {
    return inner_->Get(sql, params, count);
  }
  using Session::Get;
  std::string_view before_removal() const override { return inner_->before_removal(); }

 private:
  std::unique_ptr<Session> inner_;
  std::vector<Access>& begun_;
};

class WatchedStore : public Store {
 public:
  WatchedStore(std::unique_ptr<Store> inner, std::vector<Access>& begun) : inner_(std::move(inner)), begun_(begun) {}
  Result<std::unique_ptr<Session>> Connect() override {
    SYN_ASSIGN_OR_RETURN(auto session, inner_->Connect());
    return std::make_unique<Watched>(std::move(session), begun_);
  }

 private:
  std::unique_ptr<Store> inner_;
  std::vector<Access>& begun_;
};

// Receipts of several ledgers lie in one target.
TEST(Keys, AreUniqueOverLedgers) {
  const Folder folder;
  ManualClock clock;
  std::vector<std::string> keys;
  for (const char* name : {"one.db", "two.db"}) {
    auto ledger = Open("sqlite:" + folder.File(name), clock);
    ASSERT_TRUE(ledger);
    const auto id = (*ledger)->RecordCall(SampleProposalCall(clock.Now()))->proposal;
    keys.push_back((**(*ledger)->FindProposal(id)).proposal.idempotency_key);
  }
  EXPECT_NE(keys[0], keys[1]);
}

TEST(Durability, OnlyAHeartbeatMayBeLost) {
  const Folder folder;
  ManualClock clock;
  std::vector<Access> begun;
  auto store = OpenSqliteStore(folder.File("ledger.db"), clock);
  ASSERT_TRUE(store) << store.error().message;
  auto opened = OpenDurable(std::make_unique<WatchedStore>(std::move(*store), begun), clock);
  ASSERT_TRUE(opened) << opened.error().message;
  Ledger& ledger = **opened;
  const auto last_write = [&] {
    std::erase(begun, Access::kRead);
    const Access last = begun.empty() ? Access::kRead : begun.back();
    begun.clear();
    return last;
  };

  const auto id = ledger.RecordCall(SampleProposalCall(clock.Now()))->proposal;
  EXPECT_EQ(last_write(), Access::kWrite);
  const Decision decision = Approval((*ledger.FindProposal(id))->proposal, "lead");
  ASSERT_TRUE(
      ledger
          .Decide(decision, [&](const ProposalView& seen, Instant now) { return proposal::Judge(seen, decision, now); })
          ->accepted);
  EXPECT_EQ(last_write(), Access::kWrite);
  // Lost, a claim would leave a proposal that can be withdrawn beside an effect that exists.
  const auto job = ledger.ClaimJob("r", 60, {});
  ASSERT_TRUE(job && *job);
  EXPECT_EQ(last_write(), Access::kWrite);
  ASSERT_TRUE(*ledger.Heartbeat(**job, 60));
  EXPECT_EQ(last_write(), Access::kRelaxedWrite);
  ASSERT_TRUE(*ledger.RecordIntent(**job));
  EXPECT_EQ(last_write(), Access::kWrite);
  ASSERT_TRUE(*ledger.CompleteJob(**job, {}));
  EXPECT_EQ(last_write(), Access::kWrite);
}

}  // namespace
}  // namespace synapsor::ledger
