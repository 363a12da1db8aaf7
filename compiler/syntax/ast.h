// What a DDL file says, clause by clause, with the place of each: the output of parsing and the
// input of lowering. Nothing is resolved here; a field that is absent from the text has an empty
// span.
//
// Text views point into the SourceStore or, for literals that needed unescaping, into
// File::unescaped.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/source/source.h"

namespace synapsor::ast {

// An identifier. Quoted ones ("Order Items", `key`) come without their quotes.
struct Name {
  std::string_view text;
  Span span = Span::None();
  bool present() const { return span.has_value(); }
};

// `namespace.name` of a workflow, context, capability, policy or external action.
struct QualifiedName {
  Name space;  // absent when the text has no dot
  Name name;
  std::string_view full;  // "billing.invoice_context" as written
  Span span = Span::None();
  bool present() const { return span.has_value(); }
};

struct TableRef {
  Name schema;  // absent unless written
  Name table;
  Span span = Span::None();
  bool present() const { return span.has_value(); }
};

struct FieldRef {
  Name alias;
  Name column;
  Span span = Span::None();
  bool present() const { return span.has_value(); }
};

struct String {
  std::string_view value;  // unescaped
  Span span = Span::None();
  bool present() const { return span.has_value(); }
};

enum class LiteralKind { kString, kInteger, kDecimal, kBoolean, kNull };

// `text` is unescaped for strings, the digits with sign for numbers, "true"/"false"/"null"
// otherwise.
struct Literal {
  LiteralKind kind = LiteralKind::kNull;
  std::string_view text;
  Span span = Span::None();
  bool present() const { return span.has_value(); }
};

struct Integer {
  std::int64_t value = 0;
  Span span = Span::None();
  bool present() const { return span.has_value(); }
};

enum class SourceKind { kSession, kArg, kBinding, kValue, kField };

// Where a value comes from: SESSION k, ARG n, BINDING n, VALUE lit, FIELD a.c (in a PLAN; a bare
// literal there is kValue).
struct ValueSource {
  SourceKind kind = SourceKind::kValue;
  Name name;                 // SESSION, ARG, BINDING
  Literal literal;           // VALUE
  FieldRef field;            // FIELD
  Span span = Span::None();  // keyword to end
};

enum class Relation { kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual };

// ---- workflow ----

struct RiskRule {
  Name level;         // low, medium, high
  Integer approvals;  // REQUIRE n APPROVALS (extension); absent means one
  String role;        // absent: any reviewer
  Span span = Span::None();
};

struct Workflow {
  QualifiedName name;
  String version;
  String description;
  std::vector<Name> session_require;
  Span session_span = Span::None();
  std::vector<QualifiedName> allowed_capabilities;
  Span allowed_span = Span::None();
  std::vector<QualifiedName> allowed_external_actions;
  Span evidence_required = Span::None();
  Span auto_branch = Span::None();
  Span checkpoint_every_step = Span::None();
  std::vector<RiskRule> risk_rules;
  Integer retention_runs_days;
  Integer retention_evidence_days;
  Span span = Span::None();  // CREATE to ;
};

// ---- context ----

struct SessionBinding {  // BIND n FROM SESSION k, HIDDEN n FROM SESSION k
  Name name;
  Name session_key;
  Span span = Span::None();
};

struct Include {
  TableRef table;
  Name alias;
  FieldRef left;
  FieldRef right;
  Span span = Span::None();
};

struct SearchFilter {
  FieldRef field;
  ValueSource source;
  Span span = Span::None();
};

struct Search {
  TableRef table;
  Name alias;
  FieldRef column;    // USING HYBRID(t.c)
  ValueSource query;  // ARG or VALUE
  std::vector<SearchFilter> filters;
  Integer top;
  Span span = Span::None();
};

struct OutputSlot {
  Name name;
  FieldRef field;
  Span span = Span::None();
};

enum class Toggle { kUnset, kOn, kOff };

struct Context {
  QualifiedName name;
  TableRef root;
  Name root_alias;
  FieldRef lookup_field;
  ValueSource lookup_source;  // SESSION; ARG and VALUE parse, and a check refuses them
  std::vector<SessionBinding> binds;
  std::vector<Include> includes;
  std::vector<Search> searches;
  std::vector<OutputSlot> slots;
  Toggle evidence = Toggle::kUnset;
  Span evidence_span = Span::None();
  Span lookup_span = Span::None();
  Span slots_span = Span::None();
  Span span = Span::None();
};

// ---- capability ----

struct Arg {
  Name name;
  Name type;            // as written; its meaning is decided in lowering
  Integer type_length;  // VARCHAR(n), DECIMAL(p,s)
  Integer type_scale;
  bool required = false;
  Integer max_length;
  Literal min;  // MIN n, MAX n
  Literal max;
  std::vector<Literal> one_of;  // ENUM (…)
  Span one_of_span = Span::None();
  String description;
  Span span = Span::None();
};

struct TokenBudget {
  Integer max_output_tokens;
  Integer max_inline_evidence_items;
  Integer max_reason_count;
  Span prefer_handles = Span::None();
  Span span = Span::None();
};

struct FieldAlias {
  Name field;
  Name alias;
  Span span = Span::None();
};

// PLAN … END PLAN
struct PlanPredicate {  // WHERE FIELD a.c = operand; HYBRID_SEARCH FILTER c = operand has no alias
  FieldRef field;
  ValueSource operand;
  Span span = Span::None();
};

struct PlanOutput {  // OUTPUT n = FIELD a.c
  Name name;
  FieldRef field;
  Span span = Span::None();
};

enum class PlanStepKind { kScan, kExists, kHybridSearch };

struct PlanStep {
  PlanStepKind kind = PlanStepKind::kScan;
  Name name;
  TableRef table;
  Name alias;                        // SCAN, EXISTS
  std::vector<PlanPredicate> where;  // WHERE or FILTER
  std::vector<PlanOutput> outputs;   // SCAN
  Name search_column;                // HYBRID_SEARCH
  ValueSource query;                 // HYBRID_SEARCH
  Integer limit;                     // HYBRID_SEARCH
  Span span = Span::None();
};

enum class PlanOperandKind { kField, kStepCount, kStepOutput };

struct PlanCondition {
  PlanOperandKind left = PlanOperandKind::kField;
  FieldRef field;
  Name step;
  Relation relation = Relation::kEqual;
  Literal right;
  Span span = Span::None();
};

struct PlanRule {
  Name decision;
  Name reason;
  String detail;
  std::vector<PlanCondition> when;
  bool terminal = false;
  bool require_no_prior_reasons = false;
  Span span = Span::None();
};

struct PlanResult {  // name = STEP_OUTPUT s | STEP_COUNT s
  Name name;
  PlanOperandKind kind = PlanOperandKind::kStepOutput;
  Name step;
  Span span = Span::None();
};

struct Plan {
  Name default_decision;
  std::vector<PlanStep> steps;
  std::vector<PlanRule> rules;
  std::vector<PlanResult> payload;
  std::vector<PlanResult> evidence;
  Span span = Span::None();
};

enum class Operation { kUpdate, kInsert, kDelete };

struct WriteColumn {
  Name column;
  ValueSource source;
  Span span = Span::None();
};

struct ColumnBound {  // BOUND column MIN n MAX n (extension)
  Name column;
  Literal min;
  Literal max;
  Span span = Span::None();
};

struct TransitionStep {
  String from;
  String to;
};

struct Transition {  // TRANSITION column ALLOW 'a' TO 'b', … (extension)
  Name column;
  std::vector<TransitionStep> steps;
  Span span = Span::None();
};

enum class GuardKind { kInferred, kColumn, kBeforeImage };

struct WriteProposal {
  TableRef target;
  Operation operation = Operation::kUpdate;
  Span operation_span = Span::None();
  Name lookup_column;
  ValueSource lookup_source;
  Span lookup_span = Span::None();
  Name tenant_column;         // absent: a check refuses it
  ValueSource tenant_source;  // BINDING; others parse, and a check refuses them
  Span tenant_span = Span::None();
  std::vector<WriteColumn> columns;
  Span columns_span = Span::None();
  GuardKind guard = GuardKind::kInferred;
  Name guard_column;
  Span guard_span = Span::None();
  std::vector<ColumnBound> bounds;
  std::vector<Transition> transitions;
  TableRef audit;
  String summary;
  Span span = Span::None();
};

enum class Execution { kReadOnly, kProposal };

struct Capability {
  QualifiedName name;
  String version;
  String description;
  std::vector<Arg> args;
  std::vector<SessionBinding> hidden;
  QualifiedName context;
  Execution execution = Execution::kReadOnly;
  Span execution_span = Span::None();
  std::optional<TokenBudget> budget;
  std::optional<Plan> plan;
  String returns_json;
  Name profile;
  std::vector<FieldAlias> aliases;
  Name inline_evidence;
  std::optional<WriteProposal> write;
  Span span = Span::None();
};

// ---- settlement policy ----

struct PolicyCondition {  // PAYLOAD path relop literal
  std::vector<Name> path;
  Span path_span = Span::None();
  Relation relation = Relation::kEqual;
  Literal right;
  Span span = Span::None();
};

struct PolicyLimit {  // LIMIT n PER [OBJECT] DAY, LIMIT TOTAL column n PER [OBJECT] DAY (extension)
  Name total_column;  // absent: counts approvals
  Literal amount;
  bool per_object = false;
  Span span = Span::None();
};

struct SettlementPolicy {
  bool is_alter = false;
  QualifiedName name;
  bool for_workflow = false;
  QualifiedName scope;  // absent for ALTER
  Name target_branch;
  std::vector<PolicyCondition> when;
  Span when_span = Span::None();
  std::vector<PolicyLimit> limits;
  Span auto_commit = Span::None();
  Span auto_merge = Span::None();
  Span span = Span::None();
};

// ---- a file ----

// A `-- sync:allow CODE reason` comment. It covers the statement it stands in, or the one that ends
// on its line, or else the next. An empty code or reason is kept: refusing it is not the parser's
// matter.
struct Suppression {
  std::string_view code;
  std::string_view reason;
  Span span = Span::None();       // the whole comment
  Span statement = Span::None();  // what it covers; None at the end of a file
};

// CREATE TABLE and other ordinary SQL, skipped with an advice.
struct ForeignStatement {
  std::string_view head;  // "CREATE TABLE"
  Span span = Span::None();
};

enum class StatementKind { kWorkflow, kContext, kCapability, kSettlementPolicy };

// A statement that was left out because of a mistake, so that nobody also reports its name as
// unknown.
struct BrokenStatement {
  StatementKind kind = StatementKind::kWorkflow;
  std::string_view name;  // as far as it can be told, otherwise empty
  Span span = Span::None();
};

struct File {
  FileId file;
  std::vector<Workflow> workflows;
  std::vector<Context> contexts;
  std::vector<Capability> capabilities;
  std::vector<SettlementPolicy> policies;
  std::vector<ForeignStatement> foreign;
  std::vector<Suppression> suppressions;
  std::vector<BrokenStatement> broken;
  std::deque<std::string> unescaped;
};

}  // namespace synapsor::ast
