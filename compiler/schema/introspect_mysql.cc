// A live MySQL's or MariaDB's schema from information_schema: one query a kind of object, whatever the number of
// tables. The two differ in how defaults and checks are told.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "compiler/schema/check_form.h"
#include "compiler/schema/introspect_engines.h"
#include "compiler/schema/mysql_rows.h"
#include "compiler/schema/mysql_types.h"
#include "compiler/schema/snapshot_json.h"
#include "compiler/schema/trigger_body.h"
#include "compiler/schema/view_text.h"

namespace synapsor::schema {
namespace {

using mysql::Rows;

constexpr auto kDialect = sql::Dialect::kMysql;

bool Contains(std::string_view text, std::string_view part) { return sql::Lower(text).find(part) != std::string::npos; }

// InnoDB does not tell RESTRICT from NO ACTION.
ReferentialAction ActionOf(const std::string& text) {
  if (text == "CASCADE") return ReferentialAction::kCascade;
  if (text == "SET NULL") return ReferentialAction::kSetNull;
  if (text == "SET DEFAULT") return ReferentialAction::kSetDefault;
  return ReferentialAction::kNoAction;
}

class Introspection {
 public:
  Introspection(mysql::Catalog catalog, const IntrospectOptions& options)
      : catalog_(std::move(catalog)), schemas_(options.schemas) {}

  Result<Snapshot> Run() {
    SYN_RETURN_IF_ERROR(ReadSession());
    SYN_RETURN_IF_ERROR(ReadTables());
    SYN_RETURN_IF_ERROR(ReadColumns());
    SYN_RETURN_IF_ERROR(ReadIndexes());
    SYN_RETURN_IF_ERROR(ReadForeignKeys());
    SYN_RETURN_IF_ERROR(ReadChecks());
    SYN_RETURN_IF_ERROR(ReadTriggers());
    SYN_RETURN_IF_ERROR(ReadPartitions());
    SYN_RETURN_IF_ERROR(ReadPrivileges());
    SYN_RETURN_IF_ERROR(ReadViews());
    Finish(snapshot_);
    return std::move(snapshot_);
  }

 private:
  // `{}` in `sql` stands for the condition on a schema column named in `column`.
  Result<Rows> Query(std::string_view purpose, std::string_view column, std::string_view sql) {
    std::string condition;
    if (schemas_.empty()) {
      condition = fmt::format("{} NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')", column);
    } else {
      condition = fmt::format("{} IN (", column);
      for (std::size_t i = 0; i < schemas_.size(); ++i) condition += i > 0 ? ", ?" : "?";
      condition += ")";
    }
    return catalog_.Query(purpose, fmt::format(fmt::runtime(sql), condition), schemas_);
  }

  Table* Find(const std::string& schema, const std::string& name) {
    const auto found = places_.find({schema, name});
    return found == places_.end() ? nullptr : &snapshot_.tables[found->second];
  }
  static Column* FindColumn(Table& table, const std::string& name) {
    for (Column& column : table.columns) {
      if (column.name == name) return &column;
    }
    return nullptr;
  }

  Status ReadSession() {
    SYN_ASSIGN_OR_RETURN(const Rows rows,
                         catalog_.Query("the session", "SELECT VERSION(), DATABASE(), CURRENT_USER()"));
    const std::string& version = rows.Text(0, 0);
    snapshot_.engine = Contains(version, "mariadb") ? Engine::kMariadb : Engine::kMysql;
    snapshot_.server_version = version.substr(0, version.find('-'));
    snapshot_.default_schema = rows.Text(0, 1);
    snapshot_.role = Role{rows.Text(0, 2)};
    if (schemas_.empty() && !snapshot_.default_schema.empty()) schemas_ = {snapshot_.default_schema};
    const std::string& user = rows.Text(0, 2);
    const std::size_t at = user.rfind('@');
    grantee_ = fmt::format("'{}'@'{}'", user.substr(0, at), at == std::string::npos ? "" : user.substr(at + 1));
    return {};
  }

  Status ReadTables() {
    SYN_ASSIGN_OR_RETURN(
        const Rows rows,
        Query(
            "tables", "table_schema",
            "SELECT table_schema, table_name, table_type FROM information_schema.tables WHERE {} AND table_type <> 'SEQUENCE' ORDER BY table_schema, table_name"));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      places_[{rows.Text(i, 0), rows.Text(i, 1)}] = snapshot_.tables.size();
      Table& table = snapshot_.tables.emplace_back();
      table.schema = rows.Text(i, 0);
      table.name = rows.Text(i, 1);
      if (Contains(rows.Text(i, 2), "view")) table.kind = TableKind::kView;
    }
    return {};
  }

  Status ReadColumns() {
    SYN_ASSIGN_OR_RETURN(
        const Rows rows,
        Query(
            "columns", "table_schema",
            "SELECT table_schema, table_name, column_name, column_type, is_nullable, column_default, extra, generation_expression, "
            "collation_name, privileges FROM information_schema.columns WHERE {} ORDER BY table_schema, table_name, ordinal_position"));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      Table* table = Find(rows.Text(i, 0), rows.Text(i, 1));
      if (table == nullptr) continue;
      Column column;
      column.name = rows.Text(i, 2);
      column.type = MysqlType(rows.Text(i, 3));
      column.nullable = rows.Text(i, 4) == "YES";
      const std::string extra = sql::Lower(rows.Text(i, 6));
      column.default_expression = DefaultOf(rows, i, extra, column.type);
      if (Contains(extra, "auto_increment")) column.identity = Identity::kByDefault;
      if (!rows.Text(i, 7).empty()) {
        column.generated = Contains(extra, "virtual") ? Generated::kVirtual : Generated::kStored;
        column.default_expression = Expression(rows.Text(i, 7));
      }
      if (const std::size_t update = extra.find("on update "); update != std::string::npos) {
        const std::string_view expression = std::string_view(extra).substr(update + 10);
        column.on_update = MysqlExpression(expression.substr(0, expression.find_first_of(", ")));
      }
      if (column.type.kind == TypeKind::kText) column.collation = rows.Text(i, 8);
      column.may_select = Contains(rows.Text(i, 9), "select");
      column.may_update = Contains(rows.Text(i, 9), "update");
      const bool may_insert = Contains(rows.Text(i, 9), "insert");
      table->may_select = table->may_select.value_or(true) && *column.may_select;
      table->may_update = table->may_update.value_or(false) || *column.may_update;
      table->may_insert = table->may_insert.value_or(false) || may_insert;
      table->columns.push_back(std::move(column));
    }
    return {};
  }

  // An expression as the server tells it.
  std::string Expression(std::string_view told) const {
    return MysqlExpression(snapshot_.engine == Engine::kMysql ? MysqlCatalogText(told) : std::string(told));
  }

  // MariaDB tells the expression, MySQL the bare value unless `extra` says that it is an expression.
  std::optional<std::string> DefaultOf(const Rows& rows, std::size_t i, const std::string& extra,
                                       const Type& type) const {
    if (rows.IsNull(i, 5)) return std::nullopt;
    const std::string& text = rows.Text(i, 5);
    if (snapshot_.engine == Engine::kMariadb) {
      if (text == "NULL") return std::nullopt;
      return MysqlExpression(text);
    }
    if (Contains(extra, "default_generated")) return Expression(text);
    return MysqlValueDefault(text, type);
  }

  Status ReadIndexes() {
    SYN_ASSIGN_OR_RETURN(
        const Rows rows,
        Query(
            "indexes", "table_schema",
            "SELECT table_schema, table_name, index_name, non_unique, column_name, sub_part, index_type FROM information_schema.statistics WHERE {} "
            "ORDER BY table_schema, table_name, index_name, seq_in_index"));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      Table* table = Find(rows.Text(i, 0), rows.Text(i, 1));
      if (table == nullptr) continue;
      if (table->indexes.empty() || table->indexes.back().name != rows.Text(i, 2)) {
        Index& index = table->indexes.emplace_back();
        index.name = rows.Text(i, 2);
        index.unique = rows.Text(i, 3) == "0";
        index.origin = index.name == "PRIMARY" ? IndexOrigin::kPrimaryKey
                       : index.unique          ? IndexOrigin::kUnique
                                               : IndexOrigin::kIndex;
      }
      // A prefix is unique of other values than the column's. A spatial key tells a length of its own.
      const bool whole = !rows.IsNull(i, 4) && (rows.IsNull(i, 5) || rows.Text(i, 6) == "SPATIAL");
      table->indexes.back().columns.push_back(whole ? rows.Text(i, 4) : "(expression)");
      if (rows.Text(i, 2) == "PRIMARY") table->primary_key.push_back(rows.Text(i, 4));
    }
    return {};
  }

  Status ReadForeignKeys() {
    SYN_ASSIGN_OR_RETURN(
        const Rows rows,
        Query(
            "foreign keys", "k.table_schema",
            "SELECT k.table_schema, k.table_name, k.constraint_name, k.column_name, k.referenced_table_schema, k.referenced_table_name, "
            "k.referenced_column_name, r.update_rule, r.delete_rule FROM information_schema.key_column_usage k "
            "JOIN information_schema.referential_constraints r ON r.constraint_schema = k.constraint_schema AND r.table_name = k.table_name "
            "AND r.constraint_name = k.constraint_name WHERE {} AND k.referenced_table_name IS NOT NULL "
            "ORDER BY k.table_schema, k.table_name, k.constraint_name, k.ordinal_position"));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      Table* table = Find(rows.Text(i, 0), rows.Text(i, 1));
      if (table == nullptr) continue;
      if (table->foreign_keys.empty() || table->foreign_keys.back().name != rows.Text(i, 2)) {
        table->foreign_keys.push_back({rows.Text(i, 2),
                                       {},
                                       rows.Text(i, 4),
                                       rows.Text(i, 5),
                                       {},
                                       ActionOf(rows.Text(i, 7)),
                                       ActionOf(rows.Text(i, 8))});
      }
      table->foreign_keys.back().columns.push_back(rows.Text(i, 3));
      table->foreign_keys.back().target_columns.push_back(rows.Text(i, 6));
    }
    return {};
  }

  Status ReadChecks() {
    const bool mariadb = snapshot_.engine == Engine::kMariadb;
    // Older MySQL has no checks, and no such view.
    SYN_ASSIGN_OR_RETURN(
        const Rows exists,
        catalog_.Query(
            "checks",
            "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'information_schema' AND UPPER(table_name) = 'CHECK_CONSTRAINTS'"));
    if (exists.Text(0, 0) == "0") return {};
    SYN_ASSIGN_OR_RETURN(
        const Rows rows,
        Query(
            "checks", "c.constraint_schema",
            mariadb
                ? "SELECT c.constraint_schema, c.table_name, c.constraint_name, c.check_clause FROM information_schema.check_constraints c WHERE {} "
                  "ORDER BY c.constraint_schema, c.table_name, c.constraint_name"
                : "SELECT c.constraint_schema, t.table_name, c.constraint_name, c.check_clause FROM information_schema.check_constraints c "
                  "JOIN information_schema.table_constraints t ON t.constraint_schema = c.constraint_schema AND t.constraint_name = c.constraint_name "
                  "AND t.constraint_type = 'CHECK' AND t.enforced = 'YES' WHERE {} ORDER BY c.constraint_schema, t.table_name, c.constraint_name"));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      Table* table = Find(rows.Text(i, 0), rows.Text(i, 1));
      if (table == nullptr) continue;
      const std::string expression = Expression(rows.Text(i, 3));
      for (CheckConstraint& check : ReadCheck(*table, rows.Text(i, 2), expression, kDialect))
        table->checks.push_back(std::move(check));
      for (Column& column : table->columns) {
        if (sql::EqualsIgnoringCase(expression, fmt::format("json_valid(`{}`)", column.name)))
          column.type.kind = TypeKind::kJson;
      }
    }
    return {};
  }

  Status ReadTriggers() {
    SYN_ASSIGN_OR_RETURN(
        const Rows rows,
        Query(
            "triggers", "event_object_schema",
            "SELECT event_object_schema, event_object_table, trigger_name, action_timing, event_manipulation, action_statement, sql_mode "
            "FROM information_schema.triggers WHERE {} ORDER BY trigger_name"));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      Table* table = Find(rows.Text(i, 0), rows.Text(i, 1));
      if (table == nullptr) continue;
      Trigger trigger;
      trigger.name = rows.Text(i, 2);
      trigger.before = rows.Text(i, 3) == "BEFORE";
      trigger.on_insert = rows.Text(i, 4) == "INSERT";
      trigger.on_update = rows.Text(i, 4) == "UPDATE";
      trigger.on_delete = rows.Text(i, 4) == "DELETE";
      const bool ansi = Contains(rows.Text(i, 6), "ansi_quotes");
      ReadTriggerBody(trigger, *table, ansi ? MysqlWithoutAnsiQuotes(rows.Text(i, 5)) : rows.Text(i, 5), kDialect);
      if (rows.Text(i, 5).empty()) trigger.may_write_elsewhere = true;
      table->triggers.push_back(std::move(trigger));
    }
    return {};
  }

  Status ReadPartitions() {
    SYN_ASSIGN_OR_RETURN(
        const Rows rows,
        Query(
            "partitions", "table_schema",
            "SELECT DISTINCT table_schema, table_name, partition_expression FROM information_schema.partitions WHERE {} "
            "AND partition_name IS NOT NULL ORDER BY table_schema, table_name"));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      Table* table = Find(rows.Text(i, 0), rows.Text(i, 1));
      if (table == nullptr) continue;
      table->kind = TableKind::kPartitionedTable;
      for (const sql::Token& token : sql::Tokens(rows.Text(i, 2), kDialect)) {
        if (!token.IsName()) continue;
        for (const Column& column : table->columns) {
          if (sql::EqualsIgnoringCase(column.name, sql::Unquote(token, kDialect)))
            table->partition_key.push_back(column.name);
        }
      }
    }
    return {};
  }

  // DELETE is not told by column; of the whole server, a database or a table.
  Status ReadPrivileges() {
    SYN_ASSIGN_OR_RETURN(
        const Rows server,
        catalog_.Query(
            "privileges",
            "SELECT privilege_type FROM information_schema.user_privileges WHERE grantee = ? AND privilege_type IN ('DELETE', 'SUPER')",
            {grantee_}));
    SYN_ASSIGN_OR_RETURN(
        const Rows databases,
        catalog_.Query(
            "privileges",
            "SELECT table_schema FROM information_schema.schema_privileges WHERE grantee = ? AND privilege_type = 'DELETE'",
            {grantee_}));
    SYN_ASSIGN_OR_RETURN(
        const Rows tables,
        catalog_.Query(
            "privileges",
            "SELECT table_schema, table_name FROM information_schema.table_privileges WHERE grantee = ? AND privilege_type = 'DELETE'",
            {grantee_}));
    bool everywhere = false;
    for (std::size_t i = 0; i < server.size(); ++i) {
      if (server.Text(i, 0) == "DELETE")
        everywhere = true;
      else
        snapshot_.role->superuser = true;
    }
    for (Table& table : snapshot_.tables) {
      table.may_delete = everywhere;
      for (std::size_t i = 0; i < databases.size(); ++i) {
        // Written as a LIKE pattern, with \_ for an underscore.
        std::string schema = databases.Text(i, 0);
        for (std::size_t at; (at = schema.find("\\_")) != std::string::npos;) schema.erase(at, 1);
        if (schema == table.schema || schema == "%") table.may_delete = true;
      }
      for (std::size_t i = 0; i < tables.size(); ++i) {
        if (tables.Text(i, 0) == table.schema && tables.Text(i, 1) == table.name) table.may_delete = true;
      }
    }
    return {};
  }

  Status ReadViews() {
    SYN_ASSIGN_OR_RETURN(
        const Rows rows,
        Query(
            "views", "table_schema",
            "SELECT table_schema, table_name, view_definition, is_updatable FROM information_schema.views WHERE {} ORDER BY table_schema, table_name"));
    // A view may stand on views that come later: until nothing changes.
    for (std::size_t pass = 0; pass < 16; ++pass) {
      bool changed = false;
      for (std::size_t i = 0; i < rows.size(); ++i) {
        Table* view = Find(rows.Text(i, 0), rows.Text(i, 1));
        if (view == nullptr) continue;
        const std::vector<std::string> before = BaseColumns(*view);
        view->view_definition = sql::Normalize(rows.Text(i, 2), kDialect);
        MapViewColumns(snapshot_, *view, ReadSimpleView(rows.Text(i, 2), kDialect));
        view->updatable = view->updatable && rows.Text(i, 3) == "YES";
        for (Column& column : view->columns) {
          column.updatable = column.updatable && view->updatable;
          column.default_expression.reset();  // of the base column at best
        }
        changed = changed || before != BaseColumns(*view);
      }
      if (!changed) break;
    }
    return {};
  }

  static std::vector<std::string> BaseColumns(const Table& table) {
    std::vector<std::string> out;
    for (const Column& column : table.columns) out.push_back(column.base_table + "." + column.base_column);
    return out;
  }

  mysql::Catalog catalog_;
  std::vector<std::string> schemas_;
  std::string grantee_;
  Snapshot snapshot_;
  std::map<std::pair<std::string, std::string>, std::size_t> places_;
};

}  // namespace

Result<Snapshot> IntrospectMysql(const std::string& url, const IntrospectOptions& options) {
  SYN_ASSIGN_OR_RETURN(mysql::Catalog catalog, mysql::Catalog::Connect(url, options));
  return Introspection(std::move(catalog), options).Run();
}

}  // namespace synapsor::schema
