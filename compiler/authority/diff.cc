#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "compiler/authority/authority.h"
#include "compiler/authority/verbs.h"

namespace synapsor::authority {
namespace {

using bundle::AuthorityFact;

// Subject, verb, object: what a fact is about. The qualifier is what is said of it.
using Key = std::tuple<std::string_view, std::string_view, std::string_view>;
using FactMap = std::map<Key, std::vector<const AuthorityFact*>>;

FactMap ByKey(const std::vector<AuthorityFact>& facts) {
  FactMap map;
  for (const AuthorityFact& fact : facts) map[{fact.subject, fact.verb, fact.object}].push_back(&fact);
  for (auto& [key, group] : map) {
    std::sort(group.begin(), group.end(),
              [](const AuthorityFact* a, const AuthorityFact* b) { return a->qualifier < b->qualifier; });
  }
  return map;
}

Effect Opposite(Effect effect) {
  if (effect == Effect::kBroadens) return Effect::kNarrows;
  return effect == Effect::kNarrows ? Effect::kBroadens : effect;
}

Effect EffectOf(Order order) {
  switch (order) {
    case Order::kSame: return Effect::kNeutral;
    case Order::kTighter: return Effect::kNarrows;
    case Order::kLooser:
    case Order::kUnordered: return Effect::kBroadens;
  }
  return Effect::kBroadens;
}

// Lists of conditions and tables of limits in words.
std::string PartWords(const nlohmann::json& part) {
  if (part.is_string()) return part.get<std::string>();
  const auto texts = [](const nlohmann::json& list) {
    return std::all_of(list.begin(), list.end(), [](const nlohmann::json& item) { return item.is_string(); });
  };
  if (!part.is_structured() || !texts(part)) return part.dump();
  std::string words;
  for (const auto& [key, item] : part.items()) {
    if (!words.empty()) words += " and ";
    words += part.is_object() ? key + " <= " + item.get<std::string>() : item.get<std::string>();
  }
  return words;
}

// JSON qualifiers in words: "int64, at most 100"; others as they are.
std::string Words(const std::string& qualifier) {
  const nlohmann::json value = nlohmann::json::parse(qualifier, nullptr, false);
  if (!value.is_object()) return qualifier;
  std::string words;
  for (const auto& [key, part] : value.items()) {
    if (part.is_string() && part.get_ref<const std::string&>().empty()) continue;
    if (!words.empty()) words += ", ";
    words += key == "required" ? key
                               : fmt::format("{} {}", key,
                                             key == "when" || key == "limits" ? PartWords(part)
                                             : part.is_string()               ? part.get<std::string>()
                                                                              : part.dump());
  }
  return words;
}

// The parts that differ: "max 100 -> 500, required -> not required".
std::string Difference(const std::string& before, const std::string& after) {
  const nlohmann::json a = nlohmann::json::parse(before, nullptr, false),
                       b = nlohmann::json::parse(after, nullptr, false);
  if (!a.is_object() || !b.is_object()) return fmt::format("{} -> {}", before, after);
  std::set<std::string> keys;
  for (const auto& [key, part] : a.items()) keys.insert(key);
  for (const auto& [key, part] : b.items()) keys.insert(key);
  const auto text = [](const nlohmann::json& object, const std::string& key) -> std::string {
    if (!object.contains(key) || object[key] == "") return "any";
    return object[key].is_string() ? object[key].get<std::string>() : object[key].dump();
  };
  std::string words;
  for (const std::string& key : keys) {
    if (text(a, key) == text(b, key)) continue;
    if (!words.empty()) words += ", ";
    words += key == "required" ? (a.contains(key) ? "required -> optional" : "optional -> required")
                               : fmt::format("{} {} -> {}", key, text(a, key), text(b, key));
  }
  return words;
}

class Differ {
 public:
  Differ(const FactMap& before, const FactMap& after) : before_(before), after_(after) {}

  std::vector<Change> Run() {
    std::set<Key> keys;
    for (const auto& [key, group] : before_) keys.insert(key);
    for (const auto& [key, group] : after_) keys.insert(key);
    for (const Key& key : keys) Compare(key);
    return std::move(changes_);
  }

 private:
  static std::vector<const AuthorityFact*> Group(const FactMap& map, const Key& key) {
    const auto found = map.find(key);
    return found == map.end() ? std::vector<const AuthorityFact*>{} : found->second;
  }

  void Compare(const Key& key) {
    std::vector<const AuthorityFact*> before = Group(before_, key), after = Group(after_, key);
    DropEqual(before, after);
    if (before.empty() && after.empty()) return;
    const VerbRule* rule = FindVerb(std::get<1>(key));
    const std::size_t paired = std::min(before.size(), after.size());
    for (std::size_t i = 0; i < paired; ++i) AddChanged(rule, *before[i], *after[i]);
    if (rule != nullptr && !AnchorStays(*rule, key)) return;
    for (std::size_t i = paired; i < before.size(); ++i) AddRemoved(rule, *before[i]);
    for (std::size_t i = paired; i < after.size(); ++i) AddAdded(rule, *after[i]);
  }

  static void DropEqual(std::vector<const AuthorityFact*>& before, std::vector<const AuthorityFact*>& after) {
    for (auto it = before.begin(); it != before.end();) {
      const auto same = std::find_if(after.begin(), after.end(),
                                     [&](const AuthorityFact* fact) { return fact->qualifier == (*it)->qualifier; });
      if (same == after.end()) {
        ++it;
        continue;
      }
      after.erase(same);
      it = before.erase(it);
    }
  }

  bool Has(const FactMap& map, std::string_view subject, const VerbRule& rule, std::string_view object) const {
    if (rule.anchor_has_same_object) return map.contains({subject, rule.anchor, object});
    const auto first = map.lower_bound({subject, rule.anchor, ""});
    return first != map.end() && std::get<0>(first->first) == subject && std::get<1>(first->first) == rule.anchor;
  }

  bool AnchorStays(const VerbRule& rule, const Key& key) const {
    if (rule.anchor.empty()) return true;
    const auto& [subject, verb, object] = key;
    return Has(before_, subject, rule, object) && Has(after_, subject, rule, object);
  }

  // A verb of another version of this program: nothing is known about it, so any difference broadens.
  void AddChanged(const VerbRule* rule, const AuthorityFact& before, const AuthorityFact& after) {
    Change change{ChangeKind::kChanged, Effect::kBroadens, before, after, {}};
    if (rule != nullptr) change.effect = EffectOf(rule->compare(before.qualifier, after.qualifier));
    change.sentence =
        Sentence(rule == nullptr ? "{0}: {1} -> {2}" : rule->changed, before.object, before.qualifier, after.qualifier);
    changes_.push_back(std::move(change));
  }

  void AddAdded(const VerbRule* rule, const AuthorityFact& fact) {
    Change change{ChangeKind::kAdded, rule == nullptr ? Effect::kBroadens : rule->when_added, {}, fact, {}};
    change.sentence = Sentence(rule == nullptr ? "{0}: {2}" : rule->added, fact.object, {}, fact.qualifier);
    changes_.push_back(std::move(change));
  }

  void AddRemoved(const VerbRule* rule, const AuthorityFact& fact) {
    Change change{ChangeKind::kRemoved, rule == nullptr ? Effect::kBroadens : Opposite(rule->when_added), fact, {}, {}};
    change.sentence = Sentence(rule == nullptr ? "{0}: {1}" : rule->removed, fact.object, fact.qualifier, {});
    changes_.push_back(std::move(change));
  }

  static std::string Sentence(std::string_view form, const std::string& object, const std::string& before,
                              const std::string& after) {
    return fmt::format(fmt::runtime(form), object, Words(before), Words(after), Difference(before, after));
  }

  const FactMap& before_;
  const FactMap& after_;
  std::vector<Change> changes_;
};

}  // namespace

std::vector<Change> Diff(const std::vector<AuthorityFact>& before, const std::vector<AuthorityFact>& after) {
  const FactMap a = ByKey(before), b = ByKey(after);
  return Differ(a, b).Run();
}

}  // namespace synapsor::authority
