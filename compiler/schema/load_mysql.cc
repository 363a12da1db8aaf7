// A MySQL or MariaDB schema file by our own reader: CREATE TABLE, INDEX, VIEW and TRIGGER and ALTER TABLE ADD, as
// mysqldump and people write them.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "compiler/schema/check_form.h"
#include "compiler/schema/load.h"
#include "compiler/schema/mysql_cursor.h"
#include "compiler/schema/mysql_types.h"
#include "compiler/schema/snapshot_json.h"
#include "compiler/schema/sql_lexer.h"
#include "compiler/schema/trigger_body.h"
#include "compiler/schema/view_text.h"

namespace synapsor::schema {
namespace {

using sql::Token;
using sql::TokenKind;

constexpr auto kDialect = sql::Dialect::kMysql;

class Reader : private mysql::Cursor {
 public:
  explicit Reader(const std::string& path) : path_(path) { snapshot_.engine = Engine::kMysql; }

  Status Apply(const sql::Statement& statement) {
    Begin(statement);
    try {
      Dispatch();
    } catch (const mysql::Bad& bad) {
      return Fail(ErrorKind::kUsage, fmt::format("{}:{}: {}", path_, sql::LineAt(statement, bad.offset), bad.what),
                  "if this file is for another database, name its engine");
    }
    return {};
  }

  Snapshot Finish() {
    for (auto& [index, trigger, body] : triggers_) {
      Table& table = snapshot_.tables[index];
      ReadTriggerBody(trigger, table, body, kDialect);
      table.triggers.push_back(std::move(trigger));
    }
    for (Table& table : snapshot_.tables) {
      for (ForeignKey& key : table.foreign_keys) {
        if (const Table* target = Find(key.target_schema, key.target_table)) {
          key.target_table = target->name;
          if (key.target_columns.empty()) key.target_columns = target->primary_key;
        }
      }
    }
    std::erase_if(snapshot_.tables, [](const Table& table) { return table.name.empty(); });
    MapViews();
    Arrange(snapshot_);
    return std::move(snapshot_);
  }

 private:
  // --- tables
  Table* Find(const std::string& schema, const std::string& name) {
    for (Table& table : snapshot_.tables) {
      if (table.name == name && (schema.empty() || table.schema.empty() || table.schema == schema)) return &table;
    }
    return nullptr;
  }
  Table& MustFind(const Qualified& name) {
    Table* table = Find(name.schema, name.name);
    if (table == nullptr) Wrong(fmt::format("table `{}` is not defined above", name.name));
    return *table;
  }

  void Dispatch() {
    const Token first = Peek();
    if (Take("USE")) {
      snapshot_.default_schema = TakeName("a database");
      return;
    }
    if (Take("CREATE")) return Create();
    if (Take("ALTER")) {
      Take("ONLINE");
      Take("IGNORE");
      if (Take("TABLE")) Alter();
      return;  // ALTER DATABASE, USER and the like
    }
    if (Take("DROP")) return Drop();
    static constexpr std::string_view kPassedOver[] = {
        "SET",   "LOCK",     "UNLOCK", "INSERT", "REPLACE",  "UPDATE", "DELETE",   "GRANT",   "REVOKE",
        "FLUSH", "START",    "COMMIT", "BEGIN",  "ROLLBACK", "SELECT", "SHOW",     "ANALYZE", "OPTIMIZE",
        "CALL",  "TRUNCATE", "WITH",   "CHANGE", "DO",       "COMMIT", "SAVEPOINT"};
    for (const std::string_view word : kPassedOver) {
      if (first.IsWord(word)) return;
    }
    Wrong(fmt::format("`{}` does not begin a statement that is known here",
                      sql::Normalize(statement_->text.substr(0, 40), kDialect)));
  }

  void Create() {
    bool unique = false, copied = false;
    while (!AtEnd()) {
      if (Take("TABLE")) return CreateTable();
      if (Take("INDEX")) return CreateIndex(unique);
      if (Take("VIEW")) return CreateView(copied);
      if (Peek().IsWord("TEMPTABLE")) copied = true;
      if (Take("TRIGGER")) return CreateTrigger();
      if (Take("UNIQUE")) {
        unique = true;
        continue;
      }
      for (const std::string_view word :
           {"DATABASE", "SCHEMA", "USER", "ROLE", "FUNCTION", "PROCEDURE", "EVENT", "SERVER", "SEQUENCE", "PACKAGE",
            "TABLESPACE", "AGENT", "SETTLEMENT", "HYBRID", "AGGREGATE"}) {
        if (Peek().IsWord(word)) return;
      }
      ++at_;  // OR REPLACE, TEMPORARY, DEFINER = a@b, ALGORITHM = x, SQL SECURITY x, FULLTEXT
    }
    Wrong("CREATE of this is not known here");
  }

  void CreateTable() {
    bool if_absent = false;
    if (Take("IF")) {
      Expect("NOT");
      Expect("EXISTS");
      if_absent = true;
    }
    const Qualified name = TakeQualified("a table");
    if (Find(name.schema, name.name) != nullptr) {
      if (if_absent) return;
      Wrong(fmt::format("table `{}` is defined twice", name.name));
    }
    if (Peek().IsWord("LIKE") || Peek(1).IsWord("LIKE"))
      Wrong("LIKE takes its columns from another table, which is not read offline: write them out");
    Table table;
    table.schema = name.schema.empty() ? snapshot_.default_schema : name.schema;
    table.name = name.name;
    Expect("(");
    // Keys name columns that may stand behind them.
    std::vector<std::size_t> later;
    do {
      if (IsTableElement()) {
        later.push_back(at_);
        SkipElement();
      } else {
        ReadColumn(table);
      }
    } while (Take(","));
    Expect(")");
    const std::size_t options = at_;
    for (const std::size_t place : later) {
      at_ = place;
      ReadTableElement(table);
    }
    at_ = options;
    ReadOptions(table);
    snapshot_.tables.push_back(std::move(table));
  }

  bool IsTableElement() const {
    if (Peek().kind == TokenKind::kQuotedName) return false;
    for (const std::string_view word :
         {"CONSTRAINT", "PRIMARY", "UNIQUE", "KEY", "INDEX", "FULLTEXT", "SPATIAL", "FOREIGN", "CHECK", "PERIOD"}) {
      if (Peek().IsWord(word)) return true;
    }
    return false;
  }

  void SkipElement() {
    for (int depth = 0; !AtEnd(); ++at_) {
      if (Peek().IsSymbol("(")) ++depth;
      if (Peek().IsSymbol(")") && depth-- == 0) return;
      if (depth == 0 && Peek().IsSymbol(",")) return;
    }
  }

  void ReadTableElement(Table& table) {
    std::string name;
    if (Take("CONSTRAINT") && Peek().IsName() && !Peek().IsWord("CHECK") && !Peek().IsWord("PRIMARY") &&
        !Peek().IsWord("UNIQUE") && !Peek().IsWord("FOREIGN")) {
      name = TakeName("a constraint");
    }
    if (Take("CHECK")) {
      const std::string expression = TakeParenthesized();
      AddCheck(table, name, expression);
      return;
    }
    if (Take("FOREIGN")) {
      Expect("KEY");
      if (Peek().IsName()) {
        const std::string index_name = TakeName("a key");
        if (name.empty()) name = index_name;
      }
      const std::vector<std::string> columns = TakeKeyParts(table);
      Expect("REFERENCES");
      AddForeignKey(table, name, columns);
      return;
    }
    if (Take("PERIOD")) return SkipElement();
    Index index;
    if (Take("PRIMARY")) {
      Expect("KEY");
      index.origin = IndexOrigin::kPrimaryKey;
      index.unique = true;
    } else if (Take("UNIQUE")) {
      index.origin = IndexOrigin::kUnique;
      index.unique = true;
      if (!Take("KEY")) Take("INDEX");
    } else {
      if (!Take("FULLTEXT")) Take("SPATIAL");
      if (!Take("KEY")) Take("INDEX");
    }
    if (Peek().IsName() && !Peek().IsWord("USING")) name = TakeName("a key");
    if (Take("USING")) ++at_;
    std::vector<std::string> names;
    index.columns = TakeKeyParts(table, &names);
    const bool primary = index.origin == IndexOrigin::kPrimaryKey;
    AddIndex(table, std::move(index), name);
    if (primary) SetPrimaryKey(table, std::move(names));
    SkipElement();
  }

  void AddIndex(Table& table, Index index, std::string name) {
    if (index.origin == IndexOrigin::kPrimaryKey) {
      name = "PRIMARY";
      SetPrimaryKey(table, index.columns);
    }
    const auto taken = [&](const std::string& wanted) {
      return std::any_of(table.indexes.begin(), table.indexes.end(), [&](const Index& i) { return i.name == wanted; });
    };
    if (name.empty()) {
      const std::string base = index.columns[0] == "(expression)" ? "functional_index" : index.columns[0];
      name = base;
      for (int i = 2; taken(name); ++i) name = fmt::format("{}_{}", base, i);
    }
    index.name = std::move(name);
    table.indexes.push_back(std::move(index));
  }

  // Where a prefix is unique, the whole column is.
  static void SetPrimaryKey(Table& table, std::vector<std::string> names) {
    for (Column& column : table.columns) {
      if (std::find(names.begin(), names.end(), column.name) != names.end()) column.nullable = false;
    }
    table.primary_key = std::move(names);
  }

  void AddCheck(Table& table, std::string name, const std::string& expression) {
    if (name.empty()) name = fmt::format("{}_chk_{}", table.name, ++unnamed_checks_[table.name]);
    // What the server does not enforce says nothing about the rows.
    if (Peek().IsWord("NOT") && Peek(1).IsWord("ENFORCED")) {
      at_ += 2;
      return;
    }
    Take("ENFORCED");
    for (CheckConstraint& check : ReadCheck(table, name, expression, kDialect))
      table.checks.push_back(std::move(check));
  }

  void AddForeignKey(Table& table, std::string name, std::vector<std::string> columns) {
    ForeignKey key;
    if (name.empty()) name = fmt::format("{}_ibfk_{}", table.name, table.foreign_keys.size() + 1);
    key.name = std::move(name);
    key.columns = std::move(columns);
    const Qualified target = TakeQualified("a table");
    key.target_schema = target.schema.empty() ? table.schema : target.schema;
    key.target_table = target.name;
    if (Take("(")) {
      do {
        key.target_columns.push_back(TakeName("a column"));
      } while (Take(","));
      Expect(")");
    }
    while (true) {
      if (Take("MATCH")) {
        ++at_;
      } else if (Peek().IsWord("ON") && (Peek(1).IsWord("DELETE") || Peek(1).IsWord("UPDATE"))) {
        const bool on_delete = Peek(1).IsWord("DELETE");
        at_ += 2;
        (on_delete ? key.on_delete : key.on_update) = TakeAction();
      } else {
        break;
      }
    }
    table.foreign_keys.push_back(std::move(key));
  }

  ReferentialAction TakeAction() {
    if (Take("CASCADE")) return ReferentialAction::kCascade;
    if (Take("RESTRICT")) return ReferentialAction::kNoAction;  // InnoDB does not tell them apart
    if (Take("NO")) {
      Expect("ACTION");
      return ReferentialAction::kNoAction;
    }
    Expect("SET");
    if (Take("NULL")) return ReferentialAction::kSetNull;
    Expect("DEFAULT");
    return ReferentialAction::kSetDefault;
  }

  void ReadColumn(Table& table) {
    Column column;
    column.name = TakeName("a column");
    if (table.FindColumn(column.name) != nullptr) Wrong(fmt::format("column `{}` is defined twice", column.name));
    const std::size_t type_at = Peek().offset;
    if (Peek().kind != TokenKind::kWord) Wrong(fmt::format("the type of column `{}` is expected", column.name));
    const bool serial = Peek().IsWord("SERIAL");
    ++at_;
    if (Peek().IsWord("PRECISION") || Peek().IsWord("VARYING")) ++at_;
    if (Peek().IsSymbol("(")) TakeParenthesized();
    while (Take("UNSIGNED") || Take("SIGNED") || Take("ZEROFILL")) {
    }
    const std::size_t type_end = AtEnd() ? statement_->text.size() : Peek().offset;
    column.type =
        serial ? MysqlType("bigint unsigned") : MysqlType(statement_->text.substr(type_at, type_end - type_at));
    if (serial) {
      column.nullable = false;
      column.identity = Identity::kByDefault;
    }
    const std::string name = column.name;
    table.columns.push_back(std::move(column));
    if (serial) AddIndex(table, {"", IndexOrigin::kUnique, {name}, true, false, true, true}, "");
    while (!AtEnd() && !Peek().IsSymbol(",") && !Peek().IsSymbol(")"))
      ReadColumnOption(table, table.columns.size() - 1);
  }

  void ReadColumnOption(Table& table, std::size_t index) {
    const auto column = [&]() -> Column& { return table.columns[index]; };
    if (Take("NOT")) {
      if (Take("NULL"))
        column().nullable = false;
      else
        ++at_;  // NOT SECONDARY
    } else if (Take("NULL")) {
      column().nullable = true;
    } else if (Take("DEFAULT")) {
      column().default_expression = MysqlWrittenDefault(TakeDefault(), column().type);
      if (sql::EqualsIgnoringCase(*column().default_expression, "NULL")) column().default_expression.reset();
    } else if (Take("AUTO_INCREMENT")) {
      column().identity = Identity::kByDefault;
    } else if (Take("PRIMARY")) {
      Expect("KEY");
      AddIndex(table, {"", IndexOrigin::kPrimaryKey, {column().name}, true, false, true, true}, "");
    } else if (Take("UNIQUE")) {
      Take("KEY");
      AddIndex(table, {"", IndexOrigin::kUnique, {column().name}, true, false, true, true}, "");
    } else if (Take("KEY")) {
      AddIndex(table, {"", IndexOrigin::kPrimaryKey, {column().name}, true, false, true, true}, "");
    } else if (Take("COMMENT") || Take("COLUMN_FORMAT") || Take("STORAGE") || Take("SRID")) {
      ++at_;
    } else if (Take("ON")) {
      Expect("UPDATE");
      column().on_update = TakeDefault();
    } else if (Take("GENERATED")) {
      Expect("ALWAYS");
    } else if (Take("AS")) {
      column().default_expression = TakeParenthesized();
      column().generated = Generated::kVirtual;
    } else if (Take("STORED") || Take("PERSISTENT")) {
      column().generated = Generated::kStored;
    } else if (Take("VIRTUAL") || Take("INVISIBLE") || Take("VISIBLE") || Take("ENFORCED") || Take("COMPRESSED") ||
               Take("BINARY") || Take("ASCII") || Take("UNICODE")) {
    } else if (Take("COLLATE")) {
      column().collation = TakeName("a collation");
    } else if (Take("CHARSET") || Take("CHARACTER")) {
      Take("SET");
      ++at_;
    } else if (Take("CONSTRAINT")) {
      std::string name = TakeName("a constraint");
      Expect("CHECK");
      AddCheck(table, name, TakeParenthesized());
    } else if (Take("CHECK")) {
      const std::string expression = TakeParenthesized();
      const bool json = sql::EqualsIgnoringCase(expression, fmt::format("json_valid(`{}`)", column().name));
      AddCheck(table, json ? column().name : "", expression);  // MariaDB's own check of a JSON column
    } else if (Take("REFERENCES")) {
      // MySQL reads and ignores a REFERENCES at a column; MariaDB enforces it.
      AddForeignKey(table, "", {column().name});
    } else {
      Wrong(fmt::format("`{}` is not understood in the definition of column `{}`", Peek().text, column().name));
    }
  }

  // A literal, a call, or an expression in parentheses.
  std::string TakeDefault() {
    const std::size_t from = Peek().offset;
    if (Peek().IsSymbol("(")) return TakeParenthesized();
    if (Peek().IsSymbol("-") || Peek().IsSymbol("+")) ++at_;
    if (Peek().kind == TokenKind::kWord && Peek(1).kind == TokenKind::kString) ++at_;  // _utf8mb4'x', b'0'
    if (AtEnd()) Wrong("a value is expected at the end");
    ++at_;
    if (Peek().IsSymbol("(")) TakeParenthesized();
    const Token& last = tokens_[at_ - 1];
    return MysqlExpression(statement_->text.substr(from, last.offset + last.text.size() - from));
  }

  void ReadOptions(Table& table) {
    std::string collation;
    for (; !AtEnd(); ++at_) {
      if (Peek().IsWord("COLLATE")) {
        collation = Peek(1).IsSymbol("=") ? sql::Unquote(Peek(2), kDialect) : sql::Unquote(Peek(1), kDialect);
      }
      if (Peek().IsWord("SELECT") || Peek().IsWord("AS"))
        Wrong("CREATE TABLE … SELECT takes its columns from a query, which cannot be read offline");
      if (!Peek().IsWord("PARTITION") || !Peek(1).IsWord("BY")) continue;
      table.kind = TableKind::kPartitionedTable;
      at_ += 2;
      while (!AtEnd() && !Peek().IsSymbol("(")) ++at_;
      int depth = 0;
      for (; !AtEnd(); ++at_) {
        if (Peek().IsSymbol("(")) ++depth;
        if (Peek().IsSymbol(")") && --depth == 0) break;
        if (!Peek().IsName()) continue;
        for (const Column& column : table.columns) {
          if (sql::EqualsIgnoringCase(column.name, sql::Unquote(Peek(), kDialect)))
            table.partition_key.push_back(column.name);
        }
      }
      break;
    }
    for (Column& column : table.columns) {
      if (column.type.kind == TypeKind::kText && column.collation.empty()) column.collation = collation;
      // MariaDB's JSON is a text with a check.
      for (const CheckConstraint& check : table.checks) {
        if (sql::EqualsIgnoringCase(check.expression, fmt::format("json_valid(`{}`)", column.name)))
          column.type.kind = TypeKind::kJson;
      }
    }
  }

  void CreateIndex(bool unique) {
    const std::string name = TakeName("an index");
    if (Take("USING")) ++at_;
    Expect("ON");
    Table& table = MustFind(TakeQualified("a table"));
    Index index;
    index.unique = unique;
    index.origin = unique ? IndexOrigin::kUnique : IndexOrigin::kIndex;
    index.columns = TakeKeyParts(table);
    AddIndex(table, std::move(index), name);
  }

  void Alter() {
    Take("ONLY");
    const Qualified name = TakeQualified("a table");
    // DISABLE KEYS of a dump, and other options, before the table is looked up.
    if (Peek().IsWord("DISABLE") || Peek().IsWord("ENABLE")) return;
    Table& table = MustFind(name);
    do {
      if (Take("ADD")) {
        if (IsTableElement()) {
          ReadTableElement(table);
          continue;
        }
        Take("COLUMN");
        if (Take("IF")) {
          Expect("NOT");
          Expect("EXISTS");
        }
        ReadColumnAndPlace(table);
      } else if (Take("MODIFY")) {
        Take("COLUMN");
        const std::string column = ColumnOf(table, sql::Unquote(Peek(), kDialect));
        const auto old =
            std::find_if(table.columns.begin(), table.columns.end(), [&](const Column& c) { return c.name == column; });
        const auto position = old - table.columns.begin();
        const bool was_key =
            std::find(table.primary_key.begin(), table.primary_key.end(), column) != table.primary_key.end();
        table.columns.erase(old);
        ReadColumnAndPlace(table);
        std::rotate(table.columns.begin() + position, table.columns.end() - 1, table.columns.end());
        if (was_key) table.columns[static_cast<std::size_t>(position)].nullable = false;
      } else if (Take("ALTER") || Take("CHANGE") || Take("RENAME") || Take("DROP")) {
        --at_;
        Wrong("this form of ALTER TABLE is not read offline: give the output of mysqldump --no-data");
      } else {
        SkipElement();  // AUTO_INCREMENT = n, ENGINE = x and other options
      }
    } while (Take(","));
    if (!AtEnd()) Wrong(fmt::format("`{}` is not understood here", Peek().text));
  }

  void ReadColumnAndPlace(Table& table) {
    // FIRST and AFTER c stand behind the column's options.
    std::size_t end = at_;
    const std::size_t start = at_;
    SkipElement();
    std::swap(end, at_);
    at_ = start;
    std::vector<Token> kept = tokens_;
    std::vector<Token> definition(tokens_.begin() + static_cast<std::ptrdiff_t>(start),
                                  tokens_.begin() + static_cast<std::ptrdiff_t>(end));
    if (!definition.empty() && definition.back().IsWord("FIRST")) definition.pop_back();
    if (definition.size() >= 2 && definition[definition.size() - 2].IsWord("AFTER"))
      definition.resize(definition.size() - 2);
    tokens_ = std::move(definition);
    at_ = 0;
    ReadColumn(table);
    tokens_ = std::move(kept);
    at_ = end;
  }

  void Drop() {
    if (Take("TEMPORARY")) return;
    const bool relation = Take("TABLE") || Take("VIEW");
    if (!relation) return;
    if (Take("IF")) Expect("EXISTS");
    do {
      const Qualified name = TakeQualified("a table");
      if (Table* table = Find(name.schema, name.name)) table->name.clear();
    } while (Take(","));
  }

  // The query without WITH CHECK OPTION, which the server tells apart from it.
  std::string_view TakeQuery() {
    const std::size_t from = AtEnd() ? statement_->text.size() : Peek().offset;
    std::size_t end = tokens_.size();
    const auto ends_with = [&](std::string_view word) { return end > at_ && tokens_[end - 1].IsWord(word); };
    if (ends_with("OPTION") && tokens_[end - 2].IsWord("CHECK")) {
      end -= 2;
      if (ends_with("CASCADED") || ends_with("LOCAL")) --end;
      if (ends_with("WITH")) return statement_->text.substr(from, tokens_[end - 1].offset - from);
    }
    return statement_->text.substr(from);
  }

  // `copied`: by ALGORITHM = TEMPTABLE; what is written would reach no table.
  void CreateView(bool copied) {
    const Qualified name = TakeQualified("a view");
    std::vector<std::string> names;
    if (Take("(")) {
      do {
        names.push_back(TakeName("a column"));
      } while (Take(","));
      Expect(")");
    }
    Expect("AS");
    const std::string_view query = TakeQuery();
    SimpleView shape = ReadSimpleView(query, kDialect);
    shape.one_row_each = shape.one_row_each && !copied;
    Table view;
    view.schema = name.schema.empty() ? snapshot_.default_schema : name.schema;
    view.name = name.name;
    view.kind = TableKind::kView;
    const Table* base = shape.table.empty() ? nullptr : Find(shape.schema, shape.table);
    for (const SimpleView::Output& output : shape.outputs) {
      if (output.star) {
        if (base == nullptr) Wrong("`*` over what is not one table above: write the columns out");
        for (const Column& column : base->columns) view.columns.emplace_back().name = column.name;
      } else {
        view.columns.emplace_back().name = output.name;
      }
    }
    for (std::size_t i = 0; i < names.size() && i < view.columns.size(); ++i) view.columns[i].name = names[i];
    std::erase_if(views_,
                  [&](const auto& seen) { return seen.first.schema == view.schema && seen.first.name == view.name; });
    views_.emplace_back(Qualified{view.schema, view.name}, shape);
    view.view_definition = sql::Normalize(query, kDialect);
    if (Table* old = Find(name.schema, name.name)) old->name.clear();
    snapshot_.tables.push_back(std::move(view));
  }

  // Dumps list views by name: one may stand on views that come later, so until all have been seen that often.
  void MapViews() {
    for (std::size_t pass = 0; pass < std::min<std::size_t>(views_.size(), 16); ++pass) {
      for (const auto& [name, shape] : views_) {
        Table* view = Find(name.schema, name.name);
        if (view != nullptr && view->kind == TableKind::kView) MapViewColumns(snapshot_, *view, shape);
      }
    }
  }

  void CreateTrigger() {
    Trigger trigger;
    if (Take("IF")) {
      Expect("NOT");
      Expect("EXISTS");
    }
    trigger.name = TakeQualified("a trigger").name;
    trigger.before = Take("BEFORE");
    if (!trigger.before) Expect("AFTER");
    if (Take("INSERT"))
      trigger.on_insert = true;
    else if (Take("UPDATE"))
      trigger.on_update = true;
    else if (Take("DELETE"))
      trigger.on_delete = true;
    else
      Wrong("INSERT, UPDATE or DELETE is expected");
    Expect("ON");
    Table& table = MustFind(TakeQualified("a table"));
    Expect("FOR");
    Expect("EACH");
    Expect("ROW");
    if (Take("FOLLOWS") || Take("PRECEDES")) ++at_;
    const std::size_t from = AtEnd() ? statement_->text.size() : Peek().offset;
    triggers_.push_back({static_cast<std::size_t>(&table - snapshot_.tables.data()), std::move(trigger),
                         std::string(statement_->text.substr(from))});
  }

  struct PendingTrigger {
    std::size_t table;
    Trigger trigger;
    std::string body;
  };

  const std::string& path_;
  Snapshot snapshot_;
  std::vector<PendingTrigger> triggers_;
  std::vector<std::pair<Qualified, SimpleView>> views_;
  std::map<std::string, int> unnamed_checks_;
};

}  // namespace

Result<Snapshot> ReadMysqlSql(std::string_view text, const std::string& path) {
  SYN_ASSIGN_OR_RETURN(const std::vector<sql::Statement> statements, sql::Split(text, kDialect, path));
  Reader reader(path);
  for (const sql::Statement& statement : statements) SYN_RETURN_IF_ERROR(reader.Apply(statement));
  return reader.Finish();
}

}  // namespace synapsor::schema
