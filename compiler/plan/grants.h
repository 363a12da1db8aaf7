// Which database privileges the plans of a bundle need, and the script that gives them: a reader
// and a writer that may do what the plans do and nothing else, views that show what contexts show,
// and policies that keep tenants apart.
//
// Decides who may do what to which column; nothing of a database is asked. The text is the same for
// the same input.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/ir/ir.h"
#include "compiler/schema/snapshot.h"
#include "runtime/base/result.h"
#include "runtime/bundle/bundle.h"

namespace synapsor::plan {

using TableName = std::pair<std::string, std::string>;  // schema, table; no schema: the connection's own database

// What one role does to the columns of one table, by real name.
struct ColumnRights {
  std::set<std::string> select, insert, update;
  // Compared with the catalog but never read. MySQL and MariaDB hide columns from the catalog that
  // a role may not use.
  std::set<std::string> known;
  // Their defaults draw from a sequence when a row is inserted without them.
  std::set<std::string> serial;
};

using RoleRights = std::map<TableName, ColumnRights>;

// A view that shows what one context shows, of the tenant at hand where the engine can keep tenants
// apart.
struct SafeView {
  std::string context;
  std::string schema,
      name;            // schema: of the context's root table, for engines that keep views beside their tables
  std::string select;  // the statement behind it
  bool tenant_filtered = false;
};

// A table whose rows belong to tenants, for row-level security.
struct TenantTable {
  TableName table;
  std::string predicate;  // holds for the rows of the tenant that the transaction names
};

struct SourceGrants {
  std::string source;
  schema::Engine engine = schema::Engine::kPostgres;
  RoleRights reader, writer;
  bool writes = false;                     // some capability proposes changes to this source
  std::vector<SafeView> views;             // by context
  std::vector<TenantTable> tenant_tables;  // by table
  std::vector<std::string> remarks;        // what the plans do not tell and a person must look at
};

// What one write needs, beside its audit table.
void AddWriterRights(const bundle::PatchPlan& patch, RoleRights& writer);
void AddAuditRights(const TableName& table, const bundle::Statement& insert, RoleRights& writer);

// Of one source of a program that built to `bundle` without errors.
SourceGrants GrantsOf(const ir::Program& program, const bundle::Bundle& bundle, std::string_view source);

// Names of roles in the script. `views` is a schema of its own on PostgreSQL, elsewhere the
// beginning of each view's name.
struct GrantNames {
  std::string reader, writer, viewer, views;
  std::string host = "%";  // MySQL and MariaDB: from where the accounts may connect
};
GrantNames DefaultGrantNames(std::string_view source);
// Too long for the engine, empty, or one name for two roles: a usage error.
Status CheckGrantNames(schema::Engine engine, const GrantNames& names);

struct GrantOptions {
  bool receipts_in_target = true;   // the writer's receipts stand beside the effect
  bool row_level_security = false;  // PostgreSQL: print the policies
};

// The script for a database administrator. Not for SQLite, which has no roles.
std::string PrintGrants(const SourceGrants& grants, const GrantNames& names, const GrantOptions& options);

struct LedgerNames {
  std::string role = "synapsor_ledger", owner = "synapsor_ledger_owner", keeper = "synapsor_ledger_keeper";
};
// The script for the database of a PostgreSQL ledger: its owner, who makes and migrates the tables,
// the role that uses them, and the one that removes content by RETENTION.
std::string PrintLedgerGrants(const LedgerNames& names);

}  // namespace synapsor::plan
