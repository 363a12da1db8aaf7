// Making PostgreSQL connections: what a URL may say, TLS, the pinned session, and what a reader's
// role may do.
#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <utility>

#include "runtime/base/digest.h"
#include "runtime/db/hosts.h"
#include "runtime/db/postgres.h"
#include "runtime/db/postgres_connection.h"

namespace synapsor::db {
namespace {

using Settings = std::map<std::string, std::string>;

// One row: what the role is, and one table of a schema that it may use which it can change or take
// over.
constexpr std::string_view kRoleRights = R"(
SELECT r.rolname::text, r.rolsuper, r.rolbypassrls,
  (SELECT n.nspname || '.' || c.relname
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'f', 'm')
      AND n.nspname NOT IN ('pg_catalog', 'information_schema')
      AND n.nspname !~ '^pg_(toast|temp)'
      AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
      AND (pg_catalog.pg_has_role(c.relowner, 'MEMBER')
           OR pg_catalog.has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
           OR pg_catalog.has_any_column_privilege(c.oid, 'INSERT, UPDATE'))
    ORDER BY 1 LIMIT 1)
  FROM pg_catalog.pg_roles r WHERE r.rolname = current_user)";

// Whether policies as `sync grants` prints them hold this role, and whether any policy does.
constexpr std::string_view kRolePolicies = R"(
SELECT r.rolname::text,
  EXISTS (SELECT FROM pg_catalog.pg_policy p WHERE r.oid = ANY (p.polroles) AND p.polname ~ '^synapsor_only_'),
  EXISTS (SELECT FROM pg_catalog.pg_policy p WHERE r.oid = ANY (p.polroles) OR 0::oid = ANY (p.polroles))
  FROM pg_catalog.pg_roles r WHERE r.rolname = current_user)";

using NamedType = std::pair<const char*, ScalarType>;

bundle::Statement OfRoles(std::string_view sql, std::initializer_list<NamedType> columns) {
  bundle::Statement statement;
  statement.sql = sql;
  statement.fingerprint = Sha256Hex(statement.sql);
  for (const auto& [name, type] : columns) {
    bundle::ResultColumn column;
    column.name = column.column = name;
    column.table = "pg_roles";
    column.type = type;
    statement.columns.push_back(column);
  }
  return statement;
}

bundle::Statement RoleRights() {
  return OfRoles(kRoleRights, {{"role", ScalarType::kText},
                               {"superuser", ScalarType::kBoolean},
                               {"bypassrls", ScalarType::kBoolean},
                               {"writable", ScalarType::kText}});
}

bundle::Statement RolePolicies() {
  return OfRoles(kRolePolicies,
                 {{"role", ScalarType::kText}, {"held", ScalarType::kBoolean}, {"has_policies", ScalarType::kBoolean}});
}

tl::unexpected<Error> Refuse(const std::string& source, std::string_view why, std::string hint = {}) {
  return Fail(ErrorKind::kUsage, fmt::format("source `{}`: {}", source, why), std::move(hint));
}

Result<Settings> ParseUrl(const std::string& source, const std::string& url) {
  char* message = nullptr;
  PQconninfoOption* options = PQconninfoParse(url.c_str(), &message);
  // libpq's message repeats the URL, and with it the password.
  PQfreemem(message);
  if (options == nullptr) {
    return Refuse(source, "the secret is not a PostgreSQL URL", "use postgresql://USER:PASSWORD@HOST:PORT/DATABASE");
  }
  Settings settings;
  for (const PQconninfoOption* option = options; option->keyword != nullptr; ++option) {
    if (option->val != nullptr && *option->val != '\0') settings[option->keyword] = option->val;
  }
  PQconninfoFree(options);
  return settings;
}

std::vector<std::string> Hosts(const Settings& settings) {
  std::vector<std::string> hosts;
  for (const char* key : {"host", "hostaddr"}) {
    const auto found = settings.find(key);
    if (found == settings.end()) continue;
    std::string_view rest = found->second;
    while (true) {
      const std::size_t comma = rest.find(',');
      hosts.emplace_back(rest.substr(0, comma));
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return hosts;
}

// Sets sslmode, whatever the URL and the environment say.
Status SetTls(const std::string& source, const TlsOptions& tls, Settings& settings) {
  const std::vector<std::string> hosts = Hosts(settings);
  if (hosts.empty() || settings.contains("service")) {
    return Refuse(source, "the URL names no host",
                  "give the host in the URL; environment and service files are not consulted for it");
  }
  const bool local = std::all_of(hosts.begin(), hosts.end(), IsLoopback);
  settings["gssencmode"] = "disable";
  if (local && tls.mode == config::TlsMode::kOff) {
    settings["sslmode"] = "disable";
    return {};
  }
  if (local && tls.mode == config::TlsMode::kRequire) {
    settings["sslmode"] = "require";
    return {};
  }
  const bool wanted = !tls.ca_file.empty() || settings["sslmode"].starts_with("verify");
  if (local && !wanted) {
    settings["sslmode"] = "prefer";
    return {};
  }
  if (tls.mode != config::TlsMode::kVerify) {
    return Refuse(source, "TLS without verification is for loopback only",
                  "set `tls` to `verify` and, for a private authority, give its certificate file");
  }
  settings["sslmode"] = "verify-full";
  settings["ssl_min_protocol_version"] = "TLSv1.2";
  if (!tls.ca_file.empty()) {
    settings["sslrootcert"] = tls.ca_file;
  } else if (!settings.contains("sslrootcert")) {
    // Without any, libpq would look in the home directory and, finding none, refuse.
    if (const char* system = SystemCaFile()) settings["sslrootcert"] = system;
  }
  return {};
}

// What every session is pinned to, in the start-up packet: no round trip, and nothing of it can be
// left out.
void SetSession(const ConnectOptions& options, Settings& settings) {
  std::string pinned = settings["options"];
  const auto set = [&](std::string_view name, std::string_view value) {
    pinned += fmt::format("{}-c {}={}", pinned.empty() ? "" : " ", name, value);
  };
  set("TimeZone", "UTC");
  set("DateStyle", "ISO");
  set("IntervalStyle", "iso_8601");
  set("extra_float_digits", "3");
  set("bytea_output", "hex");
  set("standard_conforming_strings", "on");
  set("statement_timeout", std::to_string(options.statement_timeout_ms));
  set("lock_timeout", std::to_string(options.lock_timeout_ms));
  set("idle_in_transaction_session_timeout", "60000");
  set("default_transaction_read_only", options.role == Role::kReader ? "on" : "off");
  settings["options"] = pinned;
  settings["client_encoding"] = "UTF8";
  settings["fallback_application_name"] = "synapsor";
  // libpq counts in whole seconds and takes less than 2 for 2.
  settings["connect_timeout"] = std::to_string(std::max(2, (options.connect_timeout_ms + 999) / 1000));
  settings["keepalives"] = "1";
  settings["keepalives_idle"] = "30";
  settings["keepalives_interval"] = "10";
  settings["keepalives_count"] = "3";
  settings["tcp_user_timeout"] = std::to_string(options.statement_timeout_ms + 30'000);
}

class PostgresConnector : public Connector {
 public:
  PostgresConnector(std::string source, Settings settings, const ConnectOptions& options, bool allow_writing_reader)
      : source_(std::move(source)),
        settings_(std::move(settings)),
        options_(options),
        allow_writing_reader_(allow_writing_reader) {
    for (const auto& [key, value] : settings_) {
      keys_.push_back(key.c_str());
      values_.push_back(value.c_str());
    }
    keys_.push_back(nullptr);
    values_.push_back(nullptr);
  }

  DbResult<std::unique_ptr<PooledConnection>> Connect() override {
    PostgresHandle handle(PQconnectdbParams(keys_.data(), values_.data(), 0));
    if (handle == nullptr || PQstatus(handle.get()) != CONNECTION_OK) return Refused(handle.get());
    // The environment could have sent a loopback name elsewhere.
    const bool plain = PQsslInUse(handle.get()) == 0;
    const char* address = PQhostaddr(handle.get());
    const bool socket = address == nullptr || *address == '\0';
    if (plain && !IsLoopback(socket ? PQhost(handle.get()) : address)) {
      return tl::unexpected(
          Failure{FailureKind::kUnavailable, "the connection is not encrypted and not to loopback", "TLS"});
    }
    auto session = PostgresSession::Start(std::move(handle));
    if (!session) return tl::unexpected(std::move(session.error()));
    auto connection = std::make_unique<PostgresConnection>(std::move(*session), options_);
    if (auto prepared = connection->Prepare(); !prepared) {
      return tl::unexpected(std::move(prepared.error()));
    }
    if (options_.role == Role::kReader) {
      if (auto allowed = CheckReader(*connection); !allowed) {
        return tl::unexpected(std::move(allowed.error()));
      }
    }
    if (auto fits = CheckPolicies(*connection); !fits) {
      return tl::unexpected(std::move(fits.error()));
    }
    return connection;
  }

 private:
  static tl::unexpected<Failure> Refused(pg_conn* handle) {
    const char* message = handle == nullptr ? "out of memory" : PQerrorMessage(handle);
    std::string text = message;
    while (!text.empty() && text.back() == '\n') text.pop_back();
    std::replace(text.begin(), text.end(), '\n', ' ');
    return tl::unexpected(Failure{FailureKind::kUnavailable, std::move(text), "08001"});
  }

  DbResult<void> CheckReader(PostgresConnection& connection) {
    auto rows = connection.Query(RoleRights(), {}, 1);
    if (!rows) return tl::unexpected(std::move(rows.error()));
    if (rows->size() != 1) {
      return tl::unexpected(Failure{FailureKind::kPermission, "the reader's role cannot be looked up", "READER"});
    }
    const Row& row = rows->front();
    const bool superuser = row[1].text == "true", bypasses = row[2].text == "true";
    if (!superuser && row[3].is_null) {
      if (bypasses) {
        Warn(fmt::format("the reader role `{}` bypasses row-level security", row[0].text));
      }
      return {};
    }
    const std::string why = superuser ? fmt::format("the reader role `{}` is a superuser", row[0].text)
                                      : fmt::format("the reader role `{}` can change `{}`", row[0].text, row[3].text);
    if (!allow_writing_reader_) {
      return tl::unexpected(Failure{FailureKind::kPermission, why, "READER_CAN_WRITE"});
    }
    Warn(why + ": allowed by `allow_writing_reader`, for development only");
    return {};
  }

  // A role that is held by policies sees no row unless its tenant is said: every read would be "not found", every approved
  // change a conflict. That is a mistake of the configuration, and is said as one.
  DbResult<void> CheckPolicies(PostgresConnection& connection) {
    auto rows = connection.Query(RolePolicies(), {}, 1);
    if (!rows) return tl::unexpected(std::move(rows.error()));
    if (rows->size() != 1) return {};
    const Row& row = rows->front();
    if (row[1].text == "true" && !options_.row_level_security) {
      return tl::unexpected(
          Failure{FailureKind::kPermission,
                  fmt::format("row-level security holds the role `{}` to a tenant, but this source does not say one: "
                              "set `row_level_security` in the configuration",
                              row[0].text),
                  "TENANT_NOT_SAID"});
    }
    if (row[2].text != "true" && options_.row_level_security) {
      Warn(fmt::format("`row_level_security` is set, but no policy holds the role `{}`: run what `sync grants` prints",
                       row[0].text));
    }
    return {};
  }

  void Warn(const std::string& what) {
    if (!warned_.exchange(true)) fmt::print(stderr, "WARNING: source `{}`: {}\n", source_, what);
  }

  const std::string source_;
  const Settings settings_;
  const ConnectOptions options_;
  const bool allow_writing_reader_;
  std::vector<const char*> keys_, values_;  // of settings_
  std::atomic<bool> warned_ = false;
};

}  // namespace

Result<std::unique_ptr<Connector>> MakePostgresConnector(const std::string& source_name, const std::string& url,
                                                         const ConnectOptions& options, const TlsOptions& tls,
                                                         bool allow_writing_reader) {
  SYN_ASSIGN_OR_RETURN(Settings settings, ParseUrl(source_name, url));
  SYN_RETURN_IF_ERROR(SetTls(source_name, tls, settings));
  SetSession(options, settings);
  // An empty value would let libpq fall back to the environment.
  std::erase_if(settings, [](const auto& entry) { return entry.second.empty(); });
  return std::make_unique<PostgresConnector>(source_name, std::move(settings), options, allow_writing_reader);
}

}  // namespace synapsor::db
