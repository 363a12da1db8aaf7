// What a recorded read on PostgreSQL costs in one process, beside its floors. Run by bench/reads, in the folder of the project that it makes:
//   read_bench OWNER-URL CAPABILITY ROUNDS SQL PARAMETER…
// In turn, ROUNDS times: the same SELECT bare and prepared through libpq, one bare durable commit of SQLite of the size of a recorded call, and the
// call with its evidence and query audit durable. Prints one JSON object: the medians in microseconds, and call / (select + commit).
// With ROUNDS of eight callers at once afterwards: calls a second of one and of eight.
#include <libpq-fe.h>
#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "runtime/bundle/load.h"
#include "runtime/db/reader.h"
#include "runtime/interp/invoke.h"
#include "runtime/session/session.h"

namespace synapsor {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void Die(const std::string& why) {
  std::fprintf(stderr, "read_bench: %s\n", why.c_str());
  std::exit(2);
}

template <typename T>
T Must(Result<T> made) {
  if (!made) Die(made.error().message);
  return *std::move(made);
}

class BareSelect {
 public:
  BareSelect(const char* url, const char* sql, std::vector<const char*> parameters)
      : connection_(PQconnectdb(url)), parameters_(std::move(parameters)) {
    PGresult* prepared = PQprepare(connection_, "s", sql, 0, nullptr);
    if (PQresultStatus(prepared) != PGRES_COMMAND_OK) Die(PQerrorMessage(connection_));
    PQclear(prepared);
  }
  ~BareSelect() { PQfinish(connection_); }
  void Run() {
    PGresult* rows =
        PQexecPrepared(connection_, "s", static_cast<int>(parameters_.size()), parameters_.data(), nullptr, nullptr, 0);
    if (PQntuples(rows) != 1) Die("the bare SELECT finds no row");
    PQclear(rows);
  }

 private:
  PGconn* connection_;
  std::vector<const char*> parameters_;
};

class BareCommit {
 public:
  BareCommit() {
    if (sqlite3_open("floor.db", &database_) != SQLITE_OK) Die("floor.db cannot be opened");
    sqlite3_exec(
        database_,
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, v TEXT)",
        nullptr, nullptr, nullptr);
    if (sqlite3_prepare_v2(database_, "INSERT INTO t (v) VALUES (?)", -1, &insert_, nullptr) != SQLITE_OK)
      Die(sqlite3_errmsg(database_));
    sqlite3_bind_text(insert_, 1, body_.c_str(), static_cast<int>(body_.size()), SQLITE_STATIC);
  }
  ~BareCommit() {
    sqlite3_finalize(insert_);
    sqlite3_close(database_);
  }
  void Run() {
    if (sqlite3_step(insert_) != SQLITE_DONE) Die(sqlite3_errmsg(database_));
    sqlite3_reset(insert_);
  }

 private:
  sqlite3* database_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
  const std::string body_ = std::string(1500, 'x');
};

double Median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

template <typename Work>
double Micros(Work work) {
  const auto start = Clock::now();
  work();
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

// Calls a second of that many callers at once.
template <typename Work>
double Rate(int callers, int calls, Work work) {
  std::atomic<int> left = calls;
  const double taken = Micros([&] {
    std::vector<std::thread> threads;
    for (int i = 0; i < callers; ++i)
      threads.emplace_back([&] {
        while (left.fetch_sub(1) > 0) work();
      });
    for (std::thread& thread : threads) thread.join();
  });
  return calls / (taken / 1e6);
}

int Main(int count, char** words) {
  if (count < 5) Die("say OWNER-URL CAPABILITY ROUNDS SQL PARAMETER…");
  const int rounds = std::atoi(words[3]);
  const auto config = Must(config::Load("synapsor.json"));
  const auto bundle = Must(bundle::Load("app.bundle.json"));
  interp::Readers readers;
  for (const auto& source : bundle.sources)
    readers.emplace(source.name, Must(db::OpenReader(config.sources.at(source.name))));
  const auto ledger = Must(ledger::Open(config.ledger, SystemClock()));
  interp::Runtime runtime(bundle, config, readers, *ledger, SystemClock());
  const auto session = session::FromEnvironment(config.session, {"tenant_id", "principal", "current_ticket_id"});
  BareSelect select(words[1], words[4], {words + 5, words + count});
  BareCommit commit;
  const auto call = [&] {
    const auto outcome = runtime.Invoke(words[2], nlohmann::json::object(), session, {});
    if (!outcome || outcome->refusal) Die("the call is refused");
  };
  std::vector<double> selects, commits, calls;
  for (int i = -100; i < rounds; ++i) {
    const double taken[] = {Micros([&] { select.Run(); }), Micros([&] { commit.Run(); }), Micros(call)};
    if (i < 0) continue;
    selects.push_back(taken[0]);
    commits.push_back(taken[1]);
    calls.push_back(taken[2]);
  }
  const double one = Rate(1, rounds, call), eight = Rate(8, rounds * 4, call);
  std::printf("{\"select\": %.1f, \"commit\": %.1f, \"call\": %.1f, \"ratio\": %.2f, \"one\": %.0f, \"eight\": %.0f}\n",
              Median(selects), Median(commits), Median(calls), Median(calls) / (Median(selects) + Median(commits)), one,
              eight);
  return 0;
}

}  // namespace
}  // namespace synapsor

int main(int count, char** words) { return synapsor::Main(count, words); }
