#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "compiler/schema/mysql_rows.h"
#include "compiler/schema/prober_engines.h"

namespace synapsor::schema {
namespace {

// What the connector calls a column's type, and what declarations call it, by what travels alike.
constexpr std::array kFamilies = {
    std::array<std::string_view, 12>{"tinyint", "smallint", "mediumint", "int", "integer", "bigint", "year", "boolean",
                                     "bit", "bool"},
    std::array<std::string_view, 12>{"char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set",
                                     "json", "uuid"},
    std::array<std::string_view, 12>{"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"},
    std::array<std::string_view, 12>{"decimal", "numeric"},
    std::array<std::string_view, 12>{"float", "double", "real"},
    std::array<std::string_view, 12>{"datetime", "timestamp"},
    std::array<std::string_view, 12>{"date"},
    std::array<std::string_view, 12>{"time"},
};

// -1: none of them.
int FamilyOf(const std::string& type) {
  const std::string name = WithoutLength(type);
  const std::string_view first = std::string_view(name).substr(0, name.find(' '));
  if (first.empty()) return -1;
  for (std::size_t i = 0; i < kFamilies.size(); ++i) {
    if (std::find(kFamilies[i].begin(), kFamilies[i].end(), first) != kFamilies[i].end()) return static_cast<int>(i);
  }
  return -1;
}

class MysqlProber : public Prober {
 public:
  explicit MysqlProber(mysql::Catalog catalog) : catalog_(std::move(catalog)) {}

  // In the connection's read-only transaction. MariaDB does not even prepare a write in one; such a statement is prepared
  // between two, where what the role may do decides. Nothing prepared here is ever executed.
  Result<Preparation> Prepare(const std::string& sql, int params) override {
    SYN_ASSIGN_OR_RETURN(Preparation first, catalog_.Prepare(sql, params));
    if (first.accepted || !first.read_only) return first;
    SYN_ASSIGN_OR_RETURN(const mysql::Rows ended, catalog_.Query("the transaction", "COMMIT"));
    auto second = catalog_.Prepare(sql, params);
    SYN_RETURN_IF_ERROR(catalog_.Begin());
    return second;
  }

  // The server optimizes with values in place; '1' fits each type. A table is scanned if there is no key that it could
  // use: with one it may still prefer to scan a small table.
  Result<std::vector<std::string>> ScannedTables(const std::string& sql, int params) override {
    // MySQL's default may be a tree in one column; MariaDB does not know the word.
    const std::string_view explain = catalog_.is_mariadb() ? "EXPLAIN " : "EXPLAIN FORMAT=TRADITIONAL ";
    SYN_ASSIGN_OR_RETURN(const mysql::Rows rows,
                         catalog_.Query("a plan", fmt::format("{}{}", explain, sql),
                                        std::vector<std::string>(static_cast<std::size_t>(params), "1")));
    const auto table = rows.Position("table"), access = rows.Position("type"), keys = rows.Position("possible_keys");
    if (!table || !access || !keys) return Fail(ErrorKind::kDatabase, "the MySQL database's EXPLAIN is not understood");
    std::vector<std::string> tables;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const bool whole = rows.Text(i, *access) == "ALL" || rows.Text(i, *access) == "index";
      if (whole && rows.IsNull(i, *keys)) tables.push_back(rows.Text(i, *table));
    }
    return tables;
  }

  Result<bool> SameType(const std::string& planned, const std::string& found) override {
    const int a = FamilyOf(planned), b = FamilyOf(found);
    return a < 0 || b < 0 || a == b;
  }

 private:
  mysql::Catalog catalog_;
};

}  // namespace

Result<std::unique_ptr<Prober>> OpenMysqlProber(const std::string& url, const IntrospectOptions& options) {
  SYN_ASSIGN_OR_RETURN(mysql::Catalog catalog, mysql::Catalog::Connect(url, options));
  return std::unique_ptr<Prober>(std::make_unique<MysqlProber>(std::move(catalog)));
}

}  // namespace synapsor::schema
