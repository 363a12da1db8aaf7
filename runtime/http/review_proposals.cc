// The inbox, one proposal, and a decision on it.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "runtime/base/utf8.h"
#include "runtime/http/review/html.h"
#include "runtime/http/review/inbox.h"
#include "runtime/http/review/proposal_page.h"
#include "runtime/http/review_answer.h"
#include "runtime/http/review_app.h"
#include "runtime/base/text.h"
#include "runtime/proposal/lifecycle.h"
#include "runtime/proposal/statement.h"

namespace synapsor::http {
namespace {

constexpr int kPageSize = 50;
constexpr int kMostCounted = 1000;  // a state; beyond it "1,000+"
constexpr std::size_t kMostReason = 2000;

bool Sees(const session::Reviewer& reviewer, const std::string& tenant) {
  return std::find(reviewer.tenants.begin(), reviewer.tenants.end(), tenant) != reviewer.tenants.end();
}

// "2026-11-21" as midnight UTC; nothing when there is no such day.
std::optional<Instant> ParseDay(const std::string& text) {
  int year = 0;
  unsigned month = 0, day = 0;
  char rest = 0;
  if (text.size() != 10 || std::sscanf(text.c_str(), "%4d-%2u-%2u%c", &year, &month, &day, &rest) != 3)
    return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  if (!date.ok() || year < 1970) return std::nullopt;
  return Instant{
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::sys_days(date).time_since_epoch()).count()};
}

struct Wanted {
  review::InboxQuery query;
  ledger::ProposalFilter filter;
  std::vector<review::FieldError> errors;
};

Wanted ReadFilter(const FormFields& fields, const session::Reviewer& reviewer) {
  constexpr std::int64_t kDay = std::int64_t{24} * 3600 * 1'000'000;
  Wanted wanted;
  review::InboxQuery& query = wanted.query;
  query = {fields.contains("state") ? FieldOf(fields, "state")
                                    : std::string(ledger::StateName(ledger::ProposalState::kPendingReview)),
           FieldOf(fields, "tenant"),
           FieldOf(fields, "object"),
           FieldOf(fields, "capability"),
           FieldOf(fields, "principal"),
           FieldOf(fields, "from"),
           FieldOf(fields, "until")};
  const auto wrong = [&](const char* field, const char* message) { wanted.errors.push_back({field, message}); };
  if (query.state == "any") query.state.clear();
  if (!query.state.empty() && !(wanted.filter.state = ledger::ParseState(query.state))) {
    query.state.clear();
    wrong("state", "State: there is no such state; choose one of the list.");
  }
  if (!query.tenant.empty() && !Sees(reviewer, query.tenant)) {
    query.tenant.clear();
    wrong("tenant", "Tenant: choose one of the list.");
  }
  if (!query.from.empty() && !(wanted.filter.since = ParseDay(query.from)))
    wrong("from", "From day: give a day as YYYY-MM-DD.");
  if (!query.until.empty()) {
    wanted.filter.until = ParseDay(query.until);
    if (!wanted.filter.until) wrong("until", "To day: give a day as YYYY-MM-DD.");
    if (wanted.filter.until) wanted.filter.until->micros += kDay;
  }
  wanted.filter.tenants = reviewer.tenants;
  wanted.filter.tenant = query.tenant;
  wanted.filter.object = query.object;
  wanted.filter.capability = query.capability;
  wanted.filter.principal = query.principal;
  const auto id_of = [&](const char* field) {
    return std::max<std::int64_t>(0, ledger::ParseHandle(FieldOf(fields, field), ledger::kProposalScheme));
  };
  if (fields.contains("after")) {
    wanted.filter.after_id = id_of("after");
  } else {
    wanted.filter.before_id = id_of("before");
  }
  wanted.filter.limit = kPageSize + 1;
  return wanted;
}

std::string Capitalized(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

// What is wrong with a reason; empty when it can be kept.
std::string FaultOf(const std::string& reason) {
  if (reason.find_first_not_of(" \t\r\n") == reason.npos) return "Reason: say why. It is kept with the decision.";
  const auto facts = Examine(reason);
  if (facts.code_points > kMostReason) return fmt::format("Reason: at most {} characters.", kMostReason);
  std::uint32_t previous = 0;
  for (std::size_t at = 0; at < reason.size();) {
    const CodePoint point = DecodeUtf8(reason, at);
    const bool line_end = point.value == '\r' || point.value == '\n';
    if (!point.valid || (!line_end && !review::NameOfUnseen(point.value, previous).empty()))
      return "Reason: there is a character in it that cannot be seen. Type it anew.";
    previous = point.value;
    at += point.length;
  }
  return {};
}

}  // namespace

Response ReviewApp::Inbox(const Visit& visit) {
  const auto fields = ParseQuery(visit.request);
  if (!fields) return BadRequest(&visit.login);
  Wanted wanted = ReadFilter(*fields, visit.login.reviewer);
  review::InboxPage page{visit.login, bundle_,     std::move(wanted.query), std::move(wanted.errors), {}, {}, false,
                         false,       clock_.Now()};
  if (page.errors.empty()) {
    auto counts = ledger_.CountProposals(wanted.filter, kMostCounted);
    auto proposals = ledger_.ListProposals(wanted.filter);
    if (!counts || !proposals) return Unavailable(&visit.login);
    page.counts = *std::move(counts);
    page.proposals = *std::move(proposals);
    const bool upwards = wanted.filter.after_id.has_value();
    const bool more = page.proposals.size() > kPageSize;
    if (more) page.proposals.erase(upwards ? page.proposals.begin() : page.proposals.end() - 1);
    page.has_newer = upwards ? more : wanted.filter.before_id > 0;
    page.has_older = upwards ? *wanted.filter.after_id > 0 : more;
  }
  return HtmlAnswer(page.errors.empty() ? 200 : 400, review::RenderInbox(page));
}

Result<std::optional<ledger::ProposalView>> ReviewApp::FindVisible(const Visit& visit, std::int64_t id) {
  SYN_ASSIGN_OR_RETURN(auto view, ledger_.FindProposal(id));
  if (view && !Sees(visit.login.reviewer, view->proposal.tenant)) view.reset();
  return view;
}

Response ReviewApp::RenderProposalPage(const Visit& visit, const ledger::ProposalView& view, const Shown& shown) {
  auto events = ledger_.EventsOf(ledger::ProposalHandle(view.proposal.id));
  auto integrity = ledger_.VerifyProposal(view.proposal.id);
  auto evidence = view.proposal.evidence > 0 ? ledger_.FindEvidence(view.proposal.evidence)
                                             : Result<std::optional<ledger::Evidence>>(std::nullopt);
  if (!events || !integrity || !evidence) return Unavailable(&visit.login);
  review::ProposalPage page{visit.login,
                            bundle_,
                            view,
                            proposal::PlanOf(bundle_, view.proposal),
                            *std::move(evidence),
                            *std::move(events),
                            *std::move(integrity),
                            clock_.Now(),
                            shown.done,
                            shown.refused,
                            {},
                            shown.reason};
  if (!shown.field_problem.empty()) page.errors.push_back({"reason", shown.field_problem});
  return HtmlAnswer(shown.status, review::RenderProposal(page));
}

Response ReviewApp::ShowProposal(const Visit& visit, std::int64_t id) {
  const auto view = FindVisible(visit, id);
  if (!view) return Unavailable(&visit.login);
  if (!*view) return NotFound(&visit.login);
  const auto query = ParseQuery(visit.request);
  const std::string done = query ? FieldOf(*query, "done") : std::string();
  // The address alone must not claim a decision: it is said only to whoever took it.
  const auto kind = done == "approve" ? ledger::DecisionKind::kApprove : ledger::DecisionKind::kReject;
  const bool true_for_me =
      std::any_of((*view)->decisions.begin(), (*view)->decisions.end(), [&](const ledger::Decision& decision) {
        return decision.kind == kind && decision.subject == visit.login.reviewer.subject;
      });
  Shown shown;
  if (true_for_me && (done == "approve" || done == "reject")) shown.done = done;
  return RenderProposalPage(visit, **view, shown);
}

Response ReviewApp::Decide(const Visit& visit, std::int64_t id) {
  const auto form = ParseForm(visit.request.body);
  const auto view = FindVisible(visit, id);
  if (!view) return Unavailable(&visit.login);
  if (!*view) return NotFound(&visit.login);
  const std::string& what = form ? FieldOf(*form, "decision") : "";
  if (what != "approve" && what != "reject") return BadRequest(&visit.login);

  Shown shown;
  shown.reason = FieldOf(*form, "reason");
  const auto refuse = [&](int status, std::string why) {
    shown.status = status;
    shown.refused = Capitalized(std::move(why));
    return RenderProposalPage(visit, **view, shown);
  };
  if (shown.field_problem = FaultOf(shown.reason); !shown.field_problem.empty()) {
    shown.status = 422;
    return RenderProposalPage(visit, **view, shown);
  }
  const auto integrity = ledger_.VerifyProposal(id);
  if (!integrity) return Unavailable(&visit.login);
  if (!integrity->intact) return refuse(409, "the record of this proposal does not verify");
  if (what == "approve" && proposal::PlanOf(bundle_, (*view)->proposal) == nullptr)
    return refuse(409, "the loaded bundle differs from the one that made this proposal");

  ledger::Decision decision;
  decision.proposal = id;
  decision.kind = what == "approve" ? ledger::DecisionKind::kApprove : ledger::DecisionKind::kReject;
  decision.proposal_hash = FieldOf(*form, "hash");
  decision.subject = visit.login.reviewer.subject;
  decision.roles = visit.login.reviewer.roles;
  decision.reason = shown.reason;
  decision.at = clock_.Now();
  const auto verdict = ledger_.Decide(decision, [&](const ledger::ProposalView& current, Instant now) {
    return proposal::Judge(current, decision, now);
  });
  if (!verdict) return Unavailable(&visit.login);
  if (verdict->accepted) return SeeOther(fmt::format("/proposals/{}?done={}", id, what));
  const bool forbidden = verdict->refusal_code == "SELF_APPROVAL" || verdict->refusal_code == "ROLE_REQUIRED";
  const auto current = FindVisible(visit, id);
  if (!current || !*current) return Unavailable(&visit.login);
  shown.status = forbidden ? 403 : 409;
  shown.refused = fmt::format("{} ({})", Capitalized(verdict->refusal_message), verdict->refusal_code);
  return RenderProposalPage(visit, **current, shown);
}

}  // namespace synapsor::http
