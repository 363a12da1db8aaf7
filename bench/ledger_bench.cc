// What recording a call costs, next to the floor: one bare durable commit of one row of the same size on the same disk.
//   SYNAPSOR_BENCH_DIR=/path/on/the/disk   where the files lie (default: the temporary folder)
//   SYNAPSOR_TEST_POSTGRES_URL             also measures the PostgreSQL ledger
#include <benchmark/benchmark.h>
#include <libpq-fe.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "runtime/ledger/ledger.h"
#include "runtime/proposal/lifecycle.h"

namespace {

using namespace synapsor;
using namespace synapsor::ledger;

std::filesystem::path Folder() {
  static const std::filesystem::path folder = [] {
    const char* given = std::getenv("SYNAPSOR_BENCH_DIR");
    std::string pattern = (given != nullptr ? std::filesystem::path(given) : std::filesystem::temp_directory_path()) /
                          "ledger-bench-XXXXXX";
    return std::filesystem::path(::mkdtemp(pattern.data()));
  }();
  return folder;
}

CallRecord ReadCall() {
  CallRecord record;
  record.run.kind = "call";
  record.run.capability = "billing.review_fee";
  record.run.tenant = "acme";
  record.run.principal = "agent-7";
  record.run.bundle_digest = std::string(71, 'b');
  record.run.arguments_json = R"({"question":"may the late fee be waived?"})";
  record.run.arguments_digest = std::string(71, 'a');
  record.run.result_json = R"({"invoice_id":"INV-1","late_fee_cents":5500,"status":"open"})";
  record.run.session_json = R"({"principal":"agent-7","tenant_id":"acme"})";
  record.run.status = "ok";
  Evidence evidence;
  evidence.capability = record.run.capability;
  evidence.context = "billing.current_invoice";
  evidence.tenant = "acme";
  evidence.principal = "agent-7";
  evidence.bundle_digest = record.run.bundle_digest;
  evidence.items = {{"row",
                     "app",
                     "invoices",
                     {{"id", Scalar::Text("INV-1")}},
                     {{"invoice_id", Scalar::Text("INV-1")},
                      {"late_fee_cents", Scalar::Int(5500)},
                      {"status", Scalar::Text("open")},
                      {"customer", Scalar::Text("C-88")}}}};
  record.evidence = evidence;
  record.audits = {{"app", "invoices", std::string(71, 'f'), std::string(71, 'p'), 1, 17}};
  return record;
}

CallRecord ProposalCall(std::int64_t number) {
  CallRecord record = ReadCall();
  Proposal p;
  p.capability = "billing.propose_fee_waiver";
  p.tenant = "acme";
  p.principal = "agent-" + std::to_string(number % 10);
  p.source = "app";
  p.table = "invoices";
  p.operation = "update";
  p.key = Scalar::Text("INV-" + std::to_string(number));
  p.columns = {{"late_fee_cents", Scalar::Int(5500), Scalar::Int(0), "fixed"},
               {"note", Scalar::Null(ScalarType::kText), Scalar::Text(std::string(80, 'n')), "arg:note"}};
  p.guard_value = Scalar::Int(3);
  p.required_role = "lead";
  p.expires_at = {SystemClock().Now().micros + 1'000'000'000'000};
  record.proposal = p;
  return record;
}

// SQLite as the ledger sets it up, one row a commit, one thread at a time.
void BM_BareCommitSqlite(benchmark::State& state) {
  const std::string file = Folder() / "floor.db";
  sqlite3* db = nullptr;
  sqlite3_open(file.c_str(), &db);
  sqlite3_exec(
      db,
      "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE IF NOT EXISTS t (a INTEGER PRIMARY KEY, b TEXT)",
      nullptr, nullptr, nullptr);
  sqlite3_stmt* insert = nullptr;
  sqlite3_prepare_v2(db, "INSERT INTO t (b) VALUES (?1)", -1, &insert, nullptr);
  const std::string text(1500, 'x');
  for (auto _ : state) {
    sqlite3_bind_text(insert, 1, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
    sqlite3_step(insert);
    sqlite3_reset(insert);
  }
  sqlite3_finalize(insert);
  sqlite3_close(db);
}
BENCHMARK(BM_BareCommitSqlite)->UseRealTime();

std::unique_ptr<Ledger> g_ledger;

void OpenSqlite(const benchmark::State&) {
  if (!g_ledger) g_ledger = std::move(*Open("sqlite:" + (Folder() / "ledger.db").string(), SystemClock()));
}
void CloseLedger(const benchmark::State&) { g_ledger.reset(); }

void RecordCalls(benchmark::State& state) {
  for (auto _ : state) {
    auto recorded = g_ledger->RecordCall(ReadCall());
    if (!recorded) state.SkipWithError(recorded.error().message.c_str());
  }
  state.SetItemsProcessed(state.iterations());
}
void BM_RecordCallSqlite(benchmark::State& state) { RecordCalls(state); }
BENCHMARK(BM_RecordCallSqlite)->Setup(OpenSqlite)->Teardown(CloseLedger)->Threads(1)->Threads(8)->UseRealTime();

void BM_OpenSqlite(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(Open("sqlite:" + (Folder() / "ledger.db").string(), SystemClock()));
}
BENCHMARK(BM_OpenSqlite)->UseRealTime();

// A ledger with 100,000 proposals, made once, through eight threads that share commits.
void OpenLarge(const benchmark::State&) {
  const auto file = Folder() / "large.db";
  const bool fill = !std::filesystem::exists(file);
  g_ledger = std::move(*Open("sqlite:" + file.string(), SystemClock()));
  if (!fill) return;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([t] {
      for (int i = t; i < 100'000; i += 8) (void)g_ledger->RecordCall(ProposalCall(i));
    });
  }
  for (auto& thread : threads) thread.join();
}
void ListWith(benchmark::State& state, const ProposalFilter& filter) {
  std::size_t found = 0;
  for (auto _ : state) found = g_ledger->ListProposals(filter)->size();
  state.counters["rows"] = static_cast<double>(found);
}
void BM_ListNewestOf100000(benchmark::State& state) { ListWith(state, {}); }
void BM_ListPendingOf100000(benchmark::State& state) { ListWith(state, {.state = ProposalState::kPendingReview}); }
void BM_ListObjectOf100000(benchmark::State& state) { ListWith(state, {.object = "INV-77"}); }
void BM_ListRarePrincipalOf100000(benchmark::State& state) {
  ListWith(state, {.tenant = "acme", .principal = "nobody"});
}
BENCHMARK(BM_ListNewestOf100000)->Setup(OpenLarge)->Teardown(CloseLedger)->UseRealTime();
BENCHMARK(BM_ListPendingOf100000)->Setup(OpenLarge)->Teardown(CloseLedger)->UseRealTime();
BENCHMARK(BM_ListObjectOf100000)->Setup(OpenLarge)->Teardown(CloseLedger)->UseRealTime();
BENCHMARK(BM_ListRarePrincipalOf100000)->Setup(OpenLarge)->Teardown(CloseLedger)->UseRealTime();

void BM_RecordCallBehind100000(benchmark::State& state) { RecordCalls(state); }
BENCHMARK(BM_RecordCallBehind100000)->Setup(OpenLarge)->Teardown(CloseLedger)->UseRealTime();

void BM_VerifyChainOf100000(benchmark::State& state) {
  for (auto _ : state) {
    auto report = g_ledger->VerifyChain();
    if (!report || !report->intact) state.SkipWithError("not intact");
  }
}
BENCHMARK(BM_VerifyChainOf100000)->Setup(OpenLarge)->Teardown(CloseLedger)->Iterations(1)->UseRealTime();

const char* PostgresUrl() { return std::getenv("SYNAPSOR_TEST_POSTGRES_URL"); }

void BM_BareCommitPostgres(benchmark::State& state) {
  if (PostgresUrl() == nullptr) return state.SkipWithError("no server");
  PGconn* c = PQconnectdb(PostgresUrl());
  PQclear(PQexec(c, "CREATE TABLE IF NOT EXISTS bench_floor (a BIGSERIAL PRIMARY KEY, b TEXT)"));
  PQclear(PQprepare(c, "i", "INSERT INTO bench_floor (b) VALUES ($1)", 0, nullptr));
  const std::string text(1500, 'x');
  const char* values[] = {text.c_str()};
  for (auto _ : state) PQclear(PQexecPrepared(c, "i", 1, values, nullptr, nullptr, 0));
  PQclear(PQexec(c, "DROP TABLE bench_floor"));
  PQfinish(c);
}
BENCHMARK(BM_BareCommitPostgres)->UseRealTime();

void OpenPostgres(const benchmark::State&) {
  if (PostgresUrl() != nullptr && !g_ledger) g_ledger = std::move(*Open(PostgresUrl(), SystemClock()));
}
void BM_RecordCallPostgres(benchmark::State& state) {
  if (PostgresUrl() == nullptr) return state.SkipWithError("no server");
  RecordCalls(state);
}
BENCHMARK(BM_RecordCallPostgres)->Setup(OpenPostgres)->Teardown(CloseLedger)->Threads(1)->Threads(8)->UseRealTime();

// The same behind 100,000 recorded calls, made once through eight threads that share commits.
void OpenLargePostgres(const benchmark::State& state) {
  static bool filled = false;
  OpenPostgres(state);
  if (filled || PostgresUrl() == nullptr) return;
  filled = true;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < 12'500; ++i) (void)g_ledger->RecordCall(ReadCall());
    });
  }
  for (auto& thread : threads) thread.join();
}
void BM_RecordCallPostgresBehind100000(benchmark::State& state) {
  if (PostgresUrl() == nullptr) return state.SkipWithError("no server");
  RecordCalls(state);
}
BENCHMARK(BM_RecordCallPostgresBehind100000)
    ->Setup(OpenLargePostgres)
    ->Teardown(CloseLedger)
    ->Threads(1)
    ->Threads(8)
    ->UseRealTime();

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  std::error_code ignored;
  std::filesystem::remove_all(Folder(), ignored);
}
