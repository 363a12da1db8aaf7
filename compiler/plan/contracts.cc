#include "compiler/plan/contracts.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "compiler/ir/report.h"
#include "compiler/plan/values.h"
#include "runtime/base/digest.h"

namespace synapsor::plan {
namespace {

constexpr std::string_view kRiskNames[] = {"low", "medium", "high"};

// More than fits is the most that does: days and budgets of that size are without an end.
std::optional<int> Count(const ast::Integer& integer) {
  if (!integer.present()) return std::nullopt;
  return static_cast<int>(std::min<std::int64_t>(integer.value, std::numeric_limits<int>::max()));
}

std::vector<std::string> Sorted(const std::set<std::string>& names) { return {names.begin(), names.end()}; }

bundle::Arg MakeArg(const ir::Arg& arg) {
  bundle::Arg made;
  made.name = arg.name;
  made.type = arg.type;
  made.required = arg.required;
  made.description = arg.syntax->description.value;
  made.max_length = arg.max_length;
  made.min = arg.min;
  made.max = arg.max;
  made.one_of = arg.one_of;
  made.precision = arg.precision;
  made.scale = arg.scale;
  return made;
}

std::optional<bundle::TokenBudget> MakeBudget(const std::optional<ast::TokenBudget>& budget) {
  if (!budget) return std::nullopt;
  bundle::TokenBudget made;
  made.max_output_tokens = Count(budget->max_output_tokens);
  made.max_inline_evidence_items = Count(budget->max_inline_evidence_items);
  made.max_reason_count = Count(budget->max_reason_count);
  made.prefer_handles = budget->prefer_handles.has_value();
  return made;
}

std::string CanonicalReturns(const ast::String& returns) {
  if (!returns.present()) return {};
  const nlohmann::json value = nlohmann::json::parse(returns.value, nullptr, false);
  return value.is_discarded() ? std::string() : CanonicalJson(value);
}

std::vector<bundle::SummaryPart> MakeSummary(const ir::Capability& capability) {
  std::vector<bundle::SummaryPart> parts;
  if (!capability.write) return parts;
  for (const auto& part : capability.write->summary) {
    bundle::SummaryPart made;
    made.text = part.text;
    made.is_value = !part.placeholder.empty();
    if (made.is_value) {
      if (auto value = ToValueRef(&capability, part.value, ScalarType::kText)) made.value = std::move(*value);
    }
    parts.push_back(std::move(made));
  }
  return parts;
}

}  // namespace

std::vector<bundle::Binding> MakeBindings(const std::vector<ir::Binding>& bindings) {
  std::vector<bundle::Binding> made;
  for (const ir::Binding& binding : bindings) {
    made.push_back({std::string(binding.name), std::string(binding.session_key)});
  }
  const auto by_name = [](const bundle::Binding& a, const bundle::Binding& b) { return a.name < b.name; };
  std::sort(made.begin(), made.end(), by_name);
  const auto same = [](const bundle::Binding& a, const bundle::Binding& b) { return a.name == b.name; };
  made.erase(std::unique(made.begin(), made.end(), same), made.end());
  return made;
}

bundle::Capability MakeCapability(const ir::Program& program, const ir::Capability& capability) {
  const ir::Context& context = program.contexts.Get(capability.context);
  const ast::Capability& syntax = *capability.syntax;
  bundle::Capability made;
  made.name = capability.name;
  made.version = syntax.version.value;
  made.description = syntax.description.value;
  made.context = context.name;
  made.is_proposal = capability.is_proposal;
  for (const ir::Arg& arg : capability.args) made.args.push_back(MakeArg(arg));
  made.bindings = MakeBindings(capability.bindings);
  std::set<std::string> keys;
  for (const bundle::Binding& binding : made.bindings) keys.insert(binding.session_key);
  if (context.lookup_value.provenance.kind == ir::ProvenanceKind::kTrusted) {
    keys.insert(std::string(context.lookup_value.provenance.session_key));
  }
  made.session_keys = Sorted(keys);
  made.returns_json = CanonicalReturns(syntax.returns_json);
  made.minimal_profile = ir::SameName(syntax.profile.text, "MINIMAL");
  made.evidence_handles_only = ir::SameName(syntax.inline_evidence.text, "handles_only");
  for (const ast::FieldAlias& alias : syntax.aliases) made.aliases.emplace_back(alias.field.text, alias.alias.text);
  made.budget = MakeBudget(syntax.budget);
  made.summary = MakeSummary(capability);
  return made;
}

bundle::Workflow MakeWorkflow(const ir::Program& program, const ir::Workflow& workflow) {
  const ast::Workflow& syntax = *workflow.syntax;
  bundle::Workflow made;
  made.name = workflow.name;
  made.version = syntax.version.value;
  made.description = syntax.description.value;
  made.session_keys = Sorted({workflow.session_keys.begin(), workflow.session_keys.end()});
  std::set<std::string> capabilities;
  for (const ir::CapabilityId id : workflow.capabilities) {
    if (id.has_value()) capabilities.insert(std::string(program.capabilities.Get(id).name));
  }
  made.capabilities = Sorted(capabilities);
  made.evidence_required = workflow.evidence_required;
  made.auto_branch = syntax.auto_branch.has_value();
  made.checkpoint_every_step = syntax.checkpoint_every_step.has_value();
  std::vector<ir::RiskRule> rules = workflow.risk_rules;
  std::sort(rules.begin(), rules.end(), [](const ir::RiskRule& a, const ir::RiskRule& b) {
    return std::tie(a.level, a.role, a.approvals) < std::tie(b.level, b.role, b.approvals);
  });
  for (const ir::RiskRule& rule : rules) {
    made.risk_rules.push_back(
        {std::string(kRiskNames[static_cast<int>(rule.level)]), std::string(rule.role), rule.approvals});
  }
  made.retention_runs_days = Count(syntax.retention_runs_days);
  made.retention_evidence_days = Count(syntax.retention_evidence_days);
  return made;
}

}  // namespace synapsor::plan
