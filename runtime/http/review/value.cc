#include "runtime/http/review/value.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "runtime/base/utf8.h"

namespace synapsor::http::review {
namespace {

// Unseen characters as marks of their own, which text cannot imitate.
Html Marked(std::string_view text) {
  Html html;
  std::size_t plain = 0;
  std::uint32_t previous = 0;
  const auto flush = [&](std::size_t end) {
    if (end > plain) html += Html(text.substr(plain, end - plain));
  };
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = DecodeUtf8(text, at);
    const std::string name = point.valid ? NameOfUnseen(point.value, previous)
                                         : fmt::format("byte {:02X}", static_cast<unsigned char>(text[at]));
    if (!name.empty()) {
      flush(at);
      html += El("span", {{"class", "unseen"}}, {name});
      plain = at + point.length;
    }
    previous = point.value;
    at += point.length;
  }
  flush(text.size());
  return html;
}

std::size_t OffsetOf(std::string_view text, std::size_t code_points) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < code_points && at < text.size(); ++i) at += DecodeUtf8(text, at).length;
  return at;
}

std::size_t CountCodePoints(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); at += DecodeUtf8(text, at).length) ++count;
  return count;
}

// Its own direction, so that a right-to-left value cannot reorder what stands around it.
Html Isolated(const Html& content) { return El("bdi", {{"class", "value"}, {"dir", "auto"}}, {content}); }

std::string_view StateTone(ledger::ProposalState state) {
  using enum ledger::ProposalState;
  switch (state) {
    case kPendingReview: return "state waiting";
    case kApproved:
    case kPendingWorker: return "state moving";
    case kApplied: return "state good";
    case kConflict:
    case kFailed:
    case kReconciliationRequired: return "state bad";
    case kRejected:
    case kCanceled:
    case kExpired: return "state closed";
  }
  return "state";
}

}  // namespace

Html ShowText(std::string_view text, std::size_t fold_after) {
  if (text.empty()) return El("span", {{"class", "nothing"}}, {"(empty text)"});
  const std::size_t count = CountCodePoints(text);
  if (count <= fold_after) return Isolated(Marked(text));
  const std::string_view head = text.substr(0, OffsetOf(text, fold_after));
  return El("details", {{"class", "fold"}},
            {El("summary", {Isolated({Marked(head), "…"}),
                            El("span", {{"class", "fold-label"}}, {fmt::format(" Show all {} characters", count)})}),
             Isolated(Marked(text))});
}

Html ShowBrief(std::string_view text, std::size_t most) {
  const std::string_view head = text.substr(0, OffsetOf(text, most));
  return Isolated(head.size() < text.size() ? Html{Marked(head), "…"} : Marked(head));
}

Html ShowScalar(const Scalar& value) {
  if (value.is_null) return El("span", {{"class", "nothing"}}, {"null"});
  if (value.type == ScalarType::kBytes)
    return El("span", {{"class", "bytes"}},
              {fmt::format("{} bytes, base64 ", value.text.size()), ShowText(ToJson(value).get<std::string>())});
  return ShowText(value.text);
}

Html ShowBriefScalar(const Scalar& value, std::size_t most) {
  if (value.type == ScalarType::kBytes && !value.is_null)
    return El("span", {{"class", "bytes"}}, {fmt::format("{} bytes", value.text.size())});
  if (value.is_null || value.text.empty()) return ShowScalar(value);
  return ShowBrief(value.text, most);
}

Html ShowTime(Instant at) {
  const std::string exact = FormatInstant(at);
  std::string words = exact.substr(0, 16) + " UTC";
  words[10] = ' ';
  return El("time", {{"datetime", exact}, {"title", exact}}, {words});
}

std::string_view StateWords(ledger::ProposalState state) {
  using enum ledger::ProposalState;
  switch (state) {
    case kPendingReview: return "Awaiting review";
    case kApproved: return "Approved";
    case kPendingWorker: return "Being applied";
    case kApplied: return "Applied";
    case kConflict: return "Conflict";
    case kFailed: return "Failed";
    case kRejected: return "Rejected";
    case kCanceled: return "Canceled";
    case kExpired: return "Expired";
    case kReconciliationRequired: return "Outcome unknown";
  }
  return "Unknown";
}

Html ShowState(ledger::ProposalState state) { return El("span", {{"class", StateTone(state)}}, {StateWords(state)}); }

Html ShowRisk(std::string_view risk) {
  const std::string_view tone = risk == "high" ? "risk high" : risk == "low" ? "risk low" : "risk medium";
  return El("span", {{"class", tone}}, {risk, " risk"});
}

Html ShowDigest(std::string_view digest) { return El("code", {{"class", "digest"}}, {digest}); }

Html ShowDocument(std::string_view json) {
  if (json.empty()) return El("span", {{"class", "nothing"}}, {"(nothing recorded)"});
  const auto parsed = nlohmann::ordered_json::parse(json, nullptr, false);
  const std::string text = parsed.is_discarded()
                               ? std::string(json)
                               : parsed.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  return El("pre", {{"tabindex", "0"}, {"dir", "ltr"}}, {Marked(text)});
}

Chooser ChooserOf(std::string_view provenance) {
  if (provenance.starts_with("arg:")) return Chooser::kModel;
  if (provenance.starts_with("session:")) return Chooser::kSession;
  if (provenance == "fixed") return Chooser::kFixed;
  // Anything that is not known to be trusted is shown as the model's.
  return provenance.starts_with("proposal:") || provenance.starts_with("row:") ? Chooser::kDatabase : Chooser::kModel;
}

Html ShowChooser(Chooser chooser, std::string_view name) {
  const auto label = [&](std::string_view tone, const char* words) {
    Html content(words);
    if (!name.empty()) content += Html{" ", El("code", {name})};
    return El("span", {{"class", tone}}, {content});
  };
  switch (chooser) {
    case Chooser::kModel: return label("origin model", "Model argument");
    case Chooser::kSession: return label("origin session", "Trusted session");
    case Chooser::kFixed: return label("origin fixed", "Fixed by the contract");
    case Chooser::kDatabase: return label("origin database", "Database");
  }
  return label("origin model", "Unknown");
}

Html ShowProvenance(std::string_view provenance) {
  const std::size_t colon = provenance.find(':');
  return ShowChooser(ChooserOf(provenance),
                     colon == provenance.npos ? std::string_view() : provenance.substr(colon + 1));
}

Html ShowChosen(const Scalar& value, Chooser chooser) {
  if (chooser != Chooser::kModel || value.is_null) return ShowScalar(value);
  return El("div", {{"class", "untrusted"}},
            {ShowScalar(value), El("p", {{"class", "hint"}}, {"Untrusted: the model chose this"})});
}

}  // namespace synapsor::http::review
