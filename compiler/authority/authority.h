// Who may do what: facts extracted from a program's plans, and the difference between two sets of them, each change
// classed as broadening, narrowing or neutral.
#pragma once

#include <string>
#include <vector>

#include "compiler/ir/ir.h"
#include "runtime/bundle/bundle.h"

namespace synapsor::authority {

// Sorted and without repeats. Places come from `program`.
std::vector<bundle::AuthorityFact> ExtractFacts(const ir::Program& program, const bundle::Bundle& bundle);

enum class Effect { kBroadens, kNarrows, kNeutral };
enum class ChangeKind { kAdded, kRemoved, kChanged };

struct Change {
  ChangeKind kind = ChangeKind::kAdded;
  Effect effect = Effect::kNeutral;
  bundle::AuthorityFact before, after;  // empty where it does not apply
  std::string sentence;                 // "may now read `main.public.invoices.card_last4`"
};

// Order-independent: Diff(a, a) is empty, Diff(a, b) mirrors Diff(b, a).
std::vector<Change> Diff(const std::vector<bundle::AuthorityFact>& before,
                         const std::vector<bundle::AuthorityFact>& after);

}  // namespace synapsor::authority
