// Runs one capability call: checks the arguments, binds trusted values, reads under one snapshot, records evidence, and
// for proposals computes the exact change. Never writes to a source database.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/clock.h"
#include "runtime/bundle/bundle.h"
#include "runtime/config/config.h"
#include "runtime/db/database.h"
#include "runtime/ledger/ledger.h"
#include "runtime/session/session.h"

namespace synapsor::interp {

// The third channel: the runtime says no. Codes are stable; messages are our own text and never hold a value of a row, a
// trusted value, a table or a column name beyond the slots that the DDL shows.
struct Refusal {
  std::string code;    // INVALID_ARGUMENT, NOT_FOUND_IN_TENANT, TARGET_OUTSIDE_CONTEXT, PROPOSAL_ALREADY_EXISTS, …
  std::string detail;  // a narrower code, or empty: MODEL_CANNOT_OVERRIDE_BINDING, TIMEOUT, LEDGER
  std::string message;
  std::string argument;  // the ARG concerned, or empty
  bool retryable = false;
};

struct CallOptions {
  std::string workflow;   // empty: outside a workflow
  ledger::RunId run = 0;  // agent run that this is a step of
  std::string step_key;
  std::string mode;          // "", read_only, propose_only
  std::string request_id;    // for the operator's log
  bool auto_branch = false;  // ask for a review branch; a workflow's AUTO BRANCH cannot be taken back by it
};

struct Outcome {
  std::optional<Refusal> refusal;
  std::shared_ptr<const nlohmann::json> envelope;  // what the caller gets: documented in docs/envelope.md
  ledger::RunId run = 0;  // 0 when nothing was recorded: the call was refused before it reached a database
  ledger::EvidenceId evidence = 0;
  ledger::ProposalId proposal = 0;
};

// Readers by source name. Owned by the caller, outlives the runtime.
using Readers = std::map<std::string, std::unique_ptr<db::Database>, std::less<>>;

// Where the words of databases and the ledger go: the operator's log, never a caller. Called from any thread.
using LogSink = std::function<void(const std::string& line)>;

class CallPlans;
class Entitlements;

// Thread-safe; immutable but for the ledger and the pools it points to. Everything given outlives it.
class Runtime {
 public:
  // Without a sink, lines go to stderr.
  Runtime(const bundle::Bundle& bundle, const config::Config& config, const Readers& readers, ledger::Ledger& ledger,
          const Clock& clock, LogSink log = {});
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  // An error means that this program could not do its job (ledger or database away is a refusal TEMPORARILY_UNAVAILABLE
  // whose cause goes to the log); everything the caller did wrong is a refusal inside the outcome. Whatever reached a
  // database is durable in the ledger before this returns.
  Result<Outcome> Invoke(std::string_view capability, const nlohmann::json& arguments, const session::Session& session,
                         const CallOptions& options);

  const bundle::Bundle& bundle() const { return bundle_; }
  ledger::Ledger& ledger() const { return ledger_; }
  // Who may use which workflow; Invoke holds every call to it.
  const Entitlements& entitlements() const { return *entitlements_; }

 private:
  const bundle::Bundle& bundle_;
  const config::Config& config_;
  const Readers& readers_;
  ledger::Ledger& ledger_;
  const Clock& clock_;
  LogSink log_;
  std::unique_ptr<CallPlans> plans_;
  std::unique_ptr<const Entitlements> entitlements_;
};

}  // namespace synapsor::interp
