#include "compiler/plan/dialect.h"

#include <gtest/gtest.h>

#include "compiler/plan/uniqueness.h"
#include "runtime/bundle/fingerprint.h"

namespace synapsor::plan {
namespace {

using schema::Column;
using schema::Engine;
using schema::TypeKind;

Column Of(TypeKind kind, std::string declared, std::string collation = "") {
  Column column{.name = "c"};
  column.type.kind = kind;
  column.type.declared = std::move(declared);
  column.collation = std::move(collation);
  return column;
}

TEST(Dialect, QuotesTheQuote) {
  EXPECT_EQ(QuoteName(Engine::kPostgres, "a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(QuoteName(Engine::kMariadb, "a`b\"c"), "`a``b\"c`");
  EXPECT_EQ(QuoteTable(Engine::kSqlite, "main", "t"), "\"main\".\"t\"");
}

TEST(Dialect, NeverCastsToALengthOrScale) {
  EXPECT_EQ(AssignedParam(Engine::kPostgres, Of(TypeKind::kText, "character varying(40)"), "$1"), "$1::text");
  EXPECT_EQ(AssignedParam(Engine::kPostgres, Of(TypeKind::kText, "character(8)"), "$1"), "$1::bpchar");
  EXPECT_EQ(AssignedParam(Engine::kPostgres, Of(TypeKind::kDecimal, "numeric(12,2)"), "$1"), "$1::numeric");
  EXPECT_EQ(AssignedParam(Engine::kMysql, Of(TypeKind::kDecimal, "decimal(12,2)"), "?"), "?");
}

TEST(Dialect, SelectsJsonOfMysqlAsItsText) {
  EXPECT_EQ(SelectedColumn(Engine::kMysql, Of(TypeKind::kJson, "json"), "`t`.`c`"), "CONVERT(`t`.`c` USING utf8mb4)");
  EXPECT_EQ(SelectedColumn(Engine::kMysql, Of(TypeKind::kText, "longtext"), "`c`"), "`c`");
  EXPECT_EQ(SelectedColumn(Engine::kPostgres, Of(TypeKind::kJson, "jsonb"), "\"c\""), "\"c\"");
}

TEST(Dialect, ComparesDecimalsOfMysqlExactly) {
  Column column = Of(TypeKind::kDecimal, "decimal(12,2)");
  column.type.precision = 12;
  column.type.scale = 2;
  EXPECT_EQ(ComparedParam(Engine::kMysql, column, "?"), "CAST(? AS DECIMAL(65,30))");
  column.type.precision = 65;
  column.type.scale = 0;
  EXPECT_EQ(ComparedParam(Engine::kMysql, column, "?"), "CAST(? AS DECIMAL(65,0))");
}

TEST(Dialect, KnowsWhereEqualityIsLoose) {
  EXPECT_TRUE(EqualityIsLoose(Engine::kMysql, Of(TypeKind::kText, "varchar(64)", "utf8mb4_general_ci")));
  EXPECT_TRUE(EqualityIsLoose(Engine::kMysql, Of(TypeKind::kText, "varchar(64)")));
  // 'a' = 'a ' in every collation that pads.
  EXPECT_TRUE(EqualityIsLoose(Engine::kMysql, Of(TypeKind::kText, "varchar(64)", "utf8mb4_bin")));
  EXPECT_TRUE(EqualityIsLoose(Engine::kMysql, Of(TypeKind::kText, "varchar(64)", "utf8mb4_0900_ai_ci")));
  EXPECT_FALSE(EqualityIsLoose(Engine::kMysql, Of(TypeKind::kText, "varchar(64)", "utf8mb4_0900_bin")));
  EXPECT_FALSE(EqualityIsLoose(Engine::kMariadb, Of(TypeKind::kText, "varchar(64)", "utf8mb4_nopad_bin")));
  EXPECT_FALSE(EqualityIsLoose(Engine::kMysql, Of(TypeKind::kText, "varchar(64)", "binary")));
  EXPECT_TRUE(EqualityIsLoose(Engine::kPostgres, Of(TypeKind::kText, "citext")));
  EXPECT_TRUE(EqualityIsLoose(Engine::kPostgres, Of(TypeKind::kText, "public.citext")));
  EXPECT_FALSE(EqualityIsLoose(Engine::kPostgres, Of(TypeKind::kText, "text")));
  EXPECT_TRUE(EqualityIsLoose(Engine::kSqlite, Of(TypeKind::kText, "TEXT", "NOCASE")));
  EXPECT_FALSE(EqualityIsLoose(Engine::kMysql, Of(TypeKind::kInteger, "int")));
}

TEST(Uniqueness, NeedsAWholeKeyThatHoldsForEveryRow) {
  schema::Snapshot snapshot;
  schema::Table table{.schema = "s", .name = "t"};
  table.columns = {Column{.name = "id"}, Column{.name = "tenant"}, Column{.name = "no"}};
  table.indexes.push_back(
      {.name = "u", .origin = schema::IndexOrigin::kUnique, .columns = {"tenant", "no"}, .unique = true});
  EXPECT_TRUE(MatchesOneRow(snapshot, table, {"no", "tenant"}));
  EXPECT_FALSE(MatchesOneRow(snapshot, table, {"no"}));
  table.indexes[0].partial = true;
  EXPECT_FALSE(MatchesOneRow(snapshot, table, {"no", "tenant"}));
  table.primary_key = {"id"};
  EXPECT_TRUE(MatchesOneRow(snapshot, table, {"id", "tenant"}));
}

TEST(Fingerprint, LevelsSpellingsAndSeesChanges) {
  const auto print = [](std::string declared, bool nullable) {
    return bundle::FingerprintColumns("postgres", {{"c", std::move(declared), nullable, false, false}});
  };
  EXPECT_EQ(print("VARCHAR( 40 )", true), print("character varying(40)", true));
  EXPECT_EQ(print("timestamptz(3)", true), print("timestamp(3) with time zone", true));
  EXPECT_EQ(print("int4", true), print("integer", true));
  EXPECT_EQ(print("public.citext", true), print("citext", true));
  EXPECT_EQ(print("\"Odd.One\".\"Mood\"", true), print("\"Mood\"", true));
  EXPECT_NE(print("integer", true), print("bigint", true));
  EXPECT_NE(print("integer", true), print("integer", false));
  EXPECT_EQ(bundle::NormalizeDeclaredType("mysql", "INT(11) UNSIGNED"), "int unsigned");
  EXPECT_EQ(bundle::NormalizeDeclaredType("mysql", "tinyint(1)"), "tinyint(1)");
  EXPECT_EQ(bundle::NormalizeDeclaredType("mysql", "tinyint(4)"), "tinyint");
  EXPECT_EQ(bundle::NormalizeDeclaredType("mariadb", "year(4)"), "year");
  EXPECT_EQ(bundle::NormalizeDeclaredType("mysql", "enum('A','b c')"), "enum('A','b c')");
}

}  // namespace
}  // namespace synapsor::plan
