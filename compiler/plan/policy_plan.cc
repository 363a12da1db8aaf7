#include "compiler/plan/policy_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "compiler/ir/report.h"
#include "compiler/plan/statement.h"
#include "compiler/plan/values.h"
#include "runtime/bundle/write.h"

namespace synapsor::plan {
namespace {

using diag::Kind;
using schema::Column;

// What a policy says: its CREATE's scope, and the conditions of its ALTER if there is one.
struct Effective {
  const ir::Policy* scope = nullptr;
  const ir::Policy* text = nullptr;
};

std::vector<Effective> EffectivePolicies(const ir::Program& program) {
  std::vector<Effective> policies;
  for (const ir::Policy& created : program.policies) {
    if (created.syntax->is_alter || created.poisoned) continue;
    Effective policy{&created, &created};
    for (const ir::Policy& altered : program.policies) {
      if (altered.syntax->is_alter && altered.name == created.name) policy.text = &altered;
    }
    policies.push_back(policy);
  }
  std::sort(policies.begin(), policies.end(),
            [](const Effective& a, const Effective& b) { return a.scope->name < b.scope->name; });
  return policies;
}

std::vector<const ir::Capability*> ProposalsOf(const ir::Program& program, const ir::Policy& policy) {
  std::vector<const ir::Capability*> proposals;
  const auto add = [&](ir::CapabilityId id) {
    if (!id.has_value()) return;
    const ir::Capability& capability = program.capabilities.Get(id);
    if (capability.write && capability.write->target.resolved.table != nullptr) proposals.push_back(&capability);
  };
  add(policy.capability);
  if (policy.workflow.has_value()) {
    for (const ir::CapabilityId id : program.workflows.Get(policy.workflow).capabilities) add(id);
  }
  return proposals;
}

const ir::WriteColumn* FindWritten(const ir::Write& write, std::string_view column) {
  for (const ir::WriteColumn& written : write.columns) {
    if (ir::SameName(written.column.name, column)) return &written;
  }
  return nullptr;
}

// The column that a condition looks at, for proposals of one capability; null where there is none.
const Column* ColumnOf(const ir::Write& write, const ir::PolicyCondition& condition) {
  if (condition.root == ir::PolicyRoot::kTrustedAfter) {
    const ir::WriteColumn* written = FindWritten(write, condition.column);
    return written == nullptr ? nullptr : written->column.column;
  }
  return write.target.resolved.table->FindColumn(condition.column);
}

bool IsKeptOut(const ir::Program& program, const ir::TableUse& table, const Column& column) {
  const config::Table* mapping = table.resolved.mapping;
  const bool by_its_name =
      mapping != nullptr && std::any_of(mapping->keep_out.begin(), mapping->keep_out.end(),
                                        [&](const std::string& name) { return ir::SameName(name, column.name); });
  return by_its_name || program.catalog->IsKeptOut(table.resolved.schema, table.resolved.name, column.name);
}

struct Planner {
  const ir::Program& program;
  const Effective& policy;
  std::vector<const ir::Capability*> proposals;
  diag::Sink& sink;

  diag::Finding& Refuse(Span at, std::string message) const {
    return ir::Report(sink, *policy.text, Kind::kSettlementNotExecutable, at, std::move(message));
  }
  diag::Finding& Mismatch(Span at, std::string message) const {
    return ir::Report(sink, *policy.text, Kind::kPolicyTypeMismatch, at, std::move(message));
  }
};

std::string RealName(const ir::TableUse& table) {
  return table.resolved.schema.empty() ? table.resolved.name : table.resolved.schema + "." + table.resolved.name;
}

// The text as the runtime names the table that the author means.
std::optional<Scalar> TableLiteral(const Planner& planner, const ast::PolicyCondition& syntax) {
  std::set<std::string> meant;
  for (const ir::Capability* capability : planner.proposals) {
    const ir::TableUse& target = capability->write->target;
    const bool same = syntax.right.text == target.syntax.table.text || syntax.right.text == ir::TableName(target) ||
                      syntax.right.text == RealName(target);
    if (same) meant.insert(RealName(target));
  }
  if (meant.size() > 1) {
    planner
        .Refuse(syntax.right.span,
                fmt::format("`{}` names several tables that this workflow changes", syntax.right.text))
        .WithHelp("write the schema before the table's name");
    return std::nullopt;
  }
  return Scalar::Text(meant.empty() ? std::string(syntax.right.text) : *meant.begin());
}

bool IsNumber(ScalarType type) {
  return type == ScalarType::kInt64 || type == ScalarType::kUInt64 || type == ScalarType::kDecimal ||
         type == ScalarType::kDouble;
}

// The literal in the type in which the column's values travel; numbers are compared as exact decimals.
std::optional<Scalar> ColumnLiteral(const Planner& planner, const ast::PolicyCondition& syntax, const Column& column) {
  const ast::Literal& right = syntax.right;
  const ScalarType type = TravelType(column);
  const bool number = right.kind == ast::LiteralKind::kInteger || right.kind == ast::LiteralKind::kDecimal;
  const bool fits = number                                    ? IsNumber(type)
                    : right.kind == ast::LiteralKind::kString ? !IsNumber(type) && type != ScalarType::kBoolean
                                                              : type == ScalarType::kBoolean;
  const bool comparable =
      type != ScalarType::kBytes && type != ScalarType::kJson && schema::WireType(column.type).has_value();
  const auto literal = LiteralScalar(right, number ? ScalarType::kDecimal : type);
  if (fits && comparable && literal) return *literal;
  planner
      .Mismatch(right.span,
                fmt::format("`{}` is {} and cannot be compared with this value", column.name, column.type.declared))
      .WithHelp(comparable ? "compare it with a value of the column's own type" : "decide by another column");
  return std::nullopt;
}

std::optional<bundle::PolicyCondition> PlanColumnCondition(const Planner& planner,
                                                           const ir::PolicyCondition& condition) {
  const ast::PolicyCondition& syntax = *condition.syntax;
  std::optional<Scalar> literal;
  std::string name;
  for (const ir::Capability* capability : planner.proposals) {
    const Column* column = ColumnOf(*capability->write, condition);
    if (column == nullptr) continue;
    if (IsKeptOut(planner.program, capability->write->target, *column)) {
      planner
          .Refuse(syntax.path_span,
                  fmt::format("`{}` is kept out, and its values would be recorded to decide by them", column->name))
          .WithHelp("decide by another column; `keep_out` columns are stored nowhere");
      return std::nullopt;
    }
    auto found = ColumnLiteral(planner, syntax, *column);
    if (!found) return std::nullopt;
    if (literal && (*literal != *found || name != column->name)) {
      planner
          .Mismatch(syntax.path_span,
                    fmt::format("`{}` has several types among the capabilities of this workflow", condition.column))
          .WithHelp("write a policy for each capability");
      return std::nullopt;
    }
    literal = std::move(found);
    name = column->name;
  }
  if (!literal) {
    planner.Refuse(syntax.path_span, fmt::format("no proposal of this workflow has a value of `{}`", condition.column))
        .WithHelp("name a written column, or a column of the target with `trusted_before`");
    return std::nullopt;
  }
  const std::string_view root = condition.root == ir::PolicyRoot::kTrustedAfter ? "trusted_after" : "trusted_before";
  return bundle::PolicyCondition{fmt::format("{}.{}", root, name), {}, std::move(*literal)};
}

std::optional<bundle::PolicyCondition> PlanCondition(const Planner& planner, const ir::PolicyCondition& condition) {
  const ast::PolicyCondition& syntax = *condition.syntax;
  static constexpr std::string_view kRelations[] = {"=", "!=", "<", "<=", ">", ">="};
  std::optional<bundle::PolicyCondition> made;
  switch (condition.root) {
    case ir::PolicyRoot::kTargetTable:
      if (auto literal = TableLiteral(planner, syntax))
        made = bundle::PolicyCondition{"target_table", {}, std::move(*literal)};
      break;
    case ir::PolicyRoot::kOperation:
      made = bundle::PolicyCondition{"operation", {}, Scalar::Text(std::string(syntax.right.text))};
      break;
    case ir::PolicyRoot::kTrustedBefore:
    case ir::PolicyRoot::kTrustedAfter: made = PlanColumnCondition(planner, condition); break;
    case ir::PolicyRoot::kReasonCodes:
      planner.Refuse(syntax.path_span, "reason codes come from a PLAN, which cannot be compiled into a plan")
          .WithHelp("decide by `trusted_before` and `trusted_after`");
      break;
  }
  if (made) made->relation = kRelations[static_cast<std::size_t>(syntax.relation)];
  return made;
}

// The real name of the summed column, over the capabilities that write it.
std::string LimitColumn(const Planner& planner, const ast::PolicyLimit& limit) {
  for (const ir::Capability* capability : planner.proposals) {
    if (const ir::WriteColumn* written = FindWritten(*capability->write, limit.total_column.text))
      return written->column.column->name;
  }
  return std::string(limit.total_column.text);
}

void RefuseParts(const Planner& planner) {
  const ast::SettlementPolicy& syntax = *planner.policy.text->syntax;
  if (syntax.auto_merge.has_value()) {
    planner.Refuse(syntax.auto_merge, "AUTO MERGE cannot be compiled into a plan")
        .WithHelp("remove `AUTO MERGE`: an approved proposal is applied by the trusted runner");
  }
  if (syntax.target_branch.present() && !ir::SameName(syntax.target_branch.text, "main")) {
    planner
        .Refuse(syntax.target_branch.span,
                fmt::format("there is no branch `{}` to settle in", syntax.target_branch.text))
        .WithHelp("write `TARGET BRANCH main`");
  }
}

// Which of two ALTERs would hold last depends on the order of files, and so does nothing here.
void RefuseAlteredTwice(const ir::Program& program, diag::Sink& sink) {
  for (const ir::Policy& policy : program.policies) {
    if (!policy.syntax->is_alter) continue;
    const ir::Policy* first = nullptr;
    for (const ir::Policy& other : program.policies) {
      if (first == nullptr && other.syntax->is_alter && other.name == policy.name) first = &other;
    }
    if (first == &policy) continue;
    ir::Report(sink, policy, Kind::kSettlementNotExecutable, policy.syntax->name.span,
               fmt::format("`{}` is altered more than once, so what holds would depend on the order of the files",
                           policy.name))
        .WithLabel(first->syntax->name.span, "altered here too")
        .WithHelp("keep one ALTER, or write it into the CREATE");
  }
}

bundle::Policy PlanPolicy(const Planner& planner) {
  const ast::SettlementPolicy& syntax = *planner.policy.text->syntax;
  bundle::Policy policy;
  policy.name = planner.policy.scope->name;
  policy.for_workflow = planner.policy.scope->for_workflow;
  policy.scope = planner.policy.scope->syntax->scope.full;
  policy.target_branch = "main";
  policy.auto_commit = syntax.auto_commit.has_value();
  RefuseParts(planner);
  for (const ir::PolicyCondition& condition : planner.policy.text->conditions) {
    if (auto made = PlanCondition(planner, condition)) policy.conditions.push_back(std::move(*made));
  }
  for (const ast::PolicyLimit& limit : syntax.limits) {
    bundle::PolicyLimit made;
    if (limit.total_column.present()) made.total_column = LimitColumn(planner, limit);
    made.amount = limit.amount.text;
    made.per_object = limit.per_object;
    policy.limits.push_back(std::move(made));
  }
  policy.digest = bundle::PolicyDigest(policy);
  return policy;
}

}  // namespace

std::vector<bundle::Policy> PlanPolicies(const ir::Program& program, diag::Sink& sink) {
  RefuseAlteredTwice(program, sink);
  std::vector<bundle::Policy> policies;
  for (const Effective& policy : EffectivePolicies(program)) {
    policies.push_back(PlanPolicy(Planner{program, policy, ProposalsOf(program, *policy.scope), sink}));
  }
  return policies;
}

std::vector<const Column*> ObservedColumns(const ir::Program& program, const ir::Capability& capability) {
  std::vector<const Column*> columns;
  if (!capability.write || capability.write->target.resolved.table == nullptr) return columns;
  for (const Effective& policy : EffectivePolicies(program)) {
    const auto proposals = ProposalsOf(program, *policy.scope);
    if (std::find(proposals.begin(), proposals.end(), &capability) == proposals.end()) continue;
    for (const ir::PolicyCondition& condition : policy.text->conditions) {
      if (condition.root != ir::PolicyRoot::kTrustedBefore) continue;
      const Column* column = ColumnOf(*capability.write, condition);
      if (column == nullptr || FindWritten(*capability.write, column->name) != nullptr) continue;
      if (std::find(columns.begin(), columns.end(), column) == columns.end()) columns.push_back(column);
    }
  }
  std::sort(columns.begin(), columns.end(), [](const Column* a, const Column* b) { return a->name < b->name; });
  return columns;
}

}  // namespace synapsor::plan
