#include <nlohmann/json.hpp>

#include "runtime/base/digest.h"
#include "runtime/ledger/document.h"
#include "runtime/base/json_out.h"
#include "support.h"

namespace synapsor::ledger {
namespace {

TEST(Documents, AreCanonicalAndExactBothWays) {
  Proposal p = SampleProposal({1'790'000'000'000'000});
  p.before_image = {{"blob", Scalar::Of(ScalarType::kBytes, std::string("\0\xfe", 2))},
                    {"control", Scalar::Text(std::string("\x01\x1f\x7f \\ / \" \t\0z", 12))},
                    {"invalid", Scalar::Text("\xed\xa0\x80")},
                    {"none", Scalar::Null(ScalarType::kDecimal)}};
  const std::string document = ProposalDocument(p);
  EXPECT_EQ(document, CanonicalJson(nlohmann::json::parse(document)));
  auto parsed = ParseProposal(document);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(ProposalDocument(*parsed), document);
  ASSERT_EQ(parsed->before_image.size(), p.before_image.size());
  for (std::size_t i = 0; i < p.before_image.size(); ++i) {
    EXPECT_EQ(parsed->before_image[i].value, p.before_image[i].value) << i;
  }
  const CallRecord call = SampleCall();
  const std::string evidence = EvidenceDocument(*call.evidence);
  EXPECT_EQ(evidence, CanonicalJson(nlohmann::json::parse(evidence)));
  EXPECT_EQ(EvidenceDocument(*ParseEvidence(evidence)), evidence);
  const std::string run = RunDocument(call.run, call.audits);
  EXPECT_EQ(run, CanonicalJson(nlohmann::json::parse(run)));
  EXPECT_EQ(RunDocument(*ParseRun(run), *ParseAudits(run)), run);
}

TEST(Documents, EveryFieldOfAProposalIsHashed) {
  const Proposal base = SampleProposal({1});
  const std::string hash = HashProposal(base);
  const auto differs = [&](auto change) {
    Proposal changed = base;
    change(changed);
    return HashProposal(changed) != hash;
  };
  EXPECT_TRUE(differs([](Proposal& p) { p.version = 2; }));
  EXPECT_TRUE(differs([](Proposal& p) { p.run = 9; }));
  EXPECT_TRUE(differs([](Proposal& p) { p.evidence = 9; }));
  EXPECT_TRUE(differs([](Proposal& p) { p.workflow = "w"; }));
  EXPECT_TRUE(differs([](Proposal& p) { p.tenant = "x"; }));
  EXPECT_TRUE(differs([](Proposal& p) { p.principal = "x"; }));
  EXPECT_TRUE(differs([](Proposal& p) { p.source = "x"; }));
  EXPECT_TRUE(differs([](Proposal& p) { p.schema = "x"; }));
  EXPECT_TRUE(differs([](Proposal& p) { p.table = "x"; }));
  EXPECT_TRUE(differs([](Proposal& p) { p.key.type = ScalarType::kUuid; }));
  EXPECT_TRUE(differs([](Proposal& p) { p.tenant_value.text = "x"; }));
  EXPECT_TRUE(differs([](Proposal& p) { p.columns[0].after = Scalar::Int(1); }));
  EXPECT_TRUE(differs([](Proposal& p) { p.columns[1].before = Scalar::Text(""); }));
  EXPECT_TRUE(differs([](Proposal& p) { p.columns[0].provenance = "arg:x"; }));
  EXPECT_TRUE(differs([](Proposal& p) { p.guard_kind = "timestamp"; }));
  EXPECT_TRUE(differs([](Proposal& p) { p.guard_value = Scalar::Int(4); }));
  EXPECT_TRUE(differs([](Proposal& p) { p.before_image.push_back({"a", Scalar::Int(1)}); }));
  EXPECT_TRUE(differs([](Proposal& p) { p.required_role = "x"; }));
  EXPECT_TRUE(differs([](Proposal& p) { p.required_approvals = 2; }));
  EXPECT_TRUE(differs([](Proposal& p) { p.update_fingerprint = "x"; }));
  EXPECT_TRUE(differs([](Proposal& p) { p.idempotency_key = "x"; }));
  EXPECT_TRUE(differs([](Proposal& p) { p.expires_at.micros += 1; }));
  EXPECT_FALSE(differs([](Proposal& p) { p.id = 77; }));
  EXPECT_FALSE(differs([](Proposal& p) { p.hash = "x"; }));
}

TEST(Handles, ParseOnlyWhatTheyAre) {
  EXPECT_EQ(ParseHandle("wrp://12", "wrp://"), 12);
  EXPECT_EQ(ParseHandle("12", "wrp://"), 12);
  for (const char* bad : {"wrp://", "", "wrp://0", "-1", "wrp://1x", "agent-run://1", "99999999999999999999"}) {
    EXPECT_EQ(ParseHandle(bad, "wrp://"), -1) << bad;
  }
}

TEST_P(LedgerTest, RecordsACallAndReadsItBack) {
  auto recorded = ledger->RecordCall(SampleProposalCall(clock.Now()));
  ASSERT_TRUE(recorded) << recorded.error().message;
  EXPECT_EQ(recorded->problem, RecordProblem::kNone);
  Reopen();
  auto run = ledger->FindRun(recorded->run);
  ASSERT_TRUE(run && *run);
  EXPECT_EQ((*run)->evidence, recorded->evidence);
  EXPECT_EQ((*run)->proposal, recorded->proposal);
  auto evidence = ledger->FindEvidence(recorded->evidence);
  ASSERT_TRUE(evidence && *evidence);
  EXPECT_EQ((*evidence)->items[0].values[1].value.text, std::string("\x00\xff\x7f", 3));
  EXPECT_EQ((*evidence)->items[0].values[2].value.text, "caf\xc3\xa9 \xff");
  auto audits = ledger->AuditsOf(recorded->run);
  ASSERT_TRUE(audits && audits->size() == 1);
  auto view = ledger->FindProposal(recorded->proposal);
  ASSERT_TRUE(view && *view);
  EXPECT_EQ((*view)->proposal.hash, HashProposal((*view)->proposal));
  EXPECT_EQ((*view)->state, ProposalState::kPendingReview);
  EXPECT_FALSE((*view)->proposal.idempotency_key.empty());
  auto events = ledger->EventsOf(ProposalHandle(recorded->proposal));
  ASSERT_TRUE(events && events->size() == 1);
  EXPECT_EQ(events->front().kind, "proposal.created");
  EXPECT_EQ(ledger->EventsOf(RunHandle(recorded->run))->front().kind, "call.recorded");
  EXPECT_EQ(ledger->EventsOf(EvidenceHandle(recorded->evidence))->front().kind, "call.recorded");
  const ChainReport report = Verify();
  EXPECT_TRUE(report.intact) << report.problem;
  EXPECT_EQ(report.events, 3);
}

TEST_P(LedgerTest, OneOpenProposalForARow) {
  const ProposalId first = Propose();
  auto second = ledger->RecordCall(SampleProposalCall(clock.Now()));
  ASSERT_TRUE(second);
  EXPECT_EQ(second->problem, RecordProblem::kOpenProposalExists);
  EXPECT_EQ(second->existing, first);
  EXPECT_EQ(second->run, 0);
  EXPECT_NE(Propose("INV-2"), 0);
  EXPECT_TRUE(Decide(first, "lead", DecisionKind::kReject).accepted);
  EXPECT_NE(Propose(), 0);
  EXPECT_TRUE(Verify().intact);
}

TEST_P(LedgerTest, AnExpiredProposalMakesRoom) {
  const ProposalId first = Propose();
  clock.Advance(3601);
  const ProposalId second = Propose();
  EXPECT_NE(second, 0);
  EXPECT_EQ(StateOf(first), ProposalState::kExpired);
  clock.Advance(3601);
  EXPECT_EQ(*ledger->ExpireProposals(), 1);
  EXPECT_EQ(*ledger->ExpireProposals(), 0);
  EXPECT_EQ(StateOf(second), ProposalState::kExpired);
  EXPECT_TRUE(Verify().intact);
}

TEST_P(LedgerTest, StepsAreIdempotentByKey) {
  ledger::Run parent;
  parent.kind = "agent_run";
  parent.workflow = "billing.flow";
  const RunId run = *ledger->StartRun(parent);
  CallRecord step = SampleCall();
  step.run.parent = run;
  step.run.step_key = "review";
  auto first = ledger->RecordCall(step);
  ASSERT_TRUE(first);
  auto again = ledger->RecordCall(step);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->problem, RecordProblem::kStepExists);
  EXPECT_EQ(again->existing_run, first->run);
  step.run.arguments_digest = "sha256:other";
  EXPECT_EQ(ledger->RecordCall(step)->problem, RecordProblem::kStepDiffers);
  step.run.arguments_digest = "sha256:a";
  step.run.capability = "billing.other";
  EXPECT_EQ(ledger->RecordCall(step)->problem, RecordProblem::kStepDiffers) << "equal arguments of another capability";
  EXPECT_EQ(ledger->Steps(run)->size(), 1u);
  EXPECT_EQ((*ledger->FindStep(run, "review"))->id, first->run);
  EXPECT_FALSE(ledger->FindStep(run, "other")->has_value());
}

TEST_P(LedgerTest, FingerprintsNeedTheSalt) {
  const Scalar values[] = {Scalar::Text("INV-1"), Scalar::Int(5)};
  const std::string print = ledger->FingerprintParameters(values);
  Reopen();
  EXPECT_EQ(ledger->FingerprintParameters(values), print);
  const Scalar joined[] = {Scalar::Text("INV-15")};
  EXPECT_NE(ledger->FingerprintParameters(joined), print);
  auto other = Open("sqlite:" + folder.File("unrelated.db"), clock);
  ASSERT_TRUE(other);
  EXPECT_NE((*other)->FingerprintParameters(values), print);
}

TEST_P(LedgerTest, ListsByEachFilter) {
  const ProposalId a = Propose("INV-1");
  clock.Advance(10);
  const ProposalId b = Propose("INV-2");
  EXPECT_TRUE(Decide(b, "lead").accepted);
  const auto ids = [&](ProposalFilter filter) {
    std::vector<ProposalId> found;
    const auto views = ledger->ListProposals(filter);
    if (!views) return found;
    for (const auto& view : *views) found.push_back(view.proposal.id);
    return found;
  };
  EXPECT_EQ(ids({}), (std::vector{b, a}));
  EXPECT_EQ(ids({.state = ProposalState::kApproved}), std::vector{b});
  EXPECT_EQ(ids({.object = "INV-1"}), std::vector{a});
  EXPECT_EQ(ids({.tenant = "globex"}), std::vector<ProposalId>{});
  EXPECT_EQ(ids({.capability = "billing.propose_fee_waiver", .limit = 1}), std::vector{b});
  EXPECT_EQ(ids({.before_id = b}), std::vector{a});
  EXPECT_EQ(ids({.since = clock.Now()}), std::vector{b});
  EXPECT_EQ(ids({.until = clock.Now()}), std::vector{a});
  EXPECT_EQ(ids({.tenants = std::vector<std::string>{"globex", "acme"}}), (std::vector{b, a}));
  EXPECT_EQ(ids({.tenants = std::vector<std::string>()}), std::vector<ProposalId>{}) << "no tenant is not any tenant";
  EXPECT_EQ(ids({.tenants = std::vector<std::string>{""}}), std::vector<ProposalId>{});
  EXPECT_EQ(ids({.tenant = "acme", .tenants = std::vector<std::string>{"globex"}}), std::vector<ProposalId>{});
}

TEST_P(LedgerTest, PagesBothWaysAcrossTenantsAndStates) {
  std::vector<ProposalId> all;
  for (int i = 0; i < 9; ++i) {
    CallRecord record = SampleProposalCall(clock.Now(), "INV-" + std::to_string(i));
    record.run.tenant = record.evidence->tenant = record.proposal->tenant = i % 3 == 0   ? "globex"
                                                                            : i % 3 == 1 ? "acme"
                                                                                         : "other";
    const auto recorded = ledger->RecordCall(std::move(record));
    ASSERT_TRUE(recorded);
    all.push_back(recorded->proposal);
    if (i % 2 == 0) {
      EXPECT_TRUE(Decide(all.back(), "lead").accepted);
    }
  }
  const auto page = [&](ProposalFilter filter) {
    filter.tenants = std::vector<std::string>{"acme", "globex"};
    filter.limit = 2;
    std::vector<ProposalId> found;
    const auto views = ledger->ListProposals(filter);
    if (!views) return found;
    for (const auto& view : *views) found.push_back(view.proposal.id);
    return found;
  };
  EXPECT_EQ(page({}), (std::vector{all[7], all[6]}));
  EXPECT_EQ(page({.before_id = all[6]}), (std::vector{all[4], all[3]}));
  EXPECT_EQ(page({.before_id = all[3]}), (std::vector{all[1], all[0]}));
  EXPECT_EQ(page({.after_id = 0}), (std::vector{all[1], all[0]})) << "the oldest page";
  EXPECT_EQ(page({.after_id = all[1]}), (std::vector{all[4], all[3]}));
  EXPECT_EQ(page({.state = ProposalState::kApproved, .after_id = all[0]}), (std::vector{all[6], all[4]}));
  EXPECT_EQ(page({.state = ProposalState::kPendingReview}), (std::vector{all[7], all[3]}));
}

TEST_P(LedgerTest, FindsTimesWhereIdsDoNotAscendWithThem) {
  std::vector<ProposalId> all;
  for (const int days : {5, 1, 3, 0, 4}) {
    CallRecord record = SampleProposalCall(clock.Now(), "INV-" + std::to_string(days));
    record.proposal->created_at = {clock.Now().micros + days * std::int64_t{86'400'000'000}};
    const auto recorded = ledger->RecordCall(std::move(record));
    ASSERT_TRUE(recorded);
    all.push_back(recorded->proposal);
  }
  const auto between = [&](int from, int until) {
    ProposalFilter filter;
    filter.tenants = std::vector<std::string>{"acme"};
    filter.since = Instant{clock.Now().micros + from * std::int64_t{86'400'000'000}};
    filter.until = Instant{clock.Now().micros + until * std::int64_t{86'400'000'000}};
    std::vector<ProposalId> found;
    const auto views = ledger->ListProposals(filter);
    if (!views) return found;
    for (const auto& view : *views) found.push_back(view.proposal.id);
    EXPECT_EQ((*ledger->CountProposals(filter, 10))[0].count, static_cast<std::int64_t>(found.size()));
    return found;
  };
  EXPECT_EQ(between(1, 4), (std::vector{all[2], all[1]}));
  EXPECT_EQ(between(4, 6), (std::vector{all[4], all[0]}));
  EXPECT_EQ(between(6, 9), std::vector<ProposalId>{});
}

TEST_P(LedgerTest, ListsMoreThanAreReadAtOnce) {
  std::vector<ProposalId> all;
  for (int i = 0; i < 70; ++i) all.push_back(Propose("INV-" + std::to_string(i)));
  EXPECT_TRUE(Decide(all[2], "lead").accepted);
  const auto views = ledger->ListProposals({.limit = 1000});
  ASSERT_TRUE(views);
  ASSERT_EQ(views->size(), 70u);
  EXPECT_EQ(views->front().proposal.id, all[69]);
  EXPECT_EQ((*views)[67].proposal.id, all[2]);
  EXPECT_EQ((*views)[67].decisions.size(), 1u);
  EXPECT_TRUE((*views)[66].decisions.empty());
}

TEST_P(LedgerTest, CountsByState) {
  const ProposalId first = Propose("INV-1");
  for (int i = 2; i < 6; ++i) Propose("INV-" + std::to_string(i));
  EXPECT_TRUE(Decide(first, "lead").accepted);
  const auto counts = [&](const ProposalFilter& filter, int most) {
    std::string text;
    const auto found = ledger->CountProposals(filter, most);
    if (!found) return found.error().message;
    for (const StateCount& count : *found) {
      if (count.count > 0)
        text += std::string(StateName(count.state)) + std::to_string(count.count) + (count.more ? "+ " : " ");
    }
    return text;
  };
  EXPECT_EQ(counts({}, 100), "pending_review4 approved1 ");
  EXPECT_EQ(counts({.tenants = std::vector<std::string>{"acme"}}, 4), "pending_review4 approved1 ");
  EXPECT_EQ(counts({.tenants = std::vector<std::string>{"acme"}}, 3), "pending_review3+ approved1 ");
  EXPECT_EQ(counts({.object = "INV-1", .tenants = std::vector<std::string>{"acme"}}, 3), "approved1 ");
  EXPECT_EQ(counts({.tenants = std::vector<std::string>{"globex"}}, 3), "");
  EXPECT_EQ(counts({.tenants = std::vector<std::string>()}, 3), "");
}

INSTANTIATE_TEST_SUITE_P(Stores, LedgerTest, ::testing::Values("sqlite", "postgres"),
                         [](const auto& store) { return std::string(store.param); });

}  // namespace
}  // namespace synapsor::ledger
