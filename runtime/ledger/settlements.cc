// Settlement of a set of proposals in one transaction. What a policy has approved on a day stands in events of the
// chain, each with the running tally, so that a limit costs one look-up however much was approved before.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "runtime/base/decimal.h"
#include "runtime/base/digest.h"
#include "runtime/ledger/event_check.h"
#include "runtime/base/json_out.h"
#include "runtime/ledger/operations.h"

namespace synapsor::ledger {
namespace {

// policy://billing.small/2026-11-21: the day's tally of a policy.
std::string TallySubject(const std::string& policy, Instant now) {
  return fmt::format("policy://{}/{}", policy, FormatInstant(now).substr(0, 10));
}

// The same for one row; the row's key is not readable from it.
std::string ObjectSubject(const std::string& policy, Instant now, const Proposal& proposal) {
  std::string object;
  for (const std::string* part :
       {&proposal.tenant, &proposal.source, &proposal.schema, &proposal.table, &proposal.key.text}) {
    object += fmt::format("{}:{}", part->size(), *part);
  }
  return fmt::format("{}/object/{}", TallySubject(policy, now), Sha256Hex(object));
}

std::string AmountsText(const Amounts& amounts) {
  JsonOut out;
  out.BeginObject();
  for (const auto& [column, amount] : amounts) out.Member(column, std::string_view(amount));
  return out.EndObject().Take();
}

Error Unreadable() {
  return {ErrorKind::kInvalid, "what a policy approved before cannot be read",
          "the ledger was edited or damaged: `synapsor-runner audit verify` says where"};
}

Result<PolicyTally> ParseTally(const std::string& payload) {
  try {
    const auto event = nlohmann::json::parse(payload);
    PolicyTally tally;
    tally.approvals = std::stoll(event.at("approvals").get<std::string>());
    const auto totals = nlohmann::json::parse(event.at("totals").get<std::string>());
    for (const auto& [column, total] : totals.items()) tally.totals.emplace_back(column, total.get<std::string>());
    return tally;
  } catch (const std::exception&) {
    return tl::unexpected(Unreadable());
  }
}

// The last event of the subject, checked against its neighbour in the chain: an edited tally lifts no limit.
Result<PolicyTally> ReadTally(Session& session, const std::string& subject) {
  SYN_ASSIGN_OR_RETURN(
      const Rows rows,
      session.Get(fmt::format("SELECT {}, {} FROM events AS e WHERE ref = $1 ORDER BY sequence DESC LIMIT 1",
                              kEventColumns, kPreviousHash),
                  {subject}));
  if (rows.empty()) return PolicyTally{};
  Statement statement;
  if (!CheckEvent(rows[0], rows[0][9].text, statement).empty()) return tl::unexpected(Unreadable());
  return ParseTally(ToEvent(rows[0]).payload_json);
}

Status AppendTally(Tx& tx, std::string subject, const PolicyTally& tally, const Decision& decision,
                   std::string_view tenant) {
  NewEvent event{.kind = "policy.counted", .subject = std::move(subject), .actor = decision.subject, .tenant = tenant};
  event.facts = {{"approvals", std::to_string(tally.approvals)},
                 {"digest", decision.policy_digest},
                 {"proposal", ProposalHandle(decision.proposal)},
                 {"totals", AmountsText(tally.totals)}};
  std::sort(event.facts.begin(), event.facts.end());
  return tx.Append(std::move(event));
}

Result<SettlementScene> ReadScene(Tx& tx, const SettlementRequest& request) {
  SettlementScene scene;
  scene.now = tx.now();
  SYN_ASSIGN_OR_RETURN(scene.today, ReadTally(tx.session(), TallySubject(request.policy, scene.now)));
  for (const ProposalId id : request.proposals) {
    SYN_ASSIGN_OR_RETURN(auto view, ReadProposal(tx.session(), id));
    if (!view) {
      return Fail(ErrorKind::kUsage, fmt::format("there is no proposal `{}` in this ledger", ProposalHandle(id)),
                  "`synapsor-runner proposals list` shows what there is");
    }
    SYN_ASSIGN_OR_RETURN(PolicyTally tally,
                         ReadTally(tx.session(), ObjectSubject(request.policy, scene.now, view->proposal)));
    scene.object_today.push_back(std::move(tally));
    scene.proposals.push_back(*std::move(view));
  }
  return scene;
}

// What is wrong with the rows of a set that is to be approved, or nothing.
Result<std::string> FindTampering(Session& session, const SettlementRequest& request) {
  for (const ProposalId id : request.proposals) {
    SYN_ASSIGN_OR_RETURN(const ChainReport rows, VerifyOne(session, id));
    if (!rows.intact) return rows.problem;
  }
  return std::string();
}

SettlementVerdict TamperedSet(const std::string& problem) {
  SettlementVerdict verdict;
  verdict.refusal_code = "LEDGER_TAMPERED";
  verdict.refusal_message = problem + "; `synapsor-runner audit verify` says more";
  return verdict;
}

Status StoreApprovals(Tx& tx, const SettlementRequest& request, const SettlementVerdict& verdict,
                      SettlementScene& scene) {
  for (std::size_t i = 0; i < scene.proposals.size(); ++i) {
    const Proposal& proposal = scene.proposals[i].proposal;
    const SettlementStep& step = verdict.steps[i];
    Verdict accepted;
    accepted.accepted = true;
    accepted.next = ProposalState::kApproved;
    accepted.enqueue_job = true;
    SYN_ASSIGN_OR_RETURN(const Verdict stored,
                         InsertDecision(tx, step.decision, [&](const ProposalView&, Instant) { return accepted; }));
    if (!stored.accepted) return Fail(ErrorKind::kInternal, "a settlement approved what cannot be approved");
    AddApproval(scene.today, step.amounts);
    AddApproval(scene.object_today[i], step.amounts);
    SYN_RETURN_IF_ERROR(AppendTally(tx, TallySubject(request.policy, scene.now), scene.today, step.decision, ""));
    SYN_RETURN_IF_ERROR(AppendTally(tx, ObjectSubject(request.policy, scene.now, proposal), scene.object_today[i],
                                    step.decision, proposal.tenant));
  }
  return {};
}

Status StoreLeftProposed(Tx& tx, const SettlementVerdict& verdict, const SettlementScene& scene) {
  for (std::size_t i = 0; i < scene.proposals.size(); ++i) {
    const Decision& decision = verdict.steps[i].decision;
    NewEvent event{.kind = "policy.left_proposed",
                   .subject = ProposalHandle(scene.proposals[i].proposal.id),
                   .actor = decision.subject,
                   .tenant = scene.proposals[i].proposal.tenant};
    const std::string& failing = verdict.steps[i].failing;
    event.facts = {{"asked_by", decision.asked_by},
                   {"condition", failing.empty() ? "another proposal of the run does not meet the policy" : failing},
                   {"digest", decision.policy_digest},
                   {"policy", decision.policy}};
    SYN_RETURN_IF_ERROR(tx.Append(std::move(event)));
  }
  return {};
}

}  // namespace

void AddApproval(PolicyTally& tally, const Amounts& amounts) {
  ++tally.approvals;
  for (const auto& [column, amount] : amounts) {
    const auto place = std::lower_bound(tally.totals.begin(), tally.totals.end(), column,
                                        [](const auto& total, const std::string& name) { return total.first < name; });
    if (place == tally.totals.end() || place->first != column) {
      tally.totals.insert(place, {column, amount});
    } else if (const auto sum = AddNumbers(place->second, amount)) {
      place->second = *sum;
    }
  }
}

Result<SettlementVerdict> InsertSettlement(Tx& tx, const SettlementRequest& request, const SettlementRule& rule) {
  SYN_ASSIGN_OR_RETURN(SettlementScene scene, ReadScene(tx, request));
  SettlementVerdict verdict = rule(scene);
  if (!verdict.refusal_code.empty()) return verdict;
  if (verdict.steps.size() != scene.proposals.size()) {
    return Fail(ErrorKind::kInternal, "a settlement did not decide each of its proposals");
  }
  if (verdict.approved) {
    SYN_ASSIGN_OR_RETURN(const std::string problem, FindTampering(tx.session(), request));
    if (!problem.empty()) return TamperedSet(problem);
    SYN_RETURN_IF_ERROR(StoreApprovals(tx, request, verdict, scene));
  } else {
    SYN_RETURN_IF_ERROR(StoreLeftProposed(tx, verdict, scene));
  }
  return verdict;
}

}  // namespace synapsor::ledger
