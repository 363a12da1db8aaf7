#include "runtime/db/pool.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

namespace synapsor::db {
namespace {

using SteadyClock = std::chrono::steady_clock;

struct IdleConnection {
  std::unique_ptr<PooledConnection> connection;
  SteadyClock::time_point since;
};

// Shared by the pool and its leases, so that a lease may outlive the pool.
class Shared {
 public:
  Shared(std::unique_ptr<Connector> connector, PoolOptions options)
      : connector_(std::move(connector)), options_(options) {}

  DbResult<std::unique_ptr<PooledConnection>> Take(int timeout_ms) {
    const auto deadline = SteadyClock::now() + std::chrono::milliseconds(timeout_ms);
    while (true) {
      auto idle = WaitForSlot(deadline);
      if (!idle) return tl::unexpected(std::move(idle.error()));
      if (!idle->has_value()) return ConnectInSlot();
      if (Usable(**idle)) return std::move((*idle)->connection);
      // A dead idle connection gives its slot to a new one at once: a restart of the server costs
      // one reconnect.
      (*idle)->connection.reset();
      return ConnectInSlot();
    }
  }

  // Called by a lease's end, from any thread.
  void Return(std::unique_ptr<PooledConnection> connection) {
    const bool keep = connection->Reset() && connection->healthy();
    if (!keep) connection.reset();
    {
      std::lock_guard lock(mutex_);
      if (keep && !closed_) {
        idle_.push_back({std::move(connection), SteadyClock::now()});
      } else {
        --open_;
      }
    }
    changed_.notify_one();
  }

  void Close() {
    std::vector<IdleConnection> dropped;
    std::lock_guard lock(mutex_);
    closed_ = true;
    open_ -= static_cast<int>(idle_.size());
    dropped.swap(idle_);
  }

 private:
  // An idle connection, or the right to open one (nothing).
  DbResult<std::optional<IdleConnection>> WaitForSlot(SteadyClock::time_point deadline) {
    std::unique_lock lock(mutex_);
    const bool free = changed_.wait_until(lock, deadline, [&] { return !idle_.empty() || open_ < options_.size; });
    if (!free) {
      return tl::unexpected(
          Failure{FailureKind::kUnavailable, "every connection of the pool is in use", "POOL_EXHAUSTED"});
    }
    if (idle_.empty()) {
      ++open_;
      return std::nullopt;
    }
    IdleConnection idle = std::move(idle_.back());
    idle_.pop_back();
    return idle;
  }

  DbResult<std::unique_ptr<PooledConnection>> ConnectInSlot() {
    auto connection = connector_->Connect();
    if (!connection) {
      {
        std::lock_guard lock(mutex_);
        --open_;
      }
      changed_.notify_one();
    }
    return connection;
  }

  bool Usable(const IdleConnection& idle) const {
    if (idle.connection->Closed()) return false;
    const bool rested = SteadyClock::now() - idle.since > options_.idle_check;
    return !rested || idle.connection->Alive();
  }

  const std::unique_ptr<Connector> connector_;
  const PoolOptions options_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<IdleConnection> idle_;
  int open_ = 0;  // lent, idle and being opened
  bool closed_ = false;
};

class Pool : public Database {
 public:
  Pool(std::string engine, std::unique_ptr<Connector> connector, PoolOptions options)
      : engine_(std::move(engine)), shared_(std::make_shared<Shared>(std::move(connector), options)) {}
  ~Pool() override { shared_->Close(); }

  DbResult<Lease> Acquire(int timeout_ms) override {
    if (gate_ && !gate_()) {
      return tl::unexpected(Failure{FailureKind::kUnavailable, "the source is disabled", "SOURCE_DISABLED"});
    }
    auto connection = shared_->Take(timeout_ms);
    if (!connection) return tl::unexpected(std::move(connection.error()));
    return Lease(connection->release(), [shared = shared_](Connection* lent) {
      if (lent == nullptr) return;
      // Only this pool's own connections are ever lent.
      shared->Return(std::unique_ptr<PooledConnection>(static_cast<PooledConnection*>(lent)));
    });
  }

  void SetGate(Gate open) override { gate_ = std::move(open); }
  const std::string& engine() const override { return engine_; }

 private:
  const std::string engine_;
  const std::shared_ptr<Shared> shared_;
  Gate gate_;
};

}  // namespace

std::unique_ptr<Database> MakePool(std::string engine, std::unique_ptr<Connector> connector, PoolOptions options) {
  if (options.size < 1) options.size = 1;
  return std::make_unique<Pool>(std::move(engine), std::move(connector), options);
}

}  // namespace synapsor::db
