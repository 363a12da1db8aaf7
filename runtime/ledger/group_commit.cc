#include "runtime/ledger/group_commit.h"

#include <algorithm>
#include <chrono>
#include <thread>

namespace synapsor::ledger {

Status GroupCommit::Run(const Operation& operation, Access access) {
  Member self{&operation, access, {}, false};
  std::unique_lock lock(mutex_);
  queue_.push_back(&self);
  changed_.wait(lock, [&] { return self.done || !leading_; });
  if (!self.done) Lead(lock);
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
  leading_ = false;
  if (!queue_.empty()) changed_.notify_all();
  return begun;
}

void GroupCommit::Lead(std::unique_lock<std::mutex>& lock) {
  leading_ = true;
  std::vector<Member*> members;
  members.swap(queue_);
  lock.unlock();
  Execute(members);
  lock.lock();
  for (Member* member : members) member->done = true;
  leading_ = false;
  if (members.size() > 1 || !queue_.empty()) changed_.notify_all();
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
