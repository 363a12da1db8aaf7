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
  std::vector<ledger::ProposalView> proposals;
  bool is_first = true;
  ledger::ProposalId older_than = 0;   // there are more below this one; 0: there are none
  Instant now;
};

std::string RenderInbox(const InboxPage& page);

}  // namespace synapsor::http::review
