// The state of reading a PostgreSQL schema file: tables, types and functions seen so far, changed statement by
// statement as the database would. Statements arrive as parse trees; expressions are kept as the text that the
// file has. Private to compiler/schema.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "compiler/schema/pg_tree.h"
#include "compiler/schema/snapshot.h"
#include "compiler/schema/sql_lexer.h"
#include "runtime/base/result.h"

namespace synapsor::schema::pg {

using Name = std::pair<std::string, std::string>;  // schema, name

class Reader {
 public:
  explicit Reader(const std::string& path) : path_(path) { snapshot_.default_schema = "public"; }

  // One statement with its tree, the `stmt` of libpg_query.
  // `newer`: the tree is of AsPostgres15(statement), not of the statement itself.
  Status Apply(const sql::Statement& statement, Node tree, bool newer = false);
  void SetSearchPath(std::vector<std::string> schemas) { search_path_ = std::move(schemas); }
  Result<Snapshot> Finish();

 private:
  struct Domain {
    Type base;
    bool not_null = false;
    std::string collation;
    std::vector<std::pair<std::string, std::string>> checks;  // name, expression
  };
  struct PendingTrigger {
    Name table, function;
    Trigger trigger;
    std::vector<std::string> arguments;
    int line = 0;
  };

  // pg_reader.cc
  tl::unexpected<Error> Wrong(std::size_t offset, const std::string& what, std::string hint = {}) const;
  Name NewName(std::string_view schema, std::string_view name) const;
  Name NewName(Node relation) const { return NewName(relation.Text("schemaname"), relation.Text("relname")); }
  Table* Find(std::string_view schema, std::string_view name);
  Result<Table*> MustFind(Node relation, std::string_view what);
  Table& AddTable(const Name& name, TableKind kind);
  Status CreateType(Node enumeration);
  Status AlterType(Node alter);
  Status CreateDomain(Node domain);
  Status AlterDomain(Node alter);
  Status CreateFunction(Node function);
  Status CreateTrigger(Node trigger);
  Status CreatePolicy(Node policy);
  Status CreateRule(Node rule);
  Status CreateView(Node relation, Node aliases, Node query, TableKind kind);
  Status Drop(Node drop);
  Status Rename(Node rename);

  // pg_tables.cc
  Status CreateTable(Node create);
  Status CreateIndex(Node create);
  Status AlterTable(Node alter);
  void AddNotNullConstraints(Table& table) const;
  void PassCheckOn(const Table& parent, const std::string& name);
  Status AlterColumn(Table& table, Node command, std::string_view subtype, std::size_t& defaults_seen);
  Status AddColumn(Table& table, Node definition);
  Status AddColumnConstraints(Table& table, const std::string& column, Node constraints);
  Status AddConstraint(Table& table, Node constraint, const std::string& column, std::size_t stop);
  Status InheritFrom(Table& table, Node relations, bool partition);
  void AddKey(Table& table, Node constraint, IndexOrigin origin, std::vector<std::string> columns,
              std::string_view suffix);
  void AddForeignKey(Table& table, Node constraint, std::vector<std::string> columns);
  void SetColumnType(Table& table, Column& column, Node type_name);
  std::size_t CharacterOffset(Node node) const { return static_cast<std::size_t>(node.Int("location")); }
  std::string ParenthesizedAfter(std::size_t from) const;
  std::string ExpressionFrom(std::size_t from, std::size_t stop) const;

  // pg_types of the file
  Type ResolveType(Node type_name, std::string& domain) const;
  std::string ChooseName(const Table& table, std::string_view columns, std::string_view suffix) const;
  bool NameIsTaken(const Table& table, std::string_view name) const;

  const std::string& path_;
  const sql::Statement* statement_ = nullptr;  // while one is applied
  bool newer_ = false;
  Snapshot snapshot_;
  std::map<Name, std::size_t> tables_;
  std::multimap<Name, Name> children_;  // by parent, of INHERITS and PARTITION OF
  std::map<Name, std::vector<std::string>> enums_;
  std::map<Name, Domain> domains_;
  std::set<Name> composites_;
  std::map<Name, std::string> trigger_functions_;  // body; empty when it cannot be read
  std::vector<PendingTrigger> triggers_;
  std::vector<std::string> search_path_ = {"public"};
};

}  // namespace synapsor::schema::pg
