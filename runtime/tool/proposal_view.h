// A proposal as people and scripts read it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "runtime/ledger/ledger.h"
#include "runtime/tool/style.h"

namespace synapsor::runner {

std::string ProposalTable(const std::vector<ledger::ProposalView>& views, const Style& style);
std::string ProposalText(const ledger::ProposalView& view, const Style& style);
// "the model, as argument `reason`": what the model chose stands out.
std::string ChosenText(std::string_view provenance, const Style& style);
nlohmann::json ProposalJson(const ledger::ProposalView& view);

}  // namespace synapsor::runner
