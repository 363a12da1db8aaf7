// The workflow as a contract over its capabilities: session, reach, evidence, execution, retention.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "compiler/check/rules.h"
#include "compiler/check/support.h"

namespace synapsor::check {
namespace {

bool Requires(const ir::Workflow& workflow, std::string_view key) {
  return std::find(workflow.session_keys.begin(), workflow.session_keys.end(), key) != workflow.session_keys.end();
}

// An edit that adds a key at the end of SESSION REQUIRE: it asks more of a session, never less.
diag::Fix AddKeys(const ir::Workflow& workflow, const std::vector<std::string_view>& keys) {
  const Span last = workflow.syntax->session_require.back().span;
  return {"require the session key",
          {{Span{last.file, last.end, last.end}, fmt::format(", {}", fmt::join(keys, ", "))}},
          true};
}

Span RequireSpan(const ir::Workflow& workflow) {
  return workflow.syntax->session_span.has_value() ? workflow.syntax->session_span : workflow.syntax->name.span;
}

struct KeyUse {
  std::string_view key;
  Span span;
  std::string_view clause;
};

// Session keys that a capability reads, through its context and its own HIDDEN.
std::vector<KeyUse> KeysOf(const CheckContext& cx, const ir::Capability& capability) {
  std::vector<KeyUse> uses;
  for (const ir::Binding& hidden : capability.hidden) uses.push_back({hidden.session_key, hidden.span, "HIDDEN"});
  const ir::Context* context = ContextOf(cx, capability);
  if (context == nullptr) return uses;
  if (IsTrusted(context->lookup_value))
    uses.push_back({context->lookup_value.provenance.session_key, context->lookup_value.span, "LOOKUP"});
  for (const ir::Binding& bind : context->bindings) uses.push_back({bind.session_key, bind.span, "BIND"});
  for (const ir::Search& search : context->searches)
    for (const ir::SearchFilter& filter : search.filters)
      if (IsTrusted(filter.value)) uses.push_back({filter.value.provenance.session_key, filter.value.span, "FILTER"});
  return uses;
}

const ir::Capability* FirstProposal(const CheckContext& cx, const ir::Workflow& workflow) {
  for (const ir::CapabilityId id : workflow.capabilities)
    if (id.has_value() && cx.program.capabilities.Get(id).is_proposal) return &cx.program.capabilities.Get(id);
  return nullptr;
}

}  // namespace

void CheckSessionRequire(CheckContext& cx) {
  const config::Session& session = cx.catalog.config().session;
  for (const ir::Workflow& workflow : cx.program.workflows) {
    std::vector<std::string_view> missing;
    if (!Requires(workflow, session.tenant_key)) missing.push_back(session.tenant_key);
    if (!Requires(workflow, session.principal_key)) missing.push_back(session.principal_key);
    if (missing.empty()) continue;
    diag::Finding& finding = Report(cx.sink, workflow, Kind::kSessionRequireIncomplete, RequireSpan(workflow),
                                    fmt::format("SESSION REQUIRE lacks {}", ir::ListNames(missing)))
                                 .WithHelp("every run needs a tenant and a principal: add what is missing");
    if (!workflow.syntax->session_require.empty()) finding.WithFix(AddKeys(workflow, missing));
  }
}

void CheckSessionKeys(CheckContext& cx) {
  for (const ir::Workflow& workflow : cx.program.workflows) {
    std::unordered_set<std::string_view> reported{cx.catalog.config().session.tenant_key,
                                                  cx.catalog.config().session.principal_key};
    for (const ir::CapabilityId id : workflow.capabilities) {
      if (!id.has_value()) continue;
      const ir::Capability& capability = cx.program.capabilities.Get(id);
      for (const KeyUse& use : KeysOf(cx, capability)) {
        if (Requires(workflow, use.key) || !reported.insert(use.key).second) continue;
        diag::Finding& finding = Report(cx.sink, workflow, Kind::kSessionKeyNotRequired, RequireSpan(workflow),
                                        fmt::format("`{}` reads session key `{}`, which this workflow does not require",
                                                    capability.name, use.key))
                                     .WithPhrase("a run would begin and then fail")
                                     .WithLabel(use.span, fmt::format("read by this {}", use.clause))
                                     .WithHelp(fmt::format("add `{}` to SESSION REQUIRE", use.key));
        if (!workflow.syntax->session_require.empty()) finding.WithFix(AddKeys(workflow, {use.key}));
      }
    }
  }
}

void CheckReachability(CheckContext& cx) {
  if (cx.program.workflows.size() == 0 || cx.program.incomplete) return;
  // A misspelt entry of an allowlist may be the one that is missed here.
  for (const ir::Workflow& workflow : cx.program.workflows)
    for (const ir::CapabilityId id : workflow.capabilities)
      if (!id.has_value()) return;
  for (const ir::Capability& capability : cx.program.capabilities) {
    if (!capability.workflows.empty()) continue;
    Report(cx.sink, capability, Kind::kUnreachableCapability, capability.syntax->name.span,
           fmt::format("no workflow allows `{}`", capability.name))
        .WithHelp("add it to ALLOWED CAPABILITIES of a workflow, or remove it");
  }
}

void CheckEvidence(CheckContext& cx) {
  for (const ir::Workflow& workflow : cx.program.workflows) {
    if (!workflow.evidence_required) continue;
    std::unordered_set<const ir::Context*> reported;
    for (const ir::CapabilityId id : workflow.capabilities) {
      if (!id.has_value()) continue;
      const ir::Context* context = ContextOf(cx, cx.program.capabilities.Get(id));
      if (context == nullptr || context->evidence || !reported.insert(context).second) continue;
      const ast::Context& syntax = *context->syntax;
      const Span span = syntax.evidence_span.has_value() ? syntax.evidence_span : syntax.name.span;
      diag::Finding& finding = Report(cx.sink, *context, Kind::kEvidenceOff, span,
                                      fmt::format("context `{}` records no evidence, and workflow `{}` requires it",
                                                  context->name, workflow.name))
                                   .WithLabel(workflow.syntax->evidence_required, "required here")
                                   .WithHelp("write `EVIDENCE ON`");
      if (syntax.evidence_span.has_value())
        finding.WithFix({"record evidence", {{syntax.evidence_span, "EVIDENCE ON"}}, true});
    }
  }
}

void CheckExecution(CheckContext& cx) {
  for (const ir::Capability& capability : cx.program.capabilities) {
    const ast::Capability& syntax = *capability.syntax;
    if (!capability.is_proposal && syntax.write) {
      Report(cx.sink, capability, Kind::kReadOnlyWithWrite, syntax.write->target.span,
             "a READ ONLY capability has a WRITE PROPOSAL")
          .WithLabel(syntax.execution_span, "it may never write")
          .WithHelp("remove the WRITE PROPOSAL, or write `EXECUTION PROPOSAL`");
    }
    if (capability.is_proposal && !syntax.write) {
      Report(cx.sink, capability, Kind::kProposalWithoutWrite, syntax.execution_span,
             "EXECUTION PROPOSAL without a WRITE PROPOSAL")
          .WithHelp("add `WRITE PROPOSAL TARGET …`, or write `EXECUTION READ ONLY`");
    }
  }
}

void CheckBranching(CheckContext& cx) {
  for (const ir::Workflow& workflow : cx.program.workflows) {
    const ir::Capability* proposal = FirstProposal(cx, workflow);
    if (proposal == nullptr || workflow.syntax->auto_branch.has_value()) continue;
    Report(cx.sink, workflow, Kind::kProposalWithoutBranch, workflow.syntax->name.span,
           fmt::format("workflow `{}` allows a proposal without AUTO BRANCH ON PROPOSAL", workflow.name))
        .WithNote(fmt::format("`{}` stages a proposal; whether on a branch would depend on the caller", proposal->name))
        .WithHelp("add `AUTO BRANCH ON PROPOSAL`");
  }
}

void CheckRetention(CheckContext& cx) {
  for (const ir::Workflow& workflow : cx.program.workflows) {
    const ast::Integer& runs = workflow.syntax->retention_runs_days;
    const ast::Integer& evidence = workflow.syntax->retention_evidence_days;
    for (const ast::Integer* days : {&runs, &evidence}) {
      if (!days->present() || days->value > 0) continue;
      Report(cx.sink, workflow, Kind::kInvalidRetention, days->span, "a retention of no days keeps nothing")
          .WithHelp("write at least 1 day");
    }
    if (!runs.present() || !evidence.present() || evidence.value >= runs.value || evidence.value < 1) continue;
    Report(cx.sink, workflow, Kind::kEvidenceExpiresFirst, evidence.span,
           fmt::format("evidence is kept {} days, runs {}: late runs would have lost their evidence", evidence.value,
                       runs.value))
        .WithLabel(runs.span, "runs are kept longer")
        .WithHelp("keep evidence at least as long as runs");
  }
}

}  // namespace synapsor::check
