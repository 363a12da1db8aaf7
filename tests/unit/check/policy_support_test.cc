#include "compiler/check/policy_support.h"

#include <gtest/gtest.h>

namespace synapsor::check {
namespace {

using ast::LiteralKind;
using ast::Relation;

Constraint Of(std::initializer_list<std::pair<Relation, std::string_view>> parts,
              LiteralKind kind = LiteralKind::kInteger) {
  Constraint constraint;
  for (const auto& [relation, text] : parts) constraint.Add(relation, {kind, text, Span::None()});
  return constraint;
}

TEST(Constraint, NumbersAreIntervals) {
  const Constraint c = Of({{Relation::kGreaterEqual, "0"}, {Relation::kLess, "10.5"}});
  EXPECT_TRUE(c.Admits("0"));
  EXPECT_TRUE(c.Admits("10.49"));
  EXPECT_FALSE(c.Admits("10.50"));
  EXPECT_FALSE(c.Admits("-0.01"));
  EXPECT_FALSE(c.empty);
}

TEST(Constraint, ContradictionsAreEmpty) {
  EXPECT_TRUE(Of({{Relation::kGreater, "5"}, {Relation::kLess, "5"}}).empty);
  EXPECT_TRUE(Of({{Relation::kGreater, "5"}, {Relation::kLessEqual, "5.0"}}).empty);
  EXPECT_TRUE(Of({{Relation::kEqual, "5"}, {Relation::kNotEqual, "5.00"}}).empty);
  EXPECT_FALSE(Of({{Relation::kGreaterEqual, "5"}, {Relation::kLessEqual, "5"}}).empty);
  EXPECT_TRUE(Of({{Relation::kEqual, "a"}, {Relation::kEqual, "b"}}, LiteralKind::kString).empty);
  EXPECT_TRUE(Of({{Relation::kEqual, "a"}, {Relation::kNotEqual, "a"}}, LiteralKind::kString).empty);
  EXPECT_TRUE(Of({{Relation::kEqual, ""}}, LiteralKind::kNull).empty);
}

TEST(Constraint, ContainmentDecidesShadowing) {
  const Constraint wide = Of({{Relation::kLessEqual, "100"}});
  const Constraint narrow = Of({{Relation::kLess, "100"}, {Relation::kGreater, "0"}});
  EXPECT_TRUE(wide.Contains(narrow));
  EXPECT_FALSE(narrow.Contains(wide));
  EXPECT_TRUE(wide.Contains(wide));
  EXPECT_FALSE(Of({{Relation::kLess, "100"}}).Contains(wide));
  const Constraint not_a = Of({{Relation::kNotEqual, "a"}}, LiteralKind::kString);
  EXPECT_TRUE(not_a.Contains(Of({{Relation::kEqual, "b"}}, LiteralKind::kString)));
  EXPECT_FALSE(not_a.Contains(Of({{Relation::kEqual, "a"}}, LiteralKind::kString)));
}

}  // namespace
}  // namespace synapsor::check
