// Settlement by policy, as the ledger sees it: a set of proposals that one rule decides together, and what the policy has
// approved before. What the conditions and limits are is decided in runtime/proposal.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/base/clock.h"
#include "runtime/ledger/records.h"

namespace synapsor::ledger {

struct ProposalView;

// By how much each numeric column is moved: |after - before|, exact decimal text, sorted by column.
using Amounts = std::vector<std::pair<std::string, std::string>>;

// What one policy approved on one UTC day, under whichever version.
struct PolicyTally {
  std::int64_t approvals = 0;
  Amounts totals;
};
void AddApproval(PolicyTally& tally, const Amounts& amounts);

// Everything a settlement may depend on, as it stands inside the transaction.
struct SettlementScene {
  std::vector<ProposalView> proposals;    // in the order asked for
  PolicyTally today;                      // of the policy, over every tenant of this ledger
  std::vector<PolicyTally> object_today;  // of the policy for each proposal's row
  Instant now;                            // on the ledger's clock
};

// What becomes of one proposal of the set.
struct SettlementStep {
  Decision decision;    // stored when the set is approved; what was looked at otherwise
  Amounts amounts;      // what an approval adds to the tallies
  std::string failing;  // the first condition or limit that does not hold, or empty
};

// All of the set is approved, or none of it. A refusal changes and records nothing; a set that is left proposed gets an
// event `policy.left_proposed` on each of its proposals.
struct SettlementVerdict {
  std::string refusal_code, refusal_message;
  bool approved = false;
  std::vector<SettlementStep> steps;  // one a proposal
};
using SettlementRule = std::function<SettlementVerdict(const SettlementScene&)>;

struct SettlementRequest {
  std::string policy;
  std::vector<ProposalId> proposals;  // none twice
};

}  // namespace synapsor::ledger
