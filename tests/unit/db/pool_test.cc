#include "runtime/db/pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "tests/unit/db/statements.h"

namespace synapsor::db {
namespace {

using namespace std::chrono_literals;

// What the fake server counts and how it behaves.
struct Server {
  std::atomic<int> made{0}, open{0}, most{0}, resets{0}, asked{0};
  std::atomic<bool> up{true}, answers{true}, closed{false}, broken{false};
};

class FakeConnection : public PooledConnection {
 public:
  explicit FakeConnection(Server& server) : server_(server) {
    ++server_.made;
    const int now = ++server_.open;
    int most = server_.most;
    while (now > most && !server_.most.compare_exchange_weak(most, now)) {
    }
  }
  ~FakeConnection() override { --server_.open; }
  DbResult<void> Begin(TxMode, int, int) override { return {}; }
  DbResult<void> Commit() override { return {}; }
  void Rollback() override {}
  DbResult<std::vector<Row>> Query(const bundle::Statement&, std::span<const Scalar>, int) override {
    return std::vector<Row>();
  }
  DbResult<std::int64_t> Execute(const bundle::Statement&, std::span<const Scalar>) override { return 0; }
  bool healthy() const override { return !server_.broken; }
  bool Reset() override {
    ++server_.resets;
    return true;
  }
  bool Alive() override {
    ++server_.asked;
    return server_.answers;
  }
  bool Closed() override { return server_.closed; }

 private:
  Server& server_;
};

class FakeConnector : public Connector {
 public:
  explicit FakeConnector(Server& server) : server_(server) {}
  DbResult<std::unique_ptr<PooledConnection>> Connect() override {
    if (!server_.up) return tl::unexpected(Failure{FailureKind::kUnavailable, "down", "08006"});
    return std::make_unique<FakeConnection>(server_);
  }

 private:
  Server& server_;
};

std::unique_ptr<Database> Pool(Server& server, int size, std::chrono::milliseconds idle_check = 10s) {
  return MakePool("fake", std::make_unique<FakeConnector>(server), {size, idle_check});
}

TEST(PoolTest, ReusesAndBounds) {
  Server server;
  auto pool = Pool(server, 2);
  {
    auto a = pool->Acquire(10), b = pool->Acquire(10);
    ASSERT_TRUE(a);
    ASSERT_TRUE(b);
    const auto start = std::chrono::steady_clock::now();
    auto c = pool->Acquire(50);
    EXPECT_GE(std::chrono::steady_clock::now() - start, 45ms);
    ASSERT_FALSE(c);
    EXPECT_EQ(c.error().code, "POOL_EXHAUSTED");
    EXPECT_EQ(c.error().kind, FailureKind::kUnavailable);
    a->reset();
    EXPECT_TRUE(pool->Acquire(10));
  }
  EXPECT_TRUE(pool->Acquire(10));
  EXPECT_EQ(server.made, 2);
  EXPECT_EQ(server.resets, 4);
}

TEST(PoolTest, WaiterGetsTheReturnedConnection) {
  Server server;
  auto pool = Pool(server, 1);
  auto held = pool->Acquire(10);
  std::thread returner([&] {
    std::this_thread::sleep_for(30ms);
    held->reset();
  });
  EXPECT_TRUE(pool->Acquire(5000));
  returner.join();
}

TEST(PoolTest, BrokenConnectionsAreDropped) {
  Server server;
  auto pool = Pool(server, 1);
  {
    auto lease = pool->Acquire(10);
    server.broken = true;
  }
  EXPECT_EQ(server.open, 0);
  server.broken = false;
  EXPECT_TRUE(pool->Acquire(10));
  EXPECT_EQ(server.made, 2);
}

TEST(PoolTest, ClosedIdleConnectionIsReplaced) {
  Server server;
  auto pool = Pool(server, 1);
  { auto lease = pool->Acquire(10); }
  server.closed = true;
  {
    auto lease = pool->Acquire(10);
    EXPECT_TRUE(lease);
  }
  EXPECT_EQ(server.made, 2);
}

TEST(PoolTest, RestedConnectionIsAsked) {
  Server server;
  auto pool = Pool(server, 1, 1ms);
  { auto lease = pool->Acquire(10); }
  std::this_thread::sleep_for(5ms);
  { auto lease = pool->Acquire(10); }
  EXPECT_EQ(server.asked, 1);
  EXPECT_EQ(server.made, 1);
  server.answers = false;
  std::this_thread::sleep_for(5ms);
  {
    auto lease = pool->Acquire(10);
    EXPECT_TRUE(lease);
  }
  EXPECT_EQ(server.made, 2);
}

TEST(PoolTest, FailedConnectGivesItsSlotBack) {
  Server server;
  server.up = false;
  auto pool = Pool(server, 1);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(pool->Acquire(10).error().code, "08006");
  server.up = true;
  EXPECT_TRUE(pool->Acquire(10));
}

TEST(PoolTest, GateShutsAtOnce) {
  Server server;
  auto pool = Pool(server, 1);
  bool open = true;
  pool->SetGate([&] { return open; });
  EXPECT_TRUE(pool->Acquire(10));
  open = false;
  EXPECT_EQ(pool->Acquire(10).error().code, "SOURCE_DISABLED");
  open = true;
  EXPECT_TRUE(pool->Acquire(10));
}

TEST(PoolTest, LeaseOutlivesThePool) {
  Server server;
  auto pool = Pool(server, 2);
  auto lease = pool->Acquire(10);
  { auto idle = pool->Acquire(10); }
  pool.reset();
  EXPECT_EQ(server.open, 1);
  lease->reset();
  EXPECT_EQ(server.open, 0);
}

TEST(PoolTest, ManyThreadsNeverExceedTheBound) {
  Server server;
  auto pool = Pool(server, 3, 0ms);
  std::atomic<int> granted{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 300; ++i) {
        auto lease = pool->Acquire(5000);
        if (!lease) continue;
        ++granted;
        if (t == 0 && i % 50 == 0) server.broken = !server.broken;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(granted, 8 * 300);
  EXPECT_LE(server.most, 3);
}

}  // namespace
}  // namespace synapsor::db
