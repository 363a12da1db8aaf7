// The typed program: what the DDL means once names are resolved. Ids into value stores link the entities; every value
// carries its provenance and every column its schema entry, so that no check derives either again.
//
// Each entity points to its syntax (ast.h) for clause places. An entity, table or value whose resolution failed is
// `poisoned`: the mistake is already reported, and later passes stay silent about it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/base/id.h"
#include "compiler/diag/finding.h"
#include "compiler/schema/catalog.h"
#include "compiler/syntax/ast.h"
#include "runtime/base/scalar.h"

namespace synapsor::ir {

struct Workflow;
struct Context;
struct Capability;
struct Policy;
using WorkflowId = Id<Workflow>;
using ContextId = Id<Context>;
using CapabilityId = Id<Capability>;
using PolicyId = Id<Policy>;

// ---- values and where they come from ----

enum class ProvenanceKind {
  kTrusted,   // a session key, directly or through BIND or HIDDEN
  kModelArg,  // an ARG: the model chooses it
  kFixed,     // a literal of the contract's author
  kRow,       // a column of a row read before
};

// Indexes into Capability::args are -1 where they do not apply.
struct Provenance {
  ProvenanceKind kind = ProvenanceKind::kFixed;
  std::string_view session_key;           // kTrusted
  std::string_view binding;               // kTrusted: the BIND or HIDDEN name it went through, or empty
  Span binding_span = Span::None();       // kTrusted: where that BIND or HIDDEN stands
  int arg = -1;                           // kModelArg
  const ast::Literal* literal = nullptr;  // kFixed
  ast::FieldRef row_field;                // kRow
};

struct Value {
  Provenance provenance;
  Span span = Span::None();
  bool poisoned = false;
};

// ---- tables and columns ----

enum class Visibility { kRead, kWrite, kKeptOut };

// One use of a table in one entity, under an alias.
struct TableUse {
  ast::TableRef syntax;
  std::string_view alias;  // the table's name where no alias is written
  Span alias_span = Span::None();
  schema::ResolvedTable resolved;          // resolved.table is null without a snapshot
  std::string tenant_column;               // name of the column that scopes it; empty if single_tenant or unknown
  const schema::Column* tenant = nullptr;  // null without a snapshot or when it lacks that column
  bool single_tenant = false;
  bool poisoned = false;
};

// One use of a column. `table` indexes the tables of the owning entity.
struct ColumnUse {
  int table = -1;
  std::string_view name;
  Span span = Span::None();
  const schema::Column* column = nullptr;  // null without a snapshot
  Visibility visibility = Visibility::kRead;
  bool poisoned = false;
};

// ---- contexts ----

struct Binding {  // BIND or HIDDEN
  std::string_view name;
  std::string_view session_key;
  Span span = Span::None();
  bool is_hidden = false;
};

struct Include {
  int table = -1;
  ColumnUse left, right;
  const ast::Include* syntax = nullptr;
};

struct SearchFilter {
  ColumnUse column;
  Value value;
};

struct Search {
  int table = -1;
  ColumnUse column;
  std::string_view
      query_arg;  // empty: a fixed text or a trusted value. Resolved against each capability that uses the context
  std::vector<SearchFilter> filters;
  const ast::Search* syntax = nullptr;
};

struct Slot {
  std::string_view name;
  ColumnUse column;
  Span span = Span::None();
};

struct Context {
  std::string_view name;
  const ast::Context* syntax = nullptr;
  std::vector<TableUse> tables;  // [0] is the root; then includes, then searches
  ColumnUse lookup;
  Value lookup_value;
  std::vector<Binding> bindings;
  int tenant_binding = -1;  // the binding fed from the tenant session key, -1: none
  std::vector<Include> includes;
  std::vector<Search> searches;
  std::vector<Slot> slots;
  bool evidence = false;
  bool poisoned = false;
};

// ---- capabilities ----

struct Arg {
  std::string_view name;
  ScalarType type = ScalarType::kText;
  bool required = false;
  // Bounds in effect, defaults included: texts are capped at 4,000 characters.
  std::optional<std::int64_t> max_length;
  std::optional<std::string> min, max;  // exact decimal text
  std::vector<std::string> one_of;
  std::optional<int> precision, scale;  // DECIMAL(p,s)
  bool max_length_written = false;
  const ast::Arg* syntax = nullptr;
  bool poisoned = false;
};

struct PlanStep {
  const ast::PlanStep* syntax = nullptr;
  int table = -1;  // into Plan::tables
  struct Predicate {
    ColumnUse column;
    Value value;
    ColumnUse value_field;
  };
  std::vector<Predicate> where;
  struct Output {
    std::string_view name;
    ColumnUse column;
  };
  std::vector<Output> outputs;
  ColumnUse search_column;  // HYBRID_SEARCH
  Value query;              // HYBRID_SEARCH
};

struct PlanRule {
  const ast::PlanRule* syntax = nullptr;
  std::vector<ColumnUse> fields;  // as syntax->when; those of step counts are unset
  std::vector<int> steps;         // as syntax->when; -1 for fields and unknown steps
};

struct Plan {
  const ast::Plan* syntax = nullptr;
  std::vector<TableUse> tables;  // one a step
  std::vector<PlanStep> steps;
  std::vector<PlanRule> rules;
};

enum class GuardKind { kNone, kIntegerVersion, kTimestamp, kBeforeImage };

struct WriteColumn {
  ColumnUse column;
  Value value;
  const ast::WriteColumn* syntax = nullptr;
};

struct Write {
  const ast::WriteProposal* syntax = nullptr;
  TableUse target;
  ast::Operation operation = ast::Operation::kUpdate;
  ColumnUse key;
  Value key_value;
  ColumnUse tenant;
  Value tenant_value;
  std::vector<WriteColumn> columns;
  GuardKind guard = GuardKind::kNone;
  ColumnUse guard_column;  // kIntegerVersion, kTimestamp
  bool guard_inferred = false;
  std::optional<TableUse> audit;
  // SUMMARY TEMPLATE split at its placeholders.
  struct SummaryPart {
    std::string text;
    std::string_view placeholder;
    Value value;
    Span span = Span::None();
  };
  std::vector<SummaryPart> summary;
  bool target_is_context_root = false;
};

struct Capability {
  std::string_view name;
  const ast::Capability* syntax = nullptr;
  ContextId context;
  std::vector<Arg> args;
  std::vector<Binding> hidden;
  // The name space of BINDING: the context's BIND and this HIDDEN, by name.
  std::vector<Binding> bindings;
  std::optional<Plan> plan;
  std::optional<Write> write;
  std::vector<WorkflowId> workflows;  // that allow it
  std::vector<PolicyId> policies;
  bool is_proposal = false;
  bool poisoned = false;  // its context is unknown

  const Binding* FindBinding(std::string_view binding) const;
  int FindArg(std::string_view arg) const;  // -1: none
};

// ---- workflows and policies ----

enum class Risk { kLow, kMedium, kHigh };

struct RiskRule {
  Risk level = Risk::kMedium;
  std::string_view role;  // empty: any reviewer
  int approvals = 1;
  const ast::RiskRule* syntax = nullptr;
};

struct Workflow {
  std::string_view name;
  const ast::Workflow* syntax = nullptr;
  std::vector<std::string_view> session_keys;
  std::vector<CapabilityId> capabilities;  // unresolved ones are None
  std::vector<RiskRule> risk_rules;
  bool evidence_required = false;
  bool poisoned = false;
};

enum class PolicyRoot { kTargetTable, kOperation, kTrustedBefore, kTrustedAfter, kReasonCodes };

struct PolicyCondition {
  PolicyRoot root = PolicyRoot::kTargetTable;
  std::string_view column;  // kTrustedBefore, kTrustedAfter
  const ast::PolicyCondition* syntax = nullptr;
  bool poisoned = false;
};

// ALTER SETTLEMENT POLICY is an entry of its own, with the scope of the policy that it alters.
struct Policy {
  std::string_view name;
  const ast::SettlementPolicy* syntax = nullptr;
  bool for_workflow = false;
  CapabilityId capability;
  WorkflowId workflow;
  std::vector<PolicyCondition> conditions;
  bool poisoned = false;
};

// ---- the whole ----

// Owns nothing of the text: the SourceStore, the ast::Files and the Catalog outlive it. Immutable after Lower,
// thread-safe.
struct Program {
  const SourceStore* sources = nullptr;
  const schema::Catalog* catalog = nullptr;
  bool incomplete = false;  // some statement did not parse: what nothing refers to may be meant by it
  ValueStore<Workflow> workflows;
  ValueStore<Context> contexts;
  ValueStore<Capability> capabilities;
  ValueStore<Policy> policies;
  std::unordered_map<std::string_view, WorkflowId> workflow_names;
  std::unordered_map<std::string_view, ContextId> context_names;
  std::unordered_map<std::string_view, CapabilityId> capability_names;
  std::unordered_map<std::string_view, PolicyId> policy_names;
};

}  // namespace synapsor::ir
