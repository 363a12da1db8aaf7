// What one client connection shares with the others, and how it reads a request, hands it to a worker, writes the answer and
// keeps its deadlines. Not how answers come back from a worker (connection_answer.h) nor who may connect (server.cc). Private
// to runtime/http; everything here runs on the I/O thread.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http.hpp>

#include "runtime/http/server.h"

namespace synapsor::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::seconds;

class AnyConnection {
 public:
  virtual ~AnyConnection() = default;
  virtual void CloseIfIdle() = 0;
  virtual void CloseIfUnread() = 0;  // its request has not come in whole
  virtual void Abort() = 0;
};

using Registry = std::set<AnyConnection*>;

// What all connections share; lives as long as the last of them, so that an answer may come after the server is gone.
// Everything but the counters is touched by the I/O thread only.
struct Shared {
  ServerOptions options;
  Handler handler;
  asio::io_context io{1};
  std::unique_ptr<asio::thread_pool> workers;
  std::optional<asio::ssl::context> tls;
  std::map<std::string, int> connections_of_peer;
  Registry registry;
  int waiting_requests = 0;
  bool stopping = false;

  std::atomic<std::uint64_t> connections{0}, refused{0}, requests{0}, timeouts{0}, too_large{0}, busy{0};
  std::atomic<int> open{0}, streams{0};
};

// One client. Lives as long as an operation on it is under way.
template <typename Transport>
class Connection final : public AnyConnection, public std::enable_shared_from_this<Connection<Transport>> {
 public:
  Connection(std::shared_ptr<Shared> shared, Transport transport, std::string peer)
      : shared_owner_(std::move(shared)),
        shared_(*shared_owner_),
        transport_(std::move(transport)),
        deadline_(shared_.io),
        peer_(std::move(peer)) {
    shared_.registry.insert(this);
    ++shared_.open;
    ++shared_.connections_of_peer[peer_];
  }
  ~Connection() override {
    shared_.registry.erase(this);
    --shared_.open;
    if (--shared_.connections_of_peer[peer_] == 0) shared_.connections_of_peer.erase(peer_);
  }

  void Start() {
    if constexpr (std::is_same_v<Transport, tcp::socket>) {
      AwaitRequest();
    } else {
      Arm(shared_.options.limits.request_seconds);
      transport_.async_handshake(asio::ssl::stream_base::server, [self = this->shared_from_this()](error_code error) {
        if (!error)
          self->AwaitRequest();
        else
          self->Abort();
      });
    }
  }

  void CloseIfIdle() override {
    if (idle_ || streaming_) Abort();
  }

  void CloseIfUnread() override {
    if (reading_) Abort();
  }

  void Abort() override {
    error_code ignored;
    deadline_.cancel();
    Socket().shutdown(tcp::socket::shutdown_both, ignored);
    Socket().close(ignored);
    gone_ = true;
  }

 private:
  class Answer;
  class Stream;

  tcp::socket& Socket() {
    if constexpr (std::is_same_v<Transport, tcp::socket>)
      return transport_;
    else
      return transport_.next_layer();
  }

  // Closes the connection unless disarmed or armed anew in time.
  void Arm(int timeout_seconds) {
    deadline_.expires_after(seconds(timeout_seconds));
    deadline_.async_wait([weak = this->weak_from_this()](error_code error) {
      if (error) return;
      if (const auto self = weak.lock()) {
        if (!self->idle_) ++self->shared_.timeouts;
        self->Abort();
      }
    });
  }

  // Idle time counts until the first byte; then the whole request has one deadline, however slowly it trickles.
  void AwaitRequest() {
    if (shared_.stopping || gone_) return Abort();
    idle_ = true;
    if (buffer_.size() > 0) return ReadRequest();
    Arm(shared_.options.limits.idle_seconds);
    if constexpr (std::is_same_v<Transport, tcp::socket>) {
      transport_.async_wait(tcp::socket::wait_read, [self = this->shared_from_this()](error_code error) {
        if (error)
          self->Abort();
        else
          self->ReadRequest();
      });
    } else {
      transport_.async_read_some(buffer_.prepare(4096),
                                 [self = this->shared_from_this()](error_code error, std::size_t n) {
                                   if (error) return self->Abort();
                                   self->buffer_.commit(n);
                                   self->ReadRequest();
                                 });
    }
  }

  void ReadRequest() {
    idle_ = false;
    reading_ = true;
    Arm(shared_.options.limits.request_seconds);
    parser_.emplace();
    parser_->body_limit(shared_.options.limits.max_body_bytes);
    parser_->header_limit(static_cast<std::uint32_t>(shared_.options.limits.max_header_bytes));
    parser_->eager(true);
    header_bytes_ = 0;
    header_is_whole_ = false;
    ReadSome();
  }

  void ReadSome() {
    const auto read = [self = this->shared_from_this()](error_code error, std::size_t bytes) {
      if (!error && self->IsHeaderTooLarge(bytes)) error = beast::http::error::header_limit;
      if (error || self->parser_->is_done())
        self->OnRead(error);
      else
        self->ReadSome();
    };
    beast::http::async_read_some(transport_, buffer_, *parser_, read);
  }

  // The parser's own limit is on what it holds unparsed; headers that come in pieces would never reach it.
  bool IsHeaderTooLarge(std::size_t bytes_read) {
    const std::size_t limit = shared_.options.limits.max_header_bytes;
    if (header_is_whole_) return false;
    if (!parser_->is_header_done()) return (header_bytes_ += bytes_read) > limit;
    header_is_whole_ = true;
    std::size_t total = parser_->get().target().size();
    for (const auto& field : parser_->get()) total += field.name_string().size() + field.value().size() + 4;
    return total > limit;
  }

  // Whether where the request ends, and whom it is for, can be read in one way only. Beast refuses two different lengths
  // and a length beside chunks, but takes a coding that it does not know as no body: the body would pass as a request.
  static bool IsAmbiguous(const beast::http::request<beast::http::string_body>& message) {
    namespace h = beast::http;
    const auto codings = message.count(h::field::transfer_encoding);
    if (codings > 1 || (codings == 1 && !beast::iequals(message[h::field::transfer_encoding], "chunked"))) return true;
    const auto hosts = message.count(h::field::host);
    return hosts > 1 || (hosts == 0 && message.version() >= 11);
  }

  void OnRead(error_code error) {
    deadline_.cancel();
    reading_ = false;
    namespace h = beast::http;
    if (error == h::error::body_limit || error == h::error::header_limit) {
      ++shared_.too_large;
      const bool body = error == h::error::body_limit;
      return Refuse(body ? 413 : 431, body ? "the request body is too large" : "the request headers are too large");
    }
    if (error == h::error::end_of_stream || error == asio::error::operation_aborted) return Abort();
    if (error) {
      if (error.category() == h::make_error_code(h::error::bad_method).category()) {
        return Refuse(400, "the request is not HTTP/1.1");
      }
      return Abort();
    }
    ++shared_.requests;
    if (IsAmbiguous(parser_->get())) {
      return Refuse(400, "a request names one host, and `Transfer-Encoding` is `chunked` or absent");
    }
    keep_alive_ = parser_->get().keep_alive();
    Hand(Convert(parser_->release()));
  }

  Request Convert(beast::http::request<beast::http::string_body>&& message) {
    Request request;
    request.method = std::string(message.method_string());
    request.target = std::string(message.target());
    for (const auto& field : message) {
      request.headers.push_back({std::string(field.name_string()), std::string(field.value())});
    }
    request.body = std::move(message.body());
    request.peer = peer_;
    return request;
  }

  void Hand(Request request) {
    if (shared_.waiting_requests >= shared_.options.limits.max_waiting_requests) {
      ++shared_.busy;
      Response response{503,
                        "application/json",
                        {{"Retry-After", "1"}},
                        R"({"error":{"code":"TEMPORARILY_UNAVAILABLE","message":"too many requests are waiting"}})"};
      return Write(std::move(response));
    }
    ++shared_.waiting_requests;
    auto answer = std::make_shared<Answer>(this->shared_from_this());
    asio::post(*shared_.workers,
               [this, self = this->shared_from_this(), request = std::move(request),
                answer = std::move(answer)]() mutable { shared_.handler(request, std::move(answer)); });
  }

  void Refuse(int status, std::string_view why) {
    keep_alive_ = false;
    Write({status, "text/plain; charset=utf-8", {}, fmt::format("{}\n", why)});
  }

  using Message = beast::http::response<beast::http::string_body>;

  void Fill(Message& message, const Response& response) {
    message.version(11);
    message.result(static_cast<unsigned>(response.status));
    message.set(beast::http::field::content_type, response.content_type);
    for (const Header& header : response.headers) message.insert(header.name, header.value);
  }

  void Write(Response response) {
    if (gone_) return;
    auto message = std::make_shared<Message>();
    Fill(*message, response);
    message->keep_alive(keep_alive_ && !shared_.stopping);
    message->body() = std::move(response.body);
    message->prepare_payload();
    Arm(shared_.options.limits.write_seconds);
    beast::http::async_write(transport_, *message,
                             [self = this->shared_from_this(), message](error_code error, std::size_t) {
                               self->deadline_.cancel();
                               if (error || !message->keep_alive()) return self->Finish();
                               self->AwaitRequest();
                             });
  }

  // Lets the client read what was sent before the connection goes.
  void Finish() {
    error_code ignored;
    Socket().shutdown(tcp::socket::shutdown_send, ignored);
    Arm(1);
    auto drain = std::make_shared<std::array<char, 4096>>();
    Drain(drain);
  }

  void Drain(std::shared_ptr<std::array<char, 4096>> bytes) {
    Socket().async_read_some(asio::buffer(*bytes),
                             [self = this->shared_from_this(), bytes](error_code error, std::size_t) {
                               if (error || self->gone_)
                                 self->Abort();
                               else
                                 self->Drain(bytes);
                             });
  }

  std::shared_ptr<Shared> shared_owner_;
  Shared& shared_;
  Transport transport_;
  asio::steady_timer deadline_;
  std::string peer_;
  beast::flat_buffer buffer_;
  std::optional<beast::http::request_parser<beast::http::string_body>> parser_;
  std::size_t header_bytes_ = 0;  // parsed of a header that is not whole yet
  bool header_is_whole_ = false;
  bool keep_alive_ = true;
  bool idle_ = false;
  bool reading_ = false;
  bool streaming_ = false;
  bool gone_ = false;
};

}  // namespace synapsor::http
