#include "runtime/db/sqlite.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <limits>

#include "runtime/db/reader.h"
#include "runtime/db/writer.h"
#include "tests/unit/db/statements.h"

namespace synapsor::db {
namespace {

using testing::HasSubstr;
using testing::Not;
using T = ScalarType;

class SqliteTest : public testing::Test {
 protected:
  SqliteTest() {
    char name[] = "/tmp/synapsor-sqlite-XXXXXX";
    directory_ = mkdtemp(name);
    path_ = directory_ + "/app.db";
  }
  ~SqliteTest() override { std::filesystem::remove_all(directory_); }

  // The application's own connection, outside what is tested.
  void Application(const std::string& sql) {
    sqlite3* raw = nullptr;
    ASSERT_EQ(sqlite3_open(path_.c_str(), &raw), SQLITE_OK);
    char* message = nullptr;
    ASSERT_EQ(sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, &message), SQLITE_OK) << message;
    sqlite3_close(raw);
  }

  std::unique_ptr<PooledConnection> Open(Role role, int lock_timeout_ms = 50) {
    ConnectOptions options;
    options.role = role;
    options.lock_timeout_ms = lock_timeout_ms;
    auto connection = MakeSqliteConnector(path_, options)->Connect();
    EXPECT_TRUE(connection) << connection.error().operator_message;
    return connection ? std::move(*connection) : nullptr;
  }

  std::string directory_, path_;
};

TEST_F(SqliteTest, MissingFileIsRefusedAndNotCreated) {
  for (const Role role : {Role::kReader, Role::kWriter}) {
    ConnectOptions options;
    options.role = role;
    auto connection = MakeSqliteConnector(path_, options)->Connect();
    ASSERT_FALSE(connection);
    EXPECT_EQ(connection.error().kind, FailureKind::kUnavailable);
    EXPECT_FALSE(std::filesystem::exists(path_));
  }
}

TEST_F(SqliteTest, FileThatIsNoDatabaseIsRefused) {
  FILE* file = fopen(path_.c_str(), "w");
  for (int i = 0; i < 300; ++i) fputs("this is not a database\n", file);
  fclose(file);
  auto connection = MakeSqliteConnector(path_, {})->Connect();
  ASSERT_FALSE(connection);
  EXPECT_THAT(connection.error().operator_message, HasSubstr("not a database"));
}

// A process of its own changes rows until its pages reach the file, and dies before its COMMIT.
void DieWhileWriting(const std::string& path) {
  const pid_t child = fork();
  if (child == 0) {
    sqlite3* raw = nullptr;
    sqlite3_open(path.c_str(), &raw);
    sqlite3_exec(raw, "PRAGMA cache_size = 1; BEGIN IMMEDIATE; UPDATE t SET v = zeroblob(4000)", nullptr, nullptr,
                 nullptr);
    _exit(0);
  }
  waitpid(child, nullptr, 0);
}

TEST_F(SqliteTest, ReadersSurviveAWriterThatDied) {
  Application(
      "CREATE TABLE t (k INTEGER PRIMARY KEY, v);"
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)"
      "INSERT INTO t SELECT i, CAST(i AS TEXT) || zeroblob(3000) FROM n");
  auto early = Open(Role::kReader);
  DieWhileWriting(path_);
  ASSERT_TRUE(std::filesystem::exists(path_ + "-journal"));
  const auto count = MakeStatement("SELECT count(*) FROM t WHERE typeof(v) = 'text'", {}, {{T::kInt64}});
  ASSERT_TRUE(early->Begin(TxMode::kReadOnly, 1000, 50));
  auto rows = early->Query(count, {}, 2);
  ASSERT_TRUE(rows) << rows.error().operator_message;
  EXPECT_EQ((*rows)[0][0], Scalar::Int(200));
  early->Rollback();

  DieWhileWriting(path_);
  auto late = Open(Role::kReader);
  ASSERT_TRUE(late);
  rows = late->Query(count, {}, 2);
  ASSERT_TRUE(rows) << rows.error().operator_message;
  EXPECT_EQ((*rows)[0][0], Scalar::Int(200));
}

TEST_F(SqliteTest, EveryTypeTravelsExactly) {
  Application("CREATE TABLE t (k INTEGER PRIMARY KEY, v)");
  auto writer = Open(Role::kWriter);
  std::string every_byte;
  for (int i = 0; i < 256; ++i) every_byte += static_cast<char>(i);
  const std::vector<Scalar> values = {
      Scalar::Text(""),
      Scalar::Text("it's \xF0\x9F\x90\x98 -- \"quoted\" ; \\"),
      Scalar::Int(0),
      Scalar::Int(std::numeric_limits<std::int64_t>::max()),
      Scalar::Int(std::numeric_limits<std::int64_t>::min()),
      Scalar::Of(T::kUInt64, "9223372036854775807"),
      Scalar::Of(T::kBoolean, "true"),
      Scalar::Of(T::kBoolean, "false"),
      Scalar::Of(T::kDouble, "0.1"),
      Scalar::Of(T::kDouble, "1.5e-09"),
      Scalar::Of(T::kDouble, "5e-324"),
      Scalar::Of(T::kDouble, "1.7976931348623157e+308"),
      Scalar::Of(T::kDecimal, "12345678901234567890.0000000001"),
      Scalar::Of(T::kDecimal, "-0.10"),
      Scalar::Of(T::kDate, "0001-01-01"),
      Scalar::Of(T::kDate, "9999-12-31"),
      Scalar::Of(T::kTime, "23:59:59.999999"),
      Scalar::Of(T::kTimestamp, "2026-02-28 23:59:59.000001"),
      Scalar::Of(T::kTimestampTz, "2026-02-28T23:59:59.000001Z"),
      Scalar::Of(T::kUuid, "00000000-0000-0000-0000-0000000000ff"),
      Scalar::Of(T::kBytes, ""),
      Scalar::Of(T::kBytes, every_byte),
      Scalar::Of(T::kJson, R"({"a": 1.10, "b": [9007199254740993]})"),
      Scalar::Null(T::kText),
      Scalar::Null(T::kBytes),
  };
  for (std::size_t i = 0; i < values.size(); ++i) {
    const T type = values[i].type;
    const auto insert = MakeStatement("INSERT INTO t (k, v) VALUES (?1, ?2) /*" + std::to_string(int(type)) + "*/",
                                      {{T::kInt64}, {type}});
    const Scalar key = Scalar::Int(static_cast<std::int64_t>(i));
    auto inserted = writer->Execute(insert, std::vector{key, values[i]});
    ASSERT_TRUE(inserted) << i << inserted.error().operator_message;
    EXPECT_EQ(*inserted, 1);
    const auto select = MakeStatement("SELECT v FROM t WHERE k = ?1", {{T::kInt64}}, {{type}});
    auto rows = writer->Query(select, std::vector{key}, 2);
    ASSERT_TRUE(rows) << i << rows.error().operator_message;
    ASSERT_EQ(rows->size(), 1u);
    EXPECT_EQ((*rows)[0][0], values[i]) << i << " " << values[i].text;
  }
}

TEST_F(SqliteTest, ValuesThatTheDeclaredTypeCannotCarryFailClosed) {
  Application(
      "CREATE TABLE t (k INTEGER PRIMARY KEY, v);"
      "INSERT INTO t VALUES (1, 'abc-secret'), (2, 2.5), (3, x'00'), (4, 2), (5, 9007199254740993),"
      " (6, 9e999), (7, CAST(x'ff' AS TEXT)), (8, CAST(x'610062' AS TEXT)), (9, 'infinity'), (10, "
      "-1),"
      " (11, '-0044-03-15'), (12, '5')");
  auto reader = Open(Role::kReader);
  const std::vector<std::pair<int, T>> cases = {
      {1, T::kInt64},       {1, T::kDouble},  {1, T::kBoolean}, {1, T::kBytes},  {1, T::kDecimal}, {1, T::kUuid},
      {1, T::kJson},        {2, T::kInt64},   {2, T::kText},    {3, T::kText},   {4, T::kBoolean}, {4, T::kText},
      {5, T::kDouble},      {6, T::kDouble},  {6, T::kDecimal}, {7, T::kText},   {8, T::kText},    {9, T::kDate},
      {9, T::kTimestampTz}, {10, T::kUInt64}, {11, T::kDate},   {12, T::kInt64},
  };
  for (const auto& [key, type] : cases) {
    const auto select = MakeStatement("SELECT v FROM t WHERE k = ?1", {{T::kInt64}}, {{type}});
    auto rows = reader->Query(select, std::vector{Scalar::Int(key)}, 2);
    ASSERT_FALSE(rows) << key << " as " << ScalarTypeName(type);
    EXPECT_EQ(rows.error().kind, FailureKind::kSchema);
    EXPECT_THAT(rows.error().operator_message, HasSubstr("`t.c0`"));
    EXPECT_THAT(rows.error().operator_message, Not(HasSubstr("secret")));
  }
}

TEST_F(SqliteTest, ValuesThatCannotBeStoredAreNotSent) {
  Application("CREATE TABLE t (k INTEGER PRIMARY KEY, v)");
  auto writer = Open(Role::kWriter);
  for (const Scalar& value :
       {Scalar::Of(T::kUInt64, "9223372036854775808"), Scalar::Of(T::kDouble, "nan"), Scalar::Of(T::kDouble, "inf"),
        Scalar::Of(T::kInt64, "1x"), Scalar::Of(T::kBoolean, "t")}) {
    auto done = writer->Execute(MakeStatement("INSERT INTO t (v) VALUES (?1)", {{value.type}}), std::vector{value});
    ASSERT_FALSE(done) << value.text;
    EXPECT_EQ(done.error().kind, FailureKind::kConstraint);
  }
  auto wrong_type =
      writer->Execute(MakeStatement("INSERT INTO t (v) VALUES (?1)", {{T::kInt64}}), std::vector{Scalar::Text("1")});
  ASSERT_FALSE(wrong_type);
  EXPECT_EQ(wrong_type.error().code, "PARAMETERS");
}

TEST_F(SqliteTest, DecimalColumnsReadAsTheirShortestDigits) {
  Application(
      "CREATE TABLE t (k INTEGER PRIMARY KEY, v DECIMAL(10,2));"
      "INSERT INTO t VALUES (1, '12.50'), (2, 7), (3, '0.1'), (4, '1e-10')");
  auto reader = Open(Role::kReader);
  const auto select = MakeStatement("SELECT v FROM t ORDER BY k", {}, {{T::kDecimal}});
  auto rows = reader->Query(select, {}, 10);
  ASSERT_TRUE(rows) << rows.error().operator_message;
  EXPECT_EQ((*rows)[0][0].text, "12.5");
  EXPECT_EQ((*rows)[1][0].text, "7");
  EXPECT_EQ((*rows)[2][0].text, "0.1");
  EXPECT_EQ((*rows)[3][0].text, "0.0000000001");
}

TEST_F(SqliteTest, TimestampsReadAsStoredSoThatGuardsMatch) {
  Application(
      "CREATE TABLE t (k INTEGER PRIMARY KEY, v TIMESTAMP);"
      "INSERT INTO t VALUES (1, '2026-01-02T03:04:05.1'), (2, '2026-01-02T03:04:05Z')");
  auto writer = Open(Role::kWriter);
  for (const int key : {1, 2}) {
    auto rows = writer->Query(MakeStatement("SELECT v FROM t WHERE k = ?1", {{T::kInt64}}, {{T::kTimestamp}}),
                              std::vector{Scalar::Int(key)}, 2);
    ASSERT_TRUE(rows) << rows.error().operator_message;
    auto matched =
        writer->Execute(MakeStatement("UPDATE t SET v = v WHERE k = ?1 AND v = ?2", {{T::kInt64}, {T::kTimestamp}}),
                        std::vector{Scalar::Int(key), (*rows)[0][0]});
    ASSERT_TRUE(matched);
    EXPECT_EQ(*matched, 1);
  }
}

TEST_F(SqliteTest, ReaderCannotWriteByAnyStatement) {
  Application("CREATE TABLE t (k INTEGER PRIMARY KEY, v TEXT); INSERT INTO t VALUES (1, 'a')");
  auto reader = Open(Role::kReader);
  for (const char* sql : {"UPDATE t SET v = 'b'", "DELETE FROM t", "INSERT INTO t VALUES (2, 'b')", "DROP TABLE t",
                          "CREATE TABLE u (x)", "CREATE TEMP TABLE u (x)"}) {
    auto done = reader->Execute(MakeStatement(sql), {});
    ASSERT_FALSE(done) << sql;
    EXPECT_EQ(done.error().kind, FailureKind::kPermission) << sql;
  }
  EXPECT_EQ(reader->Begin(TxMode::kReadWrite, 1000, 50).error().kind, FailureKind::kPermission);
  // Switching the belt off does not lift the file's read-only opening.
  (void)reader->Query(MakeStatement("PRAGMA query_only = OFF", {}, {{T::kInt64}}), {}, 1);
  auto done = reader->Execute(MakeStatement("UPDATE t SET v = 'c'"), {});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, FailureKind::kPermission);
}

TEST_F(SqliteTest, ReadOnlyTransactionOfAWriterRefusesWrites) {
  Application("CREATE TABLE t (k INTEGER PRIMARY KEY, v TEXT); INSERT INTO t VALUES (1, 'a')");
  auto writer = Open(Role::kWriter);
  const auto update = MakeStatement("UPDATE t SET v = 'b'");
  ASSERT_TRUE(writer->Begin(TxMode::kReadOnly, 1000, 50));
  auto refused = writer->Execute(update, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, FailureKind::kPermission);
  writer->Rollback();
  ASSERT_TRUE(writer->Begin(TxMode::kReadWrite, 1000, 50));
  EXPECT_EQ(writer->Execute(update, {}).value(), 1);
  ASSERT_TRUE(writer->Commit());
}

TEST_F(SqliteTest, WalDatabaseIsReadWhileItIsWritten) {
  Application(
      "PRAGMA journal_mode = WAL; CREATE TABLE t (k INTEGER PRIMARY KEY, v INTEGER);"
      "INSERT INTO t VALUES (1, 1)");
  auto writer = Open(Role::kWriter);
  auto reader = Open(Role::kReader);
  const auto select = MakeStatement("SELECT v FROM t WHERE k = 1", {}, {{T::kInt64}});
  ASSERT_TRUE(reader->Begin(TxMode::kReadOnly, 1000, 50));
  EXPECT_EQ(reader->Query(select, {}, 1).value()[0][0].text, "1");
  ASSERT_TRUE(writer->Begin(TxMode::kReadWrite, 1000, 50));
  ASSERT_EQ(writer->Execute(MakeStatement("UPDATE t SET v = v + 1"), {}).value(), 1);
  ASSERT_TRUE(writer->Commit());
  // One snapshot until the transaction ends.
  EXPECT_EQ(reader->Query(select, {}, 1).value()[0][0].text, "1");
  ASSERT_TRUE(reader->Commit());
  EXPECT_EQ(reader->Query(select, {}, 1).value()[0][0].text, "2");
}

TEST_F(SqliteTest, MatchedRowsAreCountedEvenWhenNothingChanges) {
  Application("CREATE TABLE t (k INTEGER PRIMARY KEY, v INTEGER); INSERT INTO t VALUES (1, 1)");
  auto writer = Open(Role::kWriter);
  EXPECT_EQ(writer->Execute(MakeStatement("UPDATE t SET v = 1 WHERE k = 1"), {}).value(), 1);
  EXPECT_EQ(writer->Execute(MakeStatement("UPDATE t SET v = 1 WHERE k = 9"), {}).value(), 0);
}

TEST_F(SqliteTest, LockTimeout) {
  Application("CREATE TABLE t (k INTEGER PRIMARY KEY, v INTEGER)");
  auto first = Open(Role::kWriter), second = Open(Role::kWriter);
  ASSERT_TRUE(first->Begin(TxMode::kReadWrite, 1000, 50));
  const auto start = std::chrono::steady_clock::now();
  auto begun = second->Begin(TxMode::kReadWrite, 1000, 100);
  const auto waited = std::chrono::steady_clock::now() - start;
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().kind, FailureKind::kTimeout);
  EXPECT_GE(waited, std::chrono::milliseconds(80));
  EXPECT_LT(waited, std::chrono::seconds(3));
  first->Rollback();
  ASSERT_TRUE(second->Begin(TxMode::kReadWrite, 1000, 100));
}

TEST_F(SqliteTest, StatementTimeoutRollsBack) {
  Application("CREATE TABLE t (k INTEGER PRIMARY KEY, v INTEGER); INSERT INTO t VALUES (1, 1)");
  auto writer = Open(Role::kWriter);
  ASSERT_TRUE(writer->Begin(TxMode::kReadWrite, 50, 50));
  ASSERT_TRUE(writer->Execute(MakeStatement("UPDATE t SET v = 2"), {}));
  const auto endless = MakeStatement(
      "UPDATE t SET v = (WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r)"
      " SELECT count(*) FROM r)");
  auto done = writer->Execute(endless, {});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, FailureKind::kTimeout);
  EXPECT_FALSE(writer->Commit());
  EXPECT_TRUE(writer->healthy());
  EXPECT_EQ(writer->Query(MakeStatement("SELECT v FROM t", {}, {{T::kInt64}}), {}, 1).value()[0][0].text, "1");
}

TEST_F(SqliteTest, FailuresAreClassed) {
  Application(
      "CREATE TABLE p (id INTEGER PRIMARY KEY);"
      "CREATE TABLE t (k INTEGER PRIMARY KEY, p INTEGER REFERENCES p(id), v INTEGER NOT NULL"
      " CHECK (v > 0)) STRICT; INSERT INTO t VALUES (1, NULL, 1)");
  auto writer = Open(Role::kWriter);
  const std::vector<std::pair<const char*, FailureKind>> cases = {
      {"INSERT INTO t VALUES (1, NULL, 1)", FailureKind::kConstraint},
      {"INSERT INTO t VALUES (2, 77, 1)", FailureKind::kConstraint},
      {"INSERT INTO t VALUES (2, NULL, 0)", FailureKind::kConstraint},
      {"INSERT INTO t VALUES (2, NULL, NULL)", FailureKind::kConstraint},
      {"INSERT INTO t VALUES (2, NULL, 'x')", FailureKind::kConstraint},
      {"UPDATE t SET missing = 1", FailureKind::kSchema},
      {"UPDATE missing SET v = 1", FailureKind::kSchema},
      {"UPDATE t SET v = 1; DELETE FROM t", FailureKind::kOther},
      {"ATTACH 'other.db' AS other", FailureKind::kOther},
  };
  for (const auto& [sql, kind] : cases) {
    auto done = writer->Execute(MakeStatement(sql), {});
    ASSERT_FALSE(done) << sql;
    EXPECT_EQ(done.error().kind, kind) << sql << ": " << done.error().operator_message;
  }
}

TEST_F(SqliteTest, RowCapBoundsWhatIsRead) {
  Application("CREATE TABLE t (k INTEGER PRIMARY KEY); INSERT INTO t VALUES (1), (2), (3)");
  auto reader = Open(Role::kReader);
  const auto select = MakeStatement("SELECT k FROM t ORDER BY k", {}, {{T::kInt64}});
  EXPECT_EQ(reader->Query(select, {}, 2)->size(), 2u);
  EXPECT_EQ(reader->Query(select, {}, 0)->size(), 0u);
  EXPECT_EQ(reader->Query(select, {}, 9)->size(), 3u);
}

TEST_F(SqliteTest, OneFingerprintIsOneText) {
  Application("CREATE TABLE t (k INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)");
  auto reader = Open(Role::kReader);
  auto select = MakeStatement("SELECT k FROM t", {}, {{T::kInt64}});
  ASSERT_TRUE(reader->Query(select, {}, 2));
  select.sql = "SELECT 2";
  auto rows = reader->Query(select, {}, 2);
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, "FINGERPRINT");
}

TEST_F(SqliteTest, OpensFromTheConfiguration) {
  Application("CREATE TABLE t (k INTEGER PRIMARY KEY)");
  config::Source source;
  source.name = "app";
  source.engine = "sqlite";
  source.sqlite_path = path_;
  auto reader = OpenReader(source);
  ASSERT_TRUE(reader) << reader.error().message;
  EXPECT_EQ((*reader)->engine(), "sqlite");
  auto lease = (*reader)->Acquire(1000);
  ASSERT_TRUE(lease);
  EXPECT_FALSE((*lease)->Execute(MakeStatement("INSERT INTO t VALUES (1)"), {}));
  auto credential = WriteCredential::FromConfig(source);
  ASSERT_TRUE(credential);
  auto writer = OpenWriter(*credential);
  ASSERT_TRUE(writer) << writer.error().message;
  EXPECT_TRUE((*writer)->Acquire(1000).value()->Execute(MakeStatement("INSERT INTO t VALUES (1)"), {}));

  config::Source by_secret = source;
  by_secret.sqlite_path.clear();
  by_secret.read.variable = "SYNAPSOR_TEST_SQLITE_PATH";
  EXPECT_FALSE(WriteCredential::FromConfig(by_secret));  // no `write` at all
  setenv("SYNAPSOR_TEST_SQLITE_PATH", path_.c_str(), 1);
  EXPECT_TRUE(OpenReader(by_secret));
  setenv("SYNAPSOR_TEST_SQLITE_PATH", (path_ + ".missing").c_str(), 1);
  EXPECT_FALSE(OpenReader(by_secret));
}

}  // namespace
}  // namespace synapsor::db
