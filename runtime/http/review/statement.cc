// The exact statement that an approval lets run, with each parameter's value and where it comes from.
#include <fmt/format.h>

#include <algorithm>

#include "runtime/http/review/proposal_page.h"
#include "runtime/http/review/value.h"

namespace synapsor::http::review {
namespace {

struct Bound {
  Html value;
  Html origin;
};

Bound FromColumn(const ProposalPage& page, std::string_view name, bool before) {
  for (const ledger::ProposedColumn& column : page.view.proposal.columns) {
    if (column.column != name) continue;
    if (before) return {ShowScalar(column.before), ShowChooser(Chooser::kDatabase, name)};
    return {ShowScalar(column.after), ShowProvenance(column.provenance)};
  }
  for (const ledger::NamedScalar& image : page.view.proposal.before_image) {
    if (image.name == name) return {ShowScalar(image.value), ShowChooser(Chooser::kDatabase, name)};
  }
  return {El("em", {"decided when it runs"}), ShowChooser(Chooser::kDatabase, name)};
}

Bound FromRef(const bundle::ValueRef& value, const Scalar& stored) {
  const std::string provenance = bundle::ProvenanceText(value);
  return {ShowScalar(stored), ShowProvenance(provenance)};
}

Bound ValueOf(const ProposalPage& page, const bundle::PatchPlan& patch, const bundle::Param& param) {
  const ledger::Proposal& proposal = page.view.proposal;
  const std::string_view name = param.value.name;
  if (param.value.origin == bundle::Origin::kFixed) return {ShowScalar(param.value.fixed), ShowChooser(Chooser::kFixed, {})};
  if (name == "key") return FromRef(patch.key, proposal.key);
  if (name == "tenant") return FromRef(patch.tenant, proposal.tenant_value);
  if (name == "guard") return {ShowScalar(proposal.guard_value), ShowChooser(Chooser::kDatabase, proposal.guard_column)};
  if (name.starts_with("set:")) return FromColumn(page, name.substr(4), false);
  if (name.starts_with("before:")) return FromColumn(page, name.substr(7), true);
  return {El("em", {"decided when it runs"}), Html(bundle::ProvenanceText(param.value))};
}

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
    compared += El("li", {El("code", {ShowBrief(proposal.guard_column)}), " is still ", ShowScalar(proposal.guard_value)});
  }
  return {El("p", {El("strong", {"Guard: "}), GuardWords(proposal), "."}), El("ul", {{"class", "plain"}}, {compared})};
}

Html Parameters(const ProposalPage& page, const bundle::PatchPlan& patch) {
  Html rows;
  for (std::size_t i = 0; i < patch.update.params.size(); ++i) {
    const Bound bound = ValueOf(page, patch, patch.update.params[i]);
    rows += El("tr", {El("th", {{"scope", "row"}}, {std::to_string(i + 1)}), El("td", {{"data-label", "Value"}}, {bound.value}),
                      El("td", {{"data-label", "Chosen by"}}, {bound.origin}),
                      El("td", {{"data-label", "Type"}}, {El("code", {patch.update.params[i].database_type})})});
  }
  return El("table", {{"class", "parameters"}},
            {El("caption", {"Parameters, in the order of their positions"}),
             El("thead", {El("tr", {El("th", {{"scope", "col"}}, {"No."}), El("th", {{"scope", "col"}}, {"Value"}),
                                    El("th", {{"scope", "col"}}, {"Chosen by"}), El("th", {{"scope", "col"}}, {"Type"})})}),
             El("tbody", {rows})});
}

}  // namespace

Html StatementThatRuns(const ProposalPage& page) {
  const ledger::Proposal& proposal = page.view.proposal;
  if (page.plan == nullptr) {
    return {Notice(Tone::kWarning,
                   {El("p", {El("strong", {"The loaded bundle differs from the one that made this proposal."}),
                             " The statement cannot be shown, so it cannot be approved here. Reject it and let it be proposed again, "
                             "or start this program with the bundle that made it."}),
                    El("dl", {{"class", "facts"}}, {Fact("Proposed with", ShowDigest(proposal.bundle_digest)), Fact("Loaded", ShowDigest(page.bundle.digest))})}),
            Guard(proposal)};
  }
  const bundle::PatchPlan& patch = *page.plan->patch;
  return {El("pre", {{"class", "sql"}, {"tabindex", "0"}, {"aria-label", "SQL statement"}}, {patch.update.sql}), Parameters(page, patch),
          Guard(proposal),
          El("p", {{"class", "hint"}}, {fmt::format("Exactly {} row must be affected, in one transaction with its receipt; anything else is rolled back.", patch.expected_rows)})};
}

}  // namespace synapsor::http::review
