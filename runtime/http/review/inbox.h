// The list of proposals with its filters. What a reviewer may see is decided before; this page shows what it is given.
#pragma once

#include <string>
#include <vector>

#include "runtime/bundle/bundle.h"
#include "runtime/http/review/layout.h"
#include "runtime/ledger/ledger.h"

namespace synapsor::http::review {

// As entered; empty means any.
struct InboxQuery {
  std::string state, tenant, object, capability, principal, from, until;
};

struct InboxPage {
  const session::LoginSession& login;
  const bundle::Bundle& bundle;
  InboxQuery query;
  std::vector<FieldError> errors;
  std::vector<ledger::StateCount> counts;  // of what the other filters let through
  std::vector<ledger::ProposalView> proposals;
  bool has_newer = false, has_older = false;
  Instant now;
};

std::string RenderInbox(const InboxPage& page);

}  // namespace synapsor::http::review
