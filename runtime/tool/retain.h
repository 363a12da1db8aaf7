// What the workflows of a bundle say about keeping, carried out against a ledger in small steps.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "runtime/base/result.h"
#include "runtime/bundle/bundle.h"
#include "runtime/ledger/ledger.h"

namespace synapsor::runner {

// One rule a workflow and kind, in the bundle's order; workflows without RETENTION have none.
std::vector<ledger::RetentionRule> RetentionRules(const bundle::Bundle& bundle);

// "12 runs of billing.flow kept 180 days were removed, 1 is held by an open proposal, ..."
std::string RetentionText(const ledger::RetentionRule& rule, const ledger::RetentionCount& count, bool looked_only);

// All that is due for one rule. Ends early when the process is asked to stop.
Result<ledger::RetentionCount> RetainAll(ledger::Ledger& ledger, const ledger::RetentionRule& rule);

// The same beside other work: a pass now and one an hour, a bounded step a call. A failure ends the pass; the next
// one starts over. Not thread-safe.
class RetentionWork {
 public:
  // `ledger` outlives it.
  RetentionWork(ledger::Ledger& ledger, std::vector<ledger::RetentionRule> rules)
      : ledger_(ledger), rules_(std::move(rules)) {}

  // Nothing when it is not yet time, or a line that says what a rule's pass came to; empty in between.
  Result<std::string> Step();

 private:
  ledger::Ledger& ledger_;
  std::vector<ledger::RetentionRule> rules_;
  std::size_t rule_ = 0;
  ledger::RetentionCursor cursor_;
  ledger::RetentionCount count_;
  std::chrono::steady_clock::time_point next_pass_;
};

}  // namespace synapsor::runner
