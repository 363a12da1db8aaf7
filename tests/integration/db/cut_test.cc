// The connection lost before, during and after COMMIT, on each server, through a proxy that loses
// it: what is said about the outcome must hold in the database.
#include <fmt/format.h>

#include <thread>

#include "runtime/db/mysql.h"
#include "runtime/db/mysql_url.h"
#include "runtime/db/pool.h"
#include "runtime/db/postgres.h"
#include "tests/integration/cut_proxy.h"
#include "tests/integration/db/live.h"

namespace synapsor::db {
namespace {

using T = ScalarType;

class CutTest : public testing::TestWithParam<const char*> {
 protected:
  bool postgres() const { return std::string(GetParam()) == "postgres"; }

  void SetUp() override {
    url_ = ServerUrl(postgres() ? "SYNAPSOR_TEST_POSTGRES_URL" : "SYNAPSOR_TEST_MARIADB_URL");
    if (url_.empty()) GTEST_SKIP() << "the server's URL is not set";
    // Both URLs read alike: SCHEME://USER@HOST:PORT/DATABASE.
    port_ = ParseMysqlUrl("mysql" + url_.substr(url_.find("://")))->port;
    proxy_ = std::make_unique<CutProxy>("127.0.0.1", port_);
    direct_ = Connect(url_);
    ASSERT_NE(direct_, nullptr);
    // DDL through the direct connection: it yields no count.
    (void)direct_->Execute(MakeStatement("CREATE TABLE IF NOT EXISTS cut_effects (id bigint PRIMARY KEY, n bigint)"),
                           {});
    MustExecute(*direct_, MakeStatement("DELETE FROM cut_effects"));
    MustExecute(*direct_, MakeStatement("INSERT INTO cut_effects VALUES (1, 0)"));
  }

  std::unique_ptr<Connector> MakeConnector(const std::string& url) {
    ConnectOptions options;
    options.role = Role::kWriter;
    options.statement_timeout_ms = 1500;
    auto made = postgres() ? MakePostgresConnector("app", url, options, {}, false)
                           : MakeMysqlConnector("app", url, options, {}, false);
    EXPECT_TRUE(made);
    return std::move(*made);
  }
  std::unique_ptr<PooledConnection> Connect(const std::string& url) {
    connectors_.push_back(MakeConnector(url));
    auto connection = connectors_.back()->Connect();
    EXPECT_TRUE(connection) << Where(connection.error());
    return connection ? std::move(*connection) : nullptr;
  }
  std::string Proxied() const {
    std::string url = url_;
    const std::string port = std::to_string(port_);
    return url.replace(url.find(":" + port) + 1, port.size(), std::to_string(proxy_->port()));
  }
  // The locking read waits for whatever the lost connection's session is still doing.
  int Effects() {
    EXPECT_TRUE(direct_->Begin(TxMode::kReadWrite, 3000, 3000));
    const auto rows = MustQuery(*direct_, MakeStatement("SELECT n FROM cut_effects FOR UPDATE", {}, {{T::kInt64}}));
    EXPECT_TRUE(direct_->Commit());
    return rows.empty() ? -1 : std::stoi(rows[0][0].text);
  }
  const bundle::Statement update_ = MakeStatement("UPDATE cut_effects SET n = n + 1 WHERE id = 1");

  std::string url_;
  int port_ = 0;
  std::unique_ptr<CutProxy> proxy_;
  std::vector<std::unique_ptr<Connector>> connectors_;
  std::unique_ptr<PooledConnection> direct_;
};

TEST_P(CutTest, UncutCommitHasItsEffect) {
  auto writer = Connect(Proxied());
  ASSERT_TRUE(writer->Begin(TxMode::kReadWrite, 1500, 1000));
  EXPECT_EQ(MustExecute(*writer, update_), 1);
  ASSERT_TRUE(writer->Commit());
  EXPECT_EQ(Effects(), 1);
}

TEST_P(CutTest, LostBeforeCommitIsSent) {
  auto writer = Connect(Proxied());
  ASSERT_TRUE(writer->Begin(TxMode::kReadWrite, 1500, 1000));
  EXPECT_EQ(MustExecute(*writer, update_), 1);
  proxy_->Tell("close");
  usleep(50'000);
  auto committed = writer->Commit();
  ASSERT_FALSE(committed);
  // Only PostgreSQL's client sees that the connection is closed before it sends.
  if (postgres()) {
    EXPECT_EQ(committed.error().kind, FailureKind::kUnavailable) << Where(committed.error());
  } else {
    EXPECT_EQ(committed.error().kind, FailureKind::kOutcomeUnknown) << Where(committed.error());
  }
  EXPECT_FALSE(writer->healthy());
  EXPECT_EQ(Effects(), 0);
}

TEST_P(CutTest, CommitNeverReachesTheServer) {
  auto writer = Connect(Proxied());
  proxy_->Tell("before-commit");
  ASSERT_TRUE(writer->Begin(TxMode::kReadWrite, 1500, 1000));
  EXPECT_EQ(MustExecute(*writer, update_), 1);
  auto committed = writer->Commit();
  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().kind, FailureKind::kOutcomeUnknown) << Where(committed.error());
  EXPECT_FALSE(writer->healthy());
  EXPECT_EQ(Effects(), 0);
}

TEST_P(CutTest, CommitsAnswerIsLost) {
  auto writer = Connect(Proxied());
  proxy_->Tell("drop-commit-answer");
  ASSERT_TRUE(writer->Begin(TxMode::kReadWrite, 1500, 1000));
  EXPECT_EQ(MustExecute(*writer, update_), 1);
  auto committed = writer->Commit();
  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().kind, FailureKind::kOutcomeUnknown) << Where(committed.error());
  EXPECT_FALSE(writer->healthy());
  EXPECT_EQ(Effects(), 1);
}

TEST_P(CutTest, StatementAloneWhoseAnswerIsLost) {
  auto writer = Connect(Proxied());
  EXPECT_EQ(MustExecute(*writer, update_), 1);
  proxy_->Tell("cut down 3");
  auto done = writer->Execute(update_, {});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, FailureKind::kOutcomeUnknown) << Where(done.error());
}

// Cut after every number of bytes that a transaction sends: whatever is said must be true.
TEST_P(CutTest, CutAnywhereSaysTheTruth) {
  int unknown = 0, nothing = 0, done = 0, effects = 0;
  for (int bytes = 1; bytes < 700; bytes += postgres() ? 23 : 11) {
    auto writer = Connect(Proxied());
    ASSERT_NE(writer, nullptr);
    proxy_->Tell(fmt::format("cut {} {}", bytes % 2 == 0 ? "up" : "down", bytes));
    DbResult<void> outcome = writer->Begin(TxMode::kReadWrite, 1500, 1000);
    if (outcome) {
      auto count = writer->Execute(update_, {});
      outcome = count ? writer->Commit() : tl::unexpected(count.error());
    }
    writer.reset();
    proxy_->Tell("pass");
    proxy_->Tell("close");
    const int now = Effects();
    const int effect = now - effects;
    effects = now;
    ASSERT_TRUE(effect == 0 || effect == 1);
    if (outcome) {
      ++done;
      EXPECT_EQ(effect, 1) << bytes;
    } else if (outcome.error().kind == FailureKind::kOutcomeUnknown) {
      ++unknown;
    } else {
      ++nothing;
      EXPECT_EQ(effect, 0) << bytes << Where(outcome.error());
    }
  }
  // All three happen, or the cuts were not where they should be.
  EXPECT_GT(done, 0);
  EXPECT_GT(unknown, 0);
  EXPECT_GT(nothing, 0);
}

TEST_P(CutTest, ReadsRecoverThroughThePool) {
  auto pool = MakePool(GetParam(), MakeConnector(Proxied()), {2, std::chrono::milliseconds(0)});
  const auto select = MakeStatement("SELECT n FROM cut_effects", {}, {{T::kInt64}});
  { EXPECT_EQ(MustQuery(*pool->Acquire(1000).value(), select).size(), 1u); }
  proxy_->Tell("refuse");
  auto refused = pool->Acquire(1000);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, FailureKind::kUnavailable);
  proxy_->Tell("pass");
  EXPECT_EQ(MustQuery(*pool->Acquire(1000).value(), select).size(), 1u);
}

TEST_P(CutTest, OneOfTwoInADeadlockIsAConflict) {
  MustExecute(*direct_, MakeStatement("INSERT INTO cut_effects VALUES (2, 0)"));
  auto first = Connect(url_), second = Connect(url_);
  const auto other = MakeStatement("UPDATE cut_effects SET n = n + 1 WHERE id = 2");
  ASSERT_TRUE(first->Begin(TxMode::kReadWrite, 10'000, 8000));
  ASSERT_TRUE(second->Begin(TxMode::kReadWrite, 10'000, 8000));
  MustExecute(*first, update_);
  MustExecute(*second, other);
  DbResult<std::int64_t> of_first = 0;
  std::thread waiting([&] {
    of_first = first->Execute(other, {});
    if (!of_first) first->Rollback();
  });
  auto of_second = second->Execute(update_, {});
  if (!of_second) second->Rollback();
  waiting.join();
  ASSERT_NE(of_first.has_value(), of_second.has_value());
  const Failure& failure = of_first ? of_second.error() : of_first.error();
  EXPECT_EQ(failure.kind, FailureKind::kConflict) << Where(failure);
  EXPECT_TRUE((of_first ? *first : *second).Commit());
}

// A server that has gone silent: the client's own clock ends the wait. The MySQL connector's is
// over a minute.
class SilenceTest : public CutTest {};

TEST_P(SilenceTest, SilenceAtCommitIsUnknown) {
  auto writer = Connect(Proxied());
  proxy_->Tell("hang-commit-answer");
  ASSERT_TRUE(writer->Begin(TxMode::kReadWrite, 200, 200));
  EXPECT_EQ(MustExecute(*writer, update_), 1);
  Stopwatch watch;
  auto committed = writer->Commit();
  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().kind, FailureKind::kOutcomeUnknown);
  EXPECT_LT(watch.Milliseconds(), 8000);
  EXPECT_EQ(Effects(), 1);
}

INSTANTIATE_TEST_SUITE_P(Servers, CutTest, testing::Values("postgres", "mariadb"),
                         [](const auto& server) { return std::string(server.param); });
INSTANTIATE_TEST_SUITE_P(Servers, SilenceTest, testing::Values("postgres"));

}  // namespace
}  // namespace synapsor::db
