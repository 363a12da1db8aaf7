#include "compiler/syntax/antlr_layout.h"

#include <AgentDdlParser.h>

#include <algorithm>
#include <array>

#include "compiler/syntax/antlr_strategy.h"
#include "compiler/syntax/antlr_stream.h"

namespace synapsor::syntax {
namespace {

using Grammar = agentddl::AgentDdlParser;

constexpr int kClause = 0;
constexpr int kPart = 2;

// Rules that begin a line.
struct RuleLine {
  std::size_t rule;
  int indent;
};
constexpr auto kRuleLines = std::to_array<RuleLine>({
    {Grammar::RuleVersionClause, kClause},
    {Grammar::RuleDescriptionClause, kClause},
    {Grammar::RuleSessionClause, kClause},
    {Grammar::RuleAllowedClause, kClause},
    {Grammar::RuleExternalActionsClause, kClause},
    {Grammar::RuleWorkflowTail, kClause},
    {Grammar::RuleRootClause, kClause},
    {Grammar::RuleContextLookupClause, kClause},
    {Grammar::RuleBindClause, kClause},
    {Grammar::RuleRelatedClause, kClause},
    {Grammar::RuleSlotsClause, kClause},
    {Grammar::RuleEvidenceClause, kClause},
    {Grammar::RuleSlot, kPart},
    {Grammar::RuleInputClause, kClause},
    {Grammar::RuleUseClause, kClause},
    {Grammar::RuleExecutionClause, kClause},
    {Grammar::RuleCapabilityTail, kClause},
    {Grammar::RuleDefaultClause, kClause},
    {Grammar::RuleStepClause, kClause},
    {Grammar::RuleRuleClause, kClause},
    {Grammar::RulePayloadClause, kClause},
    {Grammar::RulePlanEvidenceClause, kClause},
    {Grammar::RuleEndPlanClause, kClause},
    {Grammar::RuleOperationClause, kClause},
    {Grammar::RuleWriteLookupClause, kClause},
    {Grammar::RuleTenantClause, kClause},
    {Grammar::RuleColumnsClause, kClause},
    {Grammar::RuleWriteTail, kClause},
    {Grammar::RuleScopeClause, kClause},
    {Grammar::RuleBranchClause, kClause},
    {Grammar::RulePolicyTail, kClause},
    {Grammar::RuleElseClause, kClause},
});

// Words that begin a line inside of a rule.
struct WordLine {
  std::size_t rule;
  TokenKind word;
  int indent;
};
constexpr auto kWordLines = std::to_array<WordLine>({
    {Grammar::RuleSearchClause, K_QUERY, kPart},
    {Grammar::RuleSearchClause, K_FILTER, kPart},
    {Grammar::RuleSearchClause, K_TOP, kPart},
    {Grammar::RuleScanClause, K_WHERE, kClause},
    {Grammar::RuleScanClause, K_AND, kPart},
    {Grammar::RuleScanClause, K_OUTPUT, kClause},
    {Grammar::RuleExistsClause, K_WHERE, kClause},
    {Grammar::RuleExistsClause, K_AND, kPart},
    {Grammar::RuleHybridClause, K_FILTER, kPart},
    {Grammar::RuleRuleClause, K_WHEN, kPart},
    {Grammar::RuleRuleClause, K_AND, kPart},
    {Grammar::RuleRuleClause, K_TERMINAL, kPart},
    {Grammar::RuleAutoAct, K_AND, kPart},
    {Grammar::RuleAlterPolicy, K_SET, kClause},
    {Grammar::RuleAllowedClause, kRightParen, kClause},
    {Grammar::RuleExternalActionsClause, kRightParen, kClause},
});

// Items of a list that stand below its first one, or below its clause.
struct ItemLine {
  std::size_t list;
  std::size_t item;
  int indent;
  bool first_too;
};
constexpr auto kItemLines = std::to_array<ItemLine>({
    {Grammar::RuleAllowedClause, Grammar::RuleQualifiedName, kPart, true},
    {Grammar::RuleExternalActionsClause, Grammar::RuleQualifiedName, kPart, true},
    {Grammar::RuleAutoAct, Grammar::RulePolicyCondition, kPart, true},
    {Grammar::RuleColumnsClause, Grammar::RuleWriteColumn, 8, false},
    {Grammar::RuleScanClause, Grammar::RulePlanOutput, 7, false},
});

}  // namespace

struct LayoutParser::State {
  State() : parser(&stream) {
    parser.setBuildParseTree(true);
    parser.removeErrorListeners();
    parser.setErrorHandler(std::make_shared<StopAtFirst>());
  }
  StatementStream stream;
  Grammar parser;
};

namespace {

std::size_t IndexOf(const antlr4::Token* token) { return token->getTokenIndex(); }

void PlaceRule(antlr4::ParserRuleContext* rule, std::size_t parent, Layout& layout) {
  const std::size_t kind = rule->getRuleIndex();
  const bool after_set = kind == Grammar::RuleBranchClause && parent == Grammar::RuleAlterPolicy;
  for (const RuleLine& line : kRuleLines) {
    if (line.rule == kind && !after_set) layout.indent[IndexOf(rule->start)] = line.indent;
  }
  if (kind == Grammar::RuleIdent) layout.is_name[IndexOf(rule->start)] = 1;
}

void PlaceItem(std::size_t list, antlr4::ParserRuleContext* item, bool is_first, Layout& layout) {
  for (const ItemLine& line : kItemLines) {
    if (line.list != list || line.item != item->getRuleIndex()) continue;
    // AND begins the line of every condition but the first.
    if (list == Grammar::RuleAutoAct && !is_first) continue;
    if (line.first_too || !is_first) layout.indent[IndexOf(item->start)] = line.indent;
  }
}

void Walk(antlr4::ParserRuleContext* rule, std::size_t parent, Layout& layout) {
  PlaceRule(rule, parent, layout);
  const std::size_t kind = rule->getRuleIndex();
  std::size_t previous_item = static_cast<std::size_t>(-1);
  for (auto* child : rule->children) {
    if (auto* inner = dynamic_cast<antlr4::ParserRuleContext*>(child)) {
      Walk(inner, kind, layout);
      PlaceItem(kind, inner, previous_item != inner->getRuleIndex(), layout);
      previous_item = inner->getRuleIndex();
    } else if (auto* leaf = dynamic_cast<antlr4::tree::TerminalNode*>(child)) {
      const antlr4::Token* token = leaf->getSymbol();
      for (const WordLine& line : kWordLines) {
        if (line.rule == kind && line.word == TokenOf(token).kind) layout.indent[IndexOf(token)] = line.indent;
      }
    }
  }
}

}  // namespace

LayoutParser::LayoutParser() : state_(std::make_unique<State>()) {}
LayoutParser::~LayoutParser() = default;

bool LayoutParser::LayOut(const Statement& statement, Layout& layout) {
  state_->stream.Load(statement.tokens);
  state_->parser.reset();
  try {
    auto* rule = state_->parser.statement();
    layout.indent.assign(statement.tokens.size(), kSameLine);
    layout.is_name.assign(statement.tokens.size(), 0);
    Walk(rule, static_cast<std::size_t>(-1), layout);
    return true;
  } catch (const Mismatch&) {
    return false;
  }
}

}  // namespace synapsor::syntax
