#include "compiler/authority/compare.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "compiler/base/decimal.h"

namespace synapsor::authority {
namespace {

using nlohmann::json;

Order Mirror(Order order) {
  if (order == Order::kLooser) return Order::kTighter;
  return order == Order::kTighter ? Order::kLooser : order;
}

// Of two parts of one qualifier: both looser is looser, one looser and one tighter is unordered.
Order Join(Order a, Order b) {
  if (a == Order::kSame) return b;
  if (b == Order::kSame || a == b) return a;
  return Order::kUnordered;
}

// `loosest` is the value that allows everything, if there is one.
Order CompareWithLoosest(const std::string& before, const std::string& after, std::string_view loosest) {
  if (before == after) return Order::kSame;
  if (after == loosest) return Order::kLooser;
  return before == loosest ? Order::kTighter : Order::kUnordered;
}

bool IsFromModel(std::string_view source) { return source.starts_with("arg"); }

Order CompareProvenance(const std::string& before, const std::string& after) {
  if (before == after) return Order::kSame;
  if (IsFromModel(before) == IsFromModel(after)) return Order::kUnordered;
  return IsFromModel(after) ? Order::kLooser : Order::kTighter;
}

json ParseObject(const std::string& text) {
  json value = json::parse(text, nullptr, false);
  return value.is_object() ? value : json::object();
}

// A bound that is absent allows everything. `larger_is_looser` for maxima.
Order CompareLimit(const json& before, const json& after, const char* key, bool larger_is_looser) {
  const bool had = before.contains(key), has = after.contains(key);
  if (!had && !has) return Order::kSame;
  if (had != has) return had ? Order::kLooser : Order::kTighter;
  const auto text = [](const json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); };
  const std::string a = text(before[key]), b = text(after[key]);
  if (!IsDecimal(a) || !IsDecimal(b)) return a == b ? Order::kSame : Order::kUnordered;
  const auto order = CompareDecimals(a, b);
  if (order == 0) return Order::kSame;
  return (order < 0) == larger_is_looser ? Order::kLooser : Order::kTighter;
}

// A set of allowed values; absent allows everything.
Order CompareSet(const json& before, const json& after, const char* key) {
  const bool had = before.contains(key), has = after.contains(key);
  if (!had && !has) return Order::kSame;
  if (had != has) return had ? Order::kLooser : Order::kTighter;
  std::vector<json> a = before[key], b = after[key];
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  if (a == b) return Order::kSame;
  if (std::includes(b.begin(), b.end(), a.begin(), a.end())) return Order::kLooser;
  return std::includes(a.begin(), a.end(), b.begin(), b.end()) ? Order::kTighter : Order::kUnordered;
}

Order CompareText(const json& before, const json& after, const char* key) {
  return before.value(key, "") == after.value(key, "") ? Order::kSame : Order::kUnordered;
}

Order CompareRequired(const json& before, const json& after) {
  const bool had = before.value("required", false), has = after.value("required", false);
  if (had == has) return Order::kSame;
  return had ? Order::kLooser : Order::kTighter;
}

}  // namespace

Order Unordered(const std::string& before, const std::string& after) {
  return before == after ? Order::kSame : Order::kUnordered;
}

Order Neutral(const std::string&, const std::string&) { return Order::kSame; }

Order CompareExposure(const std::string& before, const std::string& after) {
  return CompareWithLoosest(before, after, "proposal");
}

Order CompareSwitch(const std::string& before, const std::string& after) {
  return CompareWithLoosest(before, after, "off");
}

Order CompareScope(const std::string& before, const std::string& after) {
  return CompareWithLoosest(before, after, kUnscoped);
}

Order CompareSource(const std::string& before, const std::string& after) {
  const auto split = [](std::string_view text, std::string& column, std::string& source, bool& in_context) {
    in_context = text.ends_with(kInContext);
    if (in_context) text.remove_suffix(kInContext.size());
    const std::size_t equals = text.find(" = ");
    column = text.substr(0, equals);
    source = equals == std::string_view::npos ? "" : text.substr(equals + 3);
  };
  std::string column_a, column_b, source_a, source_b;
  bool context_a = false, context_b = false;
  split(before, column_a, source_a, context_a);
  split(after, column_b, source_b, context_b);
  Order order = column_a == column_b ? Order::kSame : Order::kUnordered;
  order = Join(order, CompareProvenance(source_a, source_b));
  if (context_a != context_b) order = Join(order, context_a ? Order::kLooser : Order::kTighter);
  return order;
}

Order CompareNumber(const std::string& before, const std::string& after) {
  if (!IsDecimal(before) || !IsDecimal(after)) return Unordered(before, after);
  const auto order = CompareDecimals(before, after);
  if (order == 0) return Order::kSame;
  return order < 0 ? Order::kLooser : Order::kTighter;
}

// A version counter cannot miss a change; a timestamp can, within its resolution.
Order CompareGuard(const std::string& before, const std::string& after) {
  if (before == after) return Order::kSame;
  const auto kind = [](const std::string& text) { return text.substr(0, text.find(' ')); };
  if (kind(before) == "version" && kind(after) == "timestamp") return Order::kLooser;
  if (kind(before) == "timestamp" && kind(after) == "version") return Order::kTighter;
  return Order::kUnordered;
}

Order CompareAudit(const std::string& before, const std::string& after) {
  const bool was = before.ends_with(kLedgerOnly), is = after.ends_with(kLedgerOnly);
  if (was == is) return Order::kSame;
  return is ? Order::kLooser : Order::kTighter;
}

Order CompareBounds(const std::string& before, const std::string& after) {
  const json a = ParseObject(before), b = ParseObject(after);
  Order order = CompareText(a, b, "type");
  order = Join(order, CompareProvenance(a.value("from", ""), b.value("from", "")));
  order = Join(order, CompareRequired(a, b));
  order = Join(order, CompareLimit(a, b, "max_length", true));
  order = Join(order, CompareLimit(a, b, "max", true));
  order = Join(order, CompareLimit(a, b, "min", false));
  order = Join(order, CompareLimit(a, b, "precision", true));
  order = Join(order, CompareLimit(a, b, "scale", true));
  order = Join(order, CompareSet(a, b, "one_of"));
  return Join(order, CompareSet(a, b, "steps"));
}

Order CompareApproval(const std::string& before, const std::string& after) {
  const json a = ParseObject(before), b = ParseObject(after);
  const Order role = CompareWithLoosest(a.value("role", ""), b.value("role", ""), "");
  return Join(role, Mirror(CompareLimit(a, b, "approvals", true)));
}

}  // namespace synapsor::authority
