#include "compiler/authority/verbs.h"

#include "compiler/authority/compare.h"

namespace synapsor::authority {
namespace {

constexpr Effect kB = Effect::kBroadens;
constexpr Effect kN = Effect::kNarrows;
constexpr Effect kNo = Effect::kNeutral;

constexpr VerbRule kRules[] = {
    {kExpose, "", false, kB, CompareExposure, "is a new {2} tool", "is no tool any more",
     "was a {1} tool and is a {2} tool now"},
    {kDescribe, kExpose, false, kNo, Neutral, "has new texts", "has lost its texts", "has other texts"},
    {kChoose, "", false, kB, CompareBounds, "lets the model choose `{0}` ({2})",
     "no longer lets the model choose `{0}`", "lets the model choose `{0}` otherwise: {3}"},
    {kEvidence, kExpose, false, kNo, CompareSwitch, "records evidence: {2}", "records evidence no longer: {1}",
     "records evidence: {1} -> {2}"},
    {kReach, "", true, kB, Unordered, "may now reach rows of {0}", "no longer reaches rows of {0}",
     "reaches rows of {0}"},
    {kScope, kReach, true, kN, CompareScope, "reads {0} where {2}", "reads {0} without the scope {1}",
     "reads {0} where {2}, was {1}"},
    {kFind, kReach, true, kN, CompareSource, "finds its row of {0} by {2}", "no longer finds its row of {0} by {1}",
     "finds its row of {0} by {2}, was {1}"},
    {kJoin, kReach, true, kN, Unordered, "joins {0} on {2}", "no longer joins {0} on {1}", "joins {0} on {2}, was {1}"},
    {kRows, kReach, true, kN, CompareNumber, "reads at most {2} rows of {0}", "has no row limit on {0}, was {1}",
     "reads at most {2} rows of {0}, was {1}"},
    {kRead, "", true, kB, Unordered, "may now READ {0}", "may no longer READ {0}", "reads {0}"},
    {kChange, "", true, kB, Unordered, "may now propose changes to {0}", "may no longer propose changes to {0}",
     "proposes changes to {0}"},
    {kAim, kChange, true, kN, CompareSource, "takes the row of {0} from {2}", "no longer takes the row of {0} from {1}",
     "takes the row of {0} from {2}, was {1}"},
    {kWithin, kChange, true, kN, CompareScope, "changes {0} where {2}", "changes {0} without the tenant guard {1}",
     "changes {0} where {2}, was {1}"},
    {kGuard, kChange, true, kN, CompareGuard, "guards {0} by {2}", "no longer guards {0} by {1}",
     "guards {0} by {2}, was {1}"},
    {kAudit, kChange, true, kN, CompareAudit, "audits changes of {0} in {2}", "no longer audits changes of {0} in {1}",
     "audits changes of {0} in {2}, was {1}"},
    {kWrite, "", true, kB, CompareBounds, "may now propose to WRITE {0} ({2})", "may no longer propose to WRITE {0}",
     "proposes to WRITE {0} otherwise: {3}"},
    {kRun, "", false, kB, Unordered, "is a new workflow", "is no workflow any more", "is a workflow"},
    {kAllow, "", true, kB, Unordered, "allows {0}", "no longer allows {0}", "allows {0}"},
    {kRequire, kRun, false, kN, Unordered, "requires the session key `{0}`", "no longer requires the session key `{0}`",
     "requires the session key `{0}`"},
    {kApprove, kRun, false, kN, CompareApproval, "requires approval from risk {0} on ({2})",
     "no longer requires approval from risk {0} on ({1})", "requires other approval from risk {0} on: {3}"},
    {kRecord, kRun, false, kN, Unordered, "requires evidence", "no longer requires evidence", "requires evidence"},
    {kKeep, kRun, false, kNo, Neutral, "keeps {0} for {2} days", "keeps {0} for no stated time, was {1} days",
     "keeps {0} for {2} days, was {1}"},
    {kSettle, "", true, kB, ComparePolicy, "may be settled without a reviewer by {0} ({2})",
     "is no longer settled by {0}", "is settled without a reviewer by {0} within {2}, was {1}"},
};

}  // namespace

const VerbRule* FindVerb(std::string_view verb) {
  for (const VerbRule& rule : kRules) {
    if (rule.verb == verb) return &rule;
  }
  return nullptr;
}

}  // namespace synapsor::authority
