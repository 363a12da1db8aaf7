#include "runtime/ledger/postgres_store.h"

#include <fmt/format.h>

#include <map>

#include "runtime/ledger/migrations.h"
#include "runtime/ledger/postgres_session.h"

namespace synapsor::ledger {
namespace {

// Any number will do: held while tables are made, so that processes that start together do it once.
constexpr std::int64_t kMigrationLock = 0x53594E4C;

struct Target {
  std::string url;
  std::string place;  // for messages
  LedgerTime time = LedgerTime::kServer;
};

bool IsLoopback(std::string_view host) {
  return host.empty() || host.starts_with('/') || host == "localhost" || host.starts_with("127.") || host == "::1";
}

// Reads the URL without connecting, and insists on a proven server across a network.
Result<Target> ParseUrl(const std::string& url) {
  PQconninfoOption* options = PQconninfoParse(url.c_str(), nullptr);
  if (options == nullptr) {
    return Fail(ErrorKind::kUsage, "the URL of the PostgreSQL ledger cannot be read",
                "give postgresql://user@host:port/database");
  }
  std::map<std::string, std::string> given;
  for (const PQconninfoOption* o = options; o->keyword != nullptr; ++o) {
    if (o->val != nullptr) given[o->keyword] = o->val;
  }
  PQconninfoFree(options);
  const std::string host = given.contains("hostaddr") ? given["hostaddr"] : given["host"];
  if (!IsLoopback(host) && given.contains("sslmode") && given["sslmode"] != "verify-full") {
    return Fail(ErrorKind::kUsage, "the URL of the PostgreSQL ledger does not ask for a verified server",
                "use sslmode=verify-full and sslrootcert for a server on another machine");
  }
  const std::string mode = !IsLoopback(host) && !given.contains("sslmode") ? "verify-full" : "";
  Target target{url, fmt::format("{}/{}", host.empty() ? "local" : host, given["dbname"]), LedgerTime::kServer};
  if (!mode.empty()) {
    target.url += target.url.find('?') == std::string::npos ? "?sslmode=" : "&sslmode=";
    target.url += mode;
  }
  return target;
}

Result<std::unique_ptr<PostgresSession>> ConnectTo(const Target& target) {
  const char* keywords[] = {"dbname", "connect_timeout", "client_encoding", nullptr};
  const char* values[] = {target.url.c_str(), "5", "UTF8", nullptr};
  PostgresHandle connection(PQconnectdbParams(keywords, values, 1));
  if (PQstatus(connection.get()) != CONNECTION_OK) {
    return Fail(ErrorKind::kUnavailable, fmt::format("cannot connect to the ledger at `{}`", target.place),
                "check that the server runs, the URL's user may log in, and TLS is set up");
  }
  PQsetNoticeProcessor(
      connection.get(), [](void*, const char*) {}, nullptr);
  auto session =
      std::make_unique<PostgresSession>(std::move(connection), target.place, target.time == LedgerTime::kServer);
  SYN_RETURN_IF_ERROR(session->Configure());
  return session;
}

// 0 when there is no ledger yet.
Result<std::int64_t> ReadVersion(PostgresSession& session) {
  // By the catalogue's rows and not by name: names are cached, and another process may be making the tables.
  SYN_ASSIGN_OR_RETURN(const Rows exists, session.Get("SELECT count(*) FROM pg_catalog.pg_tables "
                                                      "WHERE schemaname = 'synapsor_ledger' AND tablename = 'meta'"));
  if (exists[0][0].number == 0) return 0;
  SYN_ASSIGN_OR_RETURN(const Rows rows, session.Get("SELECT version FROM synapsor_ledger.meta"));
  return rows.empty() ? 0 : rows[0][0].number;
}

Status RunScript(PostgresSession& session, std::string_view script) {
  while (true) {
    const std::size_t end = script.find(";\n");
    if (end == std::string_view::npos) return {};
    SYN_RETURN_IF_ERROR(session.DoOnce(std::string(script.substr(0, end))));
    script.remove_prefix(end + 2);
  }
}

Status MigrateLocked(PostgresSession& session, const Clock& clock) {
  SYN_ASSIGN_OR_RETURN(const Rows locked,
                       session.Get("SELECT CAST(pg_advisory_xact_lock($1) AS TEXT)", {kMigrationLock}));
  SYN_ASSIGN_OR_RETURN(const auto from, ReadVersion(session));
  if (from >= kLedgerVersion) return {};
  if (from == 0) {
    // An owner who was given the schema need not be able to create one; IF NOT EXISTS would ask for that right all the same.
    SYN_ASSIGN_OR_RETURN(const Rows schemas,
                         session.Get("SELECT count(*) FROM pg_catalog.pg_namespace WHERE nspname = 'synapsor_ledger'"));
    if (schemas[0][0].number == 0) SYN_RETURN_IF_ERROR(session.DoOnce("CREATE SCHEMA synapsor_ledger"));
  }
  const auto migrations = PostgresMigrations();
  for (auto version = from; version < kLedgerVersion; ++version) {
    SYN_RETURN_IF_ERROR(RunScript(session, migrations[static_cast<std::size_t>(version)]));
  }
  if (from == 0) {
    SYN_RETURN_IF_ERROR(session.Do("INSERT INTO meta (version) VALUES ($1)", {kLedgerVersion}));
    return WriteGenesis(session, clock.Now());
  }
  return session.Do("UPDATE meta SET version = $1", {kLedgerVersion});
}

Status Prepare(PostgresSession& session, const Target& target, const Clock& clock) {
  SYN_ASSIGN_OR_RETURN(const auto version, ReadVersion(session));
  if (version > kLedgerVersion) {
    return tl::unexpected(NewerLedger(target.place, static_cast<int>(version)));
  }
  if (version == kLedgerVersion) return {};
  SYN_RETURN_IF_ERROR(session.Begin(Access::kWrite));
  const Status migrated = MigrateLocked(session, clock);
  if (!migrated) {
    session.Rollback();
    return migrated;
  }
  return session.Commit();
}

class PostgresStore : public Store {
 public:
  explicit PostgresStore(Target target) : target_(std::move(target)) {}
  Result<std::unique_ptr<Session>> Connect() override { return ConnectTo(target_); }

 private:
  Target target_;
};

}  // namespace

Result<std::unique_ptr<Store>> OpenPostgresStore(const std::string& url, const Clock& clock, LedgerTime time) {
  SYN_ASSIGN_OR_RETURN(Target target, ParseUrl(url));
  target.time = time;
  SYN_ASSIGN_OR_RETURN(const auto session, ConnectTo(target));
  SYN_RETURN_IF_ERROR(Prepare(*session, target, clock));
  return std::make_unique<PostgresStore>(std::move(target));
}

}  // namespace synapsor::ledger
