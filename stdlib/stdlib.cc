#include "stdlib/stdlib.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <string>

namespace synapsor::stdlib {
namespace {

#include "lists.inc"

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y));
  });
}

bool ContainsIgnoringCase(std::string_view text, std::string_view part) {
  if (part.size() > text.size()) return false;
  for (std::size_t i = 0; i + part.size() <= text.size(); ++i)
    if (EqualsIgnoringCase(text.substr(i, part.size()), part)) return true;
  return false;
}

}  // namespace

std::span<const std::string_view> TrustedNames() { return k_trusted_names; }
std::span<const std::string_view> AttributionNames() { return k_attribution_names; }

std::string SnakeCase(std::string_view name) {
  std::string snake;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto c = static_cast<unsigned char>(name[i]);
    if (std::isupper(c) && i > 0 && std::islower(static_cast<unsigned char>(name[i - 1]))) snake += '_';
    snake += static_cast<char>(std::tolower(c));
  }
  return snake;
}

bool IsAttributionName(std::string_view column) {
  const std::string name = SnakeCase(column);
  const auto known = [](std::string_view text) {
    return std::any_of(std::begin(k_attribution_names), std::end(k_attribution_names), [&](std::string_view entry) {
      if (text == entry) return true;
      return entry.ends_with("_by") && text.size() > entry.size() && text.ends_with(entry) &&
             text[text.size() - entry.size() - 1] == '_';
    });
  };
  if (known(name)) return true;
  for (const std::string_view suffix : {"_user_id", "_user", "_id"})
    if (name.ends_with(suffix) && known(std::string_view(name).substr(0, name.size() - suffix.size()))) return true;
  return false;
}

std::span<const std::string_view> SensitivePatterns() { return k_sensitive_patterns; }
std::span<const std::string_view> GuardNames() { return k_guard_names; }
std::span<const std::string_view> ScopeNames() { return k_scope_names; }

bool MatchesPattern(std::string_view name, std::string_view pattern) {
  const bool open_start = pattern.starts_with('*');
  const bool open_end = pattern.size() > 1 && pattern.ends_with('*');
  const std::string_view core = pattern.substr(open_start, pattern.size() - open_start - open_end);
  if (open_start && open_end) return ContainsIgnoringCase(name, core);
  if (core.size() > name.size()) return false;
  if (open_start) return EqualsIgnoringCase(name.substr(name.size() - core.size()), core);
  if (open_end) return EqualsIgnoringCase(name.substr(0, core.size()), core);
  return EqualsIgnoringCase(name, core);
}

}  // namespace synapsor::stdlib
