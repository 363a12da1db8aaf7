// CREATE TABLE, CREATE INDEX and ALTER TABLE of a PostgreSQL schema file.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/schema/check_form.h"
#include "compiler/schema/pg_newer.h"
#include "compiler/schema/pg_reader.h"
#include "compiler/schema/pg_types.h"

namespace synapsor::schema::pg {
namespace {

constexpr auto kDialect = sql::Dialect::kPostgres;
constexpr std::size_t kNoStop = std::string_view::npos;
constexpr std::string_view kExpression = "(expression)";

std::vector<std::string> Strings(Node list) {
  std::vector<std::string> out;
  for (const Node item : list) out.emplace_back(item.Tagged("String").Text("sval"));
  return out;
}

ReferentialAction ActionOf(std::string_view code) {
  if (code == "c") return ReferentialAction::kCascade;
  if (code == "n") return ReferentialAction::kSetNull;
  if (code == "d") return ReferentialAction::kSetDefault;
  if (code == "r") return ReferentialAction::kRestrict;
  return ReferentialAction::kNoAction;
}

// Joined for an automatic name, as PostgreSQL does.
std::string Joined(const std::vector<std::string>& columns) { return fmt::format("{}", fmt::join(columns, "_")); }

Column* FindColumn(Table& table, std::string_view name) {
  for (Column& column : table.columns) {
    if (column.name == name) return &column;
  }
  return nullptr;
}

bool IsSequenceDefault(const std::optional<std::string>& expression) {
  return expression && expression->starts_with("nextval(");
}

}  // namespace

// The inside of the first parentheses at or after `from`.
std::string Reader::ParenthesizedAfter(std::size_t from) const {
  const std::string_view text = statement_->text;
  sql::Lexer lexer(text, kDialect);
  lexer.Seek(from);
  for (sql::Token token = lexer.Next(); token.kind != sql::TokenKind::kEnd; token = lexer.Next()) {
    if (!token.IsSymbol("(")) continue;
    const std::size_t end = sql::AfterParentheses(text, token.offset, kDialect);
    return sql::Normalize(text.substr(token.offset, end - token.offset), kDialect);
  }
  return {};
}

// From `from` up to `stop`, or the comma or parenthesis that ends the element.
std::string Reader::ExpressionFrom(std::size_t from, std::size_t stop) const {
  const std::string_view text = statement_->text;
  sql::Lexer lexer(text, kDialect);
  lexer.Seek(from);
  int depth = 0;
  std::size_t end = text.size();
  for (sql::Token token = lexer.Next(); token.kind != sql::TokenKind::kEnd; token = lexer.Next()) {
    if (token.offset >= stop) {
      end = stop;
      break;
    }
    if (token.IsSymbol("(") || token.IsSymbol("[")) ++depth;
    if (token.IsSymbol(")") || token.IsSymbol("]")) --depth;
    if (depth < 0 || (depth == 0 && token.IsSymbol(","))) {
      end = token.offset;
      break;
    }
  }
  return sql::Normalize(text.substr(from, end - from), kDialect);
}

Type Reader::ResolveType(Node type_name, std::string& domain) const {
  const Node names = type_name["names"];
  const std::string name = LastName(names), qualifier = QualifierOf(names);
  std::vector<int> modifiers;
  if (name != "interval") {
    for (const Node item : type_name["typmods"]) {
      modifiers.push_back(static_cast<int>(item.Tagged("A_Const")["ival"].Int("ival")));
    }
  }
  const auto element = [&]() -> Type {
    std::vector<std::string> places = search_path_;
    if (!qualifier.empty()) places = {qualifier};
    for (const std::string& place : places) {
      const Name full{place, name};
      const std::string shown = place + "." + name;
      if (const auto found = enums_.find(full); found != enums_.end()) {
        return {.kind = TypeKind::kEnum, .declared = shown, .enum_values = found->second};
      }
      if (const auto found = domains_.find(full); found != domains_.end()) {
        Type type = found->second.base;
        type.declared = domain = shown;
        return type;
      }
      if (composites_.contains(full)) return {.kind = TypeKind::kOther, .declared = shown};
    }
    if (qualifier.empty() || qualifier == "pg_catalog") {
      if (auto type = BuiltinType(qualifier.empty() ? sql::Lower(name) : name, modifiers)) return *std::move(type);
    }
    return ExtensionType(qualifier.empty() ? name : qualifier + "." + name, name);
  };
  Type type = element();
  if (type_name["arrayBounds"].size() == 0) return type;
  domain.clear();
  return ArrayOf(type);
}

void Reader::SetColumnType(Table&, Column& column, Node type_name) {
  std::string domain;
  const std::string name = LastName(type_name["names"]);
  const bool serial = QualifierOf(type_name["names"]).empty() &&
                      (name.starts_with("serial") || name == "bigserial" || name == "smallserial");
  if (serial) {
    const int bits = name == "serial8"                            ? 8
                     : name == "serial2" || name == "smallserial" ? 2
                     : name == "bigserial"                        ? 8
                                                                  : 4;
    column.type = *BuiltinType(fmt::format("int{}", bits), {});
    column.identity = Identity::kByDefault;
    column.nullable = false;
    return;
  }
  column.type = ResolveType(type_name, domain);
  column.type.domain = domain;
  if (domain.empty()) return;
  const std::size_t dot = domain.find('.');
  const Domain& known = domains_.at({domain.substr(0, dot), domain.substr(dot + 1)});
  if (known.not_null) column.nullable = false;
  column.collation = known.collation;
}

bool Reader::NameIsTaken(const Table& table, std::string_view name) const {
  const auto named = [&](const auto& item) { return item.name == name; };
  return std::any_of(table.indexes.begin(), table.indexes.end(), named) ||
         std::any_of(table.foreign_keys.begin(), table.foreign_keys.end(), named) ||
         std::any_of(table.checks.begin(), table.checks.end(), named) ||
         tables_.contains({table.schema, std::string(name)});
}

// PostgreSQL's own choice for what has no name: table_columns_suffix in 63 bytes, numbered when taken.
std::string Reader::ChooseName(const Table& table, std::string_view columns, std::string_view suffix) const {
  constexpr std::size_t kMaxName = 63;
  std::string_view first = table.name, second = columns;
  const std::size_t fixed = suffix.size() + 1 + (second.empty() ? 0 : 1);
  while (first.size() + second.size() + fixed > kMaxName) {
    if (first.size() > second.size())
      first.remove_suffix(1);
    else
      second.remove_suffix(1);
  }
  const std::string base =
      second.empty() ? fmt::format("{}_{}", first, suffix) : fmt::format("{}_{}_{}", first, second, suffix);
  std::string name = base;
  for (int i = 1; NameIsTaken(table, name); ++i) name = base + std::to_string(i);
  return name;
}

void Reader::AddKey(Table& table, Node constraint, IndexOrigin origin, std::vector<std::string> columns,
                    std::string_view suffix) {
  Index index;
  index.name = constraint.Text("conname");
  if (index.name.empty()) {
    index.name = ChooseName(table, origin == IndexOrigin::kPrimaryKey ? "" : Joined(columns), suffix);
  }
  index.origin = origin;
  index.unique = !constraint.Bool("deferrable");
  index.nulls_distinct = !constraint.Bool("nulls_not_distinct");
  if (origin == IndexOrigin::kPrimaryKey) {
    table.primary_key = columns;
    for (const std::string& name : columns) {
      if (Column* column = FindColumn(table, name)) column->nullable = false;
    }
  }
  index.columns = std::move(columns);
  table.indexes.push_back(std::move(index));
}

void Reader::AddForeignKey(Table& table, Node constraint, std::vector<std::string> columns) {
  ForeignKey key;
  key.name = constraint.Text("conname");
  if (key.name.empty()) key.name = ChooseName(table, Joined(columns), "fkey");
  key.columns = std::move(columns);
  const Node target = constraint["pktable"];
  const Table* known = Find(target.Text("schemaname"), target.Text("relname"));
  const Name named = known ? Name(known->schema, known->name) : NewName(target);
  key.target_schema = named.first;
  key.target_table = named.second;
  key.target_columns = Strings(constraint["pk_attrs"]);
  key.on_update = ActionOf(constraint.Text("fk_upd_action"));
  key.on_delete = ActionOf(constraint.Text("fk_del_action"));
  table.foreign_keys.push_back(std::move(key));
}

// `column` is set for a constraint that stands at a column; `stop` is where the next one begins.
Status Reader::AddConstraint(Table& table, Node constraint, const std::string& column, std::size_t stop) {
  const std::string_view type = constraint.Text("contype");
  const std::size_t at = CharacterOffset(constraint);
  Column* const own = column.empty() ? nullptr : FindColumn(table, column);
  std::vector<std::string> columns = own ? std::vector{column} : Strings(constraint["keys"]);
  if (type == "CONSTR_NOTNULL" && own) own->nullable = false;
  const bool is_virtual = type == "CONSTR_DEFAULT" && newer_ && IsGenerated(statement_->text, at);
  const bool unenforced = newer_ && IsNotEnforced(statement_->text, at, stop);
  if (type == "CONSTR_DEFAULT" && own && !is_virtual) {
    own->default_expression = ExpressionFrom(at + std::string_view("DEFAULT").size(), stop);
    if (own->default_expression && sql::EqualsIgnoringCase(*own->default_expression, "NULL"))
      own->default_expression.reset();
    if (IsSequenceDefault(own->default_expression)) own->identity = Identity::kByDefault;
  }
  if (type == "CONSTR_IDENTITY" && own) {
    own->identity = constraint.Text("generated_when") == "a" ? Identity::kAlways : Identity::kByDefault;
    own->nullable = false;
  }
  if ((type == "CONSTR_GENERATED" || is_virtual) && own) {
    own->generated = is_virtual ? Generated::kVirtual : Generated::kStored;
    own->default_expression = ParenthesizedAfter(at);
  }
  if (type == "CONSTR_PRIMARY" || type == "CONSTR_UNIQUE") {
    const bool primary = type == "CONSTR_PRIMARY";
    if (!constraint.Text("indexname").empty()) {  // ADD CONSTRAINT … USING INDEX
      for (Index& index : table.indexes) {
        if (index.name != constraint.Text("indexname")) continue;
        index.origin = primary ? IndexOrigin::kPrimaryKey : IndexOrigin::kUnique;
        index.unique = !constraint.Bool("deferrable");
        if (!constraint.Text("conname").empty()) index.name = constraint.Text("conname");
        if (primary) table.primary_key = index.columns;
      }
      return {};
    }
    for (const std::string& name : columns) {
      if (table.FindColumn(name) == nullptr) {
        return Wrong(at, fmt::format("this key names column `{}`, which table `{}` does not have", name, table.name));
      }
    }
    AddKey(table, constraint, primary ? IndexOrigin::kPrimaryKey : IndexOrigin::kUnique, std::move(columns),
           primary ? "pkey" : "key");
  }
  if (type == "CONSTR_FOREIGN") {
    AddForeignKey(table, constraint, own ? std::move(columns) : Strings(constraint["fk_attrs"]));
    table.foreign_keys.back().enforced = !unenforced;
  }
  if (type == "CONSTR_EXCLUSION") {
    Index index;
    for (const Node pair : constraint["exclusions"]) {
      const std::string_view name = pair.inside()["items"].front().Tagged("IndexElem").Text("name");
      index.columns.emplace_back(name.empty() ? kExpression : name);
    }
    index.name = constraint.Text("conname");
    if (index.name.empty()) index.name = ChooseName(table, Joined(index.columns), "excl");
    table.indexes.push_back(std::move(index));
  }
  if (type == "CONSTR_CHECK" && !unenforced) {
    const std::string expression = ParenthesizedAfter(at);
    std::string name(constraint.Text("conname"));
    std::vector<CheckConstraint> checks = ReadCheck(table, "", expression, kDialect);
    if (name.empty()) name = ChooseName(table, own ? column : checks.size() == 1 ? checks[0].column : "", "check");
    for (CheckConstraint& check : checks) {
      check.name = name;
      table.checks.push_back(std::move(check));
    }
  }
  return {};
}

Status Reader::AddColumnConstraints(Table& table, const std::string& column, Node constraints) {
  // DEFERRABLE stands behind the constraint that it describes.
  std::vector<Node> list;
  for (const Node item : constraints) list.push_back(item.Tagged("Constraint"));
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::size_t stop = i + 1 < list.size() ? CharacterOffset(list[i + 1]) : kNoStop;
    const std::size_t keys = table.indexes.size();
    SYN_RETURN_IF_ERROR(AddConstraint(table, list[i], column, stop));
    const bool deferrable = i + 1 < list.size() && (list[i + 1].Text("contype") == "CONSTR_ATTR_DEFERRABLE" ||
                                                    list[i + 1].Text("contype") == "CONSTR_ATTR_DEFERRED");
    if (deferrable && table.indexes.size() > keys) table.indexes.back().unique = false;
  }
  return {};
}

Status Reader::AddColumn(Table& table, Node definition) {
  Column column;
  column.name = definition.Text("colname");
  if (Column* inherited = FindColumn(table, column.name)) {
    return AddColumnConstraints(table, inherited->name, definition["constraints"]);
  }
  if (!definition["typeName"]) {
    return Wrong(CharacterOffset(definition), fmt::format("column `{}` has no type and no parent has it", column.name));
  }
  SetColumnType(table, column, definition["typeName"]);
  if (definition["collClause"]) column.collation = LastName(definition["collClause"]["collname"]);
  if (column.collation == "default") column.collation.clear();
  if (column.identity != Identity::kNo) {
    column.default_expression = fmt::format("nextval('{}.{}_{}_seq'::regclass)", table.schema, table.name, column.name);
  }
  const std::string name = column.name;
  table.columns.push_back(std::move(column));
  return AddColumnConstraints(table, name, definition["constraints"]);
}

// Columns, NOT NULL and CHECKs of the parents; a partition gets their keys as well.
Status Reader::InheritFrom(Table& table, Node relations, bool partition) {
  for (const Node item : relations) {
    SYN_ASSIGN_OR_RETURN(const Table* const found,
                         MustFind(item.Tagged("RangeVar"), partition ? "PARTITION OF" : "INHERITS"));
    const Table parent = *found;
    children_.emplace(Name(parent.schema, parent.name), Name(table.schema, table.name));
    for (const Column& column : parent.columns) {
      if (table.FindColumn(column.name) == nullptr) table.columns.push_back(column);
    }
    table.checks.insert(table.checks.end(), parent.checks.begin(), parent.checks.end());
    if (!partition) continue;
    table.primary_key = parent.primary_key;
    for (Index index : parent.indexes) {
      const bool primary = index.origin == IndexOrigin::kPrimaryKey;
      index.name.clear();
      index.name = ChooseName(table, primary ? "" : Joined(index.columns),
                              primary                                ? "pkey"
                              : index.origin == IndexOrigin::kUnique ? "key"
                                                                     : "idx");
      table.indexes.push_back(std::move(index));
    }
    table.foreign_keys.insert(table.foreign_keys.end(), parent.foreign_keys.begin(), parent.foreign_keys.end());
  }
  return {};
}

Status Reader::CreateTable(Node create) {
  const Node relation = create["relation"];
  const Name name = NewName(relation);
  if (tables_.contains(name)) {
    if (create.Bool("if_not_exists")) return {};
    return Wrong(CharacterOffset(relation), fmt::format("table `{}` is defined twice", name.second));
  }
  Table table;
  table.schema = name.first;
  table.name = name.second;
  SYN_RETURN_IF_ERROR(InheritFrom(table, create["inhRelations"], static_cast<bool>(create["partbound"])));
  // Columns first: table constraints may stand before the columns that they name.
  for (const Node element : create["tableElts"]) {
    if (element.tag() == "ColumnDef") SYN_RETURN_IF_ERROR(AddColumn(table, element.inside()));
    if (element.tag() == "TableLikeClause") {
      return Wrong(CharacterOffset(element.inside()["relation"]),
                   "LIKE takes its columns from another table, which is not read offline",
                   "write the columns out, or give the output of pg_dump --schema-only");
    }
  }
  if (create["ofTypename"]) {
    return Wrong(CharacterOffset(create["ofTypename"]), "a table OF a composite type is not read offline",
                 "write the columns out");
  }
  for (const Node element : create["tableElts"]) {
    if (element.tag() == "Constraint") SYN_RETURN_IF_ERROR(AddConstraint(table, element.inside(), "", kNoStop));
  }
  if (const Node spec = create["partspec"]) {
    table.kind = TableKind::kPartitionedTable;
    for (const Node item : spec["partParams"]) {
      const std::string_view column = item.Tagged("PartitionElem").Text("name");
      table.partition_key.emplace_back(column.empty() ? kExpression : column);
    }
  }
  AddNotNullConstraints(table);
  tables_[name] = snapshot_.tables.size();
  snapshot_.tables.push_back(std::move(table));
  return {};
}

// What a parent got after its children were made.
void Reader::PassCheckOn(const Table& parent, const std::string& name) {
  const auto [first, last] = children_.equal_range({parent.schema, parent.name});
  for (auto at = first; at != last; ++at) {
    Table& child = snapshot_.tables[tables_.at(at->second)];
    for (const CheckConstraint& check : parent.checks) {
      if (check.name != name) continue;
      const auto same = std::find_if(child.checks.begin(), child.checks.end(), [&](const CheckConstraint& own) {
        return own.name == check.name && own.column == check.column && own.expression == check.expression;
      });
      if (same == child.checks.end()) {
        child.checks.push_back(check);
      } else {
        same->validated = same->validated || check.validated;
      }
    }
    PassCheckOn(child, name);
  }
}

void Reader::AddNotNullConstraints(Table& table) const {
  if (!newer_) return;
  for (const std::string& name : NotNullConstraints(statement_->text)) {
    if (Column* column = FindColumn(table, name)) column->nullable = false;
  }
}

Status Reader::CreateIndex(Node create) {
  SYN_ASSIGN_OR_RETURN(Table* const table, MustFind(create["relation"], "this index"));
  Index index;
  std::vector<std::string> named;
  for (const Node item : create["indexParams"]) {
    const Node element = item.Tagged("IndexElem");
    const std::string_view column = element.Text("name");
    index.columns.emplace_back(column.empty() ? kExpression : column);
    named.emplace_back(!column.empty()                       ? std::string(column)
                       : element["expr"].tag() == "FuncCall" ? LastName(element["expr"].inside()["funcname"])
                                                             : "expr");
  }
  index.partial = static_cast<bool>(create["whereClause"]);
  index.unique = create.Bool("unique") && !index.partial;
  index.nulls_distinct = !create.Bool("nulls_not_distinct");
  index.name = create.Text("idxname");
  if (index.name.empty()) {
    index.name = ChooseName(*table, Joined(named), "idx");
  } else if (NameIsTaken(*table, index.name)) {
    if (create.Bool("if_not_exists")) return {};
    return Wrong(0, fmt::format("index `{}` is defined twice", index.name));
  }
  table->indexes.push_back(std::move(index));
  return {};
}

Status Reader::AlterTable(Node alter) {
  const std::string_view kind = alter.Text("objtype");
  if (kind != "OBJECT_TABLE" && kind != "OBJECT_FOREIGN_TABLE") return {};
  static constexpr std::string_view kWithoutBearing[] = {
      "AT_ChangeOwner",     "AT_SetStatistics",   "AT_SetStorage",
      "AT_SetCompression",  "AT_SetOptions",      "AT_ResetOptions",
      "AT_SetRelOptions",   "AT_ResetRelOptions", "AT_ReplaceRelOptions",
      "AT_ReplicaIdentity", "AT_ClusterOn",       "AT_DropCluster",
      "AT_SetLogged",       "AT_SetUnLogged",     "AT_SetTableSpace",
      "AT_SetAccessMethod", "AT_GenericOptions",  "AT_AlterColumnGenericOptions",
      "AT_AttachPartition", "AT_DetachPartition", "AT_DetachPartitionFinalize"};
  std::size_t defaults_seen = 0;
  for (const Node item : alter["cmds"]) {
    const Node command = item.Tagged("AlterTableCmd");
    const std::string_view subtype = command.Text("subtype");
    if (std::find(std::begin(kWithoutBearing), std::end(kWithoutBearing), subtype) != std::end(kWithoutBearing))
      continue;
    if (alter.Bool("missing_ok") &&
        Find(alter["relation"].Text("schemaname"), alter["relation"].Text("relname")) == nullptr)
      return {};
    SYN_ASSIGN_OR_RETURN(Table* const table, MustFind(alter["relation"], "ALTER TABLE"));
    const std::string name(command.Text("name"));
    const Node definition = command["def"];
    if (subtype == "AT_AddColumn") {
      const std::string column(definition.Tagged("ColumnDef").Text("colname"));
      if (table->FindColumn(column) != nullptr) {
        if (command.Bool("missing_ok")) continue;
        return Wrong(0, fmt::format("table `{}` already has a column `{}`", table->name, column));
      }
      SYN_RETURN_IF_ERROR(AddColumn(*table, definition.Tagged("ColumnDef")));
    } else if (subtype == "AT_AddConstraint") {
      const Node constraint = definition.Tagged("Constraint");
      const std::size_t checks = table->checks.size();
      SYN_RETURN_IF_ERROR(AddConstraint(*table, constraint, "", kNoStop));
      for (std::size_t i = checks; i < table->checks.size(); ++i)
        table->checks[i].validated = !constraint.Bool("skip_validation");
      if (table->checks.size() > checks && !constraint.Bool("is_no_inherit"))
        PassCheckOn(*table, std::string(table->checks.back().name));
    } else if (subtype == "AT_ValidateConstraint") {
      for (CheckConstraint& check : table->checks) check.validated = check.validated || check.name == name;
      PassCheckOn(*table, name);
    } else if (subtype == "AT_DropConstraint") {
      for (const Index& index : table->indexes) {
        if (index.name == name && index.origin == IndexOrigin::kPrimaryKey) table->primary_key.clear();
      }
      std::erase_if(table->indexes, [&](const Index& i) { return i.name == name && i.origin != IndexOrigin::kIndex; });
      std::erase_if(table->foreign_keys, [&](const ForeignKey& k) { return k.name == name; });
      std::erase_if(table->checks, [&](const CheckConstraint& c) { return c.name == name; });
    } else if (subtype == "AT_EnableRowSecurity" || subtype == "AT_DisableRowSecurity") {
      table->row_security = subtype == "AT_EnableRowSecurity";
    } else if (subtype == "AT_ForceRowSecurity" || subtype == "AT_NoForceRowSecurity") {
      table->row_security_forced = subtype == "AT_ForceRowSecurity";
    } else if (subtype.find("Trig") != std::string_view::npos) {
      const bool enabled = subtype.starts_with("AT_Enable") && subtype != "AT_EnableReplicaTrig";
      for (PendingTrigger& pending : triggers_) {
        const bool meant = name.empty() || pending.trigger.name == name;
        if (meant && pending.table == Name(table->schema, table->name)) pending.trigger.enabled = enabled;
      }
    } else if (subtype.find("Rule") != std::string_view::npos) {
      continue;  // a rule that was seen keeps its effect
    } else {
      SYN_RETURN_IF_ERROR(AlterColumn(*table, command, subtype, defaults_seen));
    }
  }
  if (Table* table = Find(alter["relation"].Text("schemaname"), alter["relation"].Text("relname")))
    AddNotNullConstraints(*table);
  return {};
}

Status Reader::AlterColumn(Table& table, Node command, std::string_view subtype, std::size_t& defaults_seen) {
  static constexpr std::string_view kKnown[] = {"AT_ColumnDefault",   "AT_DropNotNull",  "AT_SetNotNull",
                                                "AT_AlterColumnType", "AT_DropColumn",   "AT_AddIdentity",
                                                "AT_SetIdentity",     "AT_DropIdentity", "AT_DropExpression"};
  if (std::find(std::begin(kKnown), std::end(kKnown), subtype) == std::end(kKnown)) {
    return Wrong(0, fmt::format("this form of ALTER TABLE ({}) is not read offline", subtype.substr(3)),
                 "give the output of pg_dump --schema-only, or use `sync introspect`");
  }
  const std::string name(command.Text("name"));
  Column* const column = FindColumn(table, name);
  if (column == nullptr) {
    if (command.Bool("missing_ok")) return {};
    return Wrong(0, fmt::format("table `{}` has no column `{}`", table.name, name));
  }
  const Node definition = command["def"];
  if (subtype == "AT_DropColumn") {
    const auto uses = [&](const std::vector<std::string>& columns) {
      return std::find(columns.begin(), columns.end(), name) != columns.end();
    };
    if (uses(table.primary_key)) table.primary_key.clear();
    std::erase_if(table.indexes, [&](const Index& i) { return uses(i.columns); });
    std::erase_if(table.foreign_keys, [&](const ForeignKey& k) { return uses(k.columns); });
    std::erase_if(table.checks, [&](const CheckConstraint& c) { return c.column == name; });
    std::erase_if(table.columns, [&](const Column& c) { return c.name == name; });
  } else if (subtype == "AT_DropNotNull" || subtype == "AT_SetNotNull") {
    column->nullable = subtype == "AT_DropNotNull";
  } else if (subtype == "AT_AlterColumnType") {
    const Node wanted = definition.Tagged("ColumnDef");
    SetColumnType(table, *column, wanted["typeName"]);
    if (wanted["collClause"]) column->collation = LastName(wanted["collClause"]["collname"]);
  } else if (subtype == "AT_ColumnDefault") {
    column->default_expression.reset();
    if (!definition) {
      if (column->identity == Identity::kByDefault) column->identity = Identity::kNo;
      return {};
    }
    // The trees of defaults do not say where they begin: they come in the order of the text.
    const std::string_view text = statement_->text;
    sql::Lexer lexer(text, kDialect);
    std::size_t seen = 0;
    for (sql::Token token = lexer.Next(), before; token.kind != sql::TokenKind::kEnd;
         before = token, token = lexer.Next()) {
      if (!token.IsWord("DEFAULT") || !before.IsWord("SET") || seen++ != defaults_seen) continue;
      column->default_expression = ExpressionFrom(token.offset + token.text.size(), kNoStop);
      break;
    }
    ++defaults_seen;
    if (IsSequenceDefault(column->default_expression)) column->identity = Identity::kByDefault;
  } else if (subtype == "AT_AddIdentity") {
    return AddConstraint(table, definition.Tagged("Constraint"), name, kNoStop);
  } else if (subtype == "AT_DropIdentity") {
    column->identity = Identity::kNo;
  } else if (subtype == "AT_DropExpression") {
    column->generated = Generated::kNo;
    column->default_expression.reset();
  } else if (subtype == "AT_SetIdentity") {
    for (const Node item : definition.Tagged("List")["items"]) {
      const Node option = item.Tagged("DefElem");
      if (option.Text("defname") == "generated") {
        const bool always = option["arg"].inside().Int("ival") == 'a';
        column->identity = always ? Identity::kAlways : Identity::kByDefault;
      }
    }
  }
  return {};
}

}  // namespace synapsor::schema::pg
