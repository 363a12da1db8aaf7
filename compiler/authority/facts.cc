#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

#include "compiler/authority/authority.h"
#include "compiler/authority/verbs.h"
#include "runtime/base/digest.h"

namespace synapsor::authority {
namespace {

using bundle::AuthorityFact;
using nlohmann::json;

struct Extraction {
  const ir::Program& program;
  std::vector<AuthorityFact> facts;

  // The bundle separates the members by tabs.
  void Add(std::string_view subject, std::string_view verb, std::string object, std::string qualifier, Span place) {
    std::replace(object.begin(), object.end(), '\t', ' ');
    std::replace(qualifier.begin(), qualifier.end(), '\t', ' ');
    facts.push_back({std::string(subject), std::string(verb), std::move(object), std::move(qualifier), Place(place)});
  }

  // File without its folder, so that a fact does not depend on where the build stands.
  std::string Place(Span span) const {
    if (!span.has_value()) return {};
    const SourceFile& file = program.sources->Get(span.file);
    const std::size_t slash = file.path().find_last_of('/');
    const std::string name = slash == std::string::npos ? file.path() : file.path().substr(slash + 1);
    return fmt::format("{}:{}", name, file.Locate(span.begin).line);
  }
};

std::string ObjectName(const ir::TableUse& table) {
  std::string name = table.resolved.source->name;
  if (!table.resolved.schema.empty()) name += "." + table.resolved.schema;
  return name + "." + table.resolved.name;
}

std::string ObjectName(const ir::TableUse& table, const ir::ColumnUse& column) {
  return ObjectName(table) + "." + column.column->name;
}

std::string ValueText(const bundle::ValueRef& value) {
  if (value.origin != bundle::Origin::kFixed) return bundle::ProvenanceText(value);
  return value.fixed.is_null ? "fixed null" : fmt::format("fixed {}", value.fixed.text);
}

std::string ValueText(const ir::Capability* capability, const ir::Value& value) {
  switch (value.provenance.kind) {
    case ir::ProvenanceKind::kTrusted: return fmt::format("session:{}", value.provenance.session_key);
    case ir::ProvenanceKind::kModelArg:
      if (capability == nullptr || value.provenance.arg < 0) return "arg";
      return fmt::format("arg:{}", capability->args[static_cast<std::size_t>(value.provenance.arg)].name);
    case ir::ProvenanceKind::kFixed:
      return value.provenance.literal == nullptr ? "fixed" : fmt::format("fixed {}", value.provenance.literal->text);
    case ir::ProvenanceKind::kRow: break;
  }
  return "row";
}

template <typename T>
void Put(json& object, const char* key, const std::optional<T>& value) {
  if (value) object[key] = *value;
}

std::string ArgBounds(const bundle::Arg& arg) {
  json bounds = {{"type", ScalarTypeName(arg.type)}};
  if (arg.required) bounds["required"] = true;
  Put(bounds, "max_length", arg.max_length);
  Put(bounds, "min", arg.min);
  Put(bounds, "max", arg.max);
  Put(bounds, "precision", arg.precision);
  Put(bounds, "scale", arg.scale);
  if (!arg.one_of.empty()) {
    std::vector<std::string> sorted = arg.one_of;
    std::sort(sorted.begin(), sorted.end());
    bounds["one_of"] = sorted;
  }
  return CanonicalJson(bounds);
}

// Only what the contract writes; what the column can hold is no authority of the contract.
std::string WriteBounds(const bundle::SetColumn& set, const ast::WriteProposal& syntax, std::string_view ddl_name) {
  json bounds = {{"from", ValueText(set.value)}};
  for (const ast::ColumnBound& bound : syntax.bounds) {
    if (bound.column.text != ddl_name) continue;
    if (bound.min.present()) bounds["min"] = bound.min.text;
    if (bound.max.present()) bounds["max"] = bound.max.text;
  }
  if (!set.transitions.empty()) {
    auto steps = set.transitions;
    std::sort(steps.begin(), steps.end());
    for (const auto& [from, to] : steps) bounds["steps"].push_back({from, to});
  }
  return CanonicalJson(bounds);
}

// How rows of one table of a context are reached. A table used twice gives its facts once.
void AddReach(Extraction& out, const ir::Capability& capability, const ir::Context& context,
              const bundle::Context& built) {
  for (std::size_t i = 0; i < context.tables.size(); ++i) {
    const ir::TableUse& table = context.tables[i];
    const std::string object = ObjectName(table);
    out.Add(capability.name, kReach, object, "", table.syntax.span);
    const Span bind = context.tenant_binding < 0
                          ? table.syntax.span
                          : context.bindings[static_cast<std::size_t>(context.tenant_binding)].span;
    out.Add(capability.name, kScope, object,
            table.single_tenant ? std::string(kUnscoped)
                                : fmt::format("{} = session:{}", table.tenant->name, built.tenant_session_key),
            table.single_tenant ? table.syntax.span : bind);
  }
  const ir::TableUse& root = context.tables[0];
  out.Add(capability.name, kFind, ObjectName(root),
          fmt::format("{} = {}", context.lookup.column->name, ValueText(&capability, context.lookup_value)),
          context.syntax->lookup_span);
  out.Add(capability.name, kRows, ObjectName(root), fmt::format("{}", built.query.row_cap), root.syntax.span);
  for (const ir::Include& include : context.includes) {
    const auto side = [&](const ir::ColumnUse& use) {
      return fmt::format("{}.{}", context.tables[static_cast<std::size_t>(use.table)].resolved.name, use.column->name);
    };
    std::string left = side(include.left), right = side(include.right);
    if (right < left) std::swap(left, right);
    out.Add(capability.name, kJoin, ObjectName(context.tables[static_cast<std::size_t>(include.table)]),
            left + " = " + right, include.syntax->span);
  }
  for (const ir::Slot& slot : context.slots) {
    out.Add(capability.name, kRead,
            ObjectName(context.tables[static_cast<std::size_t>(slot.column.table)], slot.column), "", slot.span);
  }
}

std::string GuardText(const bundle::Guard& guard) {
  switch (guard.kind) {
    case bundle::GuardKind::kIntegerVersion: return "version " + guard.column;
    case bundle::GuardKind::kTimestamp: return "timestamp " + guard.column;
    case bundle::GuardKind::kBeforeImage: return fmt::format("before image of {}", fmt::join(guard.compared, ", "));
  }
  return {};
}

void AddWrite(Extraction& out, const ir::Capability& capability, const bundle::PatchPlan& patch) {
  const ir::Write& write = *capability.write;
  const ast::WriteProposal& syntax = *write.syntax;
  const std::string object = ObjectName(write.target);
  out.Add(capability.name, kChange, object, "", syntax.target.span);
  out.Add(
      capability.name, kAim, object,
      fmt::format("{} = {}{}", patch.key_column, ValueText(patch.key), patch.target_is_context_root ? kInContext : ""),
      syntax.lookup_span);
  out.Add(capability.name, kWithin, object,
          patch.tenant_column.empty() ? std::string(kUnscoped)
                                      : fmt::format("{} = {}", patch.tenant_column, ValueText(patch.tenant)),
          syntax.tenant_span.has_value() ? syntax.tenant_span : syntax.target.span);
  out.Add(capability.name, kGuard, object, GuardText(patch.guard),
          syntax.guard_span.has_value() ? syntax.guard_span : syntax.target.span);
  if (patch.audit) {
    out.Add(capability.name, kAudit, object,
            patch.audit->stream + (patch.audit->insert ? "" : std::string(kLedgerOnly)), syntax.audit.span);
  }
  for (std::size_t i = 0; i < write.columns.size(); ++i) {
    const ir::WriteColumn& column = write.columns[i];
    out.Add(capability.name, kWrite, ObjectName(write.target, column.column),
            WriteBounds(patch.set[i], syntax, column.column.name), column.column.span);
  }
}

// Texts of the contract that grant nothing.
std::string Wording(const bundle::Capability& capability) {
  json words = {capability.description, capability.version,         capability.returns_json,
                capability.aliases,     capability.minimal_profile, capability.evidence_handles_only};
  for (const bundle::Arg& arg : capability.args) words.push_back({arg.name, arg.description});
  for (const bundle::SummaryPart& part : capability.summary) {
    words.push_back(part.is_value ? ValueText(part.value) : part.text);
  }
  return Sha256Hex(CanonicalJson(words)).substr(0, 12);
}

void AddCapability(Extraction& out, const ir::Capability& capability, const bundle::Bundle& built) {
  const bundle::Capability* made = built.FindCapability(capability.name);
  if (made == nullptr) return;
  const bundle::Context* context = built.FindContext(made->context);
  if (context == nullptr) return;
  const ast::Capability& syntax = *capability.syntax;
  out.Add(capability.name, kExpose, "tool", made->is_proposal ? "proposal" : "read", syntax.name.span);
  out.Add(capability.name, kDescribe, "texts", Wording(*made), syntax.description.span);
  for (std::size_t i = 0; i < made->args.size(); ++i) {
    out.Add(capability.name, kChoose, made->args[i].name, ArgBounds(made->args[i]), capability.args[i].syntax->span);
  }
  const ir::Context& read = out.program.contexts.Get(capability.context);
  out.Add(capability.name, kEvidence, "evidence", context->evidence ? "on" : "off",
          read.syntax->evidence_span.has_value() ? read.syntax->evidence_span : read.syntax->name.span);
  AddReach(out, capability, read, *context);
  if (made->patch) AddWrite(out, capability, *made->patch);
}

void AddWorkflow(Extraction& out, const ir::Workflow& workflow, const bundle::Bundle& built) {
  const bundle::Workflow* made = built.FindWorkflow(workflow.name);
  if (made == nullptr) return;
  const ast::Workflow& syntax = *workflow.syntax;
  out.Add(workflow.name, kRun, "workflow", "", syntax.name.span);
  for (const ast::QualifiedName& name : syntax.allowed_capabilities) {
    if (out.program.capability_names.contains(name.full))
      out.Add(workflow.name, kAllow, std::string(name.full), "", name.span);
  }
  for (const ast::Name& key : syntax.session_require)
    out.Add(workflow.name, kRequire, std::string(key.text), "", key.span);
  static constexpr std::string_view kLevels[] = {"low", "medium", "high"};
  for (const ir::RiskRule& rule : workflow.risk_rules) {
    const json approval = {{"approvals", rule.approvals}, {"role", rule.role}};
    out.Add(workflow.name, kApprove, std::string(kLevels[static_cast<int>(rule.level)]), CanonicalJson(approval),
            rule.syntax->span);
  }
  if (made->evidence_required) out.Add(workflow.name, kRecord, "evidence", "", syntax.evidence_required);
  const auto keep = [&](const char* what, const ast::Integer& days) {
    if (days.present()) out.Add(workflow.name, kKeep, what, fmt::format("{}", days.value), days.span);
  };
  keep("runs", syntax.retention_runs_days);
  keep("evidence", syntax.retention_evidence_days);
}

// Conditions and limits in the words of the DDL: comparable, and what a reviewer of the change reads.
std::string PolicyText(const bundle::Policy& policy) {
  json text = {{"when", json::array()}};
  for (const bundle::PolicyCondition& condition : policy.conditions) {
    const bool bare = condition.literal.type == ScalarType::kDecimal || condition.literal.type == ScalarType::kBoolean;
    text["when"].push_back(fmt::format(fmt::runtime(bare ? "{} {} {}" : "{} {} '{}'"), condition.path,
                                       condition.relation, condition.literal.text));
  }
  for (const bundle::PolicyLimit& limit : policy.limits) {
    const std::string what =
        fmt::format("{} PER {}DAY", limit.total_column.empty() ? "APPROVALS" : "TOTAL " + limit.total_column,
                    limit.per_object ? "OBJECT " : "");
    text["limits"][what] = limit.amount;
  }
  return CanonicalJson(text);
}

void AddPolicies(Extraction& out, const bundle::Bundle& built) {
  for (const bundle::Policy& policy : built.policies) {
    const auto found = out.program.policy_names.find(policy.name);
    const Span place = found == out.program.policy_names.end()
                           ? Span::None()
                           : out.program.policies.Get(found->second).syntax->name.span;
    out.Add(policy.scope, kSettle, policy.name, PolicyText(policy), place);
  }
}

}  // namespace

std::vector<AuthorityFact> ExtractFacts(const ir::Program& program, const bundle::Bundle& bundle) {
  Extraction out{program, {}};
  for (const ir::Capability& capability : program.capabilities) AddCapability(out, capability, bundle);
  for (const ir::Workflow& workflow : program.workflows) AddWorkflow(out, workflow, bundle);
  AddPolicies(out, bundle);
  const auto key = [](const AuthorityFact& fact) {
    return std::tie(fact.subject, fact.verb, fact.object, fact.qualifier, fact.place);
  };
  std::sort(out.facts.begin(), out.facts.end(),
            [&](const AuthorityFact& a, const AuthorityFact& b) { return key(a) < key(b); });
  const auto same = [](const AuthorityFact& a, const AuthorityFact& b) {
    return a.subject == b.subject && a.verb == b.verb && a.object == b.object && a.qualifier == b.qualifier;
  };
  out.facts.erase(std::unique(out.facts.begin(), out.facts.end(), same), out.facts.end());
  return std::move(out.facts);
}

}  // namespace synapsor::authority
