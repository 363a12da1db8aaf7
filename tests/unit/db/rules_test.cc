// The small pure parts: URLs, grants, hosts, error classes, control texts, the statement cache.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "runtime/db/hosts.h"
#include "runtime/db/mysql.h"
#include "runtime/db/mysql_errors.h"
#include "runtime/db/mysql_grants.h"
#include "runtime/db/mysql_session.h"
#include "runtime/db/mysql_url.h"
#include "runtime/db/postgres_values.h"
#include "runtime/db/statement_cache.h"

namespace synapsor::db {
namespace {

TEST(MysqlUrlTest, Parts) {
  const auto url = ParseMysqlUrl("mysql://app%40eu:p%2Fw%3A%40@db.example:3307/orders");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->user, "app@eu");
  EXPECT_EQ(url->password, "p/w:@");
  EXPECT_EQ(url->host, "db.example");
  EXPECT_EQ(url->port, 3307);
  EXPECT_EQ(url->database, "orders");
  EXPECT_EQ(ParseMysqlUrl("mariadb://u@[::1]:3308/x")->host, "::1");
  EXPECT_EQ(ParseMysqlUrl("mariadb://u@[::1]:3308/x")->port, 3308);
  EXPECT_EQ(ParseMysqlUrl("mysql://u@localhost")->port, 3306);
  EXPECT_EQ(ParseMysqlUrl("mysql://u@/x?socket=/run/my.sock")->socket, "/run/my.sock");
  EXPECT_EQ(ParseMysqlUrl("mysql://u:a@b@host/x")->password, "a@b");
}

TEST(MysqlUrlTest, AnythingElseIsRefused) {
  for (const char* url :
       {"", "postgresql://u@h/x", "mysql:/h", "mysql://", "mysql://u@/x", "mysql://u@h:0/x", "mysql://u@h:65536/x",
        "mysql://u@h:33x/x", "mysql://u@[::1/x", "mysql://u@[::1]x/x", "mysql://u@h/x/y", "mysql://u%2@h/x",
        "mysql://u%00@h/x", "mysql://u@h/x?sslMode=DISABLED", "mysql://u@h/x?socket=relative", "mysql://u@h/%zz"}) {
    EXPECT_FALSE(ParseMysqlUrl(url)) << url;
  }
}

TEST(MysqlGrantsTest, OnlyWhatIsKnownToBeHarmlessIsLetThrough) {
  for (const char* grant :
       {"GRANT USAGE ON *.* TO `r`@`%` IDENTIFIED BY PASSWORD 'x'", "GRANT SELECT ON `app`.* TO `r`@`%`",
        "GRANT SELECT (`a`, `UPDATE`), SHOW VIEW, REFERENCES (`b`) ON `app`.`t` TO `r`@`%`",
        "GRANT `reading` TO `r`@`%`", "SET DEFAULT ROLE `reading` FOR `r`@`%`",
        "GRANT PROCESS, SHOW DATABASES ON *.* TO `r`@`%`", "GRANT SHOW_ROUTINE ON *.* TO `r`@`%`",
        "REVOKE INSERT ON `app`.* FROM `r`@`%`"}) {
    EXPECT_EQ(WritingPrivilege(grant), "") << grant;
  }
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"GRANT ALL PRIVILEGES ON `app`.* TO `r`@`%`", "ALL PRIVILEGES"},
      {"GRANT SELECT, INSERT ON `app`.`t` TO `r`@`%`", "INSERT"},
      {"GRANT SELECT (`a`), REFERENCES (`b`), INSERT (`b`) ON `app`.`t` TO `r`@`%`", "INSERT"},
      {"GRANT SELECT (`a`), UPDATE (`b`, `c`) ON `app`.`t` TO `r`@`%`", "UPDATE"},
      {"GRANT SELECT ON `app`.`t` TO `r`@`%` WITH GRANT OPTION", "GRANT OPTION"},
      {"GRANT FILE ON *.* TO `r`@`%`", "FILE"},
      {"GRANT DROP ON `app`.* TO `r`@`%`", "DROP"},
      {"GRANT APPLICATION_PASSWORD_ADMIN,AUDIT_ABORT_EXEMPT ON *.* TO `r`@`%`", "APPLICATION_PASSWORD_ADMIN"},
      {"GRANT PROXY ON ``@`` TO `r`@`%`", "PROXY"},
      {"GRANT SOMETHING NEW ON *.* TO `r`@`%`", "SOMETHING NEW"},
      {"GRANT SELECT", "a privilege that this program does not know"},
  };
  for (const auto& [grant, privilege] : cases) EXPECT_EQ(WritingPrivilege(grant), privilege);
}

// Lines as MySQL 9.7 and MariaDB 10.11 print them.
TEST(MysqlGrantsTest, RolesThatAnAccountCouldActivate) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"GRANT `wr`@`%` TO `r`@`%`", "`wr`@`%`"},
      {"GRANT `mand`@`%`,`odd `` TO name`@`%` TO `r`@`%`", "`mand`@`%`,`odd `` TO name`@`%`"},
      {"GRANT `a`@`%` TO `r`@`%` WITH ADMIN OPTION", "`a`@`%`"},
      {"GRANT `wr` TO `r`@`%`", "`wr`"},
      {"GRANT `wr` TO `r`@`localhost` WITH ADMIN OPTION", "`wr`"},
      {"GRANT `nest` TO `wr`", ""},
      {"SET DEFAULT ROLE `wr` FOR `r`@`%`", ""},
      {"GRANT SELECT (`a`), UPDATE (`b`) ON `x`.`t` TO `r`@`%`", ""},
      {"REVOKE INSERT ON `x`.* FROM `r`@`%`", ""},
      {"GRANT PROXY ON `a`@`%` TO `r`@`%`", ""},
      {"GRANT `", ""},
  };
  for (const auto& [grant, roles] : cases) EXPECT_EQ(GrantedRoles(grant), roles) << grant;
}

TEST(HostsTest, LoopbackIsOnlyLoopback) {
  for (const char* host : {"localhost", "127.0.0.1", "127.9.9.9", "::1", "/run/postgresql"}) {
    EXPECT_TRUE(IsLoopback(host)) << host;
  }
  for (const char* host : {"", "db", "localhost.evil.example", "127.0.0.1.evil.example", "128.0.0.1", "10.0.0.1", "::2",
                           "::ffff:10.0.0.1", "0.0.0.0"}) {
    EXPECT_FALSE(IsLoopback(host)) << host;
  }
}

TEST(ErrorClassTest, SqlStates) {
  EXPECT_EQ(KindOfSqlState("57014"), FailureKind::kTimeout);
  EXPECT_EQ(KindOfSqlState("57P01"), FailureKind::kUnavailable);
  EXPECT_EQ(KindOfSqlState("40001"), FailureKind::kConflict);
  EXPECT_EQ(KindOfSqlState("40003"), FailureKind::kOutcomeUnknown);
  EXPECT_EQ(KindOfSqlState("42501"), FailureKind::kPermission);
  EXPECT_EQ(KindOfSqlState("42P01"), FailureKind::kSchema);
  EXPECT_EQ(KindOfSqlState("25006"), FailureKind::kPermission);
  EXPECT_EQ(KindOfSqlState("XX000"), FailureKind::kOther);
  EXPECT_EQ(KindOfMysqlError(2013, "HY000"), FailureKind::kUnavailable);
  EXPECT_EQ(KindOfMysqlError(3024, "HY000"), FailureKind::kTimeout);
  EXPECT_EQ(KindOfMysqlError(3819, "HY000"), FailureKind::kConstraint);
  EXPECT_EQ(KindOfMysqlError(3572, "HY000"), FailureKind::kTimeout);
  EXPECT_EQ(KindOfMysqlError(3140, "22032"), FailureKind::kConstraint);
  EXPECT_EQ(KindOfMysqlError(3101, "40000"), FailureKind::kConflict);
  EXPECT_EQ(KindOfMysqlError(3159, "HY000"), FailureKind::kPermission);
  EXPECT_EQ(KindOfMysqlError(9999, "23000"), FailureKind::kConstraint);
  EXPECT_EQ(KindOfMysqlError(9999, "HY000"), FailureKind::kOther);
}

TEST(ErrorClassTest, OnlyACommitThatTheServerRefusedHasNotTakenPlace) {
  const auto refused = [](int number, const char* state) {
    return MysqlCommitWasRefused(KindOfMysqlError(number, state));
  };
  EXPECT_TRUE(refused(1290, "HY000"));  // read-only meanwhile
  EXPECT_TRUE(refused(1213, "40001"));
  EXPECT_TRUE(refused(3101, "40000"));   // MySQL: group replication rolled it back
  EXPECT_FALSE(refused(1180, "HY000"));  // an error during COMMIT
  EXPECT_FALSE(refused(1317, "70100"));
  EXPECT_FALSE(refused(1205, "HY000"));
  EXPECT_FALSE(refused(2013, "HY000"));
}

TEST(MysqlControlTest, TextsAreAClosedSetWithoutValues) {
  std::set<std::string> texts;
  for (int i = 0; i <= static_cast<int>(MysqlControl::kPing); ++i) {
    const std::string text = MysqlControlText(static_cast<MysqlControl>(i));
    texts.insert(text);
    EXPECT_EQ(text.find_first_of(";?"), std::string::npos) << text;
    const std::string first = text.substr(0, text.find(' '));
    EXPECT_TRUE(first == "SET" || first == "START" || first == "COMMIT" || first == "ROLLBACK" || first == "DO")
        << text;
  }
  EXPECT_EQ(texts.size(), static_cast<std::size_t>(MysqlControl::kPing) + 1);
}

TEST(StatementCacheTest, LeastRecentlyUsedMakesRoom) {
  StatementCache<int> cache;
  std::vector<int> evicted;
  const auto evict = [&](int handle) { evicted.push_back(handle); };
  for (int i = 0; i < static_cast<int>(kStatementsKept); ++i) {
    cache.Insert(std::to_string(i), "", i, evict);
  }
  ASSERT_NE(cache.Find("0"), nullptr);
  cache.Insert("new", "", -1, evict);
  EXPECT_EQ(evicted, std::vector<int>{1});
  EXPECT_EQ(cache.Find("1"), nullptr);
  EXPECT_NE(cache.Find("0"), nullptr);
  cache.Erase("0");
  cache.Erase("0");
  EXPECT_EQ(cache.Find("0"), nullptr);
  EXPECT_EQ(cache.size(), kStatementsKept - 1);
}

}  // namespace
}  // namespace synapsor::db
