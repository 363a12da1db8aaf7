#include "compiler/schema/pg_rows.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "compiler/schema/endpoint.h"

namespace synapsor::schema::pg {
namespace {

constexpr char kSystemRoots[] = "/etc/ssl/certs/ca-certificates.crt";

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

// Every host of the connection is this machine.
bool IsLocal(const std::map<std::string, std::string>& options) {
  const auto get = [&](const char* key, const char* variable) {
    const auto found = options.find(key);
    return found != options.end() && !found->second.empty() ? found->second : Environment(variable);
  };
  if (!get("service", "PGSERVICE").empty()) return false;
  const std::string address = get("hostaddr", "PGHOSTADDR");
  std::string hosts = address.empty() ? get("host", "PGHOST") : address;
  hosts += ',';
  for (std::size_t from = 0, comma; (comma = hosts.find(',', from)) != std::string::npos; from = comma + 1) {
    const std::string host = hosts.substr(from, comma - from);
    if (!host.empty() && host.front() != '/' && host.front() != '@' && !IsLoopback(host)) return false;
  }
  return true;
}

// The reason without names: a server's message repeats user, database and host.
std::string_view Reason(std::string_view message) {
  struct Row {
    std::string_view part, reason;
  };
  static constexpr Row kRows[] = {
      {"certificate", "the server's certificate cannot be verified"},
      {"SSL", "a TLS connection cannot be made"},
      {"authentication failed", "user or password are wrong"},
      {"no password supplied", "the server wants a password"},
      {"pg_hba.conf", "the server does not allow this connection"},
      {"role", "there is no such role"},
      {"database", "there is no such database"},
      {"refused", "nothing answers there"},
      {"timeout", "it does not answer in time"},
      {"translate host name", "the host name is not known"},
      {"starting up", "it is starting up"},
      {"too many", "it has too many connections"},
  };
  for (const Row& row : kRows) {
    if (message.find(row.part) != std::string_view::npos) return row.reason;
  }
  return "the server's log has the reason";
}

}  // namespace

Rows::Rows(pg_result* result) : result_(result, PQclear), size_(PQntuples(result)) {}

std::string_view Rows::Text(int row, int column) const {
  return {PQgetvalue(result_.get(), row, column), static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

bool Rows::IsNull(int row, int column) const { return PQgetisnull(result_.get(), row, column) != 0; }

long long Rows::Int(int row, int column) const {
  const std::string_view text = Text(row, column);
  long long value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::vector<std::string> Rows::Texts(int row, int column) const {
  std::vector<std::string> out;
  const nlohmann::json list = nlohmann::json::parse(Text(row, column), nullptr, false);
  for (const auto& item : list) {
    if (item.is_string()) out.push_back(item.get<std::string>());
  }
  return out;
}

Catalog::Catalog(pg_conn* connection) : connection_(connection, PQfinish) {}

int Catalog::server_version() const { return PQserverVersion(connection_.get()); }

Result<Catalog> Catalog::Connect(const std::string& url, const IntrospectOptions& wanted) {
  char* complaint = nullptr;
  PQconninfoOption* parsed = PQconninfoParse(url.c_str(), &complaint);
  PQfreemem(complaint);
  if (parsed == nullptr) {
    return Fail(ErrorKind::kUsage, "the value is not a PostgreSQL URL",
                "write postgresql://user:password@host:port/database");
  }
  std::map<std::string, std::string> options;
  for (PQconninfoOption* option = parsed; option->keyword != nullptr; ++option) {
    if (option->val != nullptr) options[option->keyword] = option->val;
  }
  PQconninfoFree(parsed);
  if (!IsLocal(options) && !wanted.allow_plaintext) {
    std::string& mode = options["sslmode"];
    if (!mode.empty() && mode != "verify-full") {
      return Fail(ErrorKind::kUsage,
                  "a database on another machine is only reached with verified TLS, but the URL's sslmode is weaker",
                  "leave sslmode out, or write sslmode=verify-full");
    }
    mode = "verify-full";
    if (!options.contains("sslrootcert") && Environment("PGSSLROOTCERT").empty() &&
        std::filesystem::exists(kSystemRoots)) {
      options["sslrootcert"] = kSystemRoots;
    }
  }
  if (!wanted.ca_file.empty()) options["sslrootcert"] = wanted.ca_file;
  options.emplace("connect_timeout", "10");
  options["client_encoding"] = "UTF8";
  options["application_name"] = "synapsor introspect";
  std::vector<const char*> keys, values;
  for (const auto& [key, value] : options) {
    keys.push_back(key.c_str());
    values.push_back(value.c_str());
  }
  keys.push_back(nullptr);
  values.push_back(nullptr);
  Catalog catalog(PQconnectdbParams(keys.data(), values.data(), 0));
  if (PQstatus(catalog.connection_.get()) != CONNECTION_OK) {
    return Fail(ErrorKind::kUnavailable, fmt::format("the PostgreSQL database cannot be reached: {}",
                                                     Reason(PQerrorMessage(catalog.connection_.get()))));
  }
  if (catalog.server_version() < 130000) {
    return Fail(ErrorKind::kDatabase, fmt::format("the server is PostgreSQL {}, but 13 is the oldest that is read",
                                                  catalog.server_version() / 10000));
  }
  SYN_ASSIGN_OR_RETURN(const Rows begun,
                       catalog.Query("the transaction", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
  return catalog;
}

Result<Rows> Catalog::Query(std::string_view purpose, const std::string& sql,
                            const std::vector<std::string>& parameters) {
  std::vector<const char*> values;
  for (const std::string& parameter : parameters) values.push_back(parameter.c_str());
  PGresult* result = PQexecParams(connection_.get(), sql.c_str(), static_cast<int>(values.size()), nullptr,
                                  values.data(), nullptr, nullptr, 0);
  Rows rows(result);
  const ExecStatusType status = PQresultStatus(result);
  if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) return rows;
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  return Fail(ErrorKind::kDatabase,
              fmt::format("the catalog query for {} failed (SQLSTATE {})", purpose, state ? state : "unknown"));
}

}  // namespace synapsor::schema::pg
