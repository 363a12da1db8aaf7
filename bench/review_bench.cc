// The review inbox over a ledger of many proposals: the time of each kind of page over HTTP on loopback, beside the floor of a
// fixed answer from the same server on the same connection. Everything is measured in turn.
//   review_bench [PROPOSALS [ROUNDS]]      100,000 and 200 when not given
//   SYNAPSOR_BENCH_DIR=/path/on/the/disk   where the SQLite ledger lies (default: the temporary folder)
//   SYNAPSOR_TEST_POSTGRES_URL             measures a PostgreSQL ledger instead; its ledger is made anew
#include <arpa/inet.h>
#include <fmt/format.h>
#include <libpq-fe.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>
#include <vector>

#include "runtime/http/review_app.h"
#include "runtime/session/password.h"

namespace {

using namespace synapsor;

constexpr const char* kPassword = "correct horse battery";
constexpr int kTenants = 20;

[[noreturn]] void Die(const std::string& why) {
  fmt::print(stderr, "review_bench: {}\n", why);
  std::exit(2);
}

template <typename T>
T Take(Result<T> result) {
  if (!result) Die(result.error().message);
  return *std::move(result);
}

std::string Tenant(int number) { return number == 0 ? "acme" : "tenant_" + std::to_string(number); }

// Nine of ten proposals are acme's, the others spread over the other tenants; ten principals.
ledger::CallRecord Call(int number) {
  ledger::CallRecord record;
  record.run.kind = "call";
  record.run.capability = "billing.waive_late_fee";
  record.run.tenant = Tenant(number % 10 == 0 ? 1 + number / 10 % (kTenants - 1) : 0);
  record.run.principal = "agent-" + std::to_string(number % 10);
  record.run.bundle_digest = "sha256:" + std::string(64, 'b');
  record.run.status = "ok";
  ledger::Proposal p;
  p.capability = record.run.capability;
  p.tenant = record.run.tenant;
  p.principal = record.run.principal;
  p.source = "app";
  p.schema = "main";
  p.table = "invoices";
  p.operation = "update";
  p.key_column = "id";
  p.key = Scalar::Text("INV-" + std::to_string(number));
  p.tenant_column = "tenant_id";
  p.tenant_value = Scalar::Text(p.tenant);
  p.columns = {
      {"late_fee_cents", Scalar::Int(5500), Scalar::Int(0), "fixed"},
      {"reviewer", Scalar::Null(ScalarType::kText), Scalar::Text(p.principal), "session:principal"},
      {"note", Scalar::Null(ScalarType::kText), Scalar::Text("card update failure, first late fee"), "arg:reason"}};
  p.guard_kind = "integer_version";
  p.guard_column = "row_version";
  p.guard_value = Scalar::Int(3);
  p.summary = "Waive the late fee of invoice " + std::to_string(number);
  p.risk = "medium";
  p.required_role = "billing_reviewer";
  p.bundle_digest = record.run.bundle_digest;
  p.expires_at = {SystemClock().Now().micros + 1'000'000'000'000};
  record.proposal = std::move(p);
  return record;
}

// Three of five await review; one is applied, one rejected.
void Fill(ledger::Ledger& ledger, int proposals) {
  std::atomic<int> next = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 32; ++i) {
    threads.emplace_back([&] {
      for (int number = next++; number < proposals; number = next++) {
        const auto id = Take(ledger.RecordCall(Call(number))).proposal;
        if (number % 5 < 3) continue;
        ledger::Decision decision;
        decision.proposal = id;
        decision.kind = ledger::DecisionKind::kReject;
        decision.subject = "lead_7";
        decision.roles = {"billing_reviewer"};
        decision.reason = "bench";
        Take(ledger.Decide(decision, [&](const ledger::ProposalView&, Instant) {
          ledger::Verdict verdict;
          verdict.accepted = true;
          verdict.next = number % 5 == 3 ? ledger::ProposalState::kApplied : ledger::ProposalState::kRejected;
          return verdict;
        }));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

// One connection that is kept open.
class Client {
 public:
  explicit Client(std::uint16_t port) : port_(port), socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) Die("cannot connect");
  }
  ~Client() { ::close(socket_); }

  struct Answer {
    int status = 0;
    std::string head, body;
  };
  Answer Send(const std::string& method, const std::string& target, const std::string& body = "") {
    std::string request =
        fmt::format("{} {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nCookie: {}\r\n", method, target, port_, cookies);
    if (method == "POST") {
      request += fmt::format(
          "Origin: http://127.0.0.1:{}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n",
          port_, body.size());
    }
    request += "\r\n" + body;
    if (::send(socket_, request.data(), request.size(), 0) != static_cast<ssize_t>(request.size())) Die("cannot send");
    std::string text;
    std::size_t wanted = std::string::npos;
    while (text.size() < wanted) {
      char bytes[65536];
      const ssize_t count = ::recv(socket_, bytes, sizeof bytes, 0);
      if (count <= 0) Die("the connection was closed");
      text.append(bytes, static_cast<std::size_t>(count));
      const std::size_t end = text.find("\r\n\r\n");
      if (end != std::string::npos) wanted = end + 4 + std::stoul(text.substr(text.find("Content-Length: ") + 16));
    }
    const std::size_t end = text.find("\r\n\r\n");
    return {std::stoi(text.substr(9)), text.substr(0, end), text.substr(end + 4)};
  }

  std::string cookies;

 private:
  std::uint16_t port_;
  int socket_;
};

std::string Between(const std::string& text, const std::string& before, char after) {
  const std::size_t at = text.find(before);
  if (at == std::string::npos) Die("the page has changed: no " + before);
  return text.substr(at + before.size(), text.find(after, at + before.size()) - at - before.size());
}

void LogIn(Client& client, const std::string& subject) {
  const auto page = client.Send("GET", "/login");
  client.cookies = "synapsor_login=" + Between(page.head, "synapsor_login=", ';');
  const auto answer = client.Send("POST", "/login",
                                  fmt::format("kind=password&subject={}&password=correct+horse+battery&form={}",
                                              subject, Between(page.body, "name=\"form\" value=\"", '"')));
  if (answer.status != 303) Die("cannot log in");
  client.cookies = "synapsor_session=" + Between(answer.head, "synapsor_session=", ';');
}

struct Page {
  std::string name, target;
  Client* client;
  std::vector<double> millis = {};
  std::size_t bytes = 0, rows = 0;
};

std::size_t Count(const std::string& text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
  return count;
}

void Measure(Page& page) {
  const auto before = std::chrono::steady_clock::now();
  const auto answer = page.client->Send("GET", page.target);
  page.millis.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - before).count());
  if (answer.status != 200) Die(fmt::format("{}: status {}", page.target, answer.status));
  page.bytes = answer.body.size();
  page.rows = Count(answer.body, "<th scope=\"row\">");
}

session::ReviewerDirectory Reviewers() {
  const std::string hash = Take(session::HashPassword(kPassword));
  const auto entry = [&](const std::string& subject, int tenants) {
    std::string list;
    for (int i = 0; i < tenants; ++i) list += fmt::format("{}\"{}\"", i == 0 ? "" : ",", Tenant(i));
    return fmt::format(R"({{"subject":"{}","roles":["billing_reviewer"],"tenants":[{}],"password":"{}"}})", subject,
                       list, hash);
  };
  return Take(session::ReviewerDirectory::Parse(
      fmt::format("{{\"reviewers\":[{},{}]}}", entry("lead_7", 1), entry("lead_8", kTenants)), "reviewers.json"));
}

std::string MakePlace() {
  if (const char* url = std::getenv("SYNAPSOR_TEST_POSTGRES_URL")) {
    PGconn* connection = PQconnectdb(url);
    PQclear(PQexec(connection, "SET client_min_messages = warning; DROP SCHEMA IF EXISTS synapsor_ledger CASCADE"));
    PQfinish(connection);
    return "env:SYNAPSOR_TEST_POSTGRES_URL";
  }
  const char* given = std::getenv("SYNAPSOR_BENCH_DIR");
  std::string pattern = (given != nullptr ? std::filesystem::path(given) : std::filesystem::temp_directory_path()) /
                        "review-bench-XXXXXX";
  return "sqlite:" + std::string(::mkdtemp(pattern.data())) + "/ledger.db";
}

double UserSeconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec) + static_cast<double>(usage.ru_utime.tv_usec) / 1e6;
}

}  // namespace

int main(int argc, char** argv) {
  const int proposals = argc > 1 ? std::atoi(argv[1]) : 100'000;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 200;
  const std::string place = MakePlace();
  const auto ledger = Take(ledger::Open(place, SystemClock()));
  const auto began = std::chrono::steady_clock::now();
  Fill(*ledger, proposals);
  fmt::print("{} proposals recorded in {:.0f} s\n", proposals,
             std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());

  const bundle::Bundle bundle;
  const config::Config config = config::Defaults();
  http::ReviewIdentities identities;
  identities.reviewers = Reviewers();
  const auto app = Take(http::ReviewApp::Make(*ledger, bundle, config, SystemClock(), std::move(identities), {}));
  const auto server = Take(
      http::Server::Listen({}, [&](const http::Request& request, auto exchange) { app->Handle(request, exchange); }));
  std::thread serving([&] { server->Run(); });
  {
    Client lead(server->port()), broad(server->port());
    LogIn(lead, "lead_7");
    LogIn(broad, "lead_8");
    const std::string middle = std::to_string(proposals / 2), day = FormatInstant(SystemClock().Now()).substr(0, 10);
    std::vector<Page> pages = {
        {"floor: a fixed answer", "/style.css", &lead},
        {"first page, awaiting review", "/proposals", &lead},
        {"first page, any state", "/proposals?state=any", &lead},
        {"page in the middle", "/proposals?before=" + middle, &lead},
        {"last page", "/proposals?after=0", &lead},
        {"last page, any state", "/proposals?state=any&after=0", &lead},
        {"by principal, one of ten", "/proposals?state=any&principal=agent-3", &lead},
        {"by principal, nobody", "/proposals?state=any&principal=nobody", &lead},
        {"by capability", "/proposals?capability=billing.waive_late_fee", &lead},
        {"by row key", "/proposals?state=any&object=INV-" + std::to_string(proposals / 2 + 1), &lead},
        {"by time, today", fmt::format("/proposals?from={}&until={}", day, day), &lead},
        {"by time, nothing that day", "/proposals?state=any&from=2001-01-01&until=2001-01-01", &lead},
        {"20 tenants, awaiting review", "/proposals", &broad},
        {"20 tenants, any state, last page", "/proposals?state=any&after=0", &broad},
        {"20 tenants, nobody's", "/proposals?state=any&principal=nobody", &broad},
        {"one proposal", "/proposals/" + std::to_string(proposals / 2 + 2), &lead},
    };
    const double user = UserSeconds();
    for (int round = 0; round < rounds; ++round) {
      for (Page& page : pages) Measure(page);
    }
    fmt::print("{:<36} {:>9} {:>9} {:>9} {:>6} {:>8}\n", "", "median ms", "p99 ms", "most ms", "rows", "bytes");
    for (Page& page : pages) {
      std::sort(page.millis.begin(), page.millis.end());
      fmt::print("{:<36} {:>9.2f} {:>9.2f} {:>9.2f} {:>6} {:>8}\n", page.name, page.millis[page.millis.size() / 2],
                 page.millis[page.millis.size() * 99 / 100], page.millis.back(), page.rows, page.bytes);
    }
    fmt::print("user time of a page: {:.2f} ms\n",
               (UserSeconds() - user) * 1000 / (static_cast<double>(rounds) * static_cast<double>(pages.size())));
  }
  server->Stop();
  serving.join();
  if (place.starts_with("sqlite:")) std::filesystem::remove_all(std::filesystem::path(place.substr(7)).parent_path());
  return 0;
}
