// Looks at the live row of a proposal whose outcome is unknown, for the person who has to classify it. Changes nothing.
#pragma once

#include <optional>
#include <string_view>

#include "runtime/base/clock.h"
#include "runtime/bundle/plan.h"
#include "runtime/config/config.h"
#include "runtime/db/database.h"
#include "runtime/ledger/records.h"
#include "runtime/writeback/receipts.h"

namespace synapsor::writeback {

enum class Observation {
  kMatchesProposed,        // written columns as proposed, version moved
  kMatchesReviewedBefore,  // the row as it was reviewed
  kDrifted,                // something else
  kTargetAbsent,
  kNotObserved,  // the database stays away
};
// matches_proposed, matches_reviewed_before, drifted, target_absent, not_observed
std::string_view ObservationName(Observation observation);

struct Inspection {
  Observation observation = Observation::kNotObserved;
  std::optional<FoundReceipt> receipt;  // where receipts are kept in the target
};

// What `proposals reconcile` shows and the ledger-intent mode records.
Inspection Inspect(db::Database& writer, const config::Source& source, const bundle::PatchPlan& plan,
                   const ledger::Proposal& proposal, Instant now);

}  // namespace synapsor::writeback
