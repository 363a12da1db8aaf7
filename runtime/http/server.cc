#include "runtime/http/server.h"

#include <fmt/format.h>

#include "runtime/http/connection.h"
#include "runtime/http/connection_answer.h"
#include "runtime/http/tls.h"

namespace synapsor::http {
namespace {

constexpr int kLooksASecond = 20;

class BeastServer final : public Server {
 public:
  BeastServer(const ServerOptions& options, Handler handler) : acceptor_(shared_.io), grace_(shared_.io) {
    shared_.options = options;
    shared_.handler = std::move(handler);
  }
  ~BeastServer() override {
    if (shared_.workers) shared_.workers->join();
  }

  Status Bind() {
    const ServerOptions& options = shared_.options;
    const bool tls = !options.certificate_file.empty() || !options.key_file.empty();
    if (!tls && !IsLoopback(options.address)) {
      return Fail(ErrorKind::kUsage,
                  fmt::format("`{}` is not a loopback address, and there is no certificate", options.address),
                  "give a certificate and its key, or listen on 127.0.0.1 behind a proxy that ends TLS");
    }
    error_code error;
    if (tls) {
      shared_.tls.emplace(asio::ssl::context::tls_server);
      SYN_RETURN_IF_ERROR(LoadTls(shared_.tls->native_handle(), options.certificate_file, options.key_file));
    }
    const std::string host = options.address == "localhost" ? "127.0.0.1" : options.address;
    const auto address = asio::ip::make_address(host, error);
    if (error) return Fail(ErrorKind::kUsage, fmt::format("`{}` is not an IP address", options.address));
    const tcp::endpoint endpoint(address, options.port);
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
      return Fail(ErrorKind::kIo,
                  fmt::format("cannot listen on {}:{}: {}", options.address, options.port, error.message()));
    }
    port_ = acceptor_.local_endpoint().port();
    return {};
  }

  std::uint16_t port() const override { return port_; }

  void Run() override {
    shared_.workers = std::make_unique<asio::thread_pool>(static_cast<std::size_t>(shared_.options.workers));
    Accept();
    shared_.io.run();
    shared_.workers->join();
    shared_.io.restart();
    shared_.io.run();
  }

  void Stop() override {
    asio::post(shared_.io, [this] {
      if (shared_.stopping) return;
      shared_.stopping = true;
      error_code ignored;
      acceptor_.close(ignored);
      for (AnyConnection* connection : Registry(shared_.registry)) connection->CloseIfIdle();
      WaitForRequests(shared_.options.limits.shutdown_seconds * kLooksASecond);
    });
  }

  Counters counters() const override {
    return {shared_.connections, shared_.refused, shared_.requests, shared_.timeouts,
            shared_.too_large,   shared_.busy,    shared_.open,     shared_.streams};
  }

 private:
  void Accept() {
    acceptor_.async_accept([this](error_code error, tcp::socket socket) {
      if (shared_.stopping) return;
      if (!error) Admit(std::move(socket));
      Accept();
    });
  }

  void Admit(tcp::socket socket) {
    error_code error;
    const auto endpoint = socket.remote_endpoint(error);
    if (error) return;
    std::string peer = endpoint.address().to_string();
    const auto of_peer = shared_.connections_of_peer.find(peer);
    const bool too_many = shared_.open >= shared_.options.limits.max_connections ||
                          (of_peer != shared_.connections_of_peer.end() &&
                           of_peer->second >= shared_.options.limits.max_connections_per_peer);
    if (too_many) {
      ++shared_.refused;
      return;
    }
    ++shared_.connections;
    socket.set_option(tcp::no_delay(true), error);
    if (shared_.tls) {
      using Tls = asio::ssl::stream<tcp::socket>;
      std::make_shared<Connection<Tls>>(shared_owner_, Tls(std::move(socket), *shared_.tls), std::move(peer))->Start();
    } else {
      std::make_shared<Connection<tcp::socket>>(shared_owner_, std::move(socket), std::move(peer))->Start();
    }
  }

  // Looks every 50 ms whether the last request is answered and its client gone, then closes what is left. Requests that
  // are not in whole after a second are not waited for.
  void WaitForRequests(int looks_left) {
    if (shared_.options.limits.shutdown_seconds * kLooksASecond - looks_left == kLooksASecond) {
      for (AnyConnection* connection : Registry(shared_.registry)) connection->CloseIfUnread();
    }
    if (shared_.open > 0 && looks_left > 0) {
      grace_.expires_after(std::chrono::milliseconds(1000 / kLooksASecond));
      grace_.async_wait([this, looks_left](error_code) { WaitForRequests(looks_left - 1); });
      return;
    }
    for (AnyConnection* connection : Registry(shared_.registry)) connection->Abort();
  }

  std::shared_ptr<Shared> shared_owner_ = std::make_shared<Shared>();
  Shared& shared_ = *shared_owner_;
  tcp::acceptor acceptor_;
  asio::steady_timer grace_;
  std::uint16_t port_ = 0;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::Listen(const ServerOptions& options, Handler handler) {
  auto server = std::make_unique<BeastServer>(options, std::move(handler));
  SYN_RETURN_IF_ERROR(server->Bind());
  return server;
}

}  // namespace synapsor::http
