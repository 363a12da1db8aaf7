#include "compiler/ir/print.h"

#include <fmt/format.h>

#include <iterator>

#include "compiler/ir/report.h"

namespace synapsor::ir {
namespace {

using Out = std::back_insert_iterator<std::string>;

constexpr std::string_view kGuardNames[] = {"none", "integer_version", "timestamp", "before_image"};
constexpr std::string_view kOperationNames[] = {"update", "insert", "delete"};
constexpr std::string_view kVisibilityNames[] = {"read", "write", "kept_out"};
constexpr std::string_view kRiskNames[] = {"low", "medium", "high"};

std::string Provenance(const Capability* capability, const Value& value) {
  if (value.poisoned) return "poisoned";
  const ir::Provenance& from = value.provenance;
  switch (from.kind) {
    case ProvenanceKind::kTrusted:
      return from.binding.empty() ? fmt::format("trusted session:{}", from.session_key)
                                  : fmt::format("trusted {} session:{}", from.binding, from.session_key);
    case ProvenanceKind::kModelArg:
      return capability == nullptr || from.arg < 0
                 ? std::string("model_arg")
                 : fmt::format("model_arg {}", capability->args[static_cast<std::size_t>(from.arg)].name);
    case ProvenanceKind::kFixed: return fmt::format("fixed {}", from.literal->text);
    case ProvenanceKind::kRow: return fmt::format("row {}.{}", from.row_field.alias.text, from.row_field.column.text);
  }
  return {};
}

std::string Column(const ColumnUse& column) {
  return fmt::format("{} {}{}{}", column.name, kVisibilityNames[static_cast<std::size_t>(column.visibility)],
                     column.column == nullptr ? "" : " " + column.column->type.declared,
                     column.poisoned ? " poisoned" : "");
}

void PrintTable(Out out, std::string_view indent, const TableUse& table) {
  fmt::format_to(out, "{}table {} as {} tenant {}{}\n", indent, TableName(table), table.alias,
                 table.single_tenant           ? "single"
                 : table.tenant_column.empty() ? "unknown"
                                               : table.tenant_column,
                 table.poisoned ? " poisoned" : "");
}

void PrintBindings(Out out, const std::vector<Binding>& bindings) {
  for (const Binding& binding : bindings)
    fmt::format_to(out, "  {} {} from session:{}\n", binding.is_hidden ? "hidden" : "bind", binding.name,
                   binding.session_key);
}

void PrintContext(Out out, const Context& context) {
  fmt::format_to(out, "context {}{}\n", context.name, context.poisoned ? " poisoned" : "");
  for (const TableUse& table : context.tables) PrintTable(out, "  ", table);
  fmt::format_to(out, "  lookup {} = {}\n", Column(context.lookup), Provenance(nullptr, context.lookup_value));
  PrintBindings(out, context.bindings);
  for (const Include& include : context.includes)
    fmt::format_to(out, "  include {}: {} = {}\n", include.table, Column(include.left), Column(include.right));
  for (const Search& search : context.searches) {
    fmt::format_to(out, "  search {}: {} query {}\n", search.table, Column(search.column),
                   search.query_arg.empty() ? "fixed" : search.query_arg);
    for (const SearchFilter& filter : search.filters)
      fmt::format_to(out, "    filter {} = {}\n", Column(filter.column), Provenance(nullptr, filter.value));
  }
  for (const Slot& slot : context.slots)
    fmt::format_to(out, "  slot {} = {}: {}\n", slot.name, slot.column.table, Column(slot.column));
  fmt::format_to(out, "  evidence {}\n", context.evidence ? "on" : "off");
}

void PrintArg(Out out, const Arg& arg) {
  fmt::format_to(out, "  arg {} {}{}", arg.name, ScalarTypeName(arg.type), arg.required ? " required" : "");
  if (arg.max_length)
    fmt::format_to(out, " max_length {}{}", *arg.max_length, arg.max_length_written ? "" : " default");
  if (arg.min) fmt::format_to(out, " min {}", *arg.min);
  if (arg.max) fmt::format_to(out, " max {}", *arg.max);
  if (!arg.one_of.empty()) fmt::format_to(out, " one_of {}", fmt::join(arg.one_of, "|"));
  fmt::format_to(out, "{}\n", arg.poisoned ? " poisoned" : "");
}

void PrintPlan(Out out, const Capability& capability, const Plan& plan) {
  fmt::format_to(out, "  plan default {}\n", plan.syntax->default_decision.text);
  for (const PlanStep& step : plan.steps) {
    fmt::format_to(out, "    step {}\n", step.syntax->name.text);
    PrintTable(out, "      ", plan.tables[static_cast<std::size_t>(step.table)]);
    for (const PlanStep::Predicate& predicate : step.where)
      fmt::format_to(out, "      where {} = {}\n", Column(predicate.column), Provenance(&capability, predicate.value));
    for (const PlanStep::Output& output : step.outputs)
      fmt::format_to(out, "      output {} = {}\n", output.name, Column(output.column));
  }
  for (const PlanRule& rule : plan.rules)
    fmt::format_to(out, "    rule {} reason {} conditions {}{}\n", rule.syntax->decision.text, rule.syntax->reason.text,
                   rule.fields.size(), rule.syntax->terminal ? " terminal" : "");
}

void PrintWrite(Out out, const Capability& capability, const Write& write) {
  fmt::format_to(out, "  write {}\n", kOperationNames[static_cast<std::size_t>(write.operation)]);
  PrintTable(out, "    ", write.target);
  fmt::format_to(out, "    root {}\n", write.target_is_context_root ? "yes" : "no");
  fmt::format_to(out, "    key {} = {}\n", Column(write.key), Provenance(&capability, write.key_value));
  if (write.syntax->tenant_column.present())
    fmt::format_to(out, "    tenant {} = {}\n", Column(write.tenant), Provenance(&capability, write.tenant_value));
  for (const WriteColumn& column : write.columns)
    fmt::format_to(out, "    set {} = {}\n", Column(column.column), Provenance(&capability, column.value));
  fmt::format_to(out, "    guard {}{}{}\n", kGuardNames[static_cast<std::size_t>(write.guard)],
                 write.guard_column.name.empty() ? "" : fmt::format(" {}", write.guard_column.name),
                 write.guard_inferred ? " inferred" : "");
  if (write.audit) fmt::format_to(out, "    audit {}\n", TableName(*write.audit));
  for (const Write::SummaryPart& part : write.summary) {
    if (part.placeholder.empty()) {
      fmt::format_to(out, "    summary text '{}'\n", part.text);
    } else {
      fmt::format_to(out, "    summary {} = {}\n", part.placeholder, Provenance(&capability, part.value));
    }
  }
}

void PrintCapability(Out out, const Program& program, const Capability& capability) {
  fmt::format_to(out, "capability {} {}{}\n", capability.name, capability.is_proposal ? "proposal" : "read_only",
                 capability.poisoned ? " poisoned" : "");
  if (capability.context.has_value())
    fmt::format_to(out, "  context {}\n", program.contexts.Get(capability.context).name);
  for (const Arg& arg : capability.args) PrintArg(out, arg);
  PrintBindings(out, capability.hidden);
  if (capability.plan) PrintPlan(out, capability, *capability.plan);
  if (capability.write) PrintWrite(out, capability, *capability.write);
  for (const WorkflowId id : capability.workflows)
    fmt::format_to(out, "  allowed by {}\n", program.workflows.Get(id).name);
  for (const PolicyId id : capability.policies) fmt::format_to(out, "  settled by {}\n", program.policies.Get(id).name);
}

void PrintWorkflow(Out out, const Program& program, const Workflow& workflow) {
  fmt::format_to(out, "workflow {}\n  session {}\n", workflow.name, fmt::join(workflow.session_keys, ", "));
  for (const CapabilityId id : workflow.capabilities)
    fmt::format_to(out, "  allows {}\n",
                   id.has_value() ? program.capabilities.Get(id).name : std::string_view("unknown"));
  for (const RiskRule& rule : workflow.risk_rules)
    fmt::format_to(out, "  risk {} approvals {} role {}\n", kRiskNames[static_cast<std::size_t>(rule.level)],
                   rule.approvals, rule.role.empty() ? "any" : rule.role);
  fmt::format_to(out, "  evidence {}\n", workflow.evidence_required ? "required" : "optional");
}

void PrintPolicy(Out out, const Program& program, const Policy& policy) {
  constexpr std::string_view kRoots[] = {"target_table", "operation", "trusted_before", "trusted_after",
                                         "reason_codes"};
  fmt::format_to(out, "policy {}{}{}\n", policy.name, policy.syntax->is_alter ? " alter" : "",
                 policy.poisoned ? " poisoned" : "");
  if (policy.capability.has_value())
    fmt::format_to(out, "  for capability {}\n", program.capabilities.Get(policy.capability).name);
  if (policy.workflow.has_value())
    fmt::format_to(out, "  for workflow {}\n", program.workflows.Get(policy.workflow).name);
  for (const PolicyCondition& condition : policy.conditions)
    fmt::format_to(out, "  when {}{}{}\n", kRoots[static_cast<std::size_t>(condition.root)],
                   condition.column.empty() ? "" : fmt::format(".{}", condition.column),
                   condition.poisoned ? " poisoned" : "");
}

}  // namespace

std::string Print(const Program& program) {
  std::string text;
  const Out out(text);
  for (const Workflow& workflow : program.workflows) PrintWorkflow(out, program, workflow);
  for (const Context& context : program.contexts) PrintContext(out, context);
  for (const Capability& capability : program.capabilities) PrintCapability(out, program, capability);
  for (const Policy& policy : program.policies) PrintPolicy(out, program, policy);
  return text;
}

}  // namespace synapsor::ir
