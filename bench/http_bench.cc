// The ends of the runtime under load, and their floors. Run by bench/http, which makes what they work on:
//   http_bench load PORT CONNECTIONS SECONDS REQUEST-FILE WORDS   keep-alive requests; each answer is 200 and holds WORDS
//   http_bench stdio CALLERS SECONDS REQUEST-FILE WORDS COMMAND…  calls of a child over its standard streams
//   http_bench hello PORT                                         a bare Beast server that says hello, until it is ended
//   http_bench select URL CONNECTIONS SECONDS SQL PARAMETER…      prepared SELECTs over that many connections
//   http_bench commit FILE SECONDS                                durable commits of one small row, one after the other
// Each prints one JSON object: rate a second, and the 50th and 99th of 100 latencies in microseconds.
#include <arpa/inet.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sqlite3.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void Die(std::string_view why) {
  std::fprintf(stderr, "http_bench: %.*s\n", static_cast<int>(why.size()), why.data());
  std::exit(2);
}

int Number(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number <= 0) Die("a number is needed");
  return number;
}

std::string ReadFile(const char* path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) Die("the request file cannot be read");
  return std::move(text).str();
}

// Latencies after a warm-up of a quarter of a second.
class Measure {
 public:
  explicit Measure(int seconds)
      : begin_(Clock::now() + std::chrono::milliseconds(250)), end_(begin_ + std::chrono::seconds(seconds)) {}
  bool over() const { return Clock::now() >= end_; }
  void Add(Clock::time_point sent) {
    const auto now = Clock::now();
    if (sent >= begin_ && now < end_) micros_.push_back(std::chrono::duration<double, std::micro>(now - sent).count());
  }
  void Print() {
    if (micros_.empty()) Die("nothing was answered");
    std::sort(micros_.begin(), micros_.end());
    const double seconds = std::chrono::duration<double>(end_ - begin_).count();
    std::printf("{\"rate\": %.1f, \"p50\": %.1f, \"p99\": %.1f, \"most\": %.1f}\n",
                static_cast<double>(micros_.size()) / seconds, micros_[micros_.size() / 2],
                micros_[micros_.size() * 99 / 100], micros_.back());
  }

 private:
  Clock::time_point begin_, end_;
  std::vector<double> micros_;
};

// ---- HTTP ----

struct HttpClient {
  int socket = -1;
  std::string answer;
  Clock::time_point sent;
};

void Send(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = write(descriptor, text.data(), text.size());
    if (n <= 0) Die("a request could not be sent");
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

// The size of the whole first answer in `text`, or 0 while it is not all there.
std::size_t WholeAnswer(std::string_view text) {
  const std::size_t head = text.find("\r\n\r\n");
  if (head == text.npos) return 0;
  constexpr std::string_view kLength = "Content-Length: ";
  const std::size_t at = text.find(kLength);
  if (at == text.npos || at > head) Die("an answer has no length");
  std::size_t length = 0;
  std::from_chars(text.data() + at + kLength.size(), text.data() + head, length);
  return text.size() >= head + 4 + length ? head + 4 + length : 0;
}

int Load(int port, int connections, int seconds, const std::string& request, const std::string& words) {
  std::vector<HttpClient> clients(static_cast<std::size_t>(connections));
  const int epoll = epoll_create1(0);
  for (std::size_t i = 0; i < clients.size(); ++i) {
    HttpClient& client = clients[i];
    client.socket = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(client.socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) Die("cannot connect");
    const int yes = 1;
    setsockopt(client.socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = i;
    epoll_ctl(epoll, EPOLL_CTL_ADD, client.socket, &event);
  }
  Measure measure(seconds);
  const auto ask = [&](HttpClient& client) {
    client.answer.clear();
    client.sent = Clock::now();
    Send(client.socket, request);
  };
  for (HttpClient& client : clients) ask(client);
  std::vector<epoll_event> events(clients.size());
  std::vector<char> bytes(1 << 16);
  while (!measure.over()) {
    const int ready = epoll_wait(epoll, events.data(), static_cast<int>(events.size()), 1000);
    for (int i = 0; i < ready; ++i) {
      HttpClient& client = clients[events[static_cast<std::size_t>(i)].data.u64];
      const ssize_t n = read(client.socket, bytes.data(), bytes.size());
      if (n <= 0) Die("the server closed a connection: " + client.answer);
      client.answer.append(bytes.data(), static_cast<std::size_t>(n));
      const std::size_t whole = WholeAnswer(client.answer);
      if (whole == 0) continue;
      if (whole != client.answer.size() || !client.answer.starts_with("HTTP/1.1 200 ") ||
          client.answer.find(words) == std::string::npos) {
        Die("another answer than expected: " + client.answer);
      }
      measure.Add(client.sent);
      ask(client);
    }
  }
  measure.Print();
  return 0;
}

// ---- stdio ----

// Each caller has one call under way. `@` in the request stands for the id; answers come in any order.
int Stdio(int callers, int seconds, const std::string& request, const std::string& words, char** command) {
  int to_child[2], from_child[2];
  if (pipe(to_child) != 0 || pipe(from_child) != 0) Die("no pipe");
  const pid_t child = fork();
  if (child == 0) {
    dup2(to_child[0], 0);
    dup2(from_child[1], 1);
    for (const int end : {to_child[0], to_child[1], from_child[0], from_child[1]}) close(end);
    execvp(command[0], command);
    _exit(127);
  }
  close(to_child[0]);
  close(from_child[1]);
  const std::size_t place = request.find('@');
  if (place == request.npos) Die("the request has no place for its id");
  std::unordered_map<int, Clock::time_point> sent;
  int next_id = 0;
  std::string out;
  const auto ask = [&] {
    const int id = ++next_id;
    out.assign(request, 0, place).append(std::to_string(id)).append(request, place + 1).append("\n");
    sent[id] = Clock::now();
    Send(to_child[1], out);
  };
  Measure measure(seconds);
  for (int i = 0; i < callers; ++i) ask();
  std::string text;
  std::vector<char> bytes(1 << 16);
  while (!measure.over()) {
    const ssize_t n = read(from_child[0], bytes.data(), bytes.size());
    if (n <= 0) Die("the server has ended");
    text.append(bytes.data(), static_cast<std::size_t>(n));
    std::size_t begin = 0;
    for (std::size_t end; (end = text.find('\n', begin)) != text.npos; begin = end + 1) {
      const std::string_view line(text.data() + begin, end - begin);
      constexpr std::string_view kId = "\"id\":";
      const std::size_t at = line.find(kId);
      int id = 0;
      if (at != line.npos) std::from_chars(line.data() + at + kId.size(), line.data() + line.size(), id);
      const auto found = sent.find(id);
      if (found == sent.end() || line.find(words) == line.npos)
        Die("another answer than expected: " + std::string(line));
      measure.Add(found->second);
      sent.erase(found);
      ask();
    }
    text.erase(0, begin);
  }
  close(to_child[1]);
  while (read(from_child[0], bytes.data(), bytes.size()) > 0) {
  }
  waitpid(child, nullptr, 0);
  measure.Print();
  return 0;
}

// ---- floors ----

namespace asio = boost::asio;
namespace http = boost::beast::http;

struct HelloConnection : std::enable_shared_from_this<HelloConnection> {
  explicit HelloConnection(asio::ip::tcp::socket s) : socket(std::move(s)) {}
  void Read() {
    request = {};
    http::async_read(socket, buffer, request, [self = shared_from_this()](auto error, std::size_t) {
      if (!error) self->Write();
    });
  }
  void Write() {
    response = {http::status::ok, 11};
    response.set(http::field::content_type, "application/json");
    response.body() = R"({"hello":"world"})";
    response.prepare_payload();
    http::async_write(socket, response, [self = shared_from_this()](auto error, std::size_t) {
      if (!error) self->Read();
    });
  }
  asio::ip::tcp::socket socket;
  boost::beast::flat_buffer buffer;
  http::request<http::string_body> request;
  http::response<http::string_body> response;
};

int Hello(int port) {
  asio::io_context io{1};
  asio::ip::tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(port)});
  std::function<void()> accept = [&] {
    acceptor.async_accept([&](auto error, asio::ip::tcp::socket socket) {
      if (error) return;
      socket.set_option(asio::ip::tcp::no_delay(true));
      std::make_shared<HelloConnection>(std::move(socket))->Read();
      accept();
    });
  };
  accept();
  std::puts("ready");
  std::fflush(stdout);
  io.run();
  return 0;
}

int Select(const char* url, int connections, int seconds, const char* sql, int count, char** parameters) {
  struct Link {
    PGconn* connection = nullptr;
    Clock::time_point sent;
  };
  std::vector<Link> links(static_cast<std::size_t>(connections));
  std::vector<pollfd> waiting;
  const auto ask = [&](Link& link) {
    link.sent = Clock::now();
    if (PQsendQueryPrepared(link.connection, "s", count, parameters, nullptr, nullptr, 0) != 1)
      Die(PQerrorMessage(link.connection));
    PQflush(link.connection);
  };
  for (Link& link : links) {
    link.connection = PQconnectdb(url);
    if (PQstatus(link.connection) != CONNECTION_OK) Die(PQerrorMessage(link.connection));
    PGresult* const prepared = PQprepare(link.connection, "s", sql, 0, nullptr);
    if (PQresultStatus(prepared) != PGRES_COMMAND_OK) Die(PQerrorMessage(link.connection));
    PQclear(prepared);
    waiting.push_back({PQsocket(link.connection), POLLIN, 0});
  }
  Measure measure(seconds);
  for (Link& link : links) ask(link);
  while (!measure.over()) {
    poll(waiting.data(), waiting.size(), 1000);
    for (std::size_t i = 0; i < links.size(); ++i) {
      if ((waiting[i].revents & POLLIN) == 0) continue;
      Link& link = links[i];
      PQconsumeInput(link.connection);
      if (PQisBusy(link.connection) == 1) continue;
      while (PGresult* const result = PQgetResult(link.connection)) {
        if (PQresultStatus(result) != PGRES_TUPLES_OK || PQntuples(result) != 1) Die("another result than one row");
        PQclear(result);
      }
      measure.Add(link.sent);
      ask(link);
    }
  }
  measure.Print();
  for (Link& link : links) PQfinish(link.connection);
  return 0;
}

int Commit(const char* path, int seconds) {
  sqlite3* database = nullptr;
  const auto run = [&](const char* sql) {
    if (sqlite3_exec(database, sql, nullptr, nullptr, nullptr) != SQLITE_OK) Die(sqlite3_errmsg(database));
  };
  if (sqlite3_open(path, &database) != SQLITE_OK) Die("the file cannot be opened");
  run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, v TEXT)");
  sqlite3_stmt* insert = nullptr;
  sqlite3_prepare_v2(database, "INSERT INTO t (v) VALUES ('a row of some forty bytes, to be durable')", -1, &insert,
                     nullptr);
  Measure measure(seconds);
  while (!measure.over()) {
    const auto begun = Clock::now();
    if (sqlite3_step(insert) != SQLITE_DONE) Die(sqlite3_errmsg(database));
    sqlite3_reset(insert);
    measure.Add(begun);
  }
  measure.Print();
  sqlite3_finalize(insert);
  sqlite3_close(database);
  return 0;
}

}  // namespace

int main(int count, char** words) {
  const std::string_view what = count > 1 ? words[1] : "";
  if (what == "load" && count == 7)
    return Load(Number(words[2]), Number(words[3]), Number(words[4]), ReadFile(words[5]), words[6]);
  if (what == "stdio" && count >= 7)
    return Stdio(Number(words[2]), Number(words[3]), ReadFile(words[4]), words[5], words + 6);
  if (what == "hello" && count == 3) return Hello(Number(words[2]));
  if (what == "select" && count >= 6)
    return Select(words[2], Number(words[3]), Number(words[4]), words[5], count - 6, words + 6);
  if (what == "commit" && count == 4) return Commit(words[2], Number(words[3]));
  Die("say load, stdio, hello, select or commit; the head of http_bench.cc says with what");
}
