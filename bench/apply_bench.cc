// Propose, approve and apply on a real PostgreSQL, with the ledger there too, beside the floor in the same run: the bare
// durable transaction that a change cannot be cheaper than (BEGIN, SELECT FOR UPDATE, UPDATE, INSERT of a receipt,
// COMMIT through libpq) at the same concurrency.
//   apply_bench [CHANGES] [ROUNDS]        SYNAPSOR_TEST_POSTGRES_URL names the server (a superuser)
// Proposals are made by the interpreter and approved in this process; `sync` and `synapsor-runner` of the same build
// compile the bundle and apply. The rounds take turns, so that whatever else the machine does meets all alike.
#include <fcntl.h>
#include <fmt/format.h>
#include <libpq-fe.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>
#include <thread>
#include <vector>

#include "runtime/bundle/load.h"
#include "runtime/db/reader.h"
#include "runtime/interp/invoke.h"
#include "runtime/ledger/ledger.h"
#include "runtime/proposal/lifecycle.h"

namespace synapsor {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSchema = R"sql(CREATE TABLE public.invoices (
  id text PRIMARY KEY, tenant_id text NOT NULL, status text NOT NULL, late_fee_cents bigint NOT NULL, decision_note text,
  row_version bigint NOT NULL);
)sql";

constexpr const char* kDdl = R"sql(CREATE AGENT CONTEXT billing.invoice
ROOT invoices AS invoice
LOOKUP invoice.id = SESSION current_invoice_id
BIND tenant_id FROM SESSION tenant_id
BIND principal FROM SESSION principal
BIND invoice_id FROM SESSION current_invoice_id
OUTPUT SLOTS invoice_id AS invoice.id, status AS invoice.status, late_fee_cents AS invoice.late_fee_cents
EVIDENCE ON;

CREATE AGENT CAPABILITY billing.propose_waiver
DESCRIPTION 'Propose to waive the late fee of the invoice at hand'
ARG note VARCHAR REQUIRED MAX LENGTH 200 DESCRIPTION 'why'
HIDDEN tenant_id FROM SESSION tenant_id
HIDDEN principal FROM SESSION principal
USE CONTEXT billing.invoice
EXECUTION PROPOSAL
WRITE PROPOSAL TARGET invoices
OPERATION UPDATE
LOOKUP id FROM BINDING invoice_id
TENANT tenant_id FROM BINDING tenant_id
COLUMNS late_fee_cents FROM VALUE 0, decision_note FROM ARG note
CONFLICT GUARD row_version
SUMMARY TEMPLATE 'Waive the late fee of {invoice_id}: {note}';
)sql";

constexpr const char* kConfig = R"json({
  "ddl": ["agent.ddl.sql"],
  "sources": {"app": {"engine": "postgres", "schema": "schema.sql", "read": "env:SYNAPSOR_BENCH_READ",
                      "write": "env:SYNAPSOR_BENCH_WRITE", "tls": "off", "pool_size": 8}},
  "ledger": "LEDGER"
})json";

[[noreturn]] void Die(const std::string& words) {
  std::fprintf(stderr, "apply_bench: %s\n", words.c_str());
  std::exit(1);
}

template <typename T>
T Must(Result<T> result, const char* what) {
  if (!result) Die(fmt::format("{}: {} {}", what, result.error().message, result.error().hint));
  return std::move(*result);
}

struct Finish {
  void operator()(PGconn* c) const { PQfinish(c); }
};
using Bare = std::unique_ptr<PGconn, Finish>;

std::string g_url;
Bare Connect() {
  Bare c(PQconnectdb(g_url.c_str()));
  if (PQstatus(c.get()) != CONNECTION_OK) Die(PQerrorMessage(c.get()));
  PQsetNoticeProcessor(
      c.get(), [](void*, const char*) {}, nullptr);
  return c;
}

void Sql(PGconn* c, const std::string& sql) {
  PGresult* result = PQexec(c, sql.c_str());
  const auto status = PQresultStatus(result);
  PQclear(result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) Die(sql + ": " + PQerrorMessage(c));
}

std::int64_t Count(PGconn* c, const std::string& sql) {
  PGresult* result = PQexec(c, sql.c_str());
  if (PQresultStatus(result) != PGRES_TUPLES_OK) Die(sql + ": " + PQerrorMessage(c));
  const std::int64_t n = std::stoll(PQgetvalue(result, 0, 0));
  PQclear(result);
  return n;
}

double Seconds(const std::function<void()>& work) {
  const auto begun = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

// Runs `work(i)` for i below `count` on `threads` threads.
void Spread(int count, int threads, const std::function<void(int)>& work) {
  std::atomic<int> next{0};
  std::vector<std::thread> pool;
  for (int t = 0; t < threads; ++t) {
    pool.emplace_back([&] {
      for (int i = next++; i < count; i = next++) work(i);
    });
  }
  for (auto& thread : pool) thread.join();
}

class World {
 public:
  World() {
    std::string pattern = fs::temp_directory_path() / "apply-bench-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    programs_ = fs::read_symlink("/proc/self/exe").parent_path();
    ::setenv("SYNAPSOR_BENCH_WRITE", g_url.c_str(), 1);
    ::setenv("SYNAPSOR_BENCH_READ", std::regex_replace(g_url, std::regex("//[^@]*@"), "//bench_reader@").c_str(), 1);
    const Bare c = Connect();
    Sql(c.get(), "DROP TABLE IF EXISTS invoices, bench_floor, bench_receipts, synapsor_receipts");
    Sql(c.get(), "DROP SCHEMA IF EXISTS synapsor_ledger CASCADE");
    Sql(c.get(), kSchema);
    Sql(c.get(), "DO $$ BEGIN CREATE ROLE bench_reader LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
    Sql(c.get(), "GRANT SELECT ON invoices TO bench_reader");
    Sql(c.get(),
        "CREATE TABLE bench_floor AS SELECT 'F-' || n AS id, 'acme' AS tenant_id, 'open' AS status, "
        "5500::bigint AS late_fee_cents, NULL::text AS decision_note, 3::bigint AS row_version "
        "FROM generate_series(0, 9999) AS n");
    Sql(c.get(), "ALTER TABLE bench_floor ADD PRIMARY KEY (id)");
    Sql(c.get(), "CREATE TABLE bench_receipts (key text PRIMARY KEY, status text NOT NULL, hash text NOT NULL)");
    Write("schema.sql", kSchema);
    Write("agent.ddl.sql", kDdl);
    const char* ledger = std::getenv("SYNAPSOR_BENCH_LEDGER");
    const std::string location = ledger != nullptr ? ledger : "env:SYNAPSOR_BENCH_WRITE";
    Write("synapsor.json", std::regex_replace(kConfig, std::regex("LEDGER"), location));
    if (Wait(Start({"sync", "build", "-o", "app.bundle.json"})) != 0) Die("the bundle was not built");
    fs::current_path(folder_);
    config_ = Must(config::Load("synapsor.json"), "configuration");
    bundle_ = Must(bundle::Load("app.bundle.json"), "bundle");
    readers_.emplace("app", Must(db::OpenReader(config_.sources.at("app")), "reader"));
    ledger_ = Must(ledger::Open(config_.ledger, SystemClock()), "ledger");
    runtime_ = std::make_unique<interp::Runtime>(bundle_, config_, readers_, *ledger_, SystemClock());
    MakeReceipts();
  }
  ~World() {
    std::error_code ignored;
    fs::current_path("/", ignored);
    fs::remove_all(folder_, ignored);
  }

  // The stages, each in seconds.
  double Propose(int changes, int callers) {
    const int base = made_;
    made_ += changes;
    Sql(Connect().get(), fmt::format("INSERT INTO invoices SELECT 'I-' || n, 'acme', 'open', 5500, NULL, 3 FROM "
                                     "generate_series({}, {}) AS n",
                                     base, base + changes - 1));
    proposals_.assign(static_cast<std::size_t>(changes), 0);
    return Seconds([&] {
      Spread(changes, callers, [&](int i) {
        session::Session session;
        session.values = {
            {"tenant_id", "acme"}, {"principal", "agent-7"}, {"current_invoice_id", fmt::format("I-{}", base + i)}};
        const auto outcome =
            Must(runtime_->Invoke("billing.propose_waiver", {{"note", "a first late fee"}}, session, {}), "propose");
        if (outcome.refusal) Die(outcome.refusal->code + ": " + outcome.refusal->message);
        proposals_[static_cast<std::size_t>(i)] = outcome.proposal;
      });
    });
  }
  double Approve(int callers) {
    return Seconds([&] {
      Spread(static_cast<int>(proposals_.size()), callers, [&](int i) {
        const auto view = Must(ledger_->FindProposal(proposals_[static_cast<std::size_t>(i)]), "find");
        ledger::Decision decision;
        decision.proposal = view->proposal.id;
        decision.proposal_hash = view->proposal.hash;
        decision.subject = "lead-1";
        decision.roles = {"reviewer"};
        decision.reason = "looked at it";
        const auto verdict =
            Must(ledger_->Decide(decision, [&](const ledger::ProposalView& seen,
                                               Instant now) { return proposal::Judge(seen, decision, now); }),
                 "decide");
        if (!verdict.accepted) Die(verdict.refusal_code + ": " + verdict.refusal_message);
      });
    });
  }
  double Apply(int runners, const std::vector<std::string>& options = {}) {
    const std::int64_t before = Applied();
    const double taken = Seconds([&] {
      std::vector<pid_t> started;
      for (int r = 0; r < runners; ++r) {
        std::vector<std::string> words = {"synapsor-runner", "apply", "--once", "--bundle", "app.bundle.json"};
        words.insert(words.end(), options.begin(), options.end());
        started.push_back(Start(words));
      }
      for (const pid_t runner : started) {
        if (Wait(runner) != 0) Die("a runner failed");
      }
    });
    const auto applied = Applied() - before;
    if (applied != static_cast<std::int64_t>(proposals_.size()))
      Die(fmt::format("{} changes of {}", applied, proposals_.size()));
    return taken;
  }
  void Verify() {
    const auto report = Must(ledger_->VerifyChain(), "verify");
    if (!report.intact) Die("the chain is broken: " + report.problem);
  }

 private:
  void Write(const char* name, const std::string& text) const { std::ofstream(folder_ / name) << text; }
  std::int64_t Applied() const {
    return Count(Connect().get(), "SELECT count(*) FROM invoices WHERE late_fee_cents = 0 AND row_version = 4");
  }
  // The first attempt names the table that is missing; the statement is in its words.
  void MakeReceipts() {
    Sql(Connect().get(),
        "CREATE TABLE public.synapsor_receipts (idempotency_key text PRIMARY KEY, job text NOT NULL, proposal text NOT NULL, "
        "tenant text NOT NULL, status text NOT NULL, result_hash text NOT NULL, created_at timestamptz NOT NULL DEFAULT now())");
  }
  pid_t Start(std::vector<std::string> words) const {
    const std::string program = programs_ / words[0];
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const pid_t child = ::fork();
    if (child == 0) {
      if (::chdir(folder_.c_str()) != 0) ::_exit(127);
      const int nowhere = ::open("/dev/null", O_WRONLY);
      ::dup2(nowhere, 1);
      ::execv(program.c_str(), arguments.data());
      ::_exit(127);
    }
    return child;
  }
  static int Wait(pid_t child) {
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  }

  fs::path folder_, programs_;
  config::Config config_;
  bundle::Bundle bundle_;
  interp::Readers readers_;
  std::unique_ptr<ledger::Ledger> ledger_;
  std::unique_ptr<interp::Runtime> runtime_;
  std::vector<ledger::ProposalId> proposals_;
  int made_ = 0;
};

// The bare durable change, `changes` times over `threads` connections.
double Floor(int changes, int threads) {
  static std::atomic<int> receipt{0};
  std::vector<Bare> connections;
  for (int t = 0; t < threads; ++t) {
    connections.push_back(Connect());
    PGconn* c = connections.back().get();
    for (const auto& [name, sql] : std::map<const char*, const char*>{
             {"begin", "BEGIN"},
             {"commit", "COMMIT"},
             {"lock",
              "SELECT id, tenant_id, late_fee_cents, decision_note, row_version FROM bench_floor WHERE id = $1 AND "
              "tenant_id = $2 FOR UPDATE"},
             {"update",
              "UPDATE bench_floor SET late_fee_cents = 0, decision_note = 'a first late fee', row_version = "
              "row_version + 1 WHERE id = $1 AND tenant_id = $2"},
             {"receipt", "INSERT INTO bench_receipts VALUES ($1, 'applied', $2)"}}) {
      PQclear(PQprepare(c, name, sql, 0, nullptr));
    }
  }
  return Seconds([&] {
    std::atomic<int> next{0};
    std::vector<std::thread> pool;
    for (int t = 0; t < threads; ++t) {
      pool.emplace_back([&, c = connections[static_cast<std::size_t>(t)].get()] {
        const std::string hash(71, 'h');
        for (int i = next++; i < changes; i = next++) {
          const std::string id = fmt::format("F-{}", i % 10000), key = fmt::format("R-{}", ++receipt);
          const char* row[] = {id.c_str(), "acme"};
          const char* paper[] = {key.c_str(), hash.c_str()};
          const auto run = [&](const char* name, int count, const char* const* values) {
            PGresult* result = PQexecPrepared(c, name, count, values, nullptr, nullptr, 0);
            const auto status = PQresultStatus(result);
            PQclear(result);
            if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) Die(PQerrorMessage(c));
          };
          run("begin", 0, nullptr);
          run("lock", 2, row);
          run("update", 2, row);
          run("receipt", 2, paper);
          run("commit", 0, nullptr);
        }
      });
    }
    for (auto& thread : pool) thread.join();
  });
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

std::string Load() {
  std::ifstream file("/proc/loadavg");
  std::string one;
  file >> one;
  return one;
}

int Main(int changes, int rounds) {
  World world;
  std::map<std::string, std::vector<double>> rates;  // a second
  const auto note = [&](const std::string& what, double seconds) { rates[what].push_back(changes / seconds); };
  const std::vector<std::vector<std::string>> settings = [] {
    std::vector<std::vector<std::string>> all = {{}};
    if (const char* given = std::getenv("SYNAPSOR_BENCH_APPLY")) all.push_back({"--concurrency", given});
    return all;
  }();
  for (int round = 0; round < rounds; ++round) {
    note("floor, 1 connection", Floor(changes, 1));
    note("floor, 4 connections", Floor(changes, 4));
    for (const auto& options : settings) {
      const std::string suffix = options.empty() ? "" : " " + fmt::format("{}", fmt::join(options, " "));
      const double propose = world.Propose(changes, 4), approve = world.Approve(4), apply = world.Apply(1, options);
      note("1 propose, 4 callers", propose);
      note("2 approve, 4 callers", approve);
      note("3 apply, one runner" + suffix, apply);
      note("propose + approve + apply, one runner" + suffix, propose + approve + apply);
      world.Propose(changes, 4);
      world.Approve(4);
      note("3 apply, four runners" + suffix, world.Apply(4, options));
    }
    std::fprintf(stderr, "round %d, load %s\n", round + 1, Load().c_str());
  }
  world.Verify();
  std::printf("%d changes a round, %d rounds, medians a second\n", changes, rounds);
  for (const auto& [what, values] : rates) {
    std::printf("%-60s %8.0f   (%.0f to %.0f)\n", what.c_str(), Median(values),
                *std::min_element(values.begin(), values.end()), *std::max_element(values.begin(), values.end()));
  }
  return 0;
}

}  // namespace
}  // namespace synapsor

int main(int argc, char** argv) {
  const char* url = std::getenv("SYNAPSOR_TEST_POSTGRES_URL");
  if (url == nullptr) synapsor::Die("set SYNAPSOR_TEST_POSTGRES_URL, or run under tests/integration/with_servers");
  synapsor::g_url = url;
  return synapsor::Main(argc > 1 ? std::atoi(argv[1]) : 1000, argc > 2 ? std::atoi(argv[2]) : 3);
}
