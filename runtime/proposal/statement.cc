#include "runtime/proposal/statement.h"

#include <string_view>

namespace synapsor::proposal {
namespace {

ShownParameter OfColumn(const ledger::Proposal& proposal, std::string_view name, bool before) {
  const std::string row = "row:" + std::string(name);
  for (const ledger::ProposedColumn& column : proposal.columns) {
    if (column.column == name)
      return before ? ShownParameter{column.before, row, {}} : ShownParameter{column.after, column.provenance, {}};
  }
  for (const ledger::NamedScalar& image : proposal.before_image) {
    if (image.name == name) return {image.value, row, {}};
  }
  return {std::nullopt, row, {}};
}

ShownParameter Of(const bundle::PatchPlan& patch, const ledger::Proposal& proposal, const bundle::ValueRef& value) {
  const std::string_view name = value.name;
  if (value.origin == bundle::Origin::kFixed) return {value.fixed, "fixed", {}};
  if (name == "key") return {proposal.key, bundle::ProvenanceText(patch.key), {}};
  if (name == "tenant") return {proposal.tenant_value, bundle::ProvenanceText(patch.tenant), {}};
  if (name == "guard") return {proposal.guard_value, "row:" + proposal.guard_column, {}};
  if (name.starts_with("set:")) return OfColumn(proposal, name.substr(4), false);
  if (name.starts_with("before:")) return OfColumn(proposal, name.substr(7), true);
  return {std::nullopt, bundle::ProvenanceText(value), {}};
}

}  // namespace

std::vector<ShownParameter> ShownParameters(const bundle::PatchPlan& patch, const ledger::Proposal& proposal) {
  std::vector<ShownParameter> shown;
  for (const bundle::Param& param : patch.update.params) {
    shown.push_back(Of(patch, proposal, param.value));
    shown.back().database_type = param.database_type;
  }
  return shown;
}

const bundle::Capability* PlanOf(const bundle::Bundle& bundle, const ledger::Proposal& proposal) {
  if (proposal.bundle_digest != bundle.digest) return nullptr;
  const bundle::Capability* plan = bundle.FindCapability(proposal.capability);
  return plan != nullptr && plan->patch && plan->patch->update.fingerprint == proposal.update_fingerprint ? plan
                                                                                                          : nullptr;
}

}  // namespace synapsor::proposal
