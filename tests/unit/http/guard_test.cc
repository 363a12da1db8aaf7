#include "runtime/http/guard.h"

#include <gtest/gtest.h>

namespace synapsor::http {
namespace {

Request With(std::string host, std::string origin = {}) {
  Request request;
  request.headers.push_back({"Host", std::move(host)});
  if (!origin.empty()) request.headers.push_back({"origin", std::move(origin)});
  return request;
}

TEST(Guard, TurnsAwayReboundNamesAndOtherSites) {
  const OriginPolicy policy;
  EXPECT_FALSE(RefuseOrigin(With("localhost:8080"), policy));
  EXPECT_FALSE(RefuseOrigin(With("127.0.0.1:8080", "http://localhost:3000"), policy));
  EXPECT_FALSE(RefuseOrigin(With("[::1]:8080", "http://[::1]"), policy));
  EXPECT_TRUE(RefuseOrigin(With("evil.example"), policy));
  EXPECT_TRUE(RefuseOrigin(With("127.evil.example"), policy));
  EXPECT_TRUE(RefuseOrigin(With("127.0.0.1.evil.example"), policy));
  EXPECT_TRUE(RefuseOrigin(With("localhost", "https://evil.example"), policy));
  EXPECT_TRUE(RefuseOrigin(With("localhost", "null"), policy));
  EXPECT_TRUE(RefuseOrigin(With("localhost", "http://localhost.evil.example"), policy));
  EXPECT_TRUE(RefuseOrigin(With("localhost:80@evil.example"), policy));
  EXPECT_TRUE(RefuseOrigin(With("localhost:80:90"), policy));
  EXPECT_TRUE(RefuseOrigin(With("localhost:80/x"), policy));
  EXPECT_TRUE(RefuseOrigin(With("[::1]evil.example"), policy));
  EXPECT_TRUE(RefuseOrigin(With("["), policy));
  EXPECT_TRUE(RefuseOrigin(With("localhost", "http://localhost:80@evil.example"), policy));
  EXPECT_TRUE(RefuseOrigin({}, policy));
}

TEST(Guard, ServesTheNamesThatAreConfigured) {
  OriginPolicy policy;
  policy.loopback = false;
  policy.allowed_hosts = {"agents.example"};
  policy.allowed_origins = {"https://desk.example"};
  EXPECT_FALSE(RefuseOrigin(With("agents.example", "https://desk.example"), policy));
  EXPECT_TRUE(RefuseOrigin(With("agents.example", "http://localhost"), policy));
  EXPECT_TRUE(RefuseOrigin(With("localhost"), policy));
}

class FixedClock final : public Clock {
 public:
  Instant Now() const override { return now; }
  Instant now = {1'000'000'000};
};

TEST(RateLimiter, RefillsWithTime) {
  FixedClock clock;
  RateLimiter limiter(10, 2, clock);
  EXPECT_TRUE(limiter.Admit("a"));
  EXPECT_TRUE(limiter.Admit("a"));
  EXPECT_FALSE(limiter.Admit("a"));
  EXPECT_TRUE(limiter.Admit("b"));
  clock.now.micros += 100'000;
  EXPECT_TRUE(limiter.Admit("a"));
  EXPECT_FALSE(limiter.Admit("a"));
  clock.now.micros -= 50'000'000;
  EXPECT_FALSE(limiter.Admit("a"));
}

}  // namespace
}  // namespace synapsor::http
