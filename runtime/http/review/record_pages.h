// What was read and what was called: the pages of evidence and of runs.
#pragma once

#include <string>
#include <vector>

#include "runtime/http/review/layout.h"
#include "runtime/ledger/ledger.h"

namespace synapsor::http::review {

std::string RenderEvidence(const session::LoginSession& login, const ledger::Evidence& evidence);

struct RunPage {
  const session::LoginSession& login;
  ledger::Run run;
  std::string result_json;  // what the caller got, with its handles
  std::vector<ledger::Run> steps;
  std::vector<ledger::QueryAudit> audits;
  std::vector<ledger::Event> events;
};

std::string RenderRun(const RunPage& page);

}  // namespace synapsor::http::review
