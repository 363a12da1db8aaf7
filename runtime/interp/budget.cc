#include "runtime/interp/budget.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "runtime/base/text.h"

namespace synapsor::interp {
namespace {

using nlohmann::json;

std::size_t Size(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace).size(); }

// Returns how many rows went.
std::size_t DropRows(json& payload, std::size_t limit) {
  json& rows = payload["rows"];
  std::size_t size = Size(payload);
  std::size_t dropped = 0;
  while (size > limit && !rows.empty()) {
    size -= std::min(size, Size(rows.back()) + 1);
    rows.erase(rows.size() - 1);
    ++dropped;
  }
  if (dropped > 0) payload["complete"] = false;
  return dropped;
}

json::iterator LongestText(json& payload) {
  auto longest = payload.end();
  for (auto member = payload.begin(); member != payload.end(); ++member) {
    if (!member->is_string()) continue;
    const bool longer = longest == payload.end() ||
                        member->get_ref<const std::string&>().size() > longest->get_ref<const std::string&>().size();
    if (longer) longest = member;
  }
  return longest;
}

// Returns the names of the fields that were cut.
json CutTexts(json& payload, std::size_t limit) {
  constexpr std::size_t kShortest = 16;
  json cut = json::array();
  for (std::size_t size = Size(payload); size > limit; size = Size(payload)) {
    const auto longest = LongestText(payload);
    if (longest == payload.end()) break;
    std::string& text = longest->get_ref<std::string&>();
    const std::size_t length = Examine(text).code_points;
    if (length <= kShortest) break;
    const std::size_t keep = std::max(kShortest - 1, length - std::min(length, size - limit + 4));
    text = std::string(Prefix(text, std::min(keep, length - 2))) + "…";
    if (std::find(cut.begin(), cut.end(), longest.key()) == cut.end()) cut.push_back(longest.key());
  }
  return cut;
}

}  // namespace

int CountTokens(const json& value) { return static_cast<int>((Size(value) + 3) / 4); }

json FitPayload(json& payload, const bundle::TokenBudget& budget) {
  if (!budget.max_output_tokens || CountTokens(payload) <= *budget.max_output_tokens) return nullptr;
  const auto limit = static_cast<std::size_t>(*budget.max_output_tokens) * 4;
  json left_out = {{"reason", "token_budget"}};
  if (payload.contains("rows") && payload["rows"].is_array()) {
    left_out["rows_omitted"] = DropRows(payload, limit);
  } else {
    left_out["fields"] = CutTexts(payload, limit);
  }
  return left_out;
}

}  // namespace synapsor::interp
