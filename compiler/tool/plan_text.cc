#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "compiler/diag/display.h"
#include "compiler/tool/plan_view.h"

namespace synapsor::tool {
namespace {

using bundle::Capability;
using bundle::Statement;
using diag::Printable;

// Lines under growing indentation; columns of a table are aligned within one Table call.
class Page {
 public:
  void Line(int indent, std::string_view text = {}) {
    std::string line(static_cast<std::size_t>(indent) * 2, ' ');
    line += Printable(std::string(text));
    line.erase(line.find_last_not_of(' ') + 1);
    text_ += line + "\n";
  }
  void Sql(int indent, std::string_view sql) {
    while (!sql.empty()) {
      const std::size_t end = std::min(sql.find('\n'), sql.size());
      Line(indent, sql.substr(0, end));
      sql.remove_prefix(std::min(end + 1, sql.size()));
    }
  }
  void Table(int indent, const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
      for (std::size_t i = 0; i < row.size(); ++i) {
        if (widths.size() <= i) widths.push_back(0);
        widths[i] = std::max(widths[i], row[i].size());
      }
    }
    for (const auto& row : rows) {
      std::string line;
      for (std::size_t i = 0; i < row.size(); ++i) line += fmt::format("{:<{}}  ", row[i], widths[i]);
      Line(indent, line);
    }
  }
  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
};

std::string Join(const std::vector<std::string>& names) { return fmt::format("{}", fmt::join(names, ", ")); }

std::string Source(const bundle::ValueRef& value) {
  if (value.origin != bundle::Origin::kFixed) return bundle::ProvenanceText(value);
  if (value.fixed.is_null) return "fixed NULL";
  return value.fixed.type == ScalarType::kText ? fmt::format("fixed '{}'", value.fixed.text)
                                               : fmt::format("fixed {}", value.fixed.text);
}

std::string Range(const std::optional<std::string>& min, const std::optional<std::string>& max) {
  if (min && max) return fmt::format("{} to {}", *min, *max);
  if (min) return fmt::format("at least {}", *min);
  return max ? fmt::format("at most {}", *max) : "";
}

void AddPart(std::string& text, const std::string& part) {
  if (part.empty()) return;
  text += (text.empty() ? "" : ", ") + part;
}

std::string Bounds(const bundle::Arg& arg) {
  std::string text = arg.required ? "required" : "optional";
  AddPart(text, Range(arg.min, arg.max));
  if (arg.max_length) AddPart(text, fmt::format("at most {} characters", *arg.max_length));
  if (arg.precision) AddPart(text, fmt::format("{} digits, {} after the point", *arg.precision, arg.scale.value_or(0)));
  if (!arg.one_of.empty()) AddPart(text, "one of " + Join(arg.one_of));
  return text;
}

std::string Bounds(const bundle::SetColumn& set) {
  std::string text = Range(set.min, set.max);
  if (set.max_length) AddPart(text, fmt::format("at most {} characters", *set.max_length));
  if (set.precision) AddPart(text, fmt::format("{} digits, {} after the point", *set.precision, set.scale.value_or(0)));
  std::vector<std::string> steps;
  for (const auto& [from, to] : set.transitions) steps.push_back(from + " to " + to);
  if (!steps.empty()) AddPart(text, "only " + Join(steps));
  if (!set.nullable) AddPart(text, "never NULL");
  return text;
}

void ShowParams(Page& page, int indent, const Statement& statement) {
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = 0; i < statement.params.size(); ++i) {
    const bundle::Param& param = statement.params[i];
    rows.push_back(
        {fmt::format("{}", i + 1), Source(param.value), std::string(ScalarTypeName(param.type)), param.database_type});
  }
  page.Table(indent, rows);
}

void ShowTool(Page& page, const Capability& capability) {
  page.Line(1, "the model sees");
  page.Line(2, fmt::format("tool {}", capability.tool_name));
  std::vector<std::vector<std::string>> rows;
  for (const bundle::Arg& arg : capability.args) {
    rows.push_back({arg.name, std::string(ScalarTypeName(arg.type)), Bounds(arg)});
  }
  if (rows.empty()) page.Line(2, "no arguments");
  page.Table(2, rows);
  page.Line(1, fmt::format("it never chooses: {} (session)", Join(capability.session_keys)));
}

void ShowQuery(Page& page, const bundle::Context& context) {
  const bundle::QueryPlan& query = context.query;
  page.Line(1, fmt::format("reads {} of {}, evidence {}",
                           query.many_rows ? fmt::format("up to {} rows", query.row_cap) : "one row", query.source,
                           context.evidence ? "recorded" : "NOT recorded"));
  page.Sql(2, query.statement.sql);
  ShowParams(page, 2, query.statement);
  std::vector<std::string> slots, hidden;
  for (const bundle::ResultColumn& column : query.statement.columns)
    (column.visible ? slots : hidden).push_back(column.name);
  page.Line(2, "returns " + Join(slots));
  if (!hidden.empty()) page.Line(2, "for evidence and checks only: " + Join(hidden));
}

std::string GuardText(const bundle::Guard& guard) {
  switch (guard.kind) {
    case bundle::GuardKind::kIntegerVersion:
      return fmt::format("{} is as the reviewer saw it; the statement advances it by 1", guard.column);
    case bundle::GuardKind::kTimestamp:
      return fmt::format("{} is as the reviewer saw it; the database moves it, and the runner verifies that it moved",
                         guard.column);
    case bundle::GuardKind::kBeforeImage:
      return fmt::format("{} are as the reviewer saw them, NULL-safe", Join(guard.compared));
  }
  return {};
}

void ShowPatch(Page& page, const bundle::PatchPlan& patch) {
  const std::string table = patch.schema.empty() ? patch.table : patch.schema + "." + patch.table;
  page.Line(1, fmt::format("would write {} row of {}.{}", patch.expected_rows, patch.source, table));
  std::vector<std::vector<std::string>> rows;
  rows.push_back({"row", patch.key_column, "=", Source(patch.key),
                  patch.target_is_context_root ? "only the row that was read" : ""});
  if (!patch.tenant_column.empty()) rows.push_back({"tenant", patch.tenant_column, "=", Source(patch.tenant), ""});
  for (const bundle::SetColumn& set : patch.set)
    rows.push_back({"set", set.column, "<-", Source(set.value), Bounds(set)});
  if (patch.guard.advanced_by_statement) {
    rows.push_back({"set", patch.guard.column, "<-", patch.guard.column + " + 1", "advances the guard"});
  }
  page.Table(2, rows);
  page.Line(2, "guard: " + GuardText(patch.guard));
  page.Line(2, fmt::format("expected rows: {}; any other number changes nothing", patch.expected_rows));
  page.Line(2, "before image (reader)");
  page.Sql(3, patch.before.sql);
  ShowParams(page, 3, patch.before);
  page.Line(2, "lock (trusted runner)");
  page.Sql(3, patch.lock.sql);
  page.Line(2, "change (trusted runner)");
  page.Sql(3, patch.update.sql);
  ShowParams(page, 3, patch.update);
  if (!patch.audit) return;
  page.Line(2,
            fmt::format("audit: stream {}{}", patch.audit->stream,
                        patch.audit->insert ? " in the ledger and a row in the same transaction" : " in the ledger"));
  if (!patch.audit->insert) return;
  page.Sql(3, patch.audit->insert->sql);
  ShowParams(page, 3, *patch.audit->insert);
}

std::string SummaryText(const Capability& capability) {
  std::string text;
  for (const bundle::SummaryPart& part : capability.summary)
    text += part.is_value ? "{" + Source(part.value) + "}" : part.text;
  return text;
}

std::string LiteralText(const Scalar& literal) {
  const bool bare = literal.type == ScalarType::kDecimal || literal.type == ScalarType::kBoolean;
  return bare ? literal.text : fmt::format("'{}'", literal.text);
}

// The decision table: every row must hold, or the proposal waits for a reviewer.
void ShowPolicy(Page& page, int indent, const bundle::Policy& policy) {
  std::vector<std::vector<std::string>> rows;
  for (const bundle::PolicyCondition& condition : policy.conditions) {
    rows.push_back({rows.empty() ? "when" : "and", condition.path, condition.relation, LiteralText(condition.literal)});
  }
  for (const bundle::PolicyLimit& limit : policy.limits) {
    rows.push_back({"limit",
                    limit.total_column.empty() ? "approvals" : fmt::format("sum of |change| of {}", limit.total_column),
                    "<=", fmt::format("{} a UTC day{}", limit.amount, limit.per_object ? " for one row" : "")});
  }
  page.Table(indent, rows);
  page.Line(indent, policy.auto_commit ? "then approved and committed, otherwise left proposed"
                                       : "then approved, otherwise left proposed");
  page.Line(indent, "never where a workflow demands a reviewer or several; NULL never holds");
}

void ShowApproval(Page& page, const Capability& capability, const bundle::Bundle& bundle,
                  const std::string& default_role) {
  page.Line(1, "approval (never the proposer)");
  std::vector<std::vector<std::string>> rows;
  for (const bundle::Workflow& workflow : bundle.workflows) {
    if (std::find(workflow.capabilities.begin(), workflow.capabilities.end(), capability.name) ==
        workflow.capabilities.end())
      continue;
    // Every proposal is of medium risk: see runtime/interp/risk.h.
    const bool covered = std::any_of(workflow.risk_rules.begin(), workflow.risk_rules.end(),
                                     [](const bundle::RiskRule& rule) { return rule.level != "high"; });
    if (!covered) rows.push_back({"in " + workflow.name, fmt::format("1 by role {}", default_role)});
    for (const bundle::RiskRule& rule : workflow.risk_rules) {
      rows.push_back({"in " + workflow.name, fmt::format("{} by role {} from risk {} on{}", rule.approvals,
                                                         rule.role.empty() ? default_role : rule.role, rule.level,
                                                         rule.level == "high" ? ", which no proposal is of yet" : "")});
    }
  }
  rows.push_back({"outside a workflow", fmt::format("1 by role {}", default_role)});
  page.Table(2, rows);
  for (const bundle::Policy& policy : bundle.policies) {
    if (policy.for_workflow || policy.scope != capability.name) continue;
    page.Line(2, fmt::format("or, when asked to settle by {}:", policy.name));
    ShowPolicy(page, 3, policy);
  }
}

std::string PlaceOf(const ir::Program& program, const Capability& capability) {
  const auto found = program.capability_names.find(capability.name);
  if (found == program.capability_names.end()) return {};
  const Span span = program.capabilities.Get(found->second).syntax->name.span;
  const SourceFile& file = program.sources->Get(span.file);
  return fmt::format("{}:{}", file.path(), file.Locate(span.begin).line);
}

std::string Heading(const Capability& capability) {
  return fmt::format("{} ({})", capability.name, capability.is_proposal ? "proposal" : "read only");
}

std::string Body(const Capability& capability, const bundle::Bundle& bundle, const std::string& default_role) {
  Page page;
  page.Line(1, capability.description);
  page.Line(0);
  ShowTool(page, capability);
  if (const bundle::Context* context = bundle.FindContext(capability.context)) {
    page.Line(0);
    ShowQuery(page, *context);
  }
  if (capability.patch) {
    page.Line(0);
    ShowPatch(page, *capability.patch);
    if (!capability.summary.empty()) page.Line(2, "shown to the reviewer as: " + SummaryText(capability));
    page.Line(0);
    ShowApproval(page, capability, bundle, default_role);
  }
  return page.Take();
}

std::string Html(const std::string& text) {
  std::string out;
  for (const char c : Printable(text)) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else
      out += c;
  }
  return out;
}

std::string Count(const bundle::Bundle& bundle) {
  return fmt::format("{} {}", bundle.capabilities.size(),
                     bundle.capabilities.size() == 1 ? "capability" : "capabilities");
}

std::string Sources(const bundle::Bundle& bundle) {
  std::vector<std::string> names;
  for (const bundle::Source& source : bundle.sources)
    names.push_back(fmt::format("{} ({})", source.name, source.engine));
  return Join(names);
}

}  // namespace

std::string PlanAsText(const bundle::Bundle& bundle, const ir::Program& program, const std::string& default_role) {
  std::string out;
  for (const Capability& capability : bundle.capabilities) {
    out += fmt::format("{}  {}\n", Printable(Heading(capability)), Printable(PlaceOf(program, capability)));
    out += Body(capability, bundle, default_role) + "\n";
  }
  for (const bundle::Workflow& workflow : bundle.workflows) {
    out += Printable(fmt::format("workflow {}", workflow.name)) + "\n";
    Page page;
    page.Line(1, "allows " + Join(workflow.capabilities));
    page.Line(1, "requires the session keys " + Join(workflow.session_keys));
    page.Line(1, workflow.evidence_required ? "requires evidence" : "does not require evidence");
    for (const bundle::Policy& policy : bundle.policies) {
      if (!policy.for_workflow || policy.scope != workflow.name) continue;
      page.Line(1, fmt::format("a run may be settled by {}, all of its proposals or none:", policy.name));
      ShowPolicy(page, 2, policy);
    }
    out += page.Take() + "\n";
  }
  return out + fmt::format("{} over {}, bundle {}\n", Count(bundle), Printable(Sources(bundle)), bundle.digest);
}

std::string PlanAsMarkdown(const bundle::Bundle& bundle, const ir::Program& program, const std::string& default_role) {
  std::string out = fmt::format("### Plan: {} over {}\n", Count(bundle), Printable(Sources(bundle)));
  for (const Capability& capability : bundle.capabilities) {
    std::string body = Body(capability, bundle, default_role);
    std::string fence = "```";
    while (body.find(fence) != std::string::npos) fence += '`';
    out += fmt::format("\n<details><summary><code>{}</code> {}</summary>\n\n{}\n{}{}\n\n</details>\n",
                       Html(Heading(capability)), Html(PlaceOf(program, capability)), fence, body, fence);
  }
  return out + fmt::format("\nBundle `{}`\n", bundle.digest);
}

}  // namespace synapsor::tool
