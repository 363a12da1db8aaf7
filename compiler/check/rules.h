// Every rule, in the order in which they run. A rule is a free function over the program; it reads no other rule's
// findings. Each is named after what it looks at.
#pragma once

#include <span>

#include "compiler/check/check.h"

namespace synapsor::check {

struct Rule {
  std::string_view name;
  void (*run)(CheckContext&);
};

std::span<const Rule> AllRules();

#define SYN_RULE(name) void name(CheckContext& cx);
#include "compiler/check/rules.def"
#undef SYN_RULE

}  // namespace synapsor::check
