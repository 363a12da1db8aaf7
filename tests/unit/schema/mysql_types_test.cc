// What MySQL tells differently from MariaDB, on rows and a dump that MySQL 9.7 gave.
#include "compiler/schema/mysql_types.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <tuple>
#include <vector>

#include "compiler/schema/load.h"

namespace synapsor::schema {
namespace {

using testing::ElementsAre;

TEST(MysqlTypes, CatalogTextIsEscapedOnceMore) {
  EXPECT_EQ(MysqlCatalogText(R"(concat(_utf8mb3\'a\',_utf8mb3\'b\'))"), "concat(_utf8mb3'a',_utf8mb3'b')");
  EXPECT_EQ(MysqlCatalogText(R"((`code` in (_utf8mb4\'it\\\'s\',_utf8mb4\'b\\\\c\')))"),
            R"((`code` in (_utf8mb4'it\'s',_utf8mb4'b\\c')))");
  EXPECT_EQ(MysqlCatalogText("(`low` >= -(5))"), "(`low` >= -(5))");
  EXPECT_EQ(MysqlCatalogText("\\"), "\\");
}

TEST(MysqlTypes, CatalogTextIsEncodedTwice) {
  EXPECT_EQ(MysqlCatalogText("(`\xC3\x83\xC2\xB6\xC3\x83\xC2\x9F` = _utf8mb4\\'\xC3\xA4\xC2\xB8\xC2\xAD\\')"),
            "(`\xC3\xB6\xC3\x9F` = _utf8mb4'\xE4\xB8\xAD')");
  // As a server without that fault would tell it.
  EXPECT_EQ(MysqlCatalogText("(`\xC3\xB6\xC3\x9F` > 1)"), "(`\xC3\xB6\xC3\x9F` > 1)");
  EXPECT_EQ(MysqlCatalogText("(`a` = _utf8mb4\\'\xE4\xB8\xAD\\')"), "(`a` = _utf8mb4'\xE4\xB8\xAD')");
}

TEST(MysqlTypes, BodiesUnderAnsiQuotes) {
  EXPECT_EQ(MysqlWithoutAnsiQuotes(R"(SET NEW."a b" = 'x "y"', NEW."q`""" = 1 -- "c")"),
            "SET NEW.`a b` = 'x \"y\"', NEW.`q``\"` = 1 -- \"c\"");
}

TEST(MysqlTypes, BareDefaults) {
  const std::vector<std::tuple<const char*, const char*, const char*>> cases = {
      {"varchar(20)", R"(it's \ odd)", R"('it''s \\ odd')"},
      {"varchar(20)", "current_timestamp", "'current_timestamp'"},
      {"varchar(20)", "b'1'", "'b''1'''"},
      {"varchar(20)", "a\nb", R"('a\nb')"},
      {"int", "5", "5"},
      {"decimal(5,2)", "-1.50", "-1.50"},
      {"year", "2020", "2020"},
      {"bit(1)", "b'1'", "b'1'"},
      {"bit(9)", "b'101'", "b'101'"},
      {"enum('a','b')", "a", "'a'"},
      {"date", "2020-01-01", "'2020-01-01'"},
      {"datetime(6)", "CURRENT_TIMESTAMP(6)", "CURRENT_TIMESTAMP(6)"},
      {"binary(2)", "0x6100", "0x6100"},
  };
  for (const auto& [type, told, expression] : cases) {
    EXPECT_EQ(MysqlValueDefault(told, MysqlType(type)), expression) << type;
  }
}

TEST(MysqlTypes, BitsAreNumbers) {
  EXPECT_EQ(MysqlType("bit(1)").kind, TypeKind::kBoolean);
  EXPECT_EQ(MysqlType("bit").declared, "bit(1)");
  EXPECT_EQ(WireType(MysqlType("bit(9)")), ScalarType::kUInt64);
  EXPECT_EQ(MysqlType("bit(9)").declared, "bit(9)");
  EXPECT_EQ(MysqlType("vector(3)").kind, TypeKind::kOther);
  EXPECT_EQ(MysqlType("int(5) unsigned zerofill").declared, "int unsigned");
}

TEST(MysqlTypes, ADumpIsReadAsTheServerTellsIt) {
  const auto read = ReadMysqlSql(R"(
CREATE TABLE `only_mysql` (
  `id` bigint unsigned NOT NULL,
  `code` varchar(20) NOT NULL DEFAULT 'it''s \\ odd',
  `greeting` varchar(40) DEFAULT (concat(_utf8mb4'it\'s ',_utf8mb4'a \\ b')),
  `active` bit(1) NOT NULL DEFAULT b'1',
  `since` year DEFAULT '2020',
  `share` decimal(5,2) DEFAULT '-1.50',
  `uid` binary(16) DEFAULT (uuid_to_bin(uuid())),
  `vec` vector(3) DEFAULT NULL,
  `place` point NOT NULL /*!80003 SRID 4326 */,
  `touched` datetime DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP /*!80023 INVISIBLE */,
  `late` int DEFAULT NULL,
  `low` int DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `unseen` (`since`) /*!80000 INVISIBLE */,
  UNIQUE KEY `by_lower` ((lower(`code`))),
  SPATIAL KEY `places` (`place`),
  KEY `members` ((cast(json_extract(`doc`,_utf8mb4'$') as unsigned array))),
  CONSTRAINT `code_list` CHECK ((`code` in (_utf8mb4'it\'s',_utf8mb4'b\\c'))),
  CONSTRAINT `low_range` CHECK (((`low` >= -(5)) and (`low` < 100))),
  CONSTRAINT `not_yet` CHECK ((`low` < 10)) /*!80016 NOT ENFORCED */,
  CONSTRAINT `only_mysql_chk_1` CHECK ((`late` > 0)) /*!80016 NOT ENFORCED */
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
CREATE TABLE `by_prefix` (`name` varchar(50), PRIMARY KEY (`name`(10)));
CREATE TABLE `by_hand` (a INT CHECK (a > 0) NOT ENFORCED, b INT CHECK (b > 0) NOT NULL, CHECK (a < 9) NOT ENFORCED);
)",
                                 "dump.sql");
  ASSERT_TRUE(read) << read.error().message;
  const Table* table = read->FindTable("", "only_mysql");
  ASSERT_NE(table, nullptr);
  const auto default_of = [&](const char* name) { return table->FindColumn(name)->default_expression.value_or(""); };
  EXPECT_EQ(default_of("code"), R"('it''s \\ odd')");
  EXPECT_EQ(default_of("greeting"), R"(concat(_utf8mb4'it\'s ',_utf8mb4'a \\ b'))");
  EXPECT_EQ(default_of("since"), "2020");
  EXPECT_EQ(default_of("share"), "-1.50");
  EXPECT_EQ(default_of("active"), "b'1'");
  EXPECT_EQ(table->FindColumn("touched")->on_update, "CURRENT_TIMESTAMP");
  ASSERT_EQ(table->checks.size(), 2u);
  EXPECT_THAT(*table->checks[0].one_of, ElementsAre("it's", "b\\c"));
  EXPECT_EQ(table->checks[1].min, "-5");
  EXPECT_EQ(table->checks[1].max, "100");
  EXPECT_THAT(read->FindTable("", "by_prefix")->primary_key, ElementsAre("name"));
  EXPECT_FALSE(read->FindTable("", "by_prefix")->FindColumn("name")->nullable);
  const Table* by_hand = read->FindTable("", "by_hand");
  ASSERT_EQ(by_hand->checks.size(), 1u);
  EXPECT_EQ(by_hand->checks[0].column, "b");
  EXPECT_EQ(by_hand->checks[0].name, "by_hand_chk_2");
}

TEST(MysqlTypes, ViewsAsADumpWritesThem) {
  const auto read = ReadMysqlSql(R"(
CREATE TABLE `t` (`id` int NOT NULL, PRIMARY KEY (`id`));
/*!50001 CREATE ALGORITHM=UNDEFINED */
/*!50013 DEFINER=`root`@`localhost` SQL SECURITY DEFINER */
/*!50001 VIEW `checked` AS select `t`.`id` AS `id` from `t` where (`t`.`id` > 1) */
/*!50002 WITH CASCADED CHECK OPTION */;
/*!50001 CREATE ALGORITHM=TEMPTABLE */
/*!50013 DEFINER=`root`@`localhost` SQL SECURITY DEFINER */
/*!50001 VIEW `copied` AS select `t`.`id` AS `id` from `t` */;
)",
                                 "dump.sql");
  ASSERT_TRUE(read) << read.error().message;
  const Table* checked = read->FindTable("", "checked");
  EXPECT_EQ(checked->view_definition, "select `t`.`id` AS `id` from `t` where (`t`.`id` > 1)");
  EXPECT_TRUE(checked->updatable);
  const Table* copied = read->FindTable("", "copied");
  EXPECT_FALSE(copied->updatable);
  EXPECT_EQ(copied->columns[0].base_column, "id");
}

}  // namespace
}  // namespace synapsor::schema
