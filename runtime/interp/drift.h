// Whether the live sources still are what a bundle was built for: just the tables and columns that its plans use.
#pragma once

#include "runtime/base/result.h"
#include "runtime/bundle/bundle.h"
#include "runtime/interp/invoke.h"

namespace synapsor::interp {

// Empty, or how the first table that differs differs. An error: the source did not answer.
Result<std::string> FindDrift(const bundle::Source& source, db::Database& database);

// The same under the write credential: only tables that a capability changes, since the writer need not see others.
Result<std::string> FindTargetDrift(const bundle::Bundle& bundle, const bundle::Source& source, db::Database& database);

// An error of kInvalid names the first table that differs and how.
Status CheckDrift(const bundle::Bundle& bundle, const Readers& readers);

}  // namespace synapsor::interp
