#include "runtime/tool/decide.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/cli/output.h"
#include "runtime/base/text.h"
#include "runtime/proposal/lifecycle.h"
#include "runtime/tool/command.h"
#include "runtime/tool/parts.h"
#include "runtime/tool/style.h"

namespace synapsor::runner {
namespace {

constexpr std::size_t kMaxReason = 2000;

bool Lists(const config::Config& config, const std::string& role, const std::string& subject) {
  const auto members = config.approval.role_members.find(role);
  return members != config.approval.role_members.end() &&
         std::find(members->second.begin(), members->second.end(), subject) != members->second.end();
}

ledger::DecisionKind KindOf(const std::string& action) {
  if (action == "approve") return ledger::DecisionKind::kApprove;
  return action == "reject" ? ledger::DecisionKind::kReject : ledger::DecisionKind::kCancel;
}

std::string_view WhatNext(ledger::ProposalState state) {
  switch (state) {
    case ledger::ProposalState::kPendingReview: return "more approvals are needed";
    case ledger::ProposalState::kApproved: return "`synapsor-runner apply --once` carries it out";
    default: return "the source is unchanged";
  }
}

Result<int> Report(const ledger::Verdict& verdict, ledger::ProposalId id) {
  if (!verdict.accepted) {
    PrintRefusal(verdict.refusal_code, verdict.refusal_message);
    return kExitRefused;
  }
  SYN_RETURN_IF_ERROR(cli::WriteData(fmt::format("{} is now {}; {}\n", ledger::ProposalHandle(id),
                                                 ledger::StateName(verdict.next), WhatNext(verdict.next))));
  return kExitFine;
}

Result<int> Reconcile(const cli::Arguments& arguments, ledger::Ledger& ledger, ledger::ProposalId id,
                      const Decider& decider) {
  const auto outcome = arguments.Value("--outcome");
  if (!outcome)
    return Fail(ErrorKind::kUsage, "what happened is not said", "add `--outcome applied`, `conflict` or `failed`");
  const auto state = ledger::ParseState(*outcome);
  SYN_ASSIGN_OR_RETURN(const auto verdict, ledger.Reconcile(id, *state, decider.subject, decider.reason));
  return Report(verdict, id);
}

}  // namespace

Result<std::optional<Decider>> WhoDecides(const cli::Arguments& arguments, const config::Config& config,
                                          bool needs_reason) {
  const auto subject = arguments.Value("--as");
  if (!subject || subject->empty()) return Fail(ErrorKind::kUsage, "nobody decides", "add `--as SUBJECT --role ROLE`");
  const std::string reason = arguments.ValueOr("--reason", "");
  const auto facts = Examine(reason);
  if (needs_reason && facts.code_points == 0)
    return Fail(ErrorKind::kUsage, "a decision needs a reason", "add `--reason TEXT`");
  if (!facts.valid || facts.code_points > kMaxReason) {
    return Fail(ErrorKind::kUsage, fmt::format("the reason is not UTF-8 or longer than {} characters", kMaxReason));
  }
  Decider decider{*subject, reason, arguments.Values("--role")};
  if (decider.roles.empty()) return Fail(ErrorKind::kUsage, "no role given", "add `--role ROLE`");
  for (const std::string& role : decider.roles) {
    if (Lists(config, role, *subject)) continue;
    PrintRefusal("NOT_A_MEMBER",
                 fmt::format("`{}` is not listed for the role `{}`", Shown(*subject, 60), Shown(role, 60)));
    cli::PrintRemark(kProgram, fmt::format("add the name under `approval.roles` in {}",
                                           config.path.empty() ? "synapsor.json" : config.path));
    return std::nullopt;
  }
  return decider;
}

Result<int> Decide(const cli::Arguments& arguments, const config::Config& config, ledger::Ledger& ledger,
                   const std::string& action, ledger::ProposalId id) {
  SYN_ASSIGN_OR_RETURN(const auto decider, WhoDecides(arguments, config, true));
  if (!decider) return kExitRefused;
  SYN_ASSIGN_OR_RETURN(const auto view, ledger.FindProposal(id));
  if (!view) {
    PrintRefusal("NOT_FOUND", fmt::format("there is no proposal {}", ledger::ProposalHandle(id)));
    return kExitRefused;
  }
  if (action == "reconcile") return Reconcile(arguments, ledger, id, *decider);
  if (arguments.Has("--bundle")) {
    SYN_ASSIGN_OR_RETURN(const bundle::Bundle bundle, LoadBundle(arguments));
    if (bundle.digest != view->proposal.bundle_digest) {
      PrintRefusal("BUNDLE_CHANGED", "the proposal was made under another bundle; reject it and propose again");
      return kExitRefused;
    }
  }
  ledger::Decision decision;
  decision.proposal = id;
  decision.kind = KindOf(action);
  decision.proposal_hash = view->proposal.hash;
  decision.subject = decider->subject;
  decision.roles = decider->roles;
  decision.reason = decider->reason;
  decision.at = SystemClock().Now();
  decision.integrity = ledger::DecisionIntegrity(decision);
  SYN_ASSIGN_OR_RETURN(const auto verdict,
                       ledger.Decide(decision, [&](const ledger::ProposalView& current, Instant now) {
                         return proposal::Judge(current, decision, now);
                       }));
  return Report(verdict, id);
}

}  // namespace synapsor::runner
