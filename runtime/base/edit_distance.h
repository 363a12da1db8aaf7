// "Did you mean": the candidate nearest to a misspelt name.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace synapsor {

// The nearest of `candidates` by Damerau-Levenshtein distance, ignoring case, or nothing if none is near enough
// to be a likely misspelling (a third of the length). Ties go to the alphabetically first.
std::optional<std::string> NearestName(std::string_view name, std::span<const std::string_view> candidates);

}  // namespace synapsor
