#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "compiler/schema/load.h"

namespace synapsor::schema {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Snapshot Read(std::string_view text) {
  auto read = ReadSqliteSql(text, "schema.sql");
  EXPECT_TRUE(read) << read.error().message;
  return read ? *read : Snapshot();
}

std::string ErrorOf(std::string_view text) {
  const auto read = ReadSqliteSql(text, "schema.sql");
  return read ? "accepted" : read.error().message;
}

TEST(LoadSqlite, TypesAndKeys) {
  const Snapshot s = Read(R"(
    CREATE TABLE t (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL COLLATE NOCASE, amount DECIMAL(12,2), flag BOOLEAN,
      at DATETIME DEFAULT CURRENT_TIMESTAMP, big BIGINT, raw BLOB, anything, twice INTEGER GENERATED ALWAYS AS (big * 2) VIRTUAL,
      UNIQUE (name));
    CREATE TABLE k (a TEXT, b INT, PRIMARY KEY (a, b)) WITHOUT ROWID;
    CREATE TABLE n (a TEXT PRIMARY KEY);
    CREATE TABLE s (id INT PRIMARY KEY, x TEXT) STRICT;
    CREATE UNIQUE INDEX partly ON t (big) WHERE big > 0;
    CREATE INDEX lowered ON t (lower(name), id);)");
  const Table* t = s.FindTable("", "t");
  EXPECT_FALSE(t->FindColumn("id")->nullable);
  EXPECT_EQ(t->FindColumn("id")->identity, Identity::kByDefault);
  EXPECT_EQ(t->FindColumn("name")->type.length, 40);
  EXPECT_EQ(t->FindColumn("name")->collation, "NOCASE");
  EXPECT_EQ(t->FindColumn("amount")->type.scale, 2);
  EXPECT_EQ(t->FindColumn("flag")->type.kind, TypeKind::kBoolean);
  EXPECT_EQ(t->FindColumn("at")->default_expression, "CURRENT_TIMESTAMP");
  EXPECT_EQ(t->FindColumn("anything")->type.kind, TypeKind::kOther);
  EXPECT_EQ(t->FindColumn("twice")->generated, Generated::kVirtual);
  EXPECT_EQ(t->FindColumn("twice")->default_expression, "big * 2");
  for (const Index& index : t->indexes) {
    if (index.name == "partly") {
      EXPECT_TRUE(index.partial && !index.unique);
    }
    if (index.name == "lowered") {
      EXPECT_THAT(index.columns, ElementsAre("(expression)", "id"));
    }
    if (index.origin == IndexOrigin::kUnique) {
      EXPECT_TRUE(index.unique);
    }
  }
  EXPECT_EQ(t->indexes.size(), 4u);
  EXPECT_FALSE(s.FindTable("", "k")->FindColumn("a")->nullable);
  EXPECT_TRUE(s.FindTable("", "n")->FindColumn("a")->nullable);  // SQLite lets NULL into other primary keys
  EXPECT_FALSE(s.FindTable("", "s")->FindColumn("id")->nullable);
}

TEST(LoadSqlite, ChecksTriggersViewsAndForeignKeys) {
  const Snapshot s = Read(R"(
    CREATE TABLE p (id INTEGER PRIMARY KEY);
    CREATE TABLE t (id INTEGER PRIMARY KEY, p REFERENCES p ON DELETE CASCADE, status TEXT CHECK (status IN ('a','b')), v INT, u TEXT,
      CONSTRAINT vmax CHECK (v BETWEEN 0 AND 10));
    CREATE TRIGGER bump AFTER UPDATE OF status ON t BEGIN
      UPDATE t SET v = CASE WHEN v IS NULL THEN 1 ELSE v + 1 END, u = datetime('now') WHERE id = NEW.id;
    END;
    CREATE TRIGGER log AFTER UPDATE ON t BEGIN INSERT INTO p VALUES (1); END;
    CREATE TRIGGER all_rows AFTER UPDATE ON t BEGIN UPDATE t SET v = 1; END;
    CREATE VIEW w AS SELECT x.id, status AS state, v + 1 AS more FROM t x WHERE v > 0;
    CREATE VIEW ww AS SELECT state FROM w;)");
  const Table* t = s.FindTable("", "t");
  EXPECT_EQ(t->checks.size(), 2u);
  EXPECT_THAT(*t->checks[0].one_of, ElementsAre("a", "b"));
  EXPECT_EQ(t->checks[1].name, "vmax");
  EXPECT_EQ(t->checks[1].max, "10");
  ASSERT_EQ(t->triggers.size(), 3u);
  EXPECT_TRUE(t->triggers[0].may_write_elsewhere);  // all_rows
  EXPECT_THAT(t->triggers[1].assigns, ElementsAre("u", "v"));
  EXPECT_FALSE(t->triggers[1].may_write_elsewhere);
  EXPECT_TRUE(t->triggers[2].may_write_elsewhere);
  EXPECT_THAT(t->foreign_keys[0].target_columns, ElementsAre("id"));
  const Table* w = s.FindTable("", "w");
  EXPECT_EQ(w->FindColumn("state")->base_column, "status");
  EXPECT_EQ(w->FindColumn("more")->base_column, "");
  EXPECT_FALSE(w->updatable);
  EXPECT_EQ(s.FindTable("", "ww")->FindColumn("state")->base_table, "t");
}

TEST(LoadSqlite, CannotTouchFiles) {
  const std::string file = "/tmp/synapsor_sqlite_escape.db";
  std::filesystem::remove(file);
  EXPECT_THAT(ErrorOf("ATTACH '" + file + "' AS x; CREATE TABLE x.t (a);"), HasSubstr("does not begin"));
  EXPECT_EQ(ErrorOf("VACUUM INTO '" + file + "';"), "accepted");
  EXPECT_EQ(ErrorOf("PRAGMA temp_store_directory = '/tmp';"), "accepted");
  EXPECT_THAT(ErrorOf("CREATE VIRTUAL TABLE f USING fsdir('/');"), HasSubstr("not understood as SQLite"));
  EXPECT_NE(ErrorOf("CREATE TABLE t AS SELECT load_extension('/tmp/x.so');"), "accepted");
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST(LoadSqlite, EndlessAndHostileInputEnds) {
  EXPECT_THAT(
      ErrorOf("CREATE TABLE t AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT n FROM r;"),
      HasSubstr("runs too long"));
  EXPECT_THAT(ErrorOf("CREATE TABLE t (a CHECK (" + std::string(2000, '(') + "1"), HasSubstr("nested parentheses"));
  EXPECT_THAT(ErrorOf("\nCREATE TABLE t (a,,b);"), HasSubstr("schema.sql:2: not understood as SQLite"));
  EXPECT_NE(ErrorOf("CREATE TABLE t (a) STRICT;"), "accepted");
  EXPECT_NE(ErrorOf("\x01\x02\xFF"), "accepted");
}

}  // namespace
}  // namespace synapsor::schema
