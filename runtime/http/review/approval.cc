// Who must agree, who has, and the form to do so.
#include <fmt/format.h>

#include <algorithm>

#include "runtime/http/review/proposal_page.h"
#include "runtime/http/review/value.h"
#include "runtime/proposal/lifecycle.h"
#include "runtime/proposal/policy.h"

namespace synapsor::http::review {
namespace {

using ledger::ProposalState;

bool HoldsRole(const session::Reviewer& reviewer, const std::string& role) {
  return role.empty() || std::find(reviewer.roles.begin(), reviewer.roles.end(), role) != reviewer.roles.end();
}

// A condition with its outcome, "… : holds" or why it does not; the outcome is told by its words, a mark and a colour.
Html Condition(std::string_view text, bool holds) {
  return El("li", {{"class", holds ? "holds" : "fails"}},
            {El("span", {{"aria-hidden", "true"}, {"class", "mark"}}, {holds ? "✓" : "✗"}), " ", ShowText(text)});
}

// What the ledger keeps of a policy's decision: its version, who asked for it, and every condition with its outcome.
Html PolicyVerdict(const ledger::Decision& decision) {
  Html conditions;
  for (const std::string& condition : decision.conditions)
    conditions += Condition(condition, condition.ends_with(": holds"));
  return {El("p", {"Policy ", El("code", {ShowBrief(decision.policy)}), ", asked by ", ShowBrief(decision.asked_by),
                   ". Its version: ", ShowDigest(decision.policy_digest)}),
          decision.conditions.empty() ? Html() : El("ul", {{"class", "conditions"}}, {conditions})};
}

Html Decision(const ledger::Decision& decision) {
  const char* what = decision.kind == ledger::DecisionKind::kApprove  ? "Approved"
                     : decision.kind == ledger::DecisionKind::kReject ? "Rejected"
                                                                      : "Canceled";
  Html content = El("p", {El("strong", {what}), " by ", ShowBrief(decision.subject), ", ", ShowTime(decision.at)});
  if (!decision.policy_digest.empty()) content += PolicyVerdict(decision);
  if (!decision.reason.empty() && decision.policy_digest.empty())
    content += El("blockquote", {ShowText(decision.reason)});
  return El("li", {content});
}

}  // namespace

std::string WhyNotDecide(const ProposalPage& page) {
  const ledger::ProposalView& view = page.view;
  if (view.state != ProposalState::kPendingReview && view.state != ProposalState::kApproved) {
    return fmt::format("There is nothing left to decide: the proposal is {}.", ledger::StateName(view.state));
  }
  if (!page.integrity.intact)
    return "The record of this proposal is not what the ledger's events say. Tell the operator.";
  if (!HoldsRole(page.login.reviewer, view.proposal.required_role)) {
    return fmt::format("Deciding on this takes the role {}, which you do not have.", view.proposal.required_role);
  }
  return {};
}

namespace {

// Why this reviewer cannot approve, although perhaps reject.
std::string WhyNotApprove(const ProposalPage& page) {
  const ledger::ProposalView& view = page.view;
  if (view.state == ProposalState::kApproved)
    return "It is approved already; until the runner takes it, it can still be rejected.";
  if (view.proposal.expires_at <= page.now)
    return "The time to decide is over. A new proposal from fresh data is needed.";
  if (page.plan == nullptr)
    return "The loaded bundle differs from the one that made this proposal, so it cannot be approved here.";
  if (view.proposal.principal == page.login.reviewer.subject)
    return "You proposed this; somebody else must approve it.";
  const bool counted = std::any_of(view.decisions.begin(), view.decisions.end(), [&](const ledger::Decision& decision) {
    return decision.kind == ledger::DecisionKind::kApprove && decision.subject == page.login.reviewer.subject;
  });
  return counted ? "You have approved this; another reviewer is needed." : "";
}

}  // namespace

Html ApprovalRule(const ProposalPage& page) {
  const ledger::ProposalView& view = page.view;
  const ledger::Proposal& proposal = view.proposal;
  const int count = proposal::CountApprovals(view);
  Html html = El("dl", {{"class", "facts"}},
                 {Fact("Risk", ShowRisk(proposal.risk)),
                  Fact("Role needed", proposal.required_role.empty() ? Html("any reviewer")
                                                                     : El("code", {ShowBrief(proposal.required_role)})),
                  Fact("Approvals", fmt::format("{} of {} {}", count, proposal.required_approvals,
                                                proposal.required_approvals == 1 ? "needed" : "different reviewers")),
                  Fact("Decide until", ShowTime(proposal.expires_at))});
  if (view.decisions.empty()) return {html, El("p", {{"class", "hint"}}, {"Nobody has decided yet."})};
  Html decisions;
  for (const ledger::Decision& decision : view.decisions) decisions += Decision(decision);
  return {html, El("ul", {{"class", "decisions"}}, {decisions})};
}

Html Policies(const ProposalPage& page) {
  // Once somebody has decided, what counts is what was recorded.
  if (page.plan == nullptr || page.view.state != ProposalState::kPendingReview) return {};
  const ledger::Proposal& proposal = page.view.proposal;
  Html items;
  for (const bundle::Policy& policy : page.bundle.policies) {
    if (policy.scope != (policy.for_workflow ? proposal.workflow : proposal.capability)) continue;
    Html conditions;
    for (const proposal::ConditionOutcome& outcome : proposal::EvaluateConditions(policy, proposal)) {
      conditions += Condition(outcome.text + ": " + outcome.outcome, outcome.holds());
    }
    for (const bundle::PolicyLimit& limit : policy.limits) {
      conditions +=
          El("li", {{"class", "limit"}}, {ShowText(proposal::LimitText(limit)), ": counted when it is asked"});
    }
    items += El("h3", {El("code", {ShowBrief(policy.name)})});
    items += El("ul", {{"class", "conditions"}}, {conditions});
  }
  if (items.empty()) return {};
  const bool floor = !proposal.policy_may_approve || proposal.required_approvals > 1;
  return {
      El("p", {{"class", "hint"}},
         {floor ? "A rule of the workflow demands people here, so no policy may approve this; their conditions are:"
                : "What the policies of this bundle say to these values. They decide only when they are asked to."}),
      items};
}

Html DecisionForm(const ProposalPage& page) {
  if (const std::string why = WhyNotDecide(page); !why.empty()) return El("p", {{"class", "cannot"}}, {why});
  const ledger::Proposal& proposal = page.view.proposal;
  const std::string why_not_approve = WhyNotApprove(page);
  const bool wrong = FindError(page.errors, "reason") != nullptr;
  Html form = Html{CsrfField(page.login),
                   Html::Void("input", {{"type", "hidden"}, {"name", "hash"}, {"value", proposal.hash}})};
  if (!why_not_approve.empty()) form += El("p", {{"class", "cannot"}}, {why_not_approve});
  form += El("div", {{"class", "field"}},
             {El("label", {{"for", "reason"}}, {"Reason (required)"}),
              El("p", {{"class", "hint"}, {"id", "reason-hint"}},
                 {"Why is this right, or wrong? It is kept with the decision."}),
              ErrorBeside(page.errors, "reason"),
              El("textarea",
                 {{"id", "reason"},
                  {"name", "reason"},
                  {"rows", "3"},
                  {"maxlength", "2000"},
                  {"required", true},
                  {"aria-invalid", wrong ? "true" : "false"},
                  {"aria-describedby", wrong ? "reason-hint reason-error" : "reason-hint"}},
                 {page.reason})});
  Html buttons;
  if (why_not_approve.empty()) {
    buttons += El("button", {{"type", "submit"}, {"name", "decision"}, {"value", "approve"}, {"class", "primary"}},
                  {"Approve"});
  }
  buttons +=
      El("button", {{"type", "submit"}, {"name", "decision"}, {"value", "reject"}, {"class", "danger"}}, {"Reject"});
  form += El("div", {{"class", "actions"}}, {buttons});
  form += El("p", {{"class", "hint"}}, {"Your decision is bound to this content: ", ShowDigest(proposal.hash)});
  return El("form", {{"method", "post"}, Attribute::Action(Url("/proposals").Number(proposal.id).Segment("/decision"))},
            {form});
}

}  // namespace synapsor::http::review
