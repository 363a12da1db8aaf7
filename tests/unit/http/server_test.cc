#include "runtime/http/server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace synapsor::http {
namespace {

// A client that says exactly what it is told to.
class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~Client() { close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool connected() const { return connected_; }
  bool Send(std::string_view text) { return send(socket_, text.data(), text.size(), MSG_NOSIGNAL) >= 0; }
  // What arrives until `wanted` is among it, the peer closes, or the time is over.
  std::string Read(std::string_view wanted, int timeout_ms = 5000) {
    std::string text;
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
    while (text.find(wanted) == std::string::npos || wanted.empty()) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
      pollfd waiting = {socket_, POLLIN, 0};
      if (left.count() <= 0 || poll(&waiting, 1, static_cast<int>(left.count())) <= 0) break;
      char buffer[4096];
      const ssize_t n = recv(socket_, buffer, sizeof buffer, 0);
      if (n <= 0) {
        closed_ = true;
        break;
      }
      text.append(buffer, static_cast<std::size_t>(n));
    }
    return text;
  }
  bool closed() const { return closed_; }

 private:
  int socket_;
  bool connected_ = false, closed_ = false;
};

class RunningServer {
 public:
  RunningServer(ServerOptions options, Handler handler) {
    auto server = Server::Listen(options, std::move(handler));
    EXPECT_TRUE(server.has_value()) << (server ? "" : server.error().message);
    server_ = std::move(*server);
    thread_ = std::thread([this] { server_->Run(); });
  }
  ~RunningServer() { Stop(); }
  void Stop() {
    if (!thread_.joinable()) return;
    server_->Stop();
    thread_.join();
  }
  Server& operator*() { return *server_; }
  std::uint16_t port() const { return server_->port(); }

 private:
  std::unique_ptr<Server> server_;
  std::thread thread_;
};

void Echo(const Request& request, std::shared_ptr<Exchange> exchange) {
  exchange->Reply({200, "text/plain", {}, fmt::format("<{} {} {}>", request.method, request.target, request.body)});
}

TEST(HttpServer, KeepsConnectionsAlive) {
  RunningServer server({}, Echo);
  Client client(server.port());
  for (int i = 0; i < 3; ++i) {
    client.Send(fmt::format("POST /x{} HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi", i));
    const std::string answer = client.Read(">");
    EXPECT_NE(answer.find(fmt::format("<POST /x{} hi>", i)), std::string::npos) << answer;
  }
}

TEST(HttpServer, AnswersPipelinedRequestsInOrder) {
  RunningServer server({}, Echo);
  Client client(server.port());
  client.Send("GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const std::string answers = client.Read("");
  EXPECT_LT(answers.find("<GET /a >"), answers.find("<GET /b >")) << answers;
  EXPECT_TRUE(client.closed());
}

// A body whose end two programs could see at different places would pass as a request of its own.
TEST(HttpServer, NeverTakesABodyForARequest) {
  RunningServer server({}, Echo);
  for (const std::string_view coding :
       {"xchunked", "identity, chunked", "gzip", "chunked\r\nTransfer-Encoding: chunked"}) {
    Client client(server.port());
    client.Send(fmt::format(
        "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: {}\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
        coding));
    const std::string answer = client.Read("");
    EXPECT_EQ(answer.find("smuggled"), std::string::npos) << coding << ": " << answer;
    EXPECT_NE(answer.find("400"), std::string::npos) << coding << ": " << answer;
    EXPECT_TRUE(client.closed()) << coding;
  }
}

TEST(HttpServer, WantsExactlyOneHost) {
  RunningServer server({}, Echo);
  for (const std::string_view hosts : {"", "Host: a\r\nHost: b\r\n"}) {
    Client client(server.port());
    client.Send(fmt::format("GET / HTTP/1.1\r\n{}\r\n", hosts));
    EXPECT_NE(client.Read("").find("400"), std::string::npos) << hosts;
  }
}

TEST(HttpServer, StopsSoonThoughAClientNeverFinishesItsRequest) {
  RunningServer server({}, Echo);
  Client client(server.port());
  client.Send("POST / HTTP/1.1\r\nHost: a\r\n");
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  const auto asked = std::chrono::steady_clock::now();
  server.Stop();
  EXPECT_LT(std::chrono::steady_clock::now() - asked, std::chrono::seconds(4));
}

TEST(HttpServer, RefusesBodiesAndHeadersBeyondTheLimits) {
  ServerOptions options;
  options.limits.max_body_bytes = 100;
  options.limits.max_header_bytes = 1000;
  RunningServer server(options, Echo);
  Client body(server.port());
  body.Send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n");
  EXPECT_NE(body.Read("large").find("413"), std::string::npos);
  Client headers(server.port());
  headers.Send("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(2000, 'x') + "\r\n\r\n");
  EXPECT_NE(headers.Read("large").find("431"), std::string::npos);
  Client chunked(server.port());
  chunked.Send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n100\r\n" + std::string(256, 'x') +
               "\r\n0\r\n\r\n");
  EXPECT_NE(chunked.Read("large").find("413"), std::string::npos);
}

TEST(HttpServer, DropsClientsThatTrickle) {
  ServerOptions options;
  options.limits.request_seconds = 1;
  RunningServer server(options, Echo);
  std::vector<std::unique_ptr<Client>> slow;
  for (int i = 0; i < 200; ++i) slow.push_back(std::make_unique<Client>(server.port()));
  for (auto& client : slow) client->Send("POST / HTTP/1.1\r\n");
  std::atomic<bool> done = false;
  std::thread trickle([&] {
    while (!done) {
      for (auto& client : slow) client->Send("X");
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  });
  Client quick(server.port());
  quick.Send("GET /quick HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_NE(quick.Read(">", 1000).find("<GET /quick >"), std::string::npos);
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  done = true;
  trickle.join();
  EXPECT_GE((*server).counters().timeouts, 200U);
  EXPECT_LE((*server).counters().open_connections, 1);
}

TEST(HttpServer, BoundsConnectionsOfOnePeer) {
  ServerOptions options;
  options.limits.max_connections_per_peer = 3;
  RunningServer server(options, Echo);
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 5; ++i) clients.push_back(std::make_unique<Client>(server.port()));
  int served = 0;
  for (auto& client : clients) {
    client->Send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    if (client->Read(">", 500).find("200 OK") != std::string::npos) ++served;
  }
  EXPECT_EQ(served, 3);
}

TEST(HttpServer, SaysBusyWhenTooManyWait) {
  ServerOptions options;
  options.workers = 1;
  options.limits.max_waiting_requests = 1;
  std::atomic<bool> release = false;
  RunningServer server(options, [&](const Request& request, std::shared_ptr<Exchange> exchange) {
    while (!release) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    Echo(request, std::move(exchange));
  });
  Client first(server.port());
  Client second(server.port());
  first.Send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  second.Send("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_NE(second.Read("waiting").find("503"), std::string::npos);
  release = true;
  EXPECT_NE(first.Read(">").find("<GET /1 >"), std::string::npos);
}

TEST(HttpServer, FinishesRequestsUnderWayBeforeItStops) {
  std::atomic<bool> begun = false;
  auto server =
      std::make_unique<RunningServer>(ServerOptions{}, [&](const Request& request, std::shared_ptr<Exchange> exchange) {
        begun = true;
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        Echo(request, std::move(exchange));
      });
  Client client(server->port());
  Client idle(server->port());
  client.Send("GET /last HTTP/1.1\r\nHost: a\r\n\r\n");
  while (!begun) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  std::thread stop([&] { server->Stop(); });
  EXPECT_NE(client.Read(">").find("<GET /last >"), std::string::npos);
  stop.join();
  EXPECT_FALSE(Client(server->port()).connected());
}

TEST(HttpServer, KeepsStreamsOpenUntilTheClientLeaves) {
  std::shared_ptr<EventStream> stream;
  std::atomic<bool> opened = false;
  RunningServer server({}, [&](const Request&, std::shared_ptr<Exchange> exchange) {
    stream = exchange->Open({200, "text/event-stream", {}, {}}, "data: 1\n\n");
    opened = true;
  });
  {
    Client client(server.port());
    client.Send("POST / HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_NE(client.Read("data: 1").find("200 OK"), std::string::npos);
    while (!opened) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    stream->Send("data: 2\n\n");
    EXPECT_NE(client.Read("data: 2").find("data: 2"), std::string::npos);
    EXPECT_EQ((*server).counters().open_streams, 1);
  }
  for (int i = 0; i < 100 && !stream->closed(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_TRUE(stream->closed());
  EXPECT_EQ((*server).counters().open_streams, 0);
}

TEST(HttpServer, RefusesPublicAddressesWithoutTls) {
  const auto server = Server::Listen({.address = "0.0.0.0"}, Echo);
  ASSERT_FALSE(server.has_value());
  EXPECT_NE(server.error().message.find("not a loopback address"), std::string::npos);
}

TEST(HttpServer, SurvivesGarbage) {
  RunningServer server({}, Echo);
  for (const char* garbage :
       {"\x16\x03\x01\x02\x00", "GET\r\n\r\n", "\r\n\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"}) {
    Client client(server.port());
    client.Send(garbage);
    client.Read("", 200);
  }
  Client good(server.port());
  good.Send("GET /still HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_NE(good.Read(">").find("<GET /still >"), std::string::npos);
}

}  // namespace
}  // namespace synapsor::http
