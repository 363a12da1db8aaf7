// A context as one SELECT: the root by lookup and tenant, each include by its equality and tenant, the columns of the
// slots, and hidden key columns.
#pragma once

#include <optional>
#include <vector>

#include "compiler/diag/finding.h"
#include "compiler/ir/ir.h"
#include "runtime/bundle/bundle.h"

namespace synapsor::plan {

// `root_keys` are further columns of the root that capabilities compare at run time. Nothing when the context cannot be
// planned; the reason is reported.
std::optional<bundle::QueryPlan> PlanQuery(const ir::Context& context,
                                           const std::vector<const schema::Column*>& root_keys, diag::Sink& sink);

// The result column that holds `column` of the root: a slot, or the hidden key.
std::string RootColumnName(const ir::Context& context, const schema::Column& column);

}  // namespace synapsor::plan
