#include "proxy.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace synapsor::writeback {
namespace {

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool SendAll(int socket, const char* bytes, ssize_t size) {
  while (size > 0) {
    const ssize_t sent = ::send(socket, bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes += sent;
    size -= sent;
  }
  return true;
}

}  // namespace

Proxy::Proxy(int port) : target_(port) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(listener_, 16) != 0) {
    throw std::runtime_error("the proxy cannot listen");
  }
  socklen_t size = sizeof address;
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { Listen(); });
}

Proxy::~Proxy() {
  stopping_ = true;
  Cut();
  acceptor_.join();
  for (auto& forwarder : forwarders_) forwarder.join();
  ::close(listener_);
}

void Proxy::Listen() {
  while (!stopping_) {
    pollfd waiting{listener_, POLLIN, 0};
    if (::poll(&waiting, 1, 20) <= 0) continue;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    if (refuse_) {
      ::close(client);
      continue;
    }
    const std::lock_guard lock(mutex_);
    forwarders_.emplace_back([this, client, number = ++made_] { Forward(client, number); });
  }
}

void Proxy::Forward(int client, int number) {
  const int generation = generation_;
  const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(target_);
  bool open = ::connect(server, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  char bytes[16384];
  while (open && generation == generation_) {
    pollfd ends[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
    if (::poll(ends, 2, 10) < 0) break;
    if (ends[0].revents != 0) {
      const ssize_t size = ::recv(client, bytes, sizeof bytes, 0);
      open = size > 0 && SendAll(server, bytes, size);
    }
    if (open && ends[1].revents != 0) {
      const ssize_t size = ::recv(server, bytes, sizeof bytes, 0);
      // An answer that is swallowed is the last thing on its connection: the server has done what it says.
      const bool swallow = number <= swallow_up_to_ && pass_-- <= 0;
      open = size > 0 && !swallow && SendAll(client, bytes, size);
    }
  }
  ::close(client);
  ::close(server);
}

}  // namespace synapsor::writeback
