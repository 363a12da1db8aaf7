// What happened, from the ledger's chain of events, and what the runner reported.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "runtime/http/review/proposal_page.h"
#include "runtime/http/review/value.h"

namespace synapsor::http::review {
namespace {

struct Words {
  std::string_view kind, words;
};

constexpr Words kWords[] = {
    {"proposal.created", "Proposed"},
    {"proposal.approved", "Approved"},
    {"proposal.rejected", "Rejected"},
    {"proposal.canceled", "Canceled"},
    {"proposal.expired", "Expired"},
    {"proposal.reconciled", "Outcome classified by an operator"},
    {"job.created", "Queued for the trusted runner"},
    {"job.claimed", "Taken by a runner"},
    {"job.intent", "Runner is about to write"},
    {"job.completed", "Runner reported the result"},
    {"job.released", "Given back by the runner, untouched"},
};

Html EventName(std::string_view kind) {
  for (const Words& entry : kWords) {
    if (entry.kind == kind) return El("strong", {entry.words});
  }
  return El("strong", {El("code", {kind})});
}

// The facts of an event for people: its texts, but for hashes that stand elsewhere on the page.
Html Facts(const std::string& payload) {
  const auto facts = nlohmann::json::parse(payload, nullptr, false);
  Html list;
  if (!facts.is_object()) return list;
  for (const auto& [name, value] : facts.items()) {
    if (!value.is_string() || name == "hash") continue;
    list += El("p", {El("span", {{"class", "sub"}}, {name, ": "}), ShowText(value.get_ref<const std::string&>())});
  }
  return list;
}

}  // namespace

Html Timeline(const std::vector<ledger::Event>& events) {
  Html items;
  for (const ledger::Event& event : events) {
    Html who;
    if (!event.actor.empty()) who = {" by ", ShowBrief(event.actor)};
    items += El("li", {El("p", {EventName(event.kind), who}), Facts(event.payload_json),
                       El("p", {{"class", "sub"}}, {ShowTime(event.at), fmt::format(" · event {} · ", event.sequence), ShowDigest(event.hash.substr(0, 16))})});
  }
  return El("ol", {{"class", "timeline"}}, {items});
}

Html Receipts(const std::vector<ledger::Receipt>& receipts) {
  Html list;
  for (const ledger::Receipt& receipt : receipts) {
    Html facts = Fact("Result", El("strong", {ledger::ApplyStatusName(receipt.status)}));
    facts += Fact("Rows affected", std::to_string(receipt.rows_affected));
    if (!receipt.safe_error_code.empty()) facts += Fact("Why", El("code", {receipt.safe_error_code}));
    facts += Fact("Version", {ShowScalar(receipt.previous_version), " → ", ShowScalar(receipt.new_version)});
    facts += Fact("Runner", ShowBrief(receipt.runner));
    facts += Fact("At", ShowTime(receipt.executed_at));
    facts += Fact("Receipt", ShowDigest(receipt.hash));
    list += El("dl", {{"class", "facts"}}, {facts});
  }
  return list;
}

}  // namespace synapsor::http::review
