// An HTTP/1.1 server: connections, TLS, limits, keep-alive and long-lived event streams. Decides who gets a connection and
// for how long; what a request means is the handler's. Boost.Beast is seen by server.cc alone.
//
// One thread moves bytes; handlers run on worker threads, so that a slow database or a slow client holds up no other.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/base/result.h"

namespace synapsor::http {

struct Header {
  std::string name, value;
};

struct Request {
  std::string method;  // GET, POST, …
  std::string target;  // as sent: path and query
  std::vector<Header> headers;
  std::string body;
  std::string peer;  // address of the client, for logs and limits

  std::string_view Path() const;
  // The first header of that name, ignoring case; empty when absent.
  std::string_view Find(std::string_view name) const;
  int Count(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::vector<Header> headers;
  std::string body;
};

// A response that stays open. Thread-safe. Sends nothing once the client is gone.
class EventStream {
 public:
  virtual ~EventStream() = default;
  virtual void Send(std::string chunk) = 0;
  virtual void Close() = 0;
  virtual bool closed() const = 0;
};

// The answer to one request: exactly one of Reply and Open is called, once, from any thread.
class Exchange {
 public:
  virtual ~Exchange() = default;
  virtual void Reply(Response response) = 0;
  virtual std::shared_ptr<EventStream> Open(Response head, std::string first_chunk) = 0;
};

using Handler = std::function<void(const Request& request, std::shared_ptr<Exchange> exchange)>;

struct Limits {
  std::size_t max_body_bytes = std::size_t{1} << 20;
  std::size_t max_header_bytes = std::size_t{16} << 10;
  int max_connections = 1024;
  int max_connections_per_peer = 512;
  int max_waiting_requests = 512;  // beyond it: 503
  int max_streams = 64;
  int request_seconds = 10;   // from the first byte of a request to its last
  int idle_seconds = 60;      // between requests
  int write_seconds = 20;     // for a client that does not read
  int shutdown_seconds = 10;  // for requests under way
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;                  // 0: any free one
  std::string certificate_file, key_file;  // both or none; without them only loopback addresses are served
  int workers = 8;
  Limits limits;
};

struct Counters {
  std::uint64_t connections = 0, refused_connections = 0, requests = 0, timeouts = 0, too_large = 0, busy = 0;
  int open_connections = 0, open_streams = 0;
};

class Server {
 public:
  // Binds and listens; refuses a public address without TLS.
  static Result<std::unique_ptr<Server>> Listen(const ServerOptions& options, Handler handler);
  virtual ~Server() = default;

  virtual std::uint16_t port() const = 0;
  // Serves until Stop; requests under way are answered first.
  virtual void Run() = 0;
  // From any thread; not from a signal handler.
  virtual void Stop() = 0;
  virtual Counters counters() const = 0;
};

bool IsLoopback(std::string_view address);

}  // namespace synapsor::http
