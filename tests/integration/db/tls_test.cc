// TLS against servers whose certificate names `localhost` and no address.
#include "runtime/db/mysql.h"
#include "runtime/db/postgres.h"
#include "tests/integration/db/live.h"

namespace synapsor::db {
namespace {

using T = ScalarType;

class TlsTest : public testing::TestWithParam<const char*> {
 protected:
  bool postgres() const { return std::string(GetParam()) == "postgres"; }

  void SetUp() override {
    const std::string prefix = postgres() ? "SYNAPSOR_TEST_POSTGRES_TLS_" : "SYNAPSOR_TEST_MARIADB_TLS_";
    by_address_ = ServerUrl((prefix + "URL").c_str());
    directory_ = ServerUrl((prefix + "DIR").c_str());
    if (by_address_.empty()) GTEST_SKIP() << prefix << "URL is not set";
    by_name_ = by_address_;
    by_name_.replace(by_name_.find("127.0.0.1"), 9, "localhost");
  }

  DbResult<std::unique_ptr<PooledConnection>> Connect(const std::string& url, config::TlsMode mode,
                                                      const std::string& ca) {
    ConnectOptions options;
    options.role = Role::kWriter;
    const TlsOptions tls{mode, ca.empty() ? "" : directory_ + "/" + ca};
    auto made = postgres() ? MakePostgresConnector("app", url, options, tls, false)
                           : MakeMysqlConnector("app", url, options, tls, false);
    EXPECT_TRUE(made) << made.error().message;
    connectors_.push_back(std::move(*made));
    return connectors_.back()->Connect();
  }

  // What the server says about this connection.
  bool Encrypted(Connection& connection) {
    const auto rows =
        postgres() ? MustQuery(connection, MakeStatement("SELECT 'ssl', CASE WHEN ssl THEN cipher ELSE '' END FROM "
                                                         "pg_stat_ssl WHERE pid = pg_backend_pid()",
                                                         {}, {{T::kText}, {T::kText}}))
                   : MustQuery(connection,
                               MakeStatement("SHOW SESSION STATUS LIKE 'Ssl_cipher'", {}, {{T::kText}, {T::kText}}));
    return !rows.empty() && !rows[0][1].text.empty();
  }

  std::string by_address_, by_name_, directory_;
  std::vector<std::unique_ptr<Connector>> connectors_;
};

TEST_P(TlsTest, RightAuthorityAndNameAreAccepted) {
  auto connection = Connect(by_name_, config::TlsMode::kVerify, "ca.pem");
  ASSERT_TRUE(connection) << Where(connection.error());
  EXPECT_TRUE(Encrypted(**connection));
}

TEST_P(TlsTest, OtherNameIsRefused) {
  auto connection = Connect(by_address_, config::TlsMode::kVerify, "ca.pem");
  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().kind, FailureKind::kUnavailable) << Where(connection.error());
}

TEST_P(TlsTest, OtherAuthorityIsRefused) { EXPECT_FALSE(Connect(by_name_, config::TlsMode::kVerify, "other_ca.pem")); }

TEST_P(TlsTest, MissingAuthorityFileIsRefused) {
  EXPECT_FALSE(Connect(by_name_, config::TlsMode::kVerify, "missing.pem"));
}

TEST_P(TlsTest, LoopbackMayAskForEncryptionWithoutVerification) {
  auto connection = Connect(by_address_, config::TlsMode::kRequire, "");
  ASSERT_TRUE(connection) << Where(connection.error());
  EXPECT_TRUE(Encrypted(**connection));
}

TEST_P(TlsTest, LoopbackMayBePlain) {
  auto connection = Connect(by_address_, config::TlsMode::kOff, "");
  ASSERT_TRUE(connection) << Where(connection.error());
  EXPECT_FALSE(Encrypted(**connection));
}

TEST_P(TlsTest, TheUrlCannotLowerIt) {
  if (!postgres()) return;  // such options are refused in MySQL URLs
  auto connection = Connect(by_address_ + "?sslmode=disable", config::TlsMode::kVerify, "ca.pem");
  EXPECT_FALSE(connection);
  setenv("PGSSLMODE", "disable", 1);
  auto required = Connect(by_address_, config::TlsMode::kRequire, "");
  unsetenv("PGSSLMODE");
  ASSERT_TRUE(required);
  EXPECT_TRUE(Encrypted(**required));
}

INSTANTIATE_TEST_SUITE_P(Servers, TlsTest, testing::Values("postgres", "mariadb"),
                         [](const auto& server) { return std::string(server.param); });

}  // namespace
}  // namespace synapsor::db
