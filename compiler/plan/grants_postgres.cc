// The script for PostgreSQL: one transaction that leaves the roles with exactly what the plans need, and checks it.
#include <fmt/format.h>

#include "compiler/plan/dialect.h"
#include "compiler/plan/grants_print.h"
#include "runtime/base/digest.h"
#include "runtime/objects/receipts.h"

namespace synapsor::plan {
namespace {

constexpr schema::Engine kEngine = schema::Engine::kPostgres;
constexpr std::size_t kMostBytes = 63;

std::string Quote(std::string_view name) { return QuoteName(kEngine, name); }
std::string Quote(const TableName& table) { return QuoteTable(kEngine, table.first, table.second); }
std::string RelationLiteral(const TableName& table) { return TextLiteral(Quote(table)) + "::regclass"; }

std::set<std::string> SetOf(const auto& names) { return {names.begin(), names.end()}; }

// A name of ours with a role's in it, that PostgreSQL does not cut.
std::string PolicyName(std::string_view kind, std::string_view role) {
  std::string name = fmt::format("synapsor_{}_{}", kind, role);
  if (name.size() > kMostBytes) name = fmt::format("synapsor_{}_{}", kind, Sha256Hex(role).substr(0, 16));
  return name;
}

// A table that stood there before may be somebody's who can change what is in it.
constexpr std::string_view kReceiptsOwner =
    "    UNION ALL\n"
    "    SELECT false, 'public.synapsor_receipts belongs to ' || o.rolname || ', who can change receipts'\n"
    "    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_roles o ON o.oid = c.relowner\n"
    "    WHERE c.oid = 'public.synapsor_receipts'::regclass AND NOT o.rolsuper AND o.rolname <> current_user\n"
    "      AND o.oid <> (SELECT datdba FROM pg_catalog.pg_database WHERE datname = current_database())\n";

class Printer {
 public:
  Printer(const SourceGrants& grants, const GrantNames& names, const GrantOptions& options)
      : grants_(grants), names_(names), options_(options), writer_(grants.writer) {
    if (!receipts()) return;
    ColumnRights& rights = writer_[{std::string(objects::kReceiptsSchema), std::string(objects::kReceiptsTable)}];
    rights.select = SetOf(objects::kReceiptsRead);
    rights.insert = SetOf(objects::kReceiptsInserted);
  }

  std::string Print() {
    Head();
    Roles();
    Forget();
    Reader();
    if (grants_.writes) Writer();
    Views();
    RowSecurity();
    Verify();
    out_ += "\nCOMMIT;\n";
    Tail();
    return std::move(out_);
  }

 private:
  // Two sources that are given one name by mistake do not take each other's rights.
  std::string Mark() const { return fmt::format("made by sync grants for source {}", grants_.source); }
  bool receipts() const { return grants_.writes && options_.receipts_in_target; }
  std::vector<std::string> OwnRoles() const {
    return grants_.writes ? std::vector{names_.reader, names_.writer} : std::vector{names_.reader};
  }

  void Head() {
    out_ += Comment(fmt::format(
        "Least privilege for the source `{}` on PostgreSQL, as its bundle needs it. Written by `sync grants`.",
        grants_.source));
    out_ += Comment(
        "Read it, then run it in the source's database as the owner of the tables or as a superuser: psql -v "
        "ON_ERROR_STOP=1 -f FILE. It is one transaction; running it again leaves the same, and after a change of "
        "the contract it also takes away what is no longer needed. It takes short exclusive locks on the "
        "tables: run it while no long transaction holds them.");
    if (!grants_.remarks.empty()) out_ += "--\n";
    for (const std::string& remark : grants_.remarks) out_ += Comment("Look at this: " + remark + ".");
    out_ += BeginPostgres();
  }

  void Roles() {
    out_ += Section(
        "The roles: they own nothing and are members of nothing. Reader and writer log in once they have a password or a "
        "certificate (see the end). The viewer is a group for people and dashboards: grant it to those who may look.");
    std::vector<std::pair<std::string, bool>> roles;
    for (const std::string& role : OwnRoles()) roles.emplace_back(role, true);
    roles.emplace_back(names_.viewer, false);
    out_ += PostgresRoles(roles, Mark());
  }

  // Everything that an earlier run, or a hand, gave in this database.
  void Forget() {
    out_ +=
        Section("What these roles had in this database before is taken back, so that exactly what follows is left.");
    // The writer too where the contract no longer writes.
    std::string list;
    for (const std::string& role : {names_.reader, names_.writer, names_.viewer})
      list += (list.empty() ? "" : ", ") + TextLiteral(role);
    out_ += DoBlock(fmt::format(
        "DECLARE had record;\n"
        "BEGIN\n"
        "  FOR had IN\n"
        "    SELECT p.polname, p.polrelid::regclass::text AS thing FROM pg_catalog.pg_policy p, pg_catalog.pg_roles r\n"
        "    WHERE r.rolname IN ({0}) AND r.oid = ANY (p.polroles) AND p.polname ~ '^synapsor_(sees|only)_'\n"
        "  LOOP\n"
        "    EXECUTE format('DROP POLICY %I ON %s', had.polname, had.thing);\n"
        "  END LOOP;\n"
        "  FOR had IN\n"
        "    SELECT DISTINCT CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind, c.oid::regclass::text AS thing, r.rolname\n"
        "    FROM pg_catalog.pg_roles r, pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace\n"
        "    WHERE r.rolname IN ({0}) AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'\n"
        "      AND (EXISTS (SELECT FROM pg_catalog.aclexplode(c.relacl) a WHERE a.grantee = r.oid)\n"
        "           OR EXISTS (SELECT FROM pg_catalog.pg_attribute t, pg_catalog.aclexplode(t.attacl) a\n"
        "                      WHERE t.attrelid = c.oid AND a.grantee = r.oid))\n"
        "    UNION ALL\n"
        "    SELECT 'SCHEMA', format('%I', n.nspname), r.rolname FROM pg_catalog.pg_roles r, pg_catalog.pg_namespace n\n"
        "    WHERE r.rolname IN ({0}) AND EXISTS (SELECT FROM pg_catalog.aclexplode(n.nspacl) a WHERE a.grantee = r.oid)\n"
        "  LOOP\n"
        "    EXECUTE format('REVOKE ALL ON %s %s FROM %I', had.kind, had.thing, had.rolname);\n"
        "  END LOOP;\n"
        "END\n",
        list));
  }

  void Usage(const RoleRights& rights, const std::string& role) {
    std::set<std::string> schemas;
    for (const auto& [table, columns] : rights) {
      if (!columns.select.empty() || !columns.insert.empty() || !columns.update.empty()) schemas.insert(table.first);
    }
    for (const std::string& schema : schemas)
      out_ += fmt::format("GRANT USAGE ON SCHEMA {} TO {};\n", Quote(schema), Quote(role));
  }

  void Columns(const TableName& table, const ColumnRights& rights, const std::string& role) {
    const std::pair<std::string_view, const std::set<std::string>&> kinds[] = {
        {"SELECT", rights.select}, {"INSERT", rights.insert}, {"UPDATE", rights.update}};
    for (const auto& [privilege, columns] : kinds) {
      if (columns.empty()) continue;
      out_ += fmt::format("GRANT {} {} ON TABLE {} TO {};\n", privilege, ColumnList(kEngine, columns), Quote(table),
                          Quote(role));
    }
    for (const std::string& column : rights.serial) {
      out_ += DoBlock(
          fmt::format("BEGIN\n"
                      "  IF pg_get_serial_sequence({0}, {1}) IS NOT NULL THEN\n"
                      "    EXECUTE format('GRANT USAGE ON SEQUENCE %s TO %I', pg_get_serial_sequence({0}, {1}), {2});\n"
                      "  END IF;\n"
                      "END\n",
                      TextLiteral(Quote(table)), TextLiteral(column), TextLiteral(role)));
    }
  }

  void Reader() {
    out_ += Section(
        "The reader: the columns that contexts show, join, look up and scope by, and the before image of what is proposed. "
        "Its sessions begin read-only; that is a default, the missing privileges are what holds.");
    Usage(grants_.reader, names_.reader);
    for (const auto& [table, rights] : grants_.reader) Columns(table, rights, names_.reader);
    out_ += fmt::format("ALTER ROLE {} SET default_transaction_read_only = on;\n", Quote(names_.reader));
  }

  void Writer() {
    if (receipts()) {
      out_ += Section(
          "Receipts stand beside the effect, in its transaction. The writer adds and reads them; it never changes or deletes one.");
      out_ += objects::ReceiptsDdl("postgres") + ";\n";
      out_ += fmt::format("REVOKE ALL ON TABLE {}.{} FROM PUBLIC;\n", Quote(objects::kReceiptsSchema),
                          Quote(objects::kReceiptsTable));
    }
    out_ += Section(
        "The writer: reads the row that it changes (key, tenant, guard, before image), updates the columns that contracts set "
        "and the version that the statement advances. UPDATE on a column is also what SELECT ... FOR UPDATE asks for.");
    Usage(writer_, names_.writer);
    for (const auto& [table, rights] : writer_) Columns(table, rights, names_.writer);
  }

  void Views() {
    if (grants_.views.empty()) return;
    out_ += Section(fmt::format(
        "What agents can see, for people: one view a context, without kept-out columns, of the tenant that the session "
        "names: SET synapsor.tenant_id = '...'. Without it a view is empty. Whoever may read the views may name any "
        "tenant. The schema {} belongs to this script: other views in it are dropped.",
        Quote(names_.views)));
    out_ += DoBlock(fmt::format(
        "DECLARE had record;\n"
        "BEGIN\n"
        "  IF NOT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = {0}) THEN\n"
        "    CREATE SCHEMA {1};\n"
        "    COMMENT ON SCHEMA {1} IS {3};\n"
        "  ELSIF (SELECT obj_description(oid, 'pg_namespace') FROM pg_catalog.pg_namespace WHERE nspname = {0}) IS DISTINCT FROM {3} THEN\n"
        "    RAISE EXCEPTION USING MESSAGE = {2}, HINT = 'Choose another name with --views.';\n"
        "  END IF;\n"
        "  FOR had IN SELECT c.oid::regclass::text AS thing FROM pg_catalog.pg_class c\n"
        "             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace\n"
        "             WHERE n.nspname = {0} AND c.relkind = 'v'\n"
        "  LOOP\n"
        "    EXECUTE format('DROP VIEW %s', had.thing);\n"
        "  END LOOP;\n"
        "END\n",
        TextLiteral(names_.views), Quote(names_.views),
        TextLiteral(fmt::format("the schema {} was not made by this script", Quote(names_.views))),
        TextLiteral(Mark())));
    out_ += fmt::format("GRANT USAGE ON SCHEMA {} TO {};\n", Quote(names_.views), Quote(names_.viewer));
    // Operators of the columns' types may stand in schemas of their own.
    out_ += "SET LOCAL search_path TO DEFAULT;\n";
    for (const SafeView& view : grants_.views) {
      out_ += "\n" + Comment(fmt::format("context {}{}", view.context,
                                         view.tenant_filtered ? "" : ": of one tenant, so not filtered"));
      const std::string name = Quote(TableName{names_.views, view.name});
      out_ += fmt::format("CREATE VIEW {} WITH (security_barrier) AS\n{};\n", name, view.select);
      out_ += fmt::format("GRANT SELECT ON {} TO {};\n", name, Quote(names_.viewer));
    }
    out_ += "SET LOCAL search_path = pg_catalog, pg_temp;\n";
  }

  void RowSecurity() {
    if (grants_.tenant_tables.empty()) return;
    if (!options_.row_level_security) {
      out_ += Section(
          "Row-level security: not asked for. With \"row_level_security\": true for this source in synapsor.json, policies are "
          "printed here and every transaction of the runner says its tenant.");
      return;
    }
    out_ += Section(
        "Row-level security, the second belt: these roles see and change rows of the tenant that the transaction names in "
        "synapsor.tenant_id, and no row without it. It holds a forgotten predicate, not somebody with the credential, who can "
        "name another tenant. Where it was off, a policy keeps everybody else as they were; owners, superusers and BYPASSRLS "
        "are not held by it. pg_dump under another role then needs BYPASSRLS.");
    for (const TenantTable& tenant : grants_.tenant_tables) {
      const std::string table = Quote(tenant.table);
      out_ +=
          "\n" +
          DoBlock(fmt::format(
              "BEGIN\n"
              "  IF NOT (SELECT relrowsecurity FROM pg_catalog.pg_class WHERE oid = {0}) THEN\n"
              "    DROP POLICY IF EXISTS synapsor_others ON {1};\n"
              "    CREATE POLICY synapsor_others ON {1} AS PERMISSIVE FOR ALL TO PUBLIC USING (true) WITH CHECK (true);\n"
              "    ALTER TABLE {1} ENABLE ROW LEVEL SECURITY;\n"
              "  END IF;\n"
              "END\n",
              RelationLiteral(tenant.table), table));
      for (const std::string& role : OwnRoles()) {
        for (const auto& [kind, spelling] : {std::pair{"sees", "PERMISSIVE"}, std::pair{"only", "RESTRICTIVE"}}) {
          const std::string policy = Quote(PolicyName(kind, role));
          out_ += fmt::format("CREATE POLICY {} ON {} AS {} FOR ALL TO {}\n  USING ({})\n  WITH CHECK ({});\n", policy,
                              table, spelling, Quote(role), tenant.predicate, tenant.predicate);
        }
      }
    }
  }

  void Expect(const RoleRights& rights, const std::string& role, std::string& rows) const {
    const auto add = [&](const TableName& table, const std::set<std::string>& columns, std::string_view privilege) {
      for (const std::string& column : columns) {
        rows += fmt::format("{}({}, {}, {}, '{}')", rows.empty() ? "" : ",\n        ", TextLiteral(role),
                            RelationLiteral(table), TextLiteral(column), privilege);
      }
    };
    for (const auto& [table, columns] : rights) {
      add(table, columns.select, "SELECT");
      add(table, columns.insert, "INSERT");
      add(table, columns.update, "UPDATE");
    }
  }

  // Privileges through PUBLIC, memberships and ownership cannot be seen in the grants above.
  void Verify() {
    std::string rows, roles;
    Expect(grants_.reader, names_.reader, rows);
    if (grants_.writes) Expect(writer_, names_.writer, rows);
    for (const std::string& role : OwnRoles())
      roles += (roles.empty() ? "" : ", ") + fmt::format("({})", TextLiteral(role));
    out_ += Section(
        "What the roles may do now, whatever gave it: a privilege that is missing ends the script, one more than the bundle "
        "needs is a warning that names it. Most such come from grants to PUBLIC.");
    out_ += DoBlock(fmt::format(
        "DECLARE problem record;\n"
        "BEGIN\n"
        "  FOR problem IN\n"
        "    WITH expected (role, relation, what, privilege) AS (VALUES\n"
        "        {0}),\n"
        "    roles (role) AS (VALUES {1}),\n"
        "    tables AS (\n"
        "      SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace\n"
        "      WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'),\n"
        "    held AS (\n"
        "      SELECT r.role, t.oid::regclass AS relation, a.attname::text AS what, p.privilege\n"
        "      FROM roles r, tables t JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped,\n"
        "           (VALUES ('SELECT'), ('INSERT'), ('UPDATE'), ('REFERENCES')) p (privilege)\n"
        "      WHERE has_column_privilege(r.role, t.oid, a.attnum, p.privilege)\n"
        "      UNION ALL\n"
        "      SELECT r.role, t.oid::regclass, '', p.privilege\n"
        "      FROM roles r, tables t, (VALUES ('DELETE', 0), ('TRUNCATE', 0), ('TRIGGER', 0), ('MAINTAIN', 170000)) p (privilege, since)\n"
        "      WHERE CASE WHEN current_setting('server_version_num')::int >= p.since THEN has_table_privilege(r.role, t.oid, p.privilege) END)\n"
        "    SELECT true AS missing, role || ' may not ' || privilege || ' ' || what || ' of ' || relation AS words\n"
        "    FROM (SELECT * FROM expected EXCEPT SELECT * FROM held) lacking\n"
        "    UNION ALL\n"
        "    SELECT false, role || ' may also ' || privilege || ' on ' || relation || coalesce(' (' || nullif(string_agg(what, ', ' ORDER BY what), '') || ')', '')\n"
        "    FROM (SELECT * FROM held EXCEPT SELECT * FROM expected) more GROUP BY role, privilege, relation\n"
        "    UNION ALL\n"
        "    SELECT false, r.role || ' may create tables in schema ' || quote_ident(n.nspname) FROM roles r, pg_catalog.pg_namespace n\n"
        "    WHERE n.nspname !~ '^pg_' AND has_schema_privilege(r.role, n.oid, 'CREATE')\n"
        "{2}"
        "    UNION ALL\n"
        "    SELECT false, m.rolname || ' is a member of ' || g.rolname || ', whose rights it can use'\n"
        "    FROM roles r JOIN pg_catalog.pg_roles m ON m.rolname = r.role JOIN pg_catalog.pg_auth_members a ON a.member = m.oid\n"
        "         JOIN pg_catalog.pg_roles g ON g.oid = a.roleid\n"
        "    ORDER BY missing DESC, words\n"
        "  LOOP\n"
        "    IF problem.missing THEN RAISE EXCEPTION USING MESSAGE = problem.words; END IF;\n"
        "    RAISE WARNING USING MESSAGE = problem.words;\n"
        "  END LOOP;\n"
        "END\n",
        rows, roles, receipts() ? kReceiptsOwner : ""));
  }

  void Tail() {
    out_ +=
        Section("Left to you. Passwords are not written here: in psql, \\password asks for one and sends it hashed.");
    for (const std::string& role : OwnRoles()) out_ += Comment(fmt::format("  \\password {}", Quote(role)));
    out_ += Comment("What PUBLIC has, every role has. Unless others rely on it:");
    out_ += Comment("  REVOKE CREATE ON SCHEMA public FROM PUBLIC;");
    out_ += Comment("  REVOKE TEMPORARY ON DATABASE your_database FROM PUBLIC;");
    if (options_.row_level_security && !grants_.tenant_tables.empty()) {
      out_ += Comment("To take row-level security back, where this script switched it on:");
      for (const TenantTable& tenant : grants_.tenant_tables) {
        out_ += Comment(fmt::format("  ALTER TABLE {} DISABLE ROW LEVEL SECURITY;", Quote(tenant.table)));
      }
    }
  }

  const SourceGrants& grants_;
  const GrantNames& names_;
  const GrantOptions& options_;
  RoleRights writer_;
  std::string out_;
};

}  // namespace

std::string PrintPostgresGrants(const SourceGrants& grants, const GrantNames& names, const GrantOptions& options) {
  return Printer(grants, names, options).Print();
}

}  // namespace synapsor::plan
