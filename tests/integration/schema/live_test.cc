// Introspection against real servers, with the database's own dump, read offline, as the oracle.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>

#include "compiler/schema/introspect.h"
#include "compiler/schema/load.h"
#include "compiler/schema/snapshot_json.h"

namespace synapsor::schema {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::string Shell(const std::string& command) {
  FILE* pipe = popen(command.c_str(), "r");
  std::string out;
  std::array<char, 4096> block;
  while (const std::size_t count = fread(block.data(), 1, block.size(), pipe)) out.append(block.data(), count);
  EXPECT_EQ(pclose(pipe), 0) << command << "\n" << out;
  return out;
}

const std::string kFolder = SYNAPSOR_SOURCE_DIR "/tests/integration/schema/";

std::string PostgresUrl(const std::string& database, const std::string& user = "postgres") {
  std::string url = Environment("SYNAPSOR_TEST_POSTGRES_URL");
  url = url.substr(0, url.rfind('/') + 1) + database;
  return std::regex_replace(url, std::regex("postgres@"), user + "@");
}

std::string MariadbUrl(const std::string& database, const std::string& login = "root") {
  std::string url = Environment("SYNAPSOR_TEST_MARIADB_URL");
  url = url.substr(0, url.rfind('/') + 1) + database;
  return std::regex_replace(url, std::regex("root@"), login + "@");
}

std::string MariadbLogin() {
  std::smatch found;
  const std::string url = Environment("SYNAPSOR_TEST_MARIADB_URL");
  std::regex_search(url, found, std::regex(R"(@([^:/]+):(\d+))"));
  return " -h" + found[1].str() + " -P" + found[2].str() + " -uroot ";
}

// What only the live database can tell: its version, the role's rights, types and NULLs of computed view columns.
Snapshot AsAFileKnows(Snapshot snapshot) {
  snapshot.server_version.clear();
  snapshot.role.reset();
  for (Table& table : snapshot.tables) {
    table.owned_by_role = table.may_select = table.may_insert = table.may_update = table.may_delete = std::nullopt;
    for (Column& column : table.columns) {
      column.may_select = column.may_update = std::nullopt;
      if (table.kind == TableKind::kView && column.base_column.empty()) {
        column.type = {};
        column.collation.clear();
        column.nullable = true;
      }
    }
  }
  Finish(snapshot);
  return snapshot;
}

Result<Snapshot> Live(Engine engine, const std::string& url, std::vector<std::string> schemas = {}) {
  return Introspect(engine, url, {.schemas = std::move(schemas)});
}

class Postgres : public testing::Test {
 protected:
  void SetUp() override {
    if (Environment("SYNAPSOR_TEST_POSTGRES_URL").empty()) GTEST_SKIP() << "SYNAPSOR_TEST_POSTGRES_URL is not set";
    Shell("psql -q -v ON_ERROR_STOP=1 " + PostgresUrl("postgres") +
          " -c 'DROP DATABASE IF EXISTS features' -c 'CREATE DATABASE features' 2>&1");
    Load("features.postgres.sql");
    if (version_ >= 15) Load("features.postgres15.sql");
    if (version_ >= 18) Load("features.postgres18.sql");
  }

  static void Load(const std::string& file) {
    Shell("psql -q -v ON_ERROR_STOP=1 " + PostgresUrl("features") + " -f " + kFolder + file + " 2>&1");
  }
  static int Number(const std::string& text) {
    std::smatch found;
    return std::regex_search(text, found, std::regex("[0-9]+")) ? std::stoi(found.str()) : 0;
  }

  int version_ = Number(Shell("psql -X -At " + PostgresUrl("postgres") + " -c 'SHOW server_version'"));
};

// A dump by the program that SYNAPSOR_TEST_PG_DUMP names: one that is not older than the server.
std::string PgDump() {
  const std::string named = Environment("SYNAPSOR_TEST_PG_DUMP");
  return named.empty() ? "pg_dump" : named;
}

TEST_F(Postgres, AgreesWithItsOwnDumpReadOffline) {
  std::smatch found;
  const std::string program = Shell(PgDump() + " --version");
  ASSERT_TRUE(std::regex_search(program, found, std::regex(R"(\) (\d+))")));
  if (std::stoi(found[1]) < version_)
    GTEST_SKIP() << program << "does not dump PostgreSQL " << version_ << "; name another in SYNAPSOR_TEST_PG_DUMP";
  const auto live = Live(Engine::kPostgres, PostgresUrl("features"));
  ASSERT_TRUE(live) << live.error().message;
  const auto dump = ReadPostgresSql(Shell(PgDump() + " --schema-only " + PostgresUrl("features")), "dump.sql");
  ASSERT_TRUE(dump) << dump.error().message;
  EXPECT_EQ(live->tables.size(), version_ >= 18 ? 17u : 13u);
  EXPECT_EQ(ToJson(AsAFileKnows(*live)), ToJson(AsAFileKnows(*dump)));
}

TEST_F(Postgres, TwoIntrospectionsGiveTheSameBytesAndTheFileReadsBack) {
  const auto first = Live(Engine::kPostgres, PostgresUrl("features")),
             second = Live(Engine::kPostgres, PostgresUrl("features"));
  ASSERT_TRUE(first && second);
  EXPECT_EQ(ToJson(*first), ToJson(*second));
  EXPECT_EQ(ToJson(*FromJson(ToJson(*first), "s.json")), ToJson(*first));
}

TEST_F(Postgres, WhatWasNeverValidatedIsNotTakenForAFact) {
  const auto live = Live(Engine::kPostgres, PostgresUrl("features"));
  ASSERT_TRUE(live) << live.error().message;
  const Table* base = live->FindTable("public", "base");
  ASSERT_NE(base, nullptr);
  std::map<std::string, bool> validated;
  for (const CheckConstraint& check : base->checks) validated[check.name] = check.validated;
  EXPECT_EQ(validated,
            (std::map<std::string, bool>{{"base_kind_check", true}, {"base_late", false}, {"base_later", true}}));
}

TEST_F(Postgres, ReadsWhatIsNewIn18) {
  if (version_ < 18) GTEST_SKIP() << "PostgreSQL " << version_ << " does not have it";
  const auto live = Live(Engine::kPostgres, PostgresUrl("features"));
  ASSERT_TRUE(live) << live.error().message;
  const Table& prices = *live->FindTable("public", "prices");
  EXPECT_EQ(prices.FindColumn("doubled")->generated, Generated::kVirtual);
  EXPECT_EQ(prices.FindColumn("tripled")->generated, Generated::kVirtual);
  EXPECT_EQ(prices.FindColumn("kept")->generated, Generated::kStored);
  EXPECT_FALSE(prices.FindColumn("note")->nullable);
  EXPECT_TRUE(prices.FindColumn("reviewer")->nullable) << "its NOT NULL is NOT VALID";
  EXPECT_THAT(prices.primary_key, testing::ElementsAre("id", "valid_at"));
  ASSERT_EQ(prices.checks.size(), 1u) << "the others are NOT ENFORCED";
  EXPECT_EQ(prices.checks[0].name, "prices_note_check");
  ASSERT_EQ(prices.foreign_keys.size(), 1u);
  EXPECT_FALSE(prices.foreign_keys[0].enforced);
  const Table& sold = *live->FindTable("public", "sold");
  ASSERT_EQ(sold.foreign_keys.size(), 2u);
  EXPECT_TRUE(sold.foreign_keys[0].enforced && sold.foreign_keys[1].enforced);
  EXPECT_THAT(sold.foreign_keys[1].target_columns, testing::ElementsAre("id", "valid_at"));
}

TEST_F(Postgres, MetadataIsEnoughForARoleWithoutRights) {
  Shell("psql -q " + PostgresUrl("features") +
        " -c 'DROP ROLE IF EXISTS nobody_here' -c 'CREATE ROLE nobody_here LOGIN' 2>&1");
  const auto all = Live(Engine::kPostgres, PostgresUrl("features"));
  const auto read = Live(Engine::kPostgres, PostgresUrl("features", "nobody_here"));
  ASSERT_TRUE(read) << read.error().message;
  const Table* invoices = read->FindTable("public", "invoices");
  ASSERT_NE(invoices, nullptr);
  EXPECT_EQ(invoices->may_select, false);
  EXPECT_EQ(invoices->owned_by_role, false);
  EXPECT_EQ(read->role->name, "nobody_here");
  EXPECT_FALSE(read->role->superuser);
  EXPECT_TRUE(all->role->superuser);
  EXPECT_EQ(invoices->fingerprint, all->FindTable("public", "invoices")->fingerprint);
}

TEST_F(Postgres, OnlyTheNamedSchemas) {
  const auto read = Live(Engine::kPostgres, PostgresUrl("features"), {"Odd Schema"});
  ASSERT_TRUE(read);
  ASSERT_EQ(read->tables.size(), 1u);
  EXPECT_EQ(read->tables[0].name, "Select");
}

TEST_F(Postgres, ErrorsNeverRepeatTheUrl) {
  for (const std::string url : {"postgresql://hidden_user:hunter2@127.0.0.1:1/hidden_db",
                                "postgresql://hidden_user:hunter2@192.0.2.1/hidden_db?sslmode=prefer",
                                "nonsense://hunter2", "host=db.example password=hunter2 sslmode=disable"}) {
    const auto read = Live(Engine::kPostgres, url);
    ASSERT_FALSE(read);
    EXPECT_THAT(read.error().message + read.error().hint, Not(HasSubstr("hunter2")));
    EXPECT_THAT(read.error().message + read.error().hint, Not(HasSubstr("hidden")));
  }
  EXPECT_THAT(Live(Engine::kPostgres, "postgresql://u@192.0.2.1/d?sslmode=require").error().message,
              HasSubstr("verified TLS"));
  EXPECT_THAT(Live(Engine::kPostgres, PostgresUrl("no_such_database")).error().message, HasSubstr("no such"));
}

// MySQL's own mysqldump, from the Debian tree that tests/integration/servers has its server of.
std::string MysqlDump() {
  const std::string root = Environment("SYNAPSOR_TEST_MYSQL_ROOT");
  if (root.empty()) return "";
  return root + "/lib64/ld-linux-x86-64.so.2 --library-path " + root + "/usr/lib/x86_64-linux-gnu:" + root +
         "/usr/lib/mysql/private " + root + "/usr/bin/mysqldump --no-defaults --set-gtid-purged=OFF";
}

// MariaDB, or the MySQL that answers in its place.
class Mariadb : public testing::Test {
 protected:
  void SetUp() override {
    if (Environment("SYNAPSOR_TEST_MARIADB_URL").empty()) GTEST_SKIP() << "SYNAPSOR_TEST_MARIADB_URL is not set";
    Shell("mariadb" + MariadbLogin() + "-e 'DROP DATABASE IF EXISTS features; CREATE DATABASE features' 2>&1");
    Load("features.mariadb.sql");
    mysql_ = Shell("mariadb" + MariadbLogin() + "-N -e 'SELECT VERSION()'").find("MariaDB") == std::string::npos;
    if (mysql_) Load("features.mysql.sql");
  }

  static void Load(const std::string& file) {
    Shell("mariadb" + MariadbLogin() + "--default-character-set=utf8mb4 features < " + kFolder + file + " 2>&1");
  }

  bool mysql_ = false;
};

TEST_F(Mariadb, AgreesWithItsOwnDumpReadOffline) {
  const auto live = Live(Engine::kMariadb, MariadbUrl("features"));
  ASSERT_TRUE(live) << live.error().message;
  EXPECT_EQ(live->engine, mysql_ ? Engine::kMysql : Engine::kMariadb);
  EXPECT_EQ(live->tables.size(), mysql_ ? 30u : 7u);
  std::vector<std::string> dumps = {"mariadb-dump"};
  if (mysql_ && !MysqlDump().empty()) dumps.push_back(MysqlDump());
  for (const std::string& program : dumps) {
    auto dump = ReadMysqlSql(Shell(program + MariadbLogin() + "--no-data --databases features"), "dump.sql");
    ASSERT_TRUE(dump) << program << ": " << dump.error().message;
    dump->engine = live->engine;
    Snapshot known = AsAFileKnows(*live), read = AsAFileKnows(*dump);
    for (Snapshot* snapshot : {&known, &read}) {
      for (Table& table : snapshot->tables) {  // the server writes the database's name into views
        table.view_definition = std::regex_replace(table.view_definition, std::regex("`features`\\."), "");
      }
      Finish(*snapshot);
    }
    EXPECT_EQ(ToJson(known), ToJson(read)) << program;
  }
}

// The server's own word on what it accepts, beside what the snapshot says of it.
TEST_F(Mariadb, WhatOnlyMysqlHas) {
  if (!mysql_) GTEST_SKIP() << "this is MariaDB";
  const auto live = Live(Engine::kMysql, MariadbUrl("features"));
  ASSERT_TRUE(live) << live.error().message;
  const Table* table = live->FindTable("", "only_mysql");
  ASSERT_NE(table, nullptr);
  const auto column = [&](const char* name) { return *table->FindColumn(name); };
  EXPECT_EQ(column("code").default_expression, R"('it''s \\ odd')");
  EXPECT_EQ(column("active").type.kind, TypeKind::kBoolean);
  EXPECT_EQ(column("mask").type.kind, TypeKind::kInteger);
  EXPECT_EQ(column("vec").type.kind, TypeKind::kOther);
  EXPECT_EQ(column("place").type.kind, TypeKind::kOther);
  EXPECT_EQ(column("touched").on_update, "CURRENT_TIMESTAMP");
  EXPECT_EQ(column("word").default_expression, "'current_timestamp'");
  EXPECT_EQ(column("shown").generated, Generated::kVirtual);
  std::map<std::string, CheckConstraint> checks;
  for (const CheckConstraint& check : table->checks) checks.emplace(check.name, check);
  EXPECT_EQ(checks.size(), 3u);  // those that are enforced
  EXPECT_EQ(checks["code_list"].one_of, (std::vector<std::string>{"it's", "b\\c", "\xC3\xA4"}));
  EXPECT_EQ(checks["low_range"].min, "-5");
  EXPECT_EQ(checks["low_range"].max, "100");
  EXPECT_TRUE(checks["low_range"].max_exclusive);
  EXPECT_EQ(checks["short"].max_length, 30);
  EXPECT_EQ(live->FindTable("", "by_prefix")->primary_key, std::vector<std::string>{"name"});
  EXPECT_TRUE(live->FindTable("", "without_key")->primary_key.empty());
}

TEST_F(Mariadb, TwoIntrospectionsGiveTheSameBytes) {
  const auto first = Live(Engine::kMysql, MariadbUrl("features")),
             second = Live(Engine::kMariadb, MariadbUrl("features"));
  ASSERT_TRUE(first && second);
  EXPECT_EQ(ToJson(*first), ToJson(*second));
}

TEST_F(Mariadb, PrivilegesOfTheRole) {
  Shell("mariadb" + MariadbLogin() +
        "-e \"DROP USER IF EXISTS reader@'%'; CREATE USER reader@'%' IDENTIFIED BY 'pw'; "
        "GRANT SELECT ON features.orders TO reader@'%'; GRANT UPDATE (note) ON features.orders TO reader@'%'\" 2>&1");
  const auto read = Live(Engine::kMariadb, MariadbUrl("features", "reader:pw"));
  ASSERT_TRUE(read) << read.error().message;
  const Table* orders = read->FindTable("", "orders");
  ASSERT_NE(orders, nullptr);
  EXPECT_EQ(orders->may_select, true);
  EXPECT_EQ(orders->may_delete, false);
  EXPECT_EQ(orders->FindColumn("note")->may_update, true);
  EXPECT_EQ(orders->FindColumn("amount")->may_update, false);
  EXPECT_FALSE(read->role->superuser);
}

TEST_F(Mariadb, ErrorsNeverRepeatTheUrlAndRemoteHostsNeedTls) {
  for (const std::string& url : {std::string("mysql://hidden_user:hunter2@127.0.0.1:1/hidden_db"),
                                 std::string("hunter2"), MariadbUrl("features", "hidden_user:hunter2"),
                                 std::string("mysql://hidden_user@127.0.0.1/x?hunter2=1").replace(8, 6, "hidden")}) {
    const auto read = Live(Engine::kMysql, url);
    ASSERT_FALSE(read);
    EXPECT_THAT(read.error().message + read.error().hint, Not(HasSubstr("hidden")));
  }
  // A server without TLS: asking for a CA must not fall back to plain text.
  std::string url = MariadbUrl("features") + "?ssl-ca=/etc/ssl/certs/ca-certificates.crt";
  EXPECT_FALSE(Live(Engine::kMysql, url));
}

TEST(Sqlite, LiveFileAgreesWithItsText) {
  const std::string text =
      "CREATE TABLE p (id INTEGER PRIMARY KEY, n VARCHAR(5) CHECK (length(n) <= 5));"
      "CREATE TABLE t (id INTEGER PRIMARY KEY, p_id INTEGER NOT NULL REFERENCES p ON DELETE CASCADE);"
      "CREATE TRIGGER tr AFTER UPDATE ON p BEGIN UPDATE p SET n = 'x' WHERE id = NEW.id; END;"
      "CREATE VIEW v AS SELECT id, n AS m FROM p;";
  const std::string path = testing::TempDir() + "/live_" + std::to_string(::getpid()) + ".db";
  std::filesystem::remove(path);
  std::ofstream(path + ".sql") << text;
  Shell("python3 -c \"import sqlite3; sqlite3.connect('" + path + "').executescript(open('" + path +
        ".sql').read())\"");
  const auto live = Live(Engine::kSqlite, path), read = ReadSqliteSql(text, "t.sql");
  ASSERT_TRUE(live) << live.error().message;
  ASSERT_TRUE(read);
  EXPECT_EQ(ToJson(AsAFileKnows(*live)), ToJson(AsAFileKnows(*read)));
  EXPECT_FALSE(Live(Engine::kSqlite, "/nonexistent/x.db"));
}

}  // namespace
}  // namespace synapsor::schema
