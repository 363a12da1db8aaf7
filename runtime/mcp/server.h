// Methods of the protocol, over the service: which revision a message speaks, what each method answers. Transports
// (stdio.h, HTTP) bring messages and carry answers away.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/mcp/message.h"
#include "runtime/mcp/revision.h"
#include "runtime/mcp/service.h"

namespace synapsor::mcp {

// What a legacy peer has agreed on: one a stdio process or HTTP session. Modern requests leave it alone.
struct PeerState {
  const Revision* negotiated = nullptr;
};

// An answer's text; `error_code` is 0 for results.
struct Reply {
  std::string text;
  int error_code = 0;
  bool about_envelope = false;
};

// Sends a notification that belongs to the request being answered.
using Notify = std::function<void(std::string_view text)>;

// True for methods that reach a database or the ledger; transports answer them off their reading thread.
bool IsSlow(const Message& message);

// The reply, or nothing for notifications and for subscriptions, which stay open. `peer` is only touched by initialize, which transports handle in
// order. Thread-safe for distinct messages.
std::optional<Reply> Answer(Service& service, const Message& message, PeerState& peer, const Caller& caller,
                            const Notify& notify);

}  // namespace synapsor::mcp
