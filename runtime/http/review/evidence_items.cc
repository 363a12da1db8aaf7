// The rows that were read, as slots and values.
#include <fmt/format.h>

#include "runtime/http/review/proposal_page.h"
#include "runtime/http/review/value.h"

namespace synapsor::http::review {
namespace {

Html Rows(const std::vector<ledger::NamedScalar>& slots, const char* note) {
  Html rows;
  for (const ledger::NamedScalar& slot : slots) {
    rows += El("tr", {El("th", {{"scope", "row"}},
                         {El("code", {ShowBrief(slot.name)}),
                          note[0] == '\0' ? Html() : El("span", {{"class", "sub"}}, {" ", note})}),
                      El("td", {{"data-label", "Value"}}, {ShowScalar(slot.value)})});
  }
  return rows;
}

}  // namespace

Html EvidenceItems(const ledger::Evidence& evidence) {
  if (evidence.items.empty()) return El("p", {{"class", "nothing"}}, {"(no row was read)"});
  Html items;
  for (std::size_t i = 0; i < evidence.items.size(); ++i) {
    const ledger::EvidenceItem& item = evidence.items[i];
    items +=
        El("table", {{"class", "slots"}},
           {El("caption",
               {fmt::format("Row {} from ", i + 1), El("code", {ShowBrief(item.source), ":", ShowBrief(item.table)})}),
            El("thead", {El("tr", {El("th", {{"scope", "col"}}, {"Slot"}), El("th", {{"scope", "col"}}, {"Value"})})}),
            El("tbody", {Rows(item.key, "key"), Rows(item.values, "")})});
  }
  return items;
}

Html ObservedColumns(const ledger::Proposal& proposal) {
  if (proposal.observed.empty()) return {};
  return El(
      "table", {{"class", "slots"}},
      {El("caption", {"Further columns of the row, read for settlement policies"}),
       El("thead", {El("tr", {El("th", {{"scope", "col"}}, {"Column"}), El("th", {{"scope", "col"}}, {"Value"})})}),
       El("tbody", {Rows(proposal.observed, "")})});
}

}  // namespace synapsor::http::review
