#include "runtime/http/review/inbox.h"

#include <fmt/format.h>

#include "runtime/http/review/value.h"
#include "runtime/proposal/lifecycle.h"

namespace synapsor::http::review {
namespace {

using ledger::ProposalState;

constexpr ProposalState kStates[] = {ProposalState::kPendingReview,
                                     ProposalState::kApproved,
                                     ProposalState::kPendingWorker,
                                     ProposalState::kApplied,
                                     ProposalState::kConflict,
                                     ProposalState::kFailed,
                                     ProposalState::kReconciliationRequired,
                                     ProposalState::kRejected,
                                     ProposalState::kCanceled,
                                     ProposalState::kExpired};

// The address of the list with these filters, in `state`; "any" for all.
Url ListOf(const InboxQuery& query, std::string_view state) {
  Url url("/proposals");
  url.Query("state", state)
      .Query("tenant", query.tenant)
      .Query("object", query.object)
      .Query("capability", query.capability)
      .Query("principal", query.principal)
      .Query("from", query.from)
      .Query("until", query.until);
  return url;
}

std::string_view StateOf(const InboxQuery& query) {
  return query.state.empty() ? std::string_view("any") : std::string_view(query.state);
}

bool SeesSeveralTenants(const InboxPage& page) { return page.login.reviewer.tenants.size() > 1; }

std::string CountText(std::int64_t count, bool more) {
  const std::string digits = count < 1000 ? std::to_string(count) : fmt::format("{},{:03}", count / 1000, count % 1000);
  return more ? digits + "+" : digits;
}

Html Tab(const InboxPage& page, std::string_view state, std::string_view words, std::int64_t count, bool more) {
  const bool current = StateOf(page.query) == state;
  return El("li", {El("a",
                      {Attribute::Href(ListOf(page.query, state)),
                       current ? Attribute("aria-current", "page") : Attribute("hidden", false)},
                      {words, " ", El("span", {{"class", "count"}}, {CountText(count, more)})})});
}

// One link a state with how many there are; closed states without any are left out.
Html Tabs(const InboxPage& page) {
  if (page.counts.empty()) return {};
  Html tabs;
  std::int64_t all = 0;
  bool more = false;
  for (const ProposalState state : kStates) {
    for (const ledger::StateCount& count : page.counts) {
      if (count.state != state) continue;
      all += count.count;
      more = more || count.more;
      const bool shown =
          count.count > 0 || state == ProposalState::kPendingReview || ledger::StateName(state) == page.query.state;
      if (shown) tabs += Tab(page, ledger::StateName(state), StateWords(state), count.count, count.more);
    }
  }
  tabs += Tab(page, "any", "All", all, more);
  return El("nav", {{"class", "tabs"}, {"aria-label", "States"}}, {El("ul", {tabs})});
}

Html Option(std::string_view value, std::string_view words, std::string_view chosen) {
  return El("option", {{"value", value}, {"selected", value == chosen}}, {words});
}

Html Labelled(const InboxPage& page, const char* id, const char* label, Html control) {
  return El("div", {{"class", "field"}},
            {El("label", {{"for", id}}, {label}), ErrorBeside(page.errors, id), std::move(control)});
}

Html Input(const InboxPage& page, const char* id, const char* label, const char* type, std::string_view value) {
  const bool wrong = FindError(page.errors, id) != nullptr;
  return Labelled(page, id, label,
                  Html::Void("input", {{"id", id},
                                       {"name", id},
                                       {"type", type},
                                       {"value", value},
                                       {"autocomplete", "off"},
                                       {"aria-invalid", wrong ? "true" : "false"},
                                       wrong ? Attribute("aria-describedby", std::string(id) + "-error")
                                             : Attribute("hidden", false)}));
}

Html TenantChoice(const InboxPage& page) {
  if (!SeesSeveralTenants(page)) return {};
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
                  {Html::Void("input", {{"id", "capability"},
                                        {"name", "capability"},
                                        {"type", "text"},
                                        {"list", "capabilities"},
                                        {"value", page.query.capability},
                                        {"autocomplete", "off"}}),
                   El("datalist", {{"id", "capabilities"}}, {names})});
}

Html Filters(const InboxPage& page) {
  return El("form",
            {{"method", "get"},
             Attribute::Action("/proposals"),
             {"class", "card filters"},
             {"role", "search"},
             {"aria-label", "Filter proposals"}},
            {Html::Void("input", {{"type", "hidden"}, {"name", "state"}, {"value", StateOf(page.query)}}),
             TenantChoice(page), Input(page, "object", "Row key", "text", page.query.object), CapabilityChoice(page),
             Input(page, "principal", "Proposed by", "text", page.query.principal),
             Input(page, "from", "From day (UTC)", "date", page.query.from),
             Input(page, "until", "To day (UTC)", "date", page.query.until),
             El("div", {{"class", "actions"}},
                {El("button", {{"type", "submit"}, {"class", "primary"}}, {"Filter"}),
                 El("a", {{"class", "button"}, Attribute::Href("/proposals")}, {"Clear"})})});
}

ProposalState StateNow(const ledger::ProposalView& view, Instant now) {
  const bool over = view.state == ProposalState::kPendingReview && view.proposal.expires_at <= now;
  return over ? ProposalState::kExpired : view.state;
}

std::string Approvals(const ledger::ProposalView& view) {
  return fmt::format("{} of {}", proposal::CountApprovals(view), view.proposal.required_approvals);
}

// The first change at a glance: column, before, after.
Html Glance(const ledger::Proposal& proposal) {
  constexpr std::size_t kShown = 1, kMostCharacters = 28;
  Html html;
  std::size_t shown = 0, changed = 0;
  for (const ledger::ProposedColumn& column : proposal.columns) {
    if (column.before == column.after) continue;
    if (++changed > kShown) continue;
    ++shown;
    html +=
        El("span", {{"class", "glance"}},
           {El("code", {ShowBrief(column.column, kMostCharacters)}), " ",
            ShowBriefScalar(column.before, kMostCharacters), " → ", ShowBriefScalar(column.after, kMostCharacters)});
    html += " ";
  }
  if (changed > shown) html += El("span", {{"class", "glance"}}, {fmt::format("and {} more", changed - shown)});
  if (changed == 0) html += El("span", {{"class", "glance"}}, {"changes nothing"});
  return El("div", {{"class", "sub"}}, {html});
}

Html Row(const InboxPage& page, const ledger::ProposalView& view) {
  const ledger::Proposal& proposal = view.proposal;
  const std::string summary = proposal.summary.empty() ? proposal.capability : proposal.summary;
  Html cells =
      El("th", {{"scope", "row"}},
         {El("a", {Attribute::Href(Url("/proposals").Number(proposal.id))}, {ShowBrief(summary, 90)}), Glance(proposal),
          El("div", {{"class", "sub"}},
             {El("code", {ledger::ProposalHandle(proposal.id)}), " · ", ShowBrief(proposal.capability, 80)})});
  cells += El("td", {{"data-label", "State"}}, {ShowState(StateNow(view, page.now))});
  cells += El("td", {{"data-label", "Risk"}}, {ShowRisk(proposal.risk)});
  cells += El("td", {{"data-label", "Approvals"}, {"class", "number"}}, {Approvals(view)});
  if (SeesSeveralTenants(page)) cells += El("td", {{"data-label", "Tenant"}}, {ShowBrief(proposal.tenant, 60)});
  cells += El("td", {{"data-label", "Row"}},
              {El("code", {ShowBrief(proposal.table, 60)}), " ", ShowBrief(proposal.key.text, 60)});
  cells += El("td", {{"data-label", "Proposed by"}}, {ShowBrief(proposal.principal, 60)});
  cells += El("td", {{"data-label", "Proposed"}}, {ShowTime(proposal.created_at)});
  return El("tr", {cells});
}

bool IsFiltered(const InboxQuery& query) {
  return !(query.tenant.empty() && query.object.empty() && query.capability.empty() && query.principal.empty() &&
           query.from.empty() && query.until.empty());
}

Html Table(const InboxPage& page) {
  if (page.proposals.empty()) {
    const bool waiting = page.query.state == "pending_review" && !IsFiltered(page.query);
    return El("div", {{"class", "card empty"}},
              {El("p", {El("strong", {waiting ? "Nothing awaits a decision." : "No proposal matches."})}),
               El("p", {waiting ? "New proposals appear here when agents make them."
                                : "Loosen the filter, or choose another state, to see more."})});
  }
  Html heads, rows;
  for (const char* name : {"Proposal", "State", "Risk", "Approvals", "Tenant", "Row", "Proposed by", "Proposed"}) {
    if (std::string_view(name) != "Tenant" || SeesSeveralTenants(page)) heads += El("th", {{"scope", "col"}}, {name});
  }
  for (const ledger::ProposalView& view : page.proposals) rows += Row(page, view);
  return El("div", {{"class", "card table"}},
            {El("table", {{"class", "inbox"}},
                {El("caption", {{"class", "visually-hidden"}}, {"Proposals, newest first"}),
                 El("thead", {El("tr", {heads})}), El("tbody", {rows})})});
}

Html PageLink(const InboxPage& page, AttributeName parameter, ledger::ProposalId id, const char* words) {
  Url url = ListOf(page.query, StateOf(page.query));
  if (id >= 0) url.Query(parameter, std::to_string(id));
  return El("li", {El("a", {{"class", "button"}, Attribute::Href(url)}, {words})});
}

Html Pager(const InboxPage& page) {
  if (!page.has_newer && !page.has_older) return {};
  const auto id_at = [&](bool first) {
    return page.proposals.empty() ? 0 : (first ? page.proposals.front() : page.proposals.back()).proposal.id;
  };
  Html links;
  if (page.has_newer) {
    links += PageLink(page, "after", -1, "Newest");
    if (!page.proposals.empty()) links += PageLink(page, "after", id_at(true), "Newer");
  }
  if (page.has_older) {
    if (!page.proposals.empty()) links += PageLink(page, "before", id_at(false), "Older");
    links += PageLink(page, "after", 0, "Oldest");
  }
  return El("nav", {{"aria-label", "Pages"}, {"class", "pager"}}, {El("ul", {links})});
}

}  // namespace

std::string RenderInbox(const InboxPage& page) {
  const Html main = {
      El("h1", {"Proposals"}), ErrorSummary("The filter cannot be used as it is", page.errors), Tabs(page),
      Filters(page),
      El("section", {{"aria-labelledby", "list"}},
         {El("h2", {{"id", "list"}, {"class", "visually-hidden"}}, {"List"}), Table(page), Pager(page)})};
  return RenderPage({"Proposals", Area::kProposals, &page.login}, main);
}

}  // namespace synapsor::http::review
