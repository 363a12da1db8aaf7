// TOKEN BUDGET and row values: what of a result a model gets.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "runtime/bundle/bundle.h"

namespace synapsor::interp {

// One token is counted for each 4 bytes of JSON text, rounded up.
int CountTokens(const nlohmann::json& value);

// Makes `payload` fit MAX OUTPUT TOKENS: drops rows from the end, then cuts the longest texts. Returns what was left out
// (`rows_omitted`, `fields`), or null. The evidence keeps everything.
nlohmann::json FitPayload(nlohmann::json& payload, const bundle::TokenBudget& budget);

}  // namespace synapsor::interp
