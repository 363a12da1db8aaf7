#include "runtime/db/postgres.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <libpq-fe.h>

#include <thread>

#include "runtime/db/pool.h"
#include "runtime/db/postgres_values.h"
#include "runtime/db/reader.h"
#include "runtime/db/writer.h"
#include "tests/integration/db/live.h"

namespace synapsor::db {
namespace {

using testing::HasSubstr;
using testing::Not;
using T = ScalarType;

class PostgresTest : public testing::Test {
 protected:
  void SetUp() override {
    url_ = ServerUrl("SYNAPSOR_TEST_POSTGRES_URL");
    if (url_.empty()) GTEST_SKIP() << "SYNAPSOR_TEST_POSTGRES_URL is not set";
    admin_ = PQconnectdb(url_.c_str());
    ASSERT_EQ(PQstatus(admin_), CONNECTION_OK) << PQerrorMessage(admin_);
    PQsetNoticeProcessor(
        admin_, [](void*, const char*) {}, nullptr);
    Admin("DROP SCHEMA IF EXISTS app CASCADE; CREATE SCHEMA app");
  }
  void TearDown() override { PQfinish(admin_); }

  // A setting that new sessions of the tested role begin with, while this lives.
  class RoleSetting {
   public:
    RoleSetting(PostgresTest& test, std::string name, const std::string& value) : test_(test), name_(std::move(name)) {
      test_.Admin("ALTER ROLE postgres SET " + name_ + " = '" + value + "'");
    }
    RoleSetting(const RoleSetting&) = delete;
    RoleSetting& operator=(const RoleSetting&) = delete;
    ~RoleSetting() { test_.Admin("ALTER ROLE postgres RESET " + name_); }

   private:
    PostgresTest& test_;
    std::string name_;
  };

  // The administrator's own connection, outside what is tested.
  std::string Admin(const std::string& sql) {
    PGresult* result = PQexec(admin_, sql.c_str());
    const ExecStatusType status = PQresultStatus(result);
    EXPECT_TRUE(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) << sql << PQerrorMessage(admin_);
    const std::string value = PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "";
    PQclear(result);
    return value;
  }

  DbResult<std::unique_ptr<PooledConnection>> TryOpen(Role role, bool allow = true, const std::string& url = {},
                                                      int lock_ms = 2000) {
    ConnectOptions options;
    options.role = role;
    options.lock_timeout_ms = lock_ms;
    auto connector = MakePostgresConnector("app", url.empty() ? url_ : url, options, {}, allow);
    EXPECT_TRUE(connector) << connector.error().message;
    auto connection = (*connector)->Connect();
    kept_.push_back(std::move(*connector));
    return connection;
  }
  std::unique_ptr<PooledConnection> Open(Role role) {
    auto connection = TryOpen(role);
    EXPECT_TRUE(connection) << Where(connection.error());
    return connection ? std::move(*connection) : nullptr;
  }

  std::string UrlAs(const std::string& role) const {
    std::string url = url_;
    return url.replace(url.find("postgres@"), 8, role);
  }

  std::string url_;
  PGconn* admin_ = nullptr;
  std::vector<std::unique_ptr<Connector>> kept_;
};

struct TypeCase {
  std::string type;
  T scalar;
  std::vector<std::string> values;
};

std::string EveryByte() {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  return bytes;
}

TEST_F(PostgresTest, EveryTypeTravelsExactly) {
  Admin(
      "CREATE TYPE app.mood AS ENUM ('calm', 'it''s fine'); CREATE DOMAIN app.small AS int CHECK "
      "(VALUE < 9)");
  const std::string long_decimal = std::string(60, '9') + "." + std::string(40, '1');
  const std::vector<TypeCase> cases = {
      {"smallint", T::kInt64, {"-32768", "0", "32767"}},
      {"integer", T::kInt64, {"-2147483648", "2147483647"}},
      {"bigint", T::kInt64, {"-9223372036854775808", "9007199254740993", "9223372036854775807"}},
      {"numeric", T::kDecimal, {"0.0000000001", "-0.10", long_decimal, "18446744073709551615", "0"}},
      {"numeric(12,2)", T::kDecimal, {"9999999999.99", "-0.01", "12.50"}},
      {"real", T::kDouble, {"0.1", "1e-45", "3.4028235e+38", "-1.5"}},
      {"double precision", T::kDouble, {"0.1", "5e-324", "1.7976931348623157e+308", "-2.5", "0", "1e+05"}},
      {"boolean", T::kBoolean, {"true", "false"}},
      {"text", T::kText, {"", "it's", "\xF0\x9F\x90\x98 -- \"q\" $1 \\x", std::string(100'000, 'x')}},
      {"character varying(40)", T::kText, {"", "  spaces  ", "NULL"}},
      {"character(4)", T::kText, {"abcd", "ab  "}},
      {"bytea", T::kBytes, {"", std::string(1, '\0'), EveryByte(), "\\x41"}},
      {"date", T::kDate, {"0001-01-01", "2024-02-29", "9999-12-31"}},
      {"time without time zone", T::kTime, {"00:00:00", "23:59:59.999999", "12:00:00.100000", "24:00:00"}},
      {"timestamp without time zone",
       T::kTimestamp,
       {"0001-01-01 00:00:00", "2026-11-21 03:04:05.123456", "9999-12-31 23:59:59.999999",
        "2026-11-21 03:04:05.100000"}},
      {"timestamp with time zone",
       T::kTimestampTz,
       {"0001-01-01T00:00:00.000000Z", "2026-11-21T03:04:05.123456Z", "9999-12-31T23:59:59.999999Z",
        "2026-03-29T01:30:00.000000Z"}},
      {"uuid", T::kUuid, {"00000000-0000-0000-0000-000000000000", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"}},
      {"json", T::kJson, {R"({"a":1.10,"a":2,"n":12345678901234567890123})", "null", "[]"}},
      {"jsonb", T::kJson, {R"({"a": 1.10, "n": 12345678901234567890123})", "\"\""}},
      {"app.mood", T::kText, {"calm", "it's fine"}},
      {"app.small", T::kInt64, {"8", "-5"}},
  };
  auto writer = Open(Role::kWriter);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const TypeCase& test = cases[i];
    Admin(fmt::format("CREATE TABLE app.t{} (k bigint PRIMARY KEY, v {})", i, test.type));
    const auto insert = MakeStatement(fmt::format("INSERT INTO app.t{} (k, v) VALUES ($1, $2)", i),
                                      {{T::kInt64, "bigint"}, {test.scalar, test.type}});
    const auto select = MakeStatement(fmt::format("SELECT v FROM app.t{} WHERE k = $1", i), {{T::kInt64, "bigint"}},
                                      {{test.scalar, test.type}});
    const auto match = MakeStatement(fmt::format("UPDATE app.t{} SET k = k WHERE k = $1 AND v = $2", i),
                                     {{T::kInt64, "bigint"}, {test.scalar, test.type}});
    std::vector<Scalar> values = {Scalar::Null(test.scalar)};
    for (const std::string& text : test.values) values.push_back(Scalar::Of(test.scalar, text));
    for (std::size_t k = 0; k < values.size(); ++k) {
      const Scalar key = Scalar::Int(static_cast<std::int64_t>(k));
      EXPECT_EQ(MustExecute(*writer, insert, {key, values[k]}), 1) << test.type;
      const auto rows = MustQuery(*writer, select, {key});
      ASSERT_EQ(rows.size(), 1u) << test.type;
      EXPECT_EQ(rows[0][0], values[k]) << test.type;
      // A guard that compares the value read finds its row again.
      if (!values[k].is_null && test.type != "json") {
        EXPECT_EQ(MustExecute(*writer, match, {key, rows[0][0]}), 1) << test.type << " " << values[k].text;
      }
    }
  }
}

TEST_F(PostgresTest, WhatAColumnCannotCarryIsRefused) {
  auto reader = Open(Role::kReader);
  std::vector<std::pair<const char*, T>> cases = {
      {"'infinity'::timestamptz", T::kTimestampTz},
      {"'-infinity'::timestamp", T::kTimestamp},
      {"'infinity'::date", T::kDate},
      {"'0044-03-15 BC'::date", T::kDate},
      {"'0044-03-15 BC'::timestamptz", T::kTimestampTz},
      {"'10000-01-01'::timestamp", T::kTimestamp},
      {"'NaN'::float8", T::kDouble},
      {"'-Infinity'::float8", T::kDouble},
      {"'NaN'::numeric", T::kDecimal},
      {"5::int", T::kText},
      {"'5'::text", T::kInt64},
      {"5::int", T::kDecimal},
      {"now()", T::kTimestamp},
      {"'secret-value'::text", T::kUuid},
      {"'{}'::json", T::kText},
      {"'t'::boolean", T::kText},
  };
  if (PQserverVersion(admin_) >= 140000) cases.emplace_back("'Infinity'::numeric", T::kDecimal);
  for (const auto& [expression, type] : cases) {
    auto rows = reader->Query(MakeStatement(fmt::format("SELECT {}", expression), {}, {{type}}), {}, 1);
    ASSERT_FALSE(rows) << expression << " as " << ScalarTypeName(type);
    EXPECT_EQ(rows.error().kind, FailureKind::kSchema) << expression;
    EXPECT_THAT(rows.error().operator_message, HasSubstr("`t.c0`"));
    EXPECT_THAT(rows.error().operator_message, Not(HasSubstr("secret")));
  }
  auto count = reader->Query(MakeStatement("SELECT 1, 2", {}, {{T::kInt64}}), {}, 1);
  ASSERT_FALSE(count);
  EXPECT_EQ(count.error().code, "COLUMN_COUNT");
}

TEST_F(PostgresTest, ValuesAreNeverCut) {
  auto writer = Open(Role::kWriter);
  Admin("CREATE TABLE app.t (v text)");
  const auto insert = MakeStatement("INSERT INTO app.t VALUES ($1)", {{T::kText, "text"}});
  auto done = writer->Execute(insert, std::vector{Scalar::Text(std::string("a\0b", 3))});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, FailureKind::kConstraint);
  EXPECT_EQ(Admin("SELECT count(*) FROM app.t"), "0");
}

TEST_F(PostgresTest, OnlyOneStatementIsEverSent) {
  auto writer = Open(Role::kWriter);
  Admin("CREATE TABLE app.t (v int); INSERT INTO app.t VALUES (1)");
  EXPECT_FALSE(writer->Execute(MakeStatement("UPDATE app.t SET v = 2; DELETE FROM app.t"), {}));
  EXPECT_EQ(Admin("SELECT v FROM app.t"), "1");
  EXPECT_TRUE(writer->healthy());
}

TEST_F(PostgresTest, ParameterTypesAreTold) {
  Admin(
      "CREATE TABLE app.t (k character(4) PRIMARY KEY, n bigint); INSERT INTO app.t VALUES ('ab', "
      "7)");
  auto writer = Open(Role::kWriter);
  // Told as text, the comparison would leave out the column's index and its blank padding.
  const auto plan = MakeStatement("SELECT n FROM app.t WHERE k = $1", {{T::kText, "character(4)"}}, {{T::kInt64}});
  EXPECT_EQ(MustQuery(*writer, plan, {Scalar::Text("ab  ")})[0][0].text, "7");
  EXPECT_EQ(MustQuery(*writer, plan, {Scalar::Text("ab")})[0][0].text, "7");
  // A value beyond the column's type is refused by the server, not wrapped.
  auto beyond =
      writer->Query(MakeStatement("SELECT n FROM app.t WHERE n = $1", {{T::kInt64, "integer"}}, {{T::kInt64}}),
                    std::vector{Scalar::Int(1LL << 40)}, 1);
  ASSERT_FALSE(beyond);
  EXPECT_EQ(beyond.error().kind, FailureKind::kConstraint);
  bundle::Param param;
  param.database_type = "timestamp(3) with time zone";
  EXPECT_EQ(ParameterOid(param), 1184u);
  param.database_type = "Character Varying(40)";
  EXPECT_EQ(ParameterOid(param), 1043u);
  param.database_type = "app.mood";
  EXPECT_EQ(ParameterOid(param), 0u);
}

TEST_F(PostgresTest, ReadOnlyTransactionsAreRefusedWritesByTheDatabase) {
  Admin(
      "CREATE TABLE app.t (v int); INSERT INTO app.t VALUES (1); CREATE SEQUENCE app.s;"
      "CREATE FUNCTION app.sneak() RETURNS int LANGUAGE sql AS 'UPDATE app.t SET v = 9 RETURNING "
      "v'");
  for (const Role role : {Role::kReader, Role::kWriter}) {
    auto connection = Open(role);
    for (const char* sql : {"UPDATE app.t SET v = 2", "SELECT app.sneak()", "SELECT nextval('app.s')"}) {
      ASSERT_TRUE(connection->Begin(TxMode::kReadOnly, 1000, 100));
      auto done = connection->Execute(MakeStatement(sql), {});
      ASSERT_FALSE(done);
      EXPECT_EQ(done.error().kind, FailureKind::kPermission) << Where(done.error());
      EXPECT_EQ(done.error().code, "25006");
      connection->Rollback();
    }
    EXPECT_TRUE(connection->healthy());
  }
  auto reader = Open(Role::kReader);
  EXPECT_FALSE(reader->Begin(TxMode::kReadWrite, 1000, 100));
  auto alone = reader->Execute(MakeStatement("UPDATE app.t SET v = 2"), {});
  ASSERT_FALSE(alone);
  EXPECT_EQ(alone.error().code, "25006");
  EXPECT_EQ(Admin("SELECT v FROM app.t"), "1");
}

TEST_F(PostgresTest, OneReadIsATransactionOfItsOwn) {
  Admin(
      "CREATE TABLE app.t (v int); INSERT INTO app.t VALUES (1);"
      "CREATE FUNCTION app.sneak() RETURNS int LANGUAGE sql AS 'UPDATE app.t SET v = 9 RETURNING v';"
      "CREATE FUNCTION app.unpin() RETURNS text LANGUAGE sql AS "
      "$$SELECT set_config('default_transaction_read_only', 'off', false)$$");
  const auto select = MakeStatement("SELECT v FROM app.t", {}, {{T::kInt64}});
  const auto sneak = MakeStatement("SELECT app.sneak()", {}, {{T::kInt64}});
  const auto sleep = MakeStatement("SELECT 1 FROM pg_sleep(5)", {}, {{T::kInt64}});
  const auto unpin = MakeStatement("SELECT app.unpin()", {}, {{T::kText}});
  for (const Role role : {Role::kReader, Role::kWriter}) {
    auto connection = Open(role);
    const auto begin = [&](int timeout) { ASSERT_TRUE(connection->Begin(TxMode::kOneRead, timeout, 100)); };
    begin(1000);
    EXPECT_EQ(MustQuery(*connection, select)[0][0].text, "1");
    ASSERT_TRUE(connection->Commit());
    EXPECT_FALSE(connection->Commit());

    begin(1000);
    auto written = connection->Query(sneak, {}, 1);
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, "25006");
    EXPECT_FALSE(connection->Commit()) << "a transaction in which a statement failed is not committed";

    begin(60);
    const Stopwatch watch;
    auto slept = connection->Query(sleep, {}, 1);
    ASSERT_FALSE(slept);
    EXPECT_EQ(slept.error().kind, FailureKind::kTimeout);
    EXPECT_LT(watch.Milliseconds(), 2000);
    connection->Rollback();

    // The timeouts of that one read are not those of the next.
    begin(1000);
    EXPECT_EQ(MustQuery(*connection, MakeStatement("SELECT 1 FROM pg_sleep(0.2)", {}, {{T::kInt64}}))[0][0].text, "1");
    connection->Rollback();

    begin(1000);
    MustQuery(*connection, unpin);
    ASSERT_TRUE(connection->Commit());
    begin(1000);
    EXPECT_FALSE(connection->Query(sneak, {}, 1)) << "a session that was unpinned is told READ ONLY";
    connection->Rollback();
    EXPECT_TRUE(connection->healthy());
  }
  auto reader = Open(Role::kReader);
  ASSERT_TRUE(reader->Begin(TxMode::kOneRead, 1000, 100));
  MustQuery(*reader, select);
  // Before PostgreSQL 14 the server does not report how a session reads, and the read stands between BEGIN and COMMIT.
  EXPECT_EQ(reader->Query(select, {}, 1).has_value(), PQserverVersion(admin_) < 140000) << "one read was asked for";
  reader->Rollback();
  EXPECT_EQ(Admin("SELECT v FROM app.t"), "1");
}

TEST_F(PostgresTest, OneSnapshotForAllReadsOfATransaction) {
  Admin("CREATE TABLE app.t (v int); INSERT INTO app.t VALUES (1)");
  auto reader = Open(Role::kReader);
  const auto select = MakeStatement("SELECT v FROM app.t", {}, {{T::kInt64}});
  ASSERT_TRUE(reader->Begin(TxMode::kReadOnly, 1000, 100));
  EXPECT_EQ(MustQuery(*reader, select)[0][0].text, "1");
  Admin("UPDATE app.t SET v = 2");
  EXPECT_EQ(MustQuery(*reader, select)[0][0].text, "1");
  ASSERT_TRUE(reader->Commit());
  ASSERT_TRUE(reader->Begin(TxMode::kReadOnly, 1000, 100));
  EXPECT_EQ(MustQuery(*reader, select)[0][0].text, "2");
  reader->Rollback();
  EXPECT_EQ(MustQuery(*reader, select)[0][0].text, "2");
}

TEST_F(PostgresTest, StatementAndLockTimeouts) {
  Admin("CREATE TABLE app.t (k int PRIMARY KEY, v int); INSERT INTO app.t VALUES (1, 1)");
  auto first = Open(Role::kWriter), second = Open(Role::kWriter);
  const auto update = MakeStatement("UPDATE app.t SET v = v + 1 WHERE k = 1");
  ASSERT_TRUE(first->Begin(TxMode::kReadWrite, 5000, 2000));
  MustExecute(*first, update);
  for (int round = 0; round < 2; ++round) {  // prepared timeouts and prepared again
    ASSERT_TRUE(second->Begin(TxMode::kReadWrite, 5000, 80));
    Stopwatch watch;
    auto blocked = second->Execute(update, {});
    ASSERT_FALSE(blocked);
    EXPECT_EQ(blocked.error().kind, FailureKind::kTimeout);
    EXPECT_EQ(blocked.error().code, "55P03");
    EXPECT_LT(watch.Milliseconds(), 1500);
    // A failed transaction is not committed in part.
    EXPECT_FALSE(second->Commit());
  }
  ASSERT_TRUE(second->Begin(TxMode::kReadWrite, 80, 5000));
  auto slow = second->Query(MakeStatement("SELECT 1 FROM pg_sleep(3)", {}, {{T::kInt64}}), {}, 1);
  ASSERT_FALSE(slow);
  EXPECT_EQ(slow.error().kind, FailureKind::kTimeout);
  EXPECT_EQ(slow.error().code, "57014");
  second->Rollback();
  ASSERT_TRUE(first->Commit());
  EXPECT_EQ(Admin("SELECT v FROM app.t"), "2");
  // The timeouts of a transaction end with it.
  EXPECT_EQ(
      MustQuery(*second, MakeStatement("SELECT current_setting('statement_timeout')", {}, {{T::kText}}))[0][0].text,
      "5s");
}

TEST_F(PostgresTest, KilledBackend) {
  Admin("CREATE TABLE app.t (v int); INSERT INTO app.t VALUES (1)");
  auto writer = Open(Role::kWriter);
  const auto pid = MakeStatement("SELECT pg_backend_pid()", {}, {{T::kInt64}});
  const auto update = MakeStatement("UPDATE app.t SET v = v + 1");
  ASSERT_TRUE(writer->Begin(TxMode::kReadWrite, 5000, 100));
  MustExecute(*writer, update);
  const std::string backend = MustQuery(*writer, pid)[0][0].text;
  Admin("SELECT pg_terminate_backend(" + backend + ")");
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  // Known before COMMIT is sent: nothing happened, and that is said.
  auto committed = writer->Commit();
  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().kind, FailureKind::kUnavailable);
  EXPECT_FALSE(writer->healthy());
  EXPECT_TRUE(writer->Closed());
  EXPECT_EQ(Admin("SELECT v FROM app.t"), "1");

  auto second = Open(Role::kWriter);
  ASSERT_TRUE(second->Begin(TxMode::kReadWrite, 5000, 100));
  const std::string other = MustQuery(*second, pid)[0][0].text;
  std::thread killer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    Admin("SELECT pg_terminate_backend(" + other + ")");
  });
  auto during = second->Query(MakeStatement("SELECT 1 FROM pg_sleep(4)", {}, {{T::kInt64}}), {}, 1);
  killer.join();
  ASSERT_FALSE(during);
  EXPECT_EQ(during.error().kind, FailureKind::kUnavailable);
  EXPECT_THAT(during.error().operator_message, HasSubstr("terminating connection"));
}

TEST_F(PostgresTest, PoolReplacesSessionsThatTheServerEndedAsIdle) {
  if (PQserverVersion(admin_) < 140000) GTEST_SKIP() << "idle_session_timeout came with PostgreSQL 14";
  const RoleSetting idle(*this, "idle_session_timeout", "200ms");
  ConnectOptions options;
  options.role = Role::kWriter;
  auto connector = MakePostgresConnector("app", url_, options, {}, false);
  ASSERT_TRUE(connector);
  auto pool = MakePool("postgres", std::move(*connector), {2, std::chrono::seconds(10)});
  const auto pid = MakeStatement("SELECT pg_backend_pid()", {}, {{T::kInt64}});
  std::string last;
  for (int i = 0; i < 3; ++i) {
    auto lease = pool->Acquire(1000);
    ASSERT_TRUE(lease);
    const std::string now = MustQuery(**lease, pid)[0][0].text;
    EXPECT_NE(now, last);
    last = now;
    lease = {};
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
  }
}

TEST_F(PostgresTest, TransactionTimeoutEndsTheSessionAndNothingHappens) {
  if (PQserverVersion(admin_) < 170000) GTEST_SKIP() << "transaction_timeout came with PostgreSQL 17";
  Admin("CREATE TABLE app.t (v int); INSERT INTO app.t VALUES (1)");
  const RoleSetting timeout(*this, "transaction_timeout", "200ms");
  const auto update = MakeStatement("UPDATE app.t SET v = v + 1");
  auto busy = Open(Role::kWriter);
  ASSERT_TRUE(busy->Begin(TxMode::kReadWrite, 5000, 100));
  MustExecute(*busy, update);
  auto during = busy->Query(MakeStatement("SELECT 1 FROM pg_sleep(4)", {}, {{T::kInt64}}), {}, 1);
  ASSERT_FALSE(during);
  EXPECT_EQ(during.error().kind, FailureKind::kUnavailable);
  EXPECT_FALSE(busy->healthy());

  auto idle = Open(Role::kWriter);
  ASSERT_TRUE(idle->Begin(TxMode::kReadWrite, 5000, 100));
  MustExecute(*idle, update);
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  auto committed = idle->Commit();
  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().kind, FailureKind::kUnavailable);
  EXPECT_EQ(Admin("SELECT v FROM app.t"), "1");
}

TEST_F(PostgresTest, PoolReplacesKilledConnections) {
  ConnectOptions options;
  options.role = Role::kWriter;
  auto connector = MakePostgresConnector("app", url_, options, {}, false);
  ASSERT_TRUE(connector);
  auto pool = MakePool("postgres", std::move(*connector), {2, std::chrono::seconds(10)});
  const auto pid = MakeStatement("SELECT pg_backend_pid()", {}, {{T::kInt64}});
  std::string first;
  {
    auto lease = pool->Acquire(1000);
    ASSERT_TRUE(lease);
    ASSERT_TRUE((*lease)->Begin(TxMode::kReadOnly, 1000, 100));
    first = MustQuery(**lease, pid)[0][0].text;
    ASSERT_TRUE((*lease)->Commit());  // its answer is still on its way
  }
  {
    auto lease = pool->Acquire(1000);
    EXPECT_EQ(MustQuery(**lease, pid)[0][0].text, first);
    ASSERT_TRUE((*lease)->Begin(TxMode::kReadWrite, 1000, 100));
    MustQuery(**lease, pid);
    // Returned with an open transaction: rolled back.
  }
  EXPECT_EQ(Admin("SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in%' AND pid = " + first), "0");
  Admin("SELECT pg_terminate_backend(" + first + ")");
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  auto lease = pool->Acquire(1000);
  ASSERT_TRUE(lease);
  EXPECT_NE(MustQuery(**lease, pid)[0][0].text, first);
}

TEST_F(PostgresTest, FailuresAreClassed) {
  Admin(
      "CREATE TABLE app.p (id int PRIMARY KEY);"
      "CREATE TABLE app.t (k int PRIMARY KEY, p int REFERENCES app.p DEFERRABLE INITIALLY "
      "DEFERRED, v varchar(3) NOT NULL CHECK (v <> 'no'));"
      "INSERT INTO app.t VALUES (1, NULL, 'a');"
      "CREATE FUNCTION app.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
      "'frozen'; END $$;"
      "CREATE TABLE app.frozen (v int); INSERT INTO app.frozen VALUES (1);"
      "CREATE TRIGGER r BEFORE UPDATE ON app.frozen FOR EACH ROW EXECUTE FUNCTION app.refuse()");
  auto writer = Open(Role::kWriter);
  const std::vector<std::tuple<const char*, FailureKind, const char*>> cases = {
      {"INSERT INTO app.t VALUES (1, NULL, 'b')", FailureKind::kConstraint, "23505"},
      {"INSERT INTO app.t VALUES (2, NULL, 'no')", FailureKind::kConstraint, "23514"},
      {"INSERT INTO app.t VALUES (2, NULL, NULL)", FailureKind::kConstraint, "23502"},
      {"INSERT INTO app.t VALUES (2, NULL, 'long')", FailureKind::kConstraint, "22001"},
      {"INSERT INTO app.t VALUES (2, 77, 'b')", FailureKind::kConstraint, "23503"},
      {"UPDATE app.t SET missing = 1", FailureKind::kSchema, "42703"},
      {"UPDATE app.missing SET v = 1", FailureKind::kSchema, "42P01"},
      {"UPDATE app.frozen SET v = 2", FailureKind::kConstraint, "P0001"},
      {"UPDATE app.t SET v = ", FailureKind::kSchema, "42601"},
  };
  for (const auto& [sql, kind, code] : cases) {
    auto done = writer->Execute(MakeStatement(sql), {});
    ASSERT_FALSE(done) << sql;
    EXPECT_EQ(done.error().kind, kind) << sql;
    EXPECT_EQ(done.error().code, code) << sql;
    EXPECT_TRUE(writer->healthy());
  }
  // A constraint checked at COMMIT: acknowledged as refused, not unknown.
  ASSERT_TRUE(writer->Begin(TxMode::kReadWrite, 1000, 100));
  MustExecute(*writer, MakeStatement("INSERT INTO app.t VALUES (3, 77, 'b')"));
  auto committed = writer->Commit();
  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().kind, FailureKind::kConstraint);
  EXPECT_EQ(MustExecute(*writer, MakeStatement("UPDATE app.t SET v = v WHERE k = 1")), 1);
}

TEST_F(PostgresTest, PlanOfAChangedColumnFailsOnceAndIsPreparedAnew) {
  Admin("CREATE TABLE app.t (v int); INSERT INTO app.t VALUES (1)");
  auto reader = Open(Role::kReader);
  const auto select = MakeStatement("SELECT v FROM app.t", {}, {{T::kInt64}});
  MustQuery(*reader, select);
  Admin("ALTER TABLE app.t ALTER v TYPE text");
  auto drifted = reader->Query(select, {}, 1);
  ASSERT_FALSE(drifted);
  EXPECT_EQ(drifted.error().kind, FailureKind::kSchema);
  auto again = reader->Query(select, {}, 1);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, "COLUMN_TYPE");
  Admin("ALTER TABLE app.t ALTER v TYPE bigint USING v::bigint");
  (void)reader->Query(select, {}, 1);
  EXPECT_EQ(MustQuery(*reader, select)[0][0].text, "1");
}

TEST_F(PostgresTest, StatementsBeyondTheCacheAreClosedOnTheServer) {
  auto reader = Open(Role::kReader);
  for (int i = 0; i < 600; ++i) {
    MustQuery(*reader, MakeStatement(fmt::format("SELECT {}", i), {}, {{T::kInt64}}));
  }
  const auto count = MakeStatement("SELECT count(*) FROM pg_prepared_statements", {}, {{T::kInt64}});
  EXPECT_LE(std::stoi(MustQuery(*reader, count)[0][0].text), 256 + 6);
}

TEST_F(PostgresTest, ReaderThatCanWriteIsRefused) {
  Admin(
      "CREATE TABLE app.t (k int, v int);"
      "DROP ROLE IF EXISTS plain, writing, column_writing, owning, heir, bypassing");
  for (const char* role : {"plain", "writing", "column_writing", "owning", "heir", "bypassing"}) {
    Admin(fmt::format("CREATE ROLE {} LOGIN; GRANT USAGE ON SCHEMA app TO {}; GRANT SELECT ON app.t TO {}", role, role,
                      role));
  }
  Admin(
      "GRANT UPDATE ON app.t TO writing; GRANT UPDATE (v) ON app.t TO column_writing;"
      "CREATE TABLE app.owned (v int); ALTER TABLE app.owned OWNER TO owning;"
      "ALTER ROLE heir NOINHERIT; GRANT owning TO heir; ALTER ROLE bypassing BYPASSRLS");
  EXPECT_TRUE(TryOpen(Role::kReader, false, UrlAs("plain")));
  EXPECT_TRUE(TryOpen(Role::kReader, false, UrlAs("bypassing")));
  for (const char* role : {"postgres", "writing", "column_writing", "owning", "heir"}) {
    auto opened = TryOpen(Role::kReader, false, UrlAs(role));
    ASSERT_FALSE(opened) << role;
    EXPECT_EQ(opened.error().code, "READER_CAN_WRITE");
    EXPECT_EQ(opened.error().kind, FailureKind::kPermission);
    testing::internal::CaptureStderr();
    EXPECT_TRUE(TryOpen(Role::kReader, true, UrlAs(role))) << role;
    EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("WARNING: source `app`"));
  }
  config::Source source;
  source.name = "app";
  source.engine = "postgres";
  source.read.variable = "SYNAPSOR_TEST_DB_READ";
  setenv("SYNAPSOR_TEST_DB_READ", UrlAs("writing").c_str(), 1);
  auto refused = OpenReader(source);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().hint, HasSubstr("sync grants"));
  setenv("SYNAPSOR_TEST_DB_READ", UrlAs("plain").c_str(), 1);
  EXPECT_TRUE(OpenReader(source));
  Admin("DROP SCHEMA app CASCADE; DROP ROLE plain, writing, column_writing, heir, owning, bypassing");
}

TEST_F(PostgresTest, RowLevelSecurityRefusalIsPermission) {
  Admin(
      "DROP ROLE IF EXISTS limited; CREATE ROLE limited LOGIN; CREATE TABLE app.t (tenant text, v "
      "int);"
      "ALTER TABLE app.t ENABLE ROW LEVEL SECURITY; GRANT USAGE ON SCHEMA app TO limited;"
      "GRANT SELECT, UPDATE, INSERT ON app.t TO limited; INSERT INTO app.t VALUES ('a', 1), ('b', "
      "1);"
      "CREATE POLICY own ON app.t USING (tenant = 'a')");
  auto writer = TryOpen(Role::kWriter, false, UrlAs("limited"));
  ASSERT_TRUE(writer);
  EXPECT_EQ(MustExecute(**writer, MakeStatement("UPDATE app.t SET v = 2")), 1);
  auto done = (*writer)->Execute(MakeStatement("INSERT INTO app.t VALUES ('b', 2)"), {});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, FailureKind::kPermission);
  Admin("DROP SCHEMA app CASCADE; DROP ROLE limited");
}

TEST_F(PostgresTest, PoliciesSeeTheTenantOfTheTransaction) {
  Admin(
      "DROP ROLE IF EXISTS scoped; CREATE ROLE scoped LOGIN; CREATE TABLE app.t (tenant text, v int);"
      "ALTER TABLE app.t ENABLE ROW LEVEL SECURITY; GRANT USAGE ON SCHEMA app TO scoped;"
      "GRANT SELECT, UPDATE (v) ON app.t TO scoped; INSERT INTO app.t VALUES ('a', 1), ('b', 1), ('b', 2);"
      "CREATE POLICY own ON app.t USING (tenant = nullif(current_setting('synapsor.tenant_id', true), ''))");
  const auto count = MakeStatement("SELECT count(*) FROM app.t", {}, {{T::kInt64}});
  const auto rows_of = [&](Connection& connection, const std::string& tenant, int timeout) {
    EXPECT_TRUE(connection.Begin(TxMode::kReadWrite, timeout, 2000));
    if (!tenant.empty()) connection.SetTenant(tenant);
    const auto rows = MustQuery(connection, count);
    EXPECT_TRUE(connection.Commit());
    return rows.empty() ? "" : rows[0][0].text;
  };
  for (const bool configured : {true, false}) {
    ConnectOptions options;
    options.role = Role::kWriter;
    options.row_level_security = configured;
    auto connector = MakePostgresConnector("app", UrlAs("scoped"), options, {}, false);
    ASSERT_TRUE(connector);
    auto connection = (*connector)->Connect();
    ASSERT_TRUE(connection);
    // With the session's timeouts and with others, which travel along; what one transaction said is not the next one's.
    for (const int timeout : {5000, 4000, 5000}) {
      EXPECT_EQ(rows_of(**connection, "b", timeout), configured ? "2" : "0");
      EXPECT_EQ(rows_of(**connection, "", timeout), "0");
      EXPECT_EQ(rows_of(**connection, "a", timeout), configured ? "1" : "0");
      EXPECT_EQ(rows_of(**connection, "b' OR 'a'='a", timeout), "0");
    }
    EXPECT_EQ(MustExecute(**connection, MakeStatement("UPDATE app.t SET v = 3")), 0);
    kept_.push_back(std::move(*connector));
  }
  Admin("DROP SCHEMA app CASCADE; DROP ROLE scoped");
}

TEST_F(PostgresTest, TlsFailsClosed) {
  const auto make = [](const std::string& url, config::TlsMode mode, const std::string& ca = {}) {
    return MakePostgresConnector("app", url, {}, {mode, ca}, true);
  };
  // Without verification only to loopback, whatever the URL says.
  EXPECT_FALSE(make("postgresql://u:geheim@db.example/x", config::TlsMode::kOff));
  EXPECT_FALSE(make("postgresql://u@db.example/x?sslmode=disable", config::TlsMode::kRequire));
  EXPECT_FALSE(make("postgresql://u@127.0.0.1,db.example/x", config::TlsMode::kOff));
  EXPECT_FALSE(make("postgresql://u@localhost/x?hostaddr=10.0.0.1", config::TlsMode::kOff));
  EXPECT_FALSE(make("postgresql:///x", config::TlsMode::kVerify));
  EXPECT_FALSE(make("service=remote", config::TlsMode::kVerify));
  EXPECT_TRUE(make("postgresql://u@db.example/x?sslmode=disable", config::TlsMode::kVerify));
  auto secret = make("postgresql://u:geheim@[broken/x", config::TlsMode::kVerify);
  ASSERT_FALSE(secret);
  EXPECT_THAT(secret.error().message, Not(HasSubstr("geheim")));
  // This server has no TLS: whoever asks for it is not served in plain text.
  auto required = make(url_, config::TlsMode::kRequire);
  ASSERT_TRUE(required);
  EXPECT_FALSE((*required)->Connect());
  auto verified = make(url_, config::TlsMode::kVerify, "/etc/ssl/certs/ca-certificates.crt");
  ASSERT_TRUE(verified);
  EXPECT_FALSE((*verified)->Connect());
}

TEST_F(PostgresTest, NobodyListening) {
  Stopwatch watch;
  auto opened = TryOpen(Role::kReader, true, "postgresql://u@127.0.0.1:1/x");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, FailureKind::kUnavailable);
  EXPECT_LT(watch.Milliseconds(), 3000);
}

}  // namespace
}  // namespace synapsor::db
