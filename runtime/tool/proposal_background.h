// What a decision on a proposal rests on, beside the proposal itself: the rows that were read, the statement that will run,
// and what settlement policies say to the values. For the terminal and for scripts.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "runtime/bundle/bundle.h"
#include "runtime/ledger/records.h"
#include "runtime/tool/style.h"

namespace synapsor::runner {

struct Background {
  std::optional<ledger::Evidence> evidence;
  const bundle::Bundle* bundle = nullptr;  // null: none was given
};

std::string BackgroundText(const ledger::Proposal& proposal, const Background& background, const Style& style);
// Members `evidence_items`, and with the bundle that made the proposal `statement` and `policies`.
nlohmann::json BackgroundJson(const ledger::Proposal& proposal, const Background& background);

}  // namespace synapsor::runner
