// Whether the live sources still are what a bundle was built for: just the tables and columns that its plans use.
#pragma once

#include "runtime/base/result.h"
#include "runtime/bundle/bundle.h"
#include "runtime/interp/invoke.h"

namespace synapsor::interp {

// Under the write credential: empty, or how the first table that a capability changes differs; the writer need not see
// others. A table that keeps what is rolled back fits no capability that changes it, nor the receipts. An error: the
// source did not answer.
Result<std::string> FindTargetDrift(const bundle::Bundle& bundle, const bundle::Source& source, db::Database& database);

// Every table under the read credentials. An error of kInvalid names the first table that differs and how.
Status CheckDrift(const bundle::Bundle& bundle, const Readers& readers);

}  // namespace synapsor::interp
