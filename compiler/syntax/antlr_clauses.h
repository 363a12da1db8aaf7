// The clauses of each statement: how one is recognised, in which order they stand, which must and
// which may be there more than once. The grammar says the same; this table exists so that mistakes
// can be told in these terms.
#pragma once

#include <AgentDdlParser.h>

#include <span>
#include <string_view>
#include <vector>

#include "compiler/syntax/statement.h"

namespace synapsor::syntax {

enum class ClauseSet { kWorkflow, kContext, kCapability, kPlan, kWrite, kCreatePolicy, kAlterPolicy };

struct Clause {
  TokenKind first;
  TokenKind second;  // kEnd: one word tells it
  std::string_view phrase;
  int rank;  // clauses of one rank stand in any order among themselves, and after all of a lower
             // rank
  bool required;
  bool repeatable;
  void (*parse)(agentddl::AgentDdlParser& parser);
};

std::span<const Clause> ClausesOf(ClauseSet set);
ClauseSet ClausesOf(StatementKind kind);
// "CREATE AGENT WORKFLOW", as its statement begins; for the inner sets the clause that opens them.
std::string_view OwnerOf(ClauseSet set);

// The clause whose first words stand at `index`, or null.
const Clause* FindClause(ClauseSet set, const std::vector<Token>& tokens, std::size_t index);

}  // namespace synapsor::syntax
