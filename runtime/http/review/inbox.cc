#include "runtime/http/review/inbox.h"

#include <fmt/format.h>

#include "runtime/http/review/value.h"
#include "runtime/proposal/lifecycle.h"

namespace synapsor::http::review {
namespace {

using ledger::ProposalState;

constexpr ProposalState kStates[] = {
    ProposalState::kPendingReview, ProposalState::kApproved, ProposalState::kPendingWorker,
    ProposalState::kApplied,       ProposalState::kConflict, ProposalState::kFailed,
    ProposalState::kReconciliationRequired, ProposalState::kRejected, ProposalState::kCanceled, ProposalState::kExpired};

Url WithFilters(const InboxQuery& query) {
  Url url("/proposals");
  url.Query("state", query.state.empty() ? "any" : query.state)
      .Query("tenant", query.tenant)
      .Query("object", query.object)
      .Query("capability", query.capability)
      .Query("principal", query.principal)
      .Query("from", query.from)
      .Query("until", query.until);
  return url;
}

Html Option(std::string_view value, std::string_view words, std::string_view chosen) {
  return El("option", {{"value", value}, {"selected", value == chosen}}, {words});
}

Html Labelled(const InboxPage& page, const char* id, const char* label, Html control) {
  return El("div", {{"class", "field"}}, {El("label", {{"for", id}}, {label}), ErrorBeside(page.errors, id), std::move(control)});
}

Html Input(const InboxPage& page, const char* id, const char* label, const char* type, std::string_view value) {
  const bool wrong = FindError(page.errors, id) != nullptr;
  return Labelled(page, id, label,
                  Html::Void("input", {{"id", id}, {"name", id}, {"type", type}, {"value", value}, {"autocomplete", "off"},
                                       {"aria-invalid", wrong ? "true" : "false"},
                                       wrong ? Attribute("aria-describedby", std::string(id) + "-error") : Attribute("hidden", false)}));
}

Html StateChoice(const InboxPage& page) {
  Html options = Option("any", "Any state", page.query.state.empty() ? "any" : page.query.state);
  for (const ProposalState state : kStates) options += Option(ledger::StateName(state), StateWords(state), page.query.state);
  return Labelled(page, "state", "State", El("select", {{"id", "state"}, {"name", "state"}}, {options}));
}

Html TenantChoice(const InboxPage& page) {
  Html options = Option("", "All of mine", page.query.tenant);
  for (const std::string& tenant : page.login.reviewer.tenants) options += Option(tenant, tenant, page.query.tenant);
  return Labelled(page, "tenant", "Tenant", El("select", {{"id", "tenant"}, {"name", "tenant"}}, {options}));
}

Html CapabilityChoice(const InboxPage& page) {
  Html names;
  for (const bundle::Capability& capability : page.bundle.capabilities) {
    if (capability.is_proposal) names += Html::Void("option", {{"value", capability.name}});
  }
  return Labelled(page, "capability", "Capability",
                  {Html::Void("input", {{"id", "capability"}, {"name", "capability"}, {"type", "text"}, {"list", "capabilities"},
                                        {"value", page.query.capability}, {"autocomplete", "off"}}),
                   El("datalist", {{"id", "capabilities"}}, {names})});
}

Html Filters(const InboxPage& page) {
  return El("form", {{"method", "get"}, Attribute::Action("/proposals"), {"class", "card filters"}, {"role", "search"}, {"aria-label", "Filter proposals"}},
            {StateChoice(page), TenantChoice(page), Input(page, "object", "Object key", "text", page.query.object),
             CapabilityChoice(page), Input(page, "principal", "Proposed by", "text", page.query.principal),
             Input(page, "from", "From day", "date", page.query.from), Input(page, "until", "To day", "date", page.query.until),
             El("div", {{"class", "actions"}},
                {El("button", {{"type", "submit"}, {"class", "primary"}}, {"Filter"}),
                 El("a", {{"class", "button"}, Attribute::Href("/proposals")}, {"Clear"})})});
}

ProposalState StateNow(const ledger::ProposalView& view, Instant now) {
  const bool over = view.state == ProposalState::kPendingReview && view.proposal.expires_at <= now;
  return over ? ProposalState::kExpired : view.state;
}

// What is left to do for this proposal, in a few words.
std::string Approvals(const ledger::ProposalView& view) {
  return fmt::format("{} of {}", proposal::CountApprovals(view), view.proposal.required_approvals);
}

Html Row(const InboxPage& page, const ledger::ProposalView& view) {
  const ledger::Proposal& proposal = view.proposal;
  const std::string summary = proposal.summary.empty() ? proposal.capability : proposal.summary;
  return El("tr", {El("th", {{"scope", "row"}},
                      {El("a", {Attribute::Href(Url("/proposals").Number(proposal.id))}, {ShowBrief(summary)}),
                       El("div", {{"class", "sub"}}, {ledger::ProposalHandle(proposal.id), " · ", ShowBrief(proposal.capability, 80)})}),
                   El("td", {{"data-label", "State"}}, {ShowState(StateNow(view, page.now))}),
                   El("td", {{"data-label", "Risk"}}, {ShowRisk(proposal.risk)}),
                   El("td", {{"data-label", "Approvals"}}, {Approvals(view)}),
                   El("td", {{"data-label", "Tenant"}}, {ShowBrief(proposal.tenant, 60)}),
                   El("td", {{"data-label", "Object"}}, {El("code", {ShowBrief(proposal.table, 60)}), " ", ShowBrief(proposal.key.text, 60)}),
                   El("td", {{"data-label", "Proposed by"}}, {ShowBrief(proposal.principal, 60)}),
                   El("td", {{"data-label", "Proposed"}}, {ShowTime(proposal.created_at)})});
}

Html Table(const InboxPage& page) {
  if (page.proposals.empty()) {
    return El("div", {{"class", "card empty"}},
              {El("p", {El("strong", {"No proposal matches."})}),
               El("p", {page.query.state == "pending_review" ? "Nothing awaits a decision here." : "Loosen the filter to see more."})});
  }
  Html heads, rows;
  for (const char* name : {"Proposal", "State", "Risk", "Approvals", "Tenant", "Object", "Proposed by", "Proposed"}) {
    heads += El("th", {{"scope", "col"}}, {name});
  }
  for (const ledger::ProposalView& view : page.proposals) rows += Row(page, view);
  return El("div", {{"class", "card table"}},
            {El("table", {{"class", "inbox"}},
                {El("caption", {{"class", "visually-hidden"}}, {"Proposals, newest first"}), El("thead", {El("tr", {heads})}), El("tbody", {rows})})});
}

Html Pager(const InboxPage& page) {
  if (page.is_first && page.older_than == 0) return {};
  Html links;
  if (!page.is_first) links += El("a", {{"class", "button"}, Attribute::Href(WithFilters(page.query))}, {"Newest"});
  if (page.older_than != 0) {
    Url older = WithFilters(page.query);
    older.Query("before", std::to_string(page.older_than));
    links += El("a", {{"class", "button"}, {"rel", "next"}, Attribute::Href(older)}, {"Older"});
  }
  return El("nav", {{"aria-label", "Pages"}, {"class", "pager"}}, {links});
}

}  // namespace

std::string RenderInbox(const InboxPage& page) {
  const Html main = {El("h1", {"Proposals"}), ErrorSummary("The filter cannot be used as it is", page.errors), Filters(page),
                     El("section", {{"aria-labelledby", "list"}}, {El("h2", {{"id", "list"}, {"class", "visually-hidden"}}, {"List"}), Table(page), Pager(page)})};
  return RenderPage({"Proposals", Area::kProposals, &page.login}, main);
}

}  // namespace synapsor::http::review
