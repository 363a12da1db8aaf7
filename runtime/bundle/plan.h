// Precompiled statements: the only SQL that the runtime ever sends. A plan says where each parameter's value comes from;
// it holds no value of a user and no credential. Plain data, written by the compiler, read by the interpreter and
// the trusted runner.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/base/scalar.h"

namespace synapsor::bundle {

// Where the value of one parameter comes from.
enum class Origin {
  kSession,   // trusted value `name` of the session
  kArg,       // ARG `name` of the call
  kFixed,     // `fixed`, written by the contract's author
  kProposal,  // part `name` of an approved proposal: key, tenant, guard, set:COLUMN, before:COLUMN
  kEvent,     // audit rows: tenant_id, principal, capability, resource, action, payload, created_at
};

struct ValueRef {
  Origin origin = Origin::kFixed;
  std::string name;
  Scalar fixed = Scalar::Null(ScalarType::kText);
};

std::string ProvenanceText(const ValueRef& value);  // "session:tenant_id", "arg:reason", "fixed", "proposal:key"

struct Param {
  ValueRef value;
  ScalarType type = ScalarType::kText;
  std::string database_type;  // as the engine spells it: "character varying(40)", "bigint unsigned"
};

struct ResultColumn {
  std::string name;           // slot name, or the column's in before images
  std::string table, column;  // real names, for evidence and fingerprints; never shown to a model
  ScalarType type = ScalarType::kText;
  std::string database_type;
  bool visible = true;  // false: for evidence keys and run-time checks only, never sent to a model
};

struct Statement {
  std::string sql;
  std::vector<Param> params;          // in the order of their positions, 1-based in the text
  std::vector<ResultColumn> columns;  // empty for UPDATE and INSERT
  std::string fingerprint;            // sha256 over engine and sql
};

// A context's read: root, includes, tenant predicate on each.
struct QueryPlan {
  std::string source;
  Statement statement;
  std::vector<std::string> tables;  // real names, root first
  bool many_rows = false;           // an include may yield several rows; otherwise at most one is correct
  int row_cap = 100;                // one more is fetched to know that it was reached
  int timeout_ms = 5000;
};

enum class GuardKind { kIntegerVersion, kTimestamp, kBeforeImage };

struct Guard {
  GuardKind kind = GuardKind::kIntegerVersion;
  std::string column;                  // empty for kBeforeImage
  std::vector<std::string> compared;   // kBeforeImage: every column read or written, sorted
  bool advanced_by_statement = false;  // the UPDATE sets it (+ 1); otherwise the database must move it
};

// One written column with what the runtime checks before a proposal exists.
struct SetColumn {
  std::string column;
  ValueRef value;
  ScalarType type = ScalarType::kText;
  std::string database_type;
  bool nullable = true;
  std::optional<std::string> min, max;  // exact decimal text, inclusive: BOUND and the column's own range, the tighter
  std::optional<std::int64_t> max_length;  // of the column: code points of a text, bytes of a binary value
  std::optional<int> precision, scale;     // of a decimal column: a value with more digits is refused, not rounded
  std::vector<std::pair<std::string, std::string>> transitions;  // allowed moves; empty: any
};

// AUDIT: the ledger keeps the stream under this name; `insert` is set when the target's database has the table.
struct Audit {
  std::string stream;
  std::optional<Statement> insert;
};

struct PatchPlan {
  std::string source, schema, table;  // real names
  std::string key_column;
  ValueRef key;
  ScalarType key_type = ScalarType::kText;
  std::string tenant_column;
  ValueRef tenant;
  ScalarType tenant_type = ScalarType::kText;
  Guard guard;
  std::vector<SetColumn> set;
  std::vector<std::string> allowed_columns;  // of `set`, sorted: what the writer may touch
  Statement before;                          // reader: key, tenant, guard, written and compared columns
  Statement lock;                            // writer: the same columns, FOR UPDATE where the engine has it
  Statement update;                          // one guarded row
  std::vector<std::string> observed;         // columns of `before` that settlement policies decide by, sorted
  std::optional<Audit> audit;
  bool target_is_context_root = false;  // then key must equal the context's root key
  std::string root_key_slot;            // name of the context query's column that holds the root key, or empty
  int expected_rows = 1;
};

}  // namespace synapsor::bundle
