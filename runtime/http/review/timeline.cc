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
    {"policy.left_proposed", "A policy was asked and left it to people"},
    {"call.recorded", "Call recorded"},
    {"run.started", "Run started"},
    {"job.heartbeat", "Runner is still at it"},
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

// Words for the names of facts; others are shown as they are.
constexpr Words kFacts[] = {
    {"reason", "Reason"},    {"outcome", "Outcome"},
    {"code", "Code"},        {"condition", "Condition that does not hold"},
    {"policy", "Policy"},    {"asked_by", "Asked by"},
    {"tampered", "Damaged"}, {"capability", "Capability"},
};

std::string_view FactName(std::string_view name) {
  for (const Words& entry : kFacts) {
    if (entry.kind == name) return entry.words;
  }
  return name;
}

// The facts of an event for people: its texts, but for digests that stand elsewhere on the page.
Html Facts(const std::string& payload) {
  const auto facts = nlohmann::json::parse(payload, nullptr, false);
  Html list;
  if (!facts.is_object()) return list;
  for (const auto& [name, value] : facts.items()) {
    if (!value.is_string() || name == "hash" || name == "digest") continue;
    list += El("p",
               {El("span", {{"class", "sub"}}, {FactName(name), ": "}), ShowText(value.get_ref<const std::string&>())});
  }
  return list;
}

}  // namespace

Html Timeline(const std::vector<ledger::Event>& events) {
  Html items;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const ledger::Event& event = events[i];
    // Of several signs of life in a row the last says it all.
    if (event.kind == "job.heartbeat" && i + 1 < events.size() && events[i + 1].kind == event.kind) continue;
    Html who;
    if (!event.actor.empty()) who = {" by ", ShowBrief(event.actor)};
    items += El("li", {El("p", {EventName(event.kind), who}), Facts(event.payload_json),
                       El("p", {{"class", "sub"}},
                          {ShowTime(event.at), fmt::format(" · event {} · ", event.sequence),
                           ShowDigest(event.hash.substr(0, 16))})});
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
