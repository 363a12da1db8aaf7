// Snapshot to and from its file format `synapsor.schema.v1`: canonical, diffable JSON, two spaces of indent, a
// table a block, unknown keys refused.
#pragma once

#include <string>
#include <string_view>

#include "compiler/schema/snapshot.h"
#include "runtime/base/result.h"

namespace synapsor::schema {

std::string ToJson(const Snapshot& snapshot);
Result<Snapshot> FromJson(std::string_view text, const std::string& path);

// Recomputes every table's fingerprint and puts vectors into their stable order.
void Finish(Snapshot& snapshot);

}  // namespace synapsor::schema
