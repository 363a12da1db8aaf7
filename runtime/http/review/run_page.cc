#include <fmt/format.h>

#include "runtime/http/review/proposal_page.h"
#include "runtime/http/review/record_pages.h"
#include "runtime/http/review/value.h"

namespace synapsor::http::review {
namespace {

Html Section(const char* id, const char* title, Html content) {
  return El("section", {{"class", "card"}, {"aria-labelledby", id}},
            {El("h2", {{"id", id}}, {title}), std::move(content)});
}

Html About(const ledger::Run& run) {
  Html facts;
  if (!run.capability.empty()) facts += Fact("Capability", El("code", {ShowBrief(run.capability)}));
  if (!run.workflow.empty()) facts += Fact("Workflow", El("code", {ShowBrief(run.workflow)}));
  facts += Fact("Status", {El("strong", {run.status}),
                           run.status_code.empty() ? Html() : Html{" ", El("code", {run.status_code})}});
  facts += Fact("Tenant", ShowBrief(run.tenant));
  facts += Fact("Principal", ShowBrief(run.principal));
  facts += Fact("At", ShowTime(run.at));
  if (!run.step_key.empty()) facts += Fact("Step", ShowBrief(run.step_key));
  if (run.parent > 0)
    facts +=
        Fact("Part of", El("a", {Attribute::Href(Url("/runs").Number(run.parent))}, {ledger::RunHandle(run.parent)}));
  if (run.evidence > 0)
    facts += Fact("Evidence", El("a", {Attribute::Href(Url("/evidence").Number(run.evidence))},
                                 {ledger::EvidenceHandle(run.evidence)}));
  if (run.proposal > 0)
    facts += Fact("Proposal", El("a", {Attribute::Href(Url("/proposals").Number(run.proposal))},
                                 {ledger::ProposalHandle(run.proposal)}));
  facts += Fact("Bundle", ShowDigest(run.bundle_digest));
  return El("dl", {{"class", "facts"}}, {facts});
}

Html Steps(const std::vector<ledger::Run>& steps) {
  Html rows;
  for (const ledger::Run& step : steps) {
    rows +=
        El("tr", {El("th", {{"scope", "row"}},
                     {El("a", {Attribute::Href(Url("/runs").Number(step.id))},
                         {step.step_key.empty() ? Html(ledger::RunHandle(step.id)) : ShowBrief(step.step_key, 60)})}),
                  El("td", {{"data-label", "Capability"}}, {El("code", {ShowBrief(step.capability)})}),
                  El("td", {{"data-label", "Status"}}, {step.status, " ", step.status_code}),
                  El("td", {{"data-label", "At"}}, {ShowTime(step.at)})});
  }
  return El(
      "table",
      {El("caption", {{"class", "visually-hidden"}}, {"Steps of the run"}),
       El("thead", {El("tr", {El("th", {{"scope", "col"}}, {"Step"}), El("th", {{"scope", "col"}}, {"Capability"}),
                              El("th", {{"scope", "col"}}, {"Status"}), El("th", {{"scope", "col"}}, {"At"})})}),
       El("tbody", {rows})});
}

Html Audits(const std::vector<ledger::QueryAudit>& audits) {
  if (audits.empty()) return El("p", {{"class", "nothing"}}, {"(no statement was sent)"});
  Html rows;
  for (const ledger::QueryAudit& audit : audits) {
    rows +=
        El("tr", {El("th", {{"scope", "row"}}, {El("code", {ShowBrief(audit.source), ":", ShowBrief(audit.table)})}),
                  El("td", {{"data-label", "Rows"}}, {std::to_string(audit.rows)}),
                  El("td", {{"data-label", "Time"}}, {fmt::format("{} µs", audit.micros)}),
                  El("td", {{"data-label", "Statement"}}, {ShowDigest(audit.fingerprint)}),
                  El("td", {{"data-label", "Parameters"}}, {ShowDigest(audit.parameters_fingerprint)})});
  }
  return El(
      "table",
      {El("caption", {{"class", "visually-hidden"}}, {"Statements that were sent; values appear as fingerprints only"}),
       El("thead", {El("tr", {El("th", {{"scope", "col"}}, {"Table"}), El("th", {{"scope", "col"}}, {"Rows"}),
                              El("th", {{"scope", "col"}}, {"Time"}), El("th", {{"scope", "col"}}, {"Statement"}),
                              El("th", {{"scope", "col"}}, {"Parameters"})})}),
       El("tbody", {rows})});
}

}  // namespace

std::string RenderRun(const RunPage& page) {
  Html main = El("h1", {"Run ", ledger::RunHandle(page.run.id)});
  main += El("p", {{"class", "lead"}}, {"Replayed from the record: nothing is read or written again."});
  main += Section("about", "About", About(page.run));
  if (!page.steps.empty()) main += Section("steps", "Steps", Steps(page.steps));
  main += Section("arguments", "Arguments, as the model gave them",
                  El("div", {{"class", "untrusted"}}, {ShowDocument(page.run.arguments_json)}));
  main += Section("session", "Trusted session", ShowDocument(page.run.session_json));
  main += Section("result", "Result, as the caller got it", ShowDocument(page.result_json));
  main += Section("queries", "Statements sent", Audits(page.audits));
  main += Section("timeline", "Timeline", Timeline(page.events));
  return RenderPage({fmt::format("Run {}", page.run.id), Area::kNone, &page.login}, main);
}

}  // namespace synapsor::http::review
