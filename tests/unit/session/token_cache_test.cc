#include "runtime/session/token_cache.h"

#include <gtest/gtest.h>

namespace synapsor::session {
namespace {

constexpr Instant At(int seconds) { return {1'800'000'000'000'000 + seconds * 1'000'000LL}; }

Session For(const std::string& tenant, int expires) {
  Session session;
  session.values = {{"tenant_id", tenant}};
  session.expires = At(expires);
  return session;
}

TEST(TokenCache, FindsTheVeryTokenOnly) {
  TokenCache cache;
  cache.Keep("a.b.c", For("acme", 600), At(0));
  ASSERT_TRUE(cache.Find("a.b.c", At(1)));
  EXPECT_EQ(*cache.Find("a.b.c", At(1))->Find("tenant_id"), "acme");
  for (const char* other : {"a.b.d", "a.b.c ", "a.b.", "", "A.b.c"}) EXPECT_FALSE(cache.Find(other, At(1))) << other;
}

TEST(TokenCache, AsksAgainAfterAMinuteAtTheExpiryAndWhenTheClockGoesBack) {
  TokenCache cache;
  cache.Keep("long", For("acme", 600), At(0));
  cache.Keep("short", For("acme", 10), At(0));
  EXPECT_TRUE(cache.Find("long", At(59)));
  EXPECT_FALSE(cache.Find("long", At(60)));
  EXPECT_TRUE(cache.Find("short", At(9)));
  EXPECT_FALSE(cache.Find("short", At(10)));
  EXPECT_FALSE(cache.Find("long", At(-1)));
  Session forever = For("acme", 0);
  forever.expires.reset();
  cache.Keep("forever", forever, At(0));
  EXPECT_FALSE(cache.Find("forever", At(0)));
}

TEST(TokenCache, HoldsNoMoreThanItMay) {
  TokenCache cache(10);
  for (int i = 0; i < 1000; ++i) cache.Keep(std::to_string(i), For("acme", 600), At(0));
  int held = 0;
  for (int i = 0; i < 1000; ++i) held += cache.Find(std::to_string(i), At(1)) ? 1 : 0;
  EXPECT_LE(held, 10);
  EXPECT_TRUE(cache.Find("999", At(1)));
}

}  // namespace
}  // namespace synapsor::session
