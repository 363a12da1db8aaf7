#include "runtime/http/review/audit_page.h"

#include <fmt/format.h>

#include "runtime/http/review/value.h"

namespace synapsor::http::review {
namespace {

// A damaged record may be another tenant's, so its place is all that is said here.
Html Verdict(const ledger::ChainReport& report) {
  if (report.intact) {
    return El(
        "div", {{"class", "notice good"}, {"role", "status"}},
        {El("p", {El("strong", {"The chain is whole. "}),
                  fmt::format("{} events and every record that they name are as they were written.", report.events)}),
         El("dl", {{"class", "facts"}}, {Fact("Head", ShowDigest(report.head))}),
         El("p", {{"class", "hint"}},
            {"Keep the head somewhere else: with it a later check also shows that nothing was cut off."})});
  }
  return El("div", {{"class", "notice bad"}, {"role", "alert"}},
            {El("p", {El("strong", {"The ledger was changed. "}),
                      fmt::format("The first event that does not hold is number {}.", report.first_bad_sequence)}),
             El("p", {"The operator learns more with ", El("code", {"synapsor-runner audit verify"}), "."})});
}

}  // namespace

std::string RenderAudit(const session::LoginSession& login, const std::optional<ledger::ChainReport>& report,
                        bool busy) {
  Html main = El("h1", {"Audit"});
  main +=
      El("p", {{"class", "lead"}},
         {"Every call, proposal, decision and result is an event, and each event holds the hash of the one before."});
  if (busy)
    main += El("div", {{"class", "notice info"}, {"role", "status"}},
               {El("p", {"Another verification is under way. Try again when it has ended."})});
  if (report) main += Verdict(*report);
  main +=
      El("form", {{"method", "post"}, Attribute::Action("/audit"), {"class", "card"}},
         {El("h2", {"Verify the ledger"}), El("p", {"Recomputes every hash. On a large ledger this takes a while."}),
          CsrfField(login), El("button", {{"type", "submit"}, {"class", "primary"}}, {"Verify now"})});
  return RenderPage({"Audit", Area::kAudit, &login}, El("div", {{"class", "narrow"}}, {main}));
}

}  // namespace synapsor::http::review
