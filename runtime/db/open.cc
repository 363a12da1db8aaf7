#include "runtime/db/open.h"

#include <fmt/format.h>

#include "runtime/db/mysql.h"
#include "runtime/db/pool.h"
#include "runtime/db/postgres.h"
#include "runtime/db/sqlite.h"

namespace synapsor::db {
namespace {

Result<std::unique_ptr<Connector>> ConnectorFor(const config::Source& source, const std::string& secret,
                                                const ConnectOptions& options) {
  if (source.engine == "sqlite") return MakeSqliteConnector(secret, options);
  const TlsOptions tls{source.tls, source.tls_ca_file};
  if (source.engine == "postgres") {
    return MakePostgresConnector(source.name, secret, options, tls, source.allow_writing_reader);
  }
  if (source.engine == "mysql" || source.engine == "mariadb") {
    return MakeMysqlConnector(source.name, secret, options, tls, source.allow_writing_reader);
  }
  return Fail(ErrorKind::kUsage, fmt::format("source `{}` has the unknown engine `{}`", source.name, source.engine),
              "use postgres, mysql, mariadb or sqlite");
}

ErrorKind KindOf(FailureKind kind) {
  return kind == FailureKind::kUnavailable || kind == FailureKind::kTimeout ? ErrorKind::kUnavailable
                                                                            : ErrorKind::kDatabase;
}

}  // namespace

Result<std::unique_ptr<Database>> OpenPool(const config::Source& source, const std::string& secret, Role role) {
  ConnectOptions options;
  options.role = role;
  options.statement_timeout_ms = source.statement_timeout_ms;
  options.lock_timeout_ms = source.lock_timeout_ms;
  options.connect_timeout_ms = source.connect_timeout_ms;
  options.row_level_security = source.row_level_security;
  SYN_ASSIGN_OR_RETURN(std::unique_ptr<Connector> connector, ConnectorFor(source, secret, options));
  PoolOptions pool_options;
  pool_options.size = source.pool_size;
  // The connector cannot see that a server has closed a connection without asking it.
  if (source.engine == "mysql" || source.engine == "mariadb") pool_options.idle_check = std::chrono::seconds(1);
  std::unique_ptr<Database> pool = MakePool(source.engine, std::move(connector), pool_options);
  const DbResult<Lease> first = pool->Acquire(source.connect_timeout_ms);
  if (!first) {
    const bool writes = first.error().code == "READER_CAN_WRITE";
    return Fail(KindOf(first.error().kind), fmt::format("source `{}`: {}", source.name, first.error().operator_message),
                writes ? "connect as a role like the one that `sync grants` prints; for development only, set "
                         "`allow_writing_reader`"
                       : "");
  }
  return pool;
}

Result<std::string> SecretOrPath(const config::Source& source, const config::SecretRef& ref, const char* which) {
  if (source.engine == "sqlite" && !source.sqlite_path.empty()) return source.sqlite_path;
  const std::string what = fmt::format("`{}` of source `{}`", which, source.name);
  if (ref.empty()) {
    return Fail(ErrorKind::kUsage, fmt::format("{} is not configured", what),
                fmt::format("give `\"{}\": \"env:NAME\"`", which));
  }
  return config::ReadSecret(ref, what);
}

}  // namespace synapsor::db
