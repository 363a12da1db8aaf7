#include "runtime/writeback/values.h"

#include <gtest/gtest.h>

#include "runtime/writeback/receipts.h"

namespace synapsor::writeback {
namespace {

struct Case {
  ScalarType type;
  const char* sent;
  const char* stored;
  const char* database_type;
  bool same;
};

constexpr Case kCases[] = {
    {ScalarType::kText, "a", "a", "text", true},
    {ScalarType::kText, "a", "a ", "text", false},
    {ScalarType::kText, "a", "a  ", "character(3)", true},
    {ScalarType::kText, "a", "a  ", "character varying(3)", false},
    {ScalarType::kText, "a", "A", "text", false},
    {ScalarType::kDecimal, "5", "5.00", "numeric(10,2)", true},
    {ScalarType::kDecimal, "-0.50", "-0.5", "numeric", true},
    {ScalarType::kDecimal, "0", "-0.00", "numeric", true},
    {ScalarType::kDecimal, "5.005", "5.01", "numeric(10,2)", false},
    {ScalarType::kDecimal, "50", "5", "numeric", false},
    {ScalarType::kDecimal, "0.1", "1", "numeric", false},
    {ScalarType::kTimestamp, "2026-01-01 10:00:00", "2026-01-01 10:00:00.000000", "datetime(6)", true},
    {ScalarType::kTimestamp, "2026-01-01 10:00:00.5", "2026-01-01 10:00:00", "datetime", false},
    {ScalarType::kTimestampTz, "2026-01-01T10:00:00.100000Z", "2026-01-01T10:00:00.1Z", "timestamptz", true},
    {ScalarType::kTime, "10:00:00", "10:00:00.000", "time", true},
    {ScalarType::kTime, "10:00:00", "10:00:01", "time", false},
    {ScalarType::kJson, R"({"b":1,"a":[1, 2]})", R"({"a": [1,2], "b": 1})", "jsonb", true},
    {ScalarType::kJson, R"({"a":1})", R"({"a":2})", "jsonb", false},
    {ScalarType::kJson, "not json", "Not json", "json", false},
    {ScalarType::kDouble, "0.1", "0.10000000149011612", "real", true},
    {ScalarType::kDouble, "0.1", "0.10000000149011612", "double precision", false},
    {ScalarType::kInt64, "1", "01", "bigint", false},
    {ScalarType::kUuid, "a", "A", "uuid", false},
};

TEST(SameStored, KnowsSpellingsButNoOtherValues) {
  for (const Case& c : kCases) {
    EXPECT_EQ(SameStored(Scalar::Of(c.type, c.sent), Scalar::Of(c.type, c.stored), c.database_type), c.same)
        << c.sent << " / " << c.stored << " as " << c.database_type;
  }
  EXPECT_FALSE(SameStored(Scalar::Null(ScalarType::kText), Scalar::Text(""), "text"));
  EXPECT_TRUE(SameStored(Scalar::Null(ScalarType::kText), Scalar::Null(ScalarType::kText), "text"));
  EXPECT_FALSE(SameStored(Scalar::Of(ScalarType::kDecimal, "5"), Scalar::Int(5), "numeric"));
}

bundle::Param Part(bundle::Origin origin, const char* name, ScalarType type) {
  bundle::Param param;
  param.value.origin = origin;
  param.value.name = name;
  param.type = type;
  return param;
}

TEST(BindProposal, TakesValuesFromTheProposalOnly) {
  ledger::Proposal p;
  p.id = 4;
  p.key = Scalar::Int(7);
  p.tenant_value = Scalar::Text("acme");
  p.guard_value = Scalar::Int(3);
  p.columns = {{"fee", Scalar::Int(5), Scalar::Int(0), "fixed"}};
  p.before_image = {{"note", Scalar::Null(ScalarType::kText)}};
  using bundle::Origin;
  bundle::Statement statement;
  statement.params = {Part(Origin::kProposal, "set:fee", ScalarType::kInt64),
                      Part(Origin::kProposal, "key", ScalarType::kInt64),
                      Part(Origin::kProposal, "tenant", ScalarType::kText),
                      Part(Origin::kProposal, "guard", ScalarType::kInt64),
                      Part(Origin::kProposal, "before:note", ScalarType::kText),
                      Part(Origin::kProposal, "before:fee", ScalarType::kInt64),
                      Part(Origin::kEvent, "created_at", ScalarType::kTimestamp)};
  auto values = BindProposal(statement, p, {1'790'000'000'000'000});
  ASSERT_TRUE(values);
  EXPECT_EQ(values->at(0), Scalar::Int(0));
  EXPECT_EQ(values->at(1), Scalar::Int(7));
  EXPECT_EQ(values->at(3), Scalar::Int(3));
  EXPECT_TRUE(values->at(4).is_null);
  EXPECT_EQ(values->at(5), Scalar::Int(5));
  EXPECT_EQ(values->at(6).text, "2026-09-21 14:13:20.000000");
  for (const bundle::Param& bad :
       {Part(Origin::kProposal, "set:other", ScalarType::kInt64), Part(Origin::kProposal, "key", ScalarType::kText),
        Part(Origin::kArg, "fee", ScalarType::kInt64), Part(Origin::kSession, "tenant_id", ScalarType::kText),
        Part(Origin::kEvent, "password", ScalarType::kText), Part(Origin::kProposal, "", ScalarType::kText)}) {
    statement.params = {bad};
    EXPECT_FALSE(BindProposal(statement, p, {1})) << bad.value.name;
  }
}

TEST(Receipts, OneStatementAnEngine) {
  for (const char* engine : {"sqlite", "postgres", "mysql", "mariadb"}) {
    const std::string insert = InsertReceiptStatement(engine).sql;
    EXPECT_EQ(insert.find("IGNORE"), std::string::npos) << engine;
    EXPECT_EQ(insert.find(';'), std::string::npos);
    EXPECT_EQ(InsertReceiptStatement(engine).params.size(), 6u);
    EXPECT_NE(ReceiptsDdl(engine).find("PRIMARY KEY"), std::string::npos);
  }
  EXPECT_NE(InsertReceiptStatement("mysql").fingerprint, FindReceiptStatement("mysql").fingerprint);
}

}  // namespace
}  // namespace synapsor::writeback
