#include "runtime/session/login.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "runtime/session/password.h"

namespace synapsor::session {
namespace {

constexpr std::int64_t kSecond = 1'000'000;

class SetClock : public Clock {
 public:
  Instant Now() const override { return now; }
  void Advance(int seconds) { now.micros += seconds * kSecond; }
  Instant now{1'790'000'000 * kSecond};
};

Reviewer Lead() { return {"lead_7", {"billing_reviewer"}, {"acme"}}; }

TEST(LoginSessions, AreFoundByTheirIdOnly) {
  const SetClock clock;
  LoginSessions sessions(clock);
  const auto id = sessions.Start(Lead());
  ASSERT_TRUE(id);
  EXPECT_EQ(id->size(), 64u);
  const auto found = sessions.Find(*id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->reviewer, Lead());
  EXPECT_EQ(found->csrf.size(), 64u);
  EXPECT_NE(found->csrf, *id);
  EXPECT_FALSE(sessions.Find(""));
  EXPECT_FALSE(sessions.Find(id->substr(1)));
  EXPECT_FALSE(sessions.Find(std::string(64, '0')));
  EXPECT_FALSE(sessions.Find(found->csrf));
  const auto other = sessions.Start(Lead());
  EXPECT_NE(*other, *id);
  EXPECT_NE(sessions.Find(*other)->csrf, found->csrf);
}

TEST(LoginSessions, EndWhenIdleAtTheirLongestAndOnLeaving) {
  SetClock clock;
  LoginSessions sessions(clock, {.idle_seconds = 60, .longest_seconds = 200});
  const std::string idle = *sessions.Start(Lead());
  clock.Advance(59);
  EXPECT_TRUE(sessions.Find(idle));
  clock.Advance(59);
  EXPECT_TRUE(sessions.Find(idle)) << "use counts";
  clock.Advance(60);
  EXPECT_FALSE(sessions.Find(idle));

  const std::string busy = *sessions.Start(Lead());
  for (int i = 0; i < 3; ++i) {
    clock.Advance(50);
    EXPECT_TRUE(sessions.Find(busy));
  }
  clock.Advance(50);
  EXPECT_FALSE(sessions.Find(busy)) << "use does not prolong it without end";

  const std::string left = *sessions.Start(Lead());
  sessions.End(left);
  EXPECT_FALSE(sessions.Find(left));
}

TEST(LoginSessions, EndWithTheTokenThatBeganThem) {
  SetClock clock;
  LoginSessions sessions(clock);
  const std::string id = *sessions.Start(Lead(), Instant{clock.now.micros + 30 * kSecond});
  clock.Advance(29);
  EXPECT_TRUE(sessions.Find(id));
  clock.Advance(1);
  EXPECT_FALSE(sessions.Find(id));
}

TEST(LoginSessions, AreBoundedForEachSubjectAndInAll) {
  SetClock clock;
  LoginSessions sessions(clock, {.most = 3, .most_a_subject = 2});
  const std::string first = *sessions.Start(Lead());
  clock.Advance(1);
  const std::string second = *sessions.Start(Lead());
  clock.Advance(1);
  EXPECT_TRUE(sessions.Find(first));
  clock.Advance(1);
  const std::string third = *sessions.Start(Lead());
  EXPECT_FALSE(sessions.Find(second)) << "the one used least recently goes";
  EXPECT_TRUE(sessions.Find(first));
  EXPECT_TRUE(sessions.Find(third));
  clock.Advance(1);
  EXPECT_TRUE(sessions.Start({"lead_8", {"r"}, {"acme"}}));
  clock.Advance(1);
  EXPECT_TRUE(sessions.Find(third));
  EXPECT_TRUE(sessions.Start({"lead_9", {"r"}, {"acme"}}));
  EXPECT_FALSE(sessions.Find(first));
  EXPECT_TRUE(sessions.Find(third));
}

TEST(LoginThrottle, AdmitsAFewAtOnceForANameAndThenSlowly) {
  SetClock clock;
  LoginThrottle throttle(clock);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(throttle.Admit("lead_7", "10.0.0." + std::to_string(i)));
  EXPECT_FALSE(throttle.Admit("lead_7", "10.0.0.9")) << "a name is guarded whatever the address";
  EXPECT_TRUE(throttle.Admit("lead_8", "10.0.0.9"));
  clock.Advance(59);
  EXPECT_FALSE(throttle.Admit("lead_7", "10.0.0.9"));
  clock.Advance(2);
  EXPECT_TRUE(throttle.Admit("lead_7", "10.0.0.9"));
  EXPECT_FALSE(throttle.Admit("lead_7", "10.0.0.9"));
  throttle.Succeeded("lead_7");
  EXPECT_TRUE(throttle.Admit("lead_7", "10.0.0.9"));
}

TEST(LoginThrottle, GuardsAgainstManyNamesFromOneAddress) {
  SetClock clock;
  LoginThrottle throttle(clock);
  int admitted = 0;
  for (int i = 0; i < 100; ++i) admitted += throttle.Admit("name" + std::to_string(i), "10.0.0.1");
  EXPECT_EQ(admitted, 20);
  EXPECT_TRUE(throttle.Admit("name", "10.0.0.2"));
}

TEST(LoginThrottle, ClosesRatherThanForgetsWhenFlooded) {
  SetClock clock;
  LoginThrottle throttle(clock);
  int admitted = 0;
  for (int i = 0; i < 30'000; ++i) admitted += throttle.Admit("name" + std::to_string(i), "10.0." + std::to_string(i));
  EXPECT_LT(admitted, 11'000);
  EXPECT_FALSE(throttle.Admit("new", "192.168.0.1"));
  clock.Advance(601);
  EXPECT_TRUE(throttle.Admit("new", "192.168.0.1"));
}

TEST(Password, HashesAreSaltedAndMatchTheirPasswordOnly) {
  const std::string password = "correct horse battery";
  const auto hash = HashPassword(password);
  ASSERT_TRUE(hash);
  EXPECT_TRUE(IsPasswordHash(*hash));
  EXPECT_NE(*HashPassword(password), *hash);
  EXPECT_EQ(hash->find(password), std::string::npos);
  EXPECT_TRUE(PasswordMatches(password, *hash));
  EXPECT_FALSE(PasswordMatches("correct horse batterz", *hash));
  EXPECT_FALSE(PasswordMatches(password + std::string(1, '\0'), *hash));
  EXPECT_FALSE(PasswordMatches("", *hash));
  EXPECT_FALSE(PasswordMatches(password, ""));
  EXPECT_FALSE(PasswordMatches(password, hash->substr(0, hash->size() - 1)));
}

TEST(Password, RefusesShortOnesAndHashesOfAnotherForm) {
  EXPECT_FALSE(HashPassword("short"));
  EXPECT_FALSE(HashPassword(std::string(1025, 'x')));
  EXPECT_FALSE(HashPassword(""));
  for (
      const char* text :
      {"", "secret", "scrypt$1$8$1$00000000000000000000000000000000$00", "$2b$10$abcdefghijklmnopqrstuv",
       "scrypt$32768$8$1$zz000000000000000000000000000000$0000000000000000000000000000000000000000000000000000000000000000"}) {
    EXPECT_FALSE(IsPasswordHash(text)) << text;
  }
}

TEST(Password, SecretsAreComparedWhole) {
  EXPECT_TRUE(SameSecret("abc", "abc"));
  EXPECT_FALSE(SameSecret("abc", "abd"));
  EXPECT_FALSE(SameSecret("abc", "ab"));
  EXPECT_FALSE(SameSecret("", "a"));
  // RFC 4231, test case 2.
  EXPECT_EQ(KeyedDigest("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

const std::string& SomeHash() {
  static const std::string hash = *HashPassword("correct horse battery");
  return hash;
}

std::string File(const std::string& entries) { return "{\"reviewers\":[" + entries + "]}"; }
std::string Entry(const std::string& subject, const std::string& roles, const std::string& tenants) {
  return R"({"subject":")" + subject + R"(","roles":)" + roles + R"(,"tenants":)" + tenants + R"(,"password":")" +
         SomeHash() + R"("})";
}

TEST(Reviewers, AreWhoTheFileSays) {
  const auto directory = ReviewerDirectory::Parse(
      File(Entry("lead_7", R"(["billing_reviewer","operator"])", R"(["acme","globex"])")), "r.json");
  ASSERT_TRUE(directory) << directory.error().message;
  const auto lead = directory->Check("lead_7", "correct horse battery");
  ASSERT_TRUE(lead);
  EXPECT_EQ(lead->roles, (std::vector<std::string>{"billing_reviewer", "operator"}));
  EXPECT_EQ(lead->tenants, (std::vector<std::string>{"acme", "globex"}));
  EXPECT_FALSE(directory->Check("lead_7", "wrong horse battery"));
  EXPECT_FALSE(directory->Check("LEAD_7", "correct horse battery"));
  EXPECT_FALSE(directory->Check("nobody", "correct horse battery"));
  EXPECT_FALSE(directory->Check("", ""));
}

TEST(Reviewers, RefusesWhatItDoesNotKnow) {
  const std::string good = Entry("a", R"(["r"])", R"(["t"])");
  const std::pair<std::string, const char*> cases[] = {
      {"", "r.json"},
      {"[]", "reviewers"},
      {R"({"reviewers":{}})", "reviewers"},
      {R"({"reviewers":[],"more":1})", "reviewers"},
      {R"({"reviewers":[],"reviewers":[]})", "r.json"},
      {File("1"), "reviewer 1"},
      {File(good + "," + good), "already"},
      {File(Entry("", R"(["r"])", R"(["t"])")), "subject"},
      {File(Entry("a", "[]", R"(["t"])")), "roles"},
      {File(Entry("a", R"(["r","r"])", R"(["t"])")), "roles"},
      {File(Entry("a", R"("r")", R"(["t"])")), "roles"},
      {File(Entry("a", R"(["r"])", "[]")), "tenants"},
      {File(Entry("a", R"(["r"])", R"([""])")), "tenants"},
      {File(Entry("a", R"(["r"])", R"([1])")), "tenants"},
      {File(R"({"subject":"a","roles":["r"],"tenants":["t"],"password":"plain text here"})"), "--hash-password"},
      {File(R"({"subject":"a","roles":["r"],"tenants":["t"]})"), "nothing else"},
      {File(good.substr(0, good.size() - 1) + R"(,"admin":true})"), "nothing else"},
  };
  for (const auto& [text, expected] : cases) {
    const auto directory = ReviewerDirectory::Parse(text, "r.json");
    ASSERT_FALSE(directory) << text;
    EXPECT_NE(directory.error().message.find(expected), std::string::npos) << text << ": " << directory.error().message;
    EXPECT_EQ(directory.error().message.find("plain text here"), std::string::npos) << "a secret in a message";
  }
}

TEST(Reviewers, LoadsAFileThatOnlyItsOwnerChanges) {
  const std::string path =
      std::filesystem::path(testing::TempDir()) / ("reviewers_" + std::to_string(::getpid()) + ".json");
  std::ofstream(path) << File(Entry("a", R"(["r"])", R"(["t"])"));
  for (const auto& [mode, fine] : {std::pair{0600, true}, {0640, true}, {0644, false}, {0660, false}, {0602, false}}) {
    ASSERT_EQ(::chmod(path.c_str(), static_cast<mode_t>(mode)), 0);
    EXPECT_EQ(ReviewerDirectory::Load(path).has_value(), fine) << std::oct << mode;
  }
  std::filesystem::remove(path);
  EXPECT_FALSE(ReviewerDirectory::Load(path));
}

}  // namespace
}  // namespace synapsor::session
