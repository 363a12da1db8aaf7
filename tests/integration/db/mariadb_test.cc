#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdio>
#include <thread>

#include "runtime/db/mysql.h"
#include "runtime/db/mysql_session.h"
#include "runtime/db/mysql_url.h"
#include "runtime/db/pool.h"
#include "runtime/db/reader.h"
#include "tests/integration/db/live.h"

namespace synapsor::db {
namespace {

using testing::HasSubstr;
using testing::Not;
using T = ScalarType;

// On MariaDB, or on the MySQL that answers in its place.
class MariadbTest : public testing::Test {
 protected:
  void SetUp() override {
    url_ = ServerUrl("SYNAPSOR_TEST_MARIADB_URL");
    if (url_.empty()) GTEST_SKIP() << "SYNAPSOR_TEST_MARIADB_URL is not set";
    mariadb_ = Admin("SELECT VERSION()").find("MariaDB") != std::string::npos;
    Admin("DROP DATABASE IF EXISTS app; CREATE DATABASE app CHARACTER SET utf8mb4");
  }

  // The administrator's own client, outside what is tested.
  std::string Admin(const std::string& sql) {
    const MysqlAddress address = *ParseMysqlUrl(url_);
    const std::string base = testing::TempDir() + "/admin_" + std::to_string(::getpid());
    const std::string in = base + ".sql", out = base + ".out";
    FILE* file = std::fopen(in.c_str(), "w");
    std::fwrite(sql.data(), 1, sql.size(), file);
    std::fclose(file);
    const std::string command =
        fmt::format("mariadb --no-defaults -N -B -h 127.0.0.1 -P {} -u root < {} > {}", address.port, in, out);
    EXPECT_EQ(std::system(command.c_str()), 0) << sql;
    std::string text;
    file = std::fopen(out.c_str(), "r");
    for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) text += static_cast<char>(c);
    std::fclose(file);
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
  }

  DbResult<std::unique_ptr<PooledConnection>> TryOpen(Role role, bool allow = true, const std::string& url = {}) {
    ConnectOptions options;
    options.role = role;
    auto connector = MakeMysqlConnector("app", url.empty() ? url_ : url, options, {}, allow);
    EXPECT_TRUE(connector) << connector.error().message;
    kept_.push_back(std::move(*connector));
    return kept_.back()->Connect();
  }
  std::unique_ptr<PooledConnection> Open(Role role) {
    auto connection = TryOpen(role);
    EXPECT_TRUE(connection) << Where(connection.error());
    return connection ? std::move(*connection) : nullptr;
  }
  std::string UrlAs(const std::string& user) const {
    std::string url = url_;
    return url.replace(url.find("root@"), 4, user);
  }

  std::string url_;
  bool mariadb_ = true;
  std::vector<std::unique_ptr<Connector>> kept_;
};

struct TypeCase {
  std::string type, cast;  // how the compiler writes the parameter
  T scalar;
  std::vector<std::string> values;
  std::string same = {};  // how it compares a value with `v`; empty: v = cast
  std::string read = "v";
};

std::string EveryByte() {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  return bytes;
}

TEST_F(MariadbTest, EveryTypeTravelsExactly) {
  std::vector<TypeCase> cases = {
      {"TINYINT", "?", T::kInt64, {"-128", "127"}},
      {"SMALLINT UNSIGNED", "?", T::kInt64, {"0", "65535"}},
      {"MEDIUMINT", "?", T::kInt64, {"-8388608", "8388607"}},
      {"INT", "?", T::kInt64, {"-2147483648", "2147483647"}},
      {"INT UNSIGNED", "?", T::kInt64, {"4294967295"}},
      {"BIGINT", "?", T::kInt64, {"-9223372036854775808", "9007199254740993", "9223372036854775807"}},
      {"BIGINT UNSIGNED", "?", T::kUInt64, {"0", "9223372036854775808", "18446744073709551615"}},
      {"YEAR", "?", T::kInt64, {"1901", "2155"}},
      {"BIT(8)", "?", T::kUInt64, {"0", "165", "255"}},
      {"BIT(64)", "?", T::kUInt64, {"18446744073709551615"}},
      {"TINYINT(1)", "?", T::kBoolean, {"true", "false"}},
      {"BIT(1)", "?", T::kBoolean, {"true", "false"}},
      {"DECIMAL(12,2)", "CAST(? AS DECIMAL(12,2))", T::kDecimal, {"9999999999.99", "-0.01", "12.50", "0.00"}},
      {"DECIMAL(65,30)",
       "CAST(? AS DECIMAL(65,30))",
       T::kDecimal,
       {"123456789012345678901234567890123.000000000000000000000000000001",
        "-12345678901234567890123456789012.000000000000000000000000000001", "-0.000000000100000000000000000000"}},
      {"DECIMAL(20,10)", "CAST(? AS DECIMAL(20,10))", T::kDecimal, {"1.0000000001", "1.0000000002"}},
      {"DOUBLE", "?", T::kDouble, {"0.1", "1.5e-09", "5e-324", "1.7976931348623157e+308", "-2.5", "0"}},
      {"FLOAT", "?", T::kDouble, {"0.5", "-1.25", "0.10000000149011612"}},
      {"VARCHAR(200)", "?", T::kText, {"", "it's", "\xF0\x9F\x90\x98 -- \"q\" ? \\n \\", "  spaces  "}},
      {"VARCHAR(40) COLLATE utf8mb4_bin", "?", T::kText, {"aA", "\xC3\xA4"}},
      {"CHAR(4)", "?", T::kText, {"abcd", "a"}},
      {"LONGTEXT", "?", T::kText, {"", std::string(200'000, 'x')}},
      {"ENUM('calm','it''s fine')", "?", T::kText, {"calm", "it's fine"}},
      {"SET('a','b')", "?", T::kText, {"", "a,b"}},
      {"VARBINARY(300)", "?", T::kBytes, {"", std::string(1, '\0'), EveryByte()}},
      {"BINARY(4)", "?", T::kBytes, {std::string("a\0b\xff", 4)}},
      {"LONGBLOB", "?", T::kBytes, {"", EveryByte(), std::string(100'000, '\0')}},
      {"DATE", "?", T::kDate, {"1000-01-01", "2024-02-29", "9999-12-31"}},
      {"TIME(6)", "?", T::kTime, {"00:00:00", "-838:59:59", "838:59:59", "12:00:00.100000", "-00:00:01"}},
      {"DATETIME", "?", T::kTimestamp, {"1000-01-01 00:00:00", "9999-12-31 23:59:59"}},
      {"DATETIME(3)", "?", T::kTimestamp, {"2026-11-21 03:04:05.678000"}},
      {"DATETIME(6)", "?", T::kTimestamp, {"2026-11-21 03:04:05.123456", "2026-11-21 03:04:05"}},
      {"TIMESTAMP(6) NULL",
       "?",
       T::kTimestampTz,
       {"1970-01-01T00:00:01.000000Z", "2026-03-29T01:30:00.123456Z", "2038-01-19T03:14:07.999999Z"}},
      {"CHAR(36)", "?", T::kUuid, {"00000000-0000-0000-0000-000000000001", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"}},
  };
  if (mariadb_) {
    cases.push_back({"TIME(6)", "?", T::kTime, {"838:59:59.999999"}});
    cases.push_back({"UUID", "?", T::kUuid, {"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"}});
    cases.push_back({"JSON", "?", T::kJson, {R"({"a": 1.10, "n": 12345678901234567890123})", "null", "\"\""}});
  } else {
    // MySQL keeps JSON parsed: what is written in its own spelling comes back as it was.
    cases.push_back({"JSON",
                     "?",
                     T::kJson,
                     {R"({"a": 1.1, "b": [], "n": 18446744073709551615})", "null", "\"\"", R"("\u0001 \\ \"")"},
                     "CAST(CONVERT(v USING utf8mb4) AS BINARY) = CAST(CONVERT(? USING utf8mb4) AS BINARY)",
                     "CONVERT(v USING utf8mb4)"});
  }
  auto writer = Open(Role::kWriter);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const TypeCase& test = cases[i];
    Admin(fmt::format("CREATE TABLE app.t{} (k BIGINT PRIMARY KEY, n INT DEFAULT 0, v {})", i, test.type));
    const Slot slot{test.scalar, test.type};
    const auto insert =
        MakeStatement(fmt::format("INSERT INTO app.t{} (k, v) VALUES (?, {})", i, test.cast), {{T::kInt64}, slot});
    const auto select =
        MakeStatement(fmt::format("SELECT {} FROM app.t{} WHERE k = ?", test.read, i), {{T::kInt64}}, {slot});
    const std::string same = test.same.empty() ? "v = " + test.cast : test.same;
    const auto match =
        MakeStatement(fmt::format("UPDATE app.t{} SET n = n + 1 WHERE k = ? AND {}", i, same), {{T::kInt64}, slot});
    std::vector<Scalar> values = {Scalar::Null(test.scalar)};
    for (const std::string& text : test.values) values.push_back(Scalar::Of(test.scalar, text));
    for (std::size_t k = 0; k < values.size(); ++k) {
      const Scalar key = Scalar::Int(static_cast<std::int64_t>(k));
      EXPECT_EQ(MustExecute(*writer, insert, {key, values[k]}), 1) << test.type;
      const auto rows = MustQuery(*writer, select, {key});
      ASSERT_EQ(rows.size(), 1u) << test.type;
      EXPECT_EQ(rows[0][0], values[k]) << test.type << ": " << rows[0][0].text << " for " << values[k].text;
      if (!values[k].is_null) {
        EXPECT_EQ(MustExecute(*writer, match, {key, rows[0][0]}), 1) << test.type << " " << values[k].text;
      }
    }
  }
}

TEST_F(MariadbTest, TypesThatTheConnectorDoesNotKnowAreRefused) {
  if (mariadb_) GTEST_SKIP() << "MariaDB tells JSON as the text that it is";
  Admin("CREATE TABLE app.t (j JSON, v VECTOR(2)); INSERT INTO app.t VALUES ('{\"a\": 1}', STRING_TO_VECTOR('[1,2]'))");
  for (const auto& [column, type] : {std::pair{"j", T::kJson}, {"j", T::kText}, {"v", T::kText}, {"v", T::kBytes}}) {
    auto reader = Open(Role::kReader);
    const auto select = MakeStatement(fmt::format("SELECT 1, {} FROM app.t", column), {}, {{T::kInt64}, {type}});
    auto rows = reader->Query(select, {}, 1);
    ASSERT_FALSE(rows) << column;
    EXPECT_EQ(rows.error().kind, FailureKind::kSchema) << column << Where(rows.error());
    EXPECT_THAT(rows.error().operator_message, HasSubstr("`t.c1`")) << column;
    EXPECT_FALSE(reader->healthy());  // with rows on their way
  }
}

TEST_F(MariadbTest, NeighbouringDecimalsAndIntegersStayApart) {
  Admin(
      "CREATE TABLE app.t (k INT PRIMARY KEY, d DECIMAL(20,10), u BIGINT UNSIGNED);"
      "INSERT INTO app.t VALUES (1, 1234567890.0000000001, 18446744073709551614)");
  auto writer = Open(Role::kWriter);
  const auto by_decimal = MakeStatement("UPDATE app.t SET k = k WHERE d = CAST(? AS DECIMAL(20,10))", {{T::kDecimal}});
  EXPECT_EQ(MustExecute(*writer, by_decimal, {Scalar::Of(T::kDecimal, "1234567890.0000000002")}), 0);
  EXPECT_EQ(MustExecute(*writer, by_decimal, {Scalar::Of(T::kDecimal, "1234567890.0000000001")}), 1);
  const auto by_unsigned = MakeStatement("UPDATE app.t SET k = k WHERE u = ?", {{T::kUInt64}});
  EXPECT_EQ(MustExecute(*writer, by_unsigned, {Scalar::Of(T::kUInt64, "18446744073709551615")}), 0);
  EXPECT_EQ(MustExecute(*writer, by_unsigned, {Scalar::Of(T::kUInt64, "18446744073709551614")}), 1);
}

TEST_F(MariadbTest, WhatAColumnCannotCarryIsRefused) {
  Admin(
      "SET sql_mode=''; CREATE TABLE app.t (d DATE, dt DATETIME, ts TIMESTAMP NULL, u BIGINT "
      "UNSIGNED, b TINYINT(1),"
      " v VARCHAR(20), x VARBINARY(4), f DOUBLE, n DECIMAL(5,2), long_decimal DECIMAL(65,30));"
      "INSERT INTO app.t VALUES ('0000-00-00', '2026-00-10 00:00:00', '0000-00-00 00:00:00', "
      "18446744073709551615, 2,"
      " 'secret-value', 'ab', 1.5, 1.5, "
      "1234567890123456789012345678901234.000000000000000000000000000001)");
  auto reader = Open(Role::kReader);
  const std::vector<std::pair<const char*, T>> cases = {
      {"d", T::kDate},  {"dt", T::kTimestamp},   {"ts", T::kTimestampTz},
      {"u", T::kInt64}, {"b", T::kBoolean},      {"v", T::kInt64},
      {"v", T::kUuid},  {"v", T::kBytes},        {"v", T::kJson},
      {"x", T::kText},  {"f", T::kDecimal},      {"n", T::kDouble},
      {"n", T::kInt64}, {"dt", T::kTimestampTz}, {"ts", T::kTimestamp},
      {"u", T::kText},  {"v", T::kDouble},       {"long_decimal", T::kDecimal},
  };
  for (const auto& [name, type] : cases) {
    auto rows = reader->Query(MakeStatement(fmt::format("SELECT {} FROM app.t", name), {}, {{type}}), {}, 1);
    ASSERT_FALSE(rows) << name << " as " << ScalarTypeName(type);
    EXPECT_EQ(rows.error().kind, FailureKind::kSchema) << name;
    EXPECT_THAT(rows.error().operator_message, HasSubstr("`t.c0`"));
    EXPECT_THAT(rows.error().operator_message, Not(HasSubstr("secret")));
  }
  auto count = reader->Query(MakeStatement("SELECT 1, 2", {}, {{T::kInt64}}), {}, 1);
  ASSERT_FALSE(count);
  EXPECT_EQ(count.error().code, "COLUMN_COUNT");
}

TEST_F(MariadbTest, MatchedRowsAreCountedEvenWhenNothingChanges) {
  Admin("CREATE TABLE app.t (k INT PRIMARY KEY, v INT); INSERT INTO app.t VALUES (1, 1)");
  auto writer = Open(Role::kWriter);
  EXPECT_EQ(MustExecute(*writer, MakeStatement("UPDATE app.t SET v = 1 WHERE k = 1")), 1);
  EXPECT_EQ(MustExecute(*writer, MakeStatement("UPDATE app.t SET v = 1 WHERE k = 9")), 0);
}

TEST_F(MariadbTest, TheSessionIsPinned) {
  Admin(
      "SET GLOBAL time_zone = '+05:00'; SET GLOBAL sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT';"
      "SET GLOBAL completion_type = 'CHAIN'");
  auto reader = Open(Role::kReader);
  Admin("SET GLOBAL time_zone = 'SYSTEM'; SET GLOBAL sql_mode = DEFAULT; SET GLOBAL completion_type = DEFAULT");
  const std::string engines_own = mariadb_
                                      ? "@@tx_isolation, @@tx_read_only, CAST(@@max_statement_time * 1000 AS SIGNED)"
                                      : "@@transaction_isolation, @@transaction_read_only, @@max_execution_time";
  const Slot text{T::kText}, number{T::kInt64};
  const auto rows = MustQuery(*reader, MakeStatement("SELECT @@time_zone, @@sql_mode, @@character_set_client, " +
                                                         engines_own + ", @@completion_type, @@autocommit",
                                                     {}, {text, text, text, text, number, number, text, number}));
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0][0].text, "+00:00");
  EXPECT_THAT(rows[0][1].text, HasSubstr("STRICT_ALL_TABLES"));
  EXPECT_THAT(rows[0][1].text, Not(HasSubstr("ANSI_QUOTES")));
  EXPECT_EQ(rows[0][2].text, "utf8mb4");
  EXPECT_EQ(rows[0][3].text, "REPEATABLE-READ");
  EXPECT_EQ(rows[0][4].text, "1");
  EXPECT_EQ(rows[0][5].text, "5000");  // milliseconds
  EXPECT_EQ(rows[0][6].text, "NO_CHAIN");
  EXPECT_EQ(rows[0][7].text, "1");
}

TEST_F(MariadbTest, ReadOnlyTransactionsAreRefusedWritesByTheDatabase) {
  Admin("CREATE TABLE app.t (v INT); INSERT INTO app.t VALUES (1)");
  const auto update = MakeStatement("UPDATE app.t SET v = 2");
  for (const Role role : {Role::kReader, Role::kWriter}) {
    auto connection = Open(role);
    ASSERT_TRUE(connection->Begin(TxMode::kReadOnly, 1000, 1000));
    auto done = connection->Execute(update, {});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, FailureKind::kPermission);
    EXPECT_EQ(done.error().code, "1792");
    EXPECT_FALSE(connection->Commit());
    EXPECT_TRUE(connection->healthy());
  }
  auto reader = Open(Role::kReader);
  EXPECT_FALSE(reader->Begin(TxMode::kReadWrite, 1000, 1000));
  auto alone = reader->Execute(update, {});
  ASSERT_FALSE(alone);
  EXPECT_EQ(alone.error().code, "1792");
  EXPECT_EQ(Admin("SELECT v FROM app.t"), "1");
}

TEST_F(MariadbTest, OneSnapshotForAllReadsOfATransaction) {
  Admin("CREATE TABLE app.t (v INT); INSERT INTO app.t VALUES (1)");
  const auto select = MakeStatement("SELECT v FROM app.t", {}, {{T::kInt64}});
  for (const Role role : {Role::kReader, Role::kWriter}) {
    auto connection = Open(role);
    ASSERT_TRUE(connection->Begin(TxMode::kReadOnly, 1000, 1000));
    const std::string before = Admin("SELECT v FROM app.t");
    Admin("UPDATE app.t SET v = v + 1");
    EXPECT_EQ(MustQuery(*connection, select)[0][0].text, before);
    ASSERT_TRUE(connection->Commit());
    EXPECT_EQ(MustQuery(*connection, select)[0][0].text, Admin("SELECT v FROM app.t"));
  }
  // A writer's own transactions see what is committed meanwhile.
  auto writer = Open(Role::kWriter);
  ASSERT_TRUE(writer->Begin(TxMode::kReadWrite, 1000, 1000));
  MustQuery(*writer, select);
  Admin("UPDATE app.t SET v = 77");
  EXPECT_EQ(MustQuery(*writer, select)[0][0].text, "77");
}

TEST_F(MariadbTest, StatementAndLockTimeouts) {
  Admin("CREATE TABLE app.t (k INT PRIMARY KEY, v INT); INSERT INTO app.t VALUES (1, 1)");
  auto first = Open(Role::kWriter), second = Open(Role::kWriter);
  const auto update = MakeStatement("UPDATE app.t SET v = v + 1 WHERE k = 1");
  ASSERT_TRUE(first->Begin(TxMode::kReadWrite, 5000, 2000));
  MustExecute(*first, update);
  ASSERT_TRUE(second->Begin(TxMode::kReadWrite, 5000, 300));
  Stopwatch watch;
  auto blocked = second->Execute(update, {});
  ASSERT_FALSE(blocked);
  EXPECT_EQ(blocked.error().kind, FailureKind::kTimeout);
  EXPECT_EQ(blocked.error().code, "1205");
  EXPECT_LT(watch.Milliseconds(), 3000);
  EXPECT_FALSE(second->Execute(update, {}));
  EXPECT_FALSE(second->Commit());
  ASSERT_TRUE(second->Begin(TxMode::kReadOnly, 100, 1000));
  watch = {};
  // Work, since MySQL ends a SLEEP without an error.
  auto slow = second->Query(
      MakeStatement("SELECT COUNT(*) FROM information_schema.columns a, information_schema.columns b,"
                    " information_schema.columns c WHERE a.column_name < b.data_type OR b.column_name < c.data_type",
                    {}, {{T::kInt64}}),
      {}, 1);
  ASSERT_FALSE(slow) << watch.Milliseconds();
  EXPECT_EQ(slow.error().kind, FailureKind::kTimeout);
  EXPECT_LT(watch.Milliseconds(), 2000);
  second->Rollback();
  ASSERT_TRUE(first->Commit());
  EXPECT_EQ(Admin("SELECT v FROM app.t"), "2");
}

TEST_F(MariadbTest, KilledConnection) {
  Admin("CREATE TABLE app.t (v INT); INSERT INTO app.t VALUES (1)");
  auto writer = Open(Role::kWriter);
  const auto id = MakeStatement("SELECT CONNECTION_ID()", {}, {{T::kInt64}});
  ASSERT_TRUE(writer->Begin(TxMode::kReadWrite, 5000, 1000));
  MustExecute(*writer, MakeStatement("UPDATE app.t SET v = v + 1"));
  Admin("KILL " + MustQuery(*writer, id)[0][0].text);
  auto during = writer->Execute(MakeStatement("UPDATE app.t SET v = v + 1"), {});
  ASSERT_FALSE(during);
  EXPECT_EQ(during.error().kind, FailureKind::kUnavailable);
  auto committed = writer->Commit();
  ASSERT_FALSE(committed);
  EXPECT_FALSE(writer->healthy());

  // Killed between the last statement and COMMIT: from here it cannot be told from a lost answer.
  auto second = Open(Role::kWriter);
  ASSERT_TRUE(second->Begin(TxMode::kReadWrite, 5000, 1000));
  MustExecute(*second, MakeStatement("UPDATE app.t SET v = v + 1"));
  Admin("KILL " + MustQuery(*second, id)[0][0].text);
  auto unknown = second->Commit();
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().kind, FailureKind::kOutcomeUnknown);
  EXPECT_FALSE(second->healthy());
  EXPECT_EQ(Admin("SELECT v FROM app.t"), "1");
}

// Such a transaction is still open on the server: the next BEGIN on its connection would commit it.
TEST_F(MariadbTest, ACommitThatIsRefusedLeavesNothingToCommitLater) {
  Admin(
      "CREATE TABLE app.t (v INT); INSERT INTO app.t VALUES (1); DROP USER IF EXISTS changing; CREATE USER changing;"
      "GRANT SELECT, UPDATE ON app.* TO changing");
  auto writer = TryOpen(Role::kWriter, true, UrlAs("changing").replace(UrlAs("changing").rfind("/test"), 5, "/app"));
  ASSERT_TRUE(writer) << Where(writer.error());
  ASSERT_TRUE((*writer)->Begin(TxMode::kReadWrite, 5000, 1000));
  MustExecute(**writer, MakeStatement("UPDATE app.t SET v = v + 1"));
  Admin("SET GLOBAL read_only = 1");
  auto committed = (*writer)->Commit();
  Admin("SET GLOBAL read_only = 0");
  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().kind, FailureKind::kPermission) << Where(committed.error());
  EXPECT_FALSE((*writer)->healthy());
  EXPECT_EQ(Admin("SELECT v FROM app.t"), "1");
  writer->reset();
  kept_.clear();
  EXPECT_EQ(Admin("SELECT v FROM app.t"), "1");
  Admin("DROP USER changing");
}

TEST_F(MariadbTest, PasswordsInPlainTextConnections) {
  const std::string plugin = mariadb_ ? "" : "WITH caching_sha2_password ";
  Admin("SET NAMES utf8mb4; DROP USER IF EXISTS known; CREATE USER known IDENTIFIED " + plugin +
        "BY 'p\xC3\xA4ss @:/'; GRANT SELECT ON app.* TO known");
  const auto as = [&](const std::string& login) {
    std::string url = UrlAs(login);
    return url.replace(url.rfind("/test"), 5, "/app");
  };
  // The second time the server remembers it, on MySQL.
  for (int i = 0; i < 2; ++i) {
    auto opened = TryOpen(Role::kReader, false, as("known:p%C3%A4ss%20%40%3A%2F"));
    EXPECT_TRUE(opened) << Where(opened.error());
  }
  for (const char* login : {"known:wrong", "known", "unknown:p"}) {
    auto refused = TryOpen(Role::kReader, false, as(login));
    ASSERT_FALSE(refused) << login;
    EXPECT_EQ(refused.error().kind, FailureKind::kPermission) << Where(refused.error());
    EXPECT_THAT(refused.error().operator_message, Not(HasSubstr("wrong")));
  }
  Admin("DROP USER known");
}

TEST_F(MariadbTest, PoolReplacesKilledConnections) {
  ConnectOptions options;
  options.role = Role::kWriter;
  auto connector = MakeMysqlConnector("app", url_, options, {}, false);
  ASSERT_TRUE(connector);
  auto pool = MakePool("mariadb", std::move(*connector), {2, std::chrono::milliseconds(0)});
  const auto id = MakeStatement("SELECT CONNECTION_ID()", {}, {{T::kInt64}});
  std::string first;
  {
    auto lease = pool->Acquire(1000);
    ASSERT_TRUE(lease);
    first = MustQuery(**lease, id)[0][0].text;
    ASSERT_TRUE((*lease)->Begin(TxMode::kReadWrite, 1000, 1000));
  }
  EXPECT_EQ(Admin("SELECT COUNT(*) FROM information_schema.innodb_trx WHERE trx_mysql_thread_id = " + first), "0");
  Admin("KILL " + first);
  auto lease = pool->Acquire(1000);
  ASSERT_TRUE(lease);
  EXPECT_NE(MustQuery(**lease, id)[0][0].text, first);
}

TEST_F(MariadbTest, ConnectionsMoveBetweenThreads) {
  ConnectOptions options;
  options.role = Role::kReader;
  auto connector = MakeMysqlConnector("app", url_, options, {}, true);
  ASSERT_TRUE(connector);
  auto pool = MakePool("mariadb", std::move(*connector), {3, std::chrono::seconds(10)});
  std::atomic<int> sum{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        auto lease = pool->Acquire(5000);
        if (!lease) continue;
        auto rows = (*lease)->Query(MakeStatement("SELECT ? + 1", {{T::kInt64}}, {{T::kInt64}}),
                                    std::vector{Scalar::Int(i)}, 1);
        if (rows && (*rows)[0][0].text == std::to_string(i + 1)) ++sum;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sum, 300);
}

TEST_F(MariadbTest, FailuresAreClassed) {
  Admin(
      "CREATE TABLE app.p (id INT PRIMARY KEY);"
      "CREATE TABLE app.t (k INT PRIMARY KEY, p INT, v VARCHAR(3) NOT NULL CHECK (v <> 'no'), e "
      "ENUM('a'),"
      " FOREIGN KEY (p) REFERENCES app.p (id)); INSERT INTO app.t VALUES (1, NULL, 'a', 'a');"
      "CREATE TABLE app.frozen (v INT); INSERT INTO app.frozen VALUES (1);"
      "CREATE TRIGGER app.r BEFORE UPDATE ON app.frozen FOR EACH ROW SIGNAL SQLSTATE '45000' SET "
      "MESSAGE_TEXT = 'no'");
  auto writer = Open(Role::kWriter);
  const std::vector<std::tuple<const char*, FailureKind, const char*>> cases = {
      {"INSERT INTO app.t VALUES (1, NULL, 'b', 'a')", FailureKind::kConstraint, "1062"},
      {"INSERT INTO app.t VALUES (2, NULL, 'no', 'a')", FailureKind::kConstraint, mariadb_ ? "4025" : "3819"},
      {"INSERT INTO app.t VALUES (2, NULL, NULL, 'a')", FailureKind::kConstraint, "1048"},
      {"INSERT INTO app.t VALUES (2, NULL, 'long', 'a')", FailureKind::kConstraint, "1406"},
      {"INSERT INTO app.t VALUES (2, NULL, 'b', 'z')", FailureKind::kConstraint, "1265"},
      {"INSERT INTO app.t VALUES (99999999999, NULL, 'b', 'a')", FailureKind::kConstraint, "1264"},
      {"INSERT INTO app.t VALUES (2, 77, 'b', 'a')", FailureKind::kConstraint, "1452"},
      {"UPDATE app.t SET missing = 1", FailureKind::kSchema, "1054"},
      {"UPDATE app.missing SET v = 1", FailureKind::kSchema, "1146"},
      {"UPDATE app.frozen SET v = 2", FailureKind::kConstraint, "1644"},
      {"UPDATE app.t SET v = 'x'; DELETE FROM app.t", FailureKind::kSchema, "1064"},
  };
  for (const auto& [sql, kind, code] : cases) {
    auto done = writer->Execute(MakeStatement(sql), {});
    ASSERT_FALSE(done) << sql;
    EXPECT_EQ(done.error().kind, kind) << sql << Where(done.error());
    EXPECT_EQ(done.error().code, code) << sql;
    EXPECT_TRUE(writer->healthy());
  }
  EXPECT_EQ(Admin("SELECT COUNT(*), MIN(v) FROM app.t"), "1\ta");
}

TEST_F(MariadbTest, ColumnThatChangedItsTypeIsNoticed) {
  Admin("CREATE TABLE app.t (v INT); INSERT INTO app.t VALUES (1)");
  auto reader = Open(Role::kReader);
  const auto select = MakeStatement("SELECT v FROM app.t", {}, {{T::kInt64}});
  MustQuery(*reader, select);
  Admin("ALTER TABLE app.t MODIFY v VARCHAR(20)");
  auto drifted = reader->Query(select, {}, 1);
  ASSERT_FALSE(drifted) << (*drifted)[0][0].text;
  EXPECT_EQ(drifted.error().kind, FailureKind::kSchema);
}

TEST_F(MariadbTest, ReaderThatCanWriteIsRefused) {
  Admin(
      "CREATE TABLE app.t (k INT, v INT);"
      "DROP USER IF EXISTS plain, columns, writing, column_writing, heir, could, harmless;"
      "DROP ROLE IF EXISTS app_writers, between_roles, app_viewers;"
      "CREATE ROLE app_writers; CREATE ROLE between_roles; CREATE ROLE app_viewers;"
      "GRANT UPDATE ON app.t TO app_writers; GRANT app_writers TO between_roles; GRANT SELECT ON app.* TO app_viewers;"
      "CREATE USER plain, columns, writing, column_writing, heir, could, harmless;"
      "GRANT SELECT, SHOW VIEW ON app.* TO plain; GRANT SELECT (k, v) ON app.t TO columns;"
      "GRANT SELECT, INSERT ON app.t TO writing; GRANT SELECT (k), UPDATE (v) ON app.t TO "
      "column_writing;"
      "GRANT SELECT ON app.t TO heir, could, harmless; GRANT app_writers TO heir; GRANT between_roles TO could;"
      "GRANT app_viewers TO could, harmless; SET DEFAULT ROLE app_writers " +
      std::string(mariadb_ ? "FOR" : "TO") + " heir;");
  const auto as = [&](const std::string& user) {
    std::string url = UrlAs(user);
    return url.replace(url.rfind("/test"), 5, "/app");
  };
  for (const char* user : {"plain", "columns", "harmless"}) {
    auto opened = TryOpen(Role::kReader, false, as(user));
    EXPECT_TRUE(opened) << user << Where(opened.error());
  }
  // The last could write after SET ROLE.
  for (const char* user : {"root", "writing", "column_writing", "heir", "could"}) {
    auto opened = TryOpen(Role::kReader, false, as(user));
    ASSERT_FALSE(opened) << user;
    EXPECT_EQ(opened.error().code, "READER_CAN_WRITE") << Where(opened.error());
    testing::internal::CaptureStderr();
    EXPECT_TRUE(TryOpen(Role::kReader, true, as(user))) << user;
    EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("WARNING: source `app`"));
  }
  config::Source source;
  source.name = "app";
  source.engine = "mariadb";
  source.read.variable = "SYNAPSOR_TEST_DB_READ";
  setenv("SYNAPSOR_TEST_DB_READ", as("plain").c_str(), 1);
  auto reader = OpenReader(source);
  ASSERT_TRUE(reader) << reader.error().message;
  auto denied = (*reader)->Acquire(1000).value()->Execute(MakeStatement("DELETE FROM app.t"), {});
  EXPECT_FALSE(denied);
  Admin(
      "DROP USER plain, columns, writing, column_writing, heir, could, harmless;"
      "DROP ROLE app_writers, between_roles, app_viewers");
}

TEST_F(MariadbTest, TlsFailsClosed) {
  const auto make = [](const std::string& url, config::TlsMode mode, const std::string& ca = {}) {
    return MakeMysqlConnector("app", url, {}, {mode, ca}, true);
  };
  EXPECT_FALSE(make("mysql://u:geheim@db.example/x", config::TlsMode::kOff));
  EXPECT_FALSE(make("mysql://u@db.example/x", config::TlsMode::kRequire));
  auto secret = make("mysql://u:geheim@h:99999999/x", config::TlsMode::kVerify);
  ASSERT_FALSE(secret);
  EXPECT_THAT(secret.error().message, Not(HasSubstr("geheim")));
  // MySQL makes itself a certificate, which nobody vouches for.
  const bool has_tls = !Admin("SHOW GLOBAL VARIABLES WHERE Variable_name = 'ssl_cert' AND Value <> ''").empty();
  EXPECT_EQ(has_tls, !mariadb_);
  // Whoever asks a server without TLS for it is not served in plain text.
  auto required = make(url_, config::TlsMode::kRequire);
  ASSERT_TRUE(required);
  auto connection = (*required)->Connect();
  ASSERT_EQ(connection.has_value(), has_tls);
  if (has_tls) {
    const auto cipher =
        MustQuery(**connection, MakeStatement("SHOW SESSION STATUS LIKE 'Ssl_cipher'", {}, {{T::kText}, {T::kText}}));
    EXPECT_NE(cipher[0][1].text, "");
  }
  auto verified = make(url_, config::TlsMode::kVerify, "/etc/ssl/certs/ca-certificates.crt");
  ASSERT_TRUE(verified);
  EXPECT_FALSE((*verified)->Connect());
}

TEST_F(MariadbTest, NobodyListening) {
  Stopwatch watch;
  auto opened = TryOpen(Role::kReader, true, "mysql://u@127.0.0.1:1/x");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, FailureKind::kUnavailable);
  EXPECT_LT(watch.Milliseconds(), 4000);
}

}  // namespace
}  // namespace synapsor::db
