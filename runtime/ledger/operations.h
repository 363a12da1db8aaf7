// What the ledger does, over a transaction or a reading session, for any store. Which rows exist, which events say so and
// in which order; the text of the SQL is in the .cc files beside it, a file a subject.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/ledger/ledger.h"
#include "runtime/ledger/proposal_rows.h"
#include "runtime/ledger/session.h"
#include "runtime/ledger/transaction.h"

namespace synapsor::ledger {

// calls.cc
// Puts ids, and the ledger's time where none is given, into `record`; may be run again after a rollback.
Result<RecordedCall> InsertCall(Tx& tx, CallRecord& record);
Result<RunId> InsertRun(Tx& tx, Run run);

// proposals.cc
Result<Verdict> InsertDecision(Tx& tx, Decision decision, const DecisionRule& rule);
Result<Verdict> InsertReconciliation(Tx& tx, ProposalId id, ProposalState outcome, const std::string& subject,
                                     const std::string& reason);
Result<int> ExpireDue(Tx& tx);
// Moves a proposal and says so in an event. `actor` is who did it.
Status MoveProposal(Tx& tx, ProposalId id, ProposalState to, std::string_view actor, std::string_view tenant,
                    NewEvent event);

// settlements.cc
Result<SettlementVerdict> InsertSettlement(Tx& tx, const SettlementRequest& request, const SettlementRule& rule);

// jobs.cc
Status InsertJob(Tx& tx, const Proposal& proposal);
Result<std::vector<ClaimedJob>> LeaseJobs(Tx& tx, const ClaimRequest& request);
Result<bool> ExtendLease(Tx& tx, const Job& job, int lease_seconds);
Result<bool> MarkIntent(Tx& tx, const Job& job);
Result<std::vector<bool>> FinishJobs(Tx& tx, const std::vector<JobReport>& reports);
Status UnleaseJob(Tx& tx, const Job& job, int delay_seconds, bool withdraw_intent);
Status SwitchSource(Tx& tx, const std::string& source, bool disabled, const std::string& actor);

// retention.cc: what a step looks at, found in a reading session, then examined again and removed in a transaction
struct RetentionBatch {
  std::vector<std::int64_t> ids;
  bool deferred = false;  // passed over before; otherwise new, and looked through to `upto`
  std::int64_t upto = 0;
  bool last = false;  // nothing lies beyond `upto`
};
Result<RetentionBatch> FindRetentionBatch(Session& session, const RetentionRule& rule, RetentionCursor& cursor);
Result<RetentionStep> RemoveBatch(Tx& tx, const RetentionRule& rule, const RetentionBatch& batch,
                                  const RetentionCursor& cursor);
Result<RetentionCount> CountRetention(Session& session, const RetentionRule& rule, Instant now);

// reads.cc: inside a read or write transaction of `session`
Result<std::optional<Run>> ReadRun(Session& session, RunId id);
Result<std::vector<Run>> ReadSteps(Session& session, RunId parent);
Result<std::optional<Run>> ReadStep(Session& session, RunId parent, std::string_view step_key);
Result<std::optional<Evidence>> ReadEvidence(Session& session, EvidenceId id);
Result<std::vector<QueryAudit>> ReadAudits(Session& session, RunId run);
Result<std::vector<Event>> ReadEvents(Session& session, std::string_view subject);
Result<std::optional<Job>> ReadJob(Session& session, ProposalId proposal);
Result<bool> ReadIntent(Session& session, std::int64_t job);
Result<bool> ReadDisabled(Session& session, const std::string& source);

// proposal_reads.cc: inside a read or write transaction of `session`
Result<std::optional<ProposalView>> ReadProposal(Session& session, ProposalId id);
Result<std::vector<ProposalView>> ReadProposals(Session& session, const ProposalFilter& filter);
Result<std::vector<StateCount>> ReadCounts(Session& session, const ProposalFilter& filter, int most);

// verify.cc, verify_proposal.cc
Result<ChainReport> VerifyAll(Session& session, std::string_view expected_head);
Result<ChainReport> VerifyOne(Session& session, ProposalId id);
// The same for several whose rows are there already: one report each.
Result<std::vector<ChainReport>> VerifyProposals(Session& session, std::span<const ProposalRows> all);

// Key of a row as text that a store can hold and a person can search for.
std::string ObjectText(const Scalar& key);

}  // namespace synapsor::ledger
