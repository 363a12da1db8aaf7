#include "runtime/http/review/proposal_page.h"

#include <fmt/format.h>

#include "runtime/http/review/value.h"

namespace synapsor::http::review {
namespace {

using ledger::ProposalState;

Html Section(const char* id, const char* title, Html content) {
  return El("section", {{"class", "card"}, {"aria-labelledby", id}},
            {El("h2", {{"id", id}}, {title}), std::move(content)});
}

bool SummaryHoldsArguments(const ProposalPage& page) {
  if (page.plan == nullptr) return true;
  for (const bundle::SummaryPart& part : page.plan->summary) {
    if (part.is_value && part.value.origin == bundle::Origin::kArg) return true;
  }
  return false;
}

// What the state means for the row, in one sentence.
std::string Meaning(const ProposalPage& page) {
  switch (page.view.state) {
    case ProposalState::kPendingReview:
      return page.view.proposal.expires_at <= page.now
                 ? "Nobody decided in time. The source database is unchanged."
                 : "The source database is unchanged until this is approved and applied.";
    case ProposalState::kApproved:
      return "Approved and queued. The source database is unchanged until the trusted runner applies it; reload to see the result.";
    case ProposalState::kPendingWorker: return "A trusted runner has taken it; reload to see the result.";
    case ProposalState::kApplied: return "The row was changed exactly as shown.";
    case ProposalState::kConflict:
      return "The row was no longer as shown, so nothing was written. A new proposal from fresh data is needed.";
    case ProposalState::kFailed: return "The runner could not write it; nothing was changed.";
    case ProposalState::kRejected: return "A reviewer rejected it. The source database is unchanged.";
    case ProposalState::kCanceled: return "It was withdrawn. The source database is unchanged.";
    case ProposalState::kExpired: return "Nobody decided in time. The source database is unchanged.";
    case ProposalState::kReconciliationRequired:
      return "It is not known whether the row was written. An operator must look.";
  }
  return {};
}

Html Outcome(const ProposalPage& page) {
  Html html;
  if (!page.refused.empty()) {
    html +=
        El("div", {{"class", "notice bad"}, {"role", "alert"}},
           {El("p", {El("strong", {"Your decision was not taken. "}), page.refused, ". Below is how it stands now."})});
  }
  if (page.done == "approve") {
    const bool complete = page.view.state != ProposalState::kPendingReview;
    html +=
        El("div", {{"class", "notice good"}, {"role", "status"}},
           {El("p", {El("strong", {"Your approval is recorded. "}),
                     complete ? "The change goes to the trusted runner." : "Another reviewer must approve it, too."})});
  }
  if (page.done == "reject") {
    html += El("div", {{"class", "notice info"}, {"role", "status"}},
               {El("p", {El("strong", {"Your rejection is recorded. "}), "Nothing will be written."})});
  }
  if (!page.integrity.intact) {
    html +=
        El("div", {{"class", "notice bad"}, {"role", "alert"}},
           {El("p",
               {El("strong", {"The ledger's record of this proposal does not verify. "}),
                "Somebody changed it behind the ledger's back. Tell the operator; do not trust what is shown here."})});
  }
  return html;
}

Html Head(const ProposalPage& page) {
  const ledger::Proposal& proposal = page.view.proposal;
  const bool over = page.view.state == ProposalState::kPendingReview && proposal.expires_at <= page.now;
  Html html = El("div", {{"class", "kicker"}},
                 {El("a", {Attribute::Href("/proposals")}, {"Proposals"}), " / ", ledger::ProposalHandle(proposal.id)});
  html += El("h1", {ledger::ProposalHandle(proposal.id), ": ",
                    proposal.summary.empty() ? Html() : ShowBrief(proposal.summary, 100)});
  html += El("p", {{"class", "states"}},
             {ShowState(over ? ProposalState::kExpired : page.view.state), " ", ShowRisk(proposal.risk), " ",
              El("span", {Meaning(page)})});
  if (SummaryHoldsArguments(page) && !proposal.summary.empty()) {
    html +=
        El("p", {{"class", "hint"}}, {"The title repeats text that the model chose: read the table, not the title."});
  }
  return html;
}

Html About(const ProposalPage& page) {
  const ledger::Proposal& proposal = page.view.proposal;
  const std::string table = proposal.schema.empty() ? proposal.table : proposal.schema + "." + proposal.table;
  Html facts = Fact("Row", {El("code", {ShowBrief(proposal.source), ":", ShowBrief(table)}), " where ",
                            El("code", {ShowBrief(proposal.key_column)}), " is ", ShowScalar(proposal.key)});
  facts += Fact("Tenant", ShowBrief(proposal.tenant));
  facts += Fact("Proposed by", ShowBrief(proposal.principal));
  facts += Fact("Capability", El("code", {ShowBrief(proposal.capability)}));
  if (!proposal.workflow.empty()) facts += Fact("Workflow", El("code", {ShowBrief(proposal.workflow)}));
  if (!proposal.summary.empty()) facts += Fact("Summary", ShowText(proposal.summary));
  facts += Fact("Proposed", ShowTime(proposal.created_at));
  facts += Fact("Run", El("a", {Attribute::Href(Url("/runs").Number(proposal.run))},
                          {ledger::RunHandle(proposal.run), " (replay)"}));
  return El("dl", {{"class", "facts"}}, {facts});
}

const char* StatementTitle(ProposalState state) {
  if (state == ProposalState::kApplied) return "The statement that ran";
  return ledger::IsOpen(state) ? "The statement that will run" : "The statement, which changed nothing";
}

Html EvidencePart(const ProposalPage& page) {
  const Html observed = ObservedColumns(page.view.proposal);
  if (!page.evidence) return {El("p", {{"class", "nothing"}}, {"(no evidence was recorded)"}), observed};
  if (page.evidence->removed_at.micros != 0) {
    return {El("p", {{"class", "nothing"}}, {"Removed by retention, ", ShowTime(page.evidence->removed_at), "."}),
            observed};
  }
  return {EvidenceItems(*page.evidence), observed,
          El("p", {El("a", {Attribute::Href(Url("/evidence").Number(page.evidence->id))},
                      {ledger::EvidenceHandle(page.evidence->id)}),
                   ", read ", ShowTime(page.evidence->at)})};
}

}  // namespace

std::string RenderProposal(const ProposalPage& page) {
  const ledger::Proposal& proposal = page.view.proposal;
  Html left = Section("change", "The change", RowDiff(page));
  if (!page.view.receipts.empty()) left = {Section("result", "The result", Receipts(page.view.receipts)), left};
  left += Section("statement", StatementTitle(page.view.state), StatementThatRuns(page));
  left += Section("evidence", "The evidence it rests on", EvidencePart(page));
  Html right = Section("decision", "Your decision", DecisionForm(page));
  right += Section("approval", "Approval", ApprovalRule(page));
  if (const Html policies = Policies(page); !policies.empty()) right += Section("policies", "Policies", policies);
  right += Section("about", "About", About(page));
  right += Section(
      "timeline", "Timeline",
      {Timeline(page.events), El("p", {{"class", "hint"}},
                                 {page.integrity.intact ? "Checked just now: the record is as its chained events say."
                                                        : "The record does not verify."})});
  const Html main = {Outcome(page), ErrorSummary("Your decision was not taken", page.errors), Head(page),
                     El("div", {{"class", "columns"}}, {El("div", {left}), El("div", {right})})};
  return RenderPage({fmt::format("Proposal {}", proposal.id), Area::kProposals, &page.login}, main);
}

}  // namespace synapsor::http::review
