#include "compiler/schema/pg_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/schema/check_form.h"
#include "compiler/schema/pg_types.h"
#include "compiler/schema/pg_view.h"
#include "compiler/schema/snapshot_json.h"
#include "compiler/schema/trigger_body.h"

namespace synapsor::schema::pg {
namespace {

constexpr auto kDialect = sql::Dialect::kPostgres;

std::vector<std::string> Strings(Node list) {
  std::vector<std::string> out;
  for (const Node item : list) out.emplace_back(item.Tagged("String").Text("sval"));
  return out;
}

// The text behind the AS that begins a view's query.
std::string QueryText(std::string_view statement) {
  int depth = 0;
  sql::Lexer lexer(statement, kDialect);
  for (sql::Token token = lexer.Next(); token.kind != sql::TokenKind::kEnd; token = lexer.Next()) {
    if (token.IsSymbol("(")) ++depth;
    if (token.IsSymbol(")")) --depth;
    if (depth == 0 && token.IsWord("AS")) {
      std::string text = sql::Normalize(statement.substr(token.offset + 2), kDialect);
      for (const std::string_view ending : {" WITH NO DATA", " WITH DATA"}) {
        if (text.size() > ending.size() &&
            sql::EqualsIgnoringCase(std::string_view(text).substr(text.size() - ending.size()), ending)) {
          text.resize(text.size() - ending.size());
        }
      }
      return text;
    }
  }
  return {};
}

}  // namespace

tl::unexpected<Error> Reader::Wrong(std::size_t offset, const std::string& what, std::string hint) const {
  const int line = statement_ ? sql::LineAt(*statement_, offset) : 1;
  return Fail(ErrorKind::kUsage, fmt::format("{}:{}: {}", path_, line, what), std::move(hint));
}

Name Reader::NewName(std::string_view schema, std::string_view name) const {
  if (!schema.empty()) return {std::string(schema), std::string(name)};
  return {search_path_.empty() ? "public" : search_path_[0], std::string(name)};
}

Table* Reader::Find(std::string_view schema, std::string_view name) {
  const auto look = [&](const std::string& in) -> Table* {
    const auto found = tables_.find({in, std::string(name)});
    return found == tables_.end() ? nullptr : &snapshot_.tables[found->second];
  };
  if (!schema.empty()) return look(std::string(schema));
  for (const std::string& in : search_path_) {
    if (Table* table = look(in)) return table;
  }
  return nullptr;
}

Result<Table*> Reader::MustFind(Node relation, std::string_view what) {
  if (Table* table = Find(relation.Text("schemaname"), relation.Text("relname"))) return table;
  return Wrong(CharacterOffset(relation),
               fmt::format("{} names table `{}`, which is not defined above", what, relation.Text("relname")));
}

Table& Reader::AddTable(const Name& name, TableKind kind) {
  tables_[name] = snapshot_.tables.size();
  Table& table = snapshot_.tables.emplace_back();
  table.schema = name.first;
  table.name = name.second;
  table.kind = kind;
  return table;
}

Status Reader::Apply(const sql::Statement& statement, Node tree, bool newer) {
  statement_ = &statement;
  newer_ = newer;
  const std::string_view tag = tree.tag();
  const Node body = tree.inside();
  if (tag == "CreateStmt") return CreateTable(body);
  if (tag == "CreateForeignTableStmt") {
    SYN_RETURN_IF_ERROR(CreateTable(body["base"]));
    snapshot_.tables.back().kind = TableKind::kForeignTable;
    return {};
  }
  if (tag == "AlterTableStmt") return AlterTable(body);
  if (tag == "IndexStmt") return CreateIndex(body);
  if (tag == "ViewStmt") return CreateView(body["view"], body["aliases"], body["query"], TableKind::kView);
  if (tag == "CreateTableAsStmt") {
    if (body.Text("objtype") != "OBJECT_MATVIEW") {
      return Wrong(0, "CREATE TABLE AS takes its columns from a query, which cannot be read offline",
                   "write the columns out, or use `sync introspect`");
    }
    return CreateView(body["into"]["rel"], body["into"]["colNames"], body["query"], TableKind::kMaterializedView);
  }
  if (tag == "CreateEnumStmt") return CreateType(body);
  if (tag == "AlterEnumStmt") return AlterType(body);
  if (tag == "CreateDomainStmt") return CreateDomain(body);
  if (tag == "AlterDomainStmt") return AlterDomain(body);
  if (tag == "CreateFunctionStmt") return CreateFunction(body);
  if (tag == "CreateTrigStmt") return CreateTrigger(body);
  if (tag == "CreatePolicyStmt") return CreatePolicy(body);
  if (tag == "RuleStmt") return CreateRule(body);
  if (tag == "DropStmt") return Drop(body);
  if (tag == "RenameStmt") return Rename(body);
  if (tag == "CompositeTypeStmt") {
    composites_.insert(NewName(body["typevar"]));
    return {};
  }
  if (tag == "CreateSchemaStmt") {
    if (body["schemaElts"].size() == 0) return {};
    return Wrong(0, "CREATE SCHEMA with objects inside is not read", "write them as statements of their own");
  }
  if (tag == "AlterObjectSchemaStmt" || tag == "AlterPolicyStmt") {
    return Wrong(0, "this ALTER is not read offline", "write the final definition, or use `sync introspect`");
  }
  return {};  // what else CREATE TYPE, ALTER and DROP can name has no bearing on tables
}

Status Reader::CreateType(Node enumeration) {
  enums_[NewName(QualifierOf(enumeration["typeName"]), LastName(enumeration["typeName"]))] =
      Strings(enumeration["vals"]);
  return {};
}

Status Reader::AlterType(Node alter) {
  const auto found = enums_.find(NewName(QualifierOf(alter["typeName"]), LastName(alter["typeName"])));
  if (found == enums_.end()) {
    return Wrong(0, fmt::format("type `{}` is not defined above", LastName(alter["typeName"])));
  }
  const Name name = found->first;
  std::vector<std::string>& values = found->second;
  const std::string added(alter.Text("newVal")), old(alter.Text("oldVal")), beside(alter.Text("newValNeighbor"));
  if (!old.empty()) {
    std::replace(values.begin(), values.end(), old, added);
  } else if (std::find(values.begin(), values.end(), added) == values.end()) {
    auto place = beside.empty() ? values.end() : std::find(values.begin(), values.end(), beside);
    if (place != values.end() && alter.Bool("newValIsAfter")) ++place;
    values.insert(place, added);
  }
  for (Table& table : snapshot_.tables) {
    for (Column& column : table.columns) {
      if (column.type.kind == TypeKind::kEnum && column.type.declared == name.first + "." + name.second) {
        column.type.enum_values = values;
      }
    }
  }
  return {};
}

Status Reader::CreateDomain(Node create) {
  const Name name = NewName(QualifierOf(create["domainname"]), LastName(create["domainname"]));
  Domain domain;
  std::string over;
  domain.base = ResolveType(create["typeName"], over);
  if (const auto beneath = domains_.find({over.substr(0, over.find('.')), over.substr(over.find('.') + 1)});
      !over.empty() && beneath != domains_.end()) {
    domain = beneath->second;
  }
  if (create["collClause"]) domain.collation = LastName(create["collClause"]["collname"]);
  for (const Node item : create["constraints"]) {
    const Node constraint = item.Tagged("Constraint");
    if (constraint.Text("contype") == "CONSTR_NOTNULL") domain.not_null = true;
    if (constraint.Text("contype") != "CONSTR_CHECK") continue;
    std::string check_name(constraint.Text("conname"));
    if (check_name.empty()) check_name = name.second + "_check";
    domain.checks.emplace_back(std::move(check_name), ParenthesizedAfter(CharacterOffset(constraint)));
  }
  domains_[name] = std::move(domain);
  return {};
}

Status Reader::AlterDomain(Node alter) {
  const std::string_view subtype = alter.Text("subtype");
  if (subtype == "T" || subtype == "V") return {};  // its default; a validation
  return Wrong(0, "ALTER DOMAIN is not read offline",
               "write the constraint into CREATE DOMAIN, or use `sync introspect`");
}

Status Reader::CreateFunction(Node function) {
  if (LastName(function["returnType"]["names"]) != "trigger") return {};
  std::string body, language = "sql";
  for (const Node item : function["options"]) {
    const Node option = item.Tagged("DefElem");
    if (option.Text("defname") == "language") language = option["arg"].Tagged("String").Text("sval");
    if (option.Text("defname") == "as") {
      const Node items = option["arg"].Tagged("List")["items"];
      body = items.front().Tagged("String").Text("sval");
    }
  }
  if (language != "plpgsql") body.clear();
  trigger_functions_[NewName(QualifierOf(function["funcname"]), LastName(function["funcname"]))] = std::move(body);
  return {};
}

Status Reader::CreateTrigger(Node create) {
  SYN_ASSIGN_OR_RETURN(Table* const table, MustFind(create["relation"], "this trigger"));
  PendingTrigger pending;
  pending.table = {table->schema, table->name};
  Trigger& trigger = pending.trigger;
  trigger.name = create.Text("trigname");
  const std::int64_t events = create.Int("events");
  trigger.before = create.Int("timing") != 0;
  trigger.on_insert = (events & 4) != 0;
  trigger.on_delete = (events & 8) != 0;
  trigger.on_update = (events & 16) != 0;
  trigger.update_columns = Strings(create["columns"]);
  const std::string schema = QualifierOf(create["funcname"]), name = LastName(create["funcname"]);
  trigger.function = NewName(schema, name).first + "." + name;
  pending.function = NewName(schema, name);
  pending.arguments = Strings(create["args"]);
  pending.line = statement_->line;
  triggers_.push_back(std::move(pending));
  return {};
}

Status Reader::CreatePolicy(Node create) {
  SYN_ASSIGN_OR_RETURN(Table* const table, MustFind(create["table"], "this policy"));
  Policy policy;
  policy.name = create.Text("policy_name");
  policy.command = create.Text("cmd_name");
  std::transform(policy.command.begin(), policy.command.end(), policy.command.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  policy.permissive = true;
  for (const Node item : create["roles"]) {
    const Node role = item.Tagged("RoleSpec");
    policy.roles.emplace_back(role.Text("roletype") == "ROLESPEC_PUBLIC" ? "public" : role.Text("rolename"));
  }
  std::sort(policy.roles.begin(), policy.roles.end());
  int depth = 0;
  sql::Lexer lexer(statement_->text, kDialect);
  for (sql::Token token = lexer.Next(), before; token.kind != sql::TokenKind::kEnd;
       before = token, token = lexer.Next()) {
    if (token.IsSymbol("(")) ++depth;
    if (token.IsSymbol(")")) --depth;
    if (depth != 0) continue;
    if (token.IsWord("RESTRICTIVE") && before.IsWord("AS")) policy.permissive = false;
    if (token.IsWord("USING")) policy.using_expression = ParenthesizedAfter(token.offset);
    if (token.IsWord("CHECK") && before.IsWord("WITH")) policy.check_expression = ParenthesizedAfter(token.offset);
  }
  table->policies.push_back(std::move(policy));
  return {};
}

// A rule that rewrites an UPDATE makes its effect unknown.
Status Reader::CreateRule(Node rule) {
  if (rule.Text("event") == "CMD_SELECT") return {};
  SYN_ASSIGN_OR_RETURN(Table* const table, MustFind(rule["relation"], "this rule"));
  if (rule.Text("event") == "CMD_UPDATE") table->updatable = false;
  return {};
}

Status Reader::CreateView(Node relation, Node aliases, Node query, TableKind kind) {
  const Name name = NewName(relation);
  ViewShape shape = ReadView(query.Tagged("SelectStmt"), [this](const std::string& schema, const std::string& table) {
    return static_cast<const Table*>(Find(schema, table));
  });
  std::size_t i = 0;
  for (const Node alias : aliases) {
    if (i < shape.columns.size()) shape.columns[i++].name = alias.Tagged("String").Text("sval");
  }
  if (tables_.contains(name)) {  // OR REPLACE
    snapshot_.tables[tables_[name]] = Table();
    snapshot_.tables[tables_[name]].schema = name.first;
    snapshot_.tables[tables_[name]].name = name.second;
  } else {
    AddTable(name, kind);
  }
  Table& view = snapshot_.tables[tables_[name]];
  view.kind = kind;
  view.columns = std::move(shape.columns);
  view.updatable = shape.updatable && kind == TableKind::kView;
  if (!view.updatable) {
    for (Column& column : view.columns) column.updatable = false;
  }
  view.view_definition = QueryText(statement_->text);
  return {};
}

Status Reader::Drop(Node drop) {
  const std::string_view type = drop.Text("removeType");
  for (const Node object : drop["objects"]) {
    const Node names = object.tag() == "List" ? object.inside()["items"] : object.Tagged("TypeName")["names"];
    const std::string last = LastName(names), qualifier = QualifierOf(names);
    if (type == "OBJECT_TABLE" || type == "OBJECT_VIEW" || type == "OBJECT_MATVIEW" || type == "OBJECT_FOREIGN_TABLE") {
      if (Table* table = Find(qualifier, last)) {
        std::erase_if(triggers_, [&](const PendingTrigger& t) { return t.table == Name(table->schema, table->name); });
        const Name gone(table->schema, table->name);
        std::erase_if(children_, [&](const auto& pair) { return pair.first == gone || pair.second == gone; });
        tables_.erase(gone);
        table->name.clear();  // removed at the end
      }
    } else if (type == "OBJECT_INDEX") {
      for (Table& table : snapshot_.tables) {
        std::erase_if(table.indexes, [&](const Index& index) { return index.name == last; });
      }
    } else if (type == "OBJECT_TRIGGER" || type == "OBJECT_POLICY" || type == "OBJECT_RULE") {
      std::vector<std::string> parts = Strings(names);
      const std::string table_name = parts.size() >= 2 ? parts[parts.size() - 2] : "";
      Table* table = Find(parts.size() >= 3 ? parts[parts.size() - 3] : "", table_name);
      if (table == nullptr) continue;
      std::erase_if(table->policies, [&](const Policy& p) { return type == "OBJECT_POLICY" && p.name == last; });
      std::erase_if(triggers_, [&](const PendingTrigger& t) {
        return type == "OBJECT_TRIGGER" && t.trigger.name == last && t.table == Name(table->schema, table->name);
      });
    } else if (type == "OBJECT_TYPE" || type == "OBJECT_DOMAIN") {
      enums_.erase(NewName(qualifier, last));
      domains_.erase(NewName(qualifier, last));
    }
  }
  return {};
}

Status Reader::Rename(Node rename) {
  const std::string_view type = rename.Text("renameType");
  const std::string old(rename.Text("subname")), fresh(rename.Text("newname"));
  if (type == "OBJECT_TABLE" || type == "OBJECT_COLUMN" || type == "OBJECT_TABCONSTRAINT" || type == "OBJECT_VIEW" ||
      type == "OBJECT_TRIGGER" || type == "OBJECT_POLICY") {
    return Wrong(0, "RENAME is not read offline",
                 "give the schema as it is now (pg_dump --schema-only), or use `sync introspect`");
  }
  return {};
}

Result<Snapshot> Reader::Finish() {
  for (PendingTrigger& pending : triggers_) {
    const auto place = tables_.find(pending.table);
    if (place == tables_.end()) continue;
    Table& table = snapshot_.tables[place->second];
    const auto body = trigger_functions_.find(pending.function);
    if (body == trigger_functions_.end() || body->second.empty()) {
      pending.trigger.may_write_elsewhere =
          !ReadKnownTriggerFunction(pending.trigger, table, pending.function.second, pending.arguments);
    } else {
      ReadTriggerBody(pending.trigger, table, body->second, kDialect);
    }
    table.triggers.push_back(std::move(pending.trigger));
  }
  for (Table& table : snapshot_.tables) {
    for (ForeignKey& key : table.foreign_keys) {
      if (!key.target_columns.empty()) continue;
      const auto target = tables_.find({key.target_schema, key.target_table});
      if (target != tables_.end()) key.target_columns = snapshot_.tables[target->second].primary_key;
    }
    for (const Column& column : table.columns) {
      if (column.type.domain.empty()) continue;
      const std::size_t dot = column.type.domain.find('.');
      const auto domain = domains_.find({column.type.domain.substr(0, dot), column.type.domain.substr(dot + 1)});
      if (domain == domains_.end() || table.kind == TableKind::kView) continue;
      for (const auto& [name, expression] : domain->second.checks) {
        for (CheckConstraint& check : ReadCheck(table, name, expression, kDialect, column.name)) {
          table.checks.push_back(std::move(check));
        }
      }
    }
  }
  std::erase_if(snapshot_.tables, [](const Table& table) { return table.name.empty(); });
  Arrange(snapshot_);
  return std::move(snapshot_);
}

}  // namespace synapsor::schema::pg
