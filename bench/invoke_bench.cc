// What a recorded call costs over SQLite, beside its two floors measured in the same run: the bare prepared SELECT, and one
// bare durable ledger commit. The ratio that counts: call / (select + commit).
#include <benchmark/benchmark.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "runtime/bundle/load.h"
#include "runtime/db/reader.h"
#include "runtime/interp/invoke.h"
#include "tests/unit/support/fake_ledger.h"
#include "tests/unit/support/late_fee.h"

namespace synapsor {
namespace {

namespace fs = std::filesystem;

void Must(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "bench: %s failed\n", what);
  std::abort();
}

void Execute(sqlite3* database, const char* sql) {
  Must(sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK, sql);
}

sqlite3* OpenFile(const fs::path& path) {
  sqlite3* database = nullptr;
  Must(sqlite3_open(path.c_str(), &database) == SQLITE_OK, "open");
  Execute(database, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL");
  return database;
}

struct World {
  World()
      : folder(fs::path(::getenv("SYNAPSOR_BENCH_DIR") ? ::getenv("SYNAPSOR_BENCH_DIR") : "/tmp") /
               ("invoke_bench_" + std::to_string(::getpid()))) {
    fs::remove_all(folder);
    fs::create_directories(folder);
    sqlite3* app = OpenFile(folder / "app.db");
    Execute(app, test::kLateFeeSchema);
    sqlite3_close(app);
    config::Source source;
    source.name = "app";
    source.engine = "sqlite";
    source.sqlite_path = (folder / "app.db").string();
    config.sources.emplace("app", source);
    auto reader = db::OpenReader(source);
    Must(reader.has_value(), "reader");
    readers.emplace("app", *std::move(reader));
    auto opened = ledger::Open("sqlite:" + (folder / "ledger.db").string(), SystemClock());
    Must(opened.has_value(), "ledger");
    ledger = *std::move(opened);
    runtime = std::make_unique<interp::Runtime>(bundle, config, readers, *ledger, SystemClock());
    session.values = {{"tenant_id", "acme"}, {"principal", "agent_1"}, {"current_invoice_id", "3001"}};
  }
  ~World() {
    runtime.reset();
    ledger.reset();
    readers.clear();
    fs::remove_all(folder);
  }

  fs::path folder;
  config::Config config = config::Defaults();
  bundle::Bundle bundle = test::LateFeeBundle();
  interp::Readers readers;
  std::unique_ptr<ledger::Ledger> ledger;
  std::unique_ptr<interp::Runtime> runtime;
  session::Session session;
};

class BareSelect {
 public:
  explicit BareSelect(const World& world) : database_(OpenFile(world.folder / "app.db")) {
    const std::string& sql = world.bundle.contexts[0].query.statement.sql;
    Must(sqlite3_prepare_v2(database_, sql.c_str(), -1, &statement_, nullptr) == SQLITE_OK, "prepare");
  }
  ~BareSelect() {
    sqlite3_finalize(statement_);
    sqlite3_close(database_);
  }
  void Run() {
    sqlite3_bind_int64(statement_, 1, 3001);
    sqlite3_bind_text(statement_, 2, "acme", 4, SQLITE_STATIC);
    Must(sqlite3_step(statement_) == SQLITE_ROW, "step");
    for (int i = 0; i < sqlite3_column_count(statement_); ++i)
      benchmark::DoNotOptimize(sqlite3_column_text(statement_, i));
    sqlite3_reset(statement_);
  }

 private:
  sqlite3* database_;
  sqlite3_stmt* statement_ = nullptr;
};

// One row of the size of a recorded call, durable.
class BareCommit {
 public:
  explicit BareCommit(const World& world) : database_(OpenFile(world.folder / "floor.db")) {
    Execute(database_, "CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT)");
    Must(sqlite3_prepare_v2(database_, "INSERT INTO t (body) VALUES (?)", -1, &statement_, nullptr) == SQLITE_OK,
         "prepare");
  }
  ~BareCommit() {
    sqlite3_finalize(statement_);
    sqlite3_close(database_);
  }
  void Run() {
    sqlite3_bind_text(statement_, 1, body_.c_str(), static_cast<int>(body_.size()), SQLITE_STATIC);
    Must(sqlite3_step(statement_) == SQLITE_DONE, "step");
    sqlite3_reset(statement_);
  }

 private:
  sqlite3* database_;
  sqlite3_stmt* statement_ = nullptr;
  std::string body_ = std::string(1500, 'x');
};

double Micros(std::chrono::steady_clock::duration taken) {
  return std::chrono::duration<double, std::micro>(taken).count();
}

template <typename Work>
double Timed(Work work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return Micros(std::chrono::steady_clock::now() - start);
}

double Median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

// The three are taken in turn, so that whatever else the machine does meets all of them alike.
void ReadAgainstItsFloors(benchmark::State& state) {
  World world;
  BareSelect select(world);
  BareCommit commit(world);
  const nlohmann::json arguments = nlohmann::json::object();
  std::vector<double> selects, commits, calls;
  for (auto _ : state) {
    selects.push_back(Timed([&] { select.Run(); }));
    commits.push_back(Timed([&] { commit.Run(); }));
    const double call = Timed([&] {
      const auto outcome = world.runtime->Invoke("billing.read_invoice", arguments, world.session, {});
      Must(outcome && !outcome->refusal, "read");
    });
    calls.push_back(call);
    state.SetIterationTime(call / 1e6);
  }
  state.counters["select_us"] = Median(selects);
  state.counters["commit_us"] = Median(commits);
  state.counters["call_us"] = Median(calls);
  state.counters["ratio"] = Median(calls) / (Median(selects) + Median(commits));
}
BENCHMARK(ReadAgainstItsFloors)->UseManualTime()->Iterations(5000);

// The interpreter and the source alone: a ledger that forgets.
void ReadWithoutLedger(benchmark::State& state) {
  World world;
  test::FakeLedger fake;
  interp::Runtime runtime(world.bundle, world.config, world.readers, fake, SystemClock());
  const nlohmann::json arguments = nlohmann::json::object();
  for (auto _ : state) {
    benchmark::DoNotOptimize(runtime.Invoke("billing.read_invoice", arguments, world.session, {}));
    fake.records.clear();
  }
}
BENCHMARK(ReadWithoutLedger);

// Refused before any database is asked: what a call costs without its commit.
void RefusedArgument(benchmark::State& state) {
  World world;
  interp::Runtime quiet(world.bundle, world.config, world.readers, *world.ledger, SystemClock(),
                        [](const std::string&) {});
  const nlohmann::json arguments = {{"tenant_id", "rival"}};
  for (auto _ : state) {
    benchmark::DoNotOptimize(quiet.Invoke("billing.read_invoice", arguments, world.session, {}));
  }
}
BENCHMARK(RefusedArgument);

// Loads a bundle of `capabilities` variants of the late-fee waiver.
void LoadBundle(benchmark::State& state) {
  bundle::Bundle bundle = test::LateFeeBundle();
  const bundle::Capability base = bundle.capabilities[0];
  bundle.capabilities.clear();
  bundle.workflows.clear();
  for (int i = 0; i < state.range(0); ++i) {
    char name[32];
    std::snprintf(name, sizeof name, "c%06d", i);
    bundle::Capability capability = base;
    capability.name = "billing." + std::string(name);
    capability.tool_name = "billing__" + std::string(name);
    capability.tool =
        R"({"description":"Create a previewable late-fee waiver proposal","inputSchema":{"properties":{"invoice_id":{"type":"integer"},"reason":{"maxLength":300,"type":"string"}},"required":["invoice_id","reason"],"type":"object"},"name":")" +
        capability.tool_name + "\"}";
    bundle.capabilities.push_back(std::move(capability));
    for (const char* column : {"decision_note", "late_fee_cents", "reviewer"}) {
      bundle.authority.push_back(
          {"billing." + std::string(name), "write", std::string("app.invoices.") + column, "tenant", "a.sql:1"});
    }
  }
  bundle.authority.erase(bundle.authority.begin());
  const std::string bytes = bundle::Write(bundle);
  for (auto _ : state) {
    auto loaded = bundle::Parse(bytes, "bench");
    Must(loaded.has_value(), "load");
    benchmark::DoNotOptimize(loaded);
  }
  state.counters["MB"] = static_cast<double>(bytes.size()) / 1e6;
}
BENCHMARK(LoadBundle)->Arg(1000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace synapsor

BENCHMARK_MAIN();
