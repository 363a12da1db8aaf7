#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/schema/load.h"

namespace synapsor::schema {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Snapshot Read(std::string_view text) {
  auto read = ReadMysqlSql(text, "schema.sql");
  EXPECT_TRUE(read) << read.error().message;
  return read ? *read : Snapshot();
}

std::string ErrorOf(std::string_view text) {
  const auto read = ReadMysqlSql(text, "schema.sql");
  return read ? "accepted" : read.error().message;
}

TEST(LoadMysql, HandWrittenTable) {
  const Snapshot s = Read(R"(
    CREATE TABLE IF NOT EXISTS orders (
      id VARCHAR(64) NOT NULL PRIMARY KEY,
      n BIGINT(20) UNSIGNED NOT NULL AUTO_INCREMENT UNIQUE KEY COMMENT 'a, b) ; it''s',
      status ENUM('open','it''s') NOT NULL DEFAULT 'open', -- comment
      total DECIMAL(12,2) DEFAULT -1.5, # comment
      flag BOOLEAN, tiny TINYINT, doc JSON,
      twice INT GENERATED ALWAYS AS (n * 2) STORED,
      made DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
      updated_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
      `key` INT CHECK (`key` IN (1, 2)),
      UNIQUE (Status, total), KEY by_total (total DESC, ((id))), UNIQUE KEY prefixed (id(4)),
      CONSTRAINT range_of_total CHECK (total BETWEEN 0 AND 100)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='x';)");
  const Table* t = s.FindTable("", "orders");
  ASSERT_NE(t, nullptr);
  EXPECT_THAT(t->primary_key, ElementsAre("id"));
  EXPECT_EQ(t->FindColumn("n")->type.declared, "bigint unsigned");
  EXPECT_TRUE(t->FindColumn("n")->type.is_unsigned);
  EXPECT_EQ(t->FindColumn("n")->identity, Identity::kByDefault);
  EXPECT_THAT(t->FindColumn("status")->type.enum_values, ElementsAre("open", "it's"));
  EXPECT_EQ(t->FindColumn("total")->default_expression, "-1.5");
  EXPECT_EQ(t->FindColumn("flag")->type.kind, TypeKind::kBoolean);
  EXPECT_EQ(t->FindColumn("tiny")->type.kind, TypeKind::kInteger);
  EXPECT_EQ(t->FindColumn("doc")->type.kind, TypeKind::kJson);
  EXPECT_EQ(t->FindColumn("twice")->generated, Generated::kStored);
  EXPECT_EQ(t->FindColumn("made")->type.fractional_digits, 0);
  EXPECT_EQ(t->FindColumn("updated_at")->on_update, "CURRENT_TIMESTAMP(6)");
  EXPECT_EQ(t->FindColumn("updated_at")->type.fractional_digits, 6);
  std::map<std::string, Index> by;
  for (const Index& index : t->indexes) by[index.name] = index;
  EXPECT_THAT(by["status"].columns, ElementsAre("status", "total"));
  EXPECT_THAT(by["by_total"].columns, ElementsAre("total", "(expression)"));
  EXPECT_THAT(by["prefixed"].columns, ElementsAre("(expression)"));
  EXPECT_TRUE(by["n"].unique);
  ASSERT_EQ(t->checks.size(), 2u);
  EXPECT_THAT(*t->checks[0].one_of, ElementsAre("1", "2"));
  EXPECT_EQ(t->checks[1].max, "100");
}

TEST(LoadMysql, DumpSyntaxTriggersAndViews) {
  const Snapshot s = Read(R"(/*M!999999\- enable the sandbox mode */
/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
USE `shop`;
DROP TABLE IF EXISTS `t`;
CREATE TABLE `t` (
  `id` int(11) NOT NULL,
  `v` int(11) DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci
/*!50100 PARTITION BY HASH (`id`) PARTITIONS 4 */;
LOCK TABLES `t` WRITE;
/*!40000 ALTER TABLE `t` DISABLE KEYS */;
INSERT INTO `t` VALUES (1,'a;\'b');
UNLOCK TABLES;
DELIMITER ;;
/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`localhost`*/ /*!50003 TRIGGER `tr` BEFORE UPDATE ON `t` FOR EACH ROW BEGIN
  IF NEW.v > 1 THEN SET NEW.v = CASE WHEN 1 THEN 2 END; END IF;
END */;;
DELIMITER ;
/*!50001 CREATE VIEW `a` AS SELECT 1 AS `id`*/;
/*!50001 DROP VIEW IF EXISTS `a`*/;
/*!50001 CREATE ALGORITHM=UNDEFINED */
/*!50013 DEFINER=`root`@`localhost` SQL SECURITY DEFINER */
/*!50001 VIEW `a` AS select `b`.`key` AS `id` from `b` */;
/*!50001 CREATE VIEW `b` AS select `t`.`id` AS `key`,`t`.`v` + 1 AS `w` from `t` where `t`.`v` > 0 */;
)");
  EXPECT_EQ(s.default_schema, "shop");
  const Table* t = s.FindTable("", "t");
  ASSERT_NE(t, nullptr);
  EXPECT_EQ(t->kind, TableKind::kPartitionedTable);
  EXPECT_THAT(t->partition_key, ElementsAre("id"));
  EXPECT_FALSE(t->FindColumn("v")->default_expression);
  ASSERT_EQ(t->triggers.size(), 1u);
  EXPECT_THAT(t->triggers[0].assigns, ElementsAre("v"));
  EXPECT_FALSE(t->triggers[0].may_write_elsewhere);
  EXPECT_EQ(s.FindTable("", "a")->FindColumn("id")->base_table, "t");
  EXPECT_TRUE(s.FindTable("", "b")->updatable);
  EXPECT_FALSE(s.FindTable("", "b")->FindColumn("w")->updatable);
}

TEST(LoadMysql, AlterAndForeignKeys) {
  const Snapshot s = Read(R"(
    CREATE TABLE p (id INT PRIMARY KEY);
    CREATE TABLE c (id INT, p_id INT, FOREIGN KEY (p_id) REFERENCES p (id) ON DELETE SET NULL ON UPDATE CASCADE);
    ALTER TABLE c ADD PRIMARY KEY (id), ADD COLUMN x VARCHAR(10) NOT NULL AFTER id, ADD UNIQUE KEY ux (x), MODIFY p_id BIGINT NOT NULL, AUTO_INCREMENT=5;
    CREATE UNIQUE INDEX both_of ON c (p_id, x);)");
  const Table* c = s.FindTable("", "c");
  EXPECT_FALSE(c->FindColumn("id")->nullable);
  EXPECT_EQ(c->columns[1].name, "p_id");
  EXPECT_EQ(c->columns[1].type.bits, 64);
  EXPECT_EQ(c->foreign_keys[0].name, "c_ibfk_1");
  EXPECT_EQ(c->foreign_keys[0].on_delete, ReferentialAction::kSetNull);
  EXPECT_EQ(c->foreign_keys[0].on_update, ReferentialAction::kCascade);
  EXPECT_EQ(c->indexes.size(), 3u);
}

TEST(LoadMysql, ErrorsNameFileAndLine) {
  EXPECT_THAT(ErrorOf("CREATE TABLE t (\n a INT,\n b INT WRONG 5\n);"),
              HasSubstr("schema.sql:3: `WRONG` is not understood in the definition of column `b`"));
  EXPECT_THAT(ErrorOf("CREATE TABLE t (a INT,, b INT);"), HasSubstr("the name of a column is expected instead of `,`"));
  EXPECT_THAT(ErrorOf("CREATE TABLE t (a INT, KEY (zz));"), HasSubstr("no column `zz`"));
  EXPECT_THAT(ErrorOf("CREATE TABLE t LIKE u;"), HasSubstr("LIKE"));
  EXPECT_THAT(ErrorOf("\nALTER TABLE t DROP a;"), HasSubstr("schema.sql:2: table `t` is not defined above"));
  EXPECT_THAT(ErrorOf("CREATE TABLE t (a INT); ALTER TABLE t DROP a;"), HasSubstr("not read offline"));
  EXPECT_THAT(ErrorOf("hello;"), HasSubstr("`hello` does not begin a statement"));
  EXPECT_THAT(ErrorOf("CREATE TABLE t (a INT DEFAULT"), HasSubstr("never closed"));
}

TEST(LoadMysql, EveryPrefixIsReadOrRefused) {
  const std::string text =
      "CREATE TABLE t (a INT NOT NULL DEFAULT (1+2) CHECK (a > 0), b ENUM('x') COLLATE c REFERENCES t (a) ON DELETE CASCADE, KEY k (a(3) DESC),"
      " CONSTRAINT f FOREIGN KEY (a) REFERENCES d.t (b)) ENGINE=x PARTITION BY HASH (a); CREATE VIEW v (q) AS SELECT a FROM t AS z;"
      "ALTER TABLE t ADD COLUMN q INT AFTER a; CREATE TRIGGER r BEFORE UPDATE ON t FOR EACH ROW SET NEW.a = 1;";
  for (std::size_t i = 0; i <= text.size(); ++i) ErrorOf(text.substr(0, i));
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string gap = text;
    ErrorOf(gap.erase(i, 3));
  }
  EXPECT_EQ(ErrorOf(text), "accepted");
}

}  // namespace
}  // namespace synapsor::schema
