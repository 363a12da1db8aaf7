// The durable record of everything that happened: runs, evidence, query audit, proposals, decisions, jobs, receipts, and
// a hash-chained event for each change. Each method is one durable transaction. Decides atomicity and order;
// the rules of the lifecycle (who may approve, which move is allowed) are in runtime/proposal and are evaluated
// inside the transaction through the functions given.
//
// Thread-safe. Calls of several threads share commits.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/clock.h"
#include "runtime/base/result.h"
#include "runtime/ledger/records.h"
#include "runtime/ledger/retention.h"
#include "runtime/ledger/settlement.h"

namespace synapsor::ledger {

// All that one capability call leaves behind; ids are assigned by the ledger.
struct CallRecord {
  Run run;
  std::optional<Evidence> evidence;
  std::vector<QueryAudit> audits;
  std::optional<Proposal> proposal;  // hash is computed by the ledger once ids are known
};

enum class RecordProblem {
  kNone,
  kOpenProposalExists,  // another open proposal for the same tenant, table and key: `existing`
  kStepExists,          // same run and step key, same arguments: `existing_run` is the stored step
  kStepDiffers,         // same run and step key, other arguments
};

// With a problem nothing is recorded.
struct RecordedCall {
  RunId run = 0;
  EvidenceId evidence = 0;
  ProposalId proposal = 0;
  RecordProblem problem = RecordProblem::kNone;
  ProposalId existing = 0;
  RunId existing_run = 0;
};

struct ProposalView {
  Proposal proposal;
  ProposalState state = ProposalState::kPendingReview;
  std::vector<Decision> decisions;
  std::vector<Receipt> receipts;
};

struct ProposalFilter {
  std::optional<ProposalState> state;
  std::string tenant, capability, principal, object;  // empty: any
  std::optional<std::vector<std::string>> tenants;    // only these; an empty list matches nothing
  std::optional<Instant> since, until;                // made at or after, made before
  ProposalId before_id = 0;                           // paging: ids below it; 0: from the newest
  std::optional<ProposalId> after_id;                 // paging upwards: the lowest ids above it; not with before_id
  int limit = 50;
};

// How many proposals there are in a state. `more`: counting stopped at `count`.
struct StateCount {
  ProposalState state = ProposalState::kPendingReview;
  std::int64_t count = 0;
  bool more = false;
};

// What a rule says to a decision, given the proposal as it stands inside the transaction and the time on the ledger's clock.
struct Verdict {
  bool accepted = false;
  std::string refusal_code, refusal_message;  // when not accepted
  ProposalState next = ProposalState::kPendingReview;
  bool enqueue_job = false;
};
using DecisionRule = std::function<Verdict(const ProposalView&, Instant now)>;

// What a runner asks for and gets. An empty list of sources means any; jobs of disabled sources are passed over.
struct ClaimRequest {
  std::string runner;
  int lease_seconds = 60;
  std::vector<std::string> sources;
  int limit = 1;  // 0: nothing is claimed
};
struct ClaimedJob {
  Job job;
  std::optional<ProposalView> view;  // as the claim left it; nothing when the job was set aside: see `job.tampered`
  bool intended = false;             // an attempt was stated before: see RecordIntent
};
struct JobReport {
  Job job;
  Receipt receipt;
};
struct JobExchange {
  std::vector<bool> stored;  // for each report, as CompleteJob says
  std::vector<ClaimedJob> claimed;
};

struct ChainReport {
  bool intact = true;
  std::int64_t events = 0;
  std::int64_t first_bad_sequence = 0;
  std::string problem;  // what is wrong, with the record it concerns
  std::string head;     // hash of the last event: keep it elsewhere to be able to show later that nothing was cut
};

class Ledger {
 public:
  virtual ~Ledger() = default;

  // sha256 over the values with this ledger's own random salt: equal values give equal fingerprints in one
  // ledger, and nobody without the salt can test a guess. For QueryAudit::parameters_fingerprint.
  virtual std::string FingerprintParameters(std::span<const Scalar> values) const = 0;

  virtual Result<RecordedCall> RecordCall(CallRecord record) = 0;
  virtual Result<RunId> StartRun(Run run) = 0;

  virtual Result<std::optional<Run>> FindRun(RunId id) = 0;
  virtual Result<std::vector<Run>> Steps(RunId parent) = 0;
  virtual Result<std::optional<Run>> FindStep(RunId parent, std::string_view step_key) = 0;
  virtual Result<std::optional<Evidence>> FindEvidence(EvidenceId id) = 0;
  virtual Result<std::vector<QueryAudit>> AuditsOf(RunId run) = 0;
  virtual Result<std::optional<ProposalView>> FindProposal(ProposalId id) = 0;
  // Newest first, whichever way they were paged.
  virtual Result<std::vector<ProposalView>> ListProposals(const ProposalFilter& filter) = 0;
  // One entry a state, in the order of ProposalState. Ignores the filter's state, paging and limit; counts up to `most` a state.
  virtual Result<std::vector<StateCount>> CountProposals(const ProposalFilter& filter, int most) = 0;
  virtual Result<std::vector<Event>> EventsOf(std::string_view subject) = 0;

  // Reads the proposal, asks `rule`, and on acceptance stores the decision, the new state, the job and the events.
  virtual Result<Verdict> Decide(Decision decision, const DecisionRule& rule) = 0;

  // Reads the proposals and what the policy approved today, asks `rule`, and stores what it says about all of them: limits
  // are counted in the transaction that approves.
  virtual Result<SettlementVerdict> Settle(SettlementRequest request, const SettlementRule& rule) = 0;

  // The oldest job that is ready or whose lease has run out, leased to `runner`; nothing when there is none. Jobs of
  // disabled sources are passed over. An empty list of sources means any. A job whose rows are not what was recorded is not
  // leased: it comes with `tampered` and without a lease, once an hour, and nothing is to be done about it here.
  virtual Result<std::optional<Job>> ClaimJob(const std::string& runner, int lease_seconds,
                                              const std::vector<std::string>& sources) = 0;
  // False when the lease is no longer held.
  virtual Result<bool> Heartbeat(const Job& job, int lease_seconds) = 0;
  // Ledger-intent mode: states durably that the effect is about to be attempted. False when the lease is lost.
  virtual Result<bool> RecordIntent(const Job& job) = 0;
  virtual Result<bool> HasIntent(const Job& job) = 0;
  // Stores the receipt and the proposal's final state; idempotent for equal receipts of one job. False when the lease
  // was lost to another runner that already reported something else.
  virtual Result<bool> CompleteJob(const Job& job, Receipt receipt) = 0;
  // Reports (no job twice) and claims in one commit: what a runner that carries out many changes does once a round. The rows of the
  // claimed jobs were verified as VerifyProposal does.
  virtual Result<JobExchange> ExchangeJobs(const std::vector<JobReport>& reports, const ClaimRequest& request) = 0;
  // Gives a job back untouched, to be claimed again after `delay_seconds`. `withdraw_intent`: the intent was stated under
  // this lease, and it is known that nothing came of it.
  virtual Status ReleaseJob(const Job& job, int delay_seconds, bool withdraw_intent) = 0;
  virtual Result<std::optional<Job>> FindJob(ProposalId proposal) = 0;
  // Operator's classification of a reconciliation_required proposal: applied, conflict or failed.
  virtual Result<Verdict> Reconcile(ProposalId proposal, ProposalState outcome, const std::string& subject,
                                    const std::string& reason) = 0;

  virtual Status SetSourceDisabled(const std::string& source, bool disabled, const std::string& actor) = 0;
  virtual Result<bool> IsSourceDisabled(const std::string& source) = 0;

  // What the rule would remove now; changes nothing.
  virtual Result<RetentionCount> CountDue(const RetentionRule& rule) = 0;
  // One bounded transaction of a pass over what the rule lets go. Call again with the same cursor until finished; a process
  // that ends in between loses nothing. Several may run at once.
  virtual Result<RetentionStep> RemoveDue(const RetentionRule& rule, RetentionCursor& cursor) = 0;

  // Pending proposals whose time is over become expired. Returns how many.
  virtual Result<int> ExpireProposals() = 0;

  // Walks the whole chain and every record it names. `expected_head`, if not empty, is the head hash that somebody
  // noted down elsewhere: it must occur in the chain, which shows that no tail was cut off behind it.
  virtual Result<ChainReport> VerifyChain(std::string_view expected_head = {}) = 0;
  // The same for one proposal, its decisions and its job only: what the trusted runner asks before it applies. Cost
  // does not depend on the size of the ledger. `problem` is empty when every row is as the events say.
  virtual Result<ChainReport> VerifyProposal(ProposalId id) = 0;
};

// `location` is "sqlite:PATH" (made if missing, migrated if older, refused if newer), the URL of a PostgreSQL ledger, or
// "env:NAME" of a variable that holds such a URL. `clock` outlives the ledger. Leases and events of a PostgreSQL
// ledger go by the server's clock, so that runners whose clocks differ agree.
Result<std::unique_ptr<Ledger>> Open(const std::string& location, const Clock& clock);

}  // namespace synapsor::ledger
