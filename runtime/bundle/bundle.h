// The compiled unit that `sync build` writes and the runtime loads: format `synapsor.bundle.v1`. Decides what is in it;
// how it is written and verified is in write.h and load.h.
//
// Nothing in it depends on the time, the machine or the folder of the build.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runtime/bundle/plan.h"

namespace synapsor::bundle {

inline constexpr std::string_view kFormat = "synapsor.bundle.v1";

struct DdlDigest {
  std::string name;  // file name without its folder
  std::string digest;
};

// What a source must look like for the plans to hold: just the tables and columns used.
struct TableFingerprint {
  std::string schema, table;
  std::vector<std::string> columns;  // those used, sorted
  std::string fingerprint;           // over the declared types, nullability and keys of those columns
};

struct Source {
  std::string name;
  std::string engine;  // postgres, mysql, mariadb, sqlite
  std::vector<TableFingerprint> tables;
};

struct Binding {  // BIND or HIDDEN
  std::string name, session_key;
};

struct Context {
  std::string name;
  std::vector<Binding> bindings;
  std::string tenant_session_key;
  bool evidence = false;
  QueryPlan query;
};

struct Arg {
  std::string name;
  ScalarType type = ScalarType::kText;
  bool required = false;
  std::string description;
  std::optional<std::int64_t> max_length;  // in code points
  std::optional<std::string> min, max;     // exact decimal text
  std::vector<std::string> one_of;
  std::optional<int> precision, scale;
};

struct TokenBudget {
  std::optional<int> max_output_tokens, max_inline_evidence_items, max_reason_count;
  bool prefer_handles = false;
};

// Text, or the value of a reference when `is_value`.
struct SummaryPart {
  bool is_value = false;
  std::string text;
  ValueRef value;
};

struct Capability {
  std::string name, version, description;
  std::string context;
  bool is_proposal = false;
  std::vector<Arg> args;
  std::vector<Binding> bindings;          // BIND and HIDDEN in effect
  std::vector<std::string> session_keys;  // every key that a call needs, sorted
  std::string tool_name;                  // the name in `tool`: [A-Za-z0-9_-]{1,64}, unique in a bundle
  std::string tool;                       // MCP tool definition as canonical JSON: ARGs only
  std::string returns_json;               // canonical JSON Schema, or empty
  bool minimal_profile = false;
  bool evidence_handles_only = false;
  std::vector<std::pair<std::string, std::string>> aliases;  // field, alias
  std::optional<TokenBudget> budget;
  std::optional<PatchPlan> patch;
  std::vector<SummaryPart> summary;
};

struct RiskRule {
  std::string level, role;  // role empty: any reviewer
  int approvals = 1;
};

struct Workflow {
  std::string name, version, description;
  std::vector<std::string> session_keys;
  std::vector<std::string> capabilities;
  bool evidence_required = false, auto_branch = false, checkpoint_every_step = false;
  std::vector<RiskRule> risk_rules;
  std::optional<int> retention_runs_days, retention_evidence_days;
};

// Compiled settlement policy: a conjunction over server-computed values.
struct PolicyCondition {
  std::string path;      // target_table, operation, trusted_before.COLUMN, trusted_after.COLUMN, reason_codes
  std::string relation;  // = != < <= > >=
  Scalar literal;
};
struct PolicyLimit {
  std::string total_column;  // empty: counts approvals
  std::string amount;
  bool per_object = false;
};
struct Policy {
  std::string name;
  bool for_workflow = false;
  std::string scope;  // capability or workflow
  std::string target_branch;
  std::vector<PolicyCondition> conditions;
  std::vector<PolicyLimit> limits;
  bool auto_commit = false, auto_merge = false;
  std::string digest;  // over all the above: the policy's version
};

// Who may do what to which column: sorted, comparable as a set. `place` is "file:line", not part of the comparison.
struct AuthorityFact {
  std::string subject;    // capability or workflow
  std::string verb;       // read, write, choose, approve, call …
  std::string object;     // source.schema.table.column, arg, role
  std::string qualifier;  // scope, bound, guard
  std::string place;
};

struct Bundle {
  std::string compiler_version;
  std::vector<DdlDigest> ddl;   // sorted
  std::vector<Source> sources;  // sorted by name, as everything below
  std::vector<Context> contexts;
  std::vector<Capability> capabilities;
  std::vector<Workflow> workflows;
  std::vector<Policy> policies;
  std::vector<AuthorityFact> authority;
  std::string digest;  // "sha256:…" over the canonical JSON without this member

  // Set by Index(): names to positions.
  std::unordered_map<std::string_view, std::size_t> capability_index, context_index, workflow_index, tool_index;
  void Index();
  const Capability* FindCapability(std::string_view name) const;
  const Capability* FindTool(std::string_view tool_name) const;  // from the name that MCP clients use
  const Context* FindContext(std::string_view name) const;
  const Workflow* FindWorkflow(std::string_view name) const;
};

}  // namespace synapsor::bundle
