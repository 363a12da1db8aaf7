// The page that verifies the ledger on demand.
#pragma once

#include <optional>
#include <string>

#include "runtime/http/review/layout.h"
#include "runtime/ledger/ledger.h"

namespace synapsor::http::review {

// Without a report only the question is shown. `busy`: another verification is under way.
std::string RenderAudit(const session::LoginSession& login, const std::optional<ledger::ChainReport>& report,
                        bool busy);

}  // namespace synapsor::http::review
