#include "runtime/http/review_app.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "runtime/http/answer.h"
#include "runtime/http/review/audit_page.h"
#include "runtime/http/review/record_pages.h"
#include "runtime/http/review/style.h"
#include "runtime/http/review_answer.h"
#include "runtime/interp/envelope.h"
#include "runtime/session/password.h"

namespace synapsor::http {
namespace {

// "/proposals/7" -> 7; 0 for anything else.
std::int64_t IdBehind(std::string_view path, std::string_view prefix, std::string_view suffix = {}) {
  if (!path.starts_with(prefix) || !path.ends_with(suffix) || path.size() <= prefix.size() + suffix.size()) return 0;
  const std::string_view digits = path.substr(prefix.size(), path.size() - prefix.size() - suffix.size());
  std::int64_t id = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), id);
  return problem == std::errc() && end == digits.data() + digits.size() && id > 0 ? id : 0;
}

// The route without ids, for the log.
std::string_view RouteName(std::string_view path) {
  for (const std::string_view name :
       {"/proposals", "/evidence", "/runs", "/audit", "/login", "/logout", "/style.css", "/healthz"}) {
    if (path.starts_with(name)) return name;
  }
  return path == "/" ? "/" : "other";
}

std::string_view AuthorityOf(std::string_view origin) {
  const std::size_t scheme = origin.find("://");
  return scheme == origin.npos ? std::string_view() : origin.substr(scheme + 3);
}

bool Allows(const OriginPolicy& policy, std::string_view origin) {
  return std::find(policy.allowed_origins.begin(), policy.allowed_origins.end(), origin) !=
         policy.allowed_origins.end();
}

// A form is only taken from a page of ours: same host and port, or an origin that the operator named for a proxy. What the
// browser says itself about where the request comes from must agree.
bool ComesFromOurPage(const Request& request, const OriginPolicy& policy, bool secure) {
  if (request.Count("Origin") != 1) return false;
  const std::string_view site = request.Find("Sec-Fetch-Site");
  if (request.Count("Sec-Fetch-Site") > 1 || (!site.empty() && site != "same-origin")) return false;
  const std::string_view origin = request.Find("Origin");
  if (Allows(policy, origin)) return true;
  return origin.starts_with(secure ? "https://" : "http://") && AuthorityOf(origin) == request.Find("Host");
}

}  // namespace

Result<std::unique_ptr<ReviewApp>> ReviewApp::Make(ledger::Ledger& ledger, const bundle::Bundle& bundle,
                                                   const config::Config& config, const Clock& clock,
                                                   ReviewIdentities identities, ReviewOptions options) {
  if (!identities.tokens && !identities.reviewers) {
    return Fail(ErrorKind::kUsage, "nobody can log in to review",
                "name a file of reviewers in `approval.reviewers_file`, or set `session.provider` to `jwt`");
  }
  SYN_ASSIGN_OR_RETURN(std::string form_key, session::RandomHex(32));
  return std::unique_ptr<ReviewApp>(
      new ReviewApp(ledger, bundle, config, clock, std::move(identities), std::move(options), std::move(form_key)));
}

ReviewApp::ReviewApp(ledger::Ledger& ledger, const bundle::Bundle& bundle, const config::Config& config,
                     const Clock& clock, ReviewIdentities identities, ReviewOptions options, std::string form_key)
    : ledger_(ledger),
      bundle_(bundle),
      config_(config),
      clock_(clock),
      identities_(std::move(identities)),
      options_(std::move(options)),
      form_key_(std::move(form_key)),
      sessions_(clock, options_.sessions),
      throttle_(clock) {}

void ReviewApp::Handle(const Request& request, const std::shared_ptr<Exchange>& exchange) {
  Response response = Answer(request);
  if (options_.log) {
    const nlohmann::json line = {{"at", FormatInstant(clock_.Now())},
                                 {"method", request.method},
                                 {"route", RouteName(request.Path())},
                                 {"status", response.status}};
    options_.log(DumpJson(line));
  }
  exchange->Reply(std::move(response));
}

Response ReviewApp::Answer(const Request& request) {
  Response response = Route(request);
  Harden(response);
  return response;
}

Response ReviewApp::Route(const Request& request) {
  if (RefuseOrigin(request, options_.origins))
    return Message(403, nullptr, "Refused", "This name or origin is not served here.");
  const std::string_view path = request.Path();
  if (request.method != "GET" && request.method != "POST") {
    Response refused =
        Message(405, nullptr, "Not possible", "Pages are read and forms are sent; nothing else is taken here.");
    refused.headers.push_back({"Allow", "GET, POST"});
    return refused;
  }
  if (path == "/healthz" && request.method == "GET") return {200, "text/plain; charset=utf-8", {}, "ok\n"};
  if (path == "/style.css" && request.method == "GET")
    return {200, "text/css; charset=utf-8", {}, std::string(review::StyleSheet())};
  if (request.method == "POST") {
    if (!ComesFromOurPage(request, options_.origins, options_.secure))
      return Message(403, nullptr, "Refused", "Forms are taken from pages of this site only.");
    if (!request.Find("Content-Type").starts_with("application/x-www-form-urlencoded")) return BadRequest(nullptr);
    if (path == "/login") return LogIn(request);
  }

  // A proxy's token says who this is on every request; a session of somebody else is none then.
  std::optional<session::Reviewer> vouched;
  std::optional<Instant> vouched_until;
  if (request.Count("Authorization") > 0) {
    constexpr std::string_view kScheme = "Bearer ";
    const std::string_view header = request.Find("Authorization");
    if (!identities_.tokens || request.Count("Authorization") != 1 || !header.starts_with(kScheme))
      return ShowLogin(request, 401, "", "", "", "");
    const auto session = identities_.tokens->Verify(header.substr(kScheme.size()), clock_.Now());
    vouched = session ? ReviewerOf(*session) : std::nullopt;
    if (!vouched) return ShowLogin(request, 401, "", "", "", "");
    vouched_until = session->expires;
  }
  const std::string id = CookieOf(request, CookieName("session"));
  auto login = sessions_.Find(id);
  if (vouched && login && login->reviewer != *vouched) {
    sessions_.End(id);
    login.reset();
  }
  if (login) return RouteVisit({request, *login, id});
  if (vouched && request.method == "GET") return StartSession(*std::move(vouched), vouched_until, std::string(path));
  if (path == "/login") {
    const auto query = ParseQuery(request);
    return ShowLogin(request, 200, "", query ? FieldOf(*query, "next") : std::string(), "", "");
  }
  if (request.method == "POST")
    return ShowLogin(request, 401, "", "", "Your session has ended, and nothing was done. Log in again.", "");
  return SendToLogin(request);
}

Response ReviewApp::RouteVisit(const Visit& visit) {
  const std::string_view path = visit.request.Path();
  if (visit.request.method == "POST") {
    const auto form = ParseForm(visit.request.body);
    if (!form) return BadRequest(&visit.login);
    if (!session::SameSecret(FieldOf(*form, "csrf"), visit.login.csrf)) {
      return Message(403, &visit.login, "Refused",
                     "This form does not belong to your session. Nothing was done; open the page again.");
    }
    if (path == "/logout") return LogOut(visit);
    if (path == "/audit") return Audit(visit);
    if (const std::int64_t id = IdBehind(path, "/proposals/", "/decision"); id > 0) return Decide(visit, id);
    return NotFound(&visit.login);
  }
  if (path == "/" || path == "/login") return SeeOther("/proposals");
  if (path == "/proposals") return Inbox(visit);
  if (path == "/audit") return HtmlAnswer(200, review::RenderAudit(visit.login, std::nullopt, false));
  if (const std::int64_t id = IdBehind(path, "/proposals/"); id > 0) return ShowProposal(visit, id);
  if (const std::int64_t id = IdBehind(path, "/evidence/"); id > 0) return Evidence(visit, id);
  if (const std::int64_t id = IdBehind(path, "/runs/"); id > 0) return Run(visit, id);
  return NotFound(&visit.login);
}

namespace {

bool Sees(const session::Reviewer& reviewer, const std::string& tenant) {
  return std::find(reviewer.tenants.begin(), reviewer.tenants.end(), tenant) != reviewer.tenants.end();
}

}  // namespace

Response ReviewApp::Gone(const session::LoginSession& login, Instant removed_at) {
  return Message(410, &login, "Removed",
                 fmt::format("This was removed by retention on {}. The chain of events keeps its digest.",
                             FormatInstant(removed_at)));
}

Response ReviewApp::Evidence(const Visit& visit, std::int64_t id) {
  const auto evidence = ledger_.FindEvidence(id);
  if (!evidence) return Unavailable(&visit.login);
  if (!*evidence || !Sees(visit.login.reviewer, (*evidence)->tenant)) return NotFound(&visit.login);
  if ((*evidence)->removed_at.micros != 0) return Gone(visit.login, (*evidence)->removed_at);
  return HtmlAnswer(200, review::RenderEvidence(visit.login, **evidence));
}

Response ReviewApp::Run(const Visit& visit, std::int64_t id) {
  auto run = ledger_.FindRun(id);
  if (!run) return Unavailable(&visit.login);
  if (!*run || !Sees(visit.login.reviewer, (*run)->tenant)) return NotFound(&visit.login);
  if ((*run)->removed_at.micros != 0) return Gone(visit.login, (*run)->removed_at);
  auto steps = ledger_.Steps(id);
  auto audits = ledger_.AuditsOf(id);
  auto events = ledger_.EventsOf(ledger::RunHandle(id));
  if (!steps || !audits || !events) return Unavailable(&visit.login);
  // Handles were not known yet when the answer was stored.
  const std::string result = (*run)->result_json.empty() ? "" : DumpJson(interp::RecordedAnswer(**run));
  return HtmlAnswer(200, review::RenderRun({visit.login, **std::move(run), result, *std::move(steps),
                                            *std::move(audits), *std::move(events)}));
}

Response ReviewApp::Audit(const Visit& visit) {
  const std::unique_lock lock(verifying_, std::try_to_lock);
  if (!lock) return HtmlAnswer(409, review::RenderAudit(visit.login, std::nullopt, true));
  auto report = ledger_.VerifyChain();
  if (!report) return Unavailable(&visit.login);
  return HtmlAnswer(200, review::RenderAudit(visit.login, *std::move(report), false));
}

}  // namespace synapsor::http
