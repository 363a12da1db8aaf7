#include "compiler/syntax/keywords.h"

#include <array>
#include <cstddef>

namespace synapsor::syntax {
namespace {

constexpr auto kWords = std::to_array<std::string_view>({
#define AGENT_KEYWORD(word) #word,
#include "grammar/keywords.def"
});

constexpr std::size_t LongestWord() {
  std::size_t longest = 0;
  for (const auto word : kWords) longest = word.size() > longest ? word.size() : longest;
  return longest;
}

// Clearing bit 5 folds letters to upper case and maps no other character of a word onto a letter.
constexpr unsigned char Fold(char c) { return static_cast<unsigned char>(c) & 0xDF; }

constexpr std::size_t kSlots = 1024;

constexpr std::size_t Hash(std::string_view word) {
  const std::size_t first = Fold(word[0]);
  const std::size_t middle = Fold(word[word.size() / 2]);
  const std::size_t last = Fold(word[word.size() - 1]);
  const std::size_t mixed = first * 131 + middle * 1031 + last * 17 + word.size() * 257;
  return (mixed ^ (mixed >> 7)) % kSlots;
}

// Open addressing; 0 is an empty slot, otherwise the token kind.
constexpr std::array<std::uint8_t, kSlots> BuildTable() {
  std::array<std::uint8_t, kSlots> table{};
  for (std::size_t i = 0; i < kWords.size(); ++i) {
    std::size_t slot = Hash(kWords[i]);
    while (table[slot] != 0) slot = (slot + 1) % kSlots;
    table[slot] = static_cast<std::uint8_t>(kFirstKeyword + i);
  }
  return table;
}

constexpr auto kTable = BuildTable();
constexpr auto kLongest = LongestWord();

bool SameWord(std::string_view keyword, std::string_view word) {
  if (keyword.size() != word.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (Fold(word[i]) != static_cast<unsigned char>(keyword[i])) return false;
  }
  return true;
}

}  // namespace

TokenKind KeywordKind(std::string_view word) {
  if (word.empty() || word.size() > kLongest) return kIdent;
  for (std::size_t slot = Hash(word); kTable[slot] != 0; slot = (slot + 1) % kSlots) {
    if (SameWord(kWords[kTable[slot] - std::size_t{kFirstKeyword}], word)) {
      return static_cast<TokenKind>(kTable[slot]);
    }
  }
  return kIdent;
}

std::string_view KeywordText(TokenKind kind) {
  return IsKeyword(kind) ? kWords[kind - std::size_t{kFirstKeyword}] : std::string_view();
}

}  // namespace synapsor::syntax
