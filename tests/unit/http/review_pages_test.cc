// What reviewers see on the review pages, and what they may do there.
#include "tests/unit/http/review_fixture.h"

namespace synapsor::http {
namespace {

// ---- forged requests ----

TEST_F(HttpReview, TakesDecisionsWithTheSessionsTokenOnly) {
  const std::int64_t id = MakeProposal();
  LogIn("lead_8");
  const std::string foreign = Hidden(Get("/proposals"), "csrf");
  LogIn("lead_7");
  const std::string own = Hidden(Get(PathOf(id)), "csrf");
  const auto decide = [&](const std::string& csrf, std::vector<Header> headers) {
    std::map<std::string, std::string> fields = {{"hash", HashOf(id)}, {"decision", "approve"}, {"reason", "x"}};
    if (!csrf.empty()) fields["csrf"] = csrf;
    return Post(PathOf(id) + "/decision", fields, std::move(headers)).status;
  };
  const Header origin{"Origin", "http://127.0.0.1:8790"};
  EXPECT_EQ(decide("", {origin}), 403);
  EXPECT_EQ(decide(std::string(64, '0'), {origin}), 403);
  EXPECT_EQ(decide(foreign, {origin}), 403) << "a token of another session";
  EXPECT_EQ(decide(own, {{"Origin", "http://evil.example"}}), 403);
  EXPECT_EQ(decide(own, {}), 403);
  EXPECT_EQ(StateOf(id), ProposalState::kPendingReview);
  EXPECT_EQ(decide(own, {origin}), 303);
  EXPECT_EQ(StateOf(id), ProposalState::kApproved);
}

TEST_F(HttpReview, TakesNoDecisionInAnotherShape) {
  const std::int64_t id = MakeProposal();
  LogIn("lead_7");
  const std::string csrf = Hidden(Get(PathOf(id)), "csrf");
  const std::string body = "csrf=" + csrf + "&hash=" + Encoded(HashOf(id)) + "&decision=approve&reason=x";
  const Header origin{"Origin", "http://127.0.0.1:8790"}, form{"Content-Type", "application/x-www-form-urlencoded"};
  EXPECT_EQ(Send({"GET", PathOf(id) + "/decision?" + body, {}, "", ""}).status, 404);
  EXPECT_EQ(Send({"POST", PathOf(id) + "/decision", {origin, {"Content-Type", "text/plain"}}, body, ""}).status, 400);
  EXPECT_EQ(Send({"POST", PathOf(id) + "/decision", {origin, form}, body + "&decision=reject", ""}).status, 400)
      << "a field given twice";
  EXPECT_EQ(Send({"POST", PathOf(id) + "/decision", {origin, form}, body + "&x=%00", ""}).status, 400);
  EXPECT_EQ(Send({"POST", PathOf(id) + "/decision", {origin, form}, body + "&x=%FF", ""}).status, 400);
  EXPECT_EQ(Decide(id, "settle").status, 400);
  EXPECT_EQ(Decide(id, "").status, 400);
  EXPECT_EQ(StateOf(id), ProposalState::kPendingReview);
}

// ---- what one sees ----

TEST_F(HttpReview, AnswersForAnotherTenantAsForNothing) {
  const std::int64_t id = MakeProposal();
  LogIn("stranger");
  EXPECT_EQ(Get("/proposals").body.find("Waive"), std::string::npos);
  EXPECT_EQ(Get("/proposals?state=any&tenant=acme").status, 400);
  const std::pair<std::string, std::string> pairs[] = {
      {PathOf(id), "/proposals/999"}, {"/evidence/1", "/evidence/999"}, {"/runs/1", "/runs/999"}};
  for (const auto& [theirs, missing] : pairs) {
    const Response a = Get(theirs), b = Get(missing);
    EXPECT_EQ(a.status, 404);
    EXPECT_EQ(a.body, b.body) << theirs;
  }
  const std::string csrf = Hidden(Get("/proposals"), "csrf");
  const std::map<std::string, std::string> fields = {
      {"csrf", csrf}, {"hash", HashOf(id)}, {"decision", "reject"}, {"reason", "x"}};
  EXPECT_EQ(Post(PathOf(id) + "/decision", fields).body, Post("/proposals/999/decision", fields).body);
  EXPECT_EQ(StateOf(id), ProposalState::kPendingReview);
}

TEST_F(HttpReview, ShowsTheWholeProposal) {
  const std::int64_t id = MakeProposal("card update failure");
  LogIn("lead_7");
  const std::string page = Get(PathOf(id)).body;
  for (const char* part : {"5500", "card update failure", "Model argument", "Trusted session", "Fixed by the contract",
                           "UPDATE ", "row_version", "Guard:", "Awaiting review", "evidence://bundle/1",
                           "agent-run://1", "billing_reviewer", "Timeline", "Proposed"}) {
    EXPECT_NE(page.find(part), std::string::npos) << part;
  }
  EXPECT_NE(page.find(HashOf(id)), std::string::npos);
}

TEST_F(HttpReview, ShowsHostileTextAndNeverRunsIt) {
  const std::string hostile =
      "<script>alert(1)</script>\"'><img src=x onerror=alert(2)> \xE2\x80\xAE"
      "desrever \xE2\x80\x8B end";
  const std::int64_t id = MakeProposal(hostile);
  LogIn("lead_7");
  for (const std::string& path :
       {PathOf(id), std::string("/proposals"), std::string("/runs/1"), std::string("/evidence/1")}) {
    const std::string page = Get(path).body;
    EXPECT_EQ(page.find("<script"), std::string::npos) << path;
    EXPECT_EQ(page.find("<img"), std::string::npos) << path;
    EXPECT_EQ(page.find("\xE2\x80\xAE"), std::string::npos) << path << ": a direction mark reached the page";
  }
  const std::string page = Get(PathOf(id)).body;
  EXPECT_NE(page.find("&lt;script&gt;alert(1)&lt;/script&gt;"), std::string::npos);
  EXPECT_NE(page.find("U+202E"), std::string::npos);
  EXPECT_NE(page.find("U+200B"), std::string::npos);
  EXPECT_EQ(Decide(id, "reject", "no: <b>\"bold\"</b> & co").status, 303);
  EXPECT_NE(Get(PathOf(id)).body.find("no: &lt;b&gt;&quot;bold&quot;&lt;/b&gt; &amp; co"), std::string::npos);
  const std::string filtered = Get("/proposals?object=" + Encoded("\"><script>alert(1)</script>")).body;
  EXPECT_EQ(filtered.find("<script"), std::string::npos);
}

// ---- deciding ----

TEST_F(HttpReview, ApprovesWithAReason) {
  const std::int64_t id = MakeProposal();
  LogIn("lead_7");
  EXPECT_EQ(Decide(id, "approve", "").status, 422);
  EXPECT_EQ(Decide(id, "approve", " \n").status, 422);
  EXPECT_EQ(Decide(id, "approve", std::string(2001, 'x')).status, 422);
  EXPECT_EQ(Decide(id, "approve", "hidden \xE2\x80\xAE text").status, 422);
  EXPECT_EQ(StateOf(id), ProposalState::kPendingReview);
  const Response done = Decide(id, "approve", "first late fee in two years");
  EXPECT_EQ(done.status, 303);
  EXPECT_EQ(StateOf(id), ProposalState::kApproved);
  const std::string page = Get(HeaderOf(done, "Location")).body;
  EXPECT_NE(page.find("Your approval is recorded"), std::string::npos);
  EXPECT_NE(page.find("first late fee in two years"), std::string::npos);
  const auto view = ledger_->FindProposal(id);
  EXPECT_EQ((*view)->decisions.at(0).subject, "lead_7");
  EXPECT_EQ((*view)->decisions.at(0).roles, std::vector<std::string>{"billing_reviewer"});
  EXPECT_TRUE(ledger_->VerifyChain()->intact);
  // The address alone claims nothing.
  LogIn("lead_8");
  EXPECT_EQ(Get(PathOf(id) + "?done=approve").body.find("Your approval is recorded"), std::string::npos);
}

TEST_F(HttpReview, RejectsWithAReason) {
  const std::int64_t id = MakeProposal();
  LogIn("lead_7");
  EXPECT_EQ(Decide(id, "reject", "").status, 422);
  EXPECT_EQ(Decide(id, "reject", "not this one").status, 303);
  EXPECT_EQ(StateOf(id), ProposalState::kRejected);
  EXPECT_EQ(Decide(id, "approve").status, 409) << "a rejection is final";
}

TEST_F(HttpReview, RefusesAStalePage) {
  const std::int64_t id = MakeProposal();
  LogIn("lead_7");
  const std::string csrf = Hidden(Get(PathOf(id)), "csrf");
  const auto decide = [&](const std::string& hash) {
    return Post(PathOf(id) + "/decision", {{"csrf", csrf}, {"hash", hash}, {"decision", "approve"}, {"reason", "x"}});
  };
  const Response stale = decide("sha256:" + std::string(64, '0'));
  EXPECT_EQ(stale.status, 409);
  EXPECT_NE(stale.body.find("PROPOSAL_HASH_MISMATCH"), std::string::npos);
  EXPECT_NE(stale.body.find(HashOf(id)), std::string::npos) << "the answer is the page as it is now";
  EXPECT_EQ(decide("").status, 409);
  EXPECT_EQ(StateOf(id), ProposalState::kPendingReview);
  // Somebody else was faster.
  const std::string hash = HashOf(id);
  const auto mine = cookies_;
  LogIn("lead_8");
  EXPECT_EQ(Decide(id, "reject", "no").status, 303);
  cookies_ = mine;
  const Response late = decide(hash);
  EXPECT_EQ(late.status, 409);
  EXPECT_NE(late.body.find("PROPOSAL_NOT_PENDING_REVIEW"), std::string::npos);
  EXPECT_NE(late.body.find("Rejected"), std::string::npos);
}

TEST_F(HttpReview, RefusesTheProposerAndWhoeverLacksTheRole) {
  const std::int64_t id = MakeProposal();
  LogIn("agent_1");
  EXPECT_NE(Get(PathOf(id)).body.find("You proposed this"), std::string::npos);
  EXPECT_EQ(Get(PathOf(id)).body.find("value=\"approve\""), std::string::npos);
  EXPECT_EQ(Decide(id, "approve").status, 403);
  LogIn("guest");
  const std::string page = Get(PathOf(id)).body;
  EXPECT_NE(page.find("5500"), std::string::npos) << "may look";
  EXPECT_EQ(page.find("name=\"decision\""), std::string::npos) << "may not decide";
  EXPECT_EQ(Decide(id, "approve").status, 403);
  EXPECT_EQ(Decide(id, "reject").status, 403);
  EXPECT_EQ(StateOf(id), ProposalState::kPendingReview);
}

TEST_F(HttpReview, CountsDistinctReviewersTowardsTheQuorum) {
  bundle_.workflows.at(0).risk_rules = {{"medium", "billing_reviewer", 2}};
  Start();
  const std::int64_t id = MakeProposal();
  LogIn("lead_7");
  EXPECT_EQ(Decide(id, "approve").status, 303);
  EXPECT_EQ(StateOf(id), ProposalState::kPendingReview);
  const std::string page = Get(PathOf(id)).body;
  EXPECT_NE(page.find("1 of 2"), std::string::npos);
  EXPECT_NE(page.find("another reviewer is needed"), std::string::npos);
  const Response again = Decide(id, "approve");
  EXPECT_EQ(again.status, 409);
  EXPECT_NE(again.body.find("APPROVER_ALREADY_COUNTED"), std::string::npos);
  LogIn("lead_8");
  EXPECT_EQ(Decide(id, "approve").status, 303);
  EXPECT_EQ(StateOf(id), ProposalState::kApproved);
}

TEST_F(HttpReview, RefusesWhatIsTooLate) {
  const std::int64_t id = MakeProposal();
  LogIn("lead_7");
  const std::int64_t week = std::int64_t{8} * 24 * 3600 * 1'000'000;
  clock_.now.micros += week;
  LogIn("lead_7");
  EXPECT_NE(Get(PathOf(id)).body.find("Expired"), std::string::npos);
  EXPECT_EQ(Decide(id, "approve").status, 409);
  EXPECT_EQ(StateOf(id), ProposalState::kPendingReview);
}

TEST_F(HttpReview, ApprovesNothingOfAnotherBundle) {
  const std::int64_t id = MakeProposal();
  bundle_.digest = "sha256:another";
  LogIn("lead_7");
  EXPECT_NE(Get(PathOf(id)).body.find("The loaded bundle differs"), std::string::npos);
  EXPECT_EQ(Decide(id, "approve").status, 409);
  EXPECT_EQ(StateOf(id), ProposalState::kPendingReview);
  EXPECT_EQ(Decide(id, "reject", "propose again").status, 303) << "but it can be turned down";
}

TEST_F(HttpReview, ApprovesNothingThatWasEdited) {
  const std::int64_t id = MakeProposal();
  LogIn("lead_7");
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open((folder_ / "ledger.db").c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, "UPDATE proposals SET document = replace(document, '5500', '9900')", nullptr,
                         nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(database);
  const std::string page = Get(PathOf(id)).body;
  EXPECT_NE(page.find("does not verify"), std::string::npos);
  const std::string csrf = Hidden(Get("/proposals"), "csrf");
  for (const char* decision : {"approve", "reject"}) {
    EXPECT_EQ(
        Post(PathOf(id) + "/decision", {{"csrf", csrf}, {"hash", HashOf(id)}, {"decision", decision}, {"reason", "x"}})
            .status,
        409);
  }
}

// ---- the list ----

TEST_F(HttpReview, FiltersCountsAndPages) {
  std::vector<std::int64_t> ids;
  for (int i = 0; i < 120; ++i) {
    ledger::CallRecord record;
    record.run.kind = "call";
    record.run.tenant = "acme";
    record.run.principal = i % 2 == 0 ? "agent_1" : "agent_2";
    record.run.status = "ok";
    ledger::Proposal proposal;
    proposal.tenant = "acme";
    proposal.principal = record.run.principal;
    proposal.capability = "billing.propose_late_fee_waiver";
    proposal.source = "app";
    proposal.table = "invoices";
    proposal.key = Scalar::Text("INV-" + std::to_string(i));
    proposal.summary = "Number " + std::to_string(i) + ".";
    proposal.created_at = clock_.now;
    proposal.expires_at = {clock_.now.micros + 1'000'000'000};
    record.proposal = proposal;
    ids.push_back(ledger_->RecordCall(record)->proposal);
  }
  LogIn("lead_7");
  const auto shown = [&](const std::string& target) {
    const Response page = Get(target);
    EXPECT_EQ(page.status, 200);
    std::vector<int> numbers;
    for (std::size_t at = page.body.find("Number "); at != std::string::npos; at = page.body.find("Number ", at + 1))
      numbers.push_back(std::atoi(page.body.c_str() + at + 7));
    return numbers;
  };
  const auto range = [&](const std::string& target) {
    const auto numbers = shown(target);
    return numbers.empty() ? std::string("none")
                           : std::to_string(numbers.front()) + ".." + std::to_string(numbers.back()) + " (" +
                                 std::to_string(numbers.size()) + ")";
  };
  EXPECT_EQ(range("/proposals"), "119..70 (50)");
  EXPECT_EQ(range("/proposals?before=" + std::to_string(ids[70])), "69..20 (50)");
  EXPECT_EQ(range("/proposals?before=" + std::to_string(ids[20])), "19..0 (20)");
  EXPECT_EQ(range("/proposals?after=0"), "49..0 (50)");
  EXPECT_EQ(range("/proposals?after=" + std::to_string(ids[49])), "99..50 (50)");
  EXPECT_EQ(range("/proposals?object=INV-7"), "7..7 (1)");
  EXPECT_EQ(range("/proposals?principal=agent_2"), "119..21 (50)");
  EXPECT_EQ(range("/proposals?state=applied"), "none");
  EXPECT_EQ(range("/proposals?from=2100-01-01"), "none");
  EXPECT_EQ(range("/proposals?until=2100-01-01"), "119..70 (50)");
  const std::string first = Get("/proposals").body;
  EXPECT_NE(first.find(">120<"), std::string::npos) << "how many await review";
  EXPECT_NE(first.find("Older"), std::string::npos);
  EXPECT_EQ(first.find("Newer"), std::string::npos);
  const std::string last = Get("/proposals?after=0").body;
  EXPECT_EQ(last.find("Older"), std::string::npos);
  EXPECT_NE(last.find("Newer"), std::string::npos);
  for (const std::string wrong : {"state=gone", "from=yesterday", "until=2026-02-30", "tenant=globex"})
    EXPECT_EQ(Get("/proposals?" + wrong).status, 400) << wrong;
}

// ---- text ----

TEST(ReviewHtml, TextIsNeverMarkup) {
  EXPECT_EQ(review::Html("<a href=\"x\">&'").markup(), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
  const review::Attribute attribute("value", "\"><script>");
  EXPECT_EQ(review::Html::Void("input", {attribute}).markup(), "<input value=\"&quot;&gt;&lt;script&gt;\">");
  EXPECT_EQ(review::Url("/proposals").Query("object", "a b&c=\"<").text(), "/proposals?object=a%20b%26c%3D%22%3C");
}

TEST(ReviewHtml, WhatCannotBeSeenIsNamed) {
  EXPECT_EQ(review::Escape(std::string_view("a\0b", 3)), "a⟨U+0000⟩b");
  EXPECT_EQ(review::Escape("a\xE2\x80\xAE"
                           "b"),
            "a⟨U+202E⟩b");
  EXPECT_EQ(review::Escape("\xEF\xBB\xBF"), "⟨U+FEFF⟩");
  EXPECT_EQ(review::Escape("a\xFF"
                           "b"),
            "a⟨byte FF⟩b");
  EXPECT_EQ(review::Escape("a\x1B[31m"), "a⟨U+001B⟩[31m");
  EXPECT_EQ(review::Escape("\xF3\xA0\x81\x81"), "⟨U+E0041⟩");
  EXPECT_EQ(review::Escape("tab\tline\n"), "tab\tline\n");
  EXPECT_EQ(review::Escape("caf\xC3\xA9 \xE6\x97\xA5"), "caf\xC3\xA9 \xE6\x97\xA5");
}

TEST(ReviewForm, TakesWholeFormsOnly) {
  EXPECT_EQ(ParseForm("a=1&b=x%20y+z")->at("b"), "x y z");
  for (const char* bad : {"a=%", "a=%4", "a=%GG", "a=%00", "a=%FF", "a=1&a=2", "%FF=1"})
    EXPECT_FALSE(ParseForm(bad)) << bad;
  std::string many;
  for (int i = 0; i < 33; ++i) many += "f" + std::to_string(i) + "=1&";
  EXPECT_FALSE(ParseForm(many));
  const auto cookie = [](std::vector<Header> headers) {
    return CookieOf({"GET", "/", std::move(headers), "", ""}, "s");
  };
  EXPECT_EQ(cookie({{"Cookie", "x=1; s=abc; y=2"}}), "abc");
  EXPECT_EQ(cookie({{"Cookie", "s=abc; s=def"}}), "") << "two of them: whose?";
  EXPECT_EQ(cookie({{"Cookie", "s=abc"}, {"Cookie", "s=def"}}), "");
  EXPECT_EQ(cookie({{"Cookie", "ss=abc"}}), "");
}

}  // namespace
}  // namespace synapsor::http
