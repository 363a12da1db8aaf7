// A live PostgreSQL's schema: one query a kind of object, whatever the number of tables. Expressions are printed by
// the server with an empty search path, as pg_dump has them printed.
#include <fmt/format.h>
#include <pg_query.h>

#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "compiler/schema/big_stack.h"
#include "compiler/schema/check_form.h"
#include "compiler/schema/introspect_engines.h"
#include "compiler/schema/pg_rows.h"
#include "compiler/schema/pg_types.h"
#include "compiler/schema/pg_view.h"
#include "compiler/schema/snapshot_json.h"
#include "compiler/schema/trigger_body.h"

namespace synapsor::schema {
namespace {

using pg::Rows;

constexpr auto kDialect = sql::Dialect::kPostgres;

struct CatalogType {
  std::string schema, name, kind;  // kind: pg_type.typtype
  long long base = 0, element = 0, collation = 0;
  int modifier = -1;
  bool not_null = false;
  std::vector<std::string> enum_values;
};

struct DomainCheck {
  std::string name, expression;
  bool validated = true;
};

// The relations that are read: $1 is a JSON list of schemas, empty for all that are not the system's.
constexpr char kRelations[] = R"(
  relations AS MATERIALIZED (
    SELECT c.oid, n.nspname, c.relname, c.relkind, c.relrowsecurity, c.relforcerowsecurity, c.relowner
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f')
      AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND n.nspname !~ '^pg_(temp|toast_temp)_'
      AND ($1::json::text = '[]' OR n.nspname IN (SELECT pg_catalog.json_array_elements_text($1::json)))
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                      WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e')))";

std::vector<int> Modifiers(const std::string& name, int modifier) {
  if (modifier < 0) return {};
  if (name == "varchar" || name == "bpchar") return {modifier - 4};
  if (name == "numeric") {
    const int packed = modifier - 4, scale = packed & 0x7FF;
    return {packed >> 16 & 0xFFFF, scale > 1023 ? scale - 2048 : scale};
  }
  if (name == "interval") return {};
  return {modifier};
}

ReferentialAction ActionOf(std::string_view code) {
  if (code == "c") return ReferentialAction::kCascade;
  if (code == "n") return ReferentialAction::kSetNull;
  if (code == "d") return ReferentialAction::kSetDefault;
  if (code == "r") return ReferentialAction::kRestrict;
  return ReferentialAction::kNoAction;
}

class Introspection {
 public:
  Introspection(pg::Catalog catalog, const IntrospectOptions& options) : catalog_(std::move(catalog)) {
    schemas_ = nlohmann::json(options.schemas).dump();
  }

  Result<Snapshot> Run() {
    SYN_RETURN_IF_ERROR(ReadSession());
    SYN_RETURN_IF_ERROR(ReadTypes());
    SYN_RETURN_IF_ERROR(ReadRelations());
    SYN_RETURN_IF_ERROR(ReadColumns());
    SYN_RETURN_IF_ERROR(ReadIndexes());
    SYN_RETURN_IF_ERROR(ReadForeignKeys());
    SYN_RETURN_IF_ERROR(ReadChecks());
    SYN_RETURN_IF_ERROR(ReadTriggers());
    SYN_RETURN_IF_ERROR(ReadPolicies());
    MapViews();
    Finish(snapshot_);
    return std::move(snapshot_);
  }

 private:
  Result<Rows> Query(std::string_view purpose, const std::string& rest) {
    return catalog_.Query(purpose, fmt::format("WITH {} {}", kRelations, rest), {schemas_});
  }
  Table* Find(long long oid) {
    const auto found = by_oid_.find(oid);
    return found == by_oid_.end() ? nullptr : &snapshot_.tables[found->second];
  }

  Status ReadSession() {
    SYN_ASSIGN_OR_RETURN(
        const Rows rows,
        catalog_.Query(
            "the session",
            "SELECT pg_catalog.current_schema(), pg_catalog.current_setting('server_version'), current_user, r.rolsuper, r.rolbypassrls, "
            "pg_catalog.set_config('search_path', '', true), pg_catalog.set_config('statement_timeout', '60s', true), "
            "pg_catalog.set_config('quote_all_identifiers', 'off', true) "
            "FROM pg_catalog.pg_roles r WHERE r.rolname = current_user"));
    snapshot_.engine = Engine::kPostgres;
    if (rows.size() != 1) return Fail(ErrorKind::kDatabase, "the connecting role is not in the catalog");
    snapshot_.default_schema = rows.IsNull(0, 0) ? "public" : std::string(rows.Text(0, 0));
    snapshot_.server_version = rows.Text(0, 1).substr(0, rows.Text(0, 1).find(' '));
    snapshot_.role = Role{std::string(rows.Text(0, 2)), rows.Bool(0, 3), rows.Bool(0, 4)};
    return {};
  }

  Status ReadTypes() {
    SYN_ASSIGN_OR_RETURN(
        const Rows rows,
        catalog_.Query(
            "types",
            "SELECT t.oid, n.nspname, t.typname, t.typtype, t.typbasetype, CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE 0 END, "
            "t.typtypmod, t.typnotnull, t.typcollation, "
            "(SELECT pg_catalog.json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid) "
            "FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype IN ('b', 'e', 'd')"));
    for (int i = 0; i < rows.size(); ++i) {
      types_[rows.Int(i, 0)] = {std::string(rows.Text(i, 1)),
                                std::string(rows.Text(i, 2)),
                                std::string(rows.Text(i, 3)),
                                rows.Int(i, 4),
                                rows.Int(i, 5),
                                rows.Int(i, 8),
                                static_cast<int>(rows.Int(i, 6)),
                                rows.Bool(i, 7),
                                rows.IsNull(i, 9) ? std::vector<std::string>() : rows.Texts(i, 9)};
    }
    SYN_ASSIGN_OR_RETURN(
        const Rows checks,
        catalog_.Query(
            "domain checks",
            "SELECT contypid, conname, pg_catalog.pg_get_constraintdef(oid), convalidated FROM pg_catalog.pg_constraint WHERE contypid <> 0 AND contype = 'c' ORDER BY conname"));
    for (int i = 0; i < checks.size(); ++i) {
      const std::string_view text = checks.Text(i, 2);
      const std::size_t open = text.find('(');
      if (open == std::string_view::npos) continue;
      const std::size_t end = sql::AfterParentheses(text, open, kDialect);
      domain_checks_[checks.Int(i, 0)].push_back(
          {std::string(checks.Text(i, 1)), sql::Normalize(text.substr(open, end - open), kDialect), checks.Bool(i, 3)});
    }
    return {};
  }

  Status ReadRelations() {
    SYN_ASSIGN_OR_RETURN(const Rows rows, Query("tables", R"(
      SELECT r.oid, r.nspname, r.relname, r.relkind, r.relrowsecurity, r.relforcerowsecurity,
             pg_catalog.pg_has_role(r.relowner, 'USAGE'), pg_catalog.has_table_privilege(r.oid, 'SELECT'),
             pg_catalog.has_table_privilege(r.oid, 'INSERT'), pg_catalog.has_table_privilege(r.oid, 'UPDATE'),
             pg_catalog.has_table_privilege(r.oid, 'DELETE'),
             CASE WHEN r.relkind IN ('v', 'm') THEN pg_catalog.pg_get_viewdef(r.oid) END,
             r.relkind <> 'm' AND (r.relkind IN ('r', 'p') OR pg_catalog.pg_relation_is_updatable(r.oid, false) & 4 = 4)
               AND NOT EXISTS (SELECT FROM pg_catalog.pg_rewrite w WHERE w.ev_class = r.oid AND w.ev_type = '2'),
             (SELECT pg_catalog.json_agg(coalesce(a.attname, '(expression)') ORDER BY k.place)
              FROM pg_catalog.pg_partitioned_table p, pg_catalog.unnest(p.partattrs::int2[]) WITH ORDINALITY k(number, place)
              LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid AND a.attnum = k.number
              WHERE p.partrelid = r.oid)
      FROM relations r ORDER BY r.oid)"));
    for (int i = 0; i < rows.size(); ++i) {
      by_oid_[rows.Int(i, 0)] = snapshot_.tables.size();
      Table& table = snapshot_.tables.emplace_back();
      table.schema = rows.Text(i, 1);
      table.name = rows.Text(i, 2);
      const char kind = rows.Text(i, 3).front();
      table.kind = kind == 'v'   ? TableKind::kView
                   : kind == 'm' ? TableKind::kMaterializedView
                   : kind == 'p' ? TableKind::kPartitionedTable
                   : kind == 'f' ? TableKind::kForeignTable
                                 : TableKind::kTable;
      table.row_security = rows.Bool(i, 4);
      table.row_security_forced = rows.Bool(i, 5);
      table.owned_by_role = rows.Bool(i, 6);
      table.may_select = rows.Bool(i, 7);
      table.may_insert = rows.Bool(i, 8);
      table.may_update = rows.Bool(i, 9);
      table.may_delete = rows.Bool(i, 10);
      std::string definition = sql::Normalize(rows.Text(i, 11), kDialect);
      if (definition.ends_with(';')) definition.pop_back();
      table.view_definition = std::move(definition);
      table.updatable = rows.Bool(i, 12);
      if (!rows.IsNull(i, 13)) table.partition_key = rows.Texts(i, 13);
    }
    return {};
  }

  // The type below all domains. The outermost domain names it; NOT NULL of any of them counts.
  Type TypeOf(long long oid, int modifier, const std::string& shown, bool& not_null, std::vector<long long>& domains,
              long long& collation) const {
    const CatalogType* type = nullptr;
    std::string domain;
    for (int depth = 0; depth < 64; ++depth) {
      const auto found = types_.find(oid);
      if (found == types_.end()) return {.kind = TypeKind::kOther, .declared = shown, .domain = domain};
      type = &found->second;
      if (type->kind != "d") break;
      if (domain.empty()) domain = type->schema + "." + type->name;
      domains.push_back(oid);
      not_null = not_null || type->not_null;
      modifier = type->modifier;
      oid = type->base;
    }
    collation = type->collation;
    Type out;
    if (type->element != 0) {
      out = {.kind = TypeKind::kArray};
    } else if (type->kind == "e") {
      out = {.kind = TypeKind::kEnum, .enum_values = type->enum_values};
    } else if (type->schema == "pg_catalog") {
      const auto builtin = pg::BuiltinType(type->name, Modifiers(type->name, modifier));
      out = builtin.value_or(Type());
    } else {
      out = pg::ExtensionType(shown, type->name);
    }
    out.declared = out.kind == TypeKind::kInterval && domain.empty() ? "interval" : shown;
    out.domain = domain;
    return out;
  }

  Status ReadColumns() {
    SYN_ASSIGN_OR_RETURN(const Rows rows, Query("columns", R"(
      SELECT r.oid, a.attname, a.atttypid, a.atttypmod, pg_catalog.format_type(a.atttypid, a.atttypmod),
             a.attnotnull AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conrelid = a.attrelid AND k.contype = 'n'
                                          AND NOT k.convalidated AND k.conkey = ARRAY[a.attnum]), a.attidentity,
             a.attgenerated, pg_catalog.pg_get_expr(d.adbin, d.adrelid), a.attcollation, l.collname,
             pg_catalog.has_column_privilege(r.oid, a.attnum, 'SELECT'), pg_catalog.has_column_privilege(r.oid, a.attnum, 'UPDATE'),
             r.relkind IN ('v', 'm') AND NOT pg_catalog.pg_column_is_updatable(r.oid, a.attnum, false)
      FROM relations r JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation
      ORDER BY r.oid, a.attnum)"));
    for (int i = 0; i < rows.size(); ++i) {
      Table* table = Find(rows.Int(i, 0));
      if (table == nullptr) continue;
      Column column;
      column.name = rows.Text(i, 1);
      bool not_null = rows.Bool(i, 5);
      std::vector<long long> domains;
      long long usual_collation = 0;
      column.type = TypeOf(rows.Int(i, 2), static_cast<int>(rows.Int(i, 3)), std::string(rows.Text(i, 4)), not_null,
                           domains, usual_collation);
      column.nullable = !not_null;
      const std::string_view identity = rows.Text(i, 6);
      column.identity = identity == "a" ? Identity::kAlways : identity == "d" ? Identity::kByDefault : Identity::kNo;
      if (rows.Text(i, 7) == "s") column.generated = Generated::kStored;
      if (rows.Text(i, 7) == "v") column.generated = Generated::kVirtual;
      if (!rows.IsNull(i, 8)) {
        column.default_expression = sql::Normalize(rows.Text(i, 8), kDialect);
        if (column.default_expression->starts_with("nextval(")) column.identity = Identity::kByDefault;
      }
      if (rows.Int(i, 9) != 0 && rows.Int(i, 9) != usual_collation) column.collation = rows.Text(i, 10);
      column.may_select = rows.Bool(i, 11);
      column.may_update = rows.Bool(i, 12);
      column.updatable = !rows.Bool(i, 13);
      if (!domains.empty()) column_domains_.push_back({by_oid_[rows.Int(i, 0)], column.name, domains});
      table->columns.push_back(std::move(column));
    }
    for (const ColumnDomains& item : column_domains_) {
      Table& table = snapshot_.tables[item.table];
      if (table.kind == TableKind::kView || table.kind == TableKind::kMaterializedView) continue;
      for (const long long domain : item.domains) {
        for (const DomainCheck& check : domain_checks_[domain]) {
          for (CheckConstraint& entry : ReadCheck(table, check.name, check.expression, kDialect, item.column)) {
            entry.validated = check.validated;
            table.checks.push_back(std::move(entry));
          }
        }
      }
    }
    return {};
  }

  Status ReadIndexes() {
    const std::string nulls = catalog_.server_version() >= 150000 ? "i.indnullsnotdistinct" : "false";
    SYN_ASSIGN_OR_RETURN(const Rows rows, Query("indexes", fmt::format(R"(
      SELECT i.indrelid, c.relname, i.indisunique, i.indisprimary, i.indimmediate, i.indisvalid, i.indpred IS NOT NULL, {},
             EXISTS (SELECT FROM pg_catalog.pg_constraint x WHERE x.conindid = i.indexrelid AND x.contype = 'u' AND x.conrelid = i.indrelid),
             (SELECT pg_catalog.json_agg(coalesce(a.attname, '(expression)') ORDER BY k.place)
              FROM pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY k(number, place)
              LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number AND k.number <> 0
              WHERE k.place <= i.indnkeyatts)
      FROM relations r JOIN pg_catalog.pg_index i ON i.indrelid = r.oid JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
      ORDER BY c.relname)",
                                                                       nulls)));
    for (int i = 0; i < rows.size(); ++i) {
      Table* table = Find(rows.Int(i, 0));
      if (table == nullptr) continue;
      Index index;
      index.name = rows.Text(i, 1);
      index.partial = rows.Bool(i, 6);
      index.unique = rows.Bool(i, 2) && rows.Bool(i, 4) && !index.partial;
      index.valid = rows.Bool(i, 5);
      index.nulls_distinct = !rows.Bool(i, 7);
      index.columns = rows.Texts(i, 9);
      if (rows.Bool(i, 8)) index.origin = IndexOrigin::kUnique;
      if (rows.Bool(i, 3)) {
        index.origin = IndexOrigin::kPrimaryKey;
        table->primary_key = index.columns;
      }
      table->indexes.push_back(std::move(index));
    }
    return {};
  }

  // PostgreSQL 18 lets constraints be declared that it does not enforce.
  std::string Enforced() const { return catalog_.server_version() >= 180000 ? "k.conenforced" : "true"; }

  Status ReadForeignKeys() {
    SYN_ASSIGN_OR_RETURN(const Rows rows, Query("foreign keys", fmt::format(R"(
      SELECT k.conrelid, k.conname, tn.nspname, t.relname, k.confupdtype, k.confdeltype,
             (SELECT pg_catalog.json_agg(a.attname ORDER BY u.place) FROM pg_catalog.unnest(k.conkey) WITH ORDINALITY u(number, place)
              JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number),
             (SELECT pg_catalog.json_agg(a.attname ORDER BY u.place) FROM pg_catalog.unnest(k.confkey) WITH ORDINALITY u(number, place)
              JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.number), {}
      FROM relations r JOIN pg_catalog.pg_constraint k ON k.conrelid = r.oid AND k.contype = 'f'
      JOIN pg_catalog.pg_class t ON t.oid = k.confrelid JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
      WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_constraint p WHERE p.oid = k.conparentid AND p.conrelid = k.conrelid)
      ORDER BY k.conname)",
                                                                            Enforced())));
    for (int i = 0; i < rows.size(); ++i) {
      Table* table = Find(rows.Int(i, 0));
      if (table == nullptr) continue;
      table->foreign_keys.push_back({std::string(rows.Text(i, 1)), rows.Texts(i, 6), std::string(rows.Text(i, 2)),
                                     std::string(rows.Text(i, 3)), rows.Texts(i, 7), ActionOf(rows.Text(i, 4)),
                                     ActionOf(rows.Text(i, 5)), rows.Bool(i, 8)});
    }
    return {};
  }

  Status ReadChecks() {
    SYN_ASSIGN_OR_RETURN(const Rows rows, Query("checks", fmt::format(R"(
      SELECT k.conrelid, k.conname, pg_catalog.pg_get_expr(k.conbin, k.conrelid), k.convalidated
      FROM relations r JOIN pg_catalog.pg_constraint k ON k.conrelid = r.oid AND k.contype = 'c' AND {} ORDER BY k.conname)",
                                                                      Enforced())));
    for (int i = 0; i < rows.size(); ++i) {
      Table* table = Find(rows.Int(i, 0));
      if (table == nullptr) continue;
      const std::string expression = sql::Normalize(rows.Text(i, 2), kDialect);
      for (CheckConstraint& check : ReadCheck(*table, std::string(rows.Text(i, 1)), expression, kDialect)) {
        check.validated = rows.Bool(i, 3);
        table->checks.push_back(std::move(check));
      }
    }
    return {};
  }

  Status ReadTriggers() {
    SYN_ASSIGN_OR_RETURN(const Rows rows, Query("triggers", R"(
      SELECT t.tgrelid, t.tgname, t.tgtype, t.tgenabled, fn.nspname || '.' || f.proname, l.lanname, f.prosrc,
             (SELECT pg_catalog.json_agg(a.attname ORDER BY u.place) FROM pg_catalog.unnest(t.tgattr::int2[]) WITH ORDINALITY u(number, place)
              JOIN pg_catalog.pg_attribute a ON a.attrelid = t.tgrelid AND a.attnum = u.number),
             f.proname, (SELECT pg_catalog.json_agg(w.word ORDER BY w.place) FROM pg_catalog.unnest(pg_catalog.string_to_array(
               pg_catalog.encode(t.tgargs, 'escape'), '\000')) WITH ORDINALITY w(word, place) WHERE w.place <= t.tgnargs)
      FROM relations r JOIN pg_catalog.pg_trigger t ON t.tgrelid = r.oid AND NOT t.tgisinternal
      JOIN pg_catalog.pg_proc f ON f.oid = t.tgfoid JOIN pg_catalog.pg_namespace fn ON fn.oid = f.pronamespace
      JOIN pg_catalog.pg_language l ON l.oid = f.prolang ORDER BY t.tgname)"));
    for (int i = 0; i < rows.size(); ++i) {
      Table* table = Find(rows.Int(i, 0));
      if (table == nullptr) continue;
      Trigger trigger;
      trigger.name = rows.Text(i, 1);
      const long long type = rows.Int(i, 2);
      trigger.before = (type & (2 | 64)) != 0;
      trigger.on_insert = (type & 4) != 0;
      trigger.on_delete = (type & 8) != 0;
      trigger.on_update = (type & 16) != 0;
      trigger.enabled = rows.Text(i, 3) == "O" || rows.Text(i, 3) == "A";
      trigger.function = rows.Text(i, 4);
      if (!rows.IsNull(i, 7)) trigger.update_columns = rows.Texts(i, 7);
      if (rows.Text(i, 5) == "plpgsql") {
        ReadTriggerBody(trigger, *table, rows.Text(i, 6), kDialect);
      } else {
        const std::vector<std::string> arguments = rows.IsNull(i, 9) ? std::vector<std::string>() : rows.Texts(i, 9);
        trigger.may_write_elsewhere = !ReadKnownTriggerFunction(trigger, *table, rows.Text(i, 8), arguments);
      }
      table->triggers.push_back(std::move(trigger));
    }
    return {};
  }

  Status ReadPolicies() {
    SYN_ASSIGN_OR_RETURN(const Rows rows, Query("policies", R"(
      SELECT p.polrelid, p.polname, p.polcmd, p.polpermissive, pg_catalog.pg_get_expr(p.polqual, p.polrelid),
             pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid),
             CASE WHEN p.polroles = '{0}' THEN '["public"]'::json
                  ELSE (SELECT pg_catalog.json_agg(o.rolname ORDER BY o.rolname) FROM pg_catalog.pg_roles o WHERE o.oid = ANY (p.polroles)) END
      FROM relations r JOIN pg_catalog.pg_policy p ON p.polrelid = r.oid ORDER BY p.polname)"));
    for (int i = 0; i < rows.size(); ++i) {
      Table* table = Find(rows.Int(i, 0));
      if (table == nullptr) continue;
      Policy policy;
      policy.name = rows.Text(i, 1);
      const char command = rows.Text(i, 2).front();
      policy.command = command == 'r'   ? "SELECT"
                       : command == 'a' ? "INSERT"
                       : command == 'w' ? "UPDATE"
                       : command == 'd' ? "DELETE"
                                        : "ALL";
      policy.permissive = rows.Bool(i, 3);
      policy.using_expression = sql::Normalize(rows.Text(i, 4), kDialect);
      policy.check_expression = sql::Normalize(rows.Text(i, 5), kDialect);
      policy.roles = rows.Texts(i, 6);
      table->policies.push_back(std::move(policy));
    }
    return {};
  }

  // In the order of creation, so that a view finds the views beneath it done. A query that cannot be read leaves
  // its columns without a base.
  void MapViews() {
    const auto map_all = [this] {
      for (auto& [oid, place] : by_oid_) {
        Table& view = snapshot_.tables[place];
        if (view.view_definition.empty()) continue;
        PgQueryParseResult parsed = pg_query_parse(view.view_definition.c_str());
        if (parsed.error == nullptr) MapView(view, parsed.parse_tree);
        pg_query_free_parse_result(parsed);
      }
    };
    static_cast<void>(RunOnBigStack(512ull * 1024 * 1024, map_all));
  }

  void MapView(Table& view, const char* json) {
    const pg::Tree tree(json);
    const pg::Node select = tree.root()["stmts"].front()["stmt"].Tagged("SelectStmt");
    const pg::ViewShape shape =
        pg::ReadView(select, [this](const std::string& schema, const std::string& name) -> const Table* {
          for (const Table& table : snapshot_.tables) {
            if (table.name == name && table.schema == schema) return &table;
          }
          return nullptr;
        });
    if (shape.columns.size() != view.columns.size()) return;
    for (std::size_t i = 0; i < view.columns.size(); ++i) {
      view.columns[i].base_schema = shape.columns[i].base_schema;
      view.columns[i].base_table = shape.columns[i].base_table;
      view.columns[i].base_column = shape.columns[i].base_column;
      if (!shape.columns[i].base_column.empty()) view.columns[i].nullable = shape.columns[i].nullable;
    }
  }

  struct ColumnDomains {
    std::size_t table;
    std::string column;
    std::vector<long long> domains;
  };

  pg::Catalog catalog_;
  std::string schemas_;
  Snapshot snapshot_;
  std::map<long long, std::size_t> by_oid_;
  std::map<long long, CatalogType> types_;
  std::map<long long, std::vector<DomainCheck>> domain_checks_;
  std::vector<ColumnDomains> column_domains_;
};

}  // namespace

Result<Snapshot> IntrospectPostgres(const std::string& url, const IntrospectOptions& options) {
  SYN_ASSIGN_OR_RETURN(pg::Catalog catalog, pg::Catalog::Connect(url, options));
  return Introspection(std::move(catalog), options).Run();
}

}  // namespace synapsor::schema
