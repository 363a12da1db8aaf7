#include "runtime/tool/retain.h"

#include <fmt/format.h>
#include <unistd.h>

#include "runtime/tool/signals.h"

namespace synapsor::runner {
namespace {

constexpr std::chrono::hours kBetweenPasses{1};

void Add(ledger::RetentionCount& total, const ledger::RetentionCount& step) {
  total.removed += step.removed;
  total.held += step.held;
  total.damaged += step.damaged;
}

std::string Actor() {
  char host[256] = "host";
  ::gethostname(host, sizeof host - 1);
  return fmt::format("retention:{}", host);
}

}  // namespace

std::vector<ledger::RetentionRule> RetentionRules(const bundle::Bundle& bundle) {
  std::vector<ledger::RetentionRule> rules;
  for (const bundle::Workflow& workflow : bundle.workflows) {
    const auto add = [&](ledger::Retained what, const std::optional<int>& days) {
      if (days && *days > 0) rules.push_back({workflow.name, what, *days, bundle.digest, Actor()});
    };
    add(ledger::Retained::kEvidence, workflow.retention_evidence_days);
    add(ledger::Retained::kRuns, workflow.retention_runs_days);
  }
  return rules;
}

std::string RetentionText(const ledger::RetentionRule& rule, const ledger::RetentionCount& count, bool looked_only) {
  std::string text =
      fmt::format("{}: {} {} older than {} days {}", rule.workflow, count.removed, ledger::RetainedName(rule.what),
                  rule.days, looked_only ? "would be removed" : "removed");
  if (count.held > 0) text += fmt::format("; {} kept, because open proposals need them", count.held);
  if (count.damaged > 0)
    text += fmt::format("; {} left, because they are not as recorded: see `audit verify`", count.damaged);
  return text;
}

Result<ledger::RetentionCount> RetainAll(ledger::Ledger& ledger, const ledger::RetentionRule& rule) {
  ledger::RetentionCount total;
  ledger::RetentionCursor cursor;
  while (!StopAsked()) {
    SYN_ASSIGN_OR_RETURN(const ledger::RetentionStep step, ledger.RemoveDue(rule, cursor));
    Add(total, step.count);
    if (step.finished) break;
  }
  return total;
}

Result<std::string> RetentionWork::Step() {
  if (rules_.empty() || std::chrono::steady_clock::now() < next_pass_) return std::string();
  const ledger::RetentionRule& rule = rules_[rule_];
  const auto step = ledger_.RemoveDue(rule, cursor_);
  std::string said;
  if (step) {
    Add(count_, step->count);
    if (!step->finished) return said;
    if (count_.removed > 0 || count_.damaged > 0) said = RetentionText(rule, count_, false);
  }
  cursor_ = {};
  count_ = {};
  rule_ = step ? rule_ + 1 : rules_.size();
  if (rule_ == rules_.size()) {
    rule_ = 0;
    next_pass_ = std::chrono::steady_clock::now() + kBetweenPasses;
  }
  if (!step) return tl::unexpected(step.error());
  return said;
}

}  // namespace synapsor::runner
