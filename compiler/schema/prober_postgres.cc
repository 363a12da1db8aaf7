#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>

#include "compiler/schema/pg_rows.h"
#include "compiler/schema/prober_engines.h"

namespace synapsor::schema {
namespace {

using Answer = std::unique_ptr<PGresult, void (*)(PGresult*)>;

// What travels alike: our parameters are text with a length of their own, and integers are bounded before they are sent.
constexpr std::array kFamilies = {
    std::array<std::string_view, 3>{"smallint", "integer", "bigint"},
    std::array<std::string_view, 3>{"text", "character varying", "character"},
};

bool InFamily(std::string_view a, std::string_view b) {
  for (const auto& family : kFamilies) {
    const auto has = [&](std::string_view type) {
      return std::find(family.begin(), family.end(), type) != family.end();
    };
    if (has(a) && has(b)) return true;
  }
  return false;
}

void CollectScans(const nlohmann::json& node, std::vector<std::string>& tables) {
  if (!node.is_object()) return;
  const std::string type = node.value("Node Type", "");
  // An index without a condition is read from end to end.
  const bool whole =
      type == "Seq Scan" || ((type == "Index Scan" || type == "Index Only Scan") && !node.contains("Index Cond"));
  if (whole) tables.push_back(node.value("Alias", node.value("Relation Name", "")));
  const auto children = node.find("Plans");
  if (children == node.end()) return;
  for (const nlohmann::json& child : *children) CollectScans(child, tables);
}

class PostgresProber : public Prober {
 public:
  explicit PostgresProber(pg::Catalog catalog) : catalog_(std::move(catalog)) {}

  // Each statement is a transaction of its own, so that one that fails does not end the session's.
  Status Begin() {
    for (const char* sql : {"COMMIT", "SET default_transaction_read_only = on", "SET statement_timeout = '10s'",
                            "SET lock_timeout = '2s'", "SET plan_cache_mode = force_generic_plan",
                            // Small tables are scanned though an index exists: the question is whether one does.
                            "SET enable_seqscan = off", "SET enable_mergejoin = off", "SET enable_hashjoin = off"}) {
      SYN_ASSIGN_OR_RETURN(const pg::Rows done, catalog_.Query("the session", sql));
    }
    return {};
  }

  Result<Preparation> Prepare(const std::string& sql, int params) override {
    Preparation result;
    const Answer prepared(PQprepare(catalog_.handle(), "", sql.c_str(), 0, nullptr), PQclear);
    if (PQresultStatus(prepared.get()) != PGRES_COMMAND_OK) {
      if (PQstatus(catalog_.handle()) != CONNECTION_OK) return Lost();
      const auto field = [&](int code) {
        const char* text = PQresultErrorField(prepared.get(), code);
        return std::string(text == nullptr ? "" : text);
      };
      result.words = field(PG_DIAG_MESSAGE_PRIMARY);
      result.position = std::atoi(field(PG_DIAG_STATEMENT_POSITION).c_str());
      result.denied = field(PG_DIAG_SQLSTATE) == "42501";
      return result;
    }
    const Answer described(PQdescribePrepared(catalog_.handle(), ""), PQclear);
    if (PQresultStatus(described.get()) != PGRES_COMMAND_OK) return Lost();
    if (PQnparams(described.get()) != params) {
      result.words = fmt::format("it has {} parameters instead of {}", PQnparams(described.get()), params);
      return result;
    }
    for (int i = 0; i < params; ++i) {
      SYN_ASSIGN_OR_RETURN(std::string name, TypeName(PQparamtype(described.get(), i)));
      result.params.push_back(std::move(name));
    }
    for (int i = 0; i < PQnfields(described.get()); ++i) {
      SYN_ASSIGN_OR_RETURN(std::string name, TypeName(PQftype(described.get(), i)));
      result.columns.push_back(std::move(name));
    }
    result.accepted = true;
    return result;
  }

  Result<std::vector<std::string>> ScannedTables(const std::string& sql, int params) override {
    static constexpr char kName[] = "synapsor_probe";
    const Answer prepared(PQprepare(catalog_.handle(), kName, sql.c_str(), 0, nullptr), PQclear);
    if (PQresultStatus(prepared.get()) != PGRES_COMMAND_OK)
      return Fail(ErrorKind::kDatabase, "the PostgreSQL database does not prepare a statement");
    std::string explain = fmt::format("EXPLAIN (FORMAT JSON) EXECUTE {}", kName);
    for (int i = 0; i < params; ++i) explain += i == 0 ? "(NULL" : ", NULL";
    if (params > 0) explain += ")";
    auto rows = catalog_.Query("a plan", explain);
    SYN_ASSIGN_OR_RETURN(const pg::Rows freed, catalog_.Query("the session", fmt::format("DEALLOCATE {}", kName)));
    SYN_RETURN_IF_ERROR(rows);
    std::vector<std::string> tables;
    const nlohmann::json plan = nlohmann::json::parse(rows->size() == 0 ? "" : rows->Text(0, 0), nullptr, false);
    if (!plan.is_array() || plan.empty()) return Fail(ErrorKind::kDatabase, "the PostgreSQL database gives no plan");
    CollectScans(plan.front().value("Plan", nlohmann::json()), tables);
    return tables;
  }

  Result<bool> SameType(const std::string& planned, const std::string& found) override {
    if (planned.empty() || found.empty()) return true;
    SYN_ASSIGN_OR_RETURN(const std::string a, Base(planned));
    SYN_ASSIGN_OR_RETURN(const std::string b, Base(found));
    return a == b || InFamily(a, b);
  }

 private:
  static tl::unexpected<Error> Lost() {
    return Fail(ErrorKind::kUnavailable, "the connection to the PostgreSQL database was lost");
  }

  Result<std::string> TypeName(Oid oid) {
    if (const auto known = names_.find(oid); known != names_.end()) return known->second;
    SYN_ASSIGN_OR_RETURN(const pg::Rows rows, catalog_.Query("a type", "SELECT pg_catalog.format_type($1::oid, NULL)",
                                                             {std::to_string(oid)}));
    return names_[oid] = rows.Text(0, 0);
  }

  // The type without its length; of a domain, what it stands on.
  Result<std::string> Base(const std::string& type) {
    if (const auto known = bases_.find(type); known != bases_.end()) return known->second;
    SYN_ASSIGN_OR_RETURN(const pg::Rows rows, catalog_.Query("a type", R"(
      WITH RECURSIVE chain AS (
        SELECT t.oid, t.typtype, t.typbasetype FROM pg_catalog.pg_type t WHERE t.oid = pg_catalog.to_regtype($1)
        UNION ALL SELECT t.oid, t.typtype, t.typbasetype FROM chain c JOIN pg_catalog.pg_type t ON t.oid = c.typbasetype WHERE c.typtype = 'd')
      SELECT pg_catalog.format_type(oid, NULL) FROM chain WHERE typtype <> 'd')",
                                                             {WithoutLength(type) == "bpchar" ? "character" : type}));
    return bases_[type] = rows.size() == 0 ? WithoutLength(type) : std::string(rows.Text(0, 0));
  }

  pg::Catalog catalog_;
  std::map<Oid, std::string> names_;
  std::map<std::string, std::string> bases_;
};

}  // namespace

Result<std::unique_ptr<Prober>> OpenPostgresProber(const std::string& url, const IntrospectOptions& options) {
  SYN_ASSIGN_OR_RETURN(pg::Catalog catalog, pg::Catalog::Connect(url, options));
  auto prober = std::make_unique<PostgresProber>(std::move(catalog));
  SYN_RETURN_IF_ERROR(prober->Begin());
  return std::unique_ptr<Prober>(std::move(prober));
}

}  // namespace synapsor::schema
