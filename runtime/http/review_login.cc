// Entering and leaving the review pages.
#include <fmt/format.h>

#include <algorithm>

#include "runtime/http/review/html.h"
#include "runtime/http/review/login_page.h"
#include "runtime/http/review_app.h"
#include "runtime/http/review_answer.h"
#include "runtime/session/password.h"

namespace synapsor::http {
namespace {

constexpr std::string_view kWrong = "This name and password do not belong together.";
constexpr std::string_view kTooMany = "There were too many attempts. Wait a minute and try again.";
constexpr std::string_view kBadToken =
    "This token is not accepted: it needs a valid signature, your tenant and a reviewer role.";
constexpr std::string_view kStaleForm = "The page was open for too long. Try again.";

// Where to go after logging in: only pages of ours, named by a list.
std::string SafeNext(const std::string& next) {
  for (const std::string_view prefix : {"/proposals", "/evidence", "/runs", "/audit"}) {
    if (!next.starts_with(prefix)) continue;
    const std::string_view rest = std::string_view(next).substr(prefix.size());
    if (rest.empty()) return next;
    if (rest.size() < 20 && rest.starts_with('/') && rest.find_first_not_of("0123456789", 1) == rest.npos) return next;
  }
  return "/proposals";
}

}  // namespace

std::string ReviewApp::CookieName(std::string_view name) const {
  // The prefix makes browsers refuse the cookie from any other host or path, and without TLS.
  return fmt::format("{}synapsor_{}", options_.secure ? "__Host-" : "", name);
}

std::string ReviewApp::SetCookie(std::string_view name, std::string_view value) const {
  return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict{}{}", CookieName(name), value,
                     options_.secure ? "; Secure" : "", value.empty() ? "; Max-Age=0" : "");
}

// Only whoever was shown the form, in this browser, can send it: the nonce is the browser's cookie.
std::string ReviewApp::FormToken(std::string_view nonce) const { return session::KeyedDigest(form_key_, nonce); }

std::optional<session::Reviewer> ReviewApp::ReviewerOf(const session::Session& session) const {
  const std::string* subject = session.Find(config_.session.principal_key);
  const std::string* tenant = session.Find(config_.session.tenant_key);
  if (subject == nullptr || tenant == nullptr || session.roles.empty()) return std::nullopt;
  return session::Reviewer{*subject, session.roles, {*tenant}};
}

Response ReviewApp::ShowLogin(const Request& request, int status, std::string subject, std::string next,
                              std::string problem, std::string field) {
  std::string nonce = CookieOf(request, CookieName("login"));
  const bool fresh = nonce.size() != 64 || nonce.find_first_not_of("0123456789abcdef") != nonce.npos;
  if (fresh) {
    auto random = session::RandomHex(32);
    if (!random) return Unavailable(nullptr);
    nonce = *random;
  }
  review::LoginPage page;
  page.by_password = identities_.reviewers.has_value();
  page.by_token = identities_.tokens.has_value();
  page.subject = std::move(subject);
  page.token = FormToken(nonce);
  page.next = SafeNext(next);
  if (!problem.empty()) page.errors.push_back({std::move(field), std::move(problem)});
  Response response = HtmlAnswer(status, review::RenderLogin(page));
  if (fresh) response.headers.push_back({"Set-Cookie", SetCookie("login", nonce)});
  return response;
}

Response ReviewApp::StartSession(session::Reviewer reviewer, std::optional<Instant> at_latest,
                                 const std::string& next) {
  const auto id = sessions_.Start(std::move(reviewer), at_latest);
  if (!id) return Unavailable(nullptr);
  Response response = SeeOther(SafeNext(next));
  response.headers.push_back({"Set-Cookie", SetCookie("session", *id)});
  return response;
}

Response ReviewApp::LogIn(const Request& request) {
  const auto form = ParseForm(request.body);
  if (!form) return BadRequest(nullptr);
  const std::string& next = FieldOf(*form, "next");
  const bool by_token = FieldOf(*form, "kind") == "token";
  const std::string& subject = FieldOf(*form, "subject");
  const std::string field = by_token ? "token" : "password";
  const std::string nonce = CookieOf(request, CookieName("login"));
  if (nonce.empty() || !session::SameSecret(FieldOf(*form, "form"), FormToken(nonce))) {
    return ShowLogin(request, 403, subject, next, std::string(kStaleForm), field);
  }
  // Tokens cannot be guessed; their attempts count for the address only.
  if (!throttle_.Admit(by_token ? "token:" + request.peer : "name:" + subject, request.peer)) {
    return ShowLogin(request, 429, subject, next, std::string(kTooMany), field);
  }
  // A session that this browser still has ends: a new login has a new id.
  const std::string old_id = CookieOf(request, CookieName("session"));
  if (by_token && identities_.tokens) {
    const auto session = identities_.tokens->Verify(FieldOf(*form, "token"), clock_.Now());
    const auto reviewer = session ? ReviewerOf(*session) : std::nullopt;
    if (!reviewer) return ShowLogin(request, 401, "", next, std::string(kBadToken), field);
    sessions_.End(old_id);
    return StartSession(*reviewer, session->expires, next);
  }
  if (by_token || !identities_.reviewers) return BadRequest(nullptr);
  auto reviewer = CheckPassword(subject, FieldOf(*form, "password"));
  if (!reviewer) return ShowLogin(request, 429, subject, next, std::string(kTooMany), field);
  if (!*reviewer) return ShowLogin(request, 401, subject, next, std::string(kWrong), field);
  throttle_.Succeeded("name:" + subject);
  sessions_.End(old_id);
  return StartSession(**std::move(reviewer), std::nullopt, next);
}

std::optional<std::optional<session::Reviewer>> ReviewApp::CheckPassword(const std::string& subject,
                                                                         std::string_view password) {
  // Pages must not wait behind passwords: fewer of them than there are workers.
  constexpr int kMostWaiting = 3;
  if (++hashes_waiting_ > kMostWaiting) {
    --hashes_waiting_;
    return std::nullopt;
  }
  std::optional<session::Reviewer> reviewer;
  {
    const std::lock_guard lock(hashing_);
    reviewer = identities_.reviewers->Check(subject, password);
  }
  --hashes_waiting_;
  return reviewer;
}

Response ReviewApp::SendToLogin(const Request& request) {
  review::Url login("/login");
  if (const std::string next(request.Path()); next != "/" && SafeNext(next) == next) login.Query("next", next);
  return SeeOther(login.text());
}

Response ReviewApp::LogOut(const Visit& visit) {
  sessions_.End(visit.session_id);
  Response response = SeeOther("/login");
  response.headers.push_back({"Set-Cookie", SetCookie("session", "")});
  return response;
}

}  // namespace synapsor::http
