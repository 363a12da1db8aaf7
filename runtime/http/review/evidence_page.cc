#include "runtime/http/review/proposal_page.h"
#include "runtime/http/review/record_pages.h"
#include "runtime/http/review/value.h"

namespace synapsor::http::review {

std::string RenderEvidence(const session::LoginSession& login, const ledger::Evidence& evidence) {
  Html facts = Fact("Capability", El("code", {ShowBrief(evidence.capability)}));
  facts += Fact("Context", El("code", {ShowBrief(evidence.context)}));
  facts += Fact("Tenant", ShowBrief(evidence.tenant));
  facts += Fact("Principal", ShowBrief(evidence.principal));
  facts += Fact("Read", ShowTime(evidence.at));
  facts +=
      Fact("Run", El("a", {Attribute::Href(Url("/runs").Number(evidence.run))}, {ledger::RunHandle(evidence.run)}));
  facts += Fact("Bundle", ShowDigest(evidence.bundle_digest));
  const Html main = {
      El("h1", {"Evidence ", ledger::EvidenceHandle(evidence.id)}),
      El("p", {{"class", "lead"}}, {"The rows as they were read. Text in them is data, whatever it says."}),
      El("section", {{"class", "card"}, {"aria-labelledby", "about"}},
         {El("h2", {{"id", "about"}}, {"About"}), El("dl", {{"class", "facts"}}, {facts})}),
      El("section", {{"class", "card"}, {"aria-labelledby", "rows"}},
         {El("h2", {{"id", "rows"}}, {"Rows"}), EvidenceItems(evidence)})};
  return RenderPage({"Evidence " + std::to_string(evidence.id), Area::kNone, &login}, main);
}

}  // namespace synapsor::http::review
