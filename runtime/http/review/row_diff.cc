// What changes in the row: every column with its value before and after, and who chose the new one.
#include "runtime/http/review/proposal_page.h"
#include "runtime/http/review/value.h"

namespace synapsor::http::review {
namespace {

Html After(const ledger::ProposedColumn& column) {
  if (column.before == column.after) return El("span", {{"class", "nothing"}}, {"(stays as it is)"});
  return ShowChosen(column.after, ChooserOf(column.provenance));
}

Html Row(const ledger::ProposedColumn& column) {
  const bool changes = column.before != column.after;
  return El("tr", {{"class", changes ? "changes" : "same"}},
            {El("th", {{"scope", "row"}}, {El("code", {ShowBrief(column.column)})}),
             El("td", {{"data-label", "Before"}, {"class", "before"}}, {ShowScalar(column.before)}),
             El("td", {{"class", "arrow"}, {"aria-hidden", "true"}}, {changes ? "→" : "="}),
             El("td", {{"data-label", "After"}, {"class", "after"}}, {After(column)}),
             El("td", {{"data-label", "Chosen by"}}, {ShowProvenance(column.provenance)})});
}

}  // namespace

Html RowDiff(const ProposalPage& page) {
  Html rows;
  for (const ledger::ProposedColumn& column : page.view.proposal.columns) rows += Row(column);
  return El(
      "table", {{"class", "diff"}},
      {El("caption", {{"class", "visually-hidden"}}, {"Columns that the change writes"}),
       El("thead", {El("tr", {El("th", {{"scope", "col"}}, {"Column"}),
                              El("th", {{"scope", "col"}}, {"Before, as read"}), El("td", {{"class", "arrow"}}, {}),
                              El("th", {{"scope", "col"}}, {"After"}), El("th", {{"scope", "col"}}, {"Chosen by"})})}),
       El("tbody", {rows})});
}

}  // namespace synapsor::http::review
