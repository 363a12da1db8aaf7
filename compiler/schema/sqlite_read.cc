#include "compiler/schema/sqlite_read.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>

#include "compiler/schema/check_form.h"
#include "compiler/schema/snapshot_json.h"
#include "compiler/schema/sql_lexer.h"
#include "compiler/schema/sqlite_text.h"
#include "compiler/schema/trigger_body.h"
#include "compiler/schema/view_text.h"

namespace synapsor::schema {
namespace {

constexpr auto kDialect = sql::Dialect::kSqlite;

// Thrown inside this file only.
struct Bad {
  std::string what;
};

class Query {
 public:
  Query(sqlite3* database, const char* text, std::initializer_list<std::string> arguments = {}) {
    sqlite3_stmt* raw = nullptr;
    if (sqlite3_prepare_v2(database, text, -1, &raw, nullptr) != SQLITE_OK) throw Bad{sqlite3_errmsg(database)};
    statement_.reset(raw);
    database_ = database;
    int i = 0;
    for (const std::string& argument : arguments) {
      sqlite3_bind_text(raw, ++i, argument.data(), static_cast<int>(argument.size()), SQLITE_TRANSIENT);
    }
  }
  bool Next() {
    const int state = sqlite3_step(statement_.get());
    if (state == SQLITE_ROW) return true;
    if (state != SQLITE_DONE) throw Bad{sqlite3_errmsg(database_)};
    return false;
  }
  std::string Text(int column) const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
    return text ? std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))) : "";
  }
  bool IsNull(int column) const { return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL; }
  int Int(int column) const { return sqlite3_column_int(statement_.get(), column); }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  sqlite3* database_ = nullptr;
};

ReferentialAction ActionOf(const std::string& text) {
  if (text == "CASCADE") return ReferentialAction::kCascade;
  if (text == "SET NULL") return ReferentialAction::kSetNull;
  if (text == "SET DEFAULT") return ReferentialAction::kSetDefault;
  if (text == "RESTRICT") return ReferentialAction::kRestrict;
  return ReferentialAction::kNoAction;
}

void ReadColumns(sqlite3* database, Table& table, const SqliteTableText& text) {
  std::map<int, std::string> key;
  Query query(database,
              "SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo(?1) ORDER BY cid",
              {table.name});
  while (query.Next()) {
    const int hidden = query.Int(5);
    if (hidden == 1) continue;  // hidden columns of virtual tables
    Column column;
    column.name = query.Text(0);
    column.type = SqliteType(query.Text(1));
    column.nullable = query.Int(2) == 0;
    if (!query.IsNull(3)) column.default_expression = sql::Normalize(query.Text(3), kDialect);
    if (hidden == 2 || hidden == 3) column.generated = hidden == 2 ? Generated::kVirtual : Generated::kStored;
    if (const auto collation = text.collations.find(sql::Lower(column.name)); collation != text.collations.end()) {
      column.collation = collation->second;
    }
    if (const auto generated = text.generated.find(sql::Lower(column.name)); generated != text.generated.end()) {
      column.default_expression = generated->second;
    }
    if (query.Int(4) > 0) key[query.Int(4)] = column.name;
    table.columns.push_back(std::move(column));
  }
  for (const auto& [position, name] : key) table.primary_key.push_back(name);
  for (Column& column : table.columns) {
    const bool in_key =
        std::find(table.primary_key.begin(), table.primary_key.end(), column.name) != table.primary_key.end();
    // INTEGER PRIMARY KEY is the row id: never NULL, filled by the database.
    if (in_key && table.primary_key.size() == 1 && sql::EqualsIgnoringCase(column.type.declared, "INTEGER") &&
        !text.without_rowid) {
      column.nullable = false;
      column.identity = Identity::kByDefault;
    }
    if (in_key && (text.without_rowid || text.strict)) column.nullable = false;
  }
}

void ReadIndexes(sqlite3* database, Table& table) {
  Query list(database, "SELECT name, \"unique\", origin, partial FROM pragma_index_list(?1)", {table.name});
  bool key_listed = false;
  while (list.Next()) {
    Index index;
    index.name = list.Text(0);
    index.partial = list.Int(3) != 0;
    index.unique = list.Int(1) != 0 && !index.partial;
    const std::string origin = list.Text(2);
    index.origin = origin == "pk"  ? IndexOrigin::kPrimaryKey
                   : origin == "u" ? IndexOrigin::kUnique
                                   : IndexOrigin::kIndex;
    key_listed = key_listed || origin == "pk";
    Query columns(database, "SELECT name FROM pragma_index_info(?1) ORDER BY seqno", {index.name});
    while (columns.Next()) index.columns.push_back(columns.IsNull(0) ? "(expression)" : columns.Text(0));
    table.indexes.push_back(std::move(index));
  }
  if (!table.primary_key.empty() && !key_listed) {  // the row id or a WITHOUT ROWID table: no index of its own
    table.indexes.push_back({"", IndexOrigin::kPrimaryKey, table.primary_key, true, false, true, true});
  }
}

void ReadForeignKeys(sqlite3* database, Table& table) {
  std::map<int, ForeignKey> keys;
  Query query(
      database,
      "SELECT id, \"table\", \"from\", \"to\", on_update, on_delete FROM pragma_foreign_key_list(?1) ORDER BY id, seq",
      {table.name});
  while (query.Next()) {
    ForeignKey& key = keys[query.Int(0)];
    key.target_schema = "main";
    key.target_table = query.Text(1);
    key.columns.push_back(query.Text(2));
    if (!query.IsNull(3)) key.target_columns.push_back(query.Text(3));
    key.on_update = ActionOf(query.Text(4));
    key.on_delete = ActionOf(query.Text(5));
  }
  for (auto& [id, key] : keys) table.foreign_keys.push_back(std::move(key));
}

// SQLite never updates through a view; an INSTEAD OF trigger does something else.
void ReadView(Snapshot& snapshot, Table& view, const std::string& text) {
  view.view_definition = sql::Normalize(text, kDialect);
  MapViewColumns(snapshot, view, ReadSimpleView(text, kDialect));
  view.updatable = false;
  for (Column& column : view.columns) column.updatable = false;
}

void ReadTriggers(sqlite3* database, Snapshot& snapshot) {
  Query query(database, "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name");
  while (query.Next()) {
    for (Table& table : snapshot.tables) {
      if (!sql::EqualsIgnoringCase(table.name, query.Text(1))) continue;
      Trigger trigger = ReadSqliteTriggerText(query.Text(0), query.Text(2), table);
      table.triggers.push_back(std::move(trigger));
    }
  }
}

Snapshot ReadAll(sqlite3* database) {
  Snapshot snapshot;
  snapshot.engine = Engine::kSqlite;
  snapshot.default_schema = "main";
  std::vector<std::pair<std::string, std::string>> views;
  Query query(
      database,
      "SELECT type, name, sql FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, rowid");
  while (query.Next()) {
    Table& table = snapshot.tables.emplace_back();
    table.schema = "main";
    table.name = query.Text(1);
    const std::string text = query.Text(2);
    if (query.Text(0) == "view") {
      table.kind = TableKind::kView;
      ReadColumns(database, table, {});
      ReadView(snapshot, table, text);
      continue;
    }
    const SqliteTableText parsed = ReadSqliteTableText(text);
    if (parsed.is_virtual) table.updatable = false;
    ReadColumns(database, table, parsed);
    ReadIndexes(database, table);
    ReadForeignKeys(database, table);
    for (const auto& [name, expression] : parsed.checks) {
      for (CheckConstraint& check : ReadCheck(table, name, expression, kDialect))
        table.checks.push_back(std::move(check));
    }
  }
  for (Table& table : snapshot.tables) {
    for (ForeignKey& key : table.foreign_keys) {
      for (const Table& target : snapshot.tables) {
        if (!sql::EqualsIgnoringCase(target.name, key.target_table)) continue;
        key.target_table = target.name;
        if (key.target_columns.empty()) key.target_columns = target.primary_key;
      }
    }
  }
  ReadTriggers(database, snapshot);
  Finish(snapshot);
  return snapshot;
}

}  // namespace

Type SqliteType(const std::string& declared) {
  Type type;
  type.declared = declared;
  std::string upper = sql::Lower(declared);
  const std::size_t open = upper.find('(');
  std::string base = upper.substr(0, open);
  while (!base.empty() && base.back() == ' ') base.pop_back();
  std::vector<int> modifiers;
  if (open != std::string::npos) {
    for (const sql::Token& token : sql::Tokens(std::string_view(upper).substr(open), kDialect)) {
      int value = 0;
      if (token.kind == sql::TokenKind::kNumber &&
          std::from_chars(token.text.data(), token.text.data() + token.text.size(), value).ec == std::errc()) {
        modifiers.push_back(value);
      }
    }
  }
  struct Row {
    std::string_view part;
    TypeKind kind;
    int bits;
  };
  // The usual names first, then SQLite's affinity rules in their order.
  static constexpr Row kExact[] = {
      {"boolean", TypeKind::kBoolean, 0},    {"bool", TypeKind::kBoolean, 0},        {"date", TypeKind::kDate, 0},
      {"datetime", TypeKind::kTimestamp, 0}, {"timestamp", TypeKind::kTimestamp, 0}, {"time", TypeKind::kTime, 0},
      {"uuid", TypeKind::kUuid, 0},          {"json", TypeKind::kJson, 0},           {"jsonb", TypeKind::kJson, 0},
      {"decimal", TypeKind::kDecimal, 0},    {"numeric", TypeKind::kDecimal, 0},     {"any", TypeKind::kOther, 0}};
  static constexpr Row kAffinity[] = {
      {"int", TypeKind::kInteger, 64}, {"char", TypeKind::kText, 0},   {"clob", TypeKind::kText, 0},
      {"text", TypeKind::kText, 0},    {"string", TypeKind::kText, 0}, {"blob", TypeKind::kBytes, 0},
      {"real", TypeKind::kFloat, 64},  {"floa", TypeKind::kFloat, 64}, {"doub", TypeKind::kFloat, 64}};
  const Row* found = nullptr;
  for (const Row& row : kExact) {
    if (found == nullptr && base == row.part) found = &row;
  }
  for (const Row& row : kAffinity) {
    if (found == nullptr && base.find(row.part) != std::string::npos) found = &row;
  }
  if (found == nullptr) return type;
  type.kind = found->kind;
  type.bits = found->bits;
  if (type.kind == TypeKind::kText && !modifiers.empty()) type.length = modifiers[0];
  if (type.kind == TypeKind::kDecimal && !modifiers.empty()) {
    type.precision = modifiers[0];
    type.scale = modifiers.size() > 1 ? modifiers[1] : 0;
  }
  if (type.kind == TypeKind::kTimestamp || type.kind == TypeKind::kTime) type.fractional_digits = 6;
  return type;
}

Result<Snapshot> ReadSqliteDatabase(sqlite3* database, const std::string& what) {
  try {
    return ReadAll(database);
  } catch (const Bad& bad) {
    return Fail(ErrorKind::kDatabase, fmt::format("{}: the schema cannot be read: {}", what, bad.what));
  }
}

}  // namespace synapsor::schema
