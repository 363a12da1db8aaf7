// Snapshot to and from its file format `synapsor.schema.v1`: canonical, diffable JSON, two spaces of indent, a
// table a block, unknown keys refused.
#pragma once

#include <string>
#include <string_view>

#include "compiler/schema/snapshot.h"
#include "runtime/base/result.h"

namespace synapsor::schema {

std::string ToJson(const Snapshot& snapshot);

// Refuses a file whose tables do not match the fingerprints written in it; tables without one get it. Errors name
// `path`. Call Finish before writing what was changed.
Result<Snapshot> FromJson(std::string_view text, const std::string& path);

// Puts vectors into their stable order and recomputes `referenced_by` and the fingerprint of every table.
void Finish(Snapshot& snapshot);

// The two halves of Finish.
void Arrange(Snapshot& snapshot);
void AddFingerprints(Snapshot& snapshot);

}  // namespace synapsor::schema
