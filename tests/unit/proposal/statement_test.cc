#include "runtime/proposal/statement.h"

#include <gtest/gtest.h>

namespace synapsor::proposal {
namespace {

using bundle::Origin;

bundle::Param Part(const std::string& name) {
  return {{Origin::kProposal, name, Scalar::Null(ScalarType::kText)}, ScalarType::kText, "VARCHAR"};
}

TEST(ShownParameters, SayValueAndOriginOfEachPosition) {
  ledger::Proposal proposal;
  proposal.key = Scalar::Int(3001);
  proposal.tenant_value = Scalar::Text("acme");
  proposal.guard_column = "row_version";
  proposal.guard_value = Scalar::Int(4);
  proposal.columns = {{"note", Scalar::Text("old"), Scalar::Text("new"), "arg:reason"},
                      {"fee", Scalar::Int(5), Scalar::Int(0), "fixed"}};
  proposal.before_image = {{"status", Scalar::Text("open")}};
  bundle::PatchPlan patch;
  patch.key = {Origin::kArg, "invoice_id", {}};
  patch.tenant = {Origin::kSession, "tenant_id", {}};
  patch.update.params = {
      Part("set:note"),      Part("set:fee"),     Part("key"),
      Part("tenant"),        Part("guard"),       Part("before:note"),
      Part("before:status"), Part("set:unknown"), {{Origin::kFixed, "", Scalar::Int(7)}, ScalarType::kInt64, "INT"}};
  std::string told;
  for (const ShownParameter& parameter : ShownParameters(patch, proposal)) {
    told += (parameter.value ? parameter.value->text : "?") + " " + parameter.provenance + "; ";
  }
  EXPECT_EQ(
      told,
      "new arg:reason; 0 fixed; 3001 arg:invoice_id; acme session:tenant_id; 4 row:row_version; old row:note; open row:status; "
      "? row:unknown; 7 fixed; ");
}

TEST(PlanOf, IsOfTheSameBundleAndTheSameStatementOnly) {
  bundle::Bundle bundle;
  bundle.digest = "sha256:b";
  bundle::Capability capability;
  capability.name = "billing.waive";
  capability.patch.emplace();
  capability.patch->update.fingerprint = "sha256:u";
  bundle.capabilities = {capability};
  bundle.Index();
  ledger::Proposal proposal;
  proposal.capability = "billing.waive";
  proposal.bundle_digest = "sha256:b";
  proposal.update_fingerprint = "sha256:u";
  EXPECT_NE(PlanOf(bundle, proposal), nullptr);
  for (std::string ledger::Proposal::*part :
       {&ledger::Proposal::capability, &ledger::Proposal::bundle_digest, &ledger::Proposal::update_fingerprint}) {
    ledger::Proposal other = proposal;
    other.*part = "another";
    EXPECT_EQ(PlanOf(bundle, other), nullptr);
  }
}

}  // namespace
}  // namespace synapsor::proposal
