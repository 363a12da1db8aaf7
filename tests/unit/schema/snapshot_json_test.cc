#include "compiler/schema/snapshot_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace synapsor::schema {
namespace {

using testing::HasSubstr;

Snapshot Full() {
  Snapshot snapshot;
  snapshot.engine = Engine::kPostgres;
  snapshot.server_version = "15.20";
  snapshot.default_schema = "public";
  snapshot.role = Role{"app", false, true};
  Table parent{.schema = "public", .name = "tenants"};
  parent.columns.push_back({.name = "id", .type = {.kind = TypeKind::kUuid, .declared = "uuid"}});
  Table table{.schema = "public", .name = "odd \"name\"\n"};
  table.kind = TableKind::kPartitionedTable;
  Column column{.name = "état"};
  column.type = {.kind = TypeKind::kEnum,
                 .declared = "mood",
                 .domain = "d",
                 .bits = 64,
                 .is_unsigned = true,
                 .length = 40,
                 .precision = 12,
                 .scale = 2,
                 .fractional_digits = 6,
                 .enum_values = {"a", "b\\"}};
  column.collation = "C";
  column.nullable = false;
  column.default_expression = "";
  column.generated = Generated::kStored;
  column.identity = Identity::kAlways;
  column.on_update = "CURRENT_TIMESTAMP(6)";
  column.base_schema = "s", column.base_table = "t", column.base_column = "c";
  column.updatable = false;
  column.may_select = true, column.may_update = false;
  table.columns.push_back(column);
  table.primary_key = {"état"};
  table.indexes.push_back({"pk", IndexOrigin::kPrimaryKey, {"état"}, true, true, false, false});
  table.foreign_keys.push_back(
      {"fk", {"état"}, "public", "tenants", {"id"}, ReferentialAction::kCascade, ReferentialAction::kSetNull});
  table.checks.push_back({"ck", "état IN ('x')", "état", std::vector<std::string>{"x"}, "1", "2", true, true, 9});
  table.triggers.push_back({"tr", false, true, true, true, false, {"état"}, "f()", {"état"}, true});
  table.policies.push_back({"p", "UPDATE", false, {"app"}, "true", "false"});
  table.row_security = table.row_security_forced = true;
  table.partition_key = {"état"};
  table.updatable = false;
  table.view_definition = "SELECT 1";
  table.owned_by_role = table.may_select = table.may_insert = false;
  table.may_update = table.may_delete = true;
  snapshot.tables = {table, parent};
  Finish(snapshot);
  return snapshot;
}

TEST(SnapshotJson, RoundTripsEveryMember) {
  const std::string text = ToJson(Full());
  const auto read = FromJson(text, "s.json");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(ToJson(*read), text);
  const Table* table = read->FindTable("", "odd \"name\"\n");
  ASSERT_NE(table, nullptr);
  EXPECT_EQ(table->columns[0].type, Full().tables[0].columns[0].type);
  EXPECT_EQ(table->checks[0].max_length, 9);
  EXPECT_EQ(read->FindTable("public", "tenants")->referenced_by.size(), 1u);
}

TEST(SnapshotJson, DefaultsAreLeftOut) {
  Snapshot snapshot;
  snapshot.default_schema = "public";
  Table table{.schema = "public", .name = "t"};
  table.columns.push_back({.name = "id", .type = {.kind = TypeKind::kText, .declared = "text"}});
  snapshot.tables = {table};
  Finish(snapshot);
  EXPECT_THAT(ToJson(snapshot),
              HasSubstr("        {\"name\":\"id\",\"type\":{\"kind\":\"text\",\"declared\":\"text\"}}\n"));
}

TEST(SnapshotJson, FingerprintCoversStructureButNotPrivileges) {
  Snapshot changed = Full();
  changed.tables[0].may_select = true;
  changed.tables[0].columns[0].may_update.reset();
  Finish(changed);
  EXPECT_EQ(changed.tables[0].fingerprint, Full().tables[0].fingerprint);
  changed.tables[0].columns[0].nullable = true;
  Finish(changed);
  EXPECT_NE(changed.tables[0].fingerprint, Full().tables[0].fingerprint);
}

TEST(SnapshotJson, RefusesWhatItDoesNotKnow) {
  const auto error = [](std::string_view text) {
    const auto read = FromJson(text, "s.json");
    return read ? std::string("accepted") : read.error().message;
  };
  const std::string head = R"({"format":"synapsor.schema.v1","engine":"postgres",)";
  EXPECT_THAT(error(head + R"("tables":[{"name":"t","extra":1}]})"), HasSubstr("unknown key `extra`"));
  EXPECT_THAT(error(head + R"("tables":[{"name":"t","name":"u"}]})"), HasSubstr("the key `name` twice"));
  EXPECT_THAT(error(R"({"format":"synapsor.schema.v2","engine":"postgres"})"), HasSubstr("synapsor.schema.v2"));
  EXPECT_THAT(error(R"({"format":"synapsor.schema.v1","engine":"oracle"})"), HasSubstr("oracle"));
  EXPECT_THAT(error(head + R"("tables":[{"name":"t","columns":[{"name":"c","type":{"kind":"blob"}}]}]})"),
              HasSubstr("`blob`"));
  EXPECT_THAT(error(head + R"("tables":[{"name":"t","columns":[{"name":"c","type":{"bits":1e99}}]}]})"),
              HasSubstr("whole number"));
  EXPECT_THAT(error(head + R"("tables":[{"name":"t"},{"name":"t"}]})"), HasSubstr("stands twice"));
  EXPECT_THAT(error("{"), HasSubstr("s.json: not a JSON document at line 1"));
  EXPECT_THAT(error("\xFF"), HasSubstr("not a JSON document"));
  EXPECT_THAT(error(std::string(3'000'000, '[')), HasSubstr("not a JSON document"));
}

TEST(SnapshotJson, AnEditedTableNoLongerMatchesItsFingerprint) {
  std::string text = ToJson(Full());
  text.replace(text.find("\"nullable\":false"), 16, "\"nullable\":true ");
  EXPECT_THAT(FromJson(text, "s.json").error().message, HasSubstr("does not match its fingerprint"));
}

}  // namespace
}  // namespace synapsor::schema
