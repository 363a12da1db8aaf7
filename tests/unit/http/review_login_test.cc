// Who gets into the review pages, and how every answer is hardened.
#include "tests/unit/http/review_fixture.h"

namespace synapsor::http {
namespace {

// ---- getting in ----

TEST_F(HttpReview, ShowsNothingToWhoeverIsNotLoggedIn) {
  const std::int64_t id = MakeProposal();
  for (const std::string path : {"/", "/proposals", "/evidence/1", "/runs/1", "/audit"}) {
    const Response answer = Get(path);
    EXPECT_EQ(answer.status, 303) << path;
    EXPECT_TRUE(HeaderOf(answer, "Location").starts_with("/login")) << path;
    EXPECT_TRUE(answer.body.empty());
  }
  EXPECT_EQ(HeaderOf(Get(PathOf(id)), "Location"), "/login?next=%2Fproposals%2F" + std::to_string(id));
  EXPECT_EQ(HeaderOf(Get("/proposals/999"), "Location"), "/login?next=%2Fproposals%2F999")
      << "one that is missing says as much";
  EXPECT_EQ(Post(PathOf(id) + "/decision", {{"decision", "approve"}, {"hash", HashOf(id)}, {"reason", "x"}}).status,
            401);
  EXPECT_EQ(StateOf(id), ProposalState::kPendingReview);
}

TEST_F(HttpReview, LogsInWithThePasswordAndOutAgain) {
  LogIn("lead_7");
  const Response inbox = Get("/proposals");
  EXPECT_EQ(inbox.status, 200);
  EXPECT_NE(inbox.body.find("lead_7"), std::string::npos);
  const std::string old = cookies_["synapsor_session"];
  EXPECT_EQ(Post("/logout", {{"csrf", Hidden(inbox, "csrf")}}).status, 303);
  EXPECT_FALSE(cookies_.contains("synapsor_session"));
  cookies_["synapsor_session"] = old;
  EXPECT_EQ(Get("/proposals").status, 303) << "the session is gone on the server, too";
}

TEST_F(HttpReview, SaysTheSameOfAWrongPasswordAndOfNobody) {
  const Response wrong = TryLogIn("lead_7", "wrong horse battery");
  const Response nobody = TryLogIn("nobody", "wrong horse battery");
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(nobody.status, 401);
  std::string body = nobody.body;
  body.replace(body.find("nobody"), 6, "lead_7");
  EXPECT_EQ(body, wrong.body);
  EXPECT_FALSE(cookies_.contains("synapsor_session"));
}

TEST_F(HttpReview, SlowsGuessingDown) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(TryLogIn("lead_7", "wrong horse battery").status, 401);
  EXPECT_EQ(TryLogIn("lead_7", kPassword).status, 429) << "even the right one";
  clock_.now.micros += 61 * std::int64_t{1'000'000};
  EXPECT_EQ(TryLogIn("lead_7", kPassword).status, 303);
}

TEST_F(HttpReview, TakesLoginsFromItsOwnFormOnly) {
  const Response page = Get("/login");
  const std::map<std::string, std::string> fields = {
      {"form", Hidden(page, "form")}, {"kind", "password"}, {"subject", "lead_7"}, {"password", kPassword}};
  auto forged = fields;
  forged["form"] = std::string(64, '0');
  EXPECT_EQ(Post("/login", forged).status, 403);
  forged.erase("form");
  EXPECT_EQ(Post("/login", forged).status, 403);
  EXPECT_EQ(Post("/login", fields, {{"Origin", "http://evil.example"}}).status, 403);
  EXPECT_EQ(Post("/login", fields, {{"Origin", "http://127.0.0.1:9999"}}).status, 403)
      << "another port is another site";
  EXPECT_EQ(Post("/login", fields, {{"Origin", "null"}}).status, 403);
  EXPECT_EQ(Post("/login", fields, {}).status, 403) << "browsers always send an origin with a form";
  EXPECT_EQ(Post("/login", fields, {{"Origin", "http://127.0.0.1:8790"}, {"Sec-Fetch-Site", "cross-site"}}).status,
            403);
  cookies_.clear();
  EXPECT_EQ(Post("/login", fields).status, 403) << "without the cookie of the form";
}

TEST_F(HttpReview, GivesANewSessionIdWithEachLogin) {
  const Response page = Get("/login");  // of another tab, left open
  const auto log_in = [&] {
    return Post("/login",
                {{"form", Hidden(page, "form")}, {"kind", "password"}, {"subject", "lead_7"}, {"password", kPassword}})
        .status;
  };
  EXPECT_EQ(log_in(), 303);
  const std::string first = cookies_["synapsor_session"];
  EXPECT_EQ(log_in(), 303);
  const std::string second = cookies_["synapsor_session"];
  EXPECT_NE(first, second);
  cookies_["synapsor_session"] = first;
  EXPECT_EQ(Get("/proposals").status, 303) << "the old one has ended";
  // An id that somebody else chose is never taken over.
  cookies_["synapsor_session"] = std::string(64, 'a');
  EXPECT_EQ(log_in(), 303);
  EXPECT_NE(cookies_["synapsor_session"], std::string(64, 'a'));
}

TEST_F(HttpReview, SendsNobodyElsewhereAfterLoggingIn) {
  for (const std::string next : {"https://evil.example", "//evil.example", "/proposals/../x", "/proposals//evil",
                                 "/login", "javascript:alert(1)", "/proposals?x=1"}) {
    cookies_.clear();
    const Response page = Get("/login?next=" + Encoded(next));
    EXPECT_EQ(Hidden(page, "next"), "/proposals") << next;
    const Response answer = Post("/login", {{"form", Hidden(page, "form")},
                                            {"kind", "password"},
                                            {"subject", "lead_7"},
                                            {"password", kPassword},
                                            {"next", next}});
    EXPECT_EQ(HeaderOf(answer, "Location"), "/proposals") << next;
  }
  cookies_.clear();
  EXPECT_EQ(Hidden(Get(HeaderOf(Get("/proposals/17"), "Location")), "next"), "/proposals/17");
}

TEST_F(HttpReview, EndsIdleSessions) {
  LogIn("lead_7");
  clock_.now.micros += 31 * 60 * std::int64_t{1'000'000};
  EXPECT_EQ(Get("/proposals").status, 303);
}

TEST_F(HttpReview, MarksCookiesForTheirUse) {
  const std::string plain = HeaderOf(Get("/login"), "Set-Cookie");
  EXPECT_TRUE(plain.starts_with("synapsor_login="));
  for (const char* attribute : {"; HttpOnly", "; SameSite=Strict", "; Path=/"})
    EXPECT_NE(plain.find(attribute), std::string::npos);
  EXPECT_EQ(plain.find("Domain"), std::string::npos);
  ReviewOptions options;
  options.secure = true;
  MakeApp(options);
  const std::string secure = HeaderOf(Get("/login"), "Set-Cookie");
  EXPECT_TRUE(secure.starts_with("__Host-synapsor_login="));
  EXPECT_NE(secure.find("; Secure"), std::string::npos);
  const Response page = Get("/login");
  const std::map<std::string, std::string> fields = {
      {"form", Hidden(page, "form")}, {"kind", "password"}, {"subject", "lead_7"}, {"password", kPassword}};
  EXPECT_EQ(Post("/login", fields, {{"Origin", "http://127.0.0.1:8790"}}).status, 403)
      << "a page without TLS is not ours";
  const Response in = Post("/login", fields, {{"Origin", "https://127.0.0.1:8790"}});
  EXPECT_EQ(in.status, 303);
  EXPECT_TRUE(HeaderOf(in, "Set-Cookie").starts_with("__Host-synapsor_session="));
}

// ---- every answer ----

TEST_F(HttpReview, HardensEveryAnswer) {
  LogIn("lead_7");
  const std::int64_t id = MakeProposal();
  std::vector<Response> answers = {Get("/login"),
                                   Get("/proposals"),
                                   Get(PathOf(id)),
                                   Get("/nowhere"),
                                   Get("/style.css"),
                                   Get("/proposals?state=none"),
                                   Get("/proposals?a=%ZZ"),
                                   Get("/healthz"),
                                   Send({"DELETE", "/proposals", {}, "", ""}),
                                   Send({"GET", "/", {{"Host", "evil.example"}}, "", ""}),
                                   Post("/logout", {})};
  cookies_.clear();
  answers.push_back(Get("/proposals"));
  for (const Response& answer : answers) {
    const std::string policy = HeaderOf(answer, "Content-Security-Policy");
    for (const char* part : {"default-src 'none'", "script-src 'none'", "style-src 'self'", "frame-ancestors 'none'",
                             "base-uri 'none'", "form-action 'self'"}) {
      EXPECT_NE(policy.find(part), std::string::npos) << part;
    }
    EXPECT_EQ(policy.find("unsafe"), std::string::npos);
    EXPECT_EQ(HeaderOf(answer, "X-Frame-Options"), "DENY");
    EXPECT_EQ(HeaderOf(answer, "X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(HeaderOf(answer, "Cache-Control"), "no-store");
    EXPECT_EQ(HeaderOf(answer, "Referrer-Policy"), "same-origin");
    EXPECT_EQ(answer.body.find("<script"), std::string::npos);
    EXPECT_EQ(answer.body.find(" style="), std::string::npos);
  }
}

TEST_F(HttpReview, ServesOnlyTheNamesThatItHas) {
  LogIn("lead_7");
  for (const std::string host : {"evil.example", "127.evil.example", "127.0.0.1.evil.example:8790", ""}) {
    EXPECT_EQ(Send({"GET", "/proposals", {{"Host", host}}, "", ""}).status, 403) << host;
  }
  Request twice{"GET", "/proposals", {{"Host", "127.0.0.1"}, {"Host", "evil.example"}}, "", ""};
  EXPECT_EQ(Send(twice).status, 403);
  ReviewOptions options;
  options.origins.loopback = false;
  options.origins.allowed_hosts = {"review.example"};
  MakeApp(options);
  EXPECT_EQ(Send({"GET", "/login", {{"Host", "review.example"}}, "", ""}).status, 200);
  EXPECT_EQ(Send({"GET", "/login", {{"Host", "127.0.0.1"}}, "", ""}).status, 403);
}

TEST_F(HttpReview, LogsNoSecretAndNoName) {
  std::string log;
  ReviewOptions options;
  options.log = [&](const std::string& line) { log += line + "\n"; };
  MakeApp(options);
  class Sink final : public Exchange {
   public:
    void Reply(Response) override {}
    std::shared_ptr<EventStream> Open(Response, std::string) override { return nullptr; }
  };
  app_->Handle({"GET",
                "/proposals/7?tenant=acme",
                {{"Host", "127.0.0.1"}, {"Cookie", "synapsor_session=secret"}},
                "",
                "1.2.3.4"},
               std::make_shared<Sink>());
  EXPECT_NE(log.find("\"route\":\"/proposals\""), std::string::npos) << log;
  for (const char* never : {"secret", "acme", "/7"}) EXPECT_EQ(log.find(never), std::string::npos) << never;
}

}  // namespace
}  // namespace synapsor::http
