#include "compiler/schema/mysql_rows.h"

#include <cppconn/connection.h>
#include <cppconn/exception.h>
#include <cppconn/parameter_metadata.h>
#include <cppconn/prepared_statement.h>
#include <cppconn/resultset.h>
#include <cppconn/resultset_metadata.h>
#include <cppconn/statement.h>
#include <fmt/format.h>
#include <mysql_driver.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>

#include "compiler/schema/endpoint.h"

namespace synapsor::schema::mysql {
namespace {

constexpr char kSystemRoots[] = "/etc/ssl/certs/ca-certificates.crt";

struct Address {
  std::string user, password, host, database;
  int port = 3306;
  std::map<std::string, std::string> parameters;
};

std::optional<std::string> Decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    unsigned code = 0;
    if (i + 2 >= text.size()) return std::nullopt;
    const auto [end, error] = std::from_chars(text.data() + i + 1, text.data() + i + 3, code, 16);
    if (error != std::errc() || end != text.data() + i + 3) return std::nullopt;
    out += static_cast<char>(code);
    i += 2;
  }
  return out;
}

std::optional<Address> Parse(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos || (url.substr(0, scheme) != "mysql" && url.substr(0, scheme) != "mariadb"))
    return std::nullopt;
  url.remove_prefix(scheme + 3);
  std::string_view query;
  if (const std::size_t mark = url.find('?'); mark != std::string_view::npos) {
    query = url.substr(mark + 1);
    url = url.substr(0, mark);
  }
  Address address;
  const std::size_t slash = url.find('/');
  std::string_view authority = url.substr(0, slash);
  if (slash != std::string_view::npos) {
    const auto database = Decoded(url.substr(slash + 1));
    if (!database) return std::nullopt;
    address.database = *database;
  }
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    const std::string_view login = authority.substr(0, at);
    const std::size_t colon = login.find(':');
    const auto user = Decoded(login.substr(0, colon));
    const auto password = Decoded(colon == std::string_view::npos ? "" : login.substr(colon + 1));
    if (!user || !password) return std::nullopt;
    address.user = *user;
    address.password = *password;
    authority.remove_prefix(at + 1);
  }
  const std::size_t bracket = authority.rfind(']');
  const std::size_t colon = authority.rfind(':');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    const std::string_view port = authority.substr(colon + 1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
    if (error != std::errc() || end != port.data() + port.size() || address.port < 1 || address.port > 65535)
      return std::nullopt;
    authority = authority.substr(0, colon);
  }
  address.host = authority;
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    const std::size_t equals = pair.find('=');
    const auto value = Decoded(equals == std::string_view::npos ? "" : pair.substr(equals + 1));
    if (!value) return std::nullopt;
    address.parameters[std::string(pair.substr(0, equals))] = *value;
    query = end == std::string_view::npos ? "" : query.substr(end + 1);
  }
  return address;
}

std::string_view Reason(int code) {
  switch (code) {
    case 1045:
    case 1698: return "user or password are wrong, or the account may not come from here or without TLS";
    case 1044:
    case 1049: return "there is no such database, or it is closed to this user";
    case 1040: return "it has too many connections";
    case 1130: return "it takes no connections from this host";
    case 1820:
    case 1862: return "the password has expired";
    case 3118:
    case 3955: return "the account is locked";
    case 3159: return "it asks for TLS";
    case 1251:
    case 2059:
    case 2061: return "the account's way to log in is not known here";
    case 2002:
    case 2003: return "nothing answers there";
    case 2005: return "the host name is not known";
    case 2026: return "a verified TLS connection cannot be made";
    default: return "the server's log has the reason";
  }
}

}  // namespace

struct Catalog::Connection {
  std::unique_ptr<sql::Connection> handle;
  bool is_mariadb = false;
};

Catalog::Catalog(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
Catalog::Catalog(Catalog&&) noexcept = default;
Catalog::~Catalog() = default;

bool Catalog::is_mariadb() const { return connection_->is_mariadb; }

const std::string& Rows::Text(std::size_t row, std::size_t column) const {
  static const std::string empty;
  return rows[row][column] ? *rows[row][column] : empty;
}

std::optional<std::size_t> Rows::Position(std::string_view name) const {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names.begin());
}

Result<Catalog> Catalog::Connect(const std::string& url, const IntrospectOptions& options) {
  const auto address = Parse(url);
  if (!address)
    return Fail(ErrorKind::kUsage, "the value is not a MySQL URL", "write mysql://user:password@host:port/database");
  std::string socket, ca;
  for (const auto& [key, value] : address->parameters) {
    if (key == "socket")
      socket = value;
    else if (key == "ssl-ca")
      ca = value;
    else
      return Fail(ErrorKind::kUsage, fmt::format("the MySQL URL has the unknown parameter `{}`", key),
                  "known are `socket` and `ssl-ca`");
  }
  const bool local = !socket.empty() || IsLoopback(address->host);
  if (ca.empty() && !local) ca = options.ca_file;
  const bool verify = !ca.empty() || (!local && !options.allow_plaintext);
  if (verify && ca.empty()) ca = kSystemRoots;
  try {
    sql::ConnectOptionsMap map;
    map["hostName"] =
        sql::SQLString(socket.empty() ? fmt::format("tcp://{}:{}", address->host, address->port) : "unix://" + socket);
    map["userName"] = sql::SQLString(address->user);
    map["password"] = sql::SQLString(address->password);
    if (!address->database.empty()) map["schema"] = sql::SQLString(address->database);
    map["OPT_CONNECT_TIMEOUT"] = 10;
    map["OPT_CHARSET_NAME"] = sql::SQLString("utf8mb4");
    if (verify) {
      // The only options of this connector that fail closed.
      map["sslCA"] = sql::SQLString(ca);
      map["sslVerify"] = true;
      map["sslEnforce"] = true;
    }
    auto connection = std::make_unique<Connection>();
    connection->handle.reset(sql::mysql::get_driver_instance()->connect(map));
    Catalog catalog(std::move(connection));
    if (verify) {
      SYN_ASSIGN_OR_RETURN(const Rows cipher, catalog.Query("TLS", "SHOW STATUS LIKE 'Ssl_cipher'"));
      if (cipher.size() != 1 || cipher.Text(0, 1).empty()) {
        return Fail(ErrorKind::kUnavailable,
                    "the connection to the MySQL database is not encrypted, so it is not used");
      }
    }
    SYN_ASSIGN_OR_RETURN(const Rows zone, catalog.Query("the session", "SET time_zone = '+00:00'"));
    // The mode that statements will run in, whatever the server's own is.
    SYN_ASSIGN_OR_RETURN(
        const Rows mode,
        catalog.Query("the session",
                      "SET sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,NO_ZERO_DATE,NO_ZERO_IN_DATE,"
                      "ERROR_FOR_DIVISION_BY_ZERO,ONLY_FULL_GROUP_BY'"));
    SYN_ASSIGN_OR_RETURN(const Rows version, catalog.Query("the session", "SELECT VERSION()"));
    catalog.connection_->is_mariadb = version.size() == 1 && version.Text(0, 0).find("MariaDB") != std::string::npos;
    SYN_RETURN_IF_ERROR(catalog.Begin());
    return catalog;
  } catch (const sql::SQLException& error) {
    return Fail(ErrorKind::kUnavailable, fmt::format("the MySQL database cannot be reached: {} (error {})",
                                                     Reason(error.getErrorCode()), error.getErrorCode()));
  } catch (const std::exception&) {
    return Fail(ErrorKind::kUnavailable, "the MySQL database cannot be reached");
  }
}

Status Catalog::Begin() {
  try {
    const std::unique_ptr<sql::Statement> statement(connection_->handle->createStatement());
    statement->execute("START TRANSACTION READ ONLY");
    return {};
  } catch (const sql::SQLException& error) {
    return Fail(
        ErrorKind::kDatabase,
        fmt::format("no read-only transaction can be begun on the MySQL database (error {})", error.getErrorCode()));
  } catch (const std::exception&) {
    return Fail(ErrorKind::kDatabase, "no read-only transaction can be begun on the MySQL database");
  }
}

Result<Rows> Catalog::Query(std::string_view purpose, const std::string& text,
                            const std::vector<std::string>& parameters) {
  try {
    const std::unique_ptr<sql::PreparedStatement> statement(connection_->handle->prepareStatement(text));
    for (std::size_t i = 0; i < parameters.size(); ++i)
      statement->setString(static_cast<unsigned>(i + 1), parameters[i]);
    Rows out;
    if (!statement->execute()) return out;
    const std::unique_ptr<sql::ResultSet> result(statement->getResultSet());
    const unsigned columns = result->getMetaData()->getColumnCount();
    for (unsigned i = 1; i <= columns; ++i) out.names.push_back(result->getMetaData()->getColumnLabel(i));
    while (result->next()) {
      auto& row = out.rows.emplace_back();
      for (unsigned i = 1; i <= columns; ++i) {
        const std::string value = result->getString(i);
        row.push_back(result->isNull(i) ? std::nullopt : std::optional(value));
      }
    }
    return out;
  } catch (const sql::SQLException& error) {
    return Fail(ErrorKind::kDatabase,
                fmt::format("the catalog query for {} failed (error {})", purpose, error.getErrorCode()));
  } catch (const std::exception&) {
    return Fail(ErrorKind::kDatabase, fmt::format("the catalog query for {} failed", purpose));
  }
}

Result<Preparation> Catalog::Prepare(const std::string& text, int params) {
  // Denied by privileges on a table, a column, or both; by the server's read-only mode.
  constexpr int kDenied[] = {1044, 1142, 1143, 1290, 1370};
  constexpr int kFirstOfTheClient = 2000, kLastOfTheClient = 2999;
  Preparation result;
  try {
    const std::unique_ptr<sql::PreparedStatement> statement(connection_->handle->prepareStatement(text));
    const auto found = static_cast<int>(statement->getParameterMetaData()->getParameterCount());
    if (found != params) {
      result.words = fmt::format("it has {} parameters instead of {}", found, params);
      return result;
    }
    result.accepted = true;
    result.params.resize(static_cast<std::size_t>(params));
    sql::ResultSetMetaData* columns = statement->getMetaData();
    for (unsigned i = 1; columns != nullptr && i <= columns->getColumnCount(); ++i)
      result.columns.push_back(columns->getColumnTypeName(i));
    return result;
  } catch (const sql::SQLException& error) {
    const int code = error.getErrorCode();
    if (code == 0 && result.accepted) return result;  // a statement without columns has no description of them
    if (code == 0 || (code >= kFirstOfTheClient && code <= kLastOfTheClient)) {
      return Fail(ErrorKind::kUnavailable,
                  fmt::format("the connection to the MySQL database was lost (error {})", code));
    }
    result.accepted = false;
    result.words = error.what();
    result.denied = std::find(std::begin(kDenied), std::end(kDenied), code) != std::end(kDenied);
    result.read_only = code == 1792;
    return result;
  } catch (const std::exception&) {
    return Fail(ErrorKind::kDatabase, "the MySQL database does not prepare a statement");
  }
}

}  // namespace synapsor::schema::mysql
