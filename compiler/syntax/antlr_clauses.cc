#include "compiler/syntax/antlr_clauses.h"

#include <array>

namespace synapsor::syntax {
namespace {

using Grammar = agentddl::AgentDdlParser;
constexpr bool kRequired = true;
constexpr bool kOptional = false;
constexpr bool kMany = true;
constexpr bool kOnce = false;

#define RULE(name) [](Grammar& parser) { parser.name(); }

constexpr auto kWorkflowClauses = std::to_array<Clause>({
    {K_VERSION, kEnd, "VERSION", 1, kOptional, kOnce, RULE(versionClause)},
    {K_DESCRIPTION, kEnd, "DESCRIPTION", 2, kOptional, kOnce, RULE(descriptionClause)},
    {K_SESSION, K_REQUIRE, "SESSION REQUIRE", 3, kRequired, kOnce, RULE(sessionClause)},
    {K_ALLOWED, K_CAPABILITIES, "ALLOWED CAPABILITIES", 4, kRequired, kOnce, RULE(allowedClause)},
    {K_ALLOWED, K_EXTERNAL, "ALLOWED EXTERNAL ACTIONS", 5, kOptional, kOnce, RULE(externalActionsClause)},
    {K_EVIDENCE, K_REQUIRED, "EVIDENCE REQUIRED", 6, kOptional, kOnce, RULE(evidenceRequiredClause)},
    {K_AUTO, K_BRANCH, "AUTO BRANCH", 6, kOptional, kOnce, RULE(autoBranchClause)},
    {K_CHECKPOINT, K_EVERY, "CHECKPOINT EVERY STEP", 6, kOptional, kOnce, RULE(checkpointClause)},
    {K_ON, K_RISK, "ON RISK", 6, kOptional, kMany, RULE(riskClause)},
    {K_RETENTION, kEnd, "RETENTION", 6, kOptional, kOnce, RULE(retentionClause)},
});

constexpr auto kContextClauses = std::to_array<Clause>({
    {K_ROOT, kEnd, "ROOT", 1, kRequired, kOnce, RULE(rootClause)},
    {K_LOOKUP, kEnd, "LOOKUP", 2, kRequired, kOnce, RULE(contextLookupClause)},
    {K_BIND, kEnd, "BIND", 3, kOptional, kMany, RULE(bindClause)},
    {K_INCLUDE, kEnd, "INCLUDE", 4, kOptional, kMany, RULE(includeClause)},
    {K_SEARCH, kEnd, "SEARCH", 4, kOptional, kMany, RULE(searchClause)},
    {K_OUTPUT, K_SLOTS, "OUTPUT SLOTS", 5, kRequired, kOnce, RULE(slotsClause)},
    {K_EVIDENCE, kEnd, "EVIDENCE", 6, kOptional, kOnce, RULE(evidenceClause)},
});

constexpr auto kCapabilityClauses = std::to_array<Clause>({
    {K_VERSION, kEnd, "VERSION", 1, kOptional, kOnce, RULE(versionClause)},
    {K_DESCRIPTION, kEnd, "DESCRIPTION", 2, kRequired, kOnce, RULE(descriptionClause)},
    {K_ARG, kEnd, "ARG", 3, kOptional, kMany, RULE(argClause)},
    {K_HIDDEN, kEnd, "HIDDEN", 3, kOptional, kMany, RULE(hiddenClause)},
    {K_USE, K_CONTEXT, "USE CONTEXT", 4, kRequired, kOnce, RULE(useClause)},
    {K_EXECUTION, kEnd, "EXECUTION", 5, kRequired, kOnce, RULE(executionClause)},
    {K_TOKEN, K_BUDGET, "TOKEN BUDGET", 6, kOptional, kOnce, RULE(budgetClause)},
    {K_PLAN, kEnd, "PLAN", 6, kOptional, kOnce, RULE(planClause)},
    {K_RETURNS, K_JSON, "RETURNS JSON", 6, kOptional, kOnce, RULE(returnsClause)},
    {K_PROFILE, kEnd, "PROFILE", 6, kOptional, kOnce, RULE(profileClause)},
    {K_FIELD, K_ALIASES, "FIELD ALIASES", 6, kOptional, kOnce, RULE(aliasesClause)},
    {K_INLINE, K_EVIDENCE, "INLINE EVIDENCE", 6, kOptional, kOnce, RULE(inlineClause)},
    {K_WRITE, K_PROPOSAL, "WRITE PROPOSAL", 6, kOptional, kOnce, RULE(writeClause)},
});

constexpr auto kPlanClauses = std::to_array<Clause>({
    {K_DEFAULT, K_DECISION, "DEFAULT DECISION", 1, kRequired, kOnce, RULE(defaultClause)},
    {K_SCAN, kEnd, "SCAN", 2, kOptional, kMany, RULE(scanClause)},
    {K_EXISTS, kEnd, "EXISTS", 2, kOptional, kMany, RULE(existsClause)},
    {K_HYBRID_SEARCH, kEnd, "HYBRID_SEARCH", 2, kOptional, kMany, RULE(hybridClause)},
    {K_RULE, kEnd, "RULE", 3, kOptional, kMany, RULE(ruleClause)},
    {K_PAYLOAD, kEnd, "PAYLOAD", 4, kOptional, kOnce, RULE(payloadClause)},
    {K_EVIDENCE, kEnd, "EVIDENCE", 5, kOptional, kOnce, RULE(planEvidenceClause)},
    {K_END, K_PLAN, "END PLAN", 6, kRequired, kOnce, RULE(endPlanClause)},
});

constexpr auto kWriteClauses = std::to_array<Clause>({
    {K_OPERATION, kEnd, "OPERATION", 1, kRequired, kOnce, RULE(operationClause)},
    {K_LOOKUP, kEnd, "LOOKUP", 2, kOptional, kOnce, RULE(writeLookupClause)},
    {K_TENANT, kEnd, "TENANT", 3, kOptional, kOnce, RULE(tenantClause)},
    {K_COLUMNS, kEnd, "COLUMNS", 4, kOptional, kOnce, RULE(columnsClause)},
    {K_CONFLICT, K_GUARD, "CONFLICT GUARD", 5, kOptional, kOnce, RULE(guardClause)},
    {K_BOUND, kEnd, "BOUND", 5, kOptional, kMany, RULE(boundClause)},
    {K_TRANSITION, kEnd, "TRANSITION", 5, kOptional, kMany, RULE(transitionClause)},
    {K_AUDIT, kEnd, "AUDIT", 5, kOptional, kOnce, RULE(auditClause)},
    {K_SUMMARY, K_TEMPLATE, "SUMMARY TEMPLATE", 5, kOptional, kOnce, RULE(summaryClause)},
});

constexpr auto kCreatePolicyClauses = std::to_array<Clause>({
    {K_FOR, kEnd, "FOR", 1, kRequired, kOnce, RULE(scopeClause)},
    {K_TARGET, K_BRANCH, "TARGET BRANCH", 2, kRequired, kOnce, RULE(branchClause)},
    {K_AUTO, K_APPROVE, "AUTO APPROVE WHEN", 3, kRequired, kOnce, RULE(autoClause)},
    {K_AUTO, K_COMMIT, "AUTO COMMIT", 3, kOptional, kOnce, RULE(autoClause)},
    {K_AUTO, K_MERGE, "AUTO MERGE", 3, kOptional, kOnce, RULE(autoClause)},
    {K_LIMIT, kEnd, "LIMIT", 3, kOptional, kMany, RULE(limitClause)},
    {K_ELSE, K_LEAVE, "ELSE LEAVE PROPOSED", 4, kRequired, kOnce, RULE(elseClause)},
});

#undef RULE

}  // namespace

std::span<const Clause> ClausesOf(ClauseSet set) {
  switch (set) {
    case ClauseSet::kWorkflow: return kWorkflowClauses;
    case ClauseSet::kContext: return kContextClauses;
    case ClauseSet::kCapability: return kCapabilityClauses;
    case ClauseSet::kPlan: return kPlanClauses;
    case ClauseSet::kWrite: return kWriteClauses;
    case ClauseSet::kCreatePolicy: return kCreatePolicyClauses;
    case ClauseSet::kAlterPolicy: return std::span(kCreatePolicyClauses).subspan(1);
  }
  return {};
}

ClauseSet ClausesOf(StatementKind kind) {
  switch (kind) {
    case StatementKind::kWorkflow: return ClauseSet::kWorkflow;
    case StatementKind::kContext: return ClauseSet::kContext;
    case StatementKind::kCapability: return ClauseSet::kCapability;
    case StatementKind::kAlterPolicy: return ClauseSet::kAlterPolicy;
    default: return ClauseSet::kCreatePolicy;
  }
}

std::string_view OwnerOf(ClauseSet set) {
  switch (set) {
    case ClauseSet::kWorkflow: return "CREATE AGENT WORKFLOW";
    case ClauseSet::kContext: return "CREATE AGENT CONTEXT";
    case ClauseSet::kCapability: return "CREATE AGENT CAPABILITY";
    case ClauseSet::kPlan: return "PLAN";
    case ClauseSet::kWrite: return "WRITE PROPOSAL";
    case ClauseSet::kCreatePolicy: return "CREATE SETTLEMENT POLICY";
    case ClauseSet::kAlterPolicy: return "ALTER SETTLEMENT POLICY";
  }
  return {};
}

const Clause* FindClause(ClauseSet set, const std::vector<Token>& tokens, std::size_t index) {
  if (index >= tokens.size()) return nullptr;
  const TokenKind next = index + 1 < tokens.size() ? tokens[index + 1].kind : kEnd;
  for (const Clause& clause : ClausesOf(set)) {
    if (clause.first == tokens[index].kind && (clause.second == kEnd || clause.second == next)) return &clause;
  }
  return nullptr;
}

}  // namespace synapsor::syntax
