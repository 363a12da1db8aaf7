// What the conditions of settlement policies admit: never, always, by the model's choice, or the same as another policy.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "compiler/check/policy_support.h"
#include "compiler/check/provenance_flow.h"
#include "compiler/check/rules.h"
#include "compiler/check/type_fit.h"

namespace synapsor::check {
namespace {

// Conditions of one policy by path, in the order of the paths.
struct PathConditions {
  ir::PolicyRoot root = ir::PolicyRoot::kTargetTable;
  std::string_view column;
  Constraint constraint;
  std::vector<const ir::PolicyCondition*> conditions;
};
using ByPath = std::map<std::pair<ir::PolicyRoot, std::string_view>, PathConditions>;

ByPath Group(const ir::Policy& policy) {
  ByPath paths;
  for (const ir::PolicyCondition& condition : policy.conditions) {
    if (condition.poisoned) continue;
    PathConditions& path = paths[{condition.root, condition.column}];
    path.root = condition.root;
    path.column = condition.column;
    path.constraint.Add(condition.syntax->relation, condition.syntax->right);
    path.conditions.push_back(&condition);
  }
  return paths;
}

bool IsOrdering(ast::Relation relation) {
  return relation != ast::Relation::kEqual && relation != ast::Relation::kNotEqual;
}

bool IsNumeric(const schema::Type& type) {
  return type.kind == schema::TypeKind::kInteger || type.kind == schema::TypeKind::kDecimal ||
         type.kind == schema::TypeKind::kFloat;
}

// The value of a written column, where it is the same for every call.
const ast::Literal* FixedAfter(const ir::Write& write, std::string_view column) {
  const ir::WriteColumn* written = FindWritten(write, column);
  return written != nullptr && IsFixed(written->value) ? written->value.provenance.literal : nullptr;
}

// ---- types ----

void CheckConditionType(CheckContext& cx, const ir::Policy& policy, const ir::PolicyCondition& condition) {
  const ast::Literal& right = condition.syntax->right;
  const auto report = [&](std::string message, std::string help) -> diag::Finding& {
    return Report(cx.sink, policy, Kind::kPolicyTypeMismatch, right.span, std::move(message)).WithHelp(std::move(help));
  };
  if (right.kind == ast::LiteralKind::kNull) {
    report("a comparison with NULL never holds", "compare with a value");
    return;
  }
  const bool text = right.kind == ast::LiteralKind::kString;
  if (condition.column.empty() && condition.root != ir::PolicyRoot::kReasonCodes) {
    if (!text || IsOrdering(condition.syntax->relation))
      report("this field is a text and is compared by = and != only", "compare it with a text");
    return;
  }
  if (text && IsOrdering(condition.syntax->relation)) {
    report("texts are compared by = and != only", "use = or !=, or compare a number");
    return;
  }
  for (const ir::Capability* capability : ProposalsOf(cx, policy)) {
    const ir::TableUse& target = capability->write->target;
    if (target.resolved.table == nullptr || condition.column.empty()) continue;
    const schema::Column* column = target.resolved.table->FindColumn(condition.column);
    if (column == nullptr || text == !IsNumeric(column->type)) continue;
    if (right.kind == ast::LiteralKind::kBoolean) continue;
    report(fmt::format("`{}` is {} and is compared with {}", condition.column, column->type.declared,
                       text ? "a text" : "a number"),
           text ? "compare it with a number, without quotes" : "compare it with a text, in quotes")
        .WithSchema(ir::SchemaPlace(target, *column), ir::DescribeColumn(*column));
    return;
  }
}

// ---- never and always ----

// Whether a path cannot hold, or always holds, for proposals of this capability.
enum class Holds { kSometimes, kNever, kAlways };

Holds Evaluate(const PathConditions& path, const ir::Capability& capability) {
  const ir::Write& write = *capability.write;
  const Constraint& constraint = path.constraint;
  if (constraint.empty) return Holds::kNever;
  switch (path.root) {
    case ir::PolicyRoot::kTargetTable: {
      const bool matches =
          constraint.Admits(write.syntax->target.table.text) || constraint.Admits(ir::TableName(write.target));
      return matches ? Holds::kAlways : Holds::kNever;
    }
    case ir::PolicyRoot::kOperation: {
      constexpr std::string_view kNames[] = {"update", "insert", "delete"};
      return constraint.Admits(kNames[static_cast<std::size_t>(write.operation)]) ? Holds::kAlways : Holds::kNever;
    }
    case ir::PolicyRoot::kTrustedAfter: break;
    default: return Holds::kSometimes;
  }
  if (const ast::Literal* fixed = FixedAfter(write, path.column)) {
    if (fixed->kind == ast::LiteralKind::kNull) return Holds::kNever;
    return constraint.Admits(fixed->text) ? Holds::kAlways : Holds::kNever;
  }
  const ir::WriteColumn* written = FindWritten(write, path.column);
  const ir::Arg* arg = written == nullptr ? nullptr : ArgOf(capability, written->value);
  if (arg == nullptr) return Holds::kSometimes;
  if (!arg->one_of.empty()) {
    const auto admitted =
        std::count_if(arg->one_of.begin(), arg->one_of.end(), [&](const auto& v) { return constraint.Admits(v); });
    if (admitted == 0) return Holds::kNever;
    return admitted == static_cast<std::ptrdiff_t>(arg->one_of.size()) && arg->required ? Holds::kAlways
                                                                                        : Holds::kSometimes;
  }
  if (constraint.is_text) {
    if (!constraint.equal || written->column.column == nullptr) return Holds::kSometimes;
    return Admits(AdmittedBy(write.target, *written->column.column), *constraint.equal) ? Holds::kSometimes
                                                                                        : Holds::kNever;
  }
  Constraint range;
  if (arg->min) range.Add(ast::Relation::kGreaterEqual, {ast::LiteralKind::kDecimal, *arg->min, Span::None()});
  if (arg->max) range.Add(ast::Relation::kLessEqual, {ast::LiteralKind::kDecimal, *arg->max, Span::None()});
  if ((arg->min || arg->max) && arg->required && constraint.Contains(range)) return Holds::kAlways;
  Constraint both = constraint;
  if (arg->min) both.Add(ast::Relation::kGreaterEqual, {ast::LiteralKind::kDecimal, *arg->min, Span::None()});
  if (arg->max) both.Add(ast::Relation::kLessEqual, {ast::LiteralKind::kDecimal, *arg->max, Span::None()});
  return both.empty ? Holds::kNever : Holds::kSometimes;
}

void ReportNever(CheckContext& cx, const ir::Policy& policy, const PathConditions& path,
                 const ir::Capability* capability) {
  const ir::PolicyCondition& last = *path.conditions.back();
  diag::Finding& finding =
      Report(cx.sink, policy, Kind::kPolicyNeverHolds, last.syntax->span,
             path.constraint.empty ? std::string("these conditions contradict each other: the policy never approves")
                                   : fmt::format("this condition never holds for `{}`", capability->name));
  if (path.constraint.empty)
    for (std::size_t i = 0; i + 1 < path.conditions.size(); ++i)
      finding.WithLabel(path.conditions[i]->syntax->span, "together with this");
  if (capability != nullptr && path.root == ir::PolicyRoot::kTrustedAfter)
    if (const ir::WriteColumn* written = FindWritten(*capability->write, path.column))
      finding.WithLabel(written->syntax->span, "this is what it writes");
  if (capability != nullptr && path.root == ir::PolicyRoot::kTargetTable)
    finding.WithLabel(capability->write->syntax->target.span, "this is the target");
  finding.WithHelp("correct the condition, or remove the policy");
}

void CheckHolds(CheckContext& cx, const ir::Policy& policy, const ByPath& paths) {
  const auto proposals = ProposalsOf(cx, policy);
  bool any_never = false;
  for (const auto& [key, path] : paths) {
    const bool typed = std::none_of(path.conditions.begin(), path.conditions.end(), [](const ir::PolicyCondition* c) {
      return c->syntax->right.kind == ast::LiteralKind::kNull;
    });
    const auto never = std::find_if(proposals.begin(), proposals.end(),
                                    [&](const ir::Capability* c) { return Evaluate(path, *c) != Holds::kNever; });
    const bool dead = path.constraint.empty || (!proposals.empty() && never == proposals.end());
    any_never = any_never || dead;
    if (dead && typed) ReportNever(cx, policy, path, proposals.empty() ? nullptr : proposals.front());
  }
  if (any_never || policy.conditions.empty() || proposals.empty()) return;
  if (std::any_of(policy.conditions.begin(), policy.conditions.end(), [](const auto& c) { return c.poisoned; })) return;
  for (const ir::Capability* capability : proposals) {
    const bool always = std::all_of(paths.begin(), paths.end(), [&](const auto& entry) {
      return Evaluate(entry.second, *capability) == Holds::kAlways;
    });
    if (!always) continue;
    Report(cx.sink, policy, Kind::kPolicyAlwaysHolds, policy.syntax->when_span,
           fmt::format("these conditions hold for every proposal of `{}`", capability->name))
        .WithPhrase("everything would be approved unseen")
        .WithHelp(
            "compare a value that differs from call to call: `trusted_before.COLUMN`, or a `trusted_after.COLUMN` fed FROM ARG");
    return;
  }
}

// A condition that the others on its path already imply.
void CheckRedundant(CheckContext& cx, const ir::Policy& policy, const ByPath& paths) {
  for (const auto& [key, path] : paths) {
    if (path.conditions.size() < 2 || path.constraint.empty) continue;
    for (std::size_t i = 0; i < path.conditions.size(); ++i) {
      Constraint own, others;
      own.Add(path.conditions[i]->syntax->relation, path.conditions[i]->syntax->right);
      for (std::size_t j = 0; j < path.conditions.size(); ++j)
        if (j != i) others.Add(path.conditions[j]->syntax->relation, path.conditions[j]->syntax->right);
      if (own.is_text != others.is_text || !own.Contains(others)) continue;
      Report(cx.sink, policy, Kind::kRedundantCondition, path.conditions[i]->syntax->span,
             "the other conditions on this field already say this")
          .WithHelp("remove it, or correct the one that was meant otherwise");
      break;
    }
  }
}

// ---- who decides ----

struct Deciders {
  std::vector<const ir::WriteColumn*> by_model;  // conditions on columns that the model feeds
  bool independent = false;                      // some condition rests on anything else that varies
};

Deciders WhoDecides(const ByPath& paths, const ir::Capability& capability) {
  Deciders deciders;
  for (const auto& [key, path] : paths) {
    if (Evaluate(path, capability) == Holds::kAlways) continue;
    const ir::WriteColumn* written =
        path.root == ir::PolicyRoot::kTrustedAfter ? FindWritten(*capability.write, path.column) : nullptr;
    if (written != nullptr && ArgOf(capability, written->value) != nullptr) {
      deciders.by_model.push_back(written);
    } else {
      deciders.independent = true;
    }
  }
  return deciders;
}

void ReportModelDecides(CheckContext& cx, const ir::Policy& policy, const ir::Capability& capability,
                        const Deciders& deciders) {
  const ir::WriteColumn& column = *deciders.by_model.front();
  const auto at = std::find_if(policy.conditions.begin(), policy.conditions.end(), [&](const ir::PolicyCondition& c) {
    return c.root == ir::PolicyRoot::kTrustedAfter && ir::SameName(c.column, column.column.name);
  });
  diag::Finding& finding =
      Report(cx.sink, policy, Kind::kPolicyDecidedByModel, at->syntax->span,
             "the model alone decides whether this policy approves")
          .WithHelp(
              "add a condition on what the model does not choose: `trusted_before.COLUMN`, or a value FROM BINDING");
  Path path = PathOf(capability, column.value, column.column.span, fmt::format("COLUMNS {}", column.column.name));
  path.push_back({at->syntax->path_span, fmt::format("PAYLOAD trusted_after.{}", column.column.name)});
  AttachPath(finding, path);
}

void CheckLowerBound(CheckContext& cx, const ir::Policy& policy, const ir::Capability& capability,
                     const ByPath& paths) {
  for (const auto& [key, path] : paths) {
    if (path.root != ir::PolicyRoot::kTrustedAfter || path.constraint.is_text || path.constraint.min ||
        !path.constraint.max)
      continue;
    const ir::WriteColumn* written = FindWritten(*capability.write, path.column);
    const ir::Arg* arg = written == nullptr ? nullptr : ArgOf(capability, written->value);
    if (arg == nullptr || arg->min || !arg->one_of.empty()) continue;
    const auto& bounds = capability.write->syntax->bounds;
    if (std::any_of(bounds.begin(), bounds.end(), [&](const ast::ColumnBound& b) {
          return ir::SameName(b.column.text, path.column) && b.min.present();
        }))
      continue;
    if (written->column.column != nullptr &&
        (written->column.column->type.is_unsigned || AdmittedBy(capability.write->target, *written->column.column).min))
      continue;
    diag::Finding& finding =
        Report(cx.sink, policy, Kind::kPolicyWithoutLowerBound, path.conditions.back()->syntax->span,
               fmt::format("`{}` has an upper bound only: negative values pass", path.column))
            .WithHelp(
                fmt::format("add `AND PAYLOAD trusted_after.{} >= 0`, or `MIN 0` to ARG {}", path.column, arg->name));
    finding.WithLabel(arg->syntax->span, "the model chooses it, without MIN");
  }
}

void CheckFreeText(CheckContext& cx, const ir::Policy& policy, const ir::Capability& capability, const ByPath& paths) {
  for (const ir::WriteColumn& written : capability.write->columns) {
    const ir::Arg* arg = ArgOf(capability, written.value);
    if (arg == nullptr || arg->type != ScalarType::kText || !arg->one_of.empty()) continue;
    const auto compared = paths.find({ir::PolicyRoot::kTrustedAfter, written.column.name});
    if (compared != paths.end() && compared->second.constraint.equal) continue;
    Report(cx.sink, policy, Kind::kPolicyApprovesFreeText, policy.syntax->when_span,
           fmt::format("`{}` is written along, and no person reads it", written.column.name))
        .WithPhrase("approves without looking at the text")
        .WithLabel(written.syntax->span, fmt::format("the model writes any text here, ARG {}", arg->name))
        .WithHelp("declare ENUM (…) on the ARG, drop the column from this proposal, or leave it to a reviewer");
    return;
  }
}

}  // namespace

void CheckPolicyConditions(CheckContext& cx) {
  for (const ir::Policy& policy : cx.program.policies) {
    for (const ir::PolicyCondition& condition : policy.conditions)
      if (!condition.poisoned) CheckConditionType(cx, policy, condition);
    if (policy.poisoned) continue;
    const ByPath paths = Group(policy);
    CheckHolds(cx, policy, paths);
    CheckRedundant(cx, policy, paths);
  }
}

void CheckPolicyProvenance(CheckContext& cx) {
  if (cx.program.policies.size() == 0) return;
  const ModelWrites model_writes(cx.program);
  for (const ir::Policy& policy : cx.program.policies) {
    if (policy.poisoned) continue;
    const ByPath paths = Group(policy);
    for (const ir::Capability* capability : ProposalsOf(cx, policy)) {
      const Deciders deciders = WhoDecides(paths, *capability);
      if (!deciders.independent && !deciders.by_model.empty()) ReportModelDecides(cx, policy, *capability, deciders);
      CheckLowerBound(cx, policy, *capability, paths);
      CheckFreeText(cx, policy, *capability, paths);
      for (const auto& [key, path] : paths) {
        if (path.root != ir::PolicyRoot::kTrustedBefore) continue;
        const ModelWrite* source = model_writes.Find(capability->write->target, path.column);
        if (source == nullptr) continue;
        diag::Finding& finding =
            Report(cx.sink, policy, Kind::kPolicyFieldWritableByModel, path.conditions.front()->syntax->path_span,
                   fmt::format("`{}` decides here, and the model can propose its value through `{}`", path.column,
                               source->capability->name))
                .WithHelp("decide by a column that no proposal writes FROM ARG, or leave this one to a reviewer");
        Path way = PathOf(*source->capability, source->column->value, source->column->column.span,
                          fmt::format("COLUMNS {}", path.column));
        way.push_back(
            {path.conditions.front()->syntax->path_span, fmt::format("PAYLOAD trusted_before.{}", path.column)});
        AttachPath(finding, way);
      }
    }
  }
}

void CheckPolicyOverlap(CheckContext& cx) {
  constexpr std::size_t kMostCompared = 32;  // policies of one capability
  for (const ir::Capability& capability : cx.program.capabilities) {
    if (capability.policies.size() < 2) continue;
    std::vector<std::pair<const ir::Policy*, ByPath>> groups;
    for (const ir::PolicyId id : capability.policies) {
      const ir::Policy& policy = cx.program.policies.Get(id);
      if (!policy.syntax->is_alter && groups.size() < kMostCompared) groups.emplace_back(&policy, Group(policy));
    }
    // `wide` admits whatever `narrow` admits: each of its paths is bounded at least as tightly by `narrow`.
    const auto covers = [](const ByPath& wide, const ByPath& narrow) {
      return std::all_of(wide.begin(), wide.end(), [&](const auto& entry) {
        const auto other = narrow.find(entry.first);
        return other != narrow.end() && entry.second.constraint.Contains(other->second.constraint);
      });
    };
    for (std::size_t i = 0; i < groups.size(); ++i) {
      for (std::size_t j = 0; j < groups.size(); ++j) {
        if (i == j || !covers(groups[j].second, groups[i].second)) continue;
        if (covers(groups[i].second, groups[j].second) && i < j) continue;
        Report(cx.sink, *groups[i].first, Kind::kShadowedPolicy, groups[i].first->syntax->name.span,
               fmt::format("whatever this policy approves, `{}` approves too", groups[j].first->name))
            .WithLabel(groups[j].first->syntax->name.span, "the wider policy")
            .WithHelp("remove the one that is not meant");
        break;
      }
    }
  }
}

}  // namespace synapsor::check
