// Comparing words without regard to case.
#pragma once

#include <algorithm>
#include <string_view>

namespace synapsor::syntax {

inline char UpperCase(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

inline bool SameWord(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return UpperCase(x) == UpperCase(y); });
}

template <typename Words>
bool Contains(const Words& words, std::string_view word) {
  return std::any_of(std::begin(words), std::end(words), [&](std::string_view w) { return SameWord(w, word); });
}

}  // namespace synapsor::syntax
