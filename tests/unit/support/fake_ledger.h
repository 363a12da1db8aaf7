// A ledger in memory that can be told to fail: for tests of what happens around it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "runtime/ledger/ledger.h"

namespace synapsor::test {

class FakeLedger : public ledger::Ledger {
 public:
  bool away = false;                        // every call fails
  bool record_fails = false;                // only RecordCall fails
  std::vector<ledger::CallRecord> records;  // what was recorded

  std::string FingerprintParameters(std::span<const Scalar> values) const override {
    return std::to_string(values.size());
  }
  Result<ledger::RecordedCall> RecordCall(ledger::CallRecord record) override {
    if (away || record_fails) return Away();
    records.push_back(std::move(record));
    ledger::RecordedCall recorded;
    recorded.run = static_cast<ledger::RunId>(records.size());
    if (records.back().evidence) recorded.evidence = recorded.run;
    if (records.back().proposal) recorded.proposal = recorded.run;
    return recorded;
  }
  Result<ledger::RunId> StartRun(ledger::Run) override { return Away(); }
  Result<std::optional<ledger::Run>> FindRun(ledger::RunId) override { return Nothing<ledger::Run>(); }
  Result<std::vector<ledger::Run>> Steps(ledger::RunId) override { return std::vector<ledger::Run>(); }
  Result<std::optional<ledger::Run>> FindStep(ledger::RunId, std::string_view) override {
    return Nothing<ledger::Run>();
  }
  Result<std::optional<ledger::Evidence>> FindEvidence(ledger::EvidenceId) override {
    return Nothing<ledger::Evidence>();
  }
  Result<std::vector<ledger::QueryAudit>> AuditsOf(ledger::RunId) override { return std::vector<ledger::QueryAudit>(); }
  Result<std::optional<ledger::ProposalView>> FindProposal(ledger::ProposalId) override {
    return Nothing<ledger::ProposalView>();
  }
  Result<std::vector<ledger::ProposalView>> ListProposals(const ledger::ProposalFilter&) override {
    return std::vector<ledger::ProposalView>();
  }
  Result<std::vector<ledger::StateCount>> CountProposals(const ledger::ProposalFilter&, int) override {
    return std::vector<ledger::StateCount>();
  }
  Result<std::vector<ledger::Event>> EventsOf(std::string_view) override { return std::vector<ledger::Event>(); }
  Result<ledger::Verdict> Decide(ledger::Decision, const ledger::DecisionRule&) override { return Away(); }
  Result<ledger::RetentionCount> CountDue(const ledger::RetentionRule&) override { return Away(); }
  Result<ledger::RetentionStep> RemoveDue(const ledger::RetentionRule&, ledger::RetentionCursor&) override {
    return Away();
  }
  Result<ledger::SettlementVerdict> Settle(ledger::SettlementRequest, const ledger::SettlementRule&) override {
    return Away();
  }
  Result<std::optional<ledger::Job>> ClaimJob(const std::string&, int, const std::vector<std::string>&) override {
    return Nothing<ledger::Job>();
  }
  Result<bool> Heartbeat(const ledger::Job&, int) override { return false; }
  Result<bool> RecordIntent(const ledger::Job&) override { return false; }
  Result<bool> HasIntent(const ledger::Job&) override { return false; }
  Result<ledger::JobExchange> ExchangeJobs(const std::vector<ledger::JobReport>&,
                                           const ledger::ClaimRequest&) override {
    return Away();
  }
  Result<bool> CompleteJob(const ledger::Job&, ledger::Receipt) override { return false; }
  Status ReleaseJob(const ledger::Job&, int, bool) override { return {}; }
  Result<std::optional<ledger::Job>> FindJob(ledger::ProposalId) override { return Nothing<ledger::Job>(); }
  Result<ledger::Verdict> Reconcile(ledger::ProposalId, ledger::ProposalState, const std::string&,
                                    const std::string&) override {
    return Away();
  }
  Status SetSourceDisabled(const std::string&, bool, const std::string&) override { return {}; }
  Result<bool> IsSourceDisabled(const std::string&) override {
    if (away) return Away();
    return false;
  }
  Result<int> ExpireProposals() override { return 0; }
  Result<ledger::ChainReport> VerifyChain(std::string_view) override { return ledger::ChainReport{}; }
  Result<ledger::ChainReport> VerifyProposal(ledger::ProposalId) override { return ledger::ChainReport{}; }

 private:
  static tl::unexpected<Error> Away() { return Fail(ErrorKind::kUnavailable, "disk full on /secret/path"); }
  template <typename T>
  Result<std::optional<T>> Nothing() const {
    if (away) return Away();
    return std::optional<T>();
  }
};

}  // namespace synapsor::test
