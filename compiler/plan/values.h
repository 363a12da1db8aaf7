// IR values as the references of a plan.
#pragma once

#include "compiler/ir/ir.h"
#include "runtime/bundle/plan.h"

namespace synapsor::plan {

// A literal becomes a fixed value of `type`; Error when it is no value of that type. Row values never stand in a plan.
Result<bundle::ValueRef> ToValueRef(const ir::Capability* capability, const ir::Value& value, ScalarType type);

Result<Scalar> LiteralScalar(const ast::Literal& literal, ScalarType type);

bundle::ValueRef FromSession(std::string_view key);
bundle::ValueRef FromProposal(std::string part);
bundle::ValueRef FromEvent(std::string_view name);

}  // namespace synapsor::plan
