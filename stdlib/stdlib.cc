#include "stdlib/stdlib.h"

#include <algorithm>
#include <cctype>

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
std::span<const std::string_view> SensitivePatterns() { return k_sensitive_patterns; }
std::span<const std::string_view> GuardNames() { return k_guard_names; }
std::span<const std::string_view> ScopeNames() { return k_scope_names; }
std::span<const TemplateFile> Templates() { return {}; }

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
