// A browser before the review pages, over a real ledger: it keeps cookies and posts the forms that it was given.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "runtime/http/review/html.h"
#include "runtime/http/review/style.h"
#include "runtime/http/review/value.h"
#include "runtime/http/review_app.h"
#include "runtime/http/review_form.h"
#include "runtime/session/password.h"
#include "tests/unit/support/runtime_fixture.h"

namespace synapsor::http {

using ledger::ProposalState;

inline constexpr const char* kPassword = "correct horse battery";

inline std::string HeaderOf(const Response& response, std::string_view name) {
  for (const Header& header : response.headers) {
    if (header.name == name) return header.value;
  }
  return {};
}

inline std::string Encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    char hex[4];
    std::snprintf(hex, sizeof hex, "%%%02X", static_cast<unsigned char>(c));
    out += hex;
  }
  return out;
}

class HttpReview : public test::RuntimeFixture {
 protected:
  void SetUp() override {
    RuntimeFixture::SetUp();
    MakeApp();
  }

  void MakeApp(ReviewOptions options = {}) {
    static const std::string hash = *session::HashPassword(kPassword);
    const auto entry = [&](const std::string& subject, const std::string& role, const std::string& tenants) {
      return R"({"subject":")" + subject + R"(","roles":[")" + role + R"("],"tenants":)" + tenants +
             R"(,"password":")" + hash + R"("})";
    };
    const std::string file = "{\"reviewers\":[" + entry("lead_7", "billing_reviewer", R"(["acme"])") + "," +
                             entry("lead_8", "billing_reviewer", R"(["acme","globex"])") + "," +
                             entry("agent_1", "billing_reviewer", R"(["acme"])") + "," +
                             entry("guest", "visitor", R"(["acme"])") + "," +
                             entry("stranger", "billing_reviewer", R"(["globex"])") + "]}";
    auto directory = session::ReviewerDirectory::Parse(file, "reviewers.json");
    ASSERT_TRUE(directory) << directory.error().message;
    ReviewIdentities identities;
    identities.reviewers = *std::move(directory);
    auto app = ReviewApp::Make(*ledger_, bundle_, config_, clock_, std::move(identities), std::move(options));
    ASSERT_TRUE(app);
    app_ = *std::move(app);
    cookies_.clear();
  }

  // Sends with the cookies of the browser and keeps those that are set.
  Response Send(Request request) {
    if (request.Count("Host") == 0) request.headers.push_back({"Host", "127.0.0.1:8790"});
    std::string cookies;
    for (const auto& [name, value] : cookies_) cookies += (cookies.empty() ? "" : "; ") + name + "=" + value;
    if (!cookies.empty() && request.Count("Cookie") == 0) request.headers.push_back({"Cookie", cookies});
    request.peer = "127.0.0.1";
    Response response = app_->Answer(request);
    for (const Header& header : response.headers) {
      if (header.name != "Set-Cookie") continue;
      const std::size_t equals = header.value.find('=');
      const std::string value = header.value.substr(equals + 1, header.value.find(';') - equals - 1);
      value.empty() ? (void)cookies_.erase(header.value.substr(0, equals))
                    : (void)(cookies_[header.value.substr(0, equals)] = value);
    }
    return response;
  }
  Response Get(const std::string& target) { return Send({"GET", target, {}, "", ""}); }
  Response Post(const std::string& target, const std::map<std::string, std::string>& fields,
                std::vector<Header> headers = {{"Origin", "http://127.0.0.1:8790"}}) {
    std::string body;
    for (const auto& [name, value] : fields) body += (body.empty() ? "" : "&") + name + "=" + Encoded(value);
    headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
    return Send({"POST", target, std::move(headers), body, ""});
  }

  static std::string Hidden(const Response& page, const std::string& name) {
    const std::string mark = "name=\"" + name + "\" value=\"";
    const std::size_t at = page.body.find(mark);
    return at == std::string::npos
               ? ""
               : page.body.substr(at + mark.size(), page.body.find('"', at + mark.size()) - at - mark.size());
  }

  Response TryLogIn(const std::string& subject, const std::string& password) {
    const Response page = Get("/login");
    return Post("/login", {{"form", Hidden(page, "form")},
                           {"kind", "password"},
                           {"subject", subject},
                           {"password", password},
                           {"next", "/proposals"}});
  }
  void LogIn(const std::string& subject) {
    cookies_.clear();
    const Response answer = TryLogIn(subject, kPassword);
    ASSERT_EQ(answer.status, 303) << answer.body;
  }

  std::int64_t MakeProposal(const std::string& reason = "card update failure", const std::string& invoice = "3001") {
    const auto outcome = Propose({{"invoice_id", std::stoi(invoice)}, {"reason", reason}}, invoice,
                                 {.workflow = "billing.late_fee_waiver_flow"});
    EXPECT_EQ(Code(outcome), "ok");
    return ledger_->ListProposals({})->front().proposal.id;
  }
  std::string PathOf(std::int64_t id) { return "/proposals/" + std::to_string(id); }
  Response Decide(std::int64_t id, const std::string& decision, const std::string& reason = "first late fee") {
    const Response page = Get(PathOf(id));
    return Post(PathOf(id) + "/decision",
                {{"csrf", Hidden(page, "csrf")}, {"hash", HashOf(id)}, {"decision", decision}, {"reason", reason}});
  }
  std::string HashOf(std::int64_t id) { return (*ledger_->FindProposal(id))->proposal.hash; }
  ProposalState StateOf(std::int64_t id) { return (*ledger_->FindProposal(id))->state; }

  std::unique_ptr<ReviewApp> app_;
  std::map<std::string, std::string> cookies_;
};

}  // namespace synapsor::http
