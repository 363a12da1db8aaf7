// Several threads' operations in one durable commit. The first caller leads: it takes what has queued up, runs it in one
// transaction, wakes those that it served, and hands the lead to the first of those that came meanwhile. Nobody else is
// woken, and a caller that is alone pays no hand-over between threads.
//
// Where a commit takes long, a leader first waits for those that called together of late, for half a commit at the most: else the
// callers would fall into two halves, each waiting for the other's commit. Who calls alone waits for nobody.
//
// When an operation fails inside a shared transaction, the transaction is rolled back and each operation is run again
// alone, so that a failing one never takes others with it. Operations are therefore run more than once, and keep what
// they found out in variables that they set anew each time.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "runtime/ledger/session.h"
#include "runtime/ledger/transaction.h"

namespace synapsor::ledger {

using Operation = std::function<Status(Tx&)>;

class GroupCommit {
 public:
  // All owned by the caller; `store` is used to connect anew when the connection was lost.
  GroupCommit(Store& store, std::unique_ptr<Session> session, const Clock& clock)
      : store_(store), session_(std::move(session)), clock_(clock) {}

  // Returns when the operation is on the disk or has failed. Relaxed operations promise order, not durability; they are
  // durable as soon as any later durable one is.
  Status Run(const Operation& operation, Access access = Access::kWrite);

  // Reads over the writing connection of an in-process store if nobody writes just now, and says whether it did. Its pages are those of the last
  // commit of this process, while a connection that only reads finds its own out of date after every commit.
  using ReadOperation = std::function<void(Session&)>;
  bool TryRead(const ReadOperation& read);

 private:
  // What one thread waits on. Shared with whoever wakes it, who may still be inside Set when the woken thread has ended.
  class Signal {
   public:
    void Set();
    void Wait();

   private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool set_ = false;
  };
  struct Member {
    const Operation* operation;
    Access access;
    std::shared_ptr<Signal> woken;
    Status status;
    bool done = false;  // else woken to lead
  };

  void Lead();
  void Gather(std::unique_lock<std::mutex>& lock);
  // The end of a lead: the first that waits is next. `lock` is held, and is free afterwards.
  void HandOver(std::unique_lock<std::mutex>& lock);
  void Execute(const std::vector<Member*>& members);
  // What became of one transaction.
  struct Outcome {
    enum Kind {
      kEnded,    // stored if the status is good, else rolled back or never begun
      kLost,     // the connection went, and nothing was stored
      kUnknown,  // COMMIT was not answered and the store stays away: running again could double the effect
    } kind;
    Status status;
  };
  Outcome Attempt(std::span<Member* const> members);
  // Once more after a lost connection.
  Outcome AttemptTwice(std::span<Member* const> members);
  // Whether the transaction that ended with this event was stored. An error: the store stays away.
  Result<bool> WasStored(std::int64_t sequence, const std::string& hash);
  Status Reconnect();

  Store& store_;
  std::unique_ptr<Session> session_;  // used by the leader only
  const Clock& clock_;

  std::mutex mutex_;
  std::vector<Member*> queue_;
  bool leading_ = false;  // somebody runs a transaction, gathers for one, or was woken to
  std::condition_variable gathered_;
  std::size_t awaited_ = 0;                       // the queue that ends the gathering; 0: nobody gathers
  std::size_t together_ = 1;                      // callers of the last transaction and those that came meanwhile
  std::chrono::steady_clock::duration commit_{};  // how long transactions take, a moving mean
};

}  // namespace synapsor::ledger
