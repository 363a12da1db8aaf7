#include "runtime/ledger/group_commit.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

namespace synapsor::ledger {

void GroupCommit::Signal::Set() {
  {
    const std::lock_guard lock(mutex_);
    set_ = true;
  }
  changed_.notify_one();
}

void GroupCommit::Signal::Wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return set_; });
  set_ = false;
}

Status GroupCommit::Run(const Operation& operation, Access access) {
  thread_local const auto woken = std::make_shared<Signal>();
  Member self{&operation, access, woken, {}, false};
  std::unique_lock lock(mutex_);
  queue_.push_back(&self);
  if (awaited_ != 0 && queue_.size() >= awaited_) gathered_.notify_one();
  const bool wait = std::exchange(leading_, true);
  lock.unlock();
  if (wait) woken->Wait();
  if (!self.done) Lead();
  return std::move(self.status);
}

bool GroupCommit::TryRead(const ReadOperation& read) {
  std::unique_lock lock(mutex_);
  if (leading_ || !queue_.empty() || session_ == nullptr || !session_->in_process()) return false;
  leading_ = true;
  lock.unlock();
  const bool begun = session_->Begin(Access::kRead).has_value();
  if (begun) {
    read(*session_);
    session_->Rollback();
  }
  lock.lock();
  HandOver(lock);
  return begun;
}

void GroupCommit::Lead() {
  std::vector<Member*> members;
  std::unique_lock lock(mutex_);
  Gather(lock);
  members.swap(queue_);
  lock.unlock();
  const auto start = std::chrono::steady_clock::now();
  Execute(members);
  const auto taken = std::chrono::steady_clock::now() - start;
  lock.lock();
  together_ = members.size() + queue_.size();
  commit_ += (taken - commit_) / 4;
  HandOver(lock);
  // The leader is the first of its members. A served one may be gone as soon as it is signalled.
  for (Member* member : std::span(members).subspan(1)) {
    const auto woken = member->woken;
    member->done = true;
    woken->Set();
  }
  members.front()->done = true;
}

void GroupCommit::Gather(std::unique_lock<std::mutex>& lock) {
  // Below this, a commit is over sooner than the others can come.
  constexpr std::chrono::microseconds kLongCommit{200};
  if (commit_ < kLongCommit || queue_.size() >= together_) return;
  awaited_ = together_;
  gathered_.wait_for(lock, commit_ / 2, [&] { return queue_.size() >= awaited_; });
  awaited_ = 0;
}

void GroupCommit::HandOver(std::unique_lock<std::mutex>& lock) {
  leading_ = !queue_.empty();
  const auto next = leading_ ? queue_.front()->woken : nullptr;
  lock.unlock();
  if (next) next->Set();
}

void GroupCommit::Execute(const std::vector<Member*>& members) {
  const Outcome together = AttemptTwice(members);
  if (together.status || together.kind == Outcome::kUnknown || members.size() == 1) {
    for (Member* member : members) member->status = together.status;
    return;
  }
  for (Member* const& member : members) member->status = AttemptTwice(std::span(&member, 1)).status;
}

GroupCommit::Outcome GroupCommit::AttemptTwice(std::span<Member* const> members) {
  Outcome outcome = Attempt(members);
  if (outcome.kind == Outcome::kLost) outcome = Attempt(members);
  return outcome;
}

GroupCommit::Outcome GroupCommit::Attempt(std::span<Member* const> members) {
  if (const Status connected = Reconnect(); !connected) return {Outcome::kEnded, connected};
  const auto ended = [&](Status status) {
    const bool lost = !status && !session_->healthy();
    return Outcome{lost ? Outcome::kLost : Outcome::kEnded, std::move(status)};
  };
  const bool durable =
      std::any_of(members.begin(), members.end(), [](const Member* m) { return m->access == Access::kWrite; });
  if (Status begun = session_->Begin(durable ? Access::kWrite : Access::kRelaxedWrite); !begun) return ended(begun);
  std::string hash;
  std::int64_t sequence = 0;
  Status filled = [&]() -> Status {
    SYN_ASSIGN_OR_RETURN(Tx tx, Tx::Open(*session_, clock_));
    for (Member* member : members) SYN_RETURN_IF_ERROR((*member->operation)(tx));
    hash = tx.head().hash;
    sequence = tx.head().sequence;
    return tx.Close();
  }();
  if (!filled) {
    session_->Rollback();
    return ended(std::move(filled));
  }
  Status committed = session_->Commit();
  if (committed) return {Outcome::kEnded, {}};
  if (!session_->commit_unknown()) {
    session_->Rollback();
    return ended(std::move(committed));
  }
  const auto stored = WasStored(sequence, hash);
  if (!stored) return {Outcome::kUnknown, std::move(committed)};
  if (*stored) return {Outcome::kEnded, {}};
  return {Outcome::kLost, std::move(committed)};
}

// Waits on the head for a transaction that may still be ending, then looks for its last event: nobody else can have
// written one with this hash.
Result<bool> GroupCommit::WasStored(std::int64_t sequence, const std::string& hash) {
  constexpr int kTries = 5;
  constexpr std::chrono::milliseconds kPause{200};
  Status failure;
  for (int i = 0; i < kTries; ++i) {
    if (i > 0) std::this_thread::sleep_for(kPause);
    failure = Reconnect();
    if (!failure) continue;
    auto stored = [&]() -> Result<bool> {
      SYN_RETURN_IF_ERROR(session_->Begin(Access::kWrite));
      SYN_ASSIGN_OR_RETURN(const Tx tx, Tx::Open(*session_, clock_));
      SYN_ASSIGN_OR_RETURN(const Rows rows, session_->Get("SELECT hash FROM events WHERE sequence = $1", {sequence}));
      return !rows.empty() && rows[0][0].text == hash;
    }();
    session_->Rollback();
    if (stored) return stored;
    failure = tl::unexpected(stored.error());
  }
  return tl::unexpected(failure.error());
}

Status GroupCommit::Reconnect() {
  if (session_ != nullptr && session_->healthy()) return {};
  SYN_ASSIGN_OR_RETURN(session_, store_.Connect());
  return {};
}

}  // namespace synapsor::ledger
