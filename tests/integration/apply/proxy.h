// A loopback proxy in front of a server that can be told to misbehave: swallow answers, cut connections, refuse new ones.
#pragma once

#include <atomic>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace synapsor::writeback {

class Proxy {
 public:
  // Listens on a free port of 127.0.0.1 and forwards to `port` there.
  explicit Proxy(int port);
  ~Proxy();
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  int port() const { return port_; }

  // On the connections that are open now the client's words still reach the server, but its next answer, or the one
  // after so many more on all of them, is dropped and the connection cut. Later connections work.
  void SwallowAnswers(int pass = 0) {
    pass_ = pass;
    swallow_up_to_ = made_.load();
  }
  // Cuts every connection now.
  void Cut() { ++generation_; }
  // New connections are closed at once.
  void Refuse(bool refuse) { refuse_ = refuse; }

 private:
  void Listen();
  void Forward(int client, int number);

  int target_, port_ = 0, listener_ = -1;
  std::atomic<bool> refuse_{false}, stopping_{false};
  std::atomic<int> generation_{0}, made_{0}, swallow_up_to_{0}, pass_{0};
  std::mutex mutex_;
  std::list<std::thread> forwarders_;
  std::thread acceptor_;
};

}  // namespace synapsor::writeback
