// One row by key through runtime/db next to the bare client library in the same process. Run under
// tests/integration/with_servers postgres mariadb -- db_bench; a benchmark without its server is
// left out.
#include <benchmark/benchmark.h>
#include <libpq-fe.h>
#include <sqlite3.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "runtime/base/digest.h"
#include "runtime/db/mysql.h"
#include "runtime/db/pool.h"
#include "runtime/db/postgres.h"
#include "runtime/db/sqlite.h"

namespace {

using namespace synapsor;
using namespace synapsor::db;

constexpr int kRows = 1000;
const char* const kColumns = "id, tenant_id, subject, amount, created_at, open";

bundle::Statement Statement(std::string sql, std::vector<ScalarType> params, std::vector<ScalarType> columns) {
  bundle::Statement statement;
  statement.fingerprint = Sha256Hex(sql);
  statement.sql = std::move(sql);
  for (const ScalarType type : params) {
    statement.params.emplace_back();
    statement.params.back().type = type;
    statement.params.back().database_type = type == ScalarType::kInt64 ? "bigint" : "text";
  }
  for (const ScalarType type : columns) {
    statement.columns.emplace_back();
    statement.columns.back().type = type;
  }
  return statement;
}

bundle::Statement ByKey(const char* first, const char* second) {
  return Statement(
      std::string("SELECT ") + kColumns + " FROM bench_ticket WHERE id = " + first + " AND tenant_id = " + second,
      {ScalarType::kInt64, ScalarType::kText},
      {ScalarType::kInt64, ScalarType::kText, ScalarType::kText, ScalarType::kDecimal, ScalarType::kTimestamp,
       ScalarType::kInt64});
}

std::vector<Scalar> Key(int i) { return {Scalar::Int(i % kRows), Scalar::Text("acme")}; }

void Must(bool ok, const char* what) {
  if (ok) return;
  std::fprintf(stderr, "db_bench: %s\n", what);
  std::exit(2);
}

std::string Url(const char* variable) {
  const char* url = std::getenv(variable);
  return url == nullptr ? "" : url;
}

std::unique_ptr<Connector> Reader(const std::string& engine, const std::string& where,
                                  bool row_level_security = false) {
  ConnectOptions options;
  options.row_level_security = row_level_security;
  if (engine == "sqlite") return MakeSqliteConnector(where, options);
  auto made = engine == "postgres" ? MakePostgresConnector("bench", where, options, {}, true)
                                   : MakeMysqlConnector("bench", where, options, {}, true);
  Must(made.has_value(), "connector");
  return std::move(*made);
}

void Statements(benchmark::State& state, const std::string& engine, const std::string& where,
                const bundle::Statement& select) {
  auto connector = Reader(engine, where);
  auto connection = connector->Connect();
  Must(connection.has_value(), "connect");
  int i = 0;
  for (auto _ : state) {
    auto rows = (*connection)->Query(select, Key(++i), 2);
    Must(rows && rows->size() == 1, "query");
    benchmark::DoNotOptimize(rows);
  }
  state.SetItemsProcessed(state.iterations());
}

// As the interpreter reads: a lease, a read-only transaction, the row, the end.
void Calls(benchmark::State& state, const std::string& engine, const std::string& where,
           const bundle::Statement& select, bool row_level_security = false) {
  auto pool = MakePool(engine, Reader(engine, where, row_level_security), {});
  int i = 0;
  for (auto _ : state) {
    auto lease = pool->Acquire(1000);
    Must(lease && (*lease)->Begin(TxMode::kReadOnly, 5000, 2000), "begin");
    (*lease)->SetTenant("acme");
    auto rows = (*lease)->Query(select, Key(++i), 2);
    Must(rows && rows->size() == 1, "query");
    Must((*lease)->Commit().has_value(), "commit");
  }
  state.SetItemsProcessed(state.iterations());
}

void BareLibpq(benchmark::State& state, const std::string& url, bool transaction) {
  PGconn* connection = PQconnectdb(url.c_str());
  Must(PQstatus(connection) == CONNECTION_OK, "libpq");
  const Oid types[] = {20, 25};
  const std::string sql = std::string("SELECT ") + kColumns + " FROM bench_ticket WHERE id = $1 AND tenant_id = $2";
  PQclear(PQprepare(connection, "s", sql.c_str(), 2, types));
  int i = 0;
  for (auto _ : state) {
    if (transaction) PQclear(PQexecParams(connection, "BEGIN READ ONLY", 0, nullptr, nullptr, nullptr, nullptr, 0));
    const std::string key = std::to_string(++i % kRows);
    const char* const values[] = {key.c_str(), "acme"};
    PGresult* result = PQexecPrepared(connection, "s", 2, values, nullptr, nullptr, 0);
    Must(PQntuples(result) == 1, "row");
    PQclear(result);
    if (transaction) PQclear(PQexecParams(connection, "COMMIT", 0, nullptr, nullptr, nullptr, nullptr, 0));
  }
  state.SetItemsProcessed(state.iterations());
  PQfinish(connection);
}

void BareSqlite(benchmark::State& state, const std::string& path) {
  sqlite3* handle = nullptr;
  Must(sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK, "sqlite");
  sqlite3_stmt* statement = nullptr;
  const std::string sql = std::string("SELECT ") + kColumns + " FROM bench_ticket WHERE id = ? AND tenant_id = ?";
  sqlite3_prepare_v2(handle, sql.c_str(), -1, &statement, nullptr);
  int i = 0;
  for (auto _ : state) {
    sqlite3_bind_int64(statement, 1, ++i % kRows);
    sqlite3_bind_text(statement, 2, "acme", 4, SQLITE_STATIC);
    Must(sqlite3_step(statement) == SQLITE_ROW, "row");
    for (int c = 0; c < 6; ++c) benchmark::DoNotOptimize(sqlite3_column_text(statement, c));
    sqlite3_reset(statement);
  }
  state.SetItemsProcessed(state.iterations());
  sqlite3_finalize(statement);
  sqlite3_close(handle);
}

const char* const kCreate =
    "CREATE TABLE bench_ticket (id bigint PRIMARY KEY, tenant_id varchar(40) NOT NULL, subject "
    "varchar(200) NOT NULL,"
    " amount decimal(12,2) NOT NULL, created_at timestamp NOT NULL, open bigint NOT NULL)";

std::string FillSql() {
  std::string sql = "INSERT INTO bench_ticket VALUES ";
  for (int i = 0; i < kRows; ++i) {
    const std::string n = std::to_string(i);
    sql += (i == 0 ? "(" : ",(") + n + ",'acme','ticket number " + n + "',12.25,'2026-11-21 03:04:05',1)";
  }
  return sql;
}

void FillPostgres(const std::string& url) {
  PGconn* connection = PQconnectdb(url.c_str());
  for (const std::string& sql :
       {std::string("DROP TABLE IF EXISTS bench_ticket"), std::string(kCreate), FillSql(),
        std::string("ANALYZE bench_ticket"),
        // A role that policies hold, as `sync grants` prints them.
        std::string("DO 'BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = ''bench_reader'') THEN CREATE ROLE "
                    "bench_reader LOGIN; END IF; END'"),
        std::string("GRANT SELECT ON bench_ticket TO bench_reader"),
        std::string("CREATE POLICY sees ON bench_ticket TO bench_reader USING (tenant_id = "
                    "nullif(current_setting('synapsor.tenant_id', true), '')::text)"),
        std::string("CREATE POLICY bounds ON bench_ticket AS RESTRICTIVE TO bench_reader USING (tenant_id = "
                    "nullif(current_setting('synapsor.tenant_id', true), '')::text)"),
        std::string("ALTER TABLE bench_ticket ENABLE ROW LEVEL SECURITY")}) {
    PGresult* result = PQexec(connection, sql.c_str());
    Must(PQresultStatus(result) == PGRES_COMMAND_OK, "fill");
    PQclear(result);
  }
  PQfinish(connection);
}

void FillMariadb(const std::string& url) {
  ConnectOptions options;
  options.role = Role::kWriter;
  auto connector = MakeMysqlConnector("bench", url, options, {}, false);
  Must(connector.has_value(), "mariadb");
  auto connection = (*connector)->Connect();
  Must(connection.has_value(), "mariadb");
  std::string create = kCreate;
  create.replace(create.find("timestamp NOT"), 9, "datetime");
  for (const std::string& sql : {std::string("DROP TABLE IF EXISTS bench_ticket"), create, FillSql()}) {
    Must((*connection)->Execute(Statement(sql, {}, {}), {}).has_value(), "fill");
  }
}

std::string FillSqlite() {
  const std::string path = "/tmp/synapsor-db-bench.db";
  std::remove(path.c_str());
  sqlite3* handle = nullptr;
  sqlite3_open(path.c_str(), &handle);
  sqlite3_exec(handle, "PRAGMA journal_mode = WAL", nullptr, nullptr, nullptr);
  sqlite3_exec(handle, kCreate, nullptr, nullptr, nullptr);
  Must(sqlite3_exec(handle, FillSql().c_str(), nullptr, nullptr, nullptr) == SQLITE_OK, "fill");
  sqlite3_close(handle);
  return path;
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  const auto add = [](const char* name, auto body) { benchmark::RegisterBenchmark(name, body)->UseRealTime(); };
  const std::string postgres = Url("SYNAPSOR_TEST_POSTGRES_URL"), mariadb = Url("SYNAPSOR_TEST_MARIADB_URL");
  if (!postgres.empty()) {
    FillPostgres(postgres);
    const auto select = ByKey("$1", "$2");
    add("postgres/bare_libpq_statement", [=](benchmark::State& s) { BareLibpq(s, postgres, false); });
    add("postgres/bare_libpq_transaction", [=](benchmark::State& s) { BareLibpq(s, postgres, true); });
    add("postgres/query", [=](benchmark::State& s) { Statements(s, "postgres", postgres, select); });
    add("postgres/pool_begin_query_commit", [=](benchmark::State& s) { Calls(s, "postgres", postgres, select); });
    add("postgres/pool_begin_tenant_query_commit",
        [=](benchmark::State& s) { Calls(s, "postgres", postgres, select, true); });
    const std::string held = "postgresql://bench_reader" + postgres.substr(postgres.find('@'));
    add("postgres/pool_begin_tenant_query_commit_under_policies",
        [=](benchmark::State& s) { Calls(s, "postgres", held, select, true); });
  }
  if (!mariadb.empty()) {
    FillMariadb(mariadb);
    const auto select = ByKey("?", "?");
    add("mariadb/query", [=](benchmark::State& s) { Statements(s, "mariadb", mariadb, select); });
    add("mariadb/pool_begin_query_commit", [=](benchmark::State& s) { Calls(s, "mariadb", mariadb, select); });
  }
  const std::string path = FillSqlite();
  const auto select = ByKey("?1", "?2");
  add("sqlite/bare_sqlite3", [=](benchmark::State& s) { BareSqlite(s, path); });
  add("sqlite/query", [=](benchmark::State& s) { Statements(s, "sqlite", path, select); });
  add("sqlite/pool_begin_query_commit", [=](benchmark::State& s) { Calls(s, "sqlite", path, select); });
  benchmark::RunSpecifiedBenchmarks();
  for (const char* suffix : {"", "-wal", "-shm"}) std::remove((path + suffix).c_str());
}
