#include "compiler/plan/refuse.h"

#include <fmt/format.h>

#include "compiler/ir/report.h"

namespace synapsor::plan {
namespace {

using diag::Kind;

struct Refusal {
  Kind kind;
  std::string_view what;
  std::string_view help;
};

template <typename Entity>
void Refuse(const Entity& entity, const Refusal& refusal, Span at, diag::Sink& sink) {
  ir::Report(sink, entity, refusal.kind, at, std::string(refusal.what)).WithHelp(std::string(refusal.help));
}

constexpr Refusal kSearch = {Kind::kSearchNotExecutable, "SEARCH cannot be compiled into a plan",
                             "remove the SEARCH, or read the rows through INCLUDE"};
constexpr Refusal kPlan = {Kind::kPlanNotExecutable, "PLAN … END PLAN cannot be compiled into a plan",
                           "remove the PLAN; the capability then returns the slots of its context"};
constexpr Refusal kInsert = {Kind::kOperationNotExecutable, "OPERATION INSERT cannot be compiled into a plan",
                             "only OPERATION UPDATE of one guarded row is carried out"};
constexpr Refusal kDelete = {Kind::kOperationNotExecutable, "OPERATION DELETE cannot be compiled into a plan",
                             "only OPERATION UPDATE of one guarded row is carried out"};
constexpr Refusal kExternalActions = {Kind::kExternalActionNotExecutable,
                                      "ALLOWED EXTERNAL ACTIONS cannot be compiled into a plan",
                                      "remove the clause: nothing would carry the actions out"};

void RefuseInCapability(const ir::Capability& capability, diag::Sink& sink) {
  if (capability.plan) Refuse(capability, kPlan, capability.syntax->plan->span, sink);
  if (!capability.write) return;
  const Span at = capability.write->syntax->operation_span;
  if (capability.write->operation == ast::Operation::kInsert) Refuse(capability, kInsert, at, sink);
  if (capability.write->operation == ast::Operation::kDelete) Refuse(capability, kDelete, at, sink);
}

}  // namespace

void RefuseConstructs(const ir::Program& program, diag::Sink& sink) {
  for (const ir::Context& context : program.contexts) {
    for (const ir::Search& search : context.searches) Refuse(context, kSearch, search.syntax->span, sink);
  }
  for (const ir::Capability& capability : program.capabilities) RefuseInCapability(capability, sink);
  for (const ir::Workflow& workflow : program.workflows) {
    const auto& actions = workflow.syntax->allowed_external_actions;
    if (!actions.empty()) Refuse(workflow, kExternalActions, Join(actions.front().span, actions.back().span), sink);
  }
}

template <typename Entity>
bool TableIsPlannable(const Entity& entity, const ir::TableUse& table, diag::Sink& sink) {
  if (table.poisoned) return false;
  if (table.resolved.table == nullptr) {
    ir::Report(sink, entity, Kind::kSchemaNeeded, table.syntax.span,
               fmt::format("the plan needs the schema of `{}`", ir::TableName(table)))
        .WithHelp("give `--schema FILE --engine ENGINE`, or a `schema` of the source in synapsor.json");
    return false;
  }
  if (!table.single_tenant && table.tenant == nullptr) {
    ir::Report(sink, entity, Kind::kPlanUnscoped, table.syntax.span,
               fmt::format("no tenant column scopes `{}`, so no statement is made for it", ir::TableName(table)))
        .WithHelp("name its tenant column under `tables` in synapsor.json, or say `single_tenant`");
    return false;
  }
  return true;
}

template bool TableIsPlannable(const ir::Context&, const ir::TableUse&, diag::Sink&);
template bool TableIsPlannable(const ir::Capability&, const ir::TableUse&, diag::Sink&);

}  // namespace synapsor::plan
