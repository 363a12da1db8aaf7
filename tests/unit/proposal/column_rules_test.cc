#include "runtime/proposal/column_rules.h"

#include <gtest/gtest.h>

namespace synapsor::proposal {
namespace {

bundle::SetColumn Number() {
  bundle::SetColumn column;
  column.column = "refund";
  column.type = ScalarType::kDecimal;
  column.value = {bundle::Origin::kArg, "amount", Scalar::Null(ScalarType::kText)};
  column.nullable = false;
  column.min = "0";
  column.max = "1500.00";
  column.precision = 6;
  column.scale = 2;
  return column;
}

bundle::SetColumn Status(Scalar fixed) {
  bundle::SetColumn column;
  column.column = "status";
  column.value.fixed = std::move(fixed);
  column.max_length = 8;
  column.transitions = {{"open", "refunded"}, {"held", "open"}};
  return column;
}

Scalar Decimal(const char* text) { return Scalar::Of(ScalarType::kDecimal, text); }

ledger::ProposedColumn Change(Scalar before, Scalar after, const char* provenance) {
  return {"c", std::move(before), std::move(after), provenance};
}

TEST(ColumnRules, BoundsAreInclusiveAndExact) {
  const bundle::SetColumn column = Number();
  for (const char* fine : {"0", "0.00", "0.01", "1500", "1500.00"})
    EXPECT_EQ(FindFault(column, Decimal(fine)), "") << fine;
  for (const char* bad : {"-0.01", "1500.01", "1500.001", "0.001", "x"}) {
    EXPECT_NE(FindFault(column, Decimal(bad)), "") << bad;
  }
  EXPECT_NE(FindFault(column, Scalar::Null(ScalarType::kDecimal)), "");
  bundle::SetColumn nullable = Number();
  nullable.nullable = true;
  EXPECT_EQ(FindFault(nullable, Scalar::Null(ScalarType::kDecimal)), "");
}

TEST(ColumnRules, LengthCountsCodePointsOrBytes) {
  bundle::SetColumn column;
  column.max_length = 3;
  EXPECT_EQ(FindFault(column, Scalar::Text("\xc3\xa4\xc3\xa4\xc3\xa4")), "");
  EXPECT_NE(FindFault(column, Scalar::Text("abcd")), "");
  EXPECT_NE(FindFault(column, Scalar::Of(ScalarType::kBytes, "\xc3\xa4\xc3\xa4")), "");
}

TEST(ColumnRules, TransitionsAreTheListedOnes) {
  const bundle::SetColumn column = Status(Scalar::Text("refunded"));
  EXPECT_TRUE(IsAllowedTransition(column, Scalar::Text("open"), Scalar::Text("refunded")));
  EXPECT_TRUE(IsAllowedTransition(column, Scalar::Text("closed"), Scalar::Text("closed")));
  EXPECT_FALSE(IsAllowedTransition(column, Scalar::Text("refunded"), Scalar::Text("open")));
  EXPECT_FALSE(IsAllowedTransition(column, Scalar::Text("held"), Scalar::Text("refunded")));
  EXPECT_FALSE(IsAllowedTransition(column, Scalar::Null(ScalarType::kText), Scalar::Text("refunded")));
  EXPECT_FALSE(IsAllowedTransition(column, Scalar::Text("open"), Scalar::Null(ScalarType::kText)));
}

TEST(ColumnRules, AFixedValueIsTheContractsOwn) {
  const bundle::SetColumn column = Status(Scalar::Text("refunded"));
  const Scalar open = Scalar::Text("open"), null = Scalar::Null(ScalarType::kText);
  EXPECT_TRUE(IsAsContracted(column, Change(open, Scalar::Text("refunded"), "fixed")));
  EXPECT_FALSE(IsAsContracted(column, Change(open, Scalar::Text("open"), "fixed"))) << "not even left as it is";
  EXPECT_FALSE(IsAsContracted(column, Change(open, null, "fixed")));
  EXPECT_FALSE(IsAsContracted(column, Change(open, Scalar::Text("refunded"), "arg:status")));
  EXPECT_FALSE(IsAsContracted(column, Change(Scalar::Text("held"), Scalar::Text("refunded"), "fixed")));
  bundle::SetColumn cleared = Status(null);
  cleared.transitions.clear();
  EXPECT_TRUE(IsAsContracted(cleared, Change(open, null, "fixed")));
  EXPECT_FALSE(IsAsContracted(cleared, Change(open, Scalar::Text(""), "fixed")));
  // The contract's 0 in a decimal column.
  bundle::SetColumn zero = Number();
  zero.value = {bundle::Origin::kFixed, "", Scalar::Int(0)};
  EXPECT_TRUE(IsAsContracted(zero, Change(Decimal("5"), Decimal("0"), "fixed")));
  EXPECT_FALSE(IsAsContracted(zero, Change(Decimal("5"), Decimal("1"), "fixed")));
}

TEST(ColumnRules, AnArgumentKeepsToItsColumn) {
  const bundle::SetColumn column = Number();
  EXPECT_TRUE(IsAsContracted(column, Change(Decimal("5"), Decimal("7.50"), "arg:amount")));
  EXPECT_FALSE(IsAsContracted(column, Change(Decimal("5"), Decimal("1501"), "arg:amount")));
  EXPECT_FALSE(IsAsContracted(column, Change(Decimal("5"), Decimal("7.50"), "arg:other")));
  EXPECT_FALSE(IsAsContracted(column, Change(Decimal("5"), Scalar::Int(7), "arg:amount")));
  EXPECT_FALSE(IsAsContracted(column, Change(Scalar::Int(5), Decimal("7"), "arg:amount")));
  EXPECT_TRUE(IsAsContracted(column, Change(Decimal("9999"), Decimal("9999"), "arg:amount"))) << "left as it is";
}

}  // namespace
}  // namespace synapsor::proposal
