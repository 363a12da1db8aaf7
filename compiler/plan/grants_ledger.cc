// The script for the database of a PostgreSQL ledger.
#include <fmt/format.h>

#include "compiler/plan/dialect.h"
#include "compiler/plan/grants_print.h"
#include "runtime/objects/ledger_tables.h"

namespace synapsor::plan {
namespace {

std::string Joined(std::string_view first, std::string_view second) {
  return first.empty() || second.empty() ? fmt::format("{}{}", first, second) : fmt::format("{}, {}", first, second);
}

std::string TableGrants(const std::string& role, const std::string& keeper) {
  std::string body =
      "BEGIN\n"
      "  IF to_regclass('synapsor_ledger.meta') IS NULL THEN\n"
      "    RAISE WARNING 'the ledger has no tables yet: let the owner make them, then run this script again';\n"
      "    RETURN;\n"
      "  END IF;\n";
  body += fmt::format("  REVOKE ALL ON ALL TABLES IN SCHEMA {} FROM {}, {}, PUBLIC;\n", objects::kLedgerSchema, role,
                      keeper);
  body += fmt::format("  GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}, {};\n", objects::kLedgerSchema, role, keeper);
  for (const objects::LedgerTable& table : objects::kLedgerTables) {
    const auto grant = [&](const std::string& rights, const std::string& to) {
      if (!rights.empty())
        body += fmt::format("  GRANT {} ON TABLE {}.{} TO {};\n", rights, objects::kLedgerSchema, table.name, to);
    };
    grant(std::string(table.rights), role);
    grant(Joined(table.rights, table.keeper_rights), keeper);
  }
  return DoBlock(body + "END\n");
}

}  // namespace

std::string PrintLedgerGrants(const LedgerNames& names) {
  constexpr schema::Engine kEngine = schema::Engine::kPostgres;
  const std::string role = QuoteName(kEngine, names.role), owner = QuoteName(kEngine, names.owner),
                    keeper = QuoteName(kEngine, names.keeper);
  std::string out = Comment("Roles of a PostgreSQL ledger. Written by `sync grants --ledger`.");
  out += Comment(
      "Read it, then run it in the ledger's database as a superuser, or as a role that may create roles and schemas: psql -v "
      "ON_ERROR_STOP=1 -f FILE. It is one transaction and may be run again.");
  out += Comment(fmt::format(
      "Two steps the first time, and after each update of synapsor-runner: run this; let {} make or migrate the tables, "
      "with any command of the runner under its URL, such as `synapsor-runner audit verify`; run this again.",
      owner));
  out += BeginPostgres();
  out += Section("The roles; they log in once they have a password or a certificate (see the end).");
  out += PostgresRoles({{names.owner, true}, {names.role, true}, {names.keeper, true}},
                       "made by sync grants for the ledger");
  out += Section(
      "The owner makes and migrates the tables. No program that serves or applies is given its URL: whoever owns the tables "
      "can switch off what keeps events append-only.");
  out +=
      DoBlock(fmt::format("BEGIN\n"
                          "  IF NOT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = '{0}') THEN\n"
                          "    IF NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN\n"
                          "      EXECUTE format('GRANT %I TO %I', {2}, current_user);\n"
                          "    END IF;\n"
                          "    CREATE SCHEMA {0} AUTHORIZATION {1};\n"
                          "  END IF;\n"
                          "END\n",
                          objects::kLedgerSchema, owner, TextLiteral(names.owner)));
  out += Section(
      "The role that serve, invoke, proposals and apply use: it adds records, reads them, and moves the states of proposals and "
      "jobs. It deletes nothing, and what was recorded about a call, a proposal or a decision it cannot change. The keeper may "
      "also take the content of old runs and evidence: for `retention` and `apply --watch --retain`, and for nothing else.");
  out += fmt::format("REVOKE ALL ON SCHEMA {0} FROM {1}, {2}, PUBLIC;\nGRANT USAGE ON SCHEMA {0} TO {1}, {2};\n",
                     objects::kLedgerSchema, role, keeper);
  out += TableGrants(role, keeper);
  out += "\nCOMMIT;\n";
  out += Section("Left to you. Passwords are not written here:");
  for (const std::string& name : {owner, role, keeper}) out += Comment("  \\password " + name);
  return out;
}

}  // namespace synapsor::plan
