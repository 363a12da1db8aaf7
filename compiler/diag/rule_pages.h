// docs/rules/SYN###.md as embedded at build: what `sync explain` prints and what SARIF rules carry
// as help.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "compiler/diag/finding.h"

namespace synapsor::diag {

struct RulePage {
  std::string_view code;      // "SYN401"
  std::string_view markdown;  // the whole page
};

std::span<const RulePage> AllRulePages();  // ascending by code
std::string_view PageOf(Kind kind);        // empty if the kind has no page

// The first paragraph under "## What it finds", as one line; empty if there is none.
std::string Gist(std::string_view markdown);

}  // namespace synapsor::diag
