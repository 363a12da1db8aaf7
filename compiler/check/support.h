// What several rules ask of the program and the schema. Decides nothing about policy.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/check/check.h"
#include "compiler/ir/report.h"

namespace synapsor::check {

using diag::Kind;
using ir::Report;

// Null when the capability's context is unknown.
const ir::Context* ContextOf(const CheckContext& cx, const ir::Capability& capability);

const ir::Arg* ArgOf(const ir::Capability& capability, const ir::Value& value);  // null unless a known ARG
inline bool IsModelChosen(const ir::Value& value) {
  return !value.poisoned && value.provenance.kind == ir::ProvenanceKind::kModelArg;
}
inline bool IsTrusted(const ir::Value& value) {
  return !value.poisoned && value.provenance.kind == ir::ProvenanceKind::kTrusted;
}
inline bool IsFixed(const ir::Value& value) {
  return !value.poisoned && value.provenance.kind == ir::ProvenanceKind::kFixed;
}
inline bool IsTenantKey(const CheckContext& cx, std::string_view session_key) {
  return session_key == cx.catalog.config().session.tenant_key;
}
inline bool IsPrincipalKey(const CheckContext& cx, std::string_view session_key) {
  return session_key == cx.catalog.config().session.principal_key;
}

// Ids of the object at hand are meant to be seen; tenant, principal and everything else of the session are not.
bool IsObjectId(const CheckContext& cx, std::string_view session_key);

bool Contains(std::span<const std::string_view> names, std::string_view name);  // ignoring case
bool SameMeaning(std::string_view a,
                 std::string_view b);  // ignoring case and the spelling of word breaks: tenantId, tenant_id
// Trusted names of stdlib/, the session keys of tenant and principal, and the configuration's `trusted_names`.
bool IsTrustedName(const CheckContext& cx, std::string_view name);

// The table and column in which the data lie: through a view to its base, else the same. Null where unknown.
struct Physical {
  const schema::Table* table = nullptr;
  const schema::Column* column = nullptr;
};
Physical PhysicalColumn(const ir::TableUse& table, const schema::Column* column);
// The table that a write through `table` reaches: the base of an updatable view on one table. Null where unknown.
const schema::Table* PhysicalTable(const ir::TableUse& table);

schema::Engine EngineOf(const ir::TableUse& table);
// Whether the engine is known rather than assumed.
bool KnowsEngine(const CheckContext& cx, const ir::TableUse& table);

inline bool IsUpdate(const ir::Write& write) { return write.operation == ast::Operation::kUpdate; }

// False for a target that takes no writes, which has a finding of its own.
bool IsWritable(const ir::TableUse& table);

// The written column of this name, or null.
const ir::WriteColumn* FindWritten(const ir::Write& write, std::string_view column);

// Calls `visit(entity, table, is_target)` for every table that is read or written: of contexts, plans and targets.
template <typename Visit>
void ForEachTable(const ir::Program& program, Visit visit) {
  for (const ir::Context& context : program.contexts)
    for (const ir::TableUse& table : context.tables) visit(context, table, false);
  for (const ir::Capability& capability : program.capabilities) {
    if (capability.plan)
      for (const ir::TableUse& table : capability.plan->tables) visit(capability, table, false);
    if (capability.write) visit(capability, capability.write->target, true);
  }
}

}  // namespace synapsor::check
