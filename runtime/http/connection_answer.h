// How an answer comes back to its connection from whatever thread made it, whole or as a stream of events. Private to
// runtime/http.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <sstream>
#include <string>
#include <utility>

#include "runtime/http/connection.h"

namespace synapsor::http {

// A handler's way back: carries the answer to the I/O thread. A handler that forgets to answer is answered for.
template <typename Transport>
class Connection<Transport>::Answer final : public Exchange {
 public:
  explicit Answer(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}
  ~Answer() override {
    if (!answered_) Reply({500, "application/json", {}, R"({"error":{"code":"INTERNAL","message":"no answer"}})"});
  }

  void Reply(Response response) override {
    answered_ = true;
    asio::post(connection_->shared_.io, [connection = connection_, response = std::move(response)]() mutable {
      --connection->shared_.waiting_requests;
      connection->Write(std::move(response));
    });
  }

  std::shared_ptr<EventStream> Open(Response head, std::string first_chunk) override {
    answered_ = true;
    auto stream = std::make_shared<Stream>(connection_);
    asio::post(connection_->shared_.io,
               [connection = connection_, stream, head = std::move(head), first = std::move(first_chunk)]() mutable {
                 --connection->shared_.waiting_requests;
                 stream->Begin(std::move(head), std::move(first));
               });
    return stream;
  }

 private:
  std::shared_ptr<Connection> connection_;
  bool answered_ = false;
};

// A response without an end: written without a length, ended by closing the connection.
template <typename Transport>
class Connection<Transport>::Stream final : public EventStream,
                                            public std::enable_shared_from_this<Connection<Transport>::Stream> {
 public:
  explicit Stream(std::shared_ptr<Connection> connection)
      : shared_(connection->shared_owner_), connection_(std::move(connection)) {}

  void Send(std::string chunk) override {
    asio::post(shared_->io, [self = this->shared_from_this(), chunk = std::move(chunk)]() mutable {
      self->Queue(std::move(chunk));
    });
  }
  void Close() override {
    asio::post(shared_->io, [self = this->shared_from_this()] { self->End(); });
  }
  bool closed() const override { return closed_.load(); }

  void Begin(Response head, std::string first) {
    if (shared_->streams.load() >= shared_->options.limits.max_streams) {
      closed_ = true;
      return std::exchange(connection_, nullptr)
          ->Write({503,
                   "application/json",
                   {{"Retry-After", "5"}},
                   R"({"error":{"code":"TEMPORARILY_UNAVAILABLE","message":"too many open streams"}})"});
    }
    ++shared_->streams;
    counted_ = true;
    connection_->streaming_ = true;
    Message message;
    connection_->Fill(message, head);
    message.keep_alive(false);
    std::ostringstream text;
    text << message.base();
    Queue(std::move(text).str() + std::move(first));
    WatchClient();
  }

 private:
  void Queue(std::string chunk) {
    if (closed_) return;
    constexpr std::size_t kMostPending = 256 << 10;
    pending_ += chunk;
    if (pending_.size() > kMostPending) return End();
    if (!writing_) Flush();
  }

  void Flush() {
    writing_ = true;
    sending_.swap(pending_);
    pending_.clear();
    connection_->Arm(shared_->options.limits.write_seconds);
    asio::async_write(connection_->transport_, asio::buffer(sending_),
                      [self = this->shared_from_this(), connection = connection_](error_code error, std::size_t) {
                        self->writing_ = false;
                        if (error || self->closed_) return self->End();
                        connection->deadline_.cancel();
                        if (!self->pending_.empty()) self->Flush();
                      });
  }

  // The client has nothing more to say: a read ends when it goes away.
  void WatchClient() {
    connection_->transport_.async_read_some(
        asio::buffer(ignored_),
        [self = this->shared_from_this(), connection = connection_](error_code error, std::size_t) {
          if (error || self->closed_)
            self->End();
          else
            self->WatchClient();
        });
  }

  void End() {
    if (closed_.exchange(true)) return;
    if (counted_) --shared_->streams;
    connection_->Abort();
    connection_.reset();
  }

  std::shared_ptr<Shared> shared_;
  std::shared_ptr<Connection> connection_;  // until the end; operations under way hold it themselves
  std::string pending_, sending_;
  std::array<char, 256> ignored_{};
  bool writing_ = false, counted_ = false;
  std::atomic<bool> closed_{false};
};

}  // namespace synapsor::http
