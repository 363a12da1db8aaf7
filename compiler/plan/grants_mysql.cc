// The script for MySQL and MariaDB: plain statements, one after the other, without a transaction, which they would end.
// Both take all of it. What only MySQL has stands in comments that MySQL executes and MariaDB skips.
#include <fmt/format.h>

#include "compiler/plan/dialect.h"
#include "compiler/plan/grants_print.h"
#include "runtime/objects/receipts.h"

namespace synapsor::plan {
namespace {

// MySQL 8.0.21 and later, where accounts have comments.
std::string OnMysql(const std::string& text) { return "/*!80021 " + text + " */;\n"; }
std::string OnMariadb(const std::string& text) { return "/*M!100500 " + text + " */;\n"; }
std::string OnBoth(const std::string& text) { return text + ";\n"; }

struct MadeAccount {
  std::string name, host;
  bool role;  // which on MySQL is an account of any host, and has no host on MariaDB

  std::string literal() const { return MysqlLiteral(name) + "@" + MysqlLiteral(host); }
};

class Printer {
 public:
  Printer(const SourceGrants& grants, const GrantNames& names, const GrantOptions& options)
      : grants_(grants), names_(names), options_(options) {}

  std::string Print() {
    Head();
    Checks();
    Accounts();
    out_ += Section(
        "The reader: the columns that contexts show, join, look up and scope by, and the before image of what is proposed. "
        "REFERENCES lets an account see in the catalog that a column exists, which is compared with the bundle, and read nothing.");
    for (const auto& [table, rights] : grants_.reader) Columns(table, rights, names_.reader);
    if (grants_.writes) Writer();
    Views();
    Tail();
    return std::move(out_);
  }

 private:
  std::string Quote(std::string_view name) const { return QuoteName(grants_.engine, name); }
  std::string Quote(const TableName& table) const { return QuoteTable(grants_.engine, table.first, table.second); }
  std::string Account(const std::string& name) const { return Quote(name) + "@" + Quote(names_.host); }
  bool receipts() const { return grants_.writes && options_.receipts_in_target; }
  std::vector<std::string> Own() const {
    return grants_.writes ? std::vector{names_.reader, names_.writer} : std::vector{names_.reader};
  }
  std::vector<MadeAccount> All() const {
    std::vector<MadeAccount> all = {{names_.reader, names_.host, false}, {names_.writer, names_.host, false}};
    if (!grants_.views.empty()) all.push_back({names_.viewer, "%", true});
    return all;
  }

  void Head() {
    out_ += Comment(fmt::format(
        "Least privilege for the source `{}` on MySQL or MariaDB, as its bundle needs it. Written by `sync grants`.",
        grants_.source));
    out_ += Comment(
        "Read it, then run it with the source's database selected, as an account that may create users, grant these rights "
        "and read the schema `mysql`: mysql DATABASE < FILE. Running it again leaves the same. These engines commit each "
        "statement: between REVOKE and GRANT reader and writer are refused for a moment, so stop `apply` meanwhile: a change "
        "that meets that moment ends as failed, with nothing changed.");
    for (const std::string& remark : grants_.remarks) out_ += Comment("Look at this: " + remark + ".");
    out_ += "\nSET NAMES utf8mb4;\nSET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION';\n";
  }

  // What is found wrong becomes the text of a statement that no server takes: the error says it and ends the script.
  void StopIf(const std::string& found, std::string (*spelling)(const std::string&)) {
    out_ += spelling("SET @synapsor = COALESCE(" + found + ", 'DO 0')");
    out_ += spelling("PREPARE synapsor FROM @synapsor");
  }

  void Checks() {
    out_ += Section(
        "Before anything is changed: a database is selected, and it has every table and column that is named below; a change "
        "to tables of the contract can be taken back (not in MyISAM). What does not hold ends the script with an error.");
    StopIf("IF(DATABASE() IS NULL, 'stopped: no database is selected', NULL)", OnBoth);
    std::map<TableName, std::set<std::string>> columns;
    for (const RoleRights* role : {&grants_.reader, &grants_.writer}) {
      for (const auto& [table, rights] : *role) {
        for (const auto* kind : {&rights.select, &rights.insert, &rights.update, &rights.known})
          columns[table].insert(kind->begin(), kind->end());
      }
    }
    for (const auto& [table, names] : columns) {
      std::string list;
      for (const std::string& name : names) list += (list.empty() ? "" : ", ") + Quote(name);
      out_ += fmt::format("SELECT {} FROM {} LIMIT 0;\n", list, Quote(table));
    }
    // Whoever may not read these would end half way.
    out_ += OnMysql("SELECT from_user FROM mysql.role_edges LIMIT 0") +
            OnMariadb("SELECT role FROM mysql.roles_mapping LIMIT 0");
    if (grants_.writes) Undoable();
    out_ += Section(
        "MySQL also tells an account that this very script has made, for this database, from one that somebody else uses. To hand "
        "over such a one with all it holds: ALTER USER name@host COMMENT with the text below.");
    out_ += OnMysql(fmt::format("SET @synapsor_mark = CONCAT({}, DATABASE())",
                                MysqlLiteral(fmt::format("made by sync grants for source {} on ", grants_.source))));
    std::string all;
    for (const MadeAccount& made : All())
      all += fmt::format("{}({}, {})", all.empty() ? "" : ", ", MysqlLiteral(made.name), MysqlLiteral(made.host));
    StopIf(fmt::format(
               "(SELECT MIN(CONCAT('stopped: not made by this script: ', user, '@', host)) FROM mysql.user\n"
               "  WHERE (user, host) IN ({})\n"
               "    AND NOT CAST(user_attributes->>'$.metadata.comment' AS BINARY) <=> CAST(@synapsor_mark AS BINARY))",
               all),
           OnMysql);
  }

  void Undoable() {
    std::string tables;
    const auto add = [&](const TableName& table) {
      tables += fmt::format("{}({}, {})", tables.empty() ? "" : ", ",
                            table.first.empty() ? "DATABASE()" : MysqlLiteral(table.first), MysqlLiteral(table.second));
    };
    for (const auto& [table, rights] : grants_.writer) add(table);
    if (receipts()) add({"", std::string(objects::kReceiptsTable)});
    StopIf(fmt::format("(SELECT MIN(CONCAT('stopped: a change could not be taken back in ', engine, ' ', table_name))\n"
                       "  FROM information_schema.tables WHERE (table_schema, table_name) IN ({})\n"
                       "    AND engine IN (SELECT engine FROM information_schema.engines WHERE transactions <> 'YES'))",
                       tables),
           OnBoth);
  }

  void Accounts() {
    out_ += Section(
        "The accounts. New ones are locked until they have a password (see the end); what they had before, by themselves or "
        "by roles, is taken back. Lines that begin with an exclamation mark are for MySQL, those with M! for MariaDB.");
    // The writer too where the contract writes nothing (any more): locked, and without a right.
    for (const MadeAccount& made : All()) {
      const std::string account = made.role ? Quote(made.name) : Account(made.name);
      out_ += OnMysql(fmt::format("SET @synapsor = CONCAT({}, QUOTE(@synapsor_mark))",
                                  MysqlLiteral(fmt::format("CREATE USER IF NOT EXISTS {}{} ACCOUNT LOCK COMMENT ",
                                                           made.literal(), made.role ? " PASSWORD EXPIRE" : ""))));
      out_ += OnMysql("PREPARE synapsor FROM @synapsor") + OnMysql("EXECUTE synapsor");
      out_ += made.role ? fmt::format("CREATE ROLE IF NOT EXISTS {};\n", account)
                        : fmt::format("CREATE USER IF NOT EXISTS {} ACCOUNT LOCK;\n", account);
      TakeRoles(made);
      out_ += fmt::format("REVOKE ALL PRIVILEGES, GRANT OPTION FROM {};\n", account);
    }
  }

  // Before the rights: MariaDB cannot revoke those of a role that has others through a role.
  void TakeRoles(const MadeAccount& made) {
    const std::string name = MysqlLiteral(made.name);
    out_ += OnMysql(fmt::format(
        "SET @synapsor = COALESCE((SELECT CONCAT('REVOKE ', GROUP_CONCAT(QUOTE(from_user), '@', QUOTE(from_host)), {})\n"
        "  FROM mysql.role_edges WHERE (to_user, to_host) = ({}, {})), 'DO 0')",
        MysqlLiteral(" FROM " + made.literal()), name, MysqlLiteral(made.host)));
    out_ +=
        OnMariadb(fmt::format("SET @synapsor = COALESCE((SELECT CONCAT('REVOKE ', GROUP_CONCAT(QUOTE(role)), {})\n"
                              "  FROM mysql.roles_mapping WHERE (user, host) = ({}, {})), 'DO 0')",
                              MysqlLiteral(" FROM " + (made.role ? name : made.literal())), name,
                              made.role ? "''" : MysqlLiteral(made.host)));
    out_ += "PREPARE synapsor FROM @synapsor;\nEXECUTE synapsor;\n";
  }

  void Columns(const TableName& table, const ColumnRights& rights, const std::string& account) {
    const std::pair<std::string_view, const std::set<std::string>&> kinds[] = {
        {"SELECT", rights.select}, {"INSERT", rights.insert}, {"UPDATE", rights.update}, {"REFERENCES", rights.known}};
    std::string list;
    for (const auto& [privilege, columns] : kinds) {
      if (columns.empty()) continue;
      list += fmt::format("{}{} {}", list.empty() ? "" : ",\n      ", privilege, ColumnList(grants_.engine, columns));
    }
    if (list.empty()) return;
    out_ += fmt::format("GRANT {}\n  ON {} TO {};\n", list, Quote(table), Account(account));
  }

  void Writer() {
    if (receipts()) {
      out_ += Section(
          "Receipts stand beside the effect, in its transaction. The writer adds and reads them; it never changes or deletes one.");
      out_ += objects::ReceiptsDdl("mysql") + ";\n";
    }
    out_ += Section(
        "The writer: reads the row that it changes (key, tenant, guard, before image), updates the columns that contracts set "
        "and the version that the statement advances. MySQL asks for that UPDATE for SELECT ... FOR UPDATE too; MariaDB lets "
        "every account lock the rows that it may read.");
    for (const auto& [table, rights] : grants_.writer) Columns(table, rights, names_.writer);
    if (!receipts()) return;
    ColumnRights rights;
    rights.select = {objects::kReceiptsRead.begin(), objects::kReceiptsRead.end()};
    rights.insert = {objects::kReceiptsInserted.begin(), objects::kReceiptsInserted.end()};
    Columns({"", std::string(objects::kReceiptsTable)}, rights, names_.writer);
  }

  void Views() {
    if (grants_.views.empty()) return;
    out_ += Section(
        "What agents can see, for people: one view a context, without kept-out columns. These engines have no setting that a view "
        "could compare with, so each view shows every tenant and says whose a row is in `synapsor_tenant`: grant the role to "
        "those who may see all of them, or make views of your own with WHERE synapsor_tenant = '...' on top. Views of contexts "
        "that are gone are not dropped, and no longer granted.");
    for (const SafeView& view : grants_.views) {
      const std::string name = Quote(TableName{view.schema, names_.views + "_" + view.name});
      out_ += "\n" + Comment("context " + view.context);
      out_ += fmt::format("CREATE OR REPLACE SQL SECURITY DEFINER VIEW {} AS\n{};\n", name, view.select);
      out_ += fmt::format("GRANT SELECT ON {} TO {};\n", name, Quote(names_.viewer));
    }
  }

  void Tail() {
    out_ += Section(
        "What the accounts hold now. More than the above can only come from a grant to PUBLIC (MariaDB) or from a role that "
        "the server gives to everybody (MySQL): both are shown if there are any, and `serve` refuses a reader who can write.");
    for (const std::string& name : Own()) out_ += fmt::format("SHOW GRANTS FOR {};\n", Account(name));
    out_ += OnMysql(
        "SELECT @@GLOBAL.mandatory_roles AS `WARNING: every account has these roles too` FROM DUAL\n"
        "  WHERE @@GLOBAL.mandatory_roles <> ''");
    out_ += "/*M!101101 SHOW GRANTS FOR PUBLIC */;\n";
    out_ += Section("Left to you. Passwords are not written here:");
    for (const std::string& name : Own()) {
      out_ += Comment(fmt::format("  ALTER USER {} IDENTIFIED BY '...' ACCOUNT UNLOCK;", Account(name)));
    }
    if (!grants_.views.empty()) {
      out_ += Comment("For a person, whose role must also be active at login (TO on MySQL, FOR on MariaDB):");
      out_ += Comment(fmt::format("  GRANT {0} TO somebody; SET DEFAULT ROLE {0} TO somebody;", Quote(names_.viewer)));
    }
    out_ += Comment(
        "Narrow the host with --host. Anonymous accounts, and rights on databases named test or test_..., are everybody's: remove "
        "them with mysql_secure_installation. Row-level security does not exist here: the tenant's predicate in every statement is what holds.");
  }

  const SourceGrants& grants_;
  const GrantNames& names_;
  const GrantOptions& options_;
  std::string out_;
};

}  // namespace

std::string PrintMysqlGrants(const SourceGrants& grants, const GrantNames& names, const GrantOptions& options) {
  return Printer(grants, names, options).Print();
}

}  // namespace synapsor::plan
