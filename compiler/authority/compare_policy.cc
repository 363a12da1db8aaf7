// How one version of a settlement policy stands to another: what it approves without a person.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "compiler/authority/compare.h"
#include "compiler/check/policy_support.h"

namespace synapsor::authority {
namespace {

using check::Constraint;
using nlohmann::json;

struct Version {
  std::map<std::string, Constraint> when;     // by path
  std::map<std::string, std::string> limits;  // amount by what is limited
  bool readable = true;
};

struct RelationName {
  std::string_view name;
  ast::Relation relation;
};
constexpr RelationName kRelations[] = {
    {"=", ast::Relation::kEqual},      {"!=", ast::Relation::kNotEqual}, {"<", ast::Relation::kLess},
    {"<=", ast::Relation::kLessEqual}, {">", ast::Relation::kGreater},   {">=", ast::Relation::kGreaterEqual},
};

// "path relation literal", as the facts write it.
bool AddCondition(Version& version, const std::string& text) {
  const std::size_t first = text.find(' ');
  const std::size_t second = first == std::string::npos ? first : text.find(' ', first + 1);
  if (second == std::string::npos) return false;
  const std::string name = text.substr(first + 1, second - first - 1);
  const auto found =
      std::find_if(std::begin(kRelations), std::end(kRelations), [&](const RelationName& r) { return r.name == name; });
  if (found == std::end(kRelations)) return false;
  std::string_view value = std::string_view(text).substr(second + 1);
  ast::Literal literal;
  literal.kind = ast::LiteralKind::kDecimal;
  if (value.size() >= 2 && value.starts_with('\'') && value.ends_with('\'')) {
    literal.kind = ast::LiteralKind::kString;
    value = value.substr(1, value.size() - 2);
  } else if (value == "true" || value == "false") {
    literal.kind = ast::LiteralKind::kBoolean;
  }
  literal.text = value;
  version.when[text.substr(0, first)].Add(found->relation, literal);
  return true;
}

Version ReadVersion(const std::string& qualifier) {
  Version version;
  const json object = json::parse(qualifier, nullptr, false);
  version.readable = object.is_object() && object.contains("when");
  if (!version.readable) return version;
  for (const json& condition : object["when"]) {
    version.readable = condition.is_string() && AddCondition(version, condition.get<std::string>()) && version.readable;
  }
  if (object.contains("limits")) version.limits = object["limits"].get<std::map<std::string, std::string>>();
  return version;
}

// Every condition of `wide` is implied by those of `narrow`.
bool Covers(const Version& wide, const Version& narrow) {
  return std::all_of(wide.when.begin(), wide.when.end(), [&](const auto& entry) {
    const auto other = narrow.when.find(entry.first);
    return other != narrow.when.end() && entry.second.Contains(other->second);
  });
}

// Every limit of `wide` is at least as tight in `narrow`.
bool Limits(const Version& wide, const Version& narrow) {
  return std::all_of(wide.limits.begin(), wide.limits.end(), [&](const auto& entry) {
    const auto other = narrow.limits.find(entry.first);
    if (other == narrow.limits.end()) return false;
    const Order order = CompareNumber(entry.second, other->second);
    return order == Order::kSame || order == Order::kTighter;
  });
}

}  // namespace

Order ComparePolicy(const std::string& before, const std::string& after) {
  if (before == after) return Order::kSame;
  const Version a = ReadVersion(before), b = ReadVersion(after);
  if (!a.readable || !b.readable) return Order::kUnordered;
  const bool looser = Covers(b, a) && Limits(b, a);
  const bool tighter = Covers(a, b) && Limits(a, b);
  if (looser && tighter) return Order::kSame;
  if (looser) return Order::kLooser;
  return tighter ? Order::kTighter : Order::kUnordered;
}

}  // namespace synapsor::authority
