// One proposal, with everything that a decision on it needs. Decides how it is told; who may decide is decided in
// runtime/proposal, whether the bundle still is the one of the proposal by whoever fills this in.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/bundle/bundle.h"
#include "runtime/http/review/layout.h"
#include "runtime/ledger/ledger.h"

namespace synapsor::http::review {

struct ProposalPage {
  const session::LoginSession& login;
  const bundle::Bundle& bundle;
  const ledger::ProposalView& view;
  // The plan that made this proposal; null when the loaded bundle is another one.
  const bundle::Capability* plan = nullptr;
  std::optional<ledger::Evidence> evidence;
  std::vector<ledger::Event> events;
  ledger::ChainReport integrity;
  Instant now;
  std::string done;     // what this reviewer just did: approve, reject, or empty
  std::string refused;  // why a decision was not taken, or empty
  std::vector<FieldError> errors;
  std::string reason;  // as entered before
};

std::string RenderProposal(const ProposalPage& page);

// Why this reviewer cannot decide now, in words for them; empty when they can.
std::string WhyNotDecide(const ProposalPage& page);

// The parts, a file each.
Html RowDiff(const ProposalPage& page);
Html EvidenceItems(const ledger::Evidence& evidence);
Html ObservedColumns(const ledger::Proposal& proposal);
Html StatementThatRuns(const ProposalPage& page);
Html ApprovalRule(const ProposalPage& page);
// What the settlement policies in scope say to these values; empty when there are none, or nothing is left to decide.
Html Policies(const ProposalPage& page);
Html DecisionForm(const ProposalPage& page);
Html Timeline(const std::vector<ledger::Event>& events);
Html Receipts(const std::vector<ledger::Receipt>& receipts);

}  // namespace synapsor::http::review
