#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "compiler/authority/authority.h"
#include "compiler/authority/verbs.h"

namespace synapsor::authority {
namespace {

using bundle::AuthorityFact;
using Facts = std::vector<AuthorityFact>;

AuthorityFact Fact(std::string_view verb, std::string object, std::string qualifier = "", std::string subject = "a.b") {
  return {std::move(subject), std::string(verb), std::move(object), std::move(qualifier), "agent.ddl.sql:1"};
}

Effect OnlyEffect(const Facts& before, const Facts& after) {
  const std::vector<Change> changes = Diff(before, after);
  EXPECT_EQ(changes.size(), 1u);
  return changes.empty() ? Effect::kNeutral : changes[0].effect;
}

struct Step {
  const char* what;
  Facts before, after;
  Effect there, back;
};

TEST(AuthorityDiff, ClassesEachKindOfChange) {
  const Effect b = Effect::kBroadens, n = Effect::kNarrows, z = Effect::kNeutral;
  const AuthorityFact reach = Fact(kReach, "t"), change = Fact(kChange, "t"), run = Fact(kRun, "workflow");
  const Step steps[] = {
      {"a new readable column", {}, {Fact(kRead, "t.c")}, b, n},
      {"a new writable column", {}, {Fact(kWrite, "t.c", R"({"from":"arg:x"})")}, b, n},
      {"a new argument, as when HIDDEN becomes ARG", {}, {Fact(kChoose, "x", R"({"type":"text"})")}, b, n},
      {"a new capability in a workflow", {}, {Fact(kAllow, "a.c")}, b, n},
      {"a read becomes a proposal", {Fact(kExpose, "tool", "read")}, {Fact(kExpose, "tool", "proposal")}, b, n},
      {"a looser maximum", {Fact(kChoose, "x", R"({"max":"100"})")}, {Fact(kChoose, "x", R"({"max":"101"})")}, b, n},
      {"a maximum lost", {Fact(kChoose, "x", R"({"max":"100"})")}, {Fact(kChoose, "x", "{}")}, b, n},
      {"a lower minimum", {Fact(kChoose, "x", R"({"min":"0"})")}, {Fact(kChoose, "x", R"({"min":"-0.5"})")}, b, n},
      {"beyond 2^53",
       {Fact(kChoose, "x", R"({"max":"9007199254740992"})")},
       {Fact(kChoose, "x", R"({"max":"9007199254740993"})")},
       b,
       n},
      {"a longer text",
       {Fact(kChoose, "x", R"({"max_length":40})")},
       {Fact(kChoose, "x", R"({"max_length":41})")},
       b,
       n},
      {"one value more",
       {Fact(kChoose, "x", R"({"one_of":["a"]})")},
       {Fact(kChoose, "x", R"({"one_of":["a","b"]})")},
       b,
       n},
      {"other values", {Fact(kChoose, "x", R"({"one_of":["a"]})")}, {Fact(kChoose, "x", R"({"one_of":["b"]})")}, b, b},
      {"looser above, tighter below",
       {Fact(kChoose, "x", R"({"max":"1","min":"0"})")},
       {Fact(kChoose, "x", R"({"max":"2","min":"1"})")},
       b,
       b},
      {"written by the model",
       {Fact(kWrite, "t.c", R"({"from":"session:p"})")},
       {Fact(kWrite, "t.c", R"({"from":"arg:p"})")},
       b,
       n},
      {"another literal",
       {Fact(kWrite, "t.c", R"({"from":"fixed 0"})")},
       {Fact(kWrite, "t.c", R"({"from":"fixed 1"})")},
       b,
       b},
      {"another tenant column",
       {reach, Fact(kScope, "t", "a = session:t")},
       {reach, Fact(kScope, "t", "b = session:t")},
       b,
       b},
      {"no tenant any more",
       {reach, Fact(kScope, "t", "a = session:t")},
       {reach, Fact(kScope, "t", std::string(kUnscoped))},
       b,
       n},
      {"tenant guard lost", {change, Fact(kWithin, "t", "a = session:t")}, {change}, b, n},
      {"conflict guard lost", {change, Fact(kGuard, "t", "version v")}, {change}, b, n},
      {"weaker guard", {change, Fact(kGuard, "t", "version v")}, {change, Fact(kGuard, "t", "timestamp u")}, b, n},
      {"other guard", {change, Fact(kGuard, "t", "version v")}, {change, Fact(kGuard, "t", "version w")}, b, b},
      {"the model aims", {change, Fact(kAim, "t", "id = session:k")}, {change, Fact(kAim, "t", "id = arg:k")}, b, n},
      {"any row",
       {change, Fact(kAim, "t", "id = arg:k" + std::string(kInContext))},
       {change, Fact(kAim, "t", "id = arg:k")},
       b,
       n},
      {"a new policy", {}, {Fact(kSettle, "p", R"({"when":["a <= 1"]})")}, b, n},
      {"a looser condition",
       {Fact(kSettle, "p", R"({"when":["a <= 1"]})")},
       {Fact(kSettle, "p", R"({"when":["a <= 2"]})")},
       b,
       n},
      {"a condition less",
       {Fact(kSettle, "p", R"({"when":["a <= 1","b = 'x y'"]})")},
       {Fact(kSettle, "p", R"({"when":["a <= 1"]})")},
       b,
       n},
      {"another text",
       {Fact(kSettle, "p", R"({"when":["b = 'x'"]})")},
       {Fact(kSettle, "p", R"({"when":["b = 'y'"]})")},
       b,
       b},
      {"other bounds",
       {Fact(kSettle, "p", R"({"when":["a <= 1"]})")},
       {Fact(kSettle, "p", R"({"when":["a >= 1"]})")},
       b,
       b},
      {"a limit lost",
       {Fact(kSettle, "p", R"({"limits":{"APPROVALS PER DAY":"5"},"when":["a = 1"]})")},
       {Fact(kSettle, "p", R"({"when":["a = 1"]})")},
       b,
       n},
      {"a larger limit",
       {Fact(kSettle, "p", R"({"limits":{"TOTAL f PER DAY":"5"},"when":["a = 1"]})")},
       {Fact(kSettle, "p", R"({"limits":{"TOTAL f PER DAY":"5.5"},"when":["a = 1"]})")},
       b,
       n},
      {"looser condition, tighter limit",
       {Fact(kSettle, "p", R"({"when":["a <= 1"]})")},
       {Fact(kSettle, "p", R"({"limits":{"APPROVALS PER DAY":"5"},"when":["a <= 2"]})")},
       b,
       b},
      {"more rows", {reach, Fact(kRows, "t", "1")}, {reach, Fact(kRows, "t", "100")}, b, n},
      {"approval lost", {run, Fact(kApprove, "medium", R"({"approvals":1,"role":"lead"})")}, {run}, b, n},
      {"another role",
       {run, Fact(kApprove, "medium", R"({"approvals":1,"role":"lead"})")},
       {run, Fact(kApprove, "medium", R"({"approvals":1,"role":"clerk"})")},
       b,
       b},
      {"any reviewer",
       {run, Fact(kApprove, "medium", R"({"approvals":1,"role":"lead"})")},
       {run, Fact(kApprove, "medium", R"({"approvals":1,"role":""})")},
       b,
       n},
      {"lower quorum",
       {run, Fact(kApprove, "medium", R"({"approvals":2,"role":"lead"})")},
       {run, Fact(kApprove, "medium", R"({"approvals":1,"role":"lead"})")},
       b,
       n},
      {"session key no longer required", {run, Fact(kRequire, "principal")}, {run}, b, n},
      {"evidence no longer required", {run, Fact(kRecord, "evidence")}, {run}, b, n},
      {"evidence off", {Fact(kEvidence, "evidence", "on")}, {Fact(kEvidence, "evidence", "off")}, b, n},
      {"a policy", {}, {Fact(kSettle, "a.p", "sha256:1")}, b, n},
      {"another policy", {Fact(kSettle, "a.p", "sha256:1")}, {Fact(kSettle, "a.p", "sha256:2")}, b, b},
      {"audit only in the ledger",
       {change, Fact(kAudit, "t", "s")},
       {change, Fact(kAudit, "t", "s" + std::string(kLedgerOnly))},
       b,
       n},
      {"texts", {Fact(kDescribe, "texts", "1")}, {Fact(kDescribe, "texts", "2")}, z, z},
      {"retention", {run, Fact(kKeep, "runs", "30")}, {run, Fact(kKeep, "runs", "60")}, z, z},
      {"a verb of a later version", {Fact("teleport", "x", "1")}, {Fact("teleport", "x", "2")}, b, b},
  };
  for (const Step& step : steps) {
    SCOPED_TRACE(step.what);
    EXPECT_EQ(OnlyEffect(step.before, step.after), step.there);
    EXPECT_EQ(OnlyEffect(step.after, step.before), step.back);
  }
}

TEST(AuthorityDiff, RestrictionsComeAndGoWithTheirGrant) {
  const Facts none;
  const Facts table = {Fact(kReach, "t"), Fact(kScope, "t", "a = session:t"), Fact(kRows, "t", "1")};
  EXPECT_EQ(OnlyEffect(table, none), Effect::kNarrows);
  EXPECT_EQ(OnlyEffect(none, table), Effect::kBroadens);
}

TEST(AuthorityDiff, PlacesDoNotMatter) {
  Facts moved = {Fact(kRead, "t.c")};
  moved[0].place = "other.sql:99";
  EXPECT_TRUE(Diff({Fact(kRead, "t.c")}, moved).empty());
}

TEST(AuthorityDiff, SaysWhatDiffers) {
  const auto changes = Diff({Fact(kChoose, "x", R"({"max":"100","required":true,"type":"int64"})")},
                            {Fact(kChoose, "x", R"({"max":"500","type":"int64"})")});
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].sentence, "lets the model choose `x` otherwise: max 100 -> 500, required -> optional");
}

Facts RandomFacts(std::mt19937& random) {
  static constexpr std::string_view kVerbs[] = {kExpose, kChoose, kReach, kScope, kFind,    kRows,  kRead,    kChange,
                                                kGuard,  kAim,    kWrite, kRun,   kApprove, kAllow, "unheard"};
  static const std::string kQualifiers[] = {"",
                                            "1",
                                            "2",
                                            "on",
                                            "off",
                                            "single tenant",
                                            "a = session:k",
                                            "a = arg:k",
                                            R"({"max":"1"})",
                                            R"({"max":"2","min":"1"})",
                                            R"({"approvals":2,"role":"x"})",
                                            "version v",
                                            "timestamp v"};
  Facts facts;
  const auto pick = [&](std::size_t n) { return random() % n; };
  for (std::size_t i = pick(14); i > 0; --i) {
    facts.push_back(Fact(kVerbs[pick(std::size(kVerbs))], pick(2) ? "t" : "u",
                         kQualifiers[pick(std::size(kQualifiers))], pick(2) ? "a.b" : "a.c"));
  }
  return facts;
}

// Identity of a change seen from the other side.
std::string Mirrored(const Change& change, bool flip) {
  const AuthorityFact& first = flip ? change.after : change.before;
  const AuthorityFact& second = flip ? change.before : change.after;
  return first.subject + "|" + first.verb + "|" + first.object + "|" + first.qualifier + "|" + second.subject + "|" +
         second.verb + "|" + second.object + "|" + second.qualifier;
}

TEST(AuthorityDiff, HoldsItsPropertiesOnRandomSets) {
  std::mt19937 random(20260101);
  for (int round = 0; round < 3000; ++round) {
    Facts a = RandomFacts(random), b = RandomFacts(random);
    EXPECT_TRUE(Diff(a, a).empty());
    const auto there = Diff(a, b), back = Diff(b, a);
    std::multimap<std::string, const Change*> mirror;
    for (const Change& change : back) mirror.emplace(Mirrored(change, true), &change);
    ASSERT_EQ(there.size(), back.size());
    for (const Change& change : there) {
      const auto found = mirror.find(Mirrored(change, false));
      ASSERT_NE(found, mirror.end());
      const Change& other = *found->second;
      const bool opposite = (change.effect == Effect::kBroadens && other.effect == Effect::kNarrows) ||
                            (change.effect == Effect::kNarrows && other.effect == Effect::kBroadens);
      const bool unordered = change.effect == Effect::kBroadens && other.effect == Effect::kBroadens;
      const bool neutral = change.effect == Effect::kNeutral && other.effect == Effect::kNeutral;
      EXPECT_TRUE(opposite || unordered || neutral) << change.sentence;
      EXPECT_FALSE(unordered && change.kind != ChangeKind::kChanged && change.before.verb != "unheard" &&
                   change.after.verb != "unheard");
      mirror.erase(found);
    }
    std::shuffle(a.begin(), a.end(), random);
    std::shuffle(b.begin(), b.end(), random);
    const auto shuffled = Diff(a, b);
    ASSERT_EQ(shuffled.size(), there.size());
    for (std::size_t i = 0; i < there.size(); ++i) EXPECT_EQ(shuffled[i].sentence, there[i].sentence);
  }
}

}  // namespace
}  // namespace synapsor::authority
