#include "compiler/plan/grants.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "compiler/plan/grants_print.h"
#include "compiler/plan/grants_views.h"

namespace synapsor::plan {
namespace {

using schema::Engine;
using schema::TypeKind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

bundle::PatchPlan Patch(bundle::Guard guard) {
  bundle::PatchPlan patch;
  patch.schema = "public";
  patch.table = "invoices";
  patch.key_column = "id";
  patch.tenant_column = "tenant_id";
  patch.guard = std::move(guard);
  bundle::SetColumn fee;
  fee.column = "fee";
  patch.set = {fee};
  for (const char* name : {"id", "tenant_id", "fee"}) {
    bundle::ResultColumn column;
    column.column = name;
    patch.lock.columns.push_back(column);
  }
  return patch;
}

ColumnRights WriterOf(bundle::Guard guard) {
  RoleRights writer;
  AddWriterRights(Patch(std::move(guard)), writer);
  return writer.at({"public", "invoices"});
}

TEST(Grants, TheWriterUpdatesTheVersionThatItsStatementAdvances) {
  const ColumnRights rights = WriterOf({bundle::GuardKind::kIntegerVersion, "version", {}, true});
  EXPECT_THAT(rights.select, ElementsAre("fee", "id", "tenant_id", "version"));
  EXPECT_THAT(rights.update, ElementsAre("fee", "version"));
  EXPECT_THAT(rights.insert, IsEmpty());
}

TEST(Grants, AGuardThatTheDatabaseMovesIsOnlyRead) {
  const ColumnRights rights = WriterOf({bundle::GuardKind::kTimestamp, "updated_at", {}, false});
  EXPECT_THAT(rights.select, ElementsAre("fee", "id", "tenant_id", "updated_at"));
  EXPECT_THAT(rights.update, ElementsAre("fee"));
}

TEST(Grants, ABeforeImageIsOnlyRead) {
  const ColumnRights rights = WriterOf({bundle::GuardKind::kBeforeImage, "", {"fee", "status"}, false});
  EXPECT_THAT(rights.select, ElementsAre("fee", "id", "status", "tenant_id"));
  EXPECT_THAT(rights.update, ElementsAre("fee"));
}

TEST(Grants, TwoWritesOfOneTableAddUp) {
  RoleRights writer;
  AddWriterRights(Patch({bundle::GuardKind::kIntegerVersion, "version", {}, true}), writer);
  bundle::PatchPlan other = Patch({bundle::GuardKind::kIntegerVersion, "version", {}, true});
  other.set[0].column = "note";
  AddWriterRights(other, writer);
  ASSERT_EQ(writer.size(), 1u);
  EXPECT_THAT(writer.begin()->second.update, ElementsAre("fee", "note", "version"));
}

TEST(Grants, AuditRowsAreOnlyInserted) {
  bundle::Statement insert;
  for (const char* name : {"tenant_id", "payload"}) {
    insert.params.emplace_back();
    insert.params.back().value.name = name;
  }
  RoleRights writer;
  AddAuditRights({"public", "audit"}, insert, writer);
  EXPECT_THAT(writer.at({"public", "audit"}).insert, ElementsAre("payload", "tenant_id"));
  EXPECT_THAT(writer.at({"public", "audit"}).select, IsEmpty());
}

TEST(Grants, NamesAreCheckedForTheEngine) {
  EXPECT_TRUE(CheckGrantNames(Engine::kPostgres, DefaultGrantNames("billing")));
  EXPECT_TRUE(CheckGrantNames(Engine::kMysql, DefaultGrantNames("billing")));
  EXPECT_FALSE(CheckGrantNames(Engine::kMysql, DefaultGrantNames(std::string(20, 's'))));
  EXPECT_TRUE(CheckGrantNames(Engine::kPostgres, DefaultGrantNames(std::string(47, 's'))));
  EXPECT_FALSE(CheckGrantNames(Engine::kPostgres, DefaultGrantNames(std::string(48, 's'))));
  GrantNames names = DefaultGrantNames("a");
  names.viewer = names.writer;
  EXPECT_FALSE(CheckGrantNames(Engine::kPostgres, names));
  names.viewer = "";
  EXPECT_FALSE(CheckGrantNames(Engine::kPostgres, names));
}

schema::Column Of(TypeKind kind, std::string declared) {
  schema::Column column{.name = "Org"};
  column.type.kind = kind;
  column.type.declared = std::move(declared);
  return column;
}

TEST(Grants, TheTenantIsComparedAsItsColumnsType) {
  const std::string setting = "nullif(pg_catalog.current_setting('synapsor.tenant_id', true), '')";
  EXPECT_EQ(TenantPredicate(Of(TypeKind::kText, "text"), ""), "\"Org\" = " + setting + "::text");
  EXPECT_EQ(TenantPredicate(Of(TypeKind::kInteger, "integer"), "\"t\""), "\"t\".\"Org\" = " + setting + "::bigint");
  EXPECT_EQ(TenantPredicate(Of(TypeKind::kUuid, "uuid"), ""), "\"Org\" = " + setting + "::uuid");
  EXPECT_EQ(TenantPredicate(Of(TypeKind::kEnum, "public.org"), ""), "\"Org\"::text = " + setting);
  EXPECT_EQ(TenantPredicate(Of(TypeKind::kText, "public.citext"), ""), "\"Org\"::text = " + setting);
}

TEST(Grants, ViewsNeverShareAName) {
  std::vector<SafeView> views(4);
  views[0].context = "a.b__c";
  views[1].context = "a__b.c";
  views[2].context = "x." + std::string(80, 'y');
  views[3].context = "x." + std::string(81, 'y');
  for (const Engine engine : {Engine::kPostgres, Engine::kMariadb}) {
    std::vector<SafeView> named = views;
    NameViews(engine, named);
    std::set<std::string> names;
    for (const SafeView& view : named) {
      names.insert(view.name);
      EXPECT_LE(view.name.size(), engine == Engine::kPostgres ? 63u : 30u);
    }
    EXPECT_EQ(names.size(), 4u);
    EXPECT_EQ(named[0].name, "a__b__c");
  }
}

TEST(Grants, NothingLeavesACommentOrABlock) {
  const std::string comment = Comment("a\nDROP TABLE t;\r\x01 " + std::string(300, 'x'));
  std::istringstream lines(comment);
  for (std::string line; std::getline(lines, line);) EXPECT_TRUE(line.starts_with("-- ")) << line;
  EXPECT_THAT(DoBlock("x $synapsor$ y $synapsor1$\n"), testing::StartsWith("DO $synapsor2$\n"));
  EXPECT_EQ(TextLiteral("it's"), "'it''s'");
}

SourceGrants Small(Engine engine, bool writes) {
  SourceGrants grants;
  grants.source = "app";
  grants.engine = engine;
  grants.writes = writes;
  grants.reader[{"public", "t"}].select = {"id"};
  if (writes) grants.writer[{"public", "t"}].update = {"v"};
  grants.tenant_tables = {{{"public", "t"}, "tenant = 1"}};
  return grants;
}

TEST(Grants, AContractThatOnlyReadsMakesNoWriterWithRights) {
  const GrantNames names = DefaultGrantNames("app");
  const std::string postgres = PrintGrants(Small(Engine::kPostgres, false), names, {});
  EXPECT_THAT(postgres, Not(HasSubstr("synapsor_receipts")));
  EXPECT_THAT(postgres, Not(HasSubstr("TO \"synapsor_app_writer\"")));
  // What it had before is taken back all the same.
  EXPECT_THAT(postgres, HasSubstr("'synapsor_app_writer'"));
  const std::string mariadb = PrintGrants(Small(Engine::kMariadb, false), names, {});
  EXPECT_THAT(mariadb, Not(HasSubstr("synapsor_receipts")));
  EXPECT_THAT(mariadb, HasSubstr("REVOKE ALL PRIVILEGES, GRANT OPTION FROM `synapsor_app_writer`@`%`"));
}

TEST(Grants, ReceiptsAreNeverUpdatedOrDeletedByARole) {
  for (const Engine engine : {Engine::kPostgres, Engine::kMysql, Engine::kMariadb}) {
    std::istringstream statements(PrintGrants(Small(engine, true), DefaultGrantNames("app"), {}));
    int on_receipts = 0;
    for (std::string statement; std::getline(statements, statement, ';');) {
      statement.erase(0, std::min(statement.find_first_not_of('\n'), statement.size()));
      if (!statement.starts_with("GRANT")) continue;
      EXPECT_THAT(statement, Not(HasSubstr("DELETE")));
      EXPECT_THAT(statement, Not(HasSubstr("ALL PRIVILEGES")));
      if (statement.find("synapsor_receipts") == std::string::npos) continue;
      ++on_receipts;
      EXPECT_THAT(statement, Not(HasSubstr("UPDATE")));
    }
    EXPECT_GE(on_receipts, 1);
  }
}

TEST(Grants, ReceiptsInTheLedgerNeedNoTable) {
  EXPECT_THAT(PrintGrants(Small(Engine::kPostgres, true), DefaultGrantNames("app"), {.receipts_in_target = false}),
              Not(HasSubstr("synapsor_receipts")));
}

TEST(Grants, PoliciesArePrintedOnlyWhenAskedFor) {
  const GrantNames names = DefaultGrantNames("app");
  EXPECT_THAT(PrintGrants(Small(Engine::kPostgres, true), names, {}), Not(HasSubstr("CREATE POLICY")));
  const std::string with = PrintGrants(Small(Engine::kPostgres, true), names, {.row_level_security = true});
  EXPECT_THAT(with,
              HasSubstr("CREATE POLICY \"synapsor_only_synapsor_app_writer\" ON \"public\".\"t\" AS RESTRICTIVE"));
  EXPECT_THAT(with, HasSubstr("ENABLE ROW LEVEL SECURITY"));
}

TEST(Grants, ALedgersOwnerAndUserAreTwo) {
  const std::string script = PrintLedgerGrants({"u\"ser", "owner", "keeper"});
  EXPECT_THAT(script, HasSubstr("GRANT INSERT ON TABLE synapsor_ledger.events TO \"u\"\"ser\""));
  EXPECT_THAT(script, Not(HasSubstr("UPDATE (document) ON TABLE synapsor_ledger.proposals")));
  EXPECT_THAT(script, Not(HasSubstr("DELETE ON TABLE synapsor_ledger.retention_deferred TO \"u\"\"ser\"")));
}

}  // namespace
}  // namespace synapsor::plan
