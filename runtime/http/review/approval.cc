// Who must agree, who has, and the form to do so.
#include <fmt/format.h>

#include <algorithm>

#include "runtime/http/review/proposal_page.h"
#include "runtime/http/review/value.h"
#include "runtime/proposal/lifecycle.h"

namespace synapsor::http::review {
namespace {

using ledger::ProposalState;

bool HoldsRole(const session::Reviewer& reviewer, const std::string& role) {
  return role.empty() || std::find(reviewer.roles.begin(), reviewer.roles.end(), role) != reviewer.roles.end();
}

const bundle::Policy* PolicyOf(const bundle::Bundle& bundle, const std::string& digest) {
  const auto found = std::find_if(bundle.policies.begin(), bundle.policies.end(), [&](const auto& p) { return p.digest == digest; });
  return found == bundle.policies.end() ? nullptr : &*found;
}

Html PolicyVerdict(const ProposalPage& page, const ledger::Decision& decision) {
  const bundle::Policy* policy = PolicyOf(page.bundle, decision.policy_digest);
  Html text = {"By policy ", policy == nullptr ? Html("that is not in the loaded bundle") : El("code", {policy->name}), ", version ", ShowDigest(decision.policy_digest)};
  if (policy == nullptr) return text;
  Html conditions;
  for (const bundle::PolicyCondition& condition : policy->conditions) {
    conditions += El("li", {El("code", {condition.path}), " ", condition.relation, " ", ShowScalar(condition.literal)});
  }
  return {text, El("p", {"Its conditions, all of them met:"}), El("ul", {{"class", "plain"}}, {conditions})};
}

Html Decision(const ProposalPage& page, const ledger::Decision& decision) {
  const char* what = decision.kind == ledger::DecisionKind::kApprove  ? "Approved"
                     : decision.kind == ledger::DecisionKind::kReject ? "Rejected"
                                                                      : "Canceled";
  Html content = El("p", {El("strong", {what}), " by ", ShowBrief(decision.subject), ", ", ShowTime(decision.at)});
  if (!decision.policy_digest.empty()) content += El("div", {PolicyVerdict(page, decision)});
  if (!decision.reason.empty()) content += El("blockquote", {ShowText(decision.reason)});
  return El("li", {content});
}

}  // namespace

std::string WhyNotDecide(const ProposalPage& page) {
  const ledger::ProposalView& view = page.view;
  if (view.state != ProposalState::kPendingReview && view.state != ProposalState::kApproved) {
    return fmt::format("There is nothing left to decide: the proposal is {}.", ledger::StateName(view.state));
  }
  if (!page.integrity.intact) return "The record of this proposal is not what the ledger's events say. Tell the operator.";
  if (!HoldsRole(page.login.reviewer, view.proposal.required_role)) {
    return fmt::format("Deciding on this takes the role {}, which you do not have.", view.proposal.required_role);
  }
  return {};
}

namespace {

// Why this reviewer cannot approve, although perhaps reject.
std::string WhyNotApprove(const ProposalPage& page) {
  const ledger::ProposalView& view = page.view;
  if (view.state == ProposalState::kApproved) return "It is approved already; until the runner takes it, it can still be rejected.";
  if (view.proposal.expires_at <= page.now) return "The time to decide is over. A new proposal from fresh data is needed.";
  if (page.plan == nullptr) return "The loaded bundle differs from the one that made this proposal, so it cannot be approved here.";
  if (view.proposal.principal == page.login.reviewer.subject) return "You proposed this; somebody else must approve it.";
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
                  Fact("Role needed", proposal.required_role.empty() ? Html("any reviewer") : El("code", {ShowBrief(proposal.required_role)})),
                  Fact("Approvals", fmt::format("{} of {} {}", count, proposal.required_approvals, proposal.required_approvals == 1 ? "needed" : "different reviewers")),
                  Fact("Decide until", ShowTime(proposal.expires_at))});
  if (view.decisions.empty()) return {html, El("p", {{"class", "hint"}}, {"Nobody has decided yet, and no policy."})};
  Html decisions;
  for (const ledger::Decision& decision : view.decisions) decisions += Decision(page, decision);
  return {html, El("ul", {{"class", "decisions"}}, {decisions})};
}

Html DecisionForm(const ProposalPage& page) {
  if (const std::string why = WhyNotDecide(page); !why.empty()) return El("p", {{"class", "cannot"}}, {why});
  const ledger::Proposal& proposal = page.view.proposal;
  const std::string why_not_approve = WhyNotApprove(page);
  const bool wrong = FindError(page.errors, "reason") != nullptr;
  Html form = Html{CsrfField(page.login), Html::Void("input", {{"type", "hidden"}, {"name", "hash"}, {"value", proposal.hash}})};
  if (!why_not_approve.empty()) form += El("p", {{"class", "cannot"}}, {why_not_approve});
  form += El("div", {{"class", "field"}},
             {El("label", {{"for", "reason"}}, {"Reason (required)"}),
              El("p", {{"class", "hint"}, {"id", "reason-hint"}}, {"Why is this right, or wrong? It is kept with the decision."}), ErrorBeside(page.errors, "reason"),
              El("textarea", {{"id", "reason"}, {"name", "reason"}, {"rows", "3"}, {"maxlength", "2000"}, {"required", true},
                              {"aria-invalid", wrong ? "true" : "false"}, {"aria-describedby", wrong ? "reason-hint reason-error" : "reason-hint"}},
                 {page.reason})});
  Html buttons;
  if (why_not_approve.empty()) {
    buttons += El("button", {{"type", "submit"}, {"name", "decision"}, {"value", "approve"}, {"class", "primary"}}, {"Approve"});
  }
  buttons += El("button", {{"type", "submit"}, {"name", "decision"}, {"value", "reject"}, {"class", "danger"}}, {"Reject"});
  form += El("div", {{"class", "actions"}}, {buttons});
  form += El("p", {{"class", "hint"}}, {"Your decision is bound to this content: ", ShowDigest(proposal.hash)});
  return El("form", {{"method", "post"}, Attribute::Action(Url("/proposals").Number(proposal.id).Segment("/decision"))}, {form});
}

}  // namespace synapsor::http::review
