// The exact statement that an approval lets run, with each parameter's value and where it comes from.
#include <fmt/format.h>

#include "runtime/http/review/proposal_page.h"
#include "runtime/http/review/value.h"
#include "runtime/proposal/statement.h"

namespace synapsor::http::review {
namespace {

std::string GuardWords(const ledger::Proposal& proposal) {
  if (proposal.guard_kind == "before_image") {
    return "the row is written only if every compared column still is as shown here; otherwise the result is a conflict";
  }
  return fmt::format("the row is written only if its {} still is as it was read; otherwise the result is a conflict",
                     proposal.guard_kind == "timestamp" ? "time stamp" : "version");
}

Html Guard(const ledger::Proposal& proposal) {
  Html compared;
  if (proposal.guard_kind == "before_image") {
    for (const ledger::NamedScalar& image : proposal.before_image) {
      compared += El("li", {El("code", {ShowBrief(image.name)}), " is still ", ShowScalar(image.value)});
    }
  } else {
    compared +=
        El("li", {El("code", {ShowBrief(proposal.guard_column)}), " is still ", ShowScalar(proposal.guard_value)});
  }
  return {El("p", {El("strong", {"Guard: "}), GuardWords(proposal), "."}), El("ul", {{"class", "plain"}}, {compared})};
}

Html Parameters(const ProposalPage& page, const bundle::PatchPlan& patch) {
  Html rows;
  int position = 0;
  for (const proposal::ShownParameter& parameter : proposal::ShownParameters(patch, page.view.proposal)) {
    rows += El("tr", {El("th", {{"scope", "row"}}, {std::to_string(++position)}),
                      El("td", {{"data-label", "Value"}},
                         {parameter.value ? ShowScalar(*parameter.value) : El("em", {"decided when it runs"})}),
                      El("td", {{"data-label", "Chosen by"}}, {ShowProvenance(parameter.provenance)}),
                      El("td", {{"data-label", "Type"}}, {El("code", {parameter.database_type})})});
  }
  return El(
      "table", {{"class", "parameters"}},
      {El("caption", {"Parameters, in the order of their positions"}),
       El("thead", {El("tr", {El("th", {{"scope", "col"}}, {"No."}), El("th", {{"scope", "col"}}, {"Value"}),
                              El("th", {{"scope", "col"}}, {"Chosen by"}), El("th", {{"scope", "col"}}, {"Type"})})}),
       El("tbody", {rows})});
}

}  // namespace

Html StatementThatRuns(const ProposalPage& page) {
  const ledger::Proposal& proposal = page.view.proposal;
  if (page.plan == nullptr) {
    return {
        Notice(
            Tone::kWarning,
            {El("p",
                {El("strong", {"The loaded bundle differs from the one that made this proposal."}),
                 " The statement cannot be shown, so it cannot be approved here. Reject it and let it be proposed again, "
                 "or start this program with the bundle that made it."}),
             El("dl", {{"class", "facts"}},
                {Fact("Proposed with", ShowDigest(proposal.bundle_digest)),
                 Fact("Loaded", ShowDigest(page.bundle.digest))})}),
        Guard(proposal)};
  }
  const bundle::PatchPlan& patch = *page.plan->patch;
  return {El("pre", {{"class", "sql"}, {"tabindex", "0"}, {"aria-label", "SQL statement"}}, {patch.update.sql}),
          Parameters(page, patch), Guard(proposal),
          El("p", {{"class", "hint"}},
             {fmt::format(
                 "Exactly {} row must be affected, in one transaction with its receipt; anything else is rolled back.",
                 patch.expected_rows)})};
}

}  // namespace synapsor::http::review
