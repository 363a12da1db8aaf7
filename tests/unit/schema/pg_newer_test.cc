// Words of PostgreSQL 16 to 18 in a schema file. What they mean is compared with a real server in
// tests/integration/schema; here are the places where such a word is none.
#include "compiler/schema/pg_newer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/schema/load.h"

namespace synapsor::schema {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Table Read(std::string_view text) {
  auto read = ReadPostgresSql(text, "schema.sql");
  EXPECT_TRUE(read) << read.error().message;
  return read && !read->tables.empty() ? read->tables.back() : Table();
}

TEST(PostgresNewer, OtherStatementsAndNamesStayAsTheyAre) {
  for (
      const std::string_view text : {
          "CREATE TABLE t (enforced boolean NOT NULL, period int, overlaps text, \"without\" int)",
          "CREATE TABLE t (a boolean, enforced boolean, CHECK (NOT enforced))",
          "ALTER TABLE t ADD COLUMN enforced boolean, DROP COLUMN period",
          "CREATE TABLE t (a int GENERATED ALWAYS AS (1) STORED, b int GENERATED ALWAYS AS IDENTITY (START 2))",
          "CREATE TABLE t (a text DEFAULT 'x NOT ENFORCED', b text CHECK (b <> 'GENERATED ALWAYS AS (1)'))",
          "CREATE TABLE t (enforced int, period int, PRIMARY KEY (enforced, period), FOREIGN KEY (period) REFERENCES o)",
          "CREATE VIEW v AS SELECT a AS enforced FROM t WHERE NOT enforced",
          "CREATE TABLE",
          "ALTER TABLE",
          "CREATE",
          "",
      }) {
    EXPECT_EQ(pg::AsPostgres15(text), text);
  }
}

TEST(PostgresNewer, PlacesStayTheSame) {
  const std::string_view text =
      "ALTER TABLE ONLY public.t ADD CONSTRAINT a NOT NULL \"X\" NO INHERIT NOT VALID, ADD CONSTRAINT b NOT NULL Y, "
      "ADD CONSTRAINT c FOREIGN KEY (p, PERIOD q) REFERENCES public.u(p, PERIOD q) NOT ENFORCED";
  const std::string known = pg::AsPostgres15(text);
  EXPECT_EQ(known.size(), text.size());
  EXPECT_EQ(known.find("FOREIGN KEY"), text.find("FOREIGN KEY"));
  EXPECT_THAT(known, testing::Not(HasSubstr("PERIOD")));
  EXPECT_THAT(pg::NotNullConstraints(text), ElementsAre("y"));
  EXPECT_THAT(pg::NotNullConstraints("SELECT 1"), IsEmpty());
}

TEST(PostgresNewer, ATableConstraintMayStandAnywhere) {
  for (const std::string_view elements : {"NOT NULL a, a int, b int", "a int, CONSTRAINT n NOT NULL a, b int",
                                          "a int, b int, CONSTRAINT n NOT NULL a NO INHERIT"}) {
    const Table t = Read("CREATE TABLE t (" + std::string(elements) + ");");
    ASSERT_EQ(t.columns.size(), 2u) << elements;
    EXPECT_FALSE(t.FindColumn("a")->nullable) << elements;
    EXPECT_TRUE(t.FindColumn("b")->nullable) << elements;
  }
}

TEST(PostgresNewer, NotEnforcedConcernsItsOwnConstraintOnly) {
  const Table t = Read(
      "CREATE TABLE o (id int PRIMARY KEY);\n"
      "CREATE TABLE t (a int CHECK (a > 1) NOT ENFORCED CHECK (a > 2), b int REFERENCES o NOT ENFORCED, c int REFERENCES o,\n"
      "  CHECK (c > 3) NOT ENFORCED, CHECK (c > 4), e int GENERATED ALWAYS AS (a + 1) CHECK (e > 5));");
  std::vector<std::string> held;
  for (const CheckConstraint& check : t.checks) held.push_back(check.expression);
  EXPECT_THAT(held, testing::UnorderedElementsAre("a > 2", "c > 4", "e > 5"));
  ASSERT_EQ(t.foreign_keys.size(), 2u);
  for (const ForeignKey& key : t.foreign_keys) EXPECT_EQ(key.enforced, key.columns[0] == "c");
  EXPECT_EQ(t.FindColumn("e")->generated, Generated::kVirtual);
  EXPECT_EQ(t.FindColumn("e")->default_expression, "a + 1");
}

TEST(PostgresNewer, WhatIsStillNotUnderstoodIsRefusedWhereItStands) {
  const auto read =
      ReadPostgresSql("CREATE TABLE t (\n  a int GENERATED ALWAYS AS (1),\n  b int NONSENSE ENFORCED\n);", "s.sql");
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr("s.sql:"));
}

}  // namespace
}  // namespace synapsor::schema
