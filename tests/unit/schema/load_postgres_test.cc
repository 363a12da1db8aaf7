#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/schema/load.h"
#include "compiler/schema/snapshot_json.h"

namespace synapsor::schema {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Snapshot Read(std::string_view text) {
  auto read = ReadPostgresSql(text, "schema.sql");
  EXPECT_TRUE(read) << read.error().message;
  return read ? *read : Snapshot();
}

std::string ErrorOf(std::string_view text) {
  const auto read = ReadPostgresSql(text, "schema.sql");
  return read ? "accepted" : read.error().message;
}

const Table& Only(const Snapshot& snapshot) {
  EXPECT_EQ(snapshot.tables.size(), 1u);
  return snapshot.tables.at(0);
}

const Index* IndexNamed(const Table& table, std::string_view name) {
  for (const Index& index : table.indexes) {
    if (index.name == name) return &index;
  }
  return nullptr;
}

TEST(LoadPostgres, TypesAreNormalized) {
  const Snapshot s = Read(R"(
    CREATE TYPE mood AS ENUM ('a', 'b');
    ALTER TYPE mood ADD VALUE 'c' BEFORE 'b';
    CREATE TABLE t (a varchar(40), b numeric(12,2), c timestamptz(3), d char, e mood, f mood[], g INT64, h varchar,
      i serial, j int GENERATED ALWAYS AS IDENTITY, k citext, l public.geometry, m timestamp, n numeric(5));)");
  const Table& t = Only(s);
  EXPECT_EQ(t.FindColumn("a")->type.declared, "character varying(40)");
  EXPECT_EQ(t.FindColumn("a")->type.length, 40);
  EXPECT_EQ(t.FindColumn("b")->type.declared, "numeric(12,2)");
  EXPECT_EQ(t.FindColumn("b")->type.scale, 2);
  EXPECT_EQ(t.FindColumn("c")->type.declared, "timestamp(3) with time zone");
  EXPECT_EQ(t.FindColumn("c")->type.fractional_digits, 3);
  EXPECT_EQ(t.FindColumn("d")->type.declared, "character(1)");
  EXPECT_THAT(t.FindColumn("e")->type.enum_values, ElementsAre("a", "c", "b"));
  EXPECT_EQ(t.FindColumn("f")->type.kind, TypeKind::kArray);
  EXPECT_EQ(t.FindColumn("g")->type.bits, 64);
  EXPECT_FALSE(t.FindColumn("h")->type.length);
  EXPECT_EQ(t.FindColumn("i")->identity, Identity::kByDefault);
  EXPECT_FALSE(t.FindColumn("i")->nullable);
  EXPECT_EQ(t.FindColumn("j")->identity, Identity::kAlways);
  EXPECT_EQ(t.FindColumn("k")->type.kind, TypeKind::kText);
  EXPECT_EQ(t.FindColumn("l")->type.kind, TypeKind::kOther);
  EXPECT_EQ(t.FindColumn("m")->type.fractional_digits, 6);
  EXPECT_EQ(t.FindColumn("n")->type.scale, 0);
}

TEST(LoadPostgres, UniqueMeansUniqueForEveryRow) {
  const Snapshot s = Read(R"(
    CREATE TABLE t (a int UNIQUE DEFERRABLE, b int UNIQUE, c int, d int, UNIQUE NULLS NOT DISTINCT (c), UNIQUE (c, d) DEFERRABLE);
    CREATE UNIQUE INDEX p ON t (d) WHERE d > 0;
    CREATE UNIQUE INDEX e ON t (lower(c::text));)");
  const Table& t = Only(s);
  EXPECT_FALSE(IndexNamed(t, "t_a_key")->unique);
  EXPECT_TRUE(IndexNamed(t, "t_b_key")->unique);
  EXPECT_FALSE(IndexNamed(t, "t_c_key")->nulls_distinct);
  EXPECT_FALSE(IndexNamed(t, "t_c_d_key")->unique);
  EXPECT_TRUE(IndexNamed(t, "p")->partial);
  EXPECT_FALSE(IndexNamed(t, "p")->unique);
  EXPECT_THAT(IndexNamed(t, "e")->columns, ElementsAre("(expression)"));
}

TEST(LoadPostgres, KeysMakeColumnsNotNull) {
  const Snapshot s = Read(
      "CREATE TABLE t (a int, b int, PRIMARY KEY (a, b)); ALTER TABLE ONLY t DROP CONSTRAINT t_pkey;"
      "CREATE TABLE u (id int PRIMARY KEY, t int REFERENCES u ON DELETE CASCADE);");
  EXPECT_FALSE(s.FindTable("", "t")->FindColumn("a")->nullable);
  EXPECT_THAT(s.FindTable("", "t")->primary_key, IsEmpty());
  EXPECT_THAT(s.FindTable("", "u")->foreign_keys[0].target_columns, ElementsAre("id"));
  EXPECT_EQ(s.FindTable("", "u")->referenced_by[0].on_delete, ReferentialAction::kCascade);
}

TEST(LoadPostgres, ChecksOfSimpleFormAreRead) {
  const Snapshot s = Read(R"(
    CREATE DOMAIN d AS int CHECK (VALUE BETWEEN 1 AND 9);
    CREATE TABLE t (s text CHECK (s IN ('a', 'it''s')), n int, m d, x text,
      CONSTRAINT c1 CHECK (n > -1 AND n <= 10 AND 3 <= n),
      CONSTRAINT c2 CHECK (char_length(x) < 5 AND x <> ''),
      CONSTRAINT c3 CHECK (s = 'a' OR n > 2),
      CONSTRAINT c4 CHECK (x IS NULL OR x = 'q' OR x = 'r'),
      CONSTRAINT c5 CHECK (NOT (n > 3)),
      CONSTRAINT c6 CHECK (lower(x) = 'a'));)");
  std::map<std::string, CheckConstraint> by;
  for (const CheckConstraint& check : Only(s).checks) by[check.name] = check;
  EXPECT_THAT(*by["t_s_check"].one_of, ElementsAre("a", "it's"));
  EXPECT_EQ(by["c1"].min, "3");
  EXPECT_FALSE(by["c1"].min_exclusive);
  EXPECT_EQ(by["c1"].max, "10");
  EXPECT_EQ(by["c2"].max_length, 4);
  EXPECT_EQ(by["c3"].column, "");
  EXPECT_THAT(*by["c4"].one_of, ElementsAre("q", "r"));
  EXPECT_EQ(by["c5"].column, "");
  EXPECT_EQ(by["c6"].column, "");
  EXPECT_EQ(by["d_check"].column, "m");
  EXPECT_EQ(by["d_check"].max, "9");
}

TEST(LoadPostgres, TriggersShowWhatTheyAssign) {
  const Snapshot s = Read(R"(
    CREATE TABLE t (id int PRIMARY KEY, "Ver" int, u timestamptz);
    CREATE TRIGGER a BEFORE UPDATE OF u ON t FOR EACH ROW EXECUTE FUNCTION f();
    CREATE TRIGGER b AFTER DELETE ON t FOR EACH ROW EXECUTE FUNCTION g();
    CREATE TRIGGER c BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION unknown();
    CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.u := now(); NEW."Ver" = OLD."Ver" + 1; IF NEW.id = 3 THEN RETURN NULL; END IF; RETURN NEW; END $$;
    CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM other; RETURN OLD; END $$;)");
  const Table& t = Only(s);
  EXPECT_THAT(t.triggers[0].assigns, ElementsAre("Ver", "u"));
  EXPECT_FALSE(t.triggers[0].may_write_elsewhere);
  EXPECT_THAT(t.triggers[0].update_columns, ElementsAre("u"));
  EXPECT_TRUE(t.triggers[1].may_write_elsewhere);
  EXPECT_FALSE(t.triggers[1].before);
  EXPECT_TRUE(t.triggers[2].may_write_elsewhere);
}

TEST(LoadPostgres, ViewsMapToBaseColumns) {
  const Snapshot s = Read(R"(
    CREATE TABLE t (id int PRIMARY KEY, tenant text NOT NULL, n int);
    CREATE VIEW v AS SELECT id, tenant AS org, n + 1 AS m FROM t;
    CREATE VIEW w (key) AS SELECT org FROM v AS x;
    CREATE VIEW agg AS SELECT count(*) FROM t;
    CREATE VIEW star AS SELECT * FROM t;
    CREATE VIEW hidden AS WITH t AS (SELECT 1 AS id) SELECT id FROM t;
    CREATE VIEW u AS SELECT id FROM t UNION SELECT id FROM t;)");
  const Table* v = s.FindTable("", "v");
  EXPECT_TRUE(v->updatable);
  EXPECT_EQ(v->FindColumn("org")->base_column, "tenant");
  EXPECT_FALSE(v->FindColumn("org")->nullable);
  EXPECT_FALSE(v->FindColumn("m")->updatable);
  EXPECT_EQ(s.FindTable("", "w")->FindColumn("key")->base_table, "t");
  EXPECT_EQ(s.FindTable("", "w")->FindColumn("key")->base_column, "tenant");
  EXPECT_FALSE(s.FindTable("", "agg")->updatable);
  EXPECT_EQ(s.FindTable("", "star")->columns.size(), 3u);
  EXPECT_EQ(s.FindTable("", "hidden")->FindColumn("id")->base_table, "");
  EXPECT_FALSE(s.FindTable("", "u")->updatable);
}

TEST(LoadPostgres, NamesAreAsTheDatabaseStoresThem) {
  const Snapshot s = Read(R"(
    CREATE SCHEMA app;
    SET search_path = app, public;
    CREATE TABLE Foo ("Bar" int, "select" int, BAZ int);
    SELECT pg_catalog.set_config('search_path', '', false);
    CREATE TABLE public."Foo" (a int);)");
  ASSERT_NE(s.FindTable("app", "foo"), nullptr);
  EXPECT_NE(s.FindTable("app", "foo")->FindColumn("Bar"), nullptr);
  EXPECT_NE(s.FindTable("app", "foo")->FindColumn("baz"), nullptr);
  EXPECT_NE(s.FindTable("", "Foo"), nullptr);
}

TEST(LoadPostgres, NativeTablesAndRowDataArePassedThrough) {
  const Snapshot s = Read(
      "\\restrict abc\nCREATE TABLE a (id INT64 PRIMARY KEY, at DATETIME) WITH PROFILE hot_state;\n"
      "CREATE TABLE b (id INT) WITH (profile = 'audit_log', retention = '365 days');\n"
      "CREATE HYBRID INDEX i ON b(id); ANALYZE HYBRID INDEX i;\n"
      "COPY b (id) FROM stdin;\n1\n;'\"(\n\\.\nINSERT INTO b VALUES (1); GRANT ALL ON b TO x;\n"
      "DO $$ BEGIN RAISE NOTICE 'x'; END $$;\n");
  EXPECT_EQ(s.tables.size(), 2u);
  EXPECT_EQ(s.FindTable("", "a")->FindColumn("at")->type.kind, TypeKind::kTimestamp);
}

TEST(LoadPostgres, ErrorsNameFileAndLine) {
  EXPECT_THAT(ErrorOf("\n\nCREATE TABLE t (\n  a int,,\n b int);"),
              HasSubstr("schema.sql:4: not understood as PostgreSQL: syntax error"));
  EXPECT_THAT(ErrorOf("-- c\nCREATE TABLE é (a int,\n 'é');"), HasSubstr("schema.sql:3:"));
  EXPECT_THAT(ErrorOf("CREATE TABLE t (a int);\nhello world;"),
              HasSubstr("schema.sql:2: `hello world` does not begin a statement"));
  EXPECT_THAT(ErrorOf("CREATE TABLE t (a int);\nCREATE TABLE t (a int);"),
              HasSubstr("schema.sql:2: table `t` is defined twice"));
  EXPECT_THAT(ErrorOf("CREATE TABLE t (LIKE u);"), HasSubstr("LIKE"));
  EXPECT_THAT(ErrorOf("CREATE TABLE t AS SELECT 1;"), HasSubstr("CREATE TABLE AS"));
  EXPECT_THAT(ErrorOf("CREATE INDEX i ON nowhere (a);"), HasSubstr("`nowhere`, which is not defined above"));
  EXPECT_THAT(ErrorOf("ALTER TABLE nowhere ADD x int;"), HasSubstr("`nowhere`"));
  EXPECT_THAT(ErrorOf("CREATE TABLE t (a int, PRIMARY KEY (b));"), HasSubstr("column `b`"));
  EXPECT_THAT(ErrorOf("CREATE TABLE `t` (a int);"), HasSubstr("not understood as PostgreSQL"));
  EXPECT_THAT(ErrorOf("DO $$ BEGIN CREATE TABLE x (a int); END $$;"), HasSubstr("cannot be read offline"));
  EXPECT_THAT(ErrorOf("CREATE TABLE t (a text DEFAULT 'x);"),
              HasSubstr("schema.sql:1: this string or quoted name is never closed"));
  EXPECT_THAT(ErrorOf("CREATE TABLE t (a int;\n"), HasSubstr("schema.sql:1: this `(` is never closed"));
  EXPECT_THAT(ErrorOf("/* "), HasSubstr("comment is never closed"));
}

TEST(LoadPostgres, HostileInputIsAnErrorNotACrash) {
  EXPECT_THAT(ErrorOf("CREATE TABLE t (a int DEFAULT " + std::string(1000, '(') + "1" + std::string(1000, ')') + ");"),
              HasSubstr("nested parentheses"));
  std::string chain = "CREATE TABLE t (a int DEFAULT 1";
  while (chain.size() < 200'000) chain += "+1";
  EXPECT_EQ(ErrorOf(chain + ");"), "accepted");
  std::string minus = "CREATE TABLE t (a int CHECK (a > ";
  while (minus.size() < 200'000) minus += "- ";
  EXPECT_NE(ErrorOf(minus + "1));"), "");
  EXPECT_THAT(ErrorOf("CREATE TABLE t (a int); " + std::string(600'000, 'x')), HasSubstr("does not begin"));
  EXPECT_THAT(ErrorOf("CREATE TABLE t (a " + std::string(600'000, 'x') + ");"), HasSubstr("longer than"));
  EXPECT_THAT(ErrorOf(std::string_view("CREATE TABLE\0 t (a int);", 24)), HasSubstr("NUL"));
  std::string garbage;
  for (unsigned i = 0, x = 1; i < 200'000; ++i) garbage += static_cast<char>(x = x * 1103515245 + 12345, x >> 16);
  EXPECT_NE(ErrorOf(garbage), "accepted");
}

TEST(LoadPostgres, FiftyMegabytesOfRowsArePassedOver) {
  std::string text = "CREATE TABLE t (a int);\n";
  while (text.size() < 50'000'000) text += "INSERT INTO t VALUES (1, 'x;y(', $$;$$);\n";
  EXPECT_EQ(Read(text).tables.size(), 1u);
}

}  // namespace
}  // namespace synapsor::schema
