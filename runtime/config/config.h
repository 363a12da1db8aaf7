// synapsor.json: which databases there are, which table of the DDL lies where, who may approve. Comments are
// allowed in the file; unknown keys are refused. Secrets never stand in it, only the names of environment variables.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/result.h"

namespace synapsor::config {

// `env:NAME`. Anything else in a place for a secret is refused when the file is read.
struct SecretRef {
  std::string variable;
  bool empty() const { return variable.empty(); }
};
Result<SecretRef> ParseSecretRef(std::string_view text, std::string_view what);
Result<std::string> ReadSecret(const SecretRef& ref, std::string_view what);

enum class TlsMode { kVerify, kRequire, kOff };  // kOff and kRequire only for loopback

struct Source {
  std::string name;
  std::string engine;       // postgres, mysql, mariadb, sqlite
  std::string schema_file;  // snapshot or schema.sql, resolved against the config's folder; may be empty
  SecretRef read, write;    // SQLite: the variable holds a path
  std::string sqlite_path;  // SQLite only: `"path": "app.db"`, no secret, resolved against the config's folder
  TlsMode tls = TlsMode::kVerify;
  std::string tls_ca_file;
  int statement_timeout_ms = 5000, lock_timeout_ms = 2000, connect_timeout_ms = 3000;
  int pool_size = 4;
  bool allow_writing_reader = false;  // development only, said loudly
  std::string receipts = "table";     // "table": in the target database; "ledger": intent mode
  // PostgreSQL only: the database has the policies that `sync grants` prints, and every transaction says its tenant.
  bool row_level_security = false;
};

struct Table {
  std::string name;                    // as the DDL says it, or as the database does, with or without its schema
  int line = 0;                        // of the file, from 1
  std::string source;                  // empty: the only one
  std::string real_schema, real_name;  // empty: as the DDL says it
  std::string tenant_column;           // empty: named like the tenant binding
  bool single_tenant = false;
  std::vector<std::string> keep_out;
  std::string guard_column;  // empty: inferred
};

struct Approval {
  std::string default_role = "reviewer";  // for proposals outside a workflow
  int proposal_ttl_hours = 24 * 7;
  std::string reviewers_file;  // who may log in to the review pages; empty: tokens only
  std::map<std::string, std::vector<std::string>> role_members;  // role -> principals, for the operator's command line
};

// Who may use a workflow: holders of one of the roles, and these principals.
struct WorkflowUsers {
  std::vector<std::string> roles, principals;
};

struct Session {
  std::string tenant_key = "tenant_id";
  std::string principal_key = "principal";
  std::string provider = "environment";            // environment, jwt, operator
  std::map<std::string, std::string> environment;  // session key -> variable, beside SYNAPSOR_SESSION_<KEY>
  // JWT
  std::string issuer, audience, jwks_file;
  SecretRef hs256;  // development only
  int leeway_seconds = 30;
  std::map<std::string, std::string> claims;  // session key -> claim
  std::string roles_claim = "roles";
  // By workflow. Absent: every session may use every workflow, and capabilities outside one. Present: a workflow that is
  // not named in it is nobody's.
  std::optional<std::map<std::string, WorkflowUsers>> workflows;
};

struct Markers {  // extend the lists in stdlib/
  std::vector<std::string> sensitive_columns, trusted_names;
};

struct Config {
  std::string path;              // of the file; empty when there is none
  std::string directory;         // against which relative paths are resolved
  std::vector<std::string> ddl;  // globs
  std::map<std::string, Source> sources;
  std::map<std::string, Table> tables;
  std::string ledger;  // "sqlite:PATH" or "env:NAME" of a PostgreSQL URL
  Approval approval;
  Session session;
  Markers markers;
};

// What holds without a file: no sources, ledger `sqlite:.synapsor/ledger.db`.
Config Defaults();

// Errors name file, line and key.
Result<Config> Load(const std::string& path);
Result<Config> Parse(std::string_view text, const std::string& path);

}  // namespace synapsor::config
