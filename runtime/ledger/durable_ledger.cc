#include "runtime/ledger/durable_ledger.h"

#include <optional>
#include <utility>

#include "runtime/base/digest.h"
#include "runtime/ledger/operations.h"

namespace synapsor::ledger {
namespace {

// On the store's clock.
Result<Instant> TimeOf(Session& session, const Clock& clock) {
  if (session.server_time() == "0") return clock.Now();
  SYN_ASSIGN_OR_RETURN(const Rows rows, session.Get("SELECT " + std::string(session.server_time())));
  return Instant{rows[0][0].number};
}

class DurableLedger : public Ledger {
 public:
  DurableLedger(std::unique_ptr<Store> store, std::unique_ptr<Session> writer, std::string salt, const Clock& clock)
      : store_(std::move(store)), salt_(std::move(salt)), clock_(clock), writes_(*store_, std::move(writer), clock) {}

  std::string FingerprintParameters(std::span<const Scalar> values) const override {
    std::string text = salt_;
    for (const Scalar& value : values) {
      text += static_cast<char>('A' + static_cast<int>(value.type));
      text += value.is_null ? "null" : std::to_string(value.text.size());
      text += ':';
      text += value.text;
    }
    return Digest(text);
  }

  Result<RecordedCall> RecordCall(CallRecord record) override {
    return Write<RecordedCall>([&](Tx& tx) { return InsertCall(tx, record); });
  }
  Result<RunId> StartRun(Run run) override {
    return Write<RunId>([&](Tx& tx) { return InsertRun(tx, run); });
  }
  Result<Verdict> Decide(Decision decision, const DecisionRule& rule) override {
    return Write<Verdict>([&](Tx& tx) { return InsertDecision(tx, decision, rule); });
  }
  Result<SettlementVerdict> Settle(SettlementRequest request, const SettlementRule& rule) override {
    return Write<SettlementVerdict>([&](Tx& tx) { return InsertSettlement(tx, request, rule); });
  }
  Result<RetentionCount> CountDue(const RetentionRule& rule) override {
    return Read<RetentionCount>([&](Session& s) -> Result<RetentionCount> {
      SYN_ASSIGN_OR_RETURN(const Instant now, TimeOf(s, clock_));
      return CountRetention(s, rule, now);
    });
  }
  Result<RetentionStep> RemoveDue(const RetentionRule& rule, RetentionCursor& cursor) override {
    SYN_ASSIGN_OR_RETURN(const RetentionBatch batch,
                         Read<RetentionBatch>([&](Session& s) { return FindRetentionBatch(s, rule, cursor); }));
    SYN_ASSIGN_OR_RETURN(RetentionStep step,
                         Write<RetentionStep>([&](Tx& tx) { return RemoveBatch(tx, rule, batch, cursor); }));
    if (batch.deferred) cursor.deferred_after = step.deferred_after;
    return step;
  }
  Result<Verdict> Reconcile(ProposalId proposal, ProposalState outcome, const std::string& subject,
                            const std::string& reason) override {
    return Write<Verdict>([&](Tx& tx) { return InsertReconciliation(tx, proposal, outcome, subject, reason); });
  }
  Result<int> ExpireProposals() override {
    int total = 0;
    while (true) {
      SYN_ASSIGN_OR_RETURN(const int some, Write<int>([&](Tx& tx) { return ExpireDue(tx); }));
      total += some;
      if (some == 0) return total;
    }
  }

  // A claim is durable before its change begins: if it were lost, the proposal could be withdrawn beside an effect.
  Result<std::optional<Job>> ClaimJob(const std::string& runner, int lease_seconds,
                                      const std::vector<std::string>& sources) override {
    SYN_ASSIGN_OR_RETURN(auto exchange, ExchangeJobs({}, {runner, lease_seconds, sources, 1}));
    if (exchange.claimed.empty()) return std::nullopt;
    return std::move(exchange.claimed[0].job);
  }
  // A lost heartbeat costs a second attempt, never a second effect: it needs order, not durability.
  Result<bool> Heartbeat(const Job& job, int lease_seconds) override {
    return Write<bool>([&](Tx& tx) { return ExtendLease(tx, job, lease_seconds); }, Access::kRelaxedWrite);
  }
  Result<bool> RecordIntent(const Job& job) override {
    return Write<bool>([&](Tx& tx) { return MarkIntent(tx, job); });
  }
  Result<bool> CompleteJob(const Job& job, Receipt receipt) override {
    SYN_ASSIGN_OR_RETURN(const auto exchange, ExchangeJobs({{job, std::move(receipt)}}, {.limit = 0}));
    return exchange.stored[0];
  }
  Result<JobExchange> ExchangeJobs(const std::vector<JobReport>& reports, const ClaimRequest& request) override {
    return Write<JobExchange>([&](Tx& tx) -> Result<JobExchange> {
      JobExchange exchange;
      SYN_ASSIGN_OR_RETURN(exchange.stored, FinishJobs(tx, reports));
      SYN_ASSIGN_OR_RETURN(exchange.claimed, LeaseJobs(tx, request));
      return exchange;
    });
  }
  Status ReleaseJob(const Job& job, int delay_seconds, bool withdraw_intent) override {
    return writes_.Run([&](Tx& tx) { return UnleaseJob(tx, job, delay_seconds, withdraw_intent); });
  }
  Status SetSourceDisabled(const std::string& source, bool disabled, const std::string& actor) override {
    return writes_.Run([&](Tx& tx) { return SwitchSource(tx, source, disabled, actor); });
  }

  Result<std::optional<Run>> FindRun(RunId id) override {
    return Read<std::optional<Run>>([&](Session& s) { return ReadRun(s, id); });
  }
  Result<std::vector<Run>> Steps(RunId parent) override {
    return Read<std::vector<Run>>([&](Session& s) { return ReadSteps(s, parent); });
  }
  Result<std::optional<Run>> FindStep(RunId parent, std::string_view step_key) override {
    return Read<std::optional<Run>>([&](Session& s) { return ReadStep(s, parent, step_key); });
  }
  Result<std::optional<Evidence>> FindEvidence(EvidenceId id) override {
    return Read<std::optional<Evidence>>([&](Session& s) { return ReadEvidence(s, id); });
  }
  Result<std::vector<QueryAudit>> AuditsOf(RunId run) override {
    return Read<std::vector<QueryAudit>>([&](Session& s) { return ReadAudits(s, run); });
  }
  Result<std::optional<ProposalView>> FindProposal(ProposalId id) override {
    return Read<std::optional<ProposalView>>([&](Session& s) { return ReadProposal(s, id); });
  }
  Result<std::vector<ProposalView>> ListProposals(const ProposalFilter& filter) override {
    return Read<std::vector<ProposalView>>([&](Session& s) { return ReadProposals(s, filter); });
  }
  Result<std::vector<StateCount>> CountProposals(const ProposalFilter& filter, int most) override {
    return Read<std::vector<StateCount>>([&](Session& s) { return ReadCounts(s, filter, most); });
  }
  Result<std::vector<Event>> EventsOf(std::string_view subject) override {
    return Read<std::vector<Event>>([&](Session& s) { return ReadEvents(s, subject); });
  }
  Result<bool> HasIntent(const Job& job) override {
    return Read<bool>([&](Session& s) { return ReadIntent(s, job.id); });
  }
  Result<std::optional<Job>> FindJob(ProposalId proposal) override {
    return Read<std::optional<Job>>([&](Session& s) { return ReadJob(s, proposal); });
  }
  Result<bool> IsSourceDisabled(const std::string& source) override {
    Result<bool> disabled = false;  // asked before every call
    if (writes_.TryRead([&](Session& s) { disabled = ReadDisabled(s, source); }) && disabled) return disabled;
    return Read<bool>([&](Session& s) { return ReadDisabled(s, source); });
  }
  Result<ChainReport> VerifyChain(std::string_view expected_head) override {
    return Read<ChainReport>([&](Session& s) { return VerifyAll(s, expected_head); });
  }
  Result<ChainReport> VerifyProposal(ProposalId id) override {
    return Read<ChainReport>([&](Session& s) { return VerifyOne(s, id); });
  }

 private:
  template <typename T, typename F>
  Result<T> Write(F operation, Access access = Access::kWrite) {
    std::optional<T> value;
    const Status status = writes_.Run(
        [&](Tx& tx) -> Status {
          SYN_ASSIGN_OR_RETURN(value, operation(tx));
          return {};
        },
        access);
    if (!status) return tl::unexpected(status.error());
    return std::move(*value);
  }

  // A connection that lay idle may have died with its server: what it cannot read, a new one is asked.
  template <typename T, typename F>
  Result<T> Read(F operation) {
    SYN_ASSIGN_OR_RETURN(std::unique_ptr<Session> session, TakeReader());
    Result<T> value = ReadOver<T>(*session, operation);
    if (!value && !session->healthy()) {
      SYN_ASSIGN_OR_RETURN(session, store_->Connect());
      value = ReadOver<T>(*session, operation);
    }
    if (session->healthy()) GiveBack(std::move(session));
    return value;
  }

  template <typename T, typename F>
  static Result<T> ReadOver(Session& session, F& operation) {
    SYN_RETURN_IF_ERROR(session.Begin(Access::kRead));
    Result<T> value = operation(session);
    session.Rollback();
    return value;
  }

  Result<std::unique_ptr<Session>> TakeReader() {
    {
      const std::lock_guard lock(readers_mutex_);
      if (!readers_.empty()) {
        auto session = std::move(readers_.back());
        readers_.pop_back();
        return session;
      }
    }
    return store_->Connect();
  }

  void GiveBack(std::unique_ptr<Session> session) {
    constexpr std::size_t kIdleReaders = 4;
    const std::lock_guard lock(readers_mutex_);
    if (readers_.size() < kIdleReaders) readers_.push_back(std::move(session));
  }

  std::unique_ptr<Store> store_;
  std::string salt_;
  const Clock& clock_;
  GroupCommit writes_;
  std::mutex readers_mutex_;
  std::vector<std::unique_ptr<Session>> readers_;
};

}  // namespace

Result<std::unique_ptr<Ledger>> OpenDurable(std::unique_ptr<Store> store, const Clock& clock) {
  SYN_ASSIGN_OR_RETURN(auto writer, store->Connect());
  SYN_ASSIGN_OR_RETURN(const Rows rows, writer->Get("SELECT salt FROM head WHERE id = 1"));
  if (rows.empty()) {
    return Fail(ErrorKind::kInvalid, "the ledger has lost its head row",
                "it was edited or damaged: restore it from a backup");
  }
  return std::make_unique<DurableLedger>(std::move(store), std::move(writer), rows[0][0].text, clock);
}

}  // namespace synapsor::ledger
