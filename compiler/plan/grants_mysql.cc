// The script for MySQL and MariaDB: plain statements, one after the other, without a transaction, which they would end.
#include <fmt/format.h>

#include "compiler/plan/dialect.h"
#include "compiler/plan/grants_print.h"
#include "runtime/objects/receipts.h"

namespace synapsor::plan {
namespace {

class Printer {
 public:
  Printer(const SourceGrants& grants, const GrantNames& names, const GrantOptions& options)
      : grants_(grants), names_(names), options_(options) {}

  std::string Print() {
    Head();
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
  std::string Account(const std::string& name) const { return Quote(name) + "@" + Quote(names_.host); }
  bool receipts() const { return grants_.writes && options_.receipts_in_target; }
  std::vector<std::string> Own() const {
    return grants_.writes ? std::vector{names_.reader, names_.writer} : std::vector{names_.reader};
  }

  void Head() {
    out_ += Comment(fmt::format(
        "Least privilege for the source `{}` on MySQL or MariaDB, as its bundle needs it. Written by `sync grants`.",
        grants_.source));
    out_ += Comment(
        "Read it, then run it with the source's database selected, as an account that may create users and grant these rights: "
        "mysql DATABASE < FILE. Running it again leaves the same. These engines commit each statement: between REVOKE and GRANT a "
        "running reader or writer is refused for a moment, and tries again.");
    for (const std::string& remark : grants_.remarks) out_ += Comment("Look at this: " + remark + ".");
  }

  void Accounts() {
    out_ += Section(
        "The accounts. New ones are locked until they have a password (see the end); what they had before is taken back.");
    // The writer too where the contract writes nothing (any more): locked, and without a right.
    for (const std::string& name : {names_.reader, names_.writer}) {
      out_ += fmt::format("CREATE USER IF NOT EXISTS {} ACCOUNT LOCK;\n", Account(name));
      out_ += fmt::format("REVOKE ALL PRIVILEGES, GRANT OPTION FROM {};\n", Account(name));
    }
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
    out_ += fmt::format("GRANT {}\n  ON {} TO {};\n", list, QuoteTable(grants_.engine, table.first, table.second),
                        Account(account));
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
        "that are gone are not dropped.");
    out_ += fmt::format("CREATE ROLE IF NOT EXISTS {};\n", Quote(names_.viewer));
    for (const SafeView& view : grants_.views) {
      const std::string name = QuoteTable(grants_.engine, view.schema, names_.views + "_" + view.name);
      out_ += "\n" + Comment("context " + view.context);
      out_ += fmt::format("CREATE OR REPLACE SQL SECURITY DEFINER VIEW {} AS\n{};\n", name, view.select);
      out_ += fmt::format("GRANT SELECT ON {} TO {};\n", name, Quote(names_.viewer));
    }
  }

  void Tail() {
    out_ += Section(
        "What the accounts hold now. More than the above can only come from grants to PUBLIC or from roles, which these engines list too.");
    for (const std::string& name : Own()) out_ += fmt::format("SHOW GRANTS FOR {};\n", Account(name));
    out_ += Section("Left to you. Passwords are not written here:");
    for (const std::string& name : Own()) {
      out_ += Comment(fmt::format("  ALTER USER {} IDENTIFIED BY '...' ACCOUNT UNLOCK;", Account(name)));
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
