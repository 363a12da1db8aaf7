#include "runtime/ledger/group_commit.h"

#include <algorithm>

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
  bool in_commit = false;
  const Status together = Attempt(members, in_commit);
  if (together || in_commit || members.size() == 1) {
    for (Member* member : members) member->status = together;
    return;
  }
  for (Member* const& member : members) {
    member->status = Attempt(std::span(&member, 1), in_commit);
  }
}

Status GroupCommit::Attempt(std::span<Member* const> members, bool& in_commit) {
  in_commit = false;
  SYN_RETURN_IF_ERROR(Reconnect());
  const bool durable = std::any_of(members.begin(), members.end(),
                                   [](const Member* m) { return m->access == Access::kWrite; });
  SYN_RETURN_IF_ERROR(session_->Begin(durable ? Access::kWrite : Access::kRelaxedWrite));
  const auto filled = [&]() -> Status {
    SYN_ASSIGN_OR_RETURN(Tx tx, Tx::Open(*session_, clock_));
    for (Member* member : members) SYN_RETURN_IF_ERROR((*member->operation)(tx));
    return tx.Close();
  }();
  if (!filled) {
    session_->Rollback();
    return filled;
  }
  const Status committed = session_->Commit();
  if (!committed) {
    in_commit = session_->commit_unknown();
    session_->Rollback();
  }
  return committed;
}

Status GroupCommit::Reconnect() {
  if (session_ != nullptr && session_->healthy()) return {};
  SYN_ASSIGN_OR_RETURN(session_, store_.Connect());
  return {};
}

}  // namespace synapsor::ledger
