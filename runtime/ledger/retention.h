// How long what a workflow left behind is kept, as the ledger sees it. Decides nothing about days: a rule brings them.
//
// Removing takes the content of a row - a run's arguments, session, result and query audit; evidence's rows - and leaves
// the row's ids. An event of the chain names each removed row with the digest that its content had, so that the chain
// stays verifiable and a removal that no event names is found. Proposals, decisions, receipts and events are kept.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace synapsor::ledger {

enum class Retained { kRuns, kEvidence };
std::string_view RetainedName(Retained what);  // runs, evidence

struct RetentionRule {
  std::string workflow;
  Retained what = Retained::kRuns;
  int days = 0;               // on the ledger's clock, since the record was made; above 0
  std::string bundle_digest;  // which bundle says so: goes into the event
  std::string actor;          // who removes: goes into the event
};

// Rows, but for `held`. A run goes together with its steps, when the last of them is old enough; evidence goes by itself.
struct RetentionCount {
  std::int64_t removed = 0;  // or would be
  std::int64_t held = 0;     // runs or evidence that an open proposal or an unfinished job of the same run still needs
  std::int64_t damaged = 0;  // not as recorded: left for `audit verify` to find
};

// Where a pass over one rule stands; starts empty.
struct RetentionCursor {
  bool deferred_done = false;
  std::int64_t deferred_after = 0;
};

struct RetentionStep {
  RetentionCount count;
  bool finished = false;            // nothing more is due for this rule in this pass
  std::int64_t deferred_after = 0;  // of the cursor, after this step
};

}  // namespace synapsor::ledger
