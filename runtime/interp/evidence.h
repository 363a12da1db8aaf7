// What a call leaves behind: evidence of the rows it read, the audit of its statements, the run itself.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>

#include "runtime/interp/bindings.h"
#include "runtime/interp/read.h"

namespace synapsor::interp {

// One item a row: hidden columns and the root's key are its key, slots its values.
ledger::Evidence MakeEvidence(const CallPlan& plan, const CallValues& values, const Snapshot& snapshot,
                              const std::string& bundle_digest, Instant now);

// Parameters only as fingerprints with the ledger's salt.
std::vector<ledger::QueryAudit> MakeAudits(const CallPlan& plan, const Snapshot& snapshot,
                                           const ledger::Ledger& ledger);

// Values of the keys that the contract names; every other key of the session stands there as "redacted".
std::string SessionJson(const CallPlan& plan, const session::Session& session);

// What makes two calls of one step the same call.
std::string ArgumentsDigest(const bundle::Capability& capability, const std::string& arguments_json,
                            const std::string& mode);

}  // namespace synapsor::interp
