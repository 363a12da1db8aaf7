#include "runtime/base/edit_distance.h"

#include <algorithm>
#include <cctype>
#include <vector>

namespace synapsor {
namespace {

char Lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

// Optimal string alignment (Damerau-Levenshtein without repeated edits), O(|a| |b|).
std::size_t Distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const char x = Lower(a[i - 1]);
      const char y = Lower(b[j - 1]);
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (x == y ? 0U : 1U)});
      if (i > 1 && j > 1 && x == Lower(b[j - 2]) && Lower(a[i - 2]) == y) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::optional<std::string> NearestName(std::string_view name, std::span<const std::string_view> candidates) {
  constexpr std::size_t kLongestName = 128;
  if (name.size() > kLongestName) return std::nullopt;
  const std::size_t limit = std::max<std::size_t>(1, name.size() / 3);
  std::size_t best = limit + 1;
  std::string_view nearest;
  for (std::string_view candidate : candidates) {
    if (candidate == name || candidate.size() > name.size() + limit || name.size() > candidate.size() + limit) {
      continue;
    }
    const std::size_t distance = Distance(name, candidate);
    if (distance < best || (distance == best && candidate < nearest)) {
      best = distance;
      nearest = candidate;
    }
  }
  if (best > limit) return std::nullopt;
  return std::string(nearest);
}

}  // namespace synapsor
