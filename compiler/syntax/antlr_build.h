// One function a kind of statement: the labels of its parsed rule become its AST. Mistakes the
// grammar cannot say are reported through `values`, whose `failed` then tells that the result must
// not be used.
#pragma once

#include "compiler/syntax/antlr_values.h"

namespace synapsor::syntax {

ast::Workflow BuildWorkflow(Values& values, const Grammar::WorkflowContext* rule);
ast::Context BuildContext(Values& values, const Grammar::ContextContext* rule);
ast::Capability BuildCapability(Values& values, const Grammar::CapabilityContext* rule);
ast::Plan BuildPlan(Values& values, const Grammar::PlanClauseContext* rule);
ast::WriteProposal BuildWrite(Values& values, const Grammar::WriteProposalContext* rule);
ast::SettlementPolicy BuildCreatedPolicy(Values& values, const Grammar::CreatePolicyContext* rule);
ast::SettlementPolicy BuildAlteredPolicy(Values& values, const Grammar::AlterPolicyContext* rule);

}  // namespace synapsor::syntax
