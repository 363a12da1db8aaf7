// One write transaction on the ledger: the head of the chain, the next ids, and the appending of events. A transaction
// may carry the operations of several callers.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/clock.h"
#include "runtime/base/result.h"
#include "runtime/ledger/records.h"
#include "runtime/ledger/session.h"

namespace synapsor::ledger {

struct Head {
  std::int64_t sequence = 0;
  std::string hash, salt, ledger_id;
  std::int64_t run = 0, evidence = 0, proposal = 0, decision = 0, job = 0, receipt = 0;
};

// A record that an event stands for: its table, its id and the digest over its columns.
struct RecordRef {
  std::string_view table;
  std::int64_t id = 0;
  std::string digest;
};
// The state of something that changes, after the event: what its row must say until the next event.
struct StateRef {
  std::string_view table;
  std::string id;
  std::string state;
};

// A row that loses its content: the digest over its columns as they were, and as they are left.
struct RemovalRef {
  std::string_view table;
  std::int64_t id = 0;
  std::string digest, remaining;
};

// What an event says; `facts` are canonical JSON members ("\"code\":\"X\"") for people, in sorted order.
struct NewEvent {
  std::string_view kind;
  std::string subject;
  std::string_view actor, tenant;
  std::vector<RecordRef> records;
  std::vector<StateRef> states;
  std::vector<std::pair<std::string_view, std::string>> facts;
  std::vector<RemovalRef> removals;
};

// Hash of an event that follows `previous`.
std::string HashEvent(std::string_view previous, const Event& event);

class Tx {
 public:
  // Reads (and on a shared store locks) the head. `session` is inside a write transaction.
  static Result<Tx> Open(Session& session, const Clock& clock);

  Status Append(NewEvent event);
  // Writes the head back, if anything was appended.
  Status Close();

  Session& session() { return session_; }
  Head& head() { return head_; }
  Instant now() const { return now_; }

 private:
  Tx(Session& session, Head head, Instant now)
      : session_(session), head_(std::move(head)), now_(now), stored_sequence_(head_.sequence) {}

  Session& session_;
  Head head_;
  Instant now_;
  std::int64_t stored_sequence_;
};

// Digest over the columns of a row: each with its length, so that no two different rows run together.
std::string RowDigest(std::span<const Cell> cells);
std::string RowDigest(Params columns);

}  // namespace synapsor::ledger
